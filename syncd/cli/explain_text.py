"""An item's provenance for people."""

from __future__ import annotations

from collections.abc import Iterator

from syncd.cli.listing import wrapped
from syncd.cli.opening import Opening
from syncd.cli.printable import printable
from syncd.cli.terminal import Line, Terminal
from syncd.core.model import ThreeWay
from syncd.explanation import Explanation, TicketTold, explanation, shown
from syncd.provenance import Provenance

LABEL = 10


def show(known: Provenance, terminal: Terminal, opening: Opening) -> None:
    """Print it: what was read, what became of it, its ticket, its history."""
    told = explanation(known)
    fate = _fate(told, opening, width=terminal.width)
    ticket = _ticket(told.ticket, verbose=terminal.verbose)
    for line in (*_head(known), *_read(known, told), *fate, *ticket, *_history(told)):
        terminal.out(*line)


def _head(known: Provenance) -> Iterator[Line]:
    item, document = known.item, known.document
    yield ((f"{item.id}  {printable(item.action)}", "bold"),)
    yield (f"{printable(document.path)}:{item.line}",)
    yield (("“" + printable(document.title) + "”", "dim"),)


def _read(known: Provenance, told: Explanation) -> Iterator[Line]:
    yield from _title("As the last pass read it" if known.met else "As it is read")
    for name, value in told.read:
        yield _fact(name, value)


def _fate(told: Explanation, opening: Opening, *, width: int | None) -> Iterator[Line]:
    yield from _title("What became of it")
    words = printable(opening.pasteable(told.fate))
    for line in (words,) if width is None else wrapped(words, width - 2):
        yield (f"  {line}",)
    for remark in told.remarks:
        yield (f"  {printable(remark)}",)


def _ticket(ticket: TicketTold | None, *, verbose: bool) -> Iterator[Line]:
    if ticket is None:
        return
    yield from _title(f"Ticket {printable(ticket.key)}, {ticket.matched}")
    if ticket.presence:
        yield ((f"  {ticket.presence}", "yellow"),)
    yield (f"  {printable(ticket.url)}",)
    for name, value in ticket.ids if verbose else ():
        yield _fact(name, value)
    yield (("  " + " " * LABEL + f"{'row':12}{'ticket':12}agreed", "dim"),)
    for name, field in ticket.sides:
        yield _sides(name, field)
    if ticket.title:
        yield _fact("title", ticket.title)


def _sides(name: str, field: ThreeWay) -> Line:
    row, ticket, agreed = (printable(shown(value)) for value in (field.document, field.ticket, field.agreed))
    return (f"  {name:{LABEL}}{row:12}{ticket:12}{agreed}",)


def _history(told: Explanation) -> Iterator[Line]:
    if told.history:
        yield from _title("History (UTC)")
    for at, words in told.history:
        yield ((f"  {at:%Y-%m-%d %H:%M:%S}", "dim"), f"  {printable(words)}")


def _title(words: str) -> Iterator[Line]:
    yield ()
    yield ((words, "bold"),)


def _fact(name: str, value: str | None) -> Line:
    return (f"  {name:{LABEL}}{printable(value) if value else '–'}",)
