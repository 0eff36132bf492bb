"""The whole line over several sources and trackers, and sources that cannot be looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from syncd.core.desired import Route
from syncd.core.model import Disposition
from syncd.errors import NotSent
from syncd.reconcile import Verdict
from tests.fakes.source import MemorySource
from tests.fakes.tracker import MemoryTracker
from tests.house import House, memory, row
from tests.line import kinds, table, writes
from tests.told import assert_quiet, fates, held_by, item, of, told


@pytest.fixture
def house():
    house = House()
    yield house
    house.ledger.dispose()


# --- routes


def test_each_item_goes_where_its_route_leads_and_stays_there(house):
    trackers = {n: MemoryTracker(clock=house.clock, name=n, project=n.upper()) for n in ("ops", "web")}
    source = MemorySource({"a.md": table(row("One", owner="Frontend Team"), row("Two"))})
    routes = (Route("web", owner="Frontend*"), Route("ops"))
    house.team("one", source, trackers=trackers, routes=routes)
    house.run()
    assert (held_by(house, "One"), held_by(house, "Two")) == ("WEB-1", "OPS-1")
    house.team("one", source, trackers=trackers, routes=(Route("ops"),))
    assert writes(house.run()) == []
    assert held_by(house, "One") == "WEB-1"


def test_an_item_that_no_route_takes_is_blocked(house):
    house.team("one", memory("a", a="Add an alert"), routes=(Route("ops", owner="Nobody"),))
    assert told(house.run()) == ["no route takes it: add a route without conditions as the last one"]
    assert fates(house) == {"Add an alert": Disposition.BLOCKED}


def test_one_tracker_out_of_reach_does_not_stop_the_other(house):
    trackers = {n: MemoryTracker(clock=house.clock, name=n, project=n.upper()) for n in ("ops", "web")}
    source = MemorySource({"a.md": table(row("One", owner="Frontend Team"), row("Two"))})
    house.team("one", source, trackers=trackers, routes=(Route("web", owner="Frontend*"), Route("ops")))
    trackers["web"].fail_next("listing", NotSent("503."))
    done = house.run()
    assert [(c.text, c.outcome) for c in of(done, "create")] == [("One", "pending"), ("Two", "done")]
    assert item(house, "One").reason == "503."
    assert [c.text for c in of(house.run(), "create")] == ["One"]


# --- pace and brakes over several sources


def test_the_pace_is_that_of_the_whole_pass_and_the_oldest_of_all_come_first(house):
    young = MemorySource({"a.md": table(row("Young")).replace("October 16", "October 20")}, name="a")
    old = MemorySource({"b.md": table(row("Old"), row("Old too"))}, name="b")
    house.team("one", young, old, creates_per_pass=2)
    done = house.run()
    assert sorted(c.text for c in of(done, "create") if c.outcome == "done") == ["Old", "Old too"]
    assert [c.text for c in of(done, "create") if c.outcome == "pending"] == ["Young"]
    assert [c.text for c in of(house.run(), "create")] == ["Young"]
    assert_quiet(house)


def test_a_brake_holds_one_source_and_the_others_go_on(house):
    flood = MemorySource({"a.md": table(*(row(f"Task {n}") for n in range(9)))}, name="a")
    trackers = house.team("one", flood, memory("b", b="Quiet one"), creates_per_pass=2)
    other = house.team("two", memory("c", c="Quiet two"), creates_per_pass=2)
    held = house.run()
    assert held.verdict is Verdict.BRAKE
    assert held.brake.startswith("one, a: 9 tickets would be created")
    assert (trackers["ops"].keys, other["ops"].keys) == (["ONE-1"], ["TWO-1"])
    assert {i.action for i in house.ledger.items()} == {"Quiet one", "Quiet two"}
    approved = house.run(approve=house.run(dry_run=True).plan_hash)
    assert approved.verdict is Verdict.OK
    assert len(trackers["ops"].keys) == 3


# --- what cannot be looked at


def test_a_look_that_is_not_complete_removes_nothing(house):
    source = memory("wiki", a="Add an alert", b="Rotate the keys")
    house.team("one", source)
    house.run()
    text = source.texts.pop("b.md")
    source.problem = "A folder could not be listed."
    done = house.run()
    assert (writes(done), fates(house)["Rotate the keys"]) == ([], Disposition.LINKED)
    assert [p.message for _, p in done.problems] == ["A folder could not be listed."]
    source.texts["b.md"], source.problem = text, None
    assert_quiet(house)


def test_a_source_that_cannot_be_looked_at_at_all_is_held_and_the_others_go_on(house):
    away = memory("away", a="Add an alert")
    house.team("one", away, memory("here", b="Rotate the keys"))
    away.gone = True
    done = house.run()
    assert done.verdict is Verdict.BRAKE
    assert "memory:away is gone" in done.brake
    assert held_by(house, "Rotate the keys") == "ONE-1"


def test_a_document_that_cannot_be_read_has_not_vanished(house):
    source = memory("wiki", a="Add an alert", b="Rotate the keys")
    house.team("one", source)
    house.run()
    source.unreadable["b.md"] = "It is not UTF-8."
    done = house.run()
    assert (writes(done), fates(house)["Rotate the keys"]) == ([], Disposition.LINKED)
    assert done.verdict is Verdict.FAILED


def test_a_document_that_cannot_be_saved_is_a_failure_and_is_tried_again(house):
    source = memory("wiki", a="Add an alert")
    trackers = house.team("one", source)
    source.refuses = "The disk is full."
    done = house.run()
    assert [(c.kind, c.outcome) for _, c in done.changes] == [("create", "done"), ("write_back", "failed")]
    assert told(done, "write_back") == ["The disk is full."]
    source.refuses = None
    assert kinds(house.run()) == ["write_back"]
    assert trackers["ops"].keys == ["ONE-1"]
    assert_quiet(house)


def test_a_document_edited_meanwhile_is_read_again_in_the_same_pass(house):
    source = memory("wiki", a="Add an alert")
    trackers = house.team("one", Hasty(source, "a.md"))
    done = house.run()
    assert [(c.kind, c.outcome) for _, c in done.changes] == [("create", "done"), ("write_back", "done")]
    assert "A sentence in between." in source.texts["a.md"]
    assert "[ONE-1]" in source.texts["a.md"]
    assert trackers["ops"].keys == ["ONE-1"]
    assert_quiet(house)


def test_reading_again_makes_no_more_tickets_than_one_pass_may(house):
    hasty = Hasty(memory("wiki", a="Add an alert", b="Rotate the keys", c="Fix the pump"), "a.md")
    trackers = house.team("one", hasty, creates_per_pass=1)
    done = house.run()
    assert trackers["ops"].keys == ["ONE-1"]
    assert [c.outcome for c in of(done, "create")] == ["done", "pending", "pending"]
    assert {c.reason for c in of(done, "create") if c.outcome == "pending"} == {
        "1 ticket a pass (creates_per_pass): the next pass makes it"
    }


@dataclass
class Hasty:
    """A source whose document a person edits just before it is saved for the first time."""

    source: MemorySource
    path: str
    times: int = 1

    @property
    def location(self):
        return self.source.location

    def documents(self, known):
        return self.source.documents(known)

    def save(self, edits):
        if self.times:
            self.times -= 1
            self.source.texts[self.path] += "\nA sentence in between.\n"
        return self.source.save(edits)


def test_a_document_that_is_edited_all_the_time_waits_for_the_next_pass(house):
    hasty = Hasty(memory("wiki", a="Add an alert"), "a.md", times=9)
    trackers = house.team("one", hasty)
    done = house.run()
    assert [(c.kind, c.outcome) for _, c in done.changes] == [("create", "done"), ("write_back", "pending")]
    assert hasty.times == 6, "three rounds and no more"
    hasty.times = 0
    assert kinds(house.run()) == ["write_back"]
    assert trackers["ops"].keys == ["ONE-1"]


# --- older postmortems


def test_what_is_older_than_the_start_date_is_left_alone_with_a_reason(house):
    source = memory("wiki", a="Add an alert")
    trackers = house.team("one", source, start_date=house.clock.moment.date())
    assert told(house.run()) == ["the postmortem of 2026-10-16 is older than start_date 2026-11-02"]
    house.teams["one"] = replace(
        house.teams["one"], policy=replace(house.teams["one"].policy, start_date=None), fingerprint="others"
    )
    assert kinds(house.run()) == ["create", "write_back"]
    assert trackers["ops"].keys == ["ONE-1"]
