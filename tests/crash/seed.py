"""What ``make chaos`` does with one seed on one kind of tracker, in a process of its own."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.canary import TOLD
from tests.crash import sweep, wire
from tests.postgres import running

FOLDERS = "folders"
POSTGRES = "postgresql"
"""Folders, with the ledger in PostgreSQL."""
TIMES = 2
"""How often each point comes with one seed: so that it meets every weather, before and after, with 18 seeds."""


def kills(kind: str, seed: int) -> int:
    """How many passes were killed; raises AssertionError at the first that breaks a promise."""
    with tempfile.TemporaryDirectory() as folder:
        killed = _kills(Path(folder), kind, seed)
        TOLD.look_below(Path(folder))
        TOLD.verify()
        return killed


def _kills(folder: Path, kind: str, seed: int) -> int:
    if kind == FOLDERS:
        return sum(sweep.sweep(folder / str(after), seed=seed, after=after) for after in (False, True))
    if kind == POSTGRES:
        with running() as server:
            return sum(_on(server.new_database(), folder / str(a), seed, after=a) for a in (False, True))
    deaths = (wire.AtCalls(), wire.AtRequests())
    return sum(wire.sweep(folder / d.name, kind, d, seed=seed, times=TIMES) for d in deaths)


def _on(database: str, folder: Path, seed: int, *, after: bool) -> int:
    return sweep.sweep(folder, seed=seed, after=after, database=database, every=5)
