from __future__ import annotations

import pytest

from syncd.core.brake import Standing, brake
from syncd.core.change import Change, ChangeKind, Outcome
from syncd.core.model import EffectState
from tests.core.planning import effect


def change(number=1, kind=ChangeKind.CREATE, **given):
    return Change(kind, "a.md", "a.md", number, "", item_id=str(number), **given)


def held(changes, *, documents_now=1, creates_per_pass=2, shuffled=(), **standing):
    return brake(
        changes,
        standing=Standing(**standing),
        documents_now=documents_now,
        shuffled=shuffled,
        creates_per_pass=creates_per_pass,
    )


def some(count, **given):
    return [change(n, **given) for n in range(count)]


# --- creates


@pytest.mark.parametrize(("creates", "reason"), [(8, None), (9, "9 tickets would be created")])
def test_more_than_four_times_the_pace_needs_a_person(creates, reason):
    assert (held(some(creates)) or "").startswith(reason or "")
    assert bool(held(some(creates))) is bool(reason)


def test_creates_that_wait_for_a_later_pass_count_too():
    assert held(some(9, outcome=Outcome.PENDING))


def test_creates_that_a_person_let_through_before_do_not_count_again():
    prepared = effect("1", EffectState.PREPARED)
    assert held([*some(20, effect=prepared), *some(8)]) is None


def test_other_changes_are_no_flood():
    assert held(some(20, kind=ChangeKind.ADOPT) + some(20, kind=ChangeKind.UPDATE)) is None


# --- rows that vanish


@pytest.mark.parametrize(
    ("vanishing", "tracked", "braked"),
    [(5, 5, False), (6, 6, True), (6, 30, False), (6, 29, True), (20, 100, False), (21, 100, True), (6, 31, False)],
)
def test_more_than_five_and_a_fifth_of_the_tracked_items_losing_their_row_is_held(vanishing, tracked, braked):
    reason = held(some(vanishing, kind=ChangeKind.REPORT, detach=True), tracked=tracked)
    assert bool(reason) is braked
    if reason:
        assert reason == f"{vanishing} of {tracked} tracked items would lose their row"


# --- done items that would be open again


@pytest.mark.parametrize(
    ("reopening", "done", "braked"), [(5, 5, False), (6, 6, True), (6, 20, False), (7, 20, True), (30, 100, False)]
)
def test_more_than_five_and_a_third_of_the_done_items_reopening_is_held(reopening, done, braked):
    changes = some(reopening, kind=ChangeKind.WRITE_BACK, out_of_done=True)
    assert bool(held(changes, done=done)) is braked


def test_an_item_that_is_recorded_and_written_reopens_once():
    both = [c for k in (ChangeKind.RECORD, ChangeKind.WRITE_BACK) for c in some(5, kind=k, out_of_done=True)]
    assert held(both, done=5) is None


def test_moving_to_done_is_never_braked():
    assert held(some(1000, kind=ChangeKind.WRITE_BACK) + some(1000, kind=ChangeKind.RECORD), tracked=1000) is None


# --- the source as a whole


@pytest.mark.parametrize(("before", "now", "braked"), [(3, 0, True), (0, 0, False), (3, 1, False)])
def test_a_source_that_turned_empty_is_held(before, now, braked):
    assert bool(held([], documents=before, documents_now=now)) is braked


def test_a_document_whose_links_go_while_new_rows_come_is_held_by_name():
    assert held([], shuffled=["a.md"]) == "a.md loses over half its links while new rows appear"


def test_all_reasons_are_told():
    reason = held(some(9), documents=3, documents_now=0, shuffled=["b.md"])
    assert reason is not None
    assert all(words in reason for words in ("the source is empty", "9 tickets would be created", "b.md loses"))


def test_a_quiet_plan_is_not_held():
    assert held([], documents=3, tracked=10, done=5) is None
