"""An item's provenance in words: what ``syncd explain`` prints and what the item's page shows.

Every text may hold words of a document: whoever shows it makes it harmless for the place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from syncd.core.model import EffectKind, Event, Presence, Side, ThreeWay
from syncd.provenance import Matched, Provenance

MATCHED = {
    Matched.CREATED: "made by syncd for this row",
    Matched.NAMED: "made by a person and named in the row",
    Matched.BY_HAND: "made by a person, and linked by hand",
    Matched.MARKER: "made by syncd, and found again by its marker",
}
EFFECTS = {
    EffectKind.CREATE: "make the ticket",
    EffectKind.ADOPT: "join the ticket",
    EffectKind.UPDATE: "update the ticket",
    EffectKind.WRITE_BACK: "write the row",
}
SIDES = {Side.DOCUMENT: "in the document", Side.TICKET: "in the ticket", Side.SYNCD: "by syncd", Side.PERSON: "by hand"}

Fact = tuple[str, str | None]
"""What it is called, and its value; None: nothing is said."""


@dataclass(frozen=True, slots=True)
class TicketTold:
    """The ticket of an item."""

    key: str
    url: str
    matched: str
    """How it came to be the item's ticket."""
    presence: str
    """What is wrong with it, as a sentence; "" when nothing is."""
    sides: tuple[tuple[str, ThreeWay], ...]
    """State and due date, as both sides have them."""
    title: str
    """Its title where that is not the row's text, as a sentence; else ""."""
    ids: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where an item comes from, what became of it, and all that was done for it."""

    read: tuple[Fact, ...]
    fate: str
    """What became of it, and why."""
    remarks: tuple[str, ...]
    ticket: TicketTold | None
    history: tuple[tuple[datetime, str], ...]
    """Oldest first, UTC."""


def explanation(known: Provenance) -> Explanation:
    """Put what is known of an item into words."""
    item = known.item
    return Explanation(
        read=tuple(_read(known)),
        fate=f"{item.disposition}{f': {item.reason}' if item.reason else ''}",
        remarks=tuple(_remarks(known)),
        ticket=_ticket(known),
        history=tuple(sorted((*_effects(known), *_events(known.events)), key=lambda line: line[0])),
    )


def shown(value: str | None) -> str:
    """A value, or a dash where there is none."""
    return value or "–"


def _read(known: Provenance) -> Iterator[Fact]:
    item, document = known.item, known.document
    yield "row", item.row_id
    yield "section", item.group
    yield "type", item.type
    yield "owner", item.owner
    yield "due", _understood(item.due, str(item.due_date) if item.due_date else None)
    yield "status", _understood(item.status, item.state.value if item.state else None)
    finished = "finished" if document.finished else "not finished"
    yield "document", f"{finished}: {document.finished_why}"


def _understood(written: str | None, value: str | None) -> str | None:
    if written is None:
        return f"nothing written, taken as {value}" if value else None
    return f"{written} → {value or 'not understood'}"


def _remarks(known: Provenance) -> Iterator[str]:
    if not known.met:
        yield "No pass has met it yet; this is what the next one would do."
    if known.asked_for:
        yield f"The next pass joins it with {known.asked_for}, as a person said."


def _ticket(known: Provenance) -> TicketTold | None:
    link = known.item.link
    if link is None or known.matched is None:
        return None
    return TicketTold(
        key=link.key,
        url=link.url,
        matched=MATCHED[known.matched],
        presence="" if link.presence is Presence.HERE else f"It is {link.presence.value}.",
        sides=(("state", link.fields["state"]), ("due", link.fields["due"])),
        title=_titles(link.fields["title"], known.item.action),
        ids=(("tracker", link.tracker), ("id", link.ticket_id), ("marker", link.marker)),
    )


def _titles(title: ThreeWay, action: str) -> str:
    if title.ticket is None or title.ticket == title.document:
        return ""
    return f"“{title.ticket}” in the ticket, “{action}” in the row"


def _effects(known: Provenance) -> Iterator[tuple[datetime, str]]:
    for effect in known.effects:
        at = effect.ended_at or effect.sent_at or effect.prepared_at
        tries = f" after {effect.attempts} attempts" if effect.attempts > 1 else ""
        why = f": {effect.reason}" if effect.reason else ""
        yield at, f"{EFFECTS[effect.kind]}: {effect.state}{tries}{why}"


def _events(events: tuple[Event, ...]) -> Iterator[tuple[datetime, str]]:
    for event in events:
        name = "ticket" if event.field == "link" else event.field
        yield event.at, f"{name}: {shown(event.before)} → {shown(event.after)} ({SIDES[event.side]})"
