"""The whole line on trackers whose links are things of their own, and on tickets that went elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.core.model import EffectKind, EffectState, Features, Presence
from syncd.errors import NotSent, Refused
from tests.fakes.tracker import LIKE_JIRA, MemoryTracker
from tests.line import Clock, Line, kinds, table, writes
from tests.told import assert_quiet

ROW = "| 1 | Add an alert | Core | | Open |"
TICKET = "| ID | Action | Owner | Due date | Status | Ticket |"


def a_line(folder, features: Features) -> Line:
    clock = Clock()
    tracker = MemoryTracker(clock=clock, features=features)
    return Line(folder, clock=clock, tracker=tracker, url_template="https://wiki.example.com/{path}")


@pytest.fixture
def jira(tmp_path):
    line = a_line(tmp_path, LIKE_JIRA)
    yield line
    line.ledger.dispose()


@pytest.fixture
def memory(tmp_path):
    line = a_line(tmp_path, Features())
    yield line
    line.ledger.dispose()


# --- links of their own


def test_a_new_ticket_is_linked_back_in_the_same_pass(jira):
    jira.write("a.md", table(ROW))
    assert kinds(jira.run()) == ["create", "write_back"]
    assert jira.tracker.stored("MEM-1").link_back == "https://wiki.example.com/a.md"
    assert_quiet(jira)


def test_it_is_told_the_incidents_own_ticket(jira):
    text = table(ROW).replace("**Severity:**", "**Incident:** https://status.example.com/incidents/42\n**Severity:**")
    jira.write("a.md", text)
    jira.run()
    assert jira.tracker.stored("MEM-1").incident == ("https://status.example.com/incidents/42",)


def test_a_link_back_that_failed_is_made_by_the_next_pass(jira):
    jira.write("a.md", table(ROW))
    jira.tracker.fail_next("update", NotSent("The tracker is busy."))
    [(_, made), _] = jira.run().changes
    assert "its link to the postmortem is still missing: The tracker is busy" in made.told
    [(_, told)] = jira.run().changes
    assert (told.kind, told.reason) == ("update", "link MEM-1 to a.md")
    assert jira.tracker.stored("MEM-1").link_back == "https://wiki.example.com/a.md"
    assert_quiet(jira)


def test_a_persons_ticket_is_linked_back_and_keeps_its_mark(jira):
    key = jira.tracker.person_creates("Somebody's words")
    jira.write("a.md", table(f"| 1 | Add an alert | Core | | Open | {key} |", header=TICKET))
    assert kinds(jira.run()) == ["adopt", "update"]
    stored = jira.tracker.stored(key)
    assert (stored.link_back, stored.title) == ("https://wiki.example.com/a.md", "Somebody's words")
    [item] = jira.ledger.items()
    assert item.link.marker == stored.marker is not None
    assert_quiet(jira)


def test_a_link_back_follows_a_renamed_document(jira):
    jira.write("a.md", table(ROW))
    jira.run()
    (jira.documents / "a.md").rename(jira.documents / "b.md")
    assert kinds(jira.run()) == ["update"]
    assert jira.tracker.stored("MEM-1").link_back == "https://wiki.example.com/b.md"
    assert_quiet(jira)


def test_nobody_is_linked_to_a_path_of_this_machine_until_there_is_an_address(tmp_path):
    line = a_line(tmp_path, LIKE_JIRA)
    line.url_template = None
    line.write("a.md", table(ROW))
    line.run()
    assert_quiet(line)
    assert line.tracker.stored("MEM-1").link_back is None
    line.url_template = "https://wiki.example.com/{path}"
    line.edit("a.md", "It was down", "It was really down")
    assert kinds(line.run()) == ["update"]
    assert line.tracker.stored("MEM-1").link_back == "https://wiki.example.com/a.md"
    line.ledger.dispose()


# --- what a tracker does not let us do


def test_what_a_tracker_refuses_is_not_asked_for_again_in_every_pass(memory):
    memory.write("a.md", table(ROW))
    memory.run()
    memory.edit("a.md", "Open", "Done")
    memory.tracker.fail_next("update", Refused("Its workflow has no way from To Do to Done"))
    [(_, refused)] = memory.run().changes
    assert (refused.kind, refused.outcome) == ("update", "refused")
    [(_, shown)] = memory.run().changes
    assert shown.kind == "report"
    assert "Its workflow has no way from To Do to Done" in shown.reason
    assert memory.tracker.updates == 0
    assert kinds(memory.run(retry=True)) == ["update"]
    assert memory.tracker.stored("MEM-1").state == "done"


def test_what_was_refused_is_tried_again_when_the_row_changes(memory):
    memory.write("a.md", table(ROW))
    memory.run()
    memory.edit("a.md", "Open", "Done")
    memory.tracker.fail_next("update", Refused("No way to Done."))
    memory.run()
    memory.edit("a.md", "Done", "Cancelled")
    assert kinds(memory.run()) == ["update"]


def test_what_was_left_out_is_told_and_kept(memory):
    tracker = memory.tracker
    tracker.note_next("Nobody called core may be assigned.")
    memory.write("a.md", table(ROW))
    [(_, made), _] = memory.run().changes
    assert made.told.endswith("; Nobody called core may be assigned")
    effects = [e for e in memory.ledger.effects() if e.kind is EffectKind.CREATE]
    assert [(e.state, e.reason) for e in effects] == [(EffectState.DONE, "Nobody called core may be assigned.")]


# --- tickets that went elsewhere


def test_a_transferred_ticket_stays_the_items_under_its_new_id_and_key(memory):
    memory.write("a.md", table(ROW))
    memory.run()
    before = memory.ledger.items()[0].link
    memory.tracker.person_transfers("MEM-1", "WEB-9")
    done = memory.run()
    assert kinds(done) == ["record", "write_back"]
    assert "MEM-1 is now WEB-9" in done.changes[0][1].reason
    after = memory.ledger.items()[0].link
    assert (after.ticket_id, after.key) == (f"{before.ticket_id}0", "WEB-9")
    assert "WEB-9" in memory.read("a.md")
    assert "MEM-1" not in memory.read("a.md")
    assert_quiet(memory)
    memory.tracker.person_moves("WEB-9", "done")
    memory.run()
    assert "| Done |" in memory.read("a.md")
    assert sum(memory.tracker.creates.values()) == 1


def test_an_archived_ticket_is_told_and_not_written_to(memory):
    memory.write("a.md", table(ROW))
    memory.run()
    memory.tracker.person_archives("MEM-1")
    assert kinds(memory.run()) == ["record", "report"]
    memory.edit("a.md", "Add an alert", "Add an alert and a chart")
    done = memory.run()
    assert writes(done) == []
    assert "is archived and cannot be changed" in done.changes[0][1].reason
    assert memory.ledger.items()[0].link.presence is Presence.ARCHIVED


def test_where_a_tracker_cannot_tell_both_causes_are_named(tmp_path):
    line = a_line(tmp_path, replace(LIKE_JIRA, links=False))
    line.write("a.md", table(ROW))
    line.run()
    line.tracker.forbid("MEM-1")
    reasons = [c.reason for _, c in line.run().changes if c.kind == "report"]
    line.ledger.dispose()
    assert "it was deleted, or its permissions or its project changed" in reasons[0]
