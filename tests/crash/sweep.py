"""Kills one pass at each of its calls in turn, and checks what the next passes make of it."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

from tests.crash.kill import calls_of_a_pass, killed_pass
from tests.crash.world import copied, lived_in, recover, texts


def sweep(folder: Path, *, seed: int, after: bool) -> int:
    """Returns the number of points; raises AssertionError at the first that breaks a promise."""
    live, kept = folder / "live", folder / "kept"
    clock = lived_in(live, seed)
    copied(live, kept)
    points = calls_of_a_pass(live, deepcopy(clock))
    old, new = texts(kept), texts(live)
    for at in range(1, points + 1):
        copied(kept, live)
        moment = deepcopy(clock)
        assert killed_pass(live, moment, at=at, after=after), f"call {at} was never made"
        try:
            torn = {name for name, text in texts(live).items() if text not in (old.get(name), new.get(name))}
            assert not torn, f"neither the old nor the new version: {torn}"
            recover(live, deepcopy(clock), undisturbed=new)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, killed {'after' if after else 'before'} call {at}: {error}") from error
    return points
