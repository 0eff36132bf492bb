"""The whole line over several teams: who reads a document, and what becomes of it when that changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.sources.folder import FolderSource
from syncd.core.model import Disposition
from syncd.errors import UsageError
from tests.fakes.source import MemorySource
from tests.fakes.tracker import MemoryTracker
from tests.house import House, memory, row
from tests.line import kinds, table, writes
from tests.told import assert_quiet, fates, held_by, item, told


@pytest.fixture
def house():
    house = House()
    yield house
    house.ledger.dispose()


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


def test_a_document_taken_over_is_no_renamed_one_though_another_with_the_same_rows_is_gone(house, shared):
    root, _, inner = shared
    (root / "inner" / "own.md").write_text(table(row("Inner")))
    one = house.team("one", FolderSource(root, label="all", exclude=["**/own.md"]))
    two = house.team("two", inner)
    house.run()
    assert (one["ops"].keys, two["ops"].keys) == (["ONE-1", "ONE-2"], ["TWO-1"])
    house.team("one", FolderSource(root, label="all", exclude=["inner/**"]), trackers=one)
    house.team("two", inner, trackers=two)
    house.run(team="one")
    (root / "inner" / "own.md").unlink()
    for _ in range(3):
        done = house.run()
    assert writes(done) == []
    assert {i.link.key: i.disposition for i in house.ledger.items() if i.action == "Inner"} == {
        "ONE-1": Disposition.LINKED,
        "TWO-1": Disposition.DETACHED,
    }


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
