"""Passes, one after the other, for as long as one likes: memory and open files of the daemon must stay flat.

usage: python -m tests.daemon.soak [--minutes M]

Two teams on emulated services, one daemon, a PostgreSQL; people work on documents and tickets all the while.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.daemon.month import Month
from tests.postgres import running

WARM = 0.25
"""The part at the beginning in which caches fill."""
ROWS = 40
"""So many items a team at most: then memory has no reason to grow."""
AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Sample:
    """A process at one moment: seconds since the beginning, megabytes in memory, open files, threads."""

    at: float
    memory: float
    files: int
    threads: int


@dataclass(frozen=True, slots=True)
class Soaked:
    """What became of it."""

    passes: int
    samples: Sequence[Sample]
    processor: float
    """Seconds of the processor, each second."""

    @property
    def warm(self) -> Sequence[Sample]:
        """Without the beginning."""
        return self.samples[int(len(self.samples) * WARM) :]

    @property
    def growth(self) -> float:
        """Megabytes from the middle of the warm first half to the middle of the second one."""
        half = len(self.warm) // 2
        first, second = self.warm[:half], self.warm[half:]
        return _mean([s.memory for s in second]) - _mean([s.memory for s in first])

    def text(self) -> str:
        """For people."""
        first, last = self.warm[0], self.warm[-1]
        hours = (last.at - first.at) / 3600
        return (
            f"{self.passes:,} passes in {last.at / 60:.1f} minutes, cpu {self.processor:.0%} of a core\n"
            f"memory {first.memory:.1f} MB → {last.memory:.1f} MB ({2 * self.growth / hours:+.1f} MB an hour), "
            f"open files {first.files} → {last.files}, threads {first.threads} → {last.threads}"
        )


def soak(month: Month, seconds: float) -> Soaked:
    """Have one daemon make passes for so long."""
    month.start("one")
    month.settle()
    month.approve()
    daemon, samples, begun = month.daemons["one"], [], time.monotonic()
    while (at := time.monotonic() - begun) < seconds:
        team = month.chance.choice(sorted(month.places))
        if len(samples) % 3 == 0:
            deed = month.add_row if month.rows[team] < ROWS else month.close_ticket
            month.chance.choice([deed, month.tick_row, month.close_ticket])(team)
        month.pass_time(AN_HOUR)
        samples.append(_sample(daemon.pid, at))
    fields = Path(f"/proc/{daemon.pid}/stat").read_text().rpartition(") ")[2].split()
    used = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return Soaked(len(month.ledger.passes(1_000_000)), samples, used / (time.monotonic() - begun))


def _sample(pid: int, at: float) -> Sample:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return Sample(at, int(status["VmRSS"].split()[0]) / 1024, files, int(status["Threads"]))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def main() -> None:
    """Soak, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=120)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory(prefix="syncd-soak-") as folder, running() as postgres:
        month = Month(Path(folder), postgres, seed=0)
        try:
            print(soak(month, minutes * 60).text(), flush=True)
            month.check_at_rest()
        finally:
            month.close()


if __name__ == "__main__":
    main()
