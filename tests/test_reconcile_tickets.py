"""The whole line: tickets that rows share, that moved, that people made, and what people say by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.core.model import Disposition, State
from syncd.errors import Refused
from tests.fakes.tracker import MemoryTracker
from tests.line import Clock, Line, kinds, table, writes
from tests.told import assert_quiet, fates, held_by, item, steps, told

ROWS = (
    "| 1 | Add an alert | Core | Dec 1 | Open |",
    "| 2 | Rotate the keys | Web | Dec 8 | Open |",
    "| 3 | Write a runbook | Core | | Open |",
)


@pytest.fixture
def line(tmp_path):
    line = Line(tmp_path)
    yield line
    line.ledger.dispose()


@pytest.fixture
def memory(tmp_path):
    """A line whose tickets are in memory, project MEM."""
    clock = Clock()
    line = Line(tmp_path, clock=clock, tracker=MemoryTracker(clock=clock))
    yield line
    line.ledger.dispose()


def row_of(line, text, name="a.md"):
    return next(row for row in line.read(name).splitlines(keepends=True) if text in row)


# --- tickets


def test_two_rows_that_name_one_ticket_both_show_its_state_and_push_nothing(line):
    line.write("a.md", table("| 1 | Add an alert | Core | | Open |"))
    line.run()
    line.write("a.md", line.read("a.md") + row_of(line, "Add an").replace("Add an alert", "Test the alert"))
    line.run()
    assert_quiet(line)
    line.set_status("T-1", "done")
    line.run()
    assert line.read("a.md").count("| Done |") == 2
    line.edit("a.md", "Test the alert", "Test it well")
    assert writes(line.run()) == []
    assert "title: Add an alert\n" in line.ticket("T-1")


def test_a_ticket_that_got_a_new_key_keeps_its_row_which_names_the_new_key(memory):
    memory.write("a.md", table(*ROWS))
    memory.run()
    memory.tracker.person_renames("MEM-2", "NEW-7")
    memory.run()
    assert "NEW-7" in row_of(memory, "Rotate")
    assert "MEM-2" not in memory.read("a.md")
    assert held_by(memory, "Rotate the keys") == "NEW-7"
    assert_quiet(memory)


def test_a_ticket_that_is_gone_is_reported_and_a_person_may_let_it_go(memory):
    memory.write("a.md", table(*ROWS))
    memory.run()
    memory.tracker.person_deletes("MEM-2")
    first = memory.run()
    assert kinds(first) == ["record", "report"]
    assert "MEM-2 was deleted" in told(first)[0]
    assert kinds(memory.run()) == ["report"]
    memory.ledger.hand_unlink(item(memory, "Rotate the keys").id, at=memory.clock())
    assert "create" not in kinds(memory.run()), "the row names it still"
    memory.edit("a.md", "[MEM-2](https://tickets.example.com/memory/MEM-2)", "")
    memory.run()
    assert held_by(memory, "Rotate the keys") == "MEM-4"
    assert_quiet(memory)


def test_a_ticket_that_may_not_be_seen_is_not_deleted(memory):
    memory.write("a.md", table(*ROWS))
    memory.run()
    memory.tracker.forbid("MEM-2")
    assert "MEM-2 cannot be read" in told(memory.run())[0]
    assert "create" not in kinds(memory.run())
    assert held_by(memory, "Rotate the keys") == "MEM-2"


# --- a person's tickets


def theirs(memory, title="Their own words"):
    key = memory.tracker.person_creates(title)
    text = table(
        f"| Add an alert | Core | Dec 1 | Open | {key} |", header="| Action | Owner | Due date | Status | Ticket |"
    )
    memory.write("a.md", text)
    return key


def test_a_persons_ticket_is_tracked_marked_and_not_rewritten(memory):
    key = theirs(memory)
    assert steps(memory.run()) == ["adopt done"]
    stored = memory.tracker.stored(key)
    assert (stored.title, stored.due, stored.document) == ("Their own words", None, None)
    assert stored.marker is not None
    assert stored.labels == {"syncd"}
    assert_quiet(memory)
    memory.tracker.person_moves(key, State.DONE)
    memory.run()
    assert "| Done |" in memory.read("a.md")
    assert_quiet(memory)


def test_a_persons_ticket_that_may_not_be_labelled_is_tracked_all_the_same(memory):
    key = theirs(memory)
    memory.tracker.fail_next("adopt", Refused("You may not edit labels."))
    assert steps(memory.run()) == ["adopt done"]
    memory.tracker.person_moves(key, State.DONE)
    memory.run()
    assert "| Done |" in memory.read("a.md")
    assert_quiet(memory)


def test_a_persons_ticket_that_may_not_be_seen_is_not_joined(memory):
    memory.tracker.forbid(theirs(memory))
    assert "MEM-1 cannot be read" in told(memory.run())[0]
    assert fates(memory) == {"Add an alert": Disposition.BLOCKED}
    assert_quiet(memory)


def test_a_row_that_a_person_gave_another_ticket_takes_that_one(memory):
    memory.write("a.md", table(*ROWS))
    memory.run()
    key = memory.tracker.person_creates("A better ticket")
    memory.edit("a.md", "[MEM-2](https://tickets.example.com/memory/MEM-2)", key)
    memory.run()
    assert held_by(memory, "Rotate the keys") == key
    assert memory.tracker.stored("MEM-2").state is State.OPEN
    assert memory.tracker.stored(key).title == "A better ticket"
    assert_quiet(memory)


def test_a_ticket_that_does_not_exist_blocks_its_row_until_it_does(memory):
    memory.write("a.md", table("| Add an alert | Core | Open | MEM-1 |", header="| Action | Owner | Status | Ticket |"))
    assert told(memory.run()) == ["MEM-1 is not in files: correct it, or remove it to get a new ticket"]
    assert "create" not in kinds(memory.run())
    memory.tracker.person_creates("Here it is")
    assert kinds(memory.run()) == ["adopt"]


def test_a_persons_ticket_taken_apart_by_hand_never_comes_back_by_itself(memory):
    key = theirs(memory, "Add an alert to it")
    memory.run()
    memory.ledger.hand_unlink(item(memory, "Add an alert").id, at=memory.clock())
    assert told(memory.run()) == [f"taken apart by hand: remove {key} from the row to get a new ticket"]
    memory.edit("a.md", key, "")
    memory.run()
    assert held_by(memory, "Add an alert") == "MEM-2"
    assert_quiet(memory)


# --- said by hand


def test_a_link_by_hand_is_obeyed_by_the_next_pass_and_once(memory):
    memory.write("a.md", table(*ROWS))
    memory.run()
    key = memory.tracker.person_creates("A better ticket")
    memory.ledger.hand_link(item(memory, "Add an alert").id, key, at=memory.clock())
    memory.run()
    assert held_by(memory, "Add an alert") == key
    assert memory.ledger.hand_links() == {}
    assert_quiet(memory)


def test_a_link_by_hand_to_the_ticket_that_it_has_is_obeyed_too(memory):
    memory.write("a.md", table(*ROWS))
    memory.run()
    memory.ledger.hand_link(item(memory, "Add an alert").id, "MEM-1", at=memory.clock())
    memory.run()
    assert memory.ledger.hand_links() == {}
    assert_quiet(memory)


def test_an_unlinked_row_without_a_link_in_it_gets_a_new_ticket(memory):
    memory.policy = replace(memory.policy, write_back=False)
    memory.write("a.md", table(*ROWS))
    memory.run()
    memory.ledger.hand_unlink(item(memory, "Add an alert").id, at=memory.clock())
    memory.run()
    assert held_by(memory, "Add an alert") == "MEM-4"
    assert_quiet(memory)


def test_an_item_ignored_by_hand_is_left_alone_until_that_is_taken_back(line):
    line.write("a.md", table(*ROWS))
    planned = line.run(dry_run=True)
    [document] = planned.sources[0].plan.documents
    line.ledger.remember(replace(document.record, clean=None), document.items[:1], at=line.clock())
    first = document.items[0].id
    line.ledger.ignore(first, "done in another way", at=line.clock())
    done = line.run()
    assert told(done, "ignore") == ["by hand: done in another way"]
    assert fates(line)["Add an alert"] is Disposition.IGNORED
    assert told(line.run(), "ignore") == ["by hand: done in another way"]
    line.ledger.ignore(first, None, at=line.clock())
    line.run()
    assert held_by(line, "Add an alert") == "T-3"
