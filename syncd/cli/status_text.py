"""The status for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from syncd.cli.listing import Entry, listing
from syncd.cli.opening import Opening
from syncd.cli.printable import counted
from syncd.cli.terminal import Line, Terminal
from syncd.core.model import KnownItem, State
from syncd.core.standing import due_of, state_of
from syncd.overview import Overview
from syncd.store.records import PassRecord

SHOWN = 10
"""Items of a section that are listed without --verbose."""

STYLES = {State.OPEN: "", State.IN_PROGRESS: "cyan", State.DONE: "green", State.CANCELLED: "dim"}


def show(found: Overview, terminal: Terminal, opening: Opening) -> None:
    """Print the numbers, then what needs somebody; with --verbose every item."""
    states = ", ".join(f"{number:,} {_word(state)}" for state, number in found.by_state.items() if number)
    items, documents = counted(len(found.items), "item"), counted(len(found.documents), "document")
    terminal.out((f"{items} in {documents}{f': {states}' if states else ''}.", "bold"))
    terminal.out(*_last(found.last))
    if found.unknown:
        terminal.out(f"{counted(found.unknown, 'ticket')} may or may not have been made; each pass looks for them.")

    def late(item: KnownItem) -> Entry:
        days = counted(found.days_late(item), "day")
        return _entry(found, item, sign="!", style="yellow", what=f"{days} late", detail=_handle(item))

    def stuck(item: KnownItem) -> Entry:
        why = opening.pasteable(item.reason) or "its ticket cannot be had any more"
        return _entry(found, item, sign="!", style="red", what="stuck", detail=why)

    def any_item(item: KnownItem) -> Entry:
        state = state_of(item)
        due = f", {due_of(item)}" if due_of(item) else ""
        return _entry(found, item, sign="·", style=STYLES[state], what=_word(state), detail=f"{_handle(item)}{due}")

    settled = {item.id: words for item, words in found.to_settle}

    def to_settle(item: KnownItem) -> Entry:
        return _entry(found, item, sign="!", style="yellow", what="settle", detail=opening.pasteable(settled[item.id]))

    _section("Overdue", found.overdue, late, terminal)
    _section("Needs a person", found.stuck, stuck, terminal)
    _section("To settle", [item for item, _ in found.to_settle], to_settle, terminal)
    if terminal.verbose:
        _section("All items", found.items, any_item, terminal)


def _entry(found: Overview, item: KnownItem, *, sign: str, style: str, what: str, detail: str) -> Entry:
    path = found.documents[item.document].path
    return Entry(path, item.line, sign, style, what, text=item.action, detail=detail)


def _handle(item: KnownItem) -> str:
    """What to call an item in the next command, and who has it."""
    return f"{item.link.key if item.link else item.id}, {item.owner or 'no owner'}"


def _word(state: State) -> str:
    return state.value.replace("_", " ")


def _last(last: PassRecord | None) -> Line:
    if last is None:
        return ("No pass yet.",)
    if last.ended_at is None:
        began = f"{last.started_at:%Y-%m-%d %H:%M} UTC"
        return ((f"The last pass began {began} and has not ended: it is under way, or was killed.", "yellow"),)
    held = f"; held: {last.brake}" if last.brake else ""
    words = f"Last pass {last.ended_at:%Y-%m-%d %H:%M} UTC: {last.outcome}{held}."
    return ((words, "" if last.outcome == "ok" else "yellow"),)


def _section(title: str, items: Sequence[KnownItem], entry: Callable[[KnownItem], Entry], terminal: Terminal) -> None:
    if not items:
        return
    terminal.out()
    terminal.out((f"{title} ({len(items):,})", "bold"))
    shown = items if terminal.verbose else items[:SHOWN]
    for line in listing(_by_document([entry(item) for item in shown]), width=terminal.width):
        terminal.out(*line)
    if len(items) > len(shown):
        terminal.hint(f"… and {len(items) - len(shown):,} more; --verbose lists all.")


def _by_document(entries: Sequence[Entry]) -> list[Entry]:
    """Together what stands in one document; the document of the first entry first."""
    order = {path: number for number, path in enumerate(dict.fromkeys(e.path for e in entries))}
    return sorted(entries, key=lambda e: order[e.path])
