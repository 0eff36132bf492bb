"""What a test asks of a pass and of the ledger after it."""

from __future__ import annotations

from syncd.core.change import Change
from syncd.core.model import Disposition, KnownItem
from syncd.reconcile import Pass
from tests.line import Line, writes


def of(done: Pass, *kinds: str) -> list[Change]:
    """The changes of these kinds, in order."""
    return [c for _, c in done.changes if c.kind in kinds]


def told(done: Pass, *kinds: str) -> list[str]:
    """The reasons of the changes of these kinds."""
    return [c.reason for c in of(done, *(kinds or ("report", "ignore")))]


def steps(done: Pass) -> list[str]:
    """Each change as its kind and outcome."""
    return [f"{c.kind} {c.outcome}" for _, c in done.changes]


def item(line: Line, text: str) -> KnownItem:
    """The one item that the ledger knows by this text."""
    [found] = [i for i in line.ledger.items() if i.action == text]
    return found


def held_by(line: Line, text: str) -> str | None:
    """The key of the ticket of the item with this text."""
    link = item(line, text).link
    return link.key if link else None


def fates(line: Line) -> dict[str, Disposition]:
    """What became of each item."""
    return {i.action: i.disposition for i in line.ledger.items()}


def assert_quiet(line: Line) -> None:
    """After edits stop, the next pass writes nothing."""
    assert [(c.kind, c.reason) for c in writes(line.run())] == []
