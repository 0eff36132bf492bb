"""What was decided about one row, and the changes that concern it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from syncd.core.change import Change, ChangeKind, Outcome
from syncd.core.desired import NotWanted
from syncd.core.model import ActionItem, DesiredTicket, Disposition, Effect, Event, Link, Ticket
from syncd.core.world import Place, View, World
from syncd.core.write_back import Cells


@dataclass(frozen=True, slots=True)
class Decision:
    """One row's disposition, why, and what is to be done about it."""

    disposition: Disposition
    reason: str = ""
    changes: tuple[Change, ...] = ()
    link: Link | None = None
    """A link to remember that no change carries."""
    ended: Effect | None = None
    waits: bool = False
    """Time alone may change this decision."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row while it is decided; makes the changes that concern it."""

    view: View
    world: World
    index: int
    item_id: str

    @property
    def item(self) -> ActionItem:
        """The row, as it was read."""
        return self.view.postmortem.items[self.index]

    def change(
        self,
        kind: ChangeKind,
        reason: str,
        *,
        place: Place | None = None,
        link: Link | None = None,
        found: Ticket | None = None,
        desired: DesiredTicket | None = None,
        effect: Effect | None = None,
        push: dict[str, str] | None = None,
        cells: Cells | None = None,
        events: tuple[Event, ...] = (),
        release: tuple[str, ...] = (),
        outcome: Outcome = Outcome.PLANNED,
        out_of_done: bool = False,
    ) -> Change:
        """A change that concerns this row."""
        document = self.view.postmortem.document
        return Change(
            kind=kind,
            document=document.key,
            path=document.path,
            line=self.item.line,
            reason=reason,
            item_id=self.item_id,
            text=self.item.action,
            tracker=place.name if place else None,
            ticket=link.key if link else None,
            url=link.url if link else None,
            outcome=outcome,
            index=self.index,
            desired=desired,
            effect=effect,
            found=found,
            link=link,
            events=events,
            push=push or {},
            cells=cells,
            release=release,
            out_of_done=out_of_done,
        )

    def record(self, reason: str, place: Place, link: Link, events: tuple[Event, ...]) -> Change:
        """The tracker has news."""
        return self.change(ChangeKind.RECORD, reason, place=place, link=link, events=events)

    def report(self, reason: str, *, place: Place | None = None, link: Link | None = None) -> Change:
        """Something for a person to look at."""
        return replace(self.change(ChangeKind.REPORT, reason, place=place, link=link), link=None)

    def ignore(self, reason: str) -> Decision:
        """No ticket, and why."""
        return Decision(Disposition.IGNORED, reason, (self.change(ChangeKind.IGNORE, reason),))

    def block(self, reason: str, *, place: Place | None = None, waits: bool = True) -> Decision:
        """No ticket until a person has said or mended something."""
        return Decision(Disposition.BLOCKED, reason, (self.report(reason, place=place),), waits=waits)

    def not_wanted(self, why: NotWanted) -> Decision:
        """What the documents say about a row that asks for no ticket."""
        return self.block(why.reason) if why.blocked else self.ignore(why.reason)

    def wait(
        self, reason: str, *, place: Place | None = None, ticket: str | None = None, outcome: Outcome = Outcome.PENDING
    ) -> Decision:
        """Later: nothing can be done about it now."""
        pending = self.change(ChangeKind.ADOPT if ticket else ChangeKind.CREATE, reason, place=place, outcome=outcome)
        return Decision(Disposition.PENDING, reason, (replace(pending, ticket=ticket),), waits=True)

    def create(self, wanted: DesiredTicket, place: Place, *, effect: Effect | None = None) -> Decision:
        """A ticket, and the row that names it."""
        reason = f"no ticket yet: {wanted.owner or 'no owner'}, {f'due {wanted.due}' if wanted.due else 'no due date'}"
        creation = self.change(ChangeKind.CREATE, reason, place=place, desired=wanted, effect=effect)
        changes = [creation]
        if self.world.policy.write_back:
            cells = Cells(state=wanted.state if self.item.table is not None and self.item.status is None else None)
            changes.append(self.change(ChangeKind.WRITE_BACK, "link the new ticket", place=place, cells=cells))
        return Decision(Disposition.PENDING, "a ticket is to be created", tuple(changes))
