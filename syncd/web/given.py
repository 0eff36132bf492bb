"""What the site is given by whoever runs it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncd.errors import UsageError
from syncd.ports import Clock
from syncd.settings import Settings
from syncd.settings.values import Address
from syncd.store.ledger import Ledger
from syncd.team import Team
from syncd.wiring import Surroundings, application

HUNG = timedelta(minutes=2)
"""A loop that made no progress for so long hangs."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """How the loop of the daemon goes."""

    started: datetime
    progress: datetime
    """When it last looked what is due, to the end."""
    reloaded: bool = True
    """Whether the configuration could be used when it was last read; else the one before it is in force."""


Hint = Callable[[Collection[str]], None]
"""Look at these teams now. Raises SyncdError when that cannot be said."""


@dataclass(slots=True)
class Given:
    """The ledger, the settings in force, and ways to ask and to tell the daemon."""

    ledger: Ledger
    settings: Callable[[], Settings]
    clock: Clock
    environment: Mapping[str, str]
    """Where secrets are looked up, at each use: rotating one needs no restart."""
    pulse: Callable[[], Pulse]
    hint: Hint
    listen: Address = field(init=False)
    """Where the site is reached, whatever the configuration says later."""
    _built: tuple[Settings, tuple[Team, ...]] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Raises UsageError without a [web] table."""
        web = self.settings().web
        if web is None:
            raise UsageError("Without a [web] table in the configuration nothing listens.")
        self.listen = web.listen

    @property
    def teams(self) -> tuple[Team, ...]:
        """The teams of the settings in force; built anew when these change."""
        settings = self.settings()
        if self._built is None or self._built[0] is not settings:
            around = Surroundings(self.ledger, self.clock, self.environment)
            self._built = (settings, application(settings, around).teams)
        return self._built[1]
