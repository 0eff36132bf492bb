"""``syncd plan --adopt``: tickets that people made by hand, and the commands that link them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from syncd.candidates import Candidates, candidates
from syncd.cli.listing import Entry, listing
from syncd.cli.opening import Opening, opened_to_look
from syncd.cli.printable import counted
from syncd.cli.terminal import Terminal
from syncd.core.change import ChangeKind
from syncd.core.model import Ticket
from syncd.reconcile import Pass, Request, reconcile


def run(opening: Opening, request: Request, terminal: Terminal, *, as_json: bool = False) -> int:
    """Print what looks like the tickets that a pass would make; returns the exit code."""
    with opened_to_look(opening) as app:
        planned = reconcile(app, request)
        found = [*candidates(app, planned)]
    if as_json:
        terminal.data({"version": 1, "candidates": [*_objects(found, opening)], "problems": _problems(found)})
    else:
        _show(found, planned, terminal, opening)
    return 1 if _problems(found) else 0


def _show(found: Sequence[Candidates], planned: Pass, terminal: Terminal, opening: Opening) -> None:
    alike = [each for each in found if each.tickets]
    for line in listing([entry for each in alike for entry in _entries(each, opening)], width=terminal.width):
        terminal.out(*line)
    for words in _problems(found):
        terminal.warn(words)
    new = sum(change.kind is ChangeKind.CREATE for _, change in planned.changes)
    if alike:
        terminal.hint()
    terminal.hint((f"{len(alike):,} of {counted(new, 'new ticket')} may be there already.", "bold"))
    if alike:
        terminal.hint("Run the lines that are right; the next pass links those and makes the others.")


def _entries(each: Candidates, opening: Opening) -> Iterator[Entry]:
    change = each.change
    for ticket in each.tickets:
        what = f"may be {ticket.key}"
        detail = f"“{ticket.title}”: {_command(each, ticket, opening)}"
        yield Entry(change.path, change.line, "?", "yellow", what, change.text, detail)


def _command(each: Candidates, ticket: Ticket, opening: Opening) -> str:
    return f"`syncd link {each.change.item_id} {shlex.quote(ticket.key)}{opening.flags}`"


def _problems(found: Sequence[Candidates]) -> list[str]:
    return [*dict.fromkeys(each.problem for each in found if each.problem)]


def _objects(found: Sequence[Candidates], opening: Opening) -> Iterator[dict[str, object]]:
    for each in found:
        for ticket in each.tickets:
            yield {
                "team": each.team,
                "document": each.change.path,
                "line": each.change.line,
                "item": each.change.item_id,
                "action": each.change.text,
                "tracker": each.change.tracker,
                "ticket": ticket.key,
                "url": ticket.url,
                "title": ticket.title,
                "command": _command(each, ticket, opening).strip("`"),
            }
