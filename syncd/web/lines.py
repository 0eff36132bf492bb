"""Items, postmortems and teams in the words of the page. What documents say stays untrusted: templates escape it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from syncd.core.entries import Case
from syncd.core.model import State
from syncd.render.inert import safe_url
from syncd.render.words import age_words, counted, day_words, slipped, was_due, when
from syncd.web.asked import NOBODY
from syncd.web.board import Board, Placed, Sheet, TeamBoard, document_id

SIGNS = {State.OPEN: "○", State.IN_PROGRESS: "◐", State.DONE: "✓", State.CANCELLED: "×"}
LATE = "!"
NO_OWNER = "No owner yet"


@dataclass(frozen=True, slots=True)
class Line:
    """One action item."""

    id: str
    title: str
    sign: str
    """How it stands, at a glance; ``when`` says the same in words."""
    when: str
    late: bool
    owner: str
    ticket: str
    """Its key; empty when it has none."""
    ticket_url: str | None
    postmortem: str
    postmortem_id: str
    facts: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Group:
    """The items of one owner."""

    owner: str
    asked: str
    """By which its items are asked for."""
    lines: tuple[Line, ...]


def line(case: Case, day: date, *, whole: bool = False) -> Line:
    """An item on a day of its team; ``whole``: also from when to when its date was moved."""
    entry = case.entry
    facts = (was_due(entry, today=day), age_words(entry), _moved(case, day) if whole else slipped(entry))
    return Line(
        id=entry.item,
        title=entry.action or "(no words)",
        sign=LATE if case.late else SIGNS[entry.state],
        when=when(entry, today=day),
        late=case.late,
        owner=entry.owner or NO_OWNER,
        ticket=entry.ticket or "",
        ticket_url=safe_url(entry.url),
        postmortem=entry.postmortem,
        postmortem_id=document_id(case.item.document),
        facts=tuple(fact for fact in facts if fact),
        note=entry.note,
    )


def by_owner(found: Sequence[Placed]) -> tuple[Group, ...]:
    """Those of one owner together; the owner of the first comes first, who has none last."""
    owners: dict[str, list[Placed]] = {}
    for placed in found:
        owners.setdefault((placed.case.entry.owner or "").strip().casefold(), []).append(placed)
    nobody = owners.pop("", [])
    groups = [*owners.values(), *([nobody] if nobody else [])]
    return tuple(_group(group) for group in groups)


def _group(group: Sequence[Placed]) -> Group:
    owner = (group[0].case.entry.owner or "").strip()
    return Group(owner or NO_OWNER, owner or NOBODY, tuple(line(placed.case, placed.day) for placed in group))


def _moved(case: Case, day: date) -> str | None:
    """How often its date slipped, and from when to when."""
    words = slipped(case.entry)
    days = [move.before for move in case.dates[:1] if move.before] + [move.after for move in case.dates]
    return f"{words}: {' → '.join(day_words(each, today=day) for each in days)}" if words else None


def sheet_facts(sheet: Sheet) -> tuple[str, ...]:
    """What is said of a postmortem beside its title."""
    facts = sheet.facts
    day = facts.incident_date or facts.postmortem_date
    return tuple(fact for fact in (facts.severity, day.isoformat() if day else None) if fact)


def counts(sheet: Sheet) -> str:
    """``2 overdue, 3 open, 4 closed``."""
    told = {"overdue": sheet.overdue, "open": sheet.open, "closed": sheet.closed}
    return ", ".join(f"{number:,} {word}" for word, number in told.items() if number) or "no items"


def headline(board: Board) -> str:
    """The news of the whole page."""
    if not board.sheets and not board.asked.narrowed:
        return "No action items yet"
    told = [f"{board.overdue:,} overdue"] if board.overdue else []
    told += [f"{board.stuck:,} {'needs' if board.stuck == 1 else 'need'} a person"] if board.stuck else []
    if not told:
        return f"Nothing is late, {board.open:,} open" if board.open else "Nothing is open"
    return ", ".join([*told, f"{board.open:,} open"])


def alerts(team: TeamBoard) -> Iterator[str]:
    """What is wrong with a team's passes and digests, as sentences."""
    yield from team.last.troubles
    if team.undelivered:
        yield f"{counted(team.undelivered, 'message')} may not have arrived: `syncd digest list` says which."


def next_digests(team: TeamBoard) -> tuple[str, ...]:
    """``weekly Mon 30 Nov``, ``review of Slow search Fri 27 Nov``."""
    return tuple(
        f"{coming.kind}{f' of {coming.about}' if coming.about else ''} {day_words(coming.day, today=team.day)}"
        for coming in team.comings.next
    )


def pages(count: int, size: int) -> int:
    """How many pages a list has, at least one."""
    return max(-(-count // size), 1)
