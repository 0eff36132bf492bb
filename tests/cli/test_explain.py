from __future__ import annotations

import re

import pytest

from tests.cli.command import FIRST_ROW, document, row


def test_it_tells_where_an_item_comes_from_and_how_each_cell_was_read(docs, syncd):
    syncd("reconcile", "--source", "docs")
    said = syncd("explain", "T-1").out
    assert re.match(
        r"[0-9a-f]{8}  Add an alert on pool use above 75%\ndocs/a\.md:11\n“Postmortem: Checkout outage”\n", said
    )
    for line in (
        "  row       1",
        "  type      –",
        "  owner     Platform Team",
        "  due       Oct 23 → 2026-10-23",
        "  status    Open → open",
        "  document  finished: It has action items, and all of them are filled in.",
    ):
        assert f"\n{line}\n" in said


def test_it_tells_what_is_agreed_and_all_that_was_done(docs, here, syncd):
    syncd("reconcile", "--source", "docs")
    ticket = here / ".syncd/tickets/T-1.md"
    text = ticket.read_text(encoding="utf-8").replace("status: open", "status: done")
    ticket.write_text(text.replace("title: Add an alert", "title: Have an alert"), encoding="utf-8")
    syncd("reconcile", "--source", "docs")
    said = syncd("explain", "T-1").out
    assert "\nTicket T-1, made by syncd for this row\n" in said
    assert re.search(r"\n  state     done +done +done\n", said)
    assert re.search(r"\n  title     “Have an alert.*” in the ticket, “Add an alert.*” in the row\n", said)
    history = said.partition("History (UTC)\n")[2].splitlines()
    words = [line[23:] for line in history]
    assert words[:1] == ["ticket: – → T-1 (by syncd)"]
    assert words.count("write the row: done") == 2
    assert "make the ticket: done" in words
    assert "state: open → done (in the ticket)" in words
    assert history == sorted(history, key=lambda line: line[:21])


def test_verbose_adds_how_the_ticket_is_known_to_machines(docs, here, syncd):
    syncd("reconcile", "--source", "docs")
    marker = syncd("explain", "T-1", "--json").json["ticket"]["marker"]
    added = set(syncd("explain", "T-1", "--verbose").out.splitlines()) - set(syncd("explain", "T-1").out.splitlines())
    assert added == {
        f"  tracker   folder:{here / '.syncd/tickets'}",
        "  id        T-1",
        f"  marker    {marker}",
    }


def test_a_word_that_nobody_understands_is_said_to_be_so(docs, syncd):
    (docs / "a.md").write_text(document(row(1, "Add an alert", due="after the sale")), encoding="utf-8")
    syncd("reconcile", "--source", "docs")
    assert "\n  due       after the sale → not understood\n" in syncd("explain", "T-1").out


def test_a_row_without_a_ticket_is_explained_by_its_reason(docs, syncd):
    place = f"docs/a.md:{FIRST_ROW + 2}"
    before = syncd("explain", place, "--source", "docs").out
    assert "No pass has met it yet; this is what the next one would do." in before
    syncd("reconcile", "--source", "docs")
    after = syncd("explain", place).out
    for said in (before, after):
        assert "\nWhat became of it\n  ignored: already done in the document\n" in said
        assert "Ticket" not in said
    assert "No pass has met it yet" not in after


def test_what_a_person_said_stays_in_the_history(docs, syncd):
    syncd("reconcile", "--source", "docs")
    item = syncd("ignore", "T-2", "--reason", "not ours", "--json").json["item"]
    syncd("unlink", "T-2")
    said = syncd("explain", item).out
    assert "ignored: – → not ours (by hand)" in said
    assert "ticket: T-2 → – (by hand)" in said
    syncd("link", item, "T-1")
    assert "The next pass joins it with T-1, as a person said." in syncd("explain", item).out


def test_a_lost_ledger_finds_its_tickets_again(docs, here, syncd):
    syncd("reconcile", "--source", "docs")
    for file in here.glob(".syncd/syncd.db*"):
        file.unlink()
    syncd("reconcile", "--source", "docs")
    assert syncd("explain", "T-1", "--json").json["ticket"]["matched"] == "marker"


def test_a_line_where_no_item_begins_is_refused_with_those_where_one_does(docs, syncd):
    syncd("reconcile", "--source", "docs")
    said = syncd("explain", "docs/a.md:1")
    assert said.code == 2
    assert "No item is known as 'docs/a.md:1'. Items of that document begin at line 11, 12, 13." in said.err


@pytest.mark.parametrize("item", ["T-404", "00000000", "docs/none.md:11", "", ":", ":3"])
def test_what_is_no_item_is_refused_with_a_hint(docs, syncd, item):
    syncd("reconcile", "--source", "docs")
    said = syncd("explain", item)
    assert said.code == 2
    assert f"No item is known as {item!r}. `syncd status --verbose` and `syncd plan --verbose` list them." in said.err
