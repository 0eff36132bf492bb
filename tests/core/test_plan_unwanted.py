"""Rows that are gone, that ask for nothing, and documents that are not finished."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from syncd.core.model import Disposition, State
from tests.core.planning import (
    ALERT,
    POLICY,
    TICKETS,
    alert,
    alert_view,
    brief,
    dispositions,
    item,
    planned,
    reasons,
    ticket,
    view,
    world,
)
from tests.line import table

DONE = State.DONE


# --- the document does not want it


def test_a_row_that_is_gone_is_detached_once_and_its_ticket_left_alone():
    known = item("Add an alert", ALERT)
    other = "| Rotate the keys | Core | | Done | |"
    made = planned(view(table(other, header=TICKETS), known, tickets=[ALERT]))
    assert brief(made) == ["report OPS-1", "ignore"]
    assert reasons(made, "report") == ["its row is gone; OPS-1 is left alone"]
    assert dispositions(made)["Add an alert"] is Disposition.DETACHED
    detached = replace(known, disposition=Disposition.DETACHED)
    assert brief(planned(view(table(other, header=TICKETS), detached, tickets=[ALERT]))) == ["ignore"]


@pytest.mark.parametrize("left", ["", "(specific action)", "{{title}}"])
def test_a_row_emptied_or_turned_into_a_placeholder_is_detached_and_its_title_not_pushed(left):
    text = alert(text=left).replace("**Severity", "**Status:** Final\n**Severity")
    made = planned(view(text, item("Add an alert", ALERT), tickets=[ALERT], rule="always"))
    assert "report OPS-1" in brief(made)
    assert "update OPS-1" not in brief(made)
    assert dispositions(made)["Add an alert"] is Disposition.DETACHED


def test_a_placeholder_is_ignored_with_its_line():
    text = table("| 1 | (specific action) | (owner) | | Open |", "| 2 | Add an alert | Core | | Open |")
    made = planned(view(text, rule="always"))
    assert [(c.kind, c.line) for c in made.changes if c.kind == "ignore"] == [("ignore", 15)]


@pytest.mark.parametrize("reference", ["https://bugzilla.example.com/show_bug.cgi?id=12", "https://trello.com/c/abcd"])
def test_a_row_tracked_elsewhere_is_ignored(reference):
    made = planned(view(alert(named=reference)))
    assert brief(made) == ["ignore"]
    assert reasons(made, "ignore") == [f"tracked elsewhere: {reference}"]


def test_a_mention_inside_the_sentence_neither_adopts_nor_blocks():
    made = planned(view(table("| 1 | Add an alert after OPS-1 lands | Core | | Open |"), tickets=[ALERT]))
    assert brief(made) == ["create", "write_back"]


def test_an_older_postmortem_gets_tickets_only_where_it_names_them():
    rows = ["| Add an alert | Core | | Open | OPS-1 |", "| Rotate the keys | Core | | Open | |"]
    late = replace(POLICY, start_date=date(2026, 10, 17))
    shown = view(table(*rows, header=TICKETS), tickets=[replace(ALERT, marker=None)])
    assert brief(planned(shown, world=world(policy=late))) == ["adopt OPS-1", "ignore"]


def test_a_ticket_of_a_document_before_the_start_date_is_still_tracked():
    late = replace(POLICY, start_date=date(2026, 10, 17))
    there = replace(ALERT, state=DONE)
    made = planned(alert_view(there=there), world=world(there, policy=late))
    assert brief(made) == ["record OPS-1", "write_back OPS-1"]


# --- unfinished documents


DRAFT = "**Status:** Draft\n**Severity"


def draft(text):
    return text.replace("**Severity", DRAFT)


def test_an_unfinished_document_gets_no_ticket_and_says_why_with_its_line():
    made = planned(view(draft(table("| 1 | Add an alert | Core | | Open |"))))
    assert brief(made) == ["ignore"]
    assert "not finished" in reasons(made, "ignore")[0]
    assert "(line 4)" in reasons(made, "ignore")[0]


def test_a_document_back_in_draft_is_frozen_and_its_tickets_are_tracked():
    there = replace(ALERT, state=DONE)
    shown = view(draft(alert(text="Add two alerts")), item("Add an alert", ALERT), tickets=[there])
    made = planned(shown, world=world(there))
    assert brief(made) == ["record OPS-1"]


def test_in_an_unfinished_document_nothing_is_adopted_or_detached():
    rows = table("| Rotate the keys | Core | | Open | OPS-2 |", header=TICKETS)
    others = [ALERT, ticket("OPS-2", "Theirs", path=None)]
    made = planned(view(draft(rows), item("Add an alert", ALERT), tickets=others))
    assert brief(made) == ["ignore"]
    assert dispositions(made) == {"Rotate the keys": Disposition.IGNORED}
