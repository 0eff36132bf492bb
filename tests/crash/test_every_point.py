"""Each point of a pass that touches the world, once; ``make chaos`` does it with many seeds."""

from __future__ import annotations

from tests.crash.sweep import sweep


def test_a_pass_killed_before_any_of_its_calls_leaves_nothing_lost_doubled_or_torn(tmp_path):
    assert sweep(tmp_path, seed=1, after=False) > 50
