"""``make chaos``: a pass killed at every point, before and after each call and each request, with many seeds."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from tests.crash import wire
from tests.crash.sweep import sweep
from tests.emulators.places import KINDS

LAGS = tuple(timedelta(seconds=seconds) for seconds in (0, 60, 600))
FOLDERS = "folders"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="the first seed, to go on where another run ended")
    parser.add_argument("--only", choices=(FOLDERS, *KINDS), action="append", help="not every kind of tracker")
    arguments = parser.parse_args()
    kinds = arguments.only or (FOLDERS, *KINDS)
    kills = 0
    for seed in range(arguments.first, arguments.seeds):
        for kind in kinds:
            kills += sum(of_folders(seed) if kind == FOLDERS else of_service(kind, seed))
        print(f"seed {seed}: {kills:,} kills so far, nothing lost, doubled or torn", flush=True)
    print(f"{kills:,} passes killed over {arguments.seeds} seeds: 0 duplicates, 0 losses, 0 torn documents")


def of_folders(seed: int) -> Iterator[int]:
    """At every call, documents and tickets in folders."""
    for after in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            yield sweep(Path(folder), seed=seed, after=after)


def of_service(kind: str, seed: int) -> Iterator[int]:
    """At every request, the search as late as this seed says; on one kind of each seed at every call, too."""
    place = KINDS.index(kind)
    for after in (False, True):
        calls = (False, True) if seed % len(KINDS) == place else (False,)
        for at_calls in calls:
            lag = LAGS[(seed + place + after) % len(LAGS)]
            with tempfile.TemporaryDirectory() as folder:
                yield wire.sweep(Path(folder), kind, seed=seed, lag=lag, after=after, calls=at_calls)


if __name__ == "__main__":
    main()
