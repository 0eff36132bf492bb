from __future__ import annotations

from tests.daemon.month import Month
from tests.daemon.story import FAULTS, QUIET_DAYS, tell
from tests.postgres import running


def test_two_daemons_live_through_every_fault_and_keep_every_promise(tmp_path):
    with running() as postgres:
        month = Month(tmp_path, postgres, seed=1)
        try:
            tell(month, days=len(FAULTS) + QUIET_DAYS)
        finally:
            month.close()
