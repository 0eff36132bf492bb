"""``syncd db``: the ledger's file."""

from __future__ import annotations

from pathlib import Path

from syncd.cli.opening import Opening, now
from syncd.cli.terminal import Terminal
from syncd.store import backup as copies
from syncd.store.lock import pass_lock


def upgrade(opening: Opening, terminal: Terminal) -> int:
    """Bring the ledger's tables to this version."""
    url = opening.database()
    with pass_lock(url, name="syncd db upgrade", wait=opening.lock_wait, now=now):
        done = copies.upgrade(url)
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
    with pass_lock(url, name="syncd db restore", wait=opening.lock_wait, now=now):
        kept = copies.restore(url, source, at=now())
    terminal.hint(f"The ledger was restored from {source}.")
    if kept is not None:
        terminal.hint(f"What it replaced is kept as {kept}.")
    terminal.hint("The next pass looks for tickets made since the copy before it makes any.")
    return 0
