"""How long ago syncd last got through, told from the ledger alone: no tracker's outage is a reason to start us anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from syncd.store.reading import Reading

STARTED = "daemon started"
"""The named value of the ledger that says when ``syncd run`` last started."""
LOOKED = "daemon looked"
"""The one that says when it last came to the end of a look at what is due."""
POLLS = 3
"""A pass that is longer ago than so many polls is late."""
LEAST = timedelta(minutes=5)
"""However short the poll is, nothing is late before that."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether it goes on, in words; ``since`` is the moment that they speak of."""

    ok: bool
    words: str
    since: datetime | None = None


def patience(poll: timedelta) -> timedelta:
    """How long nothing may be heard before that is a trouble."""
    return max(POLLS * poll, LEAST)


def alive(ledger: Reading, *, now: datetime, poll: timedelta) -> Health:
    """Whether passes come to their end, however they end: what a container's check asks. Raises LedgerError."""
    moments = [
        ("last pass ended", max(ledger.last_ends().values(), default=None)),
        ("daemon last looked", _moment(ledger.meta(LOOKED))),
        ("daemon started", _moment(ledger.meta(STARTED))),
    ]
    heard = [(words, at) for words, at in moments if at is not None]
    return _told(heard, now=now, poll=poll, never="No pass yet, and `syncd run` was never started on this ledger.")


def good(ledger: Reading, *, now: datetime, poll: timedelta, started: datetime | None = None) -> Health:
    """Whether a pass ended well not long ago, or the daemon has only just started. Raises LedgerError."""
    moments = [("last good pass ended", max(ledger.last_ends("ok").values(), default=None)), ("start was", started)]
    heard = [(words, at) for words, at in moments if at is not None]
    return _told(heard, now=now, poll=poll, never="No pass has ended well yet.")


def _told(heard: list[tuple[str, datetime]], *, now: datetime, poll: timedelta, never: str) -> Health:
    if not heard:
        return Health(False, never)
    words, at = max(heard, key=lambda each: each[1])
    fresh = now - at <= patience(poll)
    if not fresh:
        words, at = heard[0]
    end = "" if fresh else f"; it should be no longer ago than {ago(patience(poll))}"
    return Health(fresh, f"The {words} {ago(now - at)} ago{end}.", at)


def ago(span: timedelta) -> str:
    """How long something is ago: ``12 s``, ``4 min``, ``3 h``, ``2 days``."""
    seconds = max(int(span.total_seconds()), 0)
    for limit, unit, word in ((60, 1, "s"), (3600, 60, "min"), (48 * 3600, 3600, "h")):
        if seconds < limit:
            return f"{seconds // unit} {word}"
    return f"{seconds // 86400:,} days"


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
