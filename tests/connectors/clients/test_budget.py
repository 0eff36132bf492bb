from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.clients.budget import BREATHER, FAILURES_IN_A_ROW, LONGEST_PAUSE, Budget
from syncd.errors import NotSent
from syncd.store.ledger import Ledger
from syncd.store.memo import LedgerMemo
from tests.fakes.memo import MemoryMemo

START = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LIMITS = ((80, MINUTE), (500, HOUR))


class World:
    """A clock that sleeping moves on, and the budgets of processes that share a memo."""

    def __init__(self):
        self.now = START
        self.slept = []
        self.notes = MemoryMemo()

    def sleep(self, seconds):
        assert seconds > 0
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def budget(self, *, host="api.example.org", gap=SECOND, limits=LIMITS):
        return Budget(self.notes, host=host, clock=lambda: self.now, sleep=self.sleep, gap=gap, limits=limits)

    def put_off(self, budget):
        """Until when a write is put off; None when it was allowed."""
        try:
            budget.spend()
        except NotSent as refused:
            return refused.not_before
        return None

    def refusal(self, act):
        with pytest.raises(NotSent) as caught:
            act()
        return caught.value


@pytest.fixture
def world():
    return World()


def test_writes_are_a_gap_apart(world):
    budget = world.budget()
    budget.spend()
    assert world.slept == []
    budget.spend()
    assert world.slept == [1.0]
    world.now += timedelta(milliseconds=250)
    budget.spend()
    assert world.slept == [1.0, 0.75]
    world.now += SECOND
    budget.spend()
    assert world.slept == [1.0, 0.75]


def test_another_process_keeps_the_gap_too(world):
    world.budget().spend()
    world.budget().spend()
    assert world.slept == [1.0]


def test_another_host_has_its_own_budget(world):
    world.budget().spend()
    other = world.budget(host="other.example.org")
    other.spend()
    other.pause(START + HOUR, "it is down")
    assert world.slept == []
    world.budget().check()


def test_at_a_limit_the_write_is_put_off_until_the_first_one_is_old_enough(world):
    budget = world.budget(gap=timedelta(0), limits=((3, MINUTE),))
    for _ in range(3):
        budget.spend()
        world.now += 10 * SECOND
    refused = world.refusal(budget.spend)
    assert refused.not_before == START + MINUTE
    assert str(refused) == (
        "api.example.org got 3 changes within 60 seconds, which is as many as we send; "
        "the next ones follow after 2026-11-23 14:01:00 UTC."
    )
    assert world.slept == []
    world.now = refused.not_before
    budget.spend()


def test_each_limit_counts(world):
    budget = world.budget(gap=timedelta(0), limits=((2, MINUTE), (3, HOUR)))
    budget.spend()
    budget.spend()
    assert world.refusal(budget.spend).not_before == START + MINUTE
    world.now = START + MINUTE
    budget.spend()
    assert world.refusal(budget.spend).not_before == START + HOUR


def test_an_hour_of_work_stays_within_the_limits(world):
    budget = world.budget()
    sent = []
    while world.now < START + 2 * HOUR:
        put_off = world.put_off(budget)
        if put_off:
            world.now = put_off
        else:
            sent.append(world.now)
    assert len([at for at in sent if at < START + HOUR]) == 500
    assert all(later - earlier >= SECOND for earlier, later in pairwise(sent))
    assert all(later - earlier >= HOUR for earlier, later in zip(sent, sent[500:], strict=False))
    assert len(world.notes) == 1
    assert len(world.notes["budget api.example.org"]) < 10_000


def test_a_refused_write_does_not_count(world):
    budget = world.budget(gap=timedelta(0), limits=((1, MINUTE),))
    budget.spend()
    for _ in range(5):
        world.now += SECOND
        world.refusal(budget.spend)
    world.now = START + MINUTE
    budget.spend()


def test_a_pause_stops_reads_and_writes_of_all_processes_until_it_is_over(world):
    world.budget().pause(START + MINUTE, "it had too many requests.")
    for act in (world.budget().check, world.budget().spend):
        refused = world.refusal(act)
        assert refused.not_before == START + MINUTE
        assert str(refused) == (
            "api.example.org is left alone until 2026-11-23 14:01:00 UTC: it had too many requests."
        )
    assert world.budget().paused() == (START + MINUTE, "it had too many requests.")
    world.now = START + MINUTE
    assert world.budget().paused() is None
    world.budget().check()
    world.budget().spend()


def test_a_shorter_pause_does_not_end_a_longer_one(world):
    budget = world.budget()
    budget.pause(START + HOUR, "long")
    budget.pause(START + MINUTE, "short")
    budget.pause(START - MINUTE, "over")
    assert budget.paused() == (START + HOUR, "long")
    budget.pause(START + 2 * HOUR, "longer")
    assert budget.paused() == (START + 2 * HOUR, "longer")


def test_no_pause_is_longer_than_a_day(world):
    budget = world.budget()
    budget.pause(datetime(9999, 1, 1, tzinfo=UTC), "it said so")
    assert budget.paused() == (START + LONGEST_PAUSE, "it said so")


def test_a_pause_keeps_the_writes_in_mind(world):
    budget = world.budget(gap=timedelta(0), limits=((1, HOUR),))
    budget.spend()
    budget.pause(START + MINUTE, "it had enough")
    world.now = START + MINUTE
    assert world.refusal(budget.spend).not_before == START + HOUR


@pytest.mark.parametrize("back", [timedelta(days=3650), timedelta(days=2), 2 * HOUR])
def test_a_clock_that_was_set_far_back_blocks_nothing(world, back):
    budget = world.budget(limits=((1, HOUR),))
    budget.spend()
    budget.pause(START + LONGEST_PAUSE, "it had enough")
    world.now = START - back
    assert budget.paused() is None
    budget.spend()
    assert world.slept == []


def test_a_clock_that_was_set_back_a_little_delays_by_the_gap_and_the_longest_limit_at_most(world):
    budget = world.budget(limits=((2, HOUR),))
    budget.spend()
    world.now -= 10 * MINUTE
    budget.spend()
    assert world.slept == [1.0]
    assert world.refusal(budget.spend).not_before <= world.now + 2 * HOUR


@pytest.mark.parametrize(
    "text",
    ["", "no json", "[]", "1", "null", "{}", '{"writes": 1, "until": 0, "why": ""}', '{"writes": [[]]}']
    + [json.dumps({"writes": [value], "until": value, "why": ""}) for value in ("a", None, 1e300, float("nan"))]
    + ['{"writes": [Infinity, -Infinity], "until": Infinity, "why": ""}', f'{{"writes": [{"9" * 400}]}}'],
)
def test_a_memo_that_makes_no_sense_is_an_empty_one(world, text):
    world.notes.put("budget api.example.org", text)
    budget = world.budget(limits=((1, HOUR),))
    assert budget.paused() is None
    budget.spend()
    assert world.slept == []
    world.refusal(budget.spend)


@given(st.lists(st.integers(min_value=-7200, max_value=7200), max_size=30))
def test_however_the_clock_jumps_no_wait_is_longer_than_the_gap(jumps):
    world = World()
    budget = world.budget(gap=2 * SECOND, limits=((3, MINUTE), (10, HOUR)))
    for jump in jumps:
        world.now += timedelta(seconds=jump)
        put_off = world.put_off(budget)
        assert put_off is None or world.now < put_off <= world.now + 2 * HOUR
    assert all(wait <= 2 for wait in world.slept)


class SharedClock:
    """A clock that each sleeping thread moves on, and each look at it a little."""

    def __init__(self):
        self._now = START
        self._guard = threading.Lock()

    def __call__(self):
        self.sleep(0.001)
        return self._now

    def sleep(self, seconds):
        with self._guard:
            self._now += timedelta(seconds=seconds)


class Witness(LedgerMemo):
    """Sees when each write was counted."""

    def __init__(self, ledger, seen):
        super().__init__(ledger, "github")
        self._seen = seen

    def swap(self, key, seen, value):
        swapped = super().swap(key, seen, value)
        if swapped:
            self._seen.append(json.loads(value)["writes"][-1])
        return swapped


@pytest.mark.parametrize("lanes", [2, 8])
def test_threads_that_write_to_one_host_together_keep_its_gap_and_its_limits(tmp_path, lanes):
    clock, counted, each = SharedClock(), [], 10
    limits = ((7, MINUTE), (15, HOUR))

    def lane(_):
        with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
            memo = Witness(ledger, counted)
            budget = Budget(memo, host="api.example.org", clock=clock, sleep=clock.sleep, gap=SECOND, limits=limits)
            written = 0
            while written < each:
                try:
                    budget.spend()
                    written += 1
                except NotSent as put_off:
                    clock.sleep(max(0.0, (put_off.not_before - clock()).total_seconds()))

    with ThreadPoolExecutor(lanes) as pool:
        list(pool.map(lane, range(lanes)))
    sent = sorted(counted)
    assert len(sent) == lanes * each
    assert all(later - earlier >= 1 for earlier, later in pairwise(sent))
    for count, window in limits:
        assert all(
            later - earlier >= window.total_seconds() for earlier, later in zip(sent, sent[count:], strict=False)
        )


def test_of_two_threads_that_waited_for_the_same_write_one_waits_again(world):
    """Both saw the first write; while the second of them slept, the other one wrote."""
    first, other = world.budget(), world.budget()
    first.spend()

    def sleep(seconds):
        world.sleep(seconds)
        if len(world.slept) == 1:
            other.spend()

    Budget(world.notes, host="api.example.org", clock=lambda: world.now, sleep=sleep, gap=SECOND, limits=LIMITS).spend()
    assert world.slept == [1.0, 1.0]
    assert json.loads(world.notes["budget api.example.org"])["writes"] == [
        (START + n * SECOND).timestamp() for n in range(3)
    ]


def test_a_pause_that_another_process_makes_meanwhile_is_not_lost(world):
    class Interrupted(MemoryMemo):
        def swap(self, key, seen, value):
            self.swap = super().swap
            world.budget().pause(START + HOUR, "it is down")
            return super().swap(key, seen, value)

    world.notes = Interrupted()
    assert world.put_off(world.budget()) == START + HOUR


# --- failures in a row ----------------------------------------------------------------------------------------------


def fail(world, times):
    for _ in range(times):
        world.budget().failed("it broke the connection")


def test_a_host_that_fails_again_and_again_is_left_alone_by_all_processes(world):
    fail(world, FAILURES_IN_A_ROW - 1)
    world.budget().check()
    fail(world, 1)
    refused = world.refusal(world.budget().check)
    assert refused.not_before == START + BREATHER
    assert "it failed 5 times in a row, the last time so: it broke the connection" in str(refused)
    world.refusal(world.budget().spend)


def test_after_the_breather_one_more_failure_is_enough(world):
    fail(world, FAILURES_IN_A_ROW)
    world.now += BREATHER
    world.budget().check()
    fail(world, 1)
    assert world.refusal(world.budget().check).not_before == START + 2 * BREATHER


def test_an_answer_makes_what_failed_before_forgotten(world):
    fail(world, FAILURES_IN_A_ROW - 1)
    world.budget().answered()
    fail(world, FAILURES_IN_A_ROW - 1)
    world.budget().check()


def test_a_longer_pause_of_the_service_itself_stays(world):
    world.budget().pause(START + HOUR, "it said so")
    fail(world, FAILURES_IN_A_ROW)
    assert world.budget().paused() == (START + HOUR, "it said so")


def test_answers_in_good_times_write_nothing(world):
    world.budget().answered()
    assert world.notes.get("budget api.example.org") is None
