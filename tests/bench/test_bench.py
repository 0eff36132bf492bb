"""The benchmarks work on a small world; how long they take says nothing there."""

from __future__ import annotations

from tests.bench.steps import STEPS


def test_each_step_finds_in_its_world_what_it_is_to_measure(tmp_path):
    in_order = ("lay_out", "lost", "everything", "hashing", "quiet", "creating", "writing", "rows")
    measured = {step: STEPS[step](tmp_path, 50) for step in in_order}
    assert all(m["wall"] > 0 and m["peak"] > 10 for m in measured.values())


def test_parsing_is_measured_beside_a_full_parse(tmp_path):
    STEPS["lay_out"](tmp_path, 50)
    assert STEPS["parsing"](tmp_path / "docs", 0)["documents"] == 10
