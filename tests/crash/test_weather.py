"""Weathers take turns, so that a few seeds bring each point into all of them."""

from __future__ import annotations

import pytest

from tests.crash.seed import TIMES
from tests.crash.weather import EACH_SIDE, turns


@pytest.mark.parametrize("at", [1, 2, 35, 99])
def test_with_18_seeds_each_point_meets_every_weather_once_before_and_once_after(at):
    met = [turn for seed in range(18) for turn in turns(at, seed=seed, times=TIMES)]
    assert len(met) == len(EACH_SIDE) == 36
    assert set(met) == set(EACH_SIDE)
