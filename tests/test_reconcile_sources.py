"""The whole line over several sources and teams, and sources that cannot be looked at."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

import pytest

from connectors.sources.folder import FolderSource
from syncd.core.desired import Policy, Route
from syncd.core.model import Disposition
from syncd.errors import NotSent, UsageError
from syncd.reconcile import Request, Verdict, reconcile
from syncd.store.ledger import Ledger
from syncd.team import Application, Team, TeamSource
from tests.fakes.source import MemorySource
from tests.fakes.tracker import MemoryTracker
from tests.line import WORDS, Clock, kinds, table, writes
from tests.told import assert_quiet, fates, held_by, item, of, told


@dataclass
class House:
    """Teams on one ledger, each with its sources and trackers; a test changes them between passes."""

    clock: Clock = field(default_factory=Clock)
    ledger: Ledger = field(default_factory=lambda: Ledger.open("sqlite://"))
    teams: dict[str, Team] = field(default_factory=dict)

    def team(self, name, *sources, trackers=None, **decided):
        trackers = trackers or {"ops": MemoryTracker(clock=self.clock, name=name, project=name.upper())}
        policy = Policy(**{"team": name, "trackers": tuple(trackers), "status_words": WORDS, **decided})
        read = tuple(TeamSource(s, label) for label, s in zip("abcdefgh", sources, strict=False))
        self.teams[name] = Team(policy, read, trackers, ZoneInfo("UTC"), f"settings of {name}")
        return trackers

    def run(self, **request):
        self.clock.advance()
        return reconcile(Application(self.ledger, tuple(self.teams.values()), self.clock), Request(**request))


@pytest.fixture
def house():
    house = House()
    yield house
    house.ledger.dispose()


def row(text="Add an alert", *, owner="Core", state="Open"):
    return f"| 1 | {text} | {owner} | | {state} |"


def memory(name, **documents):
    return MemorySource({f"{path}.md": table(row(text)) for path, text in documents.items()}, name=name)


# --- one document, several ways to it


@pytest.fixture
def shared(tmp_path):
    """A folder, and a folder inside it: each document of the inner one is reached twice."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "outer.md").write_text(table(row("Outer")))
    (tmp_path / "inner" / "inner.md").write_text(table(row("Inner")))
    return tmp_path, FolderSource(tmp_path, label="all"), FolderSource(tmp_path / "inner", label="inner")


def test_a_document_reached_through_two_sources_belongs_to_the_first(house, shared):
    _, everything, inner = shared
    house.team("one", everything)
    house.team("two", inner)
    first = house.run()
    assert [(team, c.kind, c.reason) for team, c in first.changes if team == "two"] == [
        ("two", "ignore", "read by one")
    ]
    assert held_by(house, "Inner") == "ONE-1"


def test_it_still_belongs_to_the_first_when_nothing_in_it_changes(house, shared):
    _, everything, inner = shared
    house.team("one", everything)
    two = house.team("two", inner)
    for _ in range(3):
        last = house.run()
    assert writes(last) == []
    assert two["ops"].keys == []
    assert {d.team for d in house.ledger.all_documents()} == {"one"}


def test_it_still_belongs_to_the_first_when_only_the_second_teams_pass_runs(house, shared):
    root, everything, inner = shared
    house.team("one", everything)
    two = house.team("two", inner)
    house.run()
    (root / "inner" / "inner.md").write_text(table(row("Inner"), row("Another").replace("1", "2")))
    done = house.run(team="two")
    assert told(done) == ["read by one"]
    assert two["ops"].keys == []


def test_when_the_first_lets_go_of_it_the_second_takes_it_over_with_its_tickets(house, shared):
    root, _, inner = shared
    house.team("one", FolderSource(root, label="all"))
    two = house.team("two", inner)
    house.run()
    house.team("one", FolderSource(root, label="all", exclude=["inner/**"]))
    for _ in range(3):
        done = house.run()
    assert writes(done) == []
    assert two["ops"].keys == []
    assert held_by(house, "Inner") == "ONE-1"
    assert fates(house)["Inner"] is Disposition.LINKED


def test_two_teams_with_one_folder_do_not_both_speak_for_it(house, tmp_path):
    (tmp_path / "a.md").write_text(table(row(), row("Rotate the keys", state="Done")))
    (tmp_path / "b.md").write_text(table(row("Fix the pump")))
    house.team("one", FolderSource(tmp_path, label="docs"))
    two = house.team("two", FolderSource(tmp_path, label="docs"))
    for _ in range(3):
        done = house.run()
    assert [(team, c.reason) for team, c in done.changes] == [
        ("one", "already done in the document"),
        ("two", "read by one"),
        ("two", "read by one"),
    ]
    (tmp_path / "b.md").unlink()
    assert [(team, c.kind) for team, c in house.run().changes if c.detach] == [("one", "report")]
    assert two["ops"].keys == []


def test_a_team_that_names_a_folder_twice_is_told_everything_once(house, tmp_path):
    (tmp_path / "a.md").write_text(table(row(state="Done")))
    house.team("one", FolderSource(tmp_path, label="docs"), FolderSource(tmp_path, label="docs"))
    for _ in range(3):
        done = house.run()
    assert told(done) == ["already done in the document"]


# --- ids


def test_two_items_never_share_an_id(house):
    """Eight digits are few: another document's item may have the one that a new row would get."""
    source = memory("wiki", a="Add an alert", b="Rotate the keys")
    trackers = house.team("one", source)
    [a, b] = [d for s in house.run(dry_run=True).sources for d in s.plan.documents]
    late = source.texts.pop("b.md")
    house.run()
    taken = replace(a.items[0], id=b.ids[0], action="Another item", disposition=Disposition.DETACHED)
    house.ledger.remember(replace(a.record, clean=None), [taken], at=house.clock())
    source.texts["b.md"] = late
    house.run()
    assert item(house, "Another item").document == a.record.key
    assert item(house, "Rotate the keys").id != taken.id
    assert trackers["ops"].keys == ["ONE-1", "ONE-2"]
    assert_quiet(house)


# --- teams


def test_a_renamed_team_keeps_its_items(house):
    source = memory("wiki", a="Add an alert")
    trackers = house.team("old", source)
    house.run()
    house.teams.clear()
    house.team("new", source, trackers=trackers)
    assert writes(house.run()) == []
    assert trackers["ops"].keys == ["OLD-1"]
    assert {d.team for d in house.ledger.all_documents()} == {"new"}


def test_items_of_a_source_that_is_no_longer_configured_rest_and_come_back(house):
    kept, left = memory("kept", a="Add an alert"), memory("left", **{c: f"Mend part {c}" for c in "bcdefghij"})
    trackers = house.team("one", kept, left)
    house.run()
    house.team("one", kept, trackers=trackers)
    away = house.run()
    assert (away.brake, away.changes) == (None, ())
    assert fates(house)["Mend part b"] is Disposition.LINKED
    house.team("one", kept, left, trackers=trackers)
    assert writes(house.run()) == []
    assert len(trackers["ops"].keys) == 10


def test_a_source_under_another_path_takes_its_documents_along(house, tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "a.md").write_text(table(row(), row("Rotate the keys")))
    trackers = house.team("one", FolderSource(tmp_path / "old", label="docs"))
    house.run()
    (tmp_path / "old").rename(tmp_path / "new")
    house.team("one", FolderSource(tmp_path / "new", label="docs"), trackers=trackers)
    done = house.run()
    assert set(kinds(done)) == {"update"}, "only the links back"
    assert trackers["ops"].keys == ["ONE-1", "ONE-2"]
    assert_quiet(house)


def test_a_team_that_is_chosen_is_the_only_one(house):
    house.team("one", memory("a", a="First"))
    two = house.team("two", memory("b", b="Second"))
    assert {team for team, _ in house.run(team="one").changes} == {"one"}
    assert two["ops"].keys == []


def test_an_unknown_team_is_a_mistake(house):
    house.team("one", memory("a"))
    with pytest.raises(UsageError, match="no team 'three'; configured are: one"):
        house.run(team="three")


def test_two_teams_do_not_adopt_the_same_ticket(house):
    both = {"ops": MemoryTracker(clock=house.clock, project="OPS")}
    both["ops"].person_creates("Theirs")
    header = "| Action | Owner | Status | Ticket |"
    for name in ("one", "two"):
        text = table(f"| Add an alert for {name} | Core | Open | OPS-1 |", header=header)
        house.team(name, MemorySource({f"{name}.md": text}, name=name), trackers=both)
    done = house.run()
    assert kinds(done) == ["adopt", "report"]
    assert "OPS-1 belongs to one.md:15" in told(done)[0]
    assert kinds(house.run()) == ["report"]


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
    assert "memory:away is gone." in done.brake
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
        "1 tickets a pass (creates_per_pass): the next pass makes it"
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
