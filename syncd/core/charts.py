"""The few charts of a weekly: what came and went in eight weeks, how old the open items are, of what type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from syncd.core.digest import Bar, Week
from syncd.core.entries import WEEK, Case
from syncd.core.words import phrases, plain_words

WEEKS = 8
AGES = ((14, "0–14 days"), (30, "15–30 days"), (60, "31–60 days"))
OLDER = "over 60 days"

_TYPES = {
    "Prevent": phrases("""
        prevent, prevention, preventive, preventative, 予防, 预防, 預防, prevenir, prévention, prevención
    """),
    "Detect": phrases("""
        detect, detection, detective, monitor, monitoring, 検知, 检测, 檢測, detectar, détection, detección
    """),
    "Mitigate": phrases("""
        mitigate, mitigation, respond, response, recovery, 緩和, 缓解, 緩解, mitigar, atténuation, mitigación
    """),
    "Process": phrases("process, documentation, プロセス, 流程, proceso, processus, prozess"),
}
OTHER = "Other"


def trend(cases: Sequence[Case], *, day: date, zone: ZoneInfo) -> tuple[Week, ...]:
    """The eight weeks up to a day, each labelled as the weekly at its end.

    An item is opened when it is first known or reopened. The last week holds all that happened since it began.
    """
    steps = [step for case in cases for step in _steps(case, zone)]
    ends = [day - timedelta(days=WEEK * back) for back in reversed(range(WEEKS + 1))]
    totals = [_until(steps, end) for end in (*ends[:-1], date.max)]
    return tuple(
        Week(f"W{end.isocalendar().week:02}", opened - opened_before, closed - closed_before, opened - closed)
        for end, (opened, closed), (opened_before, closed_before) in zip(ends[1:], totals[1:], totals, strict=False)
    )


def ages(cases: Sequence[Case]) -> tuple[Bar, ...]:
    """How old the open items are; nothing when there are none."""
    found = Counter(_span(case.entry.age) for case in cases if case.open)
    labels = (*(label for _, label in AGES), OLDER)
    return tuple(Bar(label, found[label]) for label in labels) if found else ()


def mix(cases: Sequence[Case]) -> tuple[Bar, ...]:
    """Of what type the open items are; nothing when there are none."""
    found = Counter(_type(case.item.type) for case in cases if case.open)
    return tuple(Bar(label, found[label]) for label in (*_TYPES, OTHER)) if found else ()


def _steps(case: Case, zone: ZoneInfo) -> Iterator[tuple[date, int]]:
    """The days on which an item was opened (1) or closed (-1).

    Events that do not lead to the state that it has now (its ticket was changed for another) tell nothing.
    """
    seen = case.seen or date.min
    told = case.moves if case.moves and case.moves[-1].after is case.entry.state else ()
    closed_at_first = told[0].before.closed if told else not case.open
    if not closed_at_first:
        yield seen, 1
    for move in told:
        if move.before.closed is not move.after.closed:
            yield max(move.at.astimezone(zone).date(), seen), 1 if move.before.closed else -1


def _until(steps: Sequence[tuple[date, int]], end: date) -> tuple[int, int]:
    """How often something was opened, and closed, up to the end of a day."""
    return sum(at <= end for at, step in steps if step > 0), sum(at <= end for at, step in steps if step < 0)


def _span(age: int) -> str:
    return next((label for most, label in AGES if age <= most), OLDER)


def _type(text: str | None) -> str:
    """The first word that is one of the house's types: ``Detect / Mitigate`` counts as Detect."""
    words = plain_words(text or "").replace("/", " ").split()
    return next((label for word in words for label, known in _TYPES.items() if word in known), OTHER)
