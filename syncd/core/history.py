"""What the events of one item tell: how its state moved, how often its date slipped, when it last changed.

The same change is often told twice, by the side that moved it and by the side that followed: it counts once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from syncd.core.model import Event, Side, State

CHANGES = frozenset(("title", "state", "due", "link"))
"""Fields whose events are a change of the item itself; others tell of its document or its ticket's place."""


@dataclass(frozen=True, slots=True)
class Move:
    """A change of the state of an item, as its ticket has it."""

    before: State
    after: State
    at: datetime


@dataclass(frozen=True, slots=True)
class DateMove:
    """A change of the due date of an item; it had none before where ``before`` is None."""

    before: date | None
    after: date
    at: datetime


def moves(events: Iterable[Event]) -> list[Move]:
    """How the state of an item moved, oldest first; ``events`` are the item's own, in that order."""
    found: list[Move] = []
    for event in events:
        # What the row alone says is not yet the item's state: a disagreement may keep it from being so.
        if event.field != "state" or event.side is Side.DOCUMENT or not event.before or not event.after:
            continue
        before = found[-1].after if found else State(event.before)
        after = State(event.after)
        if before is not after:
            found.append(Move(before, after, event.at))
    return found


def date_moves(events: Iterable[Event]) -> list[DateMove]:
    """How the due date of an item moved, on whichever side, oldest first; taking it away is no move."""
    found: list[DateMove] = []
    current: date | None = None
    for event in events:
        if event.field != "due":
            continue
        current = current or (date.fromisoformat(event.before) if event.before else None)
        after = date.fromisoformat(event.after) if event.after else current
        if after is not None and after != current:
            found.append(DateMove(current, after, event.at))
        current = after
    return found


def slips(moved: Iterable[DateMove]) -> int:
    """How often a due date was moved to a later day."""
    return sum(move.before is not None and move.after > move.before for move in moved)


def last_change(events: Iterable[Event]) -> datetime | None:
    """When anything about the item itself last changed."""
    return max((e.at for e in events if e.field in CHANGES), default=None)


def got_ticket(events: Sequence[Event]) -> datetime | None:
    """When the item was first joined to a ticket."""
    return min((e.at for e in events if e.field == "link" and e.before is None), default=None)
