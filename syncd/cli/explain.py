"""``syncd explain ITEM``: where it comes from, how it was read and matched, everything done for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from syncd.cli.explain_text import show
from syncd.cli.opening import Opening, ledger_to_read, opened_to_look
from syncd.cli.terminal import Terminal
from syncd.find import find, find_now
from syncd.provenance import Provenance, provenance
from syncd.provenance_json import as_object


def run(opening: Opening, text: str, terminal: Terminal, *, as_json: bool = False) -> int:
    """Print an item's provenance; returns the exit code."""
    with _looking(opening, text) as known:
        if as_json:
            terminal.data({**as_object(known), "reason": opening.pasteable(known.item.reason) or None})
        else:
            show(known, terminal, opening)
    return 0


@contextmanager
def _looking(opening: Opening, text: str) -> Iterator[Provenance]:
    """With settings, as the document stands now; with a ledger alone, as the last pass met it."""
    if opening.configured:
        with opened_to_look(opening) as app:
            yield provenance(app.ledger, find_now(app, text))
    else:
        with ledger_to_read(opening) as ledger:
            yield provenance(ledger, find(ledger, text))
