from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from syncd.cli.opening import Opening
from syncd.cli.status_text import SHOWN, show
from syncd.cli.terminal import Terminal
from syncd.core.model import State
from syncd.errors import OutcomeUnknown
from syncd.overview import overview
from tests.cli.command import FIRST_ROW, document, row
from tests.fakes.tracker import MemoryTracker
from tests.line import Clock, Line

TODAY = date(2026, 11, 2)


@pytest.fixture
def line(tmp_path):
    clock = Clock(datetime(2026, 11, 2, 9, tzinfo=UTC))
    return Line(tmp_path, clock=clock, tracker=MemoryTracker(clock=clock))


@pytest.fixture
def shown(line, capsys):
    """What the status says of the line's ledger."""

    def show_it(**terminal):
        found = overview(line.ledger, team=None, today={}, otherwise=TODAY)
        show(found, Terminal(**terminal), Opening())
        return capsys.readouterr().out.splitlines()

    return show_it


def test_it_counts_by_the_ticket_s_state_and_names_the_last_pass(line, shown):
    line.write("a.md", document(*(row(n, f"Alert number {n} on the pool", due="") for n in range(1, 4))))
    line.run()
    line.tracker.person_moves("MEM-1", State.DONE)
    line.run()
    assert shown() == ["3 items in 1 document: 2 open, 1 done.", "Last pass 2026-11-02 09:30 UTC: ok."]


def test_overdue_items_are_listed_the_oldest_first(line, shown):
    rows = [row(1, "Due today", due="2026-11-02"), row(2, "A day late", due="2026-11-01"), row(3, "Long late")]
    line.write("a.md", document(*rows))
    line.write("b.md", document(row(1, "Late and done", status="Done"), row(2, "Late in a draft", due="2026-01-01")))
    line.run()
    assert shown()[2:] == [
        "",
        "Overdue (3)",
        f"! docs/b.md:{FIRST_ROW + 1}  305 days late “Late in a draft”: MEM-4, Platform Team",
        f"! docs/a.md:{FIRST_ROW + 2}  10 days late “Long late”: MEM-3, Platform Team",
        f"! docs/a.md:{FIRST_ROW + 1}  1 day late “A day late”: MEM-2, Platform Team",
    ]


def test_what_is_done_ignored_or_not_finished_is_not_overdue(line, shown):
    line.write("a.md", document(row(1, "Long late")))
    line.write("draft.md", "---\nstatus: draft\n---\n" + document(row(1, "Late in a draft")))
    line.run()
    line.tracker.person_moves("MEM-1", State.CANCELLED)
    line.run()
    assert not any("Overdue" in said for said in shown())


def test_a_due_date_that_the_ticket_moved_counts(line, shown):
    line.write("a.md", document(row(1, "Long late")))
    line.run()
    line.tracker.person_edits("MEM-1", due=TODAY + timedelta(days=1))
    line.run()
    assert not any("Overdue" in said for said in shown())


def test_what_needs_a_person_is_listed_with_the_reason(line, shown):
    line.write("a.md", document(row(1, "Rotate the keys", due=""), row(2, "Rotate the keys", due="")))
    line.write("b.md", document(row(1, "Add an alert", due="")))
    line.run()
    line.tracker.person_deletes("MEM-1")
    line.run()
    said = shown()
    assert "Needs a person (3)" in said
    assert f"! docs/b.md:{FIRST_ROW}  stuck “Add an alert”: MEM-1 was deleted" in "\n".join(said)
    assert any("says the same" in each for each in said)


def test_what_the_row_and_its_ticket_tell_differently_is_listed(line, shown):
    line.write("a.md", document(row(1, "Add an alert", due="2026-12-01")))
    line.run()
    line.tracker.person_edits("MEM-1", due=date(2026, 12, 20))
    line.edit("a.md", "2026-12-01", "2026-12-10")
    line.run()
    said = shown()
    assert "To settle (1)" in said
    assert said[-1] == (
        f"! docs/a.md:{FIRST_ROW}  settle “Add an alert”: The row says due 2026-12-10, its ticket 2026-12-20."
    )


def test_an_attempt_without_an_answer_is_said(line, shown):
    line.write("a.md", document(row(1, "Add an alert", due="")))
    line.tracker.fail_next("create", OutcomeUnknown("The answer was lost."))
    line.run()
    assert "1 ticket may or may not have been made; each pass looks for them." in shown()


def test_long_lists_are_cut_unless_asked_for(line, shown):
    count = SHOWN + 3
    line.write("a.md", document(*(row(n, f"Alert number {n} on the pool") for n in range(count))))
    line.run()
    assert shown()[-1] == "… and 3 more; --verbose lists all."
    assert shown(quiet=True)[-1].startswith("! docs/a.md")
    said = shown(verbose=True)
    assert sum(each.startswith("!") for each in said) == sum(each.startswith("·") for each in said) == count
    assert f"· docs/a.md:{FIRST_ROW}  open “Alert number 0 on the pool”: MEM-1, Platform Team, 2026-10-23" in said


def test_a_pass_that_did_not_end_is_said(line, shown):
    line.ledger.begin_pass(line.clock())
    assert shown()[1].endswith("has not ended: it is under way, or was killed.")


def test_a_held_pass_is_said_with_its_reasons(line, shown):
    line.write("a.md", document(row(1, "Add an alert")))
    line.run()
    (line.documents / "a.md").unlink()
    line.run()
    assert shown()[1].endswith(": brake; held: default, docs: the source is empty; it held 1 document.")


def test_before_any_pass_there_is_nothing(shown):
    assert shown() == ["0 items in 0 documents.", "No pass yet."]


def test_the_day_is_that_of_the_team(line):
    line.write("a.md", document(row(1, "Due today", due="2026-11-02")))
    line.run()
    for day, late in ((TODAY, 0), (TODAY + timedelta(days=1), 1)):
        found = overview(line.ledger, team="default", today={"default": day}, otherwise=date(2000, 1, 1))
        assert len(found.overdue) == late
