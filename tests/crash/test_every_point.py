"""Each point of a pass that touches the world, once; ``make chaos`` does it with many seeds."""

from __future__ import annotations

import pytest

from tests.crash.sweep import sweep


def test_a_pass_killed_before_any_of_its_calls_leaves_nothing_lost_doubled_or_torn(tmp_path):
    assert sweep(tmp_path, seed=1, after=False) > 50


@pytest.mark.parametrize("after", [False, True])
def test_a_ledger_in_postgresql_keeps_the_same_promises(tmp_path, postgres_url, after):
    assert sweep(tmp_path, seed=0, after=after, database=postgres_url, every=7) > 5
