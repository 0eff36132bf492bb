"""``syncd db``: the ledger itself."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from syncd.cli.opening import Opening, now
from syncd.cli.terminal import Terminal
from syncd.errors import LedgerError
from syncd.lease import wait_until_idle
from syncd.store import backup as copies
from syncd.store.ledger import Ledger


def upgrade(opening: Opening, terminal: Terminal) -> int:
    """Bring the ledger's tables to this version."""
    done = copies.upgrade(opening.database())
    if done.before == done.after:
        terminal.hint("The ledger is up to date.")
        return 0
    terminal.hint(f"The ledger was brought to version {done.after}.")
    if done.copy is not None:
        terminal.hint(f"A copy of what it was is kept as {done.copy}.")
    return 0


def backup(opening: Opening, target: Path, terminal: Terminal) -> int:
    """Copy the ledger to a file."""
    copies.backup(opening.database(), target)
    terminal.hint(f"The ledger was copied to {target}.")
    return 0


def restore(opening: Opening, source: Path, terminal: Terminal) -> int:
    """Put a copy in the ledger's place."""
    url = opening.database()
    # A ledger that cannot be opened is nobody's: it may be why another is put in its place.
    with suppress(LedgerError), Ledger.open(url, readonly=True) as ledger:
        wait_until_idle(ledger, wait=opening.lock_wait, clock=now)
    kept = copies.restore(url, source, at=now())
    terminal.hint(f"The ledger was restored from {source}.")
    if kept is not None:
        terminal.hint(f"What it replaced is kept as {kept}.")
    terminal.hint("The next pass looks for tickets made since the copy before it makes any.")
    return 0
