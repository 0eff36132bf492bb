"""A longer life of two daemons than the tests have time for.

usage: python -m tests.daemon [--days N] [--seed N]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.daemon.month import Month
from tests.daemon.story import tell
from tests.postgres import running


def main() -> None:
    """Live through it, and say how it was."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=31)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="syncd-month-") as folder, running() as postgres:
        month = Month(Path(folder), postgres, seed=arguments.seed)
        try:
            tell(month, arguments.days)
        finally:
            month.close()
        items, mails = sum(month.rows.values()), len(month.mails.mails)
        print(
            f"{arguments.days} days, seed {arguments.seed}: {items} items, one ticket each; {mails} mails", flush=True
        )


if __name__ == "__main__":
    main()
