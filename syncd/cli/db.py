"""``syncd db``: the ledger's file."""

from __future__ import annotations

from pathlib import Path

from syncd.cli.opening import Opening, database_of, now
from syncd.cli.reconcile import LOCK_WAIT
from syncd.store import backup as copies
from syncd.store.lock import pass_lock


def upgrade(opening: Opening) -> int:
    """Bring the ledger's tables to this version."""
    url = database_of(opening)
    with pass_lock(url, name="syncd db upgrade", wait=LOCK_WAIT, now=now):
        done = copies.upgrade(url)
    if done.before == done.after:
        print("The ledger is up to date.")
        return 0
    print(f"The ledger was brought to revision {done.after}.")
    if done.copy is not None:
        print(f"A copy of what it was is kept as {done.copy}.")
    return 0


def backup(opening: Opening, target: Path) -> int:
    """Copy the ledger to a file."""
    copies.backup(database_of(opening), target)
    print(f"The ledger was copied to {target}.")
    return 0


def restore(opening: Opening, source: Path) -> int:
    """Put a copy in the ledger's place."""
    url = database_of(opening)
    with pass_lock(url, name="syncd db restore", wait=LOCK_WAIT, now=now):
        kept = copies.restore(url, source, at=now())
    print(f"The ledger was restored from {source}.")
    if kept is not None:
        print(f"What it replaced is kept as {kept}.")
    print("The next pass looks for tickets made since the copy before it makes any.")
    return 0
