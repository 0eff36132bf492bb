"""What a test may script on the tracker in memory happens; that it keeps the promises is in tests/contracts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syncd.core.model import Presence, State
from syncd.errors import AuthenticationFailed, NotSent, OutcomeUnknown, Refused
from tests.contracts.tracker import MARKER, OTHER, desired
from tests.fakes.tracker import LIKE_GITHUB, MemoryTracker


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def tracker(clock):
    return MemoryTracker(clock=clock)


def test_a_lost_answer_comes_after_the_work(tracker):
    tracker.fail_next("create", OutcomeUnknown("The connection was reset."), after=True)
    with pytest.raises(OutcomeUnknown):
        tracker.create(desired(), MARKER)
    assert tracker.creates == {MARKER: 1}
    assert tracker.find(MARKER).key == "MEM-1"


@pytest.mark.parametrize("error", [NotSent("Busy."), Refused("No."), AuthenticationFailed("Who are you?")])
def test_a_refusal_comes_before_the_work_and_only_once(tracker, error):
    tracker.fail_next("create", error)
    with pytest.raises(type(error)):
        tracker.create(desired(), MARKER)
    assert tracker.creates == {}
    assert tracker.keys == []
    assert tracker.create(desired(), MARKER).key == "MEM-1"


def test_faults_of_one_call_do_not_meet_another(tracker):
    tracker.fail_next("find", NotSent("Busy."))
    tracker.create(desired(), MARKER)
    with pytest.raises(NotSent):
        tracker.find(MARKER)


def test_an_incomplete_listing_comes_once(tracker):
    tracker.create(desired(), MARKER)
    tracker.incomplete_next("The second page did not come.")
    listing = tracker.listing({})
    assert (listing.tickets, listing.complete, listing.problem) == ((), False, "The second page did not come.")
    assert len(tracker.listing({}).tickets) == 1


def test_a_lagging_search_hides_what_is_new_but_not_from_who_knows_it(clock):
    tracker = MemoryTracker(clock=clock, lag=timedelta(minutes=5))
    ticket = tracker.create(desired(), MARKER)
    assert tracker.features.quarantine == timedelta(minutes=5)
    assert tracker.find(MARKER) is None
    assert tracker.listing({}).tickets == ()
    assert tracker.look_up([ticket.key])[ticket.key].id == ticket.id
    assert tracker.listing({ticket.id: ticket.revision}).tickets == ()
    clock.now += timedelta(minutes=5)
    assert tracker.find(MARKER).id == ticket.id


def test_a_moved_ticket_keeps_its_id_and_answers_to_its_old_key(tracker):
    ticket = tracker.create(desired(), MARKER)
    tracker.person_renames(ticket.key, "NEW-7")
    [listed] = tracker.listing({ticket.id: ticket.revision}).tickets
    assert (listed.id, listed.key, listed.presence) == (ticket.id, "NEW-7", Presence.HERE)
    assert tracker.look_up([ticket.key])[ticket.key].key == "NEW-7"


def test_creating_twice_with_one_marker_makes_two_and_is_counted(tracker):
    tracker.create(desired(), MARKER)
    tracker.create(desired(), MARKER)
    tracker.create(desired(), OTHER)
    assert tracker.creates == {MARKER: 2, OTHER: 1}
    assert len(tracker.with_marker(MARKER)) == 2


def test_only_our_changes_are_counted(tracker):
    ticket = tracker.create(desired(), MARKER)
    tracker.person_edits(ticket.key, title="A person's words")
    assert tracker.updates == 0
    tracker.update(ticket.id, state=State.DONE)
    tracker.update(ticket.id, state=State.DONE)
    assert tracker.updates == 1


@pytest.mark.parametrize(("state", "held"), [(State.IN_PROGRESS, State.OPEN), (State.CANCELLED, State.CANCELLED)])
def test_a_state_that_it_lacks_becomes_the_nearest_one(clock, state, held):
    tracker = MemoryTracker(clock=clock, features=LIKE_GITHUB)
    assert tracker.create(desired(state=state), MARKER).state is held
