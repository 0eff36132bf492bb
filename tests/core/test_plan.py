"""The decision table, row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from syncd.core.change import Outcome, plan_hash
from syncd.core.desired import Route
from syncd.core.model import Disposition, Presence, State
from tests.core.planning import (
    ALERT,
    DEFAULT,
    OPS,
    POLICY,
    alert,
    alert_view,
    brief,
    dispositions,
    item,
    location,
    only,
    planned,
    reasons,
    ticket,
    view,
    world,
)
from tests.line import table

OPEN, IN_PROGRESS, DONE, CANCELLED = State


# --- the document wants it, the ledger does not know it


def test_a_new_row_gets_a_ticket_and_its_link():
    made = planned(view(table("| 1 | Add an alert | Core | Dec 1 | Open |"), new=True))
    assert brief(made) == ["create", "write_back"]
    creation = only(made, "create")
    assert (creation.tracker, creation.desired.title, creation.line) == ("ops", "Add an alert", 15)
    assert dispositions(made) == {"Add an alert": Disposition.PENDING}


@pytest.mark.parametrize("word", ["Done", "Cancelled", "Won't do"])
def test_a_row_that_is_over_and_names_no_ticket_is_left_alone(word):
    made = planned(view(table(f"| 1 | Add an alert | Core | Dec 1 | {word} |"), new=True))
    assert brief(made) == ["ignore"]
    assert "already" in reasons(made, "ignore")[0]


def test_a_row_that_is_over_and_names_a_ticket_is_tracked():
    made = planned(view(alert(status="Done"), tickets=[ticket("OPS-1", "Theirs", state=DONE, path=None)]))
    assert brief(made) == ["adopt OPS-1"]


def test_a_row_that_names_a_persons_ticket_is_joined_with_it_and_nothing_is_pushed():
    theirs = ticket("OPS-1", "Their words", path=None, due=date(2026, 12, 8))
    made = planned(view(alert(), tickets=[theirs]))
    assert brief(made) == ["adopt OPS-1", "report OPS-1"]
    assert "due 2026-12-01 in the row, 2026-12-08 in its ticket" in reasons(made, "report")[0]
    assert only(made, "adopt").link.ours is False
    assert dispositions(made) == {"Add an alert": Disposition.LINKED}


def test_an_empty_status_is_filled_on_adoption():
    made = planned(view(alert(status=""), tickets=[ticket("OPS-1", "Theirs", state=DONE, path=None)]))
    assert brief(made) == ["adopt OPS-1", "write_back OPS-1"]
    assert only(made, "write_back").cells.state is DONE


def test_a_status_that_contradicts_the_adopted_ticket_is_a_disagreement():
    made = planned(view(alert(status="Open"), tickets=[ticket("OPS-1", "Theirs", state=DONE, path=None)]))
    assert brief(made) == ["adopt OPS-1", "report OPS-1"]
    assert "the row says open, its ticket says done" in reasons(made, "report")[0]


def test_beside_an_unknown_ticket_nothing_is_created():
    made = planned(view(alert(named="OPS-9")))
    assert brief(made) == ["report"]
    assert reasons(made, "report") == ["OPS-9 is not in ops: correct it, or remove it to get a new ticket"]
    assert dispositions(made) == {"Add an alert": Disposition.BLOCKED}


def test_a_named_ticket_that_could_not_be_looked_up_waits():
    shown = view(alert())
    [unread] = [replace(n, ticket=None, unread=True, place=replace(OPS, problem="503.")) for n in shown.named[0]]
    made = planned(replace(shown, named={0: (unread,)}))
    assert brief(made) == ["adopt OPS-1 pending"]
    assert reasons(made, "adopt") == ["OPS-1 could not be looked up: 503."]


def test_a_lost_ticket_of_ours_is_adopted_and_told_what_differs():
    lost = replace(DEFAULT, unclaimed=((OPS, ALERT),))
    made = planned(view(table("| 1 | Add an alert | Core | Dec 8 | Open |")), world=lost)
    assert brief(made) == ["adopt OPS-1", "update OPS-1", "write_back OPS-1"]
    assert only(made, "update").push == {"due": "2026-12-08"}


# --- both know it


def test_nothing_changed_asks_for_nothing():
    made = planned(alert_view(), world=world(ALERT))
    assert made.changes == ()
    assert made.documents[0].clean


@pytest.mark.parametrize(
    ("row", "push"),
    [
        ({"text": "Add two alerts"}, {"title": "Add two alerts"}),
        ({"due": "Dec 8"}, {"due": "2026-12-08"}),
        ({"status": "Done"}, {"state": "done"}),
        ({"status": "Won't do"}, {"state": "cancelled"}),
        ({"text": "Add two alerts", "due": "Dec 8"}, {"title": "Add two alerts", "due": "2026-12-08"}),
    ],
)
def test_a_changed_row_updates_the_fields_that_changed(row, push):
    made = planned(alert_view(**row))
    assert brief(made) == ["update OPS-1"]
    assert only(made, "update").push == push


@pytest.mark.parametrize("row", [{"due": ""}, {"due": "TBD"}, {"status": ""}, {"status": "Puzzling"}])
def test_what_is_emptied_or_not_understood_is_no_move(row):
    assert "update OPS-1" not in brief(planned(alert_view(**row)))


def test_an_owner_changed_in_the_row_is_shown_and_not_pushed():
    made = planned(alert_view(owner="Web"))
    assert brief(made) == ["report OPS-1"]
    assert reasons(made, "report") == ["the owner changed from Core to Web: OPS-1 keeps its assignee"]
    [remembered] = made.documents[0].items
    assert remembered.owner == "Web"
    assert planned(alert_view(remembered_link(remembered), owner="Web")).changes == (), "it is said once"


def remembered_link(known):
    """An item as the ledger gives it back: remembered items leave their links as they are."""
    return replace(known, link=replace(item("Add an alert", ALERT).link, item_id=known.id))


@pytest.mark.parametrize("status", ["In progress"])
def test_a_row_moved_to_anything_but_the_end_is_a_disagreement(status):
    made = planned(alert_view(status=status))
    assert brief(made) == ["report OPS-1"]
    assert "nothing is written until one of them is changed" in reasons(made, "report")[0]


def test_a_reopened_row_is_a_disagreement():
    done = replace(ALERT, state=DONE)
    made = planned(view(alert(status="Open"), item("Add an alert", done), tickets=[done]))
    assert brief(made) == ["report OPS-1"]


def test_a_team_may_keep_its_tickets_to_itself():
    made = planned(alert_view(status="Done"), world=world(policy=replace(POLICY, push_state=False)))
    assert brief(made) == ["report OPS-1"]
    assert reasons(made, "report") == ["the row says done, its ticket says open: a person moves the ticket"]


@pytest.mark.parametrize(
    ("moved", "cells"),
    [
        ({"state": DONE}, {"state": DONE}),
        ({"state": IN_PROGRESS}, {"state": IN_PROGRESS}),
        ({"due": date(2026, 12, 8)}, {"due": date(2026, 12, 8)}),
    ],
)
def test_a_ticket_that_moved_is_recorded_and_written_into_its_row(moved, cells):
    there = replace(ALERT, **moved)
    made = planned(alert_view(there=there), world=world(there))
    assert brief(made) == ["record OPS-1", "write_back OPS-1"]
    written = only(made, "write_back").cells
    assert {n: getattr(written, n) for n in ("state", "due") if getattr(written, n)} == cells


def test_the_record_keeps_what_moved_when_and_on_which_side():
    there = replace(ALERT, state=DONE, changed_at=DEFAULT.now)
    [event] = only(planned(alert_view(there=there), world=world(there)), "record").events
    assert (event.field, event.before, event.after, event.side, event.at) == (
        "state",
        "open",
        "done",
        "ticket",
        DEFAULT.now,
    )


def test_a_ticket_and_its_row_that_moved_alike_are_only_recorded():
    there = replace(ALERT, state=DONE)
    assert brief(planned(alert_view(there=there, status="Done"), world=world(there))) == ["record OPS-1"]


def test_a_ticket_and_its_row_that_moved_apart_are_a_conflict():
    there = replace(ALERT, state=CANCELLED, due=date(2026, 12, 15))
    made = planned(alert_view(there=there, status="Done", due="Dec 8"), world=world(there))
    assert brief(made) == ["record OPS-1", "report OPS-1", "report OPS-1"]


def test_a_ticket_with_a_new_key_is_recorded_and_the_row_names_the_new_one():
    there = replace(ALERT, key="OPS-7")
    moved = view(alert(), item("Add an alert", ALERT), tickets=[])
    [named] = view(alert(), tickets=[ALERT]).named[0]
    moved = replace(moved, named={0: (replace(named, ticket=there),)})
    made = planned(moved, world=world(there))
    assert brief(made) == ["record OPS-7", "write_back OPS-7"]
    assert (only(made, "write_back").cells.ticket, only(made, "write_back").cells.retired) == ("OPS-7", "OPS-1")


@pytest.mark.parametrize(
    ("presence", "words"),
    [
        (Presence.DELETED, "OPS-1 was deleted"),
        (Presence.INACCESSIBLE, "OPS-1 cannot be read"),
        (Presence.ARCHIVED, "OPS-1 is archived"),
    ],
)
def test_a_ticket_that_is_gone_is_reported_and_never_made_again(presence, words):
    gone = replace(ALERT, presence=presence)
    first = planned(alert_view(there=gone), world=world(gone))
    assert brief(first) == ["record OPS-1", "report OPS-1"]
    assert reasons(first, "report")[0].startswith(words)
    known = item("Add an alert", ALERT)
    known = replace(known, link=only(first, "record").link)
    again = planned(alert_view(known, there=gone), world=world(gone))
    assert brief(again) == ["report OPS-1"]


def test_a_ticket_that_came_back_is_recorded():
    known = item("Add an alert", ALERT)
    known = replace(known, link=replace(known.link, presence=Presence.DELETED))
    made = planned(alert_view(known), world=world(ALERT))
    assert reasons(made, "record") == ["OPS-1 is back"]


def test_a_ticket_with_a_problem_of_its_own_keeps_its_state_and_is_reported():
    puzzling = replace(ALERT, problem="The status `dnoe` is no state: write open, in_progress, done or cancelled.")
    made = planned(alert_view(there=puzzling), world=world(puzzling))
    assert brief(made) == ["report OPS-1"]
    assert "dnoe" in reasons(made, "report")[0]


def test_a_row_that_lost_its_ticket_is_said_so_and_its_ticket_stays():
    made = planned(alert_view(named=""))
    assert brief(made) == ["report OPS-1"]
    assert "its row no longer names OPS-1" in reasons(made, "report")[0]
    assert "syncd unlink" in reasons(made, "report")[0]


def test_a_team_may_have_its_documents_left_alone():
    quiet = replace(POLICY, write_back=False)
    there = replace(ALERT, state=DONE)
    assert brief(planned(alert_view(there=there), world=world(there, policy=quiet))) == ["record OPS-1"]
    created = planned(view(table("| 1 | Add an alert | Core | Dec 1 | Open |")), world=world(policy=quiet))
    assert brief(created) == ["create"]


def test_a_status_cell_without_a_known_word_is_reported_and_never_overwritten():
    there = replace(ALERT, state=DONE)
    made = planned(alert_view(there=there, status="Ask Godot"), world=world(there))
    assert brief(made) == ["record OPS-1", "report OPS-1"]


def test_an_item_of_a_tracker_that_is_no_longer_configured_is_left_alone():
    made = planned(alert_view(status="Done"), world=replace(DEFAULT, places={}))
    assert made.changes == ()
    assert dispositions(made) == {"Add an alert": Disposition.LINKED}


def test_a_route_that_changed_does_not_move_a_ticket():
    elsewhere = replace(POLICY, trackers=("ops", "web"), routes=(Route("web"),))
    assert planned(alert_view(), world=world(policy=elsewhere)).changes == ()


# --- what a plan is


def test_the_link_to_a_ticket_file_is_relative_to_the_document():
    there = replace(ALERT, url="/srv/tickets/OPS-1.md", state=DONE)
    shown = alert_view(there=there)
    document = replace(shown.postmortem.document, location="/srv/docs/2026/a.md")
    shown = replace(shown, postmortem=replace(shown.postmortem, document=document))
    there = replace(there, document=location("a.md"))
    made = planned(shown, world=world(there))
    assert only(made, "write_back").cells.url == "../../tickets/OPS-1.md"


def test_a_place_that_could_not_be_looked_at_gets_no_ticket():
    hindered = replace(DEFAULT, places={"ops": replace(OPS, problem="The second page did not come.")})
    made = planned(view(table("| 1 | Add an alert | Core | | Open |")), world=hindered)
    assert brief(made) == ["create pending"]
    assert made.changes[0].outcome is Outcome.PENDING
    assert reasons(made, "create") == ["The second page did not come."]


def test_the_same_plan_an_hour_later_has_the_same_hash():
    shown = [view(table("| 1 | Add an alert | Core | | Open |")), alert_view(due="Dec 8")]
    now = planned(*shown)
    later = planned(*shown, world=replace(DEFAULT, now=DEFAULT.now.replace(hour=23)))
    assert plan_hash(now.changes) == plan_hash(later.changes)
