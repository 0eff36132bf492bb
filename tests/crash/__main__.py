"""``make chaos``: a pass killed at every point, with many seeds.

Documents and tickets in folders: before and after each call; with the ledger in PostgreSQL, of each fifth call. Each
kind of service: at each call and at each request, in two kinds of weather for each seed, so that with 18 seeds each
point meets all of them, before and after.
"""

from __future__ import annotations

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.crash.seed import FOLDERS, POSTGRES, kills
from tests.emulators.places import KINDS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="the first seed, to go on where another run ended")
    parser.add_argument(
        "--only", choices=(FOLDERS, POSTGRES, *KINDS), action="append", help="not every kind of tracker"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many at the same time")
    arguments = parser.parse_args()
    kinds = arguments.only or (FOLDERS, POSTGRES, *KINDS)
    seeds, killed = range(arguments.first, arguments.seeds), 0
    processes = ProcessPoolExecutor(arguments.jobs, mp_context=get_context("spawn"))
    try:
        running = {seed: [processes.submit(kills, kind, seed) for kind in kinds] for seed in seeds}
        for seed, of_seed in running.items():
            killed += sum(each.result() for each in of_seed)
            print(f"seed {seed}: {killed:,} kills so far, nothing lost, doubled or torn", flush=True)
    finally:
        processes.shutdown(cancel_futures=True)
    print(f"{killed:,} passes killed over {len(seeds)} seeds: 0 duplicates, 0 losses, 0 torn documents")


if __name__ == "__main__":
    main()
