"""A pass over each kind of tracker, killed once at each of its calls and requests, each time in other weather."""

from __future__ import annotations

import pytest

from tests.crash.weather import EACH_SIDE
from tests.crash.wire import AtCalls, AtRequests, sweep
from tests.emulators.places import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_each_call_no_ticket_is_doubled_or_lost(tmp_path, kind):
    assert sweep(tmp_path, kind, AtCalls(), seed=0) > len(EACH_SIDE)


@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_each_request_no_ticket_is_doubled_or_lost(tmp_path, kind):
    assert sweep(tmp_path, kind, AtRequests(), seed=0) > 5
