"""The whole line against a tracker that fails: exactly one ticket for each row, whatever happens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syncd.core.model import Disposition, EffectState, State
from syncd.errors import NotSent, OutcomeUnknown, Refused
from syncd.reconcile import Verdict
from tests.fakes.tracker import MemoryTracker
from tests.line import Clock, Line, kinds, table
from tests.told import assert_quiet, fates, held_by, item, of, steps, told

ROW = "| 1 | Add an alert | Core | Dec 1 | Open |"
OTHER = "| 2 | Rotate the keys | Web | | Open |"
LAG = timedelta(minutes=40)
LOST = OutcomeUnknown("The connection was reset.")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def line(tmp_path, clock):
    line = Line(tmp_path, clock=clock, tracker=MemoryTracker(clock=clock))
    line.write("a.md", table(ROW))
    yield line
    line.ledger.dispose()


@pytest.fixture
def lagging(tmp_path, clock):
    """Its tracker's search shows a ticket only after 40 minutes; a pass comes every 15."""
    line = Line(tmp_path, clock=clock, tracker=MemoryTracker(clock=clock, lag=LAG))
    line.write("a.md", table(ROW))
    yield line
    line.ledger.dispose()


def create_of(line, text="Add an alert"):
    """The newest create of the item with this text."""
    return [e for e in line.ledger.effects(item_id=item(line, text).id) if e.kind == "create"][-1]


# --- how a create ends


def test_a_create_is_written_down_with_what_it_sent_and_how_it_ended(line):
    line.run()
    effect = create_of(line)
    assert (effect.state, effect.attempts, effect.payload["title"]) == (EffectState.DONE, 1, "Add an alert")
    assert line.tracker.creates == {effect.marker: 1}
    assert line.tracker.stored("MEM-1").labels >= {"syncd"}


def test_an_answer_that_was_lost_is_looked_for_and_its_ticket_adopted(line):
    line.tracker.fail_next("create", LOST, after=True)
    done = line.run()
    assert steps(done) == ["create unknown", "write_back skipped"]
    assert told(done, "create") == ["The connection was reset."]
    assert done.verdict is Verdict.FAILED
    assert fates(line) == {"Add an alert": Disposition.PENDING}
    assert steps(line.run()) == ["adopt done", "write_back done"]
    assert line.tracker.keys == ["MEM-1"]
    assert_quiet(line)


def test_what_certainly_was_not_made_is_sent_again_with_the_same_marker(line):
    line.tracker.fail_next("create", LOST)
    line.run()
    first = create_of(line)
    assert steps(line.run()) == ["create done", "write_back done"]
    assert (create_of(line).id, create_of(line).marker, create_of(line).attempts) == (first.id, first.marker, 2)
    assert line.tracker.creates == {first.marker: 1}
    assert_quiet(line)


def test_a_failed_look_up_is_not_absent(line):
    line.tracker.fail_next("create", LOST, after=True)
    line.run()
    for _ in range(3):
        line.tracker.fail_next("find", NotSent("503."))
        assert steps(line.run()) == ["create unknown"]
    assert steps(line.run()) == ["adopt done", "write_back done"]
    assert line.tracker.keys == ["MEM-1"]


@pytest.mark.parametrize("made", [True, False])
def test_where_search_lags_it_is_looked_three_times_and_until_the_quarantine_is_over(lagging, made):
    """Sent at 0, looked for at 15 and 30 minutes (too early), and at 45."""
    lagging.tracker.fail_next("create", LOST, after=made)
    lagging.run()
    assert steps(lagging.run()) == ["create unknown"]
    assert steps(lagging.run()) == ["create unknown"]
    assert create_of(lagging).look_ups == 2
    assert kinds(lagging.run()) == (["adopt", "write_back"] if made else ["create", "write_back"])
    assert lagging.tracker.keys == ["MEM-1"]
    assert set(lagging.tracker.creates.values()) == {1}
    lagging.clock.advance(LAG)
    assert_quiet(lagging)


def test_three_look_ups_are_needed_even_when_the_quarantine_is_long_over(lagging):
    lagging.tracker.fail_next("create", LOST)
    lagging.run()
    lagging.clock.advance(timedelta(days=3))
    assert steps(lagging.run()) == ["create unknown"]
    assert steps(lagging.run()) == ["create unknown"]
    assert steps(lagging.run()) == ["create done", "write_back done"]


def test_look_ups_of_a_dry_run_do_not_count(lagging):
    lagging.tracker.fail_next("create", LOST)
    lagging.run()
    lagging.clock.advance(LAG)
    for _ in range(4):
        assert steps(lagging.run(dry_run=True)) == ["create unknown"]


def test_a_create_that_certainly_was_not_sent_waits_as_long_as_the_tracker_asked(line):
    line.tracker.fail_next("create", NotSent("429: slow down.", not_before=line.clock.moment + timedelta(minutes=40)))
    assert steps(line.run()) == ["create pending", "write_back skipped"]
    assert steps(line.run()) == ["create pending"]
    assert steps(line.run()) == ["create done", "write_back done"]


def test_a_create_that_was_turned_away_is_no_failure_of_the_pass(line):
    line.tracker.fail_next("create", NotSent("503."))
    assert line.run().verdict is Verdict.OK


# --- refused


def test_a_refused_create_is_shown_in_the_trackers_own_words_until_something_changes(line):
    line.tracker.fail_next("create", Refused("The field SRE is required."))
    done = line.run()
    assert (steps(done)[0], done.verdict) == ("create refused", Verdict.FAILED)
    again = line.run()
    assert kinds(again) == ["report"]
    assert "refused: The field SRE is required." in told(again)[0]
    assert fates(line) == {"Add an alert": Disposition.BLOCKED}
    line.edit("a.md", "Dec 1", "Dec 2")
    assert steps(line.run()) == ["create done", "write_back done"]


def test_a_refused_create_is_tried_again_after_a_day(line):
    line.tracker.fail_next("create", Refused("No."))
    line.run()
    line.clock.advance(timedelta(hours=23))
    assert kinds(line.run()) == ["report"]
    line.clock.advance(timedelta(hours=1))
    assert steps(line.run()) == ["create done", "write_back done"]


def test_a_refused_create_is_tried_again_when_a_person_says_so(line):
    line.tracker.fail_next("create", Refused("No."))
    line.run()
    assert steps(line.run(retry=True)) == ["create done", "write_back done"]


def test_a_create_that_is_refused_again_starts_its_day_anew(line):
    line.tracker.fail_next("create", Refused("No."))
    line.run()
    line.tracker.fail_next("create", Refused("Still no."))
    line.run(retry=True)
    line.clock.advance(timedelta(hours=23))
    assert "Still no." in told(line.run())[0]


def test_one_refused_row_does_not_stop_the_others(line):
    line.write("a.md", table(ROW, OTHER))
    line.tracker.fail_next("create", Refused("No."))
    assert steps(line.run()) == ["create refused", "write_back skipped", "create done", "write_back done"]
    assert held_by(line, "Rotate the keys") == "MEM-1"


def test_a_refused_update_is_shown_and_tried_again_after_a_day(line):
    line.run()
    line.edit("a.md", "| Open |", "| Done |")
    line.tracker.fail_next("update", Refused("No such transition."))
    done = line.run()
    assert (steps(done), told(done, "update")) == (["update refused"], ["No such transition."])
    assert line.tracker.stored("MEM-1").state is State.OPEN
    assert steps(line.run()) == ["report planned"]
    line.clock.advance(timedelta(days=1))
    assert steps(line.run()) == ["update done"]
    assert_quiet(line)


def test_an_update_without_an_answer_is_repeated(line):
    line.run()
    line.edit("a.md", "| Open |", "| Done |")
    line.tracker.fail_next("update", LOST, after=True)
    assert steps(line.run()) == ["update unknown"]
    line.run()
    assert_quiet(line)
    assert line.tracker.stored("MEM-1").state is State.DONE


# --- the row changes meanwhile


def test_a_row_deleted_meanwhile_whose_ticket_was_made_is_linked_and_detached(line):
    line.write("a.md", table(ROW, OTHER.replace("Open", "Done")))
    line.tracker.fail_next("create", LOST, after=True)
    line.run()
    line.write("a.md", table(OTHER.replace("Open", "Done")))
    assert [c.ticket for c in of(line.run(), "adopt")] == ["MEM-1"]
    assert fates(line)["Add an alert"] is Disposition.DETACHED
    assert held_by(line, "Add an alert") == "MEM-1"
    assert_quiet(line)
    line.write("a.md", table(ROW, OTHER.replace("Open", "Done")))
    line.run()
    assert line.tracker.keys == ["MEM-1"], "and it gets it back"
    assert_quiet(line)


def test_a_row_deleted_meanwhile_without_a_ticket_ends_its_create(line):
    line.write("a.md", table(ROW, OTHER.replace("Open", "Done")))
    line.tracker.fail_next("create", LOST)
    line.run()
    line.write("a.md", table(OTHER.replace("Open", "Done")))
    line.run()
    assert create_of(line).state is EffectState.ENDED
    assert line.tracker.keys == []
    assert_quiet(line)


@pytest.mark.parametrize("gone", ["row", "document"])
def test_a_ticket_that_appears_late_is_found_though_its_row_is_gone(lagging, gone):
    lagging.write("a.md", table(ROW, OTHER.replace("Open", "Done")))
    lagging.write("b.md", table("| 1 | Fix the pump | Core | | Done |"))
    lagging.tracker.fail_next("create", LOST, after=True)
    lagging.run()
    if gone == "row":
        lagging.write("a.md", table(OTHER.replace("Open", "Done")))
    else:
        (lagging.documents / "a.md").unlink()
    lagging.run()
    lagging.run()
    assert create_of(lagging).state is EffectState.UNKNOWN
    assert [c.ticket for c in of(lagging.run(), "adopt")] == ["MEM-1"]
    assert held_by(lagging, "Add an alert") == "MEM-1"
    assert fates(lagging)["Add an alert"] is Disposition.DETACHED
    assert_quiet(lagging)


def test_a_row_reworded_meanwhile_still_gets_one_ticket_with_its_new_words(line):
    line.tracker.fail_next("create", LOST, after=True)
    line.run()
    line.edit("a.md", "Add an alert", "Add an alert soon")
    assert steps(line.run()) == ["adopt done", "update done", "write_back done"]
    assert line.tracker.stored("MEM-1").title == "Add an alert soon"
    assert_quiet(line)


def test_a_row_reworded_before_it_is_sent_again_is_sent_as_it_is_now(line):
    line.tracker.fail_next("create", LOST)
    line.run()
    line.edit("a.md", "Add an alert", "Add an alert soon")
    line.run()
    assert line.tracker.stored("MEM-1").title == "Add an alert soon"
    assert_quiet(line)


def test_what_was_sent_last_is_what_was_agreed(line):
    """The first attempt was not made, the second was and lost its answer: there is nothing to tell the ticket."""
    line.tracker.fail_next("create", LOST)
    line.run()
    line.edit("a.md", "Add an alert", "Add an alert soon")
    line.tracker.fail_next("create", LOST, after=True)
    assert steps(line.run())[0] == "create unknown"
    assert steps(line.run()) == ["adopt done", "write_back done"]
    assert_quiet(line)
