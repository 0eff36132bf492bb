from __future__ import annotations

from tests.daemon.month import Month
from tests.daemon.soak import soak
from tests.daemon.story import FAULTS, QUIET_DAYS, tell
from tests.postgres import running


def test_two_daemons_live_through_every_fault_and_keep_every_promise(tmp_path):
    with running() as postgres:
        month = Month(tmp_path, postgres, seed=1)
        try:
            tell(month, days=len(FAULTS) + QUIET_DAYS)
        finally:
            month.close()


def test_memory_files_and_threads_stay_flat(tmp_path):
    with running() as postgres:
        month = Month(tmp_path, postgres, seed=0)
        try:
            done = soak(month, seconds=20)
        finally:
            month.close()
    first, last = done.warm[0], done.warm[-1]
    assert last.files <= first.files + 2, done.text()
    assert last.threads <= first.threads + 2, done.text()
    assert done.growth < 8, done.text()
