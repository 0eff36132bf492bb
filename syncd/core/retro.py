"""The check-in at a retro: what moved since the review or the last retro, what is stuck, what to ask.

The questions are about conditions, not about people.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from syncd.core.digest import AgendaPoint, Digest, DigestKind, Memory, Section
from syncd.core.dispute import sentence
from syncd.core.entries import Case, cases, facts, numbers, restricted
from syncd.core.headline import counted, list_of, preheader, subject
from syncd.core.history import DateMove, Move
from syncd.core.placing import Heading, first, place, soonest, total

STILL = 14
"""Days without any change after which an open item is stuck."""
SLIPS = 2
"""Moves to a later day after which it is stuck, however recent they are."""


def retro(
    memory: Memory,
    documents: Iterable[str],
    *,
    day: date,
    period: str,
    since: datetime | None,
    remarks: Sequence[str] = (),
    limit: int = 50,
) -> Digest:
    """The check-in on a day about the postmortems with those keys, with at most ``limit`` items (at least one) shown.

    ``since`` is the moment of the review or of the last check-in, aware; without it, all that moved is told.
    """
    among = tuple(dict.fromkeys(documents))
    found = [_noted(case, day=day, since=since, zone=memory.zone) for case in cases(memory, day=day, documents=among)]
    sections = place(found, _headings(day, since), limit=limit)
    hidden = restricted(memory, documents=among)
    counts = numbers(found, closed=sum(_is_new(case.closed_at, since) for case in found))
    stuck, moved = total(sections, "stuck"), total(sections, "moved")
    words = {"overdue": counts.overdue, "stuck": stuck, "moved": moved, "open": counts.open}
    news = list_of(words) or "nothing moved, nothing open"
    return Digest(
        kind=DigestKind.RETRO,
        team=memory.team,
        period=period,
        day=day,
        subject=subject(memory, f"Retro check-in: {news}"),
        preheader=_worst(sections, hidden),
        numbers=counts,
        sections=sections,
        postmortems=tuple(facts(d) for d in map(memory.documents.__getitem__, among) if not d.restricted),
        agenda=_agenda(stuck=stuck, moved=moved, left=counts.open + hidden),
        restricted=hidden,
        remarks=tuple(remarks),
        owner=memory.owner,
    )


def _headings(day: date, since: datetime | None) -> tuple[Heading, ...]:
    def moved(case: Case) -> bool:
        return _moved(case, since) and not _stuck(case, day)

    return (
        Heading("moved", "Moved", moved, soonest),
        Heading("stuck", "Stuck", lambda case: _stuck(case, day), lambda case: -_still(case, day)),
        Heading("open", "Open", lambda case: case.open, soonest),
    )


def _moved(case: Case, since: datetime | None) -> bool:
    last = [move.at for move in case.moves[-1:]]
    if case.open:
        last += [move.at for move in case.dates[-1:]]
    return any(_is_new(at, since) for at in last)


def _stuck(case: Case, day: date) -> bool:
    return case.open and (_still(case, day) > STILL or case.entry.slips >= SLIPS)


def _still(case: Case, day: date) -> int:
    """Days without any change."""
    return (day - case.changed).days if case.changed else case.entry.age


def _is_new(moment: datetime | None, since: datetime | None) -> bool:
    return moment is not None and (since is None or moment >= since)


def _noted(case: Case, *, day: date, since: datetime | None, zone: ZoneInfo) -> Case:
    """With what moved, or how long nothing did."""
    words = [_state_words(move, zone) for move in case.moves[-1:] if _is_new(move.at, since)]
    if case.open:
        words += [_date_words(move, zone) for move in case.dates[-1:] if _is_new(move.at, since)]
        words += [f"Moved to a later day {case.entry.slips} times."] if case.entry.slips >= SLIPS else []
        words += [f"No change for {_still(case, day)} days."] if _still(case, day) > STILL else []
    return case.noting(*words)


def _state_words(move: Move, zone: ZoneInfo) -> str:
    words = f"{move.before.value} → {move.after.value} on {move.at.astimezone(zone):%Y-%m-%d}."
    return sentence(words.replace("_", " "))


def _date_words(move: DateMove, zone: ZoneInfo) -> str:
    return f"Due {move.before or 'some day'} → {move.after}, said on {move.at.astimezone(zone):%Y-%m-%d}."


def _worst(sections: Sequence[Section], hidden: int) -> str:
    for key, lead in (("stuck", "Stuck"), ("open", "Open"), ("moved", "Moved")):
        if entry := first(sections, key):
            return preheader(f"{counted(entry.days_late, 'day')} late" if entry.days_late else lead, entry)
    return f"{counted(hidden, 'action')} of restricted postmortems, counted and not named." if hidden else NOTHING


def _agenda(*, stuck: int, moved: int, left: int) -> tuple[AgendaPoint, ...]:
    """Ten minutes at most; nothing to discuss when nothing is open and nothing moved."""
    points = (
        (moved, AgendaPoint("What moved", 2, ("What helped these along, and can the others have it too?",))),
        (stuck, AgendaPoint("What is stuck", 5, _STUCK)),
        (left, AgendaPoint("What to ask for", 3, _ASK)),
    )
    return tuple(point for number, point in points if number)


NOTHING = "Nothing moved and nothing is open."
_STUCK = (
    "What would have to be true for it to move: time, a decision, another team, a smaller first step?",
    "Is it still worth doing? If not, close it and write down why.",
)
_ASK = (
    "Which one goes into the next sprint, and what makes room for it?",
    "What does the team need from outside, and who asks for it?",
)
