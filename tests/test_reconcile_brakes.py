"""The whole line under a brake: no effect there, the others go on, a person lets it through."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from syncd.core.model import Disposition
from syncd.errors import NotSent
from syncd.reconcile import Verdict
from tests.fakes.tracker import MemoryTracker
from tests.line import Line, table, writes
from tests.told import assert_quiet, fates, item, of, steps, told


@pytest.fixture
def line(tmp_path):
    line = Line(tmp_path)
    line.policy = replace(line.policy, creates_per_pass=2)
    yield line
    line.ledger.dispose()


def rows(count, *, first=1, state="Open", text="Mend part"):
    return [f"| {n} | {text} {n} | Core | | {state} |" for n in range(first, first + count)]


def everything(line):
    """Documents, tickets and all that the ledger knows but its passes."""
    ledger = line.ledger
    files = sorted([*line.documents.iterdir(), *line.tickets.glob("*")])
    return [p.read_bytes() for p in files], ledger.all_documents(), ledger.items(), ledger.effects(), ledger.events()


def assert_held(line, reason):
    """A pass does nothing at all, twice over, and its plan can be approved; returns its hash."""
    before = everything(line)
    held = line.run()
    assert held.verdict is Verdict.BRAKE
    assert reason in held.brake
    assert {c.outcome for c in of(held, "create", "adopt", "update", "record", "write_back")} <= {"skipped", "pending"}
    assert line.run(dry_run=True).plan_hash == held.plan_hash
    assert everything(line) == before
    return held.plan_hash


def settled(line, count, **given):
    """A document whose rows all have tickets."""
    line.policy = replace(line.policy, creates_per_pass=1000)
    line.write("a.md", table(*rows(count, **given)))
    line.run()
    line.policy = replace(line.policy, creates_per_pass=2)


# --- pace


def test_the_oldest_postmortem_comes_first_and_the_rest_in_later_passes(line):
    line.write("a.md", table(*rows(2, text="Young")).replace("October 16", "October 30"))
    line.write("b.md", table(*rows(2, text="Old")))
    first = line.run()
    assert sorted(c.text for c in of(first, "create") if c.outcome == "done") == ["Old 1", "Old 2"]
    assert steps(first).count("create pending") == 2
    assert fates(line)["Young 1"] is Disposition.PENDING
    assert "creates_per_pass" in item(line, "Young 1").reason
    assert first.verdict is Verdict.OK
    assert sorted(c.text for c in of(line.run(), "create")) == ["Young 1", "Young 2"]
    assert_quiet(line)


# --- creates


def test_more_creates_than_four_times_the_pace_are_held(line):
    line.write("a.md", table(*rows(9)))
    assert_held(line, "9 tickets would be created")
    assert not line.tickets.exists()


def test_as_many_as_four_times_the_pace_are_not_held(line):
    line.write("a.md", table(*rows(8)))
    assert line.run().brake is None


def test_after_an_approval_the_rest_follows_in_later_passes_without_a_second_one(line):
    line.write("a.md", table(*rows(11)))
    digest = assert_held(line, "11 tickets would be created")
    approved = line.run(approve=digest)
    assert (approved.verdict, approved.brake) == (Verdict.OK, None)
    assert steps(approved).count("create done") == 2
    for expected in (4, 6, 8, 10, 11):
        assert line.run().verdict is Verdict.OK
        assert len(list(line.tickets.glob("T-*.md"))) == expected
    assert_quiet(line)


def test_an_approved_create_that_was_turned_away_comes_later_like_the_others(line):
    line.tracker = MemoryTracker(clock=line.clock)
    line.tracker.fail_next("create", NotSent("429: slow down."))
    line.write("a.md", table(*rows(11)))
    approved = line.run(approve=line.run(dry_run=True).plan_hash)
    assert [c.outcome for c in of(approved, "create")][:3] == ["pending", "done", "pending"]
    for _ in range(6):
        assert line.run().verdict is Verdict.OK
    assert len(line.tracker.keys) == 11
    assert_quiet(line)


def test_an_approval_does_not_let_through_what_came_later(line):
    line.write("a.md", table(*rows(11)))
    line.run(approve=assert_held(line, "11 tickets"))
    line.write("b.md", table(*rows(9, text="Another")))
    assert_held(line, "9 tickets would be created")


def test_an_approval_of_another_plan_is_stale_and_does_nothing(line):
    line.write("a.md", table(*rows(9)))
    digest = assert_held(line, "9 tickets")
    line.write("a.md", table(*rows(10)))
    before = everything(line)
    stale = line.run(approve=digest)
    assert (stale.verdict, stale.stale) == (Verdict.STALE, digest)
    assert {c.outcome for _, c in stale.changes} <= {"planned", "pending"}
    assert everything(line) == before


@pytest.mark.parametrize("approve", ["", "0" * 12])
def test_a_wrong_approval_is_stale_even_where_nothing_is_held(line, approve):
    line.write("a.md", table(*rows(1)))
    assert line.run(approve=approve).verdict is Verdict.STALE
    assert not line.tickets.exists()


# --- rows and documents that vanish


def test_many_rows_losing_their_place_are_held_and_a_person_may_let_them_go(line):
    settled(line, 10)
    line.write("a.md", "".join(line.read("a.md").splitlines(keepends=True)[:-6]))
    line.run(approve=assert_held(line, "6 of 10 tracked items would lose their row"))
    assert list(fates(line).values()).count(Disposition.DETACHED) == 6
    assert_quiet(line)


def test_a_few_rows_may_go(line):
    settled(line, 10)
    line.write("a.md", "".join(line.read("a.md").splitlines(keepends=True)[:-5]))
    assert line.run().brake is None


def test_a_source_that_turned_empty_is_held(line):
    settled(line, 2)
    (line.documents / "a.md").unlink()
    line.run(approve=assert_held(line, "the source is empty; it held 1 document"))
    assert set(fates(line).values()) == {Disposition.DETACHED}
    assert_quiet(line)


def test_a_source_that_cannot_be_read_is_held_and_nobody_can_let_that_through(line):
    settled(line, 2)
    before = everything(line)
    line.documents.rename(line.folder / "away")
    shown = line.run(dry_run=True)
    held = line.run(approve=shown.plan_hash)
    assert held.verdict is Verdict.BRAKE
    assert "cannot be read" in (held.brake or "")
    (line.folder / "away").rename(line.documents)
    assert everything(line) == before
    assert_quiet(line)


def test_a_document_whose_rows_are_exchanged_is_held(line):
    settled(line, 3)
    line.write("a.md", table(*rows(3, first=70, text="Fix the engine block")))
    assert_held(line, "docs/a.md loses over half its links while new rows appear")


def test_a_renamed_tree_is_not_held(line):
    settled(line, 10)
    line.write("b.md", table(*rows(10, text="Fix joint")))
    line.policy = replace(line.policy, creates_per_pass=1000)
    line.run()
    (line.documents / "2026").mkdir()
    for name in ("a.md", "b.md"):
        (line.documents / name).rename(line.documents / "2026" / name)
    moved = line.run()
    assert (moved.brake, [c for c in moved.changes if c[1].detach]) == (None, [])
    assert_quiet(line)


# --- done items that open again


def reopen(line, count, *, of_them):
    settled(line, of_them)
    for n in range(1, of_them + 1):
        line.set_status(f"T-{n}", "done")
    assert line.run().brake is None, "moving to done is never braked"
    for n in range(1, count + 1):
        line.set_status(f"T-{n}", "open")


@pytest.mark.parametrize("write_back", [True, False])
def test_many_done_items_opening_again_are_held(line, write_back):
    line.policy = replace(line.policy, write_back=write_back)
    reopen(line, 6, of_them=6)
    line.run(approve=assert_held(line, "6 of 6 done items would be open again"))
    assert [i.link.fields["state"].ticket for i in line.ledger.items()] == ["open"] * 6
    assert_quiet(line)


def test_a_few_done_items_may_open_again(line):
    reopen(line, 5, of_them=6)
    assert line.run().brake is None


def test_many_done_rows_cancelled_by_people_are_held(line):
    reopen(line, 0, of_them=6)
    line.write("a.md", line.read("a.md").replace("| Done |", "| Cancelled |"))
    assert_held(line, "6 of 6 done items would be open again")


# --- what a brake does not hold


def test_an_unreadable_document_is_a_problem_and_loses_nothing(line):
    settled(line, 2)
    line.write("b.md", table(*rows(1, text="Fix joint")))
    line.run()
    (line.documents / "a.md").write_bytes(b"\xff\xfe broken")
    done = line.run()
    assert (done.brake, done.verdict) == (None, Verdict.FAILED)
    assert [path for path, _ in done.problems] == ["docs/a.md"]
    assert Disposition.DETACHED not in fates(line).values()
    assert writes(done) == []


def test_the_copy_of_a_whole_folder_takes_nothing(line):
    settled(line, 3)
    shutil.copytree(line.documents, line.documents / "archive")
    done = line.run()
    assert writes(done) == []
    assert len(told(done, "report")) == 3
