"""``make chaos``: every point, before and after the call, with many seeds."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.crash.sweep import sweep


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    points = 0
    seeds = parser.parse_args().seeds
    for seed in range(seeds):
        for after in (False, True):
            with tempfile.TemporaryDirectory() as folder:
                points += sweep(Path(folder), seed=seed, after=after)
        print(f"seed {seed}: {points} kills so far, nothing lost, doubled or torn", flush=True)
    print(f"{points} passes killed over {seeds} seeds: 0 duplicates, 0 losses, 0 torn documents")


if __name__ == "__main__":
    main()
