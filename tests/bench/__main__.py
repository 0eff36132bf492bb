"""What passes cost on this machine, beside what cannot be done without: ratios from one run, and how they grow.

usage: python -m tests.bench [--large] [--corpus DIR]

Nothing here fails because it is slow. Each step runs in a process of its own; "cpu" is its processor time, which says
more than the clock while the machine is busy with other things.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench import trackers

SIZES = (1_000, 10_000, 50_000)
LARGE = 100_000
AIMED_AT = 50_000
"""Items in 10,000 documents: what the aims of a quiet pass are for."""
BIGGEST_DOCUMENT = 10_000
"""Rows of one document; of a longer one only the first 20,000 lines are read."""
STARTS = 7
DOCUMENTS = Path(__file__).resolve().parents[1] / "documents"

Measured = dict[str, float]
Runs = dict[tuple[str, int], Measured]
"""By step and size."""

GROWING = {
    "quiet": "a pass over unchanged documents",
    "everything": "a pass that parses and plans all of them",
    "lost": "a plan without a ledger: each ticket is found again",
    "creating": "creating 1,000 tickets beside so many",
    "rows": "parsing one document with so many rows",
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--large", action="store_true", help=f"grow to {LARGE:,} items too, which takes twice as long")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="parse the Markdown below this folder too")
    arguments = parser.parse_args()

    sizes = (*SIZES, LARGE) if arguments.large else SIZES
    say(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}\n")
    with tempfile.TemporaryDirectory(prefix="syncd-bench-") as folder:
        heading()
        for command in ("--version", "--help"):
            starting(command)
        parsing("the test documents", DOCUMENTS)
        if arguments.corpus:
            parsing(f"the documents in {arguments.corpus.name}", arguments.corpus)
        runs: Runs = {}
        for size in sizes:
            grow(Path(folder) / str(size), size, runs)
            if size == SIZES[0]:
                parsing("the house format", Path(folder) / str(size) / "docs")
                creating(Path(folder) / str(size), runs)
        passes(runs)
        growth(sizes, runs)
    say("\ncalls of a pass over HTTP, beside the fewest that the API allows")
    trackers.show()


# --- what is measured


def grow(folder: Path, size: int, runs: Runs) -> None:
    """Every step on a new world of this size, in the order in which they build on each other."""
    folder.mkdir()
    for step in ("lay_out", "lost", "everything", "hashing", "quiet", "creating"):
        runs[step, size] = measure(step, folder, size)
    if size <= BIGGEST_DOCUMENT:
        runs["rows", size] = measure("rows", folder, size)


def measure(step: str, folder: Path, size: int = 0) -> Measured:
    """One step in a process of its own; what is not so is raised there, and here."""
    command = [sys.executable, "-m", "tests.bench.steps", step, str(folder), str(size)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    measured: Measured = json.loads(done.stdout)
    return measured


def run(*command: str) -> Measured:
    """The fastest of several runs of a command."""
    runs = []
    for _ in range(STARTS):
        wall, processor = time.perf_counter(), _children()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        runs.append({"wall": time.perf_counter() - wall, "processor": _children() - processor})
    return min(runs, key=lambda measured: measured["processor"])


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


# --- what is printed


def heading() -> None:
    """The head of the first table."""
    row("what", "measured", "beside", "", "ratio", "aim")
    row("-" * 53, "-" * 22, "-" * 31, "-" * 22, "------", "--------")


def starting(option: str) -> None:
    """How long a command takes that does nothing."""
    ours = run(str(Path(sys.executable).with_name("syncd")), option)
    nothing = run(sys.executable, "-c", "pass")
    compare(f"syncd {option}", ours, "python -c pass", nothing, aim="≤ 0.30 s")


def parsing(what: str, folder: Path) -> None:
    """How long reading documents takes."""
    measured = measure("parsing", folder)
    ours, full = {"processor": measured["processor"]}, {"processor": measured["full"]}
    compare(f"parsing {what} ({measured['documents']:,.0f})", ours, "markdown-it-py, everything", full, aim="≤ 1.00")


def creating(folder: Path, runs: Runs) -> None:
    """How long it takes to make tickets."""
    files = measure("writing", folder, SIZES[0])
    compare("a pass that creates 1,000 tickets", runs["creating", SIZES[0]], "writing 1,000 files, synced", files)


def passes(runs: Runs) -> None:
    """How long a pass over many documents takes, and how much memory."""
    documents = f"{AIMED_AT // 5:,} documents, {AIMED_AT:,} items:"
    hashing = runs["hashing", AIMED_AT]
    row(documents)
    for step, aims in (("quiet", ("≤ 5 s", "≤ 300 MB")), ("everything", ("", "")), ("lost", ("", ""))):
        measured = runs[step, AIMED_AT]
        compare(f"  {GROWING[step]}", measured, "reading and hashing the same", hashing, aim=aims[0])
        row("    its peak memory", f"{measured['peak']:.0f} MB", aim=aims[1])


def growth(sizes: Sequence[int], runs: Runs) -> None:
    """How each step grows with the items that are there: processor seconds, and per item."""
    say("\ncpu seconds, by items".ljust(54) + "".join(f"{size:>22,}" for size in sizes))
    for step, what in GROWING.items():
        cells = (cell(step, size, runs.get((step, size))) for size in sizes)
        say(what.ljust(53) + "".join(f"{text:>22}" for text in cells))


def cell(step: str, size: int, measured: Measured | None) -> str:
    """One number of the table of growth, and what that is for each item."""
    if measured is None:
        return "–"
    count = 1000 if step == "creating" else size
    return f"{measured['processor']:.2f} ({measured['processor'] / count * 1e6:,.0f} µs)"


def compare(what: str, ours: Measured, beside: str, theirs: Measured, *, aim: str = "") -> None:
    """One line of the first table."""
    ratio = ours["processor"] / theirs["processor"]
    row(what, shown(ours), beside, shown(theirs), f"{ratio:.2f}" if ratio < 100 else f"{ratio:.0f}", aim)


def shown(measured: Measured) -> str:
    """Seconds on the clock, where they were taken, and of the processor."""
    wall = f"{measured['wall']:.2f} s, " if "wall" in measured else ""
    return f"{wall}cpu {measured['processor']:.2f} s"


def row(what: str, ours: str = "", beside: str = "", theirs: str = "", ratio: str = "", aim: str = "") -> None:
    """One line of the first table."""
    say(f"{what:<54}{ours:<24}{beside:<32}{theirs:<24}{ratio:>6}  {aim}".rstrip())


def say(line: str) -> None:
    """Print at once: a step may take a minute."""
    print(line, flush=True)


if __name__ == "__main__":
    main()
