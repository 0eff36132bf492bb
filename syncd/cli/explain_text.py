"""An item's provenance for people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from syncd.cli.listing import wrapped
from syncd.cli.opening import Opening
from syncd.cli.printable import printable
from syncd.cli.provenance import Matched, Provenance
from syncd.cli.terminal import Line, Terminal
from syncd.core.model import EffectKind, Event, KnownItem, Link, Presence, Side, ThreeWay

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
LABEL = 10


def show(known: Provenance, terminal: Terminal, opening: Opening) -> None:
    """Print it: what was read, what became of it, its ticket, its history."""
    fate = _fate(known, opening, width=terminal.width)
    ticket = _ticket(known, verbose=terminal.verbose)
    for line in (*_head(known), *_read(known), *fate, *ticket, *_history(known)):
        terminal.out(*line)


def _head(known: Provenance) -> Iterator[Line]:
    item, document = known.item, known.document
    yield ((f"{item.id}  {printable(item.action)}", "bold"),)
    yield (f"{printable(document.path)}:{item.line}",)
    yield (("“" + printable(document.title) + "”", "dim"),)


def _read(known: Provenance) -> Iterator[Line]:
    item, document = known.item, known.document
    yield from _title("As the last pass read it" if known.met else "As it is read")
    yield _fact("row", item.row_id)
    yield _fact("section", item.group)
    yield _fact("type", item.type)
    yield _fact("owner", item.owner)
    yield _fact("due", _understood(item.due, str(item.due_date) if item.due_date else None))
    yield _fact("status", _understood(item.status, item.state.value if item.state else None))
    finished = "finished" if document.finished else "not finished"
    yield _fact("document", f"{finished}: {document.finished_why}")


def _understood(written: str | None, value: str | None) -> str | None:
    if written is None:
        return f"nothing written, taken as {value}" if value else None
    return f"{written} → {value or 'not understood'}"


def _fate(known: Provenance, opening: Opening, *, width: int | None) -> Iterator[Line]:
    item = known.item
    yield from _title("What became of it")
    words = f"{item.disposition}{f': {printable(opening.pasteable(item.reason))}' if item.reason else ''}"
    for line in (words,) if width is None else wrapped(words, width - 2):
        yield (f"  {line}",)
    if not known.met:
        yield ("  No pass has met it yet; this is what the next one would do.",)
    if known.asked_for:
        yield (f"  The next pass joins it with {printable(known.asked_for)}, as a person said.",)


def _ticket(known: Provenance, *, verbose: bool) -> Iterator[Line]:
    link = known.item.link
    if link is None or known.matched is None:
        return
    yield from _title(f"Ticket {printable(link.key)}, {MATCHED[known.matched]}")
    if link.presence is not Presence.HERE:
        yield ((f"  It is {link.presence.value}.", "yellow"),)
    yield (f"  {printable(link.url)}",)
    if verbose:
        yield _fact("tracker", link.tracker)
        yield _fact("id", link.ticket_id)
        yield _fact("marker", link.marker)
    yield (("  " + " " * LABEL + f"{'row':12}{'ticket':12}agreed", "dim"),)
    yield _sides("state", link.fields["state"])
    yield _sides("due", link.fields["due"])
    yield from _titles(link, known.item)


def _sides(name: str, field: ThreeWay) -> Line:
    row, ticket, agreed = (_shown(value) for value in (field.document, field.ticket, field.agreed))
    return (f"  {name:{LABEL}}{row:12}{ticket:12}{agreed}",)


def _titles(link: Link, item: KnownItem) -> Iterator[Line]:
    """The ticket's title, where it is not the row's text."""
    title = link.fields["title"].ticket
    if title is not None and title != link.fields["title"].document:
        yield _fact("title", f"“{title}” in the ticket, “{item.action}” in the row")


def _history(known: Provenance) -> Iterator[Line]:
    lines = sorted((*_effects(known), *_events(known.events)), key=lambda line: line[0])
    if lines:
        yield from _title("History (UTC)")
    for at, words in lines:
        yield ((f"  {at:%Y-%m-%d %H:%M:%S}", "dim"), f"  {words}")


def _effects(known: Provenance) -> Iterator[tuple[datetime, str]]:
    for effect in known.effects:
        at = effect.ended_at or effect.sent_at or effect.prepared_at
        tries = f" after {effect.attempts} attempts" if effect.attempts > 1 else ""
        why = f": {printable(effect.reason)}" if effect.reason else ""
        yield at, f"{EFFECTS[effect.kind]}: {effect.state}{tries}{why}"


def _events(events: tuple[Event, ...]) -> Iterator[tuple[datetime, str]]:
    for event in events:
        name = "ticket" if event.field == "link" else event.field
        yield event.at, f"{name}: {_shown(event.before)} → {_shown(event.after)} ({SIDES[event.side]})"


def _title(words: str) -> Iterator[Line]:
    yield ()
    yield ((words, "bold"),)


def _fact(name: str, value: str | None) -> Line:
    return (f"  {name:{LABEL}}{printable(value) if value else '–'}",)


def _shown(value: str | None) -> str:
    return printable(value) if value else "–"
