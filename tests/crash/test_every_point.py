"""Each point of a pass that touches the world, once; ``make chaos`` does it with many seeds."""

from __future__ import annotations

import pytest

from tests.crash.sweep import sweep


@pytest.mark.parametrize("after", [False, True], ids=["before-the-call", "after-the-call"])
def test_a_pass_killed_at_any_call_leaves_nothing_lost_doubled_or_torn(tmp_path, after):
    assert sweep(tmp_path, seed=1, after=after) > 50
