"""A pass killed at each of its requests to a tracker, on every kind, with searches that lag."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.crash.wire import sweep
from tests.emulators.places import KINDS

LAGS = tuple(timedelta(seconds=seconds) for seconds in (0, 60, 600))


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_each_request_no_ticket_is_doubled_or_lost(tmp_path, kind, after):
    lag = LAGS[(KINDS.index(kind) + after) % len(LAGS)]
    assert sweep(tmp_path, kind, seed=0, lag=lag, after=after) > 5


def test_killed_at_each_call_no_ticket_is_doubled_or_lost(tmp_path):
    assert sweep(tmp_path, "github.com", seed=0, lag=LAGS[2], after=True, calls=True) > 30
