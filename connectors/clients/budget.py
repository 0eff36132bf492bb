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


@dataclass(frozen=True, slots=True)
class _Spent:
    """What is remembered of a host; times are seconds since 1970."""

    writes: tuple[float, ...] = ()
    until: float = 0.0
    why: str = ""

    @classmethod
    def read(cls, text: str | None) -> Self:
        """Nothing, where there is nothing or what we did not write."""
        try:
            kept = json.loads(text or "{}")
            return cls(tuple(map(float, kept["writes"])), float(kept["until"]), str(kept["why"]))
        except (ValueError, TypeError, KeyError, OverflowError):
            return cls()

    def text(self) -> str:
        return json.dumps({"writes": self.writes, "until": self.until, "why": self.why})


class Budget:
    """Paces the writes to one host, in all passes and processes that share the memo.

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
        self.check()
        spent = self._spent()
        now = self._now()
        for count, window in self._limits:
            recent = [at for at in spent.writes if at > now - window]
            if len(recent) >= count:
                raise self._used_up(count, window, recent[-count] + window)
        self._keep_gap(spent, now)
        self._keep(replace(spent, writes=(*spent.writes, self._now())))

    def check(self) -> None:
        """Before each read. Raises NotSent while the host is paused."""
        paused = self.paused()
        if paused:
            until, why = paused
            raise NotSent(f"{self._host} is left alone until {_show(until)}: {why}", not_before=until)

    def pause(self, until: datetime, why: str) -> None:
        """Neither read nor write before then, nor after :data:`LONGEST_PAUSE`; a longer pause stays."""
        now = self._clock()
        paused = self.paused()
        if until > now and (paused is None or until > paused[0]):
            end = min(until, now + LONGEST_PAUSE)
            self._keep(replace(self._spent(), until=end.timestamp(), why=why))

    def paused(self) -> tuple[datetime, str] | None:
        """Until when (UTC) the host is paused, and why."""
        spent = self._spent()
        if not 0 < spent.until - self._now() <= LONGEST_PAUSE.total_seconds():
            return None
        return datetime.fromtimestamp(spent.until, UTC), spent.why

    def _used_up(self, count: int, window: float, free: float) -> NotSent:
        until = datetime.fromtimestamp(free, UTC)
        within = f"{window / 60:g} minutes" if window > 60 else f"{window:g} seconds"
        return NotSent(
            f"{self._host} got {count} changes within {within}, which is as many as we send; "
            f"the next ones follow after {_show(until)}.",
            not_before=until,
        )

    def _keep_gap(self, spent: _Spent, now: float) -> None:
        wait = spent.writes[-1] + self._gap - now if spent.writes else 0.0
        if wait > 0:
            self._sleep(min(wait, self._gap))

    def _spent(self) -> _Spent:
        spent = _Spent.read(self._memo.get(self._key))
        now = self._now()
        return replace(spent, writes=tuple(sorted(at for at in spent.writes if abs(now - at) <= self._longest)))

    def _keep(self, spent: _Spent) -> None:
        self._memo.put(self._key, spent.text())

    @property
    def _key(self) -> str:
        return f"budget {self._host}"

    def _now(self) -> float:
        return round(self._clock().timestamp(), 3)


def _show(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"
