"""What a quiet round over many teams costs on two daemons that share one PostgreSQL.

usage: python -m tests.bench.replicas [--teams N]

Each team has 20 documents with 100 items, whose tickets are there already. The daemons first plan everything once; then
all teams are due at once and nothing is to be done.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from syncd.reconcile import Request, reconcile
from syncd.settings import load
from syncd.store.ledger import Ledger
from syncd.wiring import Surroundings, application
from tests.bench.world import ROWS, Item, document
from tests.postgres import running

ITEMS = 100
TEAM = """
[[teams.t{n}.sources]]
kind = "folder"
path = "docs/t{n}"
[teams.t{n}.trackers.files]
kind = "folder"
path = "tickets/t{n}"
"""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round took: by the clock, and of the processors of both daemons."""

    wall: float
    processor: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teams", type=int, default=1000)
    teams = parser.parse_args().teams
    with tempfile.TemporaryDirectory(prefix="syncd-bench-") as folder, running() as postgres:
        url = postgres.new_database()
        lay_out(Path(folder), url, teams)
        print(f"{teams:,} teams, {teams * ITEMS:,} items, two daemons, one PostgreSQL", flush=True)
        with Ledger.open(url) as ledger, Daemons(Path(folder)) as pids:
            show("first round: everything is parsed and planned", teams, measured(ledger, pids, hint=0))
            show("quiet round", teams, measured(ledger, pids, hint=teams))
            before = processor(pids)
            time.sleep(20)
            print(f"idle: {(processor(pids) - before) / 20:.2%} of one core, both daemons together", flush=True)


def lay_out(folder: Path, url: str, teams: int) -> None:
    """Documents, tickets, the configuration, and a ledger that knows them all."""
    text = f'database = "{url}"\npoll = "12h"\n' + "".join(TEAM.format(n=n) for n in range(teams))
    (folder / "syncd.toml").write_text(text)
    for n in range(teams):
        for place in ("docs", "tickets"):
            (folder / place / f"t{n}").mkdir(parents=True)
        for number, rows in _documents():
            name = f"{number}.md"
            linked = document(rows, number=number, linked=True).replace("../../tickets/", f"../../tickets/t{n}/")
            (folder / "docs" / f"t{n}" / name).write_text(linked)
            for item in rows:
                path = folder / "tickets" / f"t{n}" / f"T-{item.number}.md"
                path.write_bytes(item.ticket(name).replace(b"../docs/", f"../../docs/t{n}/".encode()))
    settings = load(folder / "syncd.toml", environment={}, cwd=folder)
    with Ledger.open(url) as ledger:
        app = application(settings, Surroundings(ledger, lambda: datetime.now(UTC), os.environ))
        for team in settings.teams:
            planned = reconcile(app, Request(team=team, dry_run=True))
            documents = [d for s in planned.sources for d in s.plan.documents]
            ledger.remember_many([(d.record, d.items) for d in documents], at=app.clock())
            ledger.save_links([c.link for _, c in planned.changes if c.link], app.clock())


def _documents() -> Iterator[tuple[int, list[Item]]]:
    for number in range(ITEMS // ROWS):
        start = number * ROWS + 1
        yield number, [Item(n) for n in range(start, start + ROWS)]


class Daemons:
    """Two of them, for as long as they are needed; their process numbers."""

    def __init__(self, folder: Path) -> None:
        command = [str(Path(sys.executable).with_name("syncd")), "run", "--log", "json"]
        self._log = (folder / "log").open("wb")
        self._both = [subprocess.Popen(command, cwd=folder, stderr=self._log) for _ in range(2)]

    def __enter__(self) -> list[int]:
        return [each.pid for each in self._both]

    def __exit__(self, *_: object) -> None:
        for each in self._both:
            each.terminate()
        for each in self._both:
            each.wait(60)
        self._log.close()


def measured(ledger: Ledger, pids: Sequence[int], *, hint: int) -> Round:
    """Until nobody is due and nobody works."""
    if hint:
        ledger.hint([f"t{n}" for n in range(hint)], datetime.now(UTC))
    begun, before = time.perf_counter(), processor(pids)
    while True:
        time.sleep(0.2)
        now = datetime.now(UTC)
        if ledger.passes(1) and not ledger.due(now) and not ledger.held():
            return Round(time.perf_counter() - begun, processor(pids) - before)


def processor(pids: Sequence[int]) -> float:
    """Seconds that these processes have used (proc(5): utime and stime, in clock ticks)."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def show(what: str, teams: int, took: Round) -> None:
    """One line."""
    each = took.processor / teams * 1000
    print(f"{what}: {took.wall:.1f} s, cpu {took.processor:.1f} s, {each:.1f} ms a team", flush=True)


if __name__ == "__main__":
    main()
