"""The site of a daemon: served where the settings in force say, moved when they change, or not there at all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from syncd.ports import Clock
from syncd.settings import Settings
from syncd.settings.values import Address
from syncd.store.ledger import Ledger
from syncd.web.given import Pulse
from syncd.web.serving import Running, start
from syncd.web.site import site

PATIENCE = 0.7
"""Seconds that an answer waits for somebody else's write to the ledger."""


@dataclass(frozen=True, slots=True)
class _Served:
    listen: Address
    url: str
    ledger: Ledger
    running: Running

    def end(self) -> None:
        self.running.stop()
        self.ledger.dispose()


@dataclass(slots=True)
class Front:
    """What a daemon shows; it is given all that the site is given."""

    settings: Callable[[], Settings]
    clock: Clock
    environment: Mapping[str, str]
    pulse: Callable[[], Pulse]
    hint: Callable[[Collection[str]], None]
    _served: _Served | None = field(default=None, init=False)

    @property
    def address(self) -> Address | None:
        """Where it is served."""
        return self._served.running.address if self._served else None

    def keep(self) -> None:
        """Let it be served as the settings in force say; nothing is done where it is so already.

        Raises SettingsError when nothing can listen there, LedgerError while the ledger is out of reach.
        """
        settings = self.settings()
        if settings.web is None:
            self.stop()
            return
        listen, url = settings.web.listen, settings.ledger_url(self.environment)
        if self._served is not None and (self._served.listen, self._served.url) == (listen, url):
            return
        if self._served is not None and self._served.listen == listen:
            self.stop()  # the address is needed again
        served = self._begun(listen, url)
        self.stop()
        self._served = served

    def stop(self) -> None:
        """Serve no more."""
        if self._served is not None:
            self._served.end()
            self._served = None

    def _begun(self, listen: Address, url: str) -> _Served:
        ledger = Ledger.open(url, busy_timeout=PATIENCE)
        try:
            made = site(
                ledger=ledger,
                settings=self.settings,
                clock=self.clock,
                environment=self.environment,
                pulse=self.pulse,
                hint=self.hint,
            )
            return _Served(listen, url, ledger, start(listen, made))
        except BaseException:
            ledger.dispose()
            raise
