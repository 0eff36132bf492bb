"""The whole line on a real folder: who owns which field, and rest after one pass."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.core.model import Disposition
from tests.line import Line, kinds, table, writes
from tests.told import assert_quiet, fates, held_by, item, of, steps, told

ROWS = ("| 1 | Add an alert | Core | Dec 1 | Open |", "| 2 | Rotate the keys | Web | Dec 8 | In progress |")


@pytest.fixture
def line(tmp_path):
    line = Line(tmp_path)
    yield line
    line.ledger.dispose()


@pytest.fixture
def linked(line):
    """A document of two rows after its first pass."""
    line.write("a.md", table(*ROWS))
    line.run()
    return line


def ticket_says(line, key, field):
    return next(row.partition(": ")[2] for row in line.ticket(key).splitlines() if row.startswith(f"{field}:"))


def edit_ticket(line, key, field, value):
    path = line.tickets / f"{key}.md"
    before = f"{field}: {ticket_says(line, key, field)}\n"
    path.write_text(path.read_text().replace(before, f"{field}: {value}\n"))


# --- from rows to tickets and back


def test_each_row_gets_a_ticket_and_names_it_after_one_pass(line):
    line.write("a.md", table(*ROWS))
    done = line.run()
    assert steps(done) == ["create done", "write_back done"] * 2
    assert ticket_says(line, "T-1", "title") == "Add an alert"
    assert ticket_says(line, "T-2", "status") == "in_progress"
    assert "| 1 | Add an alert | Core | Dec 1 | Open | [T-1](../tickets/T-1.md) |\n" in line.read("a.md")
    assert fates(line) == {"Add an alert": Disposition.LINKED, "Rotate the keys": Disposition.LINKED}
    assert_quiet(line)


def test_a_dry_run_touches_nothing(line):
    text = table(*ROWS)
    line.write("a.md", text)
    planned = line.run(dry_run=True)
    assert steps(planned) == ["create planned", "write_back planned"] * 2
    assert line.read("a.md") == text
    assert not line.tickets.exists()
    assert line.ledger.items() == []
    assert line.ledger.passes(9) == []
    assert line.run().plan_hash == planned.plan_hash


def test_an_unchanged_document_is_not_planned_again(linked):
    linked.run()
    assert linked.run().changes == ()


# --- who owns which field


def test_a_changed_text_becomes_the_tickets_title(linked):
    linked.edit("a.md", "Add an alert", "Add two alerts")
    assert steps(linked.run()) == ["update done"]
    assert ticket_says(linked, "T-1", "title") == "Add two alerts"
    assert_quiet(linked)


def test_a_title_edited_in_the_tracker_is_kept_when_the_row_changes(linked):
    edit_ticket(linked, "T-1", "title", "Alert on the pool")
    assert kinds(linked.run()) == ["record"]
    linked.edit("a.md", "Add an alert", "Add two alerts")
    assert writes(linked.run()) == []
    assert ticket_says(linked, "T-1", "title") == "Alert on the pool"
    assert_quiet(linked)


def test_an_owner_changed_in_the_row_is_shown_once_and_not_pushed(linked):
    linked.edit("a.md", "| Core |", "| Platform |")
    done = linked.run()
    assert kinds(done) == ["report"]
    assert told(done) == ["the owner changed from Core to Platform: T-1 keeps its assignee"]
    assert ticket_says(linked, "T-1", "owner") == "Core"
    assert item(linked, "Add an alert").owner == "Platform"
    assert linked.run().changes == ()


def test_an_owner_changed_in_the_ticket_is_the_trackers(linked):
    edit_ticket(linked, "T-1", "owner", "Somebody")
    linked.run()
    linked.edit("a.md", "Dec 1", "Dec 2")
    linked.run()
    assert ticket_says(linked, "T-1", "owner") == "Somebody"
    assert "| Core |" in linked.read("a.md")


def test_a_due_date_moved_in_the_row_is_pushed(linked):
    linked.edit("a.md", "Dec 1 ", "Dec 15 ")
    assert steps(linked.run()) == ["update done"]
    assert ticket_says(linked, "T-1", "due") == "2026-12-15"
    assert_quiet(linked)


def test_a_due_date_moved_in_the_ticket_is_written_in_the_cells_own_form(linked):
    edit_ticket(linked, "T-1", "due", "2026-12-15")
    assert steps(linked.run()) == ["record done", "write_back done"]
    assert "| Core | Dec 15 |" in linked.read("a.md")
    assert_quiet(linked)


def test_a_due_date_moved_on_both_sides_is_a_conflict_and_nothing_is_written(linked):
    edit_ticket(linked, "T-1", "due", "2026-12-15")
    linked.edit("a.md", "Dec 1 ", "Dec 20 ")
    done = linked.run()
    assert kinds(done) == ["record", "report"]
    assert "due 2026-12-20 in the row, 2026-12-15 in its ticket, 2026-12-01 before" in told(done)[0]
    assert kinds(linked.run()) == ["report"]
    assert "Dec 20" in linked.read("a.md")
    assert ticket_says(linked, "T-1", "due") == "2026-12-15"


def test_a_due_date_removed_from_the_row_is_not_pushed(linked):
    linked.edit("a.md", "| Dec 1 |", "| |")
    assert writes(linked.run()) == []
    assert ticket_says(linked, "T-1", "due") == "2026-12-01"
    assert_quiet(linked)


def test_a_due_date_moved_in_the_ticket_of_a_bullet_is_only_recorded(line):
    line.write(
        "a.md",
        "# Outage\n\n**Postmortem date:** October 16, 2026\n\n## Action items\n\n- [ ] Add an alert (due Dec 1)\n",
    )
    line.run()
    before = line.read("a.md")
    edit_ticket(line, "T-1", "due", "2026-12-15")
    assert kinds(line.run()) == ["record"]
    assert_quiet(line)
    line.edit("a.md", "Add an alert", "Add the alert")
    line.run()
    assert ticket_says(line, "T-1", "due") == "2026-12-15"
    assert line.read("a.md") == before.replace("an alert", "the alert")


def test_a_ticket_that_moved_moves_its_row(linked):
    linked.set_status("T-1", "done")
    assert steps(linked.run()) == ["record done", "write_back done"]
    assert "| Dec 1 | Done |" in linked.read("a.md")
    assert_quiet(linked)
    linked.set_status("T-1", "open")
    linked.run()
    assert "| Dec 1 | Open |" in linked.read("a.md")
    assert_quiet(linked)


@pytest.mark.parametrize(("word", "status"), [("Done", "done"), ("Won't do", "cancelled")])
def test_a_row_that_a_person_closed_closes_its_ticket(linked, word, status):
    linked.edit("a.md", "| Open |", f"| {word} |")
    assert steps(linked.run()) == ["update done"]
    assert ticket_says(linked, "T-1", "status") == status
    assert f"| {word} |" in linked.read("a.md")
    assert_quiet(linked)


def test_a_row_that_a_person_reopened_is_a_disagreement_until_somebody_gives_in(linked):
    linked.set_status("T-1", "done")
    linked.run()
    linked.edit("a.md", "| Done |", "| Open |")
    assert kinds(linked.run()) == ["report"]
    assert kinds(linked.run()) == ["report"]
    assert ticket_says(linked, "T-1", "status") == "done"
    linked.set_status("T-1", "open")
    assert kinds(linked.run()) == ["record"]
    assert linked.run().changes == ()


def test_a_team_that_only_reports_moves_no_ticket(linked):
    linked.policy = replace(linked.policy, push_state=False)
    linked.edit("a.md", "| Open |", "| Done |")
    assert told(linked.run()) == ["the row says done, its ticket says open: a person moves the ticket"]
    assert writes(linked.run()) == []
    assert ticket_says(linked, "T-1", "status") == "open"


def test_an_unknown_status_in_a_row_is_no_move_and_is_never_overwritten(linked):
    linked.edit("a.md", "| Open |", "| Ask Godot |")
    assert writes(linked.run()) == []
    linked.set_status("T-1", "done")
    done = linked.run()
    assert kinds(done) == ["record", "report"]
    assert "| Ask Godot |" in linked.read("a.md")
    assert_quiet(linked)


def test_an_unknown_status_in_a_ticket_keeps_its_last_state_and_is_reported(linked):
    linked.set_status("T-2", "pondering")
    done = linked.run()
    assert writes(done) == []
    assert "pondering" in told(done, "report")[0]
    assert "| In progress |" in linked.read("a.md")


def test_a_team_may_have_its_documents_left_alone(line):
    line.policy = replace(line.policy, write_back=False)
    text = table(*ROWS)
    line.write("a.md", text)
    assert steps(line.run()) == ["create done"] * 2
    line.set_status("T-1", "done")
    assert steps(line.run()) == ["record done"]
    assert line.read("a.md") == text
    assert_quiet(line)


def test_what_happened_is_kept_with_its_side_and_time(linked):
    linked.set_status("T-1", "done")
    linked.run()
    events = linked.ledger.events(item(linked, "Add an alert").id)
    assert [(e.field, e.before, e.after, e.side) for e in events] == [
        ("link", None, "T-1", "syncd"),
        ("state", "open", "done", "ticket"),
    ]


# --- rows that ask for nothing


def test_rows_that_are_done_get_no_ticket(line):
    line.write("a.md", table("| 1 | Add an alert | Core | Dec 1 | Done |", "| 2 | Rotate | Web | | Cancelled |"))
    done = line.run()
    assert kinds(done) == ["ignore", "ignore"]
    assert not list(line.tickets.glob("T-*.md"))
    assert told(line.run()) == told(done), "a clean document is not read again, and yet it is said again"


def test_a_placeholder_never_becomes_a_ticket(line):
    line.write("a.md", table("| 1 | (specific action) | (team) | (date) | Open |"))
    assert writes(line.run()) == []
    assert fates(line) == {}


def test_a_document_back_in_draft_is_frozen_and_thaws(linked):
    linked.edit("a.md", "**Severity", "**Status:** Draft\n**Severity")
    linked.edit("a.md", "Add an alert", "Add two alerts")
    linked.set_status("T-2", "done")
    frozen = linked.read("a.md")
    done = linked.run()
    assert kinds(done) == ["record"]
    assert linked.read("a.md") == frozen
    assert ticket_says(linked, "T-1", "title") == "Add an alert"
    assert held_by(linked, "Add two alerts") == "T-1"
    assert_quiet(linked)
    linked.edit("a.md", "**Status:** Draft\n", "")
    assert sorted(kinds(linked.run())) == ["update", "write_back"]
    assert "| Dec 8 | Done |" in linked.read("a.md")
    assert_quiet(linked)


def test_a_row_deleted_from_a_draft_is_not_detached_until_it_is_finished_again(linked):
    linked.edit("a.md", "**Severity", "**Status:** Draft\n**Severity")
    row = next(row for row in linked.read("a.md").splitlines(keepends=True) if "Add an alert" in row)
    linked.edit("a.md", row, "")
    linked.run()
    assert fates(linked)["Add an alert"] is Disposition.LINKED
    linked.edit("a.md", "**Status:** Draft\n", "")
    linked.run()
    assert fates(linked)["Add an alert"] is Disposition.DETACHED


def test_a_postmortem_of_tomorrow_waits_for_its_day(line):
    line.write("a.md", table(*ROWS).replace("October 16, 2026", "November 3, 2026"))
    assert kinds(line.run()) == ["ignore", "ignore"]
    line.clock.moment = line.clock.moment.replace(day=3)
    assert [c.kind for c in of(line.run(), "create")] == ["create", "create"]


# --- none is lost


def test_every_row_is_linked_pending_blocked_or_ignored_with_a_reason(line):
    line.policy = replace(line.policy, creates_per_pass=1)
    rows = [
        *ROWS,
        "| 3 | Say it twice | Core | | Open |",
        "| 4 | Say it twice | Core | | Open |",
        "| 5 | Old | | | Done |",
    ]
    line.write("a.md", table(*rows))
    line.run()
    fate = [(i.disposition.value, bool(i.reason), bool(i.link)) for i in line.ledger.items()]
    assert fate == [
        ("linked", False, True),
        ("pending", True, False),
        ("blocked", True, False),
        ("blocked", True, False),
        ("ignored", True, False),
    ]
