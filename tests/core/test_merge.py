from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from syncd.core.merge import UNSETTLED, adopted_link, created_link, last_seen, merge, payload, settled
from syncd.core.model import (
    ActionItem,
    Bullet,
    Cell,
    DesiredTicket,
    Features,
    Markup,
    Presence,
    Role,
    Row,
    Span,
    State,
    Table,
    ThreeWay,
    Ticket,
)

OPEN, IN_PROGRESS, DONE, CANCELLED = State
FULL = Features()
LIKE_GITHUB = Features(states=frozenset({OPEN, DONE, CANCELLED}), due=False)
ONLY_TWO = Features(states=frozenset({OPEN, DONE}))
HERE = "https://documents.example.com/a.md"
DEC_1, DEC_8, DEC_15 = date(2026, 12, 1), date(2026, 12, 8), date(2026, 12, 15)

CELL = Cell(Span(0, 0), "")
ROW = Row(1, (CELL, CELL, CELL), 0)
TABLE = Table(Markup.MARKDOWN, ROW, (Role.ACTION, Role.DUE, Role.STATUS), (ROW,))
WORD = {OPEN: "Open", IN_PROGRESS: "In progress", DONE: "Done", CANCELLED: "Cancelled"}


def row(state=OPEN, *, action="Add an alert", due=DEC_1, status=None):
    """A row of a table with a due date and a status."""
    word = status if status is not None else WORD.get(state)
    return ActionItem(1, action, due_date=due, state=state, status=word, table=TABLE, row=ROW)


def empty_row(**said):
    return replace(row(**said), state=None, status=None)


def box(state=OPEN, *, due=None):
    place = Bullet(Markup.MARKDOWN, 0, box=Span(0, 1))
    return ActionItem(1, "Add an alert", due_date=due, state=state, status="[ ]", bullet=place)


def ticket(state=OPEN, *, title="Add an alert", due=DEC_1, document=HERE, problem=None):
    return Ticket("1", "OPS-1", "", title, state, due, "0" * 12, document, revision="2", problem=problem)


def made(*, features=FULL, state=OPEN, due=DEC_1):
    """The link of a ticket that we made for ``row()``."""
    wanted = DesiredTicket("ops", "Add an alert", (), HERE, due=due, state=state)
    there = ticket(state, due=due if features.due else None)
    return created_link("item", "memory", there, marker="0" * 12, sent=payload(wanted))


def merged(item, there, *, link=None, features=FULL, location=HERE):
    return merge(item, link or made(), there, features=features, location=location)


def asks(result):
    """What a merge asks for: values for the ticket, the row's new state and due date, and how many conflicts."""
    return dict(result.push), result.state, result.due, len(result.conflicts)


QUIET = ({}, None, None, 0)


def test_what_was_created_asks_for_nothing():
    assert asks(merged(row(), ticket())) == QUIET


# --- title


def test_a_changed_row_pushes_its_title_while_the_tickets_title_is_ours():
    assert merged(row(action="Add two alerts"), ticket()).push == {"title": "Add two alerts"}


def test_a_title_edited_in_the_tracker_is_kept_now_and_later():
    kept = merged(row(), ticket(title="Alert on the pool"))
    assert asks(kept) == QUIET
    later = merged(row(action="Add two alerts"), ticket(title="Alert on the pool"), link=kept.link)
    assert asks(later) == QUIET


def test_a_title_edited_on_both_sides_is_the_trackers():
    assert asks(merged(row(action="Add two alerts"), ticket(title="Alert on the pool"))) == QUIET


def test_both_sides_edited_to_the_same_title_is_ours_again():
    same = merged(row(action="Add two alerts"), ticket(title="Add two alerts"))
    assert asks(same) == QUIET
    later = merged(row(action="Add three alerts"), ticket(title="Add two alerts"), link=same.link)
    assert later.push == {"title": "Add three alerts"}


def test_a_title_that_was_not_delivered_is_pushed_again():
    first = merged(row(action="Add two alerts"), ticket())
    again = merged(row(action="Add two alerts"), ticket(), link=first.link)
    assert again.push == {"title": "Add two alerts"}


def test_a_title_that_was_delivered_is_agreed():
    first = merged(row(action="Add two alerts"), ticket())
    told = settled(first.link, first.push)
    assert asks(merged(row(action="Add two alerts"), ticket(title="Add two alerts"), link=told)) == QUIET


def test_the_title_of_a_persons_ticket_is_never_pushed():
    link = adopted_link(row(), "item", "memory", ticket(title="Theirs"), ours=False, features=FULL)
    assert asks(merged(row(action="Add two alerts"), ticket(title="Theirs"), link=link)) == QUIET


# --- the link back


def test_the_link_back_follows_a_document_that_moved():
    assert merged(row(), ticket(), location="new.md").push == {"document": "new.md"}


def test_a_link_back_that_a_person_replaced_is_kept():
    assert asks(merged(row(), ticket(document="https://elsewhere"), location="new.md")) == QUIET


def test_a_persons_ticket_gets_no_link_back():
    link = adopted_link(row(), "item", "memory", ticket(document=None), ours=False, features=FULL)
    assert asks(merged(row(), ticket(document=None), link=link)) == QUIET


# --- due date


@pytest.mark.parametrize(
    ("said", "there", "expected"),
    [
        (DEC_1, DEC_1, QUIET),
        (DEC_8, DEC_1, ({"due": "2026-12-08"}, None, None, 0)),
        (DEC_1, DEC_8, ({}, None, DEC_8, 0)),
        (DEC_8, DEC_8, QUIET),
        (DEC_8, DEC_15, ({}, None, None, 1)),
        (None, DEC_1, QUIET),
        (DEC_1, None, QUIET),
        (None, DEC_8, QUIET),
        (DEC_8, None, QUIET),
    ],
    ids=[
        "nobody moved it",
        "only the row: pushed",
        "only the ticket: written",
        "both, to the same day",
        "both: a conflict",
        "removed from the row: not pushed",
        "removed from the ticket: not written",
        "removed from the row, moved in the ticket",
        "moved in the row, removed from the ticket",
    ],
)
def test_a_due_date_is_merged_three_ways(said, there, expected):
    first = merged(row(due=said), ticket(due=there))
    assert asks(first) == expected
    assert asks(merged(row(due=said), ticket(due=there), link=first.link)) == expected, "until somebody acts on it"


def test_a_due_date_that_was_never_agreed_is_pushed_to_our_ticket():
    assert merged(row(due=DEC_1), ticket(due=None), link=made(due=None)).push == {"due": "2026-12-01"}


@pytest.mark.parametrize("due", [DEC_1, None])
def test_a_due_date_moved_in_the_tracker_is_only_recorded_where_the_row_has_no_cell_for_it(due):
    """And the row's own words, which did not move, are never pushed over it."""
    first = merged(box(due=due), ticket(due=DEC_8), link=made(due=due))
    assert first.link.fields["due"].ticket == "2026-12-08"
    assert asks(first) == QUIET
    assert asks(merged(box(due=due), ticket(due=DEC_8), link=first.link)) == QUIET


def test_a_tracker_without_due_dates_is_never_compared():
    link = made(features=LIKE_GITHUB)
    assert asks(merged(row(due=DEC_8), ticket(due=None), link=link, features=LIKE_GITHUB)) == QUIET


def test_a_persons_ticket_with_another_due_date_is_a_conflict_and_neither_is_changed():
    link = adopted_link(row(due=DEC_1), "item", "memory", ticket(due=DEC_8), ours=False, features=FULL)
    first = merged(row(due=DEC_1), ticket(due=DEC_8), link=link)
    assert asks(first) == ({}, None, None, 1)
    assert first.conflicts == (
        "due 2026-12-01 in the row, 2026-12-08 in its ticket: nothing is written until both say the same",
    )
    assert asks(merged(row(due=DEC_8), ticket(due=DEC_8), link=first.link)) == QUIET


def test_a_due_date_is_not_put_into_the_row_by_finding_a_persons_ticket_but_may_be_moved_in_it():
    link = adopted_link(row(due=None), "item", "memory", ticket(due=DEC_8), ours=False, features=FULL)
    assert asks(merged(row(due=None), ticket(due=DEC_8), link=link)) == QUIET
    assert merged(row(due=DEC_15), ticket(due=DEC_8), link=link).push == {"due": "2026-12-15"}


def test_a_due_date_is_not_put_on_a_persons_ticket_that_has_none():
    link = adopted_link(row(due=DEC_1), "item", "memory", ticket(due=None), ours=False, features=FULL)
    assert asks(merged(row(due=DEC_1), ticket(due=None), link=link)) == QUIET


# --- state


@pytest.mark.parametrize(
    ("agreed", "said", "there", "expected"),
    [
        (OPEN, OPEN, OPEN, QUIET),
        (OPEN, OPEN, IN_PROGRESS, ({}, IN_PROGRESS, None, 0)),
        (OPEN, OPEN, DONE, ({}, DONE, None, 0)),
        (OPEN, OPEN, CANCELLED, ({}, CANCELLED, None, 0)),
        (DONE, DONE, OPEN, ({}, OPEN, None, 0)),
        (OPEN, DONE, OPEN, ({"state": "done"}, None, None, 0)),
        (OPEN, CANCELLED, OPEN, ({"state": "cancelled"}, None, None, 0)),
        (DONE, CANCELLED, DONE, ({"state": "cancelled"}, None, None, 0)),
        (OPEN, IN_PROGRESS, OPEN, ({}, None, None, 1)),
        (DONE, OPEN, DONE, ({}, None, None, 1)),
        (DONE, IN_PROGRESS, DONE, ({}, None, None, 1)),
        (OPEN, DONE, DONE, QUIET),
        (OPEN, DONE, IN_PROGRESS, ({}, None, None, 1)),
        (OPEN, DONE, CANCELLED, ({}, None, None, 1)),
        (OPEN, IN_PROGRESS, DONE, ({}, None, None, 1)),
    ],
)
def test_a_state_is_merged_three_ways(agreed, said, there, expected):
    first = merged(row(said), ticket(there), link=made(state=agreed))
    assert asks(first) == expected
    assert asks(merged(row(said), ticket(there), link=first.link)) == expected, "until somebody acts on it"


def test_a_disagreement_ends_when_one_side_gives_in():
    disagreed = merged(row(IN_PROGRESS), ticket(OPEN)).link
    assert asks(merged(row(IN_PROGRESS), ticket(IN_PROGRESS), link=disagreed)) == QUIET
    assert asks(merged(row(OPEN), ticket(OPEN), link=disagreed)) == QUIET


@pytest.mark.parametrize("features", [LIKE_GITHUB, ONLY_TWO])
@pytest.mark.parametrize("said", [OPEN, IN_PROGRESS])
def test_a_tracker_without_in_progress_agrees_with_both(features, said):
    assert asks(merged(row(said), ticket(OPEN), features=features)) == QUIET


def test_a_tracker_without_cancelled_agrees_with_a_cancelled_row_once_it_is_done():
    link = made(state=DONE)
    assert asks(merged(row(CANCELLED), ticket(DONE), link=link, features=ONLY_TWO)) == QUIET


@pytest.mark.parametrize("there", [OPEN, IN_PROGRESS])
def test_an_empty_box_agrees_with_open_and_with_in_progress(there):
    assert asks(merged(box(), ticket(there, due=None), link=made(due=None))) == QUIET


def test_a_box_is_ticked_when_its_ticket_is_done_and_the_other_way_round():
    link = made(due=None)
    assert merged(box(), ticket(DONE, due=None), link=link).state is DONE
    assert merged(box(DONE), ticket(IN_PROGRESS, due=None), link=link).push == {"state": "done"}


@pytest.mark.parametrize("agreed", [OPEN, IN_PROGRESS])
def test_a_word_that_nobody_understands_is_no_move(agreed):
    puzzling = replace(row(status="Waiting for Godot"), state=None)
    assert asks(merged(puzzling, ticket(agreed), link=made(state=agreed))) == QUIET
    assert merged(puzzling, ticket(DONE), link=made(state=agreed)).state is DONE


def test_no_state_word_counts_as_open():
    assert merged(empty_row(), ticket(DONE)).state is DONE


# --- adoption


@pytest.mark.parametrize("there", list(State))
@pytest.mark.parametrize("ours", [True, False])
def test_an_empty_status_cell_is_filled_on_adoption(there, ours):
    link = adopted_link(empty_row(), "item", "memory", ticket(there), ours=ours, features=FULL)
    assert asks(merged(empty_row(), ticket(there), link=link)) == ({}, there, None, 0)


@pytest.mark.parametrize(("said", "there"), [(OPEN, DONE), (DONE, OPEN), (IN_PROGRESS, OPEN), (CANCELLED, DONE)])
def test_a_cell_that_contradicts_the_ticket_on_adoption_is_a_disagreement(said, there):
    link = adopted_link(row(said), "item", "memory", ticket(there), ours=False, features=FULL)
    assert link.fields["state"].agreed == UNSETTLED
    first = merged(row(said), ticket(there), link=link)
    assert asks(first) == ({}, None, None, 1)
    assert asks(merged(row(said), ticket(there), link=first.link)) == ({}, None, None, 1)


def test_a_disagreement_on_adoption_is_over_as_soon_as_both_say_the_same():
    link = adopted_link(row(OPEN), "item", "memory", ticket(DONE), ours=False, features=FULL)
    settled_now = merged(row(DONE), ticket(DONE), link=link)
    assert asks(settled_now) == QUIET
    assert merged(row(DONE), ticket(OPEN), link=settled_now.link).state is OPEN


def test_a_lost_ticket_of_ours_is_told_what_the_row_says_now():
    link = adopted_link(row(action="Add two alerts", due=DEC_8), "item", "memory", ticket(), ours=True, features=FULL)
    assert merged(row(action="Add two alerts", due=DEC_8), ticket(), link=link).push == {
        "title": "Add two alerts",
        "due": "2026-12-08",
    }


# --- what is remembered


def test_a_ticket_with_a_problem_counts_as_it_was_before():
    unread = ticket(OPEN, title="", due=None, problem="The status `dnoe` is no state.")
    result = merged(row(DONE), unread, link=made(state=DONE))
    assert asks(result) == QUIET
    assert result.link.fields["state"].ticket == DONE


def test_the_link_remembers_what_was_seen_on_both_sides():
    link = merged(row(DONE, due=DEC_8), replace(ticket(OPEN, due=DEC_15), key="NEW-1")).link
    assert link.key == "NEW-1"
    assert link.fields["state"] == ThreeWay("done", "open", "open")
    assert link.fields["due"] == ThreeWay("2026-12-08", "2026-12-15", "2026-12-01")


def test_a_link_gives_back_the_ticket_as_it_was_last_seen():
    seen = last_seen(made())
    assert (seen.title, seen.state, seen.due, seen.document) == ("Add an alert", OPEN, DEC_1, HERE)
    assert seen.presence is Presence.HERE


def test_what_was_sent_is_agreed_even_when_the_tracker_made_something_else_of_it():
    sent = payload(DesiredTicket("ops", "Add an alert", (), HERE, due=DEC_1))
    link = created_link("item", "memory", ticket(DONE, due=None), marker="0" * 12, sent=sent)
    assert link.fields["state"] == ThreeWay("open", "done", "open")
    assert link.fields["due"] == ThreeWay("2026-12-01", None, "2026-12-01")


def test_a_start_that_the_tracker_did_not_make_is_not_agreed_and_the_row_keeps_its_word():
    sent = payload(DesiredTicket("ops", "Add an alert", (), HERE, state=IN_PROGRESS))
    link = created_link("item", "memory", ticket(OPEN), marker="0" * 12, sent=sent)
    there = merge(row(IN_PROGRESS), link, ticket(OPEN), features=FULL, location=HERE)
    assert (there.state, there.push) == (None, {})
    assert there.conflicts


def test_a_link_back_of_its_own_is_told_until_it_was_told():
    features = Features(links=True)
    sent = payload(DesiredTicket("jira", "Add an alert", (), HERE))
    link = created_link("item", "memory", ticket(OPEN, due=None), marker="0" * 12, sent=sent, features=features)
    told = merge(row(OPEN, due=None), link, ticket(OPEN, due=None), features=features, location=HERE)
    assert told.push == {"document": HERE}
    after = merge(
        row(OPEN, due=None), settled(told.link, told.push), ticket(OPEN, due=None), features=features, location=HERE
    )
    assert after.push == {}
