"""How often a service may be written to, and when not at all; kept from one process to the next."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Self

from syncd.errors import NotSent
from syncd.ports import Clock, Memo

LONGEST_PAUSE = timedelta(hours=24)
FAILURES_IN_A_ROW = 5
"""After so many a host is left alone for a while; then one call tries, and one more failure is enough."""
BREATHER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Spent:
    """What is remembered of a host; times are seconds since 1970."""

    writes: tuple[float, ...] = ()
    until: float = 0.0
    why: str = ""
    failures: int = 0
    """In a row, up to now."""

    @classmethod
    def read(cls, text: str | None) -> Self:
        """Nothing, where there is nothing or what we did not write."""
        try:
            kept = json.loads(text or "{}")
            writes = tuple(map(float, kept["writes"]))
            return cls(writes, float(kept["until"]), str(kept["why"]), int(kept.get("failures", 0)))
        except (ValueError, TypeError, KeyError, OverflowError):
            return cls()

    def text(self) -> str:
        return json.dumps({"writes": self.writes, "until": self.until, "why": self.why, "failures": self.failures})


class Budget:
    """Paces the writes to one host, in all passes, threads and processes that share the memo.

    ``gap`` is the least time between two writes: it is waited for. ``limits`` are how many writes are allowed within
    which time: at a limit nothing is waited for, but the write is put off. A clock that was set back delays nothing by
    more than the longest of these times.
    """

    def __init__(
        self,
        memo: Memo,
        *,
        host: str,
        clock: Clock,
        sleep: Callable[[float], None],
        gap: timedelta,
        limits: Sequence[tuple[int, timedelta]],
    ) -> None:
        self._memo = memo
        self._host = host
        self._clock = clock
        self._sleep = sleep
        self._gap = gap.total_seconds()
        self._limits = tuple((count, window.total_seconds()) for count, window in limits)
        self._longest = max((self._gap, *(window for _, window in self._limits)))

    def spend(self) -> None:
        """Before each write: wait for the gap and count the write.

        Raises NotSent while the host is paused, and when a limit is used up.
        """
        waited_for: float | None = None
        while True:
            text, now = self._memo.get(self._key), self._now()
            spent = self._read(text, now)
            self._check(spent, now)
            self._check_limits(spent, now)
            last = spent.writes[-1] if spent.writes else None
            wait = last + self._gap - now if last is not None else 0.0
            # One wait after a write is enough, whatever became of the clock meanwhile.
            if wait > 0 and last != waited_for:
                self._sleep(min(wait, self._gap))
                waited_for = last
            elif self._memo.swap(self._key, text, replace(spent, writes=(*spent.writes, now)).text()):
                return

    def check(self) -> None:
        """Before each read. Raises NotSent while the host is paused."""
        now = self._now()
        self._check(self._read(self._memo.get(self._key), now), now)

    def pause(self, until: datetime, why: str) -> None:
        """Neither read nor write before then, nor after :data:`LONGEST_PAUSE`; a longer pause stays."""
        while True:
            text, now = self._memo.get(self._key), self._clock()
            spent = self._read(text, now.timestamp())
            paused = _pause(spent, now.timestamp())
            if until <= now or (paused is not None and until <= paused[0]):
                return
            end = min(until, now + LONGEST_PAUSE)
            if self._memo.swap(self._key, text, replace(spent, until=end.timestamp(), why=why).text()):
                return

    def failed(self, why: str) -> None:
        """A call got no usable answer (a network's failure, a 5xx). After some in a row the host is left alone."""
        count = self._count_failures(lambda failures: failures + 1)
        if count >= FAILURES_IN_A_ROW:
            self.pause(self._clock() + BREATHER, f"it failed {count} times in a row, the last time so: {why}")

    def answered(self) -> None:
        """A call got an answer: what failed before does not count any more."""
        if self._read(self._memo.get(self._key), self._now()).failures:
            self._count_failures(lambda failures: 0)

    def _count_failures(self, change: Callable[[int], int]) -> int:
        while True:
            text = self._memo.get(self._key)
            spent = self._read(text, self._now())
            changed = replace(spent, failures=change(spent.failures))
            if self._memo.swap(self._key, text, changed.text()):
                return changed.failures

    def paused(self) -> tuple[datetime, str] | None:
        """Until when (UTC) the host is paused, and why."""
        now = self._now()
        return _pause(self._read(self._memo.get(self._key), now), now)

    def _check(self, spent: _Spent, now: float) -> None:
        if paused := _pause(spent, now):
            until, why = paused
            raise NotSent(f"{self._host} is left alone until {_show(until)}: {why}", not_before=until)

    def _check_limits(self, spent: _Spent, now: float) -> None:
        for count, window in self._limits:
            recent = sorted(at for at in spent.writes if at > now - window)
            if len(recent) >= count:
                raise self._used_up(count, window, recent[-count] + window)

    def _used_up(self, count: int, window: float, free: float) -> NotSent:
        until = datetime.fromtimestamp(free, UTC)
        within = f"{window / 60:g} minutes" if window > 60 else f"{window:g} seconds"
        return NotSent(
            f"{self._host} got {count} changes within {within}, which is as many as we send; "
            f"the next ones follow after {_show(until)}.",
            not_before=until,
        )

    def _read(self, text: str | None, now: float) -> _Spent:
        """What still counts, in the order in which it was spent."""
        spent = _Spent.read(text)
        return replace(spent, writes=tuple(at for at in spent.writes if abs(now - at) <= self._longest))

    @property
    def _key(self) -> str:
        return f"budget {self._host}"

    def _now(self) -> float:
        return round(self._clock().timestamp(), 3)


def _pause(spent: _Spent, now: float) -> tuple[datetime, str] | None:
    if not 0 < spent.until - now <= LONGEST_PAUSE.total_seconds():
        return None
    return datetime.fromtimestamp(spent.until, UTC), spent.why


def _show(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"
