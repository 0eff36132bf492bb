"""The whole line after its ledger was lost, with trackers out of reach, and with poorer ones."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from syncd.core.model import DesiredTicket, State
from syncd.errors import AuthenticationFailed, NotSent
from syncd.reconcile import Verdict
from syncd.store.ledger import Ledger
from tests.fakes.tracker import LIKE_GITHUB, MemoryTracker
from tests.line import Clock, Line, kinds, table, writes
from tests.told import assert_quiet, held_by, of, steps, told

ROW = "| 1 | Add an alert | Core | Dec 1 | Open |"
OTHER = "| 2 | Rotate the keys | Web | | Open |"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def line(tmp_path, clock):
    line = Line(tmp_path, clock=clock, tracker=MemoryTracker(clock=clock))
    line.write("a.md", table(ROW))
    yield line
    line.ledger.dispose()


# --- lost and old ledgers


def test_a_lost_ledger_adopts_before_it_creates(line):
    line.write("a.md", table(ROW, OTHER))
    line.run()
    line.lose_the_ledger()
    assert set(kinds(line.run())) == {"adopt"}
    assert line.tracker.keys == ["MEM-1", "MEM-2"]
    assert_quiet(line)


def test_a_lost_ledger_adopts_by_text_where_no_row_names_its_ticket(line):
    line.policy = replace(line.policy, write_back=False)
    line.write("a.md", table(ROW, OTHER))
    line.run()
    line.lose_the_ledger()
    line.edit("a.md", "Dec 1", "Dec 2")
    assert kinds(line.run()) == ["adopt", "update", "adopt"]
    assert str(line.tracker.stored("MEM-1").due) == "2026-12-02"
    assert line.tracker.keys == ["MEM-1", "MEM-2"]
    assert_quiet(line)


def test_after_a_lost_ledger_what_stays_unmatched_asks_and_nothing_is_created_for_that_document(line):
    line.policy = replace(line.policy, write_back=False)
    line.write("a.md", table(ROW, OTHER))
    line.run()
    line.lose_the_ledger()
    line.edit("a.md", "Rotate the keys", "Exchange every certificate")
    line.write("b.md", table("| 1 | Fix the pump | Core | | Open |"))
    done = line.run()
    assert sorted(kinds(done)) == ["adopt", "create", "report"]
    assert of(done, "create")[0].path == "docs/b.md"
    assert "MEM-2" in told(done, "report")[0]
    assert kinds(line.run()) == ["report"], "it asks until somebody answers"


def test_a_search_that_fails_after_a_lost_ledger_creates_nothing(line):
    line.policy = replace(line.policy, write_back=False)
    line.run()
    line.lose_the_ledger()
    line.tracker.incomplete_next("The second page did not come.")
    assert steps(line.run()) == ["create pending"]
    assert kinds(line.run()) == ["adopt"]
    assert line.tracker.keys == ["MEM-1"]


def test_a_ticket_that_turns_up_later_is_adopted_though_nothing_in_its_document_changed(line):
    """It was made with another copy of the ledger."""
    line.write("a.md", table(ROW.replace("Dec 1 | Open", "| Done")))
    line.run()
    assert line.ledger.all_documents()[0].clean
    location = str(line.documents / "a.md")
    line.tracker.create(DesiredTicket("files", "Add an alert", (), location, state=State.DONE), "0123456789ab")
    assert steps(line.run()) == ["adopt done", "write_back done"]
    assert_quiet(line)


def test_an_old_copy_of_the_ledger_adopts_what_was_made_since(line, tmp_path):
    line.run()
    line.ledger.dispose()
    shutil.copy(tmp_path / "ledger.db", tmp_path / "old.db")
    line.ledger = Ledger.open(line.url)
    line.policy = replace(line.policy, write_back=False)
    line.write("a.md", line.read("a.md") + OTHER[:-1] + "| |\n")
    line.edit("a.md", "Add an alert", "Add two alerts")
    line.run()
    line.tracker.person_moves("MEM-1", State.DONE)
    assert line.tracker.keys == ["MEM-1", "MEM-2"]
    line.ledger.dispose()
    shutil.copy(tmp_path / "old.db", tmp_path / "ledger.db")
    line.ledger = Ledger.open(line.url)
    assert "create" not in kinds(line.run())
    assert held_by(line, "Rotate the keys") == "MEM-2"
    line.run()
    assert_quiet(line)
    assert line.tracker.stored("MEM-1").state is State.DONE
    assert line.tracker.stored("MEM-1").title == "Add two alerts"


# --- trackers that are out of reach


def test_a_tracker_that_does_not_know_us_is_asked_once_and_nothing_is_lost(line):
    line.write("a.md", table(ROW, OTHER))
    line.tracker.fail_next("create", AuthenticationFailed("Who are you?"))
    done = line.run()
    assert [c.outcome for c in of(done, "create")] == ["failed", "failed"]
    assert done.verdict in (Verdict.AUTHENTICATION, Verdict.FAILED)
    assert [c.outcome for c in of(line.run(), "create")] == ["done", "done"]
    assert_quiet(line)


def test_a_pass_whose_tracker_turns_us_away_says_so(line):
    line.tracker.fail_next("listing", AuthenticationFailed("Who are you?"))
    done = line.run()
    assert done.verdict is Verdict.AUTHENTICATION
    assert steps(done) == ["create pending"]


def test_a_pass_whose_tracker_turns_us_away_in_the_middle_says_so(line):
    line.tracker.fail_next("create", AuthenticationFailed("Who are you?"))
    assert line.run().verdict is Verdict.AUTHENTICATION


def test_a_quiet_pass_says_which_tracker_it_could_not_look_at(line):
    line.run()
    assert line.run().out_of_reach == ()
    line.tracker.fail_next("listing", NotSent("Nobody answers."))
    done = line.run()
    assert (steps(done), done.out_of_reach) == ([], ("Tracker files: Nobody answers.",))
    assert done.troubles == done.out_of_reach
    assert done.verdict is Verdict.FAILED
    assert line.run().verdict is Verdict.OK


def test_an_incomplete_listing_removes_nothing(line):
    line.run()
    line.tracker.incomplete_next("The second page did not come.")
    assert writes(line.run()) == []
    assert held_by(line, "Add an alert") == "MEM-1"
    assert_quiet(line)


# --- poorer trackers


def test_a_tracker_that_knows_neither_in_progress_nor_due_dates_comes_to_rest(tmp_path, clock):
    line = Line(tmp_path, clock=clock, tracker=MemoryTracker(clock=clock, features=LIKE_GITHUB))
    line.write("a.md", table(ROW.replace("Open", "In progress")))
    line.run()
    assert_quiet(line)
    assert "| In progress |" in line.read("a.md")
    line.edit("a.md", "Dec 1", "Dec 9")
    assert writes(line.run()) == []
    line.edit("a.md", "In progress", "Open")
    assert writes(line.run()) == []
    line.tracker.person_moves("MEM-1", State.DONE)
    line.run()
    assert "| Done |" in line.read("a.md")
    assert_quiet(line)
    line.ledger.dispose()
