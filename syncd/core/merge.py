"""Three-way: what a row says, what its ticket says, what both last agreed on.

Compared are normalised values, and states in the poorer side's vocabulary: a checkbox knows no "in progress", nor does
GitHub. A side that did not move never wins over one that did; where both moved nothing is written and a person is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from syncd.core.desired import ticket_title
from syncd.core.model import FIELDS, ActionItem, DesiredTicket, Features, Link, Presence, Role, State, ThreeWay, Ticket

UNSETTLED = "?"
"""The agreed value of a field on which both sides never agreed: it equals nothing."""
WHOLE = Features()
"""A tracker that holds everything."""


@dataclass(frozen=True, slots=True)
class FieldMerge:
    """What one field asks for. ``value`` is true as soon as it is recorded; the others may fail and come again."""

    value: ThreeWay
    push: str | None = None
    write: str | None = None
    conflict: str | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    """What an item and its ticket ask for together."""

    link: Link
    """The link with what was seen on both sides."""
    push: Mapping[str, str]
    """Fields that the ticket is to be told."""
    state: State | None
    """What the row's status should say."""
    due: date | None
    """What the row's due date should say."""
    conflicts: tuple[str, ...]


def merge(item: ActionItem, link: Link, ticket: Ticket, *, features: Features, location: str) -> Merge:
    """Compare an item, in the document at ``location``, with its ticket as it is now.

    A ticket with a problem counts as it was before.
    """
    if ticket.problem:
        before = last_seen(link)
        ticket = replace(ticket, title=before.title, state=before.state, due=before.due, document=before.document)
    fields = {
        "title": _title(item, link.fields["title"], ticket),
        "state": _state(item, link.fields["state"], ticket, features=features),
        "due": _due(item, link.fields["due"], ticket, features=features),
        "document": _document(location, link.fields["document"], ticket, features=features),
    }
    seen = replace(
        link,
        ticket_id=ticket.id,
        key=ticket.key,
        url=ticket.url,
        fields={name: merged.value for name, merged in fields.items()},
        revision=ticket.revision,
        presence=ticket.presence,
    )
    return Merge(
        link=seen,
        push={name: merged.push for name, merged in fields.items() if merged.push is not None},
        state=State(fields["state"].write) if fields["state"].write else None,
        due=date.fromisoformat(fields["due"].write) if fields["due"].write else None,
        conflicts=tuple(merged.conflict for merged in fields.values() if merged.conflict),
    )


def payload(sent: DesiredTicket) -> dict[str, object]:
    """What an effect keeps of the ticket it sends, as JSON values; enough to know later what was agreed."""
    return {
        "title": sent.title,
        "state": sent.state.value,
        "due": _iso(sent.due),
        "owner": sent.owner,
        "labels": list(sent.labels),
        "document": sent.document,
    }


def created_link(
    item_id: str,
    tracker: str,
    ticket: Ticket,
    *,
    marker: str,
    sent: Mapping[str, object],
    features: Features = WHOLE,
) -> Link:
    """The link of a ticket that we made: what was sent (see :func:`payload`) is agreed.

    Not so a start that the tracker did not make, nor a link back that is still to be told (``features.links``).
    """
    there = values(ticket)
    fields = {name: ThreeWay(_text(sent[name]), there[name], _text(sent[name])) for name in FIELDS}
    if sent["state"] == State.IN_PROGRESS and ticket.state is State.OPEN and State.IN_PROGRESS in features.states:
        fields["state"] = replace(fields["state"], agreed=UNSETTLED)
    if features.links and linkable(_text(sent["document"])):
        fields["document"] = replace(fields["document"], agreed=UNSETTLED)
    return _new_link(item_id, tracker, ticket, marker=marker, ours=True, fields=fields)


def values(ticket: Ticket) -> dict[str, str | None]:
    """A ticket's side of each of :data:`syncd.core.model.FIELDS`."""
    return {
        "title": ticket.title,
        "state": ticket.state.value,
        "due": _iso(ticket.due),
        "document": ticket.document,
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def adopted_link(
    item: ActionItem, item_id: str, tracker: str, ticket: Ticket, *, ours: bool, features: Features
) -> Link:
    """The link of a ticket that was found: what was found is agreed, a contradicting status is not.

    A ticket of ours may be told what the row says now; of a person's ticket the title is the person's.
    """
    state = item.state or State.OPEN
    agreed_state = ticket.state if same_state(state, ticket.state, item=item, features=features) else UNSETTLED
    due, there = _iso(item.due_date), _iso(ticket.due)
    fields = {
        "title": ThreeWay(ticket_title(item.action), ticket.title, ticket.title if ours else None),
        "state": ThreeWay(state, ticket.state, state if item.status is None else agreed_state),
        "due": ThreeWay(due, there, there if ours else _found_due(due, there)),
        "document": ThreeWay(ticket.document, ticket.document, _linked_back(ticket, ours=ours, features=features)),
    }
    return _new_link(item_id, tracker, ticket, marker=ticket.marker, ours=ours, fields=fields)


def linkable(location: str | None) -> bool:
    """Whether a link that is a thing of its own can lead there: a path of this machine means nothing elsewhere."""
    return location is not None and location.startswith(("https://", "http://"))


def _linked_back(ticket: Ticket, *, ours: bool, features: Features) -> str | None:
    """What is agreed about the link back of a ticket that was found; a body that a person wrote is left alone."""
    if features.links:
        return UNSETTLED
    return ticket.document if ours else None


def _found_due(said: str | None, there: str | None) -> str | None:
    """What is agreed about the due date of a person's ticket, so that finding it changes it on neither side."""
    if said is None or there is None or said == there:
        return said or there
    return UNSETTLED


def _new_link(
    item_id: str, tracker: str, ticket: Ticket, *, marker: str | None, ours: bool, fields: Mapping[str, ThreeWay]
) -> Link:
    return Link(
        item_id=item_id,
        tracker=tracker,
        ticket_id=ticket.id,
        key=ticket.key,
        url=ticket.url,
        ours=ours,
        marker=marker,
        fields=fields,
        revision=ticket.revision,
        presence=ticket.presence,
    )


def last_seen(link: Link) -> Ticket:
    """The ticket of a link as it was last seen, for when nothing changed since."""
    due = link.fields["due"].ticket
    return Ticket(
        id=link.ticket_id,
        key=link.key,
        url=link.url,
        title=link.fields["title"].ticket or "",
        state=State(link.fields["state"].ticket or State.OPEN),
        due=date.fromisoformat(due) if due else None,
        marker=link.marker,
        document=link.fields["document"].ticket,
        revision=link.revision,
        presence=link.presence,
    )


def same_state(a: State, b: State, *, item: ActionItem, features: Features) -> bool:
    """Whether two states are the same in the poorer vocabulary of the row and its tracker."""
    return _coarse(a, item, features) == _coarse(b, item, features)


def _coarse(state: State, item: ActionItem, features: Features) -> State:
    if state is State.IN_PROGRESS and (item.bullet is not None or state not in features.states):
        return State.OPEN
    if state is State.CANCELLED and state not in features.states:
        return State.DONE
    return state


def _title(item: ActionItem, known: ThreeWay, ticket: Ticket) -> FieldMerge:
    wanted = ticket_title(item.action)
    if known.agreed is None:
        return FieldMerge(ThreeWay(wanted, ticket.title, None))
    if ticket.title != known.ticket:
        return FieldMerge(ThreeWay(wanted, ticket.title, wanted if ticket.title == wanted else None))
    push = wanted if wanted != known.agreed else None
    return FieldMerge(ThreeWay(wanted, ticket.title, known.agreed), push=push)


def _document(location: str, known: ThreeWay, ticket: Ticket, *, features: Features) -> FieldMerge:
    """The link back follows a document that moved, unless a person put another in its place."""
    if features.links and not linkable(location):
        return FieldMerge(ThreeWay(location, ticket.document, known.agreed))
    if known.agreed == UNSETTLED:
        return FieldMerge(ThreeWay(location, ticket.document, UNSETTLED), push=location)
    if known.agreed is None:
        return FieldMerge(ThreeWay(location, ticket.document, None))
    if ticket.document != known.ticket:
        return FieldMerge(ThreeWay(location, ticket.document, location if ticket.document == location else None))
    push = location if location != known.agreed else None
    return FieldMerge(ThreeWay(location, ticket.document, known.agreed), push=push)


def _state(item: ActionItem, known: ThreeWay, ticket: Ticket, *, features: Features) -> FieldMerge:
    said = _said(item, known)
    there = ticket.state
    seen = ThreeWay(said, there, known.agreed)
    if same_state(said, there, item=item, features=features):
        fill = there if item.status is None and item.table is not None else None
        return FieldMerge(ThreeWay(said, there, there), write=fill)
    if known.agreed in (None, UNSETTLED):
        return FieldMerge(seen, conflict=_disagreement(said, there))
    agreed = State(known.agreed)
    if same_state(said, agreed, item=item, features=features):
        return FieldMerge(seen, write=there)
    if same_state(there, agreed, item=item, features=features) and said.closed:
        return FieldMerge(seen, push=said)
    return FieldMerge(seen, conflict=_disagreement(said, there))


def _said(item: ActionItem, known: ThreeWay) -> State:
    """What the row says. No word counts as open; a word that nobody understands is no move."""
    if item.state is not None:
        return item.state
    if item.status is not None and known.agreed not in (None, UNSETTLED):
        return State(known.agreed)
    return State.OPEN


def _disagreement(said: State, there: State) -> str:
    return (
        f"the row says {_word(said)}, its ticket says {_word(there)}: nothing is written until one of them is changed"
    )


def _word(state: State) -> str:
    return state.value.replace("_", " ")


def _due(item: ActionItem, known: ThreeWay, ticket: Ticket, *, features: Features) -> FieldMerge:
    if not features.due:
        return FieldMerge(ThreeWay(_iso(item.due_date), None, known.agreed))
    said, there = _iso(item.due_date), _iso(ticket.due)
    if said == there:
        return FieldMerge(ThreeWay(said, there, there))
    if there == known.agreed:
        return FieldMerge(ThreeWay(said, there, known.agreed), push=said)
    if said == known.agreed:
        return FieldMerge(ThreeWay(said, there, known.agreed), write=there if item.cell(Role.DUE) else None)
    if said is None or there is None:
        return FieldMerge(ThreeWay(said, there, known.agreed))
    before = f", {known.agreed or 'none'} before" if known.agreed != UNSETTLED else ""
    words = f"due {said} in the row, {there} in its ticket{before}: nothing is written until both say the same"
    return FieldMerge(ThreeWay(said, there, known.agreed), conflict=words)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def settled(link: Link, told: Mapping[str, str]) -> Link:
    """The link after the ticket was told these values of its row: on them both sides agree."""
    fields = dict(link.fields)
    for name, value in told.items():
        fields[name] = ThreeWay(value, fields[name].ticket, value)
    return replace(link, fields=fields)


def gone(presence: Presence, key: str, *, tells_deleted: bool = True) -> str:
    """Words for a ticket that cannot be had any more; ``tells_deleted`` as in :class:`syncd.core.model.Features`."""
    let_go = f"let it go with `syncd unlink {key}` and remove it from the row to get a new ticket"
    if presence is Presence.DELETED:
        return f"{key} was deleted: restore it, or {let_go}"
    if presence is Presence.ARCHIVED:
        return f"{key} is archived and cannot be changed: bring it back, or {let_go}"
    if not tells_deleted:
        return (
            f"{key} cannot be read: it was deleted, or its permissions or its project changed. If it is gone, {let_go}"
        )
    return f"{key} cannot be read: its permissions or its project changed; nothing is assumed about it"
