"""A decision as a value: what a pass would change, and why. Printing, refusing and applying are other modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from syncd.core.model import (
    DesiredTicket,
    Effect,
    Event,
    KnownDocument,
    KnownItem,
    Link,
    Postmortem,
    Problem,
    Ticket,
)
from syncd.core.write_back import Cells


class ChangeKind(StrEnum):
    """The steps a plan is made of."""

    CREATE = "create"
    ADOPT = "adopt"
    UPDATE = "update"
    RECORD = "record"
    WRITE_BACK = "write_back"
    REPORT = "report"
    IGNORE = "ignore"


class Outcome(StrEnum):
    """How one change went."""

    PLANNED = "planned"
    DONE = "done"
    PENDING = "pending"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    FAILED = "failed"
    SKIPPED = "skipped"


WRITING = frozenset({ChangeKind.CREATE, ChangeKind.ADOPT, ChangeKind.UPDATE, ChangeKind.RECORD, ChangeKind.WRITE_BACK})
"""The kinds that change something somewhere; after edits stop, the second pass has none of them."""
TROUBLE = frozenset({Outcome.FAILED, Outcome.REFUSED, Outcome.UNKNOWN})
"""The outcomes that somebody should hear of."""


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a plan, with both sides of it; what ``apply`` needs travels along."""

    kind: ChangeKind
    document: str
    """:attr:`syncd.core.model.Document.key`."""
    path: str
    line: int
    reason: str
    item_id: str | None = None
    text: str = ""
    tracker: str | None = None
    """The tracker's configured name."""
    ticket: str | None = None
    url: str | None = None
    outcome: Outcome = Outcome.PLANNED
    index: int | None = None
    """The row's place in ``postmortem.items``."""
    detach: bool = False
    desired: DesiredTicket | None = None
    effect: Effect | None = None
    """The open create that this change takes up again."""
    found: Ticket | None = None
    link: Link | None = None
    """The link as it stands when this change is done."""
    events: tuple[Event, ...] = ()
    push: Mapping[str, str] = field(default_factory=dict)
    cells: Cells | None = None
    by_hand: bool = False
    """A person linked the two by command."""
    release: tuple[str, ...] = ()
    """Items elsewhere whose row is gone and that give up this ticket."""
    out_of_done: bool = False
    """Whether the item would no longer be done."""
    notes: tuple[str, ...] = ()
    """What was left out when it was done."""

    @property
    def told(self) -> str:
        """The reason, and what was left out."""
        return "; ".join((self.reason, *(note.rstrip(".") for note in self.notes)))


@dataclass(frozen=True, slots=True)
class PlannedDocument:
    """What the ledger is to remember of a document that was read, or that is gone."""

    record: KnownDocument
    items: tuple[KnownItem, ...]
    postmortem: Postmortem | None = None
    ids: tuple[str, ...] = ()
    """Item ids in the order of ``postmortem.items``."""
    moved_from: str | None = None
    links: tuple[Link, ...] = ()
    """Links to keep up to date that nothing else touches: what was seen, without news."""
    ended: tuple[Effect, ...] = ()
    """Open creates that nobody wants any more and that certainly did not happen."""
    clean: bool = False
    """Nothing is left to do or to wait for until the document, its tickets or the settings change."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one pass over one source would do."""

    changes: tuple[Change, ...] = ()
    documents: tuple[PlannedDocument, ...] = ()
    problems: tuple[tuple[str, Problem], ...] = ()
    """Path and problem."""
    brake: str | None = None
    """Why none of it may be done unless a person approves."""

    @property
    def writing(self) -> tuple[Change, ...]:
        """The changes that change something somewhere."""
        return tuple(c for c in self.changes if c.kind in WRITING)


def plan_hash(changes: Iterable[Change]) -> str:
    """Twelve hexadecimal digits naming exactly these creating, writing and detaching changes, in any order.

    Without times, so that the same plan made an hour later has the same hash.
    """
    lines = sorted(
        "\0".join((c.kind, c.document, c.item_id or "", c.tracker or "", c.ticket or "", *_details(c)))
        for c in changes
        if c.kind in WRITING or c.detach
    )
    return sha256("\n".join(lines).encode()).hexdigest()[:12]


def _details(change: Change) -> list[str]:
    """What the change would say, on whichever side."""
    title = change.desired.title if change.desired else ""
    cells = [change.cells.ticket, change.cells.state, change.cells.due] if change.cells else []
    return [
        title,
        *(f"{name}={value}" for name, value in sorted(change.push.items())),
        *(f"{event.field}={event.after}" for event in change.events),
        *(str(value) for value in cells),
    ]
