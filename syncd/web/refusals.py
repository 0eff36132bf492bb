"""What is wrong again and again is written into the log once, then counted: nobody fills a disk from outside."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from syncd.ports import Clock

EVERY = timedelta(minutes=1)
KINDS = 100
"""Different words that are told apart."""


@dataclass(slots=True)
class Refusals:
    """One line a minute for the same words."""

    log: logging.Logger
    clock: Clock
    _last: dict[str, datetime] = field(default_factory=dict)
    _since: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def told(self, words: str) -> None:
        """Say it, unless it was said a moment ago."""
        now = self.clock()
        with self._lock:
            if len(self._last) >= KINDS:
                self._last.clear()
            self._since[words] += 1
            if words in self._last and now - self._last[words] < EVERY:
                return
            self._last[words] = now
            times = self._since.pop(words)
        self.log.warning("%s%s", words, f" ({times} times since it was last told)" if times > 1 else "")
