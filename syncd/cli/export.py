"""``syncd status --csv``: the items as a table for spreadsheets."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from syncd.cli.opening import now
from syncd.cli.printable import counted
from syncd.cli.terminal import Terminal
from syncd.core.entries import cases, restricted
from syncd.errors import UsageError
from syncd.memory import UTC, Belonging, memories, restricted_names
from syncd.render.spreadsheet import spreadsheet
from syncd.store.reading import Reading


def export(ledger: Reading, terminal: Terminal, *, team: str | None, zones: Mapping[str, ZoneInfo]) -> int:
    """Print the items of one team, or of all; those of restricted postmortems are counted on standard error."""
    known = sorted({document.team for document in ledger.all_documents() if not document.gone})
    if team is not None and team not in known:
        raise UsageError(
            f"No document of a team {team!r} is known. Teams with documents: {', '.join(known) or 'none'}."
        )
    chosen = {name: Belonging(zones.get(name, UTC)) for name in known if team in (None, name)}
    found, secrets = memories(ledger, chosen), restricted_names(ledger)
    days = {name: now().astimezone(memory.zone).date() for name, memory in found.items()}
    items = [(name, case) for name, m in found.items() for case in cases(m, day=days[name], secrets=secrets)]
    terminal.out(spreadsheet(items).removesuffix("\r\n"))
    if hidden := sum(restricted(memory) for memory in found.values()):
        terminal.warn(f"{counted(hidden, 'open item')} of restricted postmortems left out.")
    return 0
