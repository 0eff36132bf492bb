"""The whole line: documents that are renamed, copied, split, deleted and brought back."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from syncd.core.model import Disposition
from tests.fakes.tracker import MemoryTracker
from tests.line import Clock, Line, kinds, table, writes
from tests.told import assert_quiet, fates, held_by, item, of, steps, told

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
def linked(line):
    """A document of three linked rows."""
    line.write("a.md", table(*ROWS))
    line.run()
    return line


@pytest.fixture
def memory(tmp_path):
    """A line whose tickets are in memory, project MEM."""
    clock = Clock()
    line = Line(tmp_path, clock=clock, tracker=MemoryTracker(clock=clock))
    yield line
    line.ledger.dispose()


def row_of(line, text, name="a.md"):
    return next(row for row in line.read(name).splitlines(keepends=True) if text in row)


def take(line, text, name="a.md"):
    """Delete a row; returns it."""
    row = row_of(line, text, name)
    line.edit(name, row, "")
    return row


def tickets(line):
    return sorted(path.stem for path in line.tickets.glob("T-*.md"))


# --- rows


def test_rows_that_are_reordered_and_renumbered_keep_their_tickets(linked):
    rows = [row_of(linked, text) for text in ("Add an", "Rotate", "Write")]
    text = linked.read("a.md").replace("".join(rows), "".join([rows[2], rows[0], rows[1]]))
    linked.write("a.md", text.replace("| 3 |", "| 30 |").replace("| 1 |", "| 10 |"))
    assert writes(linked.run()) == []
    assert [held_by(linked, t) for t in ("Add an alert", "Rotate the keys", "Write a runbook")] == ["T-1", "T-2", "T-3"]


def test_a_reworded_row_keeps_its_ticket(linked):
    linked.edit("a.md", "Write a runbook", "Something else entirely")
    assert steps(linked.run()) == ["update done"]
    assert held_by(linked, "Something else entirely") == "T-3"
    assert_quiet(linked)


def test_two_rows_that_swap_their_texts_keep_the_tickets_they_name(linked):
    text = linked.read("a.md").replace("Add an alert", "@").replace("Rotate the keys", "Add an alert")
    linked.write("a.md", text.replace("@", "Rotate the keys"))
    assert steps(linked.run()) == ["update done", "update done"]
    assert held_by(linked, "Rotate the keys") == "T-1"
    assert_quiet(linked)


def test_splitting_a_table_changes_nothing(linked):
    head = linked.read("a.md").splitlines(keepends=True)
    start = next(n for n, text in enumerate(head) if text.startswith("| ID"))
    new = ["\nThese come later:\n\n", *head[start : start + 2]]
    linked.write("a.md", "".join([*head[: start + 3], *new, *head[start + 3 :]]))
    assert linked.run().changes == ()
    assert len(linked.ledger.items()) == 3


def test_a_deleted_row_is_detached_and_said_once(linked):
    take(linked, "Rotate")
    done = linked.run()
    assert told(done) == ["its row is gone; T-2 is left alone"]
    assert fates(linked)["Rotate the keys"] is Disposition.DETACHED
    assert linked.ticket("T-2").count("status: open") == 1
    assert linked.run().changes == ()


@pytest.mark.parametrize("days", [1, 400])
def test_a_row_that_comes_back_gets_its_ticket_back_whatever_its_age(linked, days):
    row = take(linked, "Rotate")
    linked.run()
    linked.clock.moment = linked.clock.moment.replace(year=linked.clock.moment.year + days // 365)
    plain = row.split("[T-2]")[0] + "|\n"
    linked.write("a.md", linked.read("a.md") + plain)
    assert steps(linked.run()) == ["write_back done"]
    assert tickets(linked) == ["T-1", "T-2", "T-3"]
    assert "[T-2]" in row_of(linked, "Rotate")
    assert_quiet(linked)


def test_a_row_like_a_deleted_one_asks_and_a_person_answers(linked):
    take(linked, "Rotate")
    linked.run()
    linked.write("a.md", linked.read("a.md") + "| 9 | Rotate all the keys | Web | | Open |\n")
    asked = linked.run()
    assert kinds(asked) == ["report"]
    new = item(linked, "Rotate all the keys")
    assert f"`syncd link {new.id} T-2`" in told(asked)[0]
    linked.ledger.hand_link(new.id, "T-2", at=linked.clock())
    assert steps(linked.run()) == ["adopt done", "update done", "write_back done"]
    assert held_by(linked, "Rotate all the keys") == "T-2"
    assert_quiet(linked)


def test_a_person_may_answer_that_the_row_is_new(linked):
    take(linked, "Rotate")
    linked.run()
    linked.write("a.md", linked.read("a.md") + "| 9 | Rotate all the keys | Web | | Open |\n")
    linked.run()
    linked.ledger.hand_unlink(item(linked, "Rotate the keys").id, at=linked.clock())
    assert [c.kind for c in of(linked.run(), "create")] == ["create"]
    assert held_by(linked, "Rotate all the keys") == "T-4"
    assert_quiet(linked)


def test_a_row_like_a_deleted_one_with_a_closed_ticket_is_new(linked):
    linked.set_status("T-2", "done")
    linked.run()
    take(linked, "Rotate")
    linked.run()
    linked.write("a.md", linked.read("a.md") + "| 9 | Rotate all the keys | Web | | Open |\n")
    linked.run()
    assert held_by(linked, "Rotate all the keys") == "T-4"


def test_a_row_turned_into_a_placeholder_is_detached_and_its_title_not_pushed(linked):
    linked.edit("a.md", "**Severity", "**Status:** Final\n**Severity")
    linked.run()
    linked.edit("a.md", "Rotate the keys", "(specific action)")
    linked.run()
    assert fates(linked)["Rotate the keys"] is Disposition.DETACHED
    assert "title: Rotate the keys\n" in linked.ticket("T-2")


def test_two_equal_rows_are_both_blocked_until_one_is_reworded(line):
    line.write("a.md", table("| 1 | Say it | Core | | Open |", "| 2 | Say it | Core | | Open |"))
    assert kinds(line.run()) == ["report", "report"]
    assert tickets(line) == []
    line.edit("a.md", "| 2 | Say it |", "| 2 | Write it down |")
    assert kinds(line.run()).count("create") == 2
    assert_quiet(line)


def test_a_twin_of_a_linked_row_is_blocked_and_the_linked_one_is_not(linked):
    linked.write("a.md", linked.read("a.md") + "| 9 | Rotate the keys | Web | | Open |\n")
    done = linked.run()
    assert kinds(done) == ["report"]
    assert "says the same" in told(done)[0]
    assert tickets(linked) == ["T-1", "T-2", "T-3"]


# --- documents


def rename(line, old, new):
    (line.documents / old).rename(line.documents / new)


def test_a_renamed_document_keeps_its_tickets_which_link_to_its_new_place(linked):
    rename(linked, "a.md", "2026-outage.md")
    assert steps(linked.run()) == ["update done"] * 3
    assert "2026-outage.md" in linked.ticket("T-1")
    assert tickets(linked) == ["T-1", "T-2", "T-3"]
    assert_quiet(linked)


def test_a_document_renamed_and_edited_at_once_keeps_its_tickets(memory):
    memory.policy = replace(memory.policy, write_back=False)
    memory.write("a.md", table(*ROWS))
    memory.run()
    text = memory.read("a.md").replace("Write a runbook", "Write two runbooks about it")
    (memory.documents / "a.md").unlink()
    memory.write("b.md", text)
    done = memory.run()
    assert "create" not in kinds(done)
    assert held_by(memory, "Write two runbooks about it") == "MEM-3"
    assert_quiet(memory)


def test_a_document_that_only_resembles_one_that_is_gone_asks(memory):
    memory.policy = replace(memory.policy, write_back=False)
    memory.write("a.md", table(*ROWS))
    memory.run()
    (memory.documents / "a.md").unlink()
    others = [f"| {n} | Another task {n} | Core | | Open |" for n in range(4, 8)]
    memory.write("b.md", table(ROWS[0], *others))
    done = memory.run()
    assert kinds(done).count("create") == 4
    [question] = [words for words in told(done, "report") if "syncd link" in words]
    assert question.startswith("MEM-1 had the same text in docs/a.md, which is gone: `syncd link ")
    memory.ledger.hand_unlink(
        next(i.id for i in memory.ledger.items() if i.link and i.link.key == "MEM-1"), at=memory.clock()
    )
    assert kinds(memory.run()) == ["create"]


def test_a_copied_document_does_not_take_the_tickets_of_the_original(linked):
    shutil.copy(linked.documents / "a.md", linked.documents / "0-copy.md")
    done = linked.run()
    assert kinds(done) == ["report"] * 3
    assert told(done)[0] == "T-1 belongs to docs/a.md:15; remove it here to get a new ticket"
    linked.edit("0-copy.md", "[T-1](../tickets/T-1.md)", "")
    assert kinds(linked.run()).count("create") == 1
    assert tickets(linked) == ["T-1", "T-2", "T-3", "T-4"]


def test_when_the_original_row_is_gone_the_link_moves_to_the_row_that_names_it(linked):
    row = take(linked, "Rotate")
    linked.write("b.md", table("| 1 | Fix the pump | Core | Dec 1 | Open |"))
    linked.run()
    linked.write("b.md", linked.read("b.md") + row)
    linked.run()
    linked.run()
    holders = [i for i in linked.ledger.items() if i.link and i.link.key == "T-2"]
    assert [(i.disposition, i.document.rpartition("/")[2]) for i in holders] == [("linked", "b.md")]
    assert_quiet(linked)


def test_a_row_moved_to_another_document_in_one_go_takes_its_link_along(linked):
    linked.write("b.md", table("| 1 | Fix the pump | Core | Dec 1 | Open |"))
    linked.run()
    row = take(linked, "Rotate")
    linked.write("b.md", linked.read("b.md") + row)
    linked.run()
    linked.run()
    holders = [i for i in linked.ledger.items() if i.link and i.link.key == "T-2"]
    assert [(i.disposition, i.document.rpartition("/")[2]) for i in holders] == [("linked", "b.md")]
    assert_quiet(linked)


def test_a_deleted_document_detaches_its_rows_and_gets_them_back(linked):
    text = linked.read("a.md")
    (linked.documents / "a.md").unlink()
    linked.write("b.md", table("| 1 | Fix the pump | Core | Dec 1 | Open |"))
    done = linked.run()
    assert sum("its row is gone" in words for words in told(done)) == 3
    linked.write("a.md", text)
    done = linked.run()
    assert writes(done) == []
    assert held_by(linked, "Add an alert") == "T-1"
    assert_quiet(linked)
