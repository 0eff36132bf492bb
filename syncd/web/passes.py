"""The last pass of a team, in words: how long ago, how it ended, whether what is shown may be out of date."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from syncd.health import ago, patience
from syncd.store.records import PassRecord

_BEGINS = re.compile(r"[^,]+, [^:]+: ")
"""A team, its source and what holds it, in the words of a pass."""
_TROUBLES = {
    "failed": "Some of its changes failed, or a tracker was out of reach; the next pass tries again.",
    "authentication": "A tracker did not accept our credentials: `syncd doctor` says which, and what to do.",
    "stale": "It did nothing: the approval that was given names another plan.",
}


@dataclass(frozen=True, slots=True)
class LastPass:
    """How it goes with a team's passes."""

    ended: datetime | None
    """When the last one that came to its end did; None: there was none yet."""
    outcome: str | None
    brake: str
    """Why it was held; empty when it was not."""
    stale: bool
    """It is so long ago that what is shown may be out of date."""
    words: str
    """``last pass 4 min ago``."""
    troubles: tuple[str, ...]
    """What a reader should know, as sentences; none when all is well."""


def last_pass(
    team: str,
    newest: Mapping[str | None, PassRecord],
    ends: Mapping[str | None, datetime],
    *,
    now: datetime,
    poll: timedelta,
) -> LastPass:
    """What the passes of a team and those over all teams (None) say of it; both by team."""
    record = max((newest[t] for t in (team, None) if t in newest), key=lambda r: r.started_at, default=None)
    ended = max((ends[t] for t in (team, None) if t in ends), default=None)
    stale = ended is None or now - ended > patience(poll)
    brake = held(team, record)
    return LastPass(
        ended=ended,
        outcome=record.outcome if record else None,
        brake=brake,
        stale=stale,
        words=f"last pass {ago(now - ended)} ago" if ended else "no pass yet",
        troubles=tuple(_troubles(record, ended=ended, stale=stale, brake=brake, now=now)),
    )


def held(team: str, record: PassRecord | None) -> str:
    """Why a pass was held for a team; "" when it was not. A pass over all teams names each team that it held."""
    words = record.brake if record and record.brake else ""
    if record is not None and record.team == team:
        return words.removeprefix(f"{team}, ")
    said = words.split("; ")
    first = next((n for n, part in enumerate(said) if part.startswith(f"{team}, ")), len(said))
    more = takewhile(lambda part: not _BEGINS.match(part), said[first + 1 :])
    return "; ".join([*said[first : first + 1], *more]).removeprefix(f"{team}, ")


def _troubles(
    record: PassRecord | None, *, ended: datetime | None, stale: bool, brake: str, now: datetime
) -> list[str]:
    if record is None:
        return ["Nothing was done yet: `syncd plan` shows what a pass would do, `syncd reconcile` lets it through."]
    found = []
    if ended is not None and stale:
        found.append(f"What is shown may be out of date: it is as of {ago(now - ended)} ago.")
    if record.ended_at is None and now - record.started_at > timedelta(minutes=30):
        found.append(f"A pass that began {ago(now - record.started_at)} ago has not ended: it was killed, or hangs.")
    if brake:
        found.append(f"Held by a brake: {brake}. `syncd plan` shows it, and how to let it through.")
    if record.outcome in _TROUBLES:
        found.append(_TROUBLES[record.outcome])
    return found
