"""The action-item review of one postmortem: each item as it stands, and what to ask in the meeting.

The questions are about conditions, not about people: what stood in the way, never who failed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from syncd.core.digest import AgendaPoint, Digest, DigestKind, Memory, Section
from syncd.core.entries import Case, cases, facts, numbers, restricted, title_of, written
from syncd.core.headline import counted, list_of, preheader, subject
from syncd.core.model import KnownDocument, KnownItem, State
from syncd.core.placing import Heading, first, oldest, place, soonest, total
from syncd.core.references import NO_PROJECTS

_REFERENCE = re.compile(r"https?://\S|(?<![\w/])(?P<project>[A-Z][A-Z0-9_]*)-\d|#\d")
_HEADINGS = (
    Heading("overdue", "Overdue", lambda case: case.late, soonest),
    Heading("disputed", "To settle", lambda case: case.disputed, oldest),
    Heading("open", "Open", lambda case: case.open, soonest),
    Heading("unproven", "Closed without evidence", lambda case: not proven(case.item), oldest),
    Heading("closed", "Closed", lambda case: True, oldest),
)


def review(
    memory: Memory, document: str, *, day: date, period: str, remarks: Sequence[str] = (), limit: int = 50
) -> Digest:
    """The review of the postmortem with that key, on a day, with at most ``limit`` of its items (at least one) shown.

    All its items take part but those that a person said to ignore. Of a restricted postmortem only numbers are told.
    """
    known, among = memory.documents[document], (document,)
    found = [_noted(case) for case in cases(memory, day=day, takes=written, documents=among)]
    sections = place(found, _HEADINGS, limit=limit)
    counts = numbers(found, closed=sum(not case.open for case in found))
    hidden = restricted(memory, takes=written, documents=among)
    return Digest(
        kind=DigestKind.REVIEW,
        team=memory.team,
        period=period,
        day=day,
        subject=_subject(memory, known, found, hidden),
        preheader=_worst(sections, found, hidden),
        numbers=counts,
        sections=sections,
        postmortems=() if known.restricted else (facts(known),),
        agenda=_agenda(found) if found or hidden else (),
        restricted=hidden,
        remarks=tuple(remarks),
        owner=memory.owner,
    )


def proven(item: KnownItem) -> bool:
    """Whether anything can be looked up about an item: its ticket, or what its row refers to."""
    if item.link is not None or item.evidence:
        return True
    found = [match for text in (item.action, item.status, item.reason) for match in _REFERENCE.finditer(text or "")]
    return any(match["project"] not in NO_PROJECTS for match in found)


def _noted(case: Case) -> Case:
    """With what the review should know of an item besides its state."""
    if not case.open:
        return case if proven(case.item) else case.noting(_UNPROVEN[case.entry.state])
    return case.noting(
        "" if case.entry.owner else "It has no owner.",
        "" if case.entry.due else "It has no due date.",
    )


_UNPROVEN = {
    State.DONE: "Done, with neither a ticket nor a link: where can its result be seen?",
    State.CANCELLED: "Dropped, with neither a ticket nor a link: where is it written why?",
}


def _subject(memory: Memory, known: KnownDocument, found: Sequence[Case], hidden: int) -> str:
    if known.restricted:
        return subject(memory, "Action-item review of a restricted postmortem", end=f" ({hidden} open)")
    return subject(memory, "Action-item review: ", name=title_of(known), end=f" ({_left(found)})")


def _left(found: Sequence[Case]) -> str:
    """``2 of 5 open``."""
    left = sum(case.open for case in found)
    if not found:
        return "no actions"
    if left:
        return f"{left} of {len(found)} open"
    return "closed" if len(found) == 1 else f"all {len(found)} closed"


def _worst(sections: Sequence[Section], found: Sequence[Case], hidden: int) -> str:
    if hidden:
        return f"{counted(hidden, 'action')} open, counted and not named."
    if late := first(sections, "overdue"):
        return preheader(f"{counted(late.days_late, 'day')} late", late)
    left = sum(case.open for case in found)
    words = {"open": left, "closed": len(found) - left, "of them without evidence": total(sections, "unproven")}
    return f"{list_of(words) or 'No actions'}{', none late' if left else ''}."


def _agenda(found: Sequence[Case]) -> tuple[AgendaPoint, ...]:
    """Half an hour at most; what nobody has to talk about is left out."""
    left = [case for case in found if case.open]
    points = (
        AgendaPoint("What was promised", 5, _promised(left)),
        AgendaPoint("What is done, and how we know that it works", 5, _done(found)),
        AgendaPoint("What is late, and why", 10, _late(found)),
        AgendaPoint("What to drop or hand over", 5, _DROP if left else ()),
        AgendaPoint("Would it have helped", 5, _HELPED),
    )
    return tuple(point for point in points if point.questions)


_DROP = (
    "Which open action would nobody start today? Close it, and write down why.",
    "Which open action is with a team that cannot do it? Which team can?",
)
_HELPED = (
    "With all of this in place, would it have happened again, been noticed sooner, or ended sooner?",
    "What is missing from the list?",
)


def _promised(left: Sequence[Case]) -> tuple[str, ...]:
    unowned = sum(case.entry.owner is None for case in left)
    undated = sum(case.entry.due is None for case in left)
    return _asked(
        (1, "Does each action still say what is meant, and how we shall see that it is done?"),
        (unowned, f"{counted(unowned, 'action')} without an owner: which team or role takes it on?"),
        (undated, f"{counted(undated, 'action')} without a due date: when is it needed?"),
    )


def _done(found: Sequence[Case]) -> tuple[str, ...]:
    closed = [case for case in found if not case.open]
    unproven = sum(not proven(case.item) for case in closed)
    return _asked(
        (len(closed), "What has shown that it works: a test, a drill, an alert that fired, a rollout?"),
        (unproven, f"{counted(unproven, 'action')} closed without evidence: where can the result be seen?"),
    )


def _late(found: Sequence[Case]) -> tuple[str, ...]:
    late = sum(case.late for case in found)
    slipped = sum(case.open and case.entry.slips > 0 for case in found)
    disputed = sum(case.disputed for case in found)
    return _asked(
        (late, f"{counted(late, 'action')} late: what stood in the way, and what would have to change?"),
        (slipped, f"{counted(slipped, 'action')} moved to a later day: is it too large, or waiting for something?"),
        (disputed, f"{counted(disputed, 'action')} to settle: what is true, the postmortem or the ticket?"),
    )


def _asked(*questions: tuple[int, str]) -> tuple[str, ...]:
    """The questions that have something to ask about."""
    return tuple(question for number, question in questions if number)
