"""``syncd run`` with a clock that the tests move; all else is as people run it.

    python -m tests.daemon.main CONFIGURATION CLOCK [HUNG]

CLOCK is a file with how many seconds this clock is ahead of the machine's; after HUNG seconds a turn is said to hang.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syncd.cli.guard import guarded
from syncd.cli.opening import Opening
from syncd.cli.run import run
from syncd.daemon import HUNG

TICK = timedelta(milliseconds=150)


def moved(ahead: Path) -> datetime:
    """The moved clock."""
    return datetime.now(UTC) + timedelta(seconds=float(ahead.read_text()))


if __name__ == "__main__":
    settings, clock = map(Path, sys.argv[1:3])
    hung = timedelta(seconds=float(sys.argv[3])) if sys.argv[3:] else HUNG
    opening = Opening(config=settings)
    sys.exit(guarded(lambda: run(opening, log="json", clock=lambda: moved(clock), every=TICK, hung=hung)))
