"""Kills one pass at each of its calls in turn, and checks what the next passes make of it."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

from tests.crash.kill import calls_of_a_pass, killed_pass
from tests.crash.world import copied, lived_in, recover, texts
from tests.postgres import bring_back
from tests.postgres import kept as kept_rows


def sweep(folder: Path, *, seed: int, after: bool, database: str | None = None, every: int = 1) -> int:
    """Returns how many points were tried; raises AssertionError at the first that breaks a promise.

    ``database`` is the URL of an empty ledger in PostgreSQL, instead of a file. ``every``: so many calls are one point.
    """
    live, kept = folder / "live", folder / "kept"
    clock = lived_in(live, seed, database)
    copied(live, kept)
    rows = kept_rows(database) if database else {}
    calls = calls_of_a_pass(live, deepcopy(clock), database)
    old, new = texts(kept), texts(live)
    points = range(1 + seed % every, calls + 1, every)
    for at in points:
        copied(kept, live)
        if database:
            bring_back(database, rows)
        moment = deepcopy(clock)
        killed = killed_pass(live, moment, at=at, after=after, database=database)
        assert killed, f"call {at} was never made"
        try:
            torn = {name for name, text in texts(live).items() if text not in (old.get(name), new.get(name))}
            assert not torn, f"neither the old nor the new version: {torn}"
            recover(live, deepcopy(clock), undisturbed=new, database=database)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, killed {'after' if after else 'before'} call {at}: {error}") from error
    return len(points)
