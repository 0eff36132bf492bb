"""How an item stands: its ticket's word goes before its row's."""

from __future__ import annotations

from datetime import date

from syncd.core.model import Disposition, KnownItem, State

WANTED = (Disposition.LINKED, Disposition.PENDING, Disposition.BLOCKED)
"""Items that have a ticket, or should have one."""


def state_of(item: KnownItem) -> State:
    """The state of an item: its ticket's, else its row's."""
    there = item.link.fields["state"].ticket if item.link else None
    return State(there) if there else item.state or State.OPEN


def due_of(item: KnownItem) -> date | None:
    """The due date of an item: its ticket's, else its row's."""
    there = item.link.fields["due"].ticket if item.link else None
    return date.fromisoformat(there) if there else item.due_date
