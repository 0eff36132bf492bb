"""Calls and time on trackers over HTTP, beside the fewest calls that their API allows.

The services are emulators in this process, so the time is ours, theirs and the loopback's together: the calls are what
counts. Pacing is left out: its waits are skipped.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from syncd.store.memo import LedgerMemo
from tests.emulators.places import KINDS, Place
from tests.line import POLICY, Clock, Line, table, writes

NEW = 200
TRACKED = 1_000
CHANGES = (0, 10, 0, 990)
"""How many of the tracked tickets are closed before each pass, one after the other."""
ROWS = 20
PAGES = {"datacenter": 1_000}
PAGE = 100


@dataclass(frozen=True)
class Cost:
    """What one pass cost."""

    kind: str
    what: str
    calls: int
    fewest: int
    free: int
    """Answered with "not modified", which GitHub does not count."""
    seconds: float


def costs() -> Iterator[Cost]:
    """Every kind of tracker, one pass after the other."""
    for kind in KINDS:
        with tempfile.TemporaryDirectory(prefix="syncd-bench-") as folder:
            yield from _of(kind, Path(folder))


def _of(kind: str, folder: Path) -> Iterator[Cost]:
    clock = Clock()
    place = Place(kind, clock, sleep=lambda seconds: clock.advance(timedelta(seconds=seconds)))
    with place.serve() as server:

        def line() -> Line:
            made = Line(folder, clock=clock, policy=replace(POLICY, creates_per_pass=10_000))
            made.tracker = place.tracker(server.url, LedgerMemo(made.ledger, kind))
            return made

        def measured(what: str, fewest: int) -> Cost:
            before, started = len(server.log), time.perf_counter()
            one = line()
            one.run()
            one.ledger.dispose()
            took, statuses = time.perf_counter() - started, [reply.status for _, reply in server.log[before:]]
            return Cost(kind, what, len(statuses), fewest, statuses.count(304), took)

        first = line()
        _write(first, 0, NEW)
        yield measured(f"creating {NEW} tickets", _creating(place))
        _write(first, NEW, TRACKED)
        while writes(first.run()):
            pass
        for _ in range(3):  # what was just made is looked at again for a while: the search may lag
            clock.advance(timedelta(hours=1))
            first.run()
        closed = 0
        for changes in CHANGES:
            for number in range(closed, closed + changes):
                place.close(_title(number))
            closed += changes
            yield measured(
                f"{TRACKED:,} tracked, {changes:,} changed", max(1, math.ceil(changes / PAGES.get(kind, PAGE)))
            )
        first.ledger.dispose()


def _creating(place: Place) -> int:
    """One call each, and one more where the link back is a thing of its own."""
    return NEW * 2 if place.is_jira else NEW


def _write(line: Line, first: int, last: int) -> None:
    for start in range(first, last, ROWS):
        rows = [f"| {n} | {_title(n)} | Core | | Open |" for n in range(start, min(start + ROWS, last))]
        line.write(f"{start:05}.md", table(*rows))


def _title(number: int) -> str:
    return f"Add alert number {number} to the pool of service {number}"


def show() -> None:
    """Print a table."""
    print(f"{'tracker':<12}{'what':<32}{'calls':>8}{'fewest':>8}{'ratio':>7}{'free':>6}{'time':>9}")
    for cost in costs():
        ratio = cost.calls / cost.fewest
        counts = f"{cost.calls:>8,}{cost.fewest:>8,}{ratio:>7.2f}{cost.free:>6,}"
        print(f"{cost.kind:<12}{cost.what:<32}{counts}{cost.seconds:>8.1f}s", flush=True)


if __name__ == "__main__":
    show()
