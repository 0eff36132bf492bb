"""Hints to look sooner, a bounded number of them: a flood of events is a few hints, and the last one is never lost."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from syncd.errors import SyncdError
from syncd.web.given import Hint

EVERY = 2.0
"""Seconds between two hints; what comes in between is in the next one."""

Later = Callable[[float, Callable[[], None]], None]
"""Call something so many seconds from now, in whatever thread."""

_log = logging.getLogger(__name__)


def after(seconds: float, call: Callable[[], None]) -> None:
    """Call it in a thread of its own, that keeps no process from ending."""
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    timer.start()


@dataclass(slots=True)
class Hints:
    """Gathers the teams to look at, and says so at most once in a while."""

    hint: Hint
    later: Later = after
    now: Callable[[], float] = time.monotonic
    _waiting: set[str] = field(default_factory=set)
    _coming: bool = False
    """It was arranged that what waits will be told."""
    _told: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, teams: Collection[str]) -> None:
        """These teams are worth a look; told soon, together with others. Nobody waits for it here."""
        with self._lock:
            self._waiting |= set(teams)
            if not self._waiting or self._coming:
                return
            self._coming = True
            wait = 0.0 if self._told is None else max(self._told + EVERY - self.now(), 0.0)
        self.later(wait, self._tell)

    def _tell(self) -> None:
        with self._lock:
            teams, self._waiting, self._coming = frozenset(self._waiting), set(), False
            self._told = self.now()
        try:
            self.hint(teams)
        except SyncdError as error:
            _log.warning("a hint was lost, the next pass sees it anyway: %s", error)
