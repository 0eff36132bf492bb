from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.core.identity import facts, item_id, match, normal, resemblance
from syncd.core.model import ActionItem, Disposition, KnownItem, Link, State, ThreeWay

TRACKER = "memory:one#MEM"


def row(action, *, row_id=None, owner="Core", group=None, code=()):
    return ActionItem(line=1, action=action, row_id=row_id, owner=owner, group=group, code=code)


def link(ticket, state=State.OPEN, *, named=True):
    nothing = dict.fromkeys(("title", "due", "document"), ThreeWay())
    fields = {**nothing, "state": ThreeWay(state, state, state)}
    return Link("", TRACKER, ticket, f"MEM-{ticket}", "", True, "0" * 12, fields, named=named)


def item(action, *, ticket=None, state=State.OPEN, named=True, detached=False, disposition=None, **said):
    """A known item; with ``ticket`` it is linked."""
    now = Disposition.DETACHED if detached else Disposition.LINKED if ticket else Disposition.PENDING
    return KnownItem(
        id=normal(f"{action} {said.get('group')} {said.get('owner')} {ticket}"),
        document="a.md",
        line=1,
        action=action,
        row_id=said.get("row_id"),
        owner=said.get("owner", "Core"),
        group=said.get("group"),
        code=said.get("code", ()),
        disposition=disposition or now,
        link=link(ticket, state, named=named) if ticket else None,
    )


def matched(rows, known, *, named=None):
    tickets = named or {}
    named_by_row = [frozenset({(TRACKER, tickets[n])} if n in tickets else ()) for n in range(len(rows))]
    return match(rows, known, named=named_by_row, weighty=lambda k: k.link is not None)


def pairs(rows, known, *, named=None):
    """Row index → the action of the known item that it is."""
    return {index: k.action for index, k in matched(rows, known, named=named).pairs.items()}


# --- which row is which item


def test_the_ticket_that_a_row_names_is_its_identity_whatever_it_says():
    rows = [row("Something else altogether", row_id="9"), row("Add an alert", row_id="1")]
    known = [item("Add an alert", ticket="1", row_id="1"), item("Rotate the keys", ticket="2", row_id="2")]
    assert pairs(rows, known, named={0: "1", 1: "2"}) == {0: "Add an alert", 1: "Rotate the keys"}


@pytest.mark.parametrize(
    "text",
    [
        "Add an alert on the pool",
        "add an  ALERT on the pool.",
        "**Add an alert on the pool**",
        "Add an alert on the pool!",
    ],
)
def test_equal_text_is_the_same_item_in_any_place_under_any_number(text):
    rows = [row("Rotate the keys", row_id="1"), row(text, row_id="2")]
    known = [item("Add an alert on the pool", ticket="1", row_id="1")]
    assert pairs(rows, known) == {1: "Add an alert on the pool"}


@pytest.mark.parametrize(("a", "b"), [("Say “no” – now", 'say "no" - now'), ("don’t", "don't"), ("Ａｄｄ", "add")])
def test_quotes_dashes_and_widths_do_not_matter(a, b):
    assert normal(a) == normal(b)


def test_a_reworded_row_with_the_same_row_id_is_the_same_item():
    known = [item("Add an alert on the connection pool", ticket="1", row_id="1")]
    assert pairs([row("Add alerts on connection pool usage", row_id="1")], known) == {
        0: "Add an alert on the connection pool"
    }


@pytest.mark.parametrize(
    ("before", "after", "code_before", "code_after"),
    [
        ("Raise the pool limit to 75 connections", "Raise the pool limit to 90 connections", (), ()),
        ("Rename the flag use_cache everywhere", "Rename the flag use_queue everywhere", (), ()),
        ("Check the call retry in the client", "Check the call reset in the client", ("retry",), ("reset",)),
        ("Ask the team of Kafka for quotas", "Ask the team of Redis for quotas", (), ()),
        ("Kafka: raise the quotas of the writers", "Redis: raise the quotas of the writers", (), ()),
        ("Move config/app.toml to the vault", "Move config/web.toml to the vault", (), ()),
    ],
    ids=["number", "identifier", "code span", "proper name", "proper name first", "path"],
)
def test_a_reworded_row_that_differs_in_a_fact_is_another_item(before, after, code_before, code_after):
    assert resemblance(before, after) >= 0.6
    known = [item(before, ticket="1", row_id="1", code=code_before)]
    reworded = [row(after, row_id="1", code=code_after)]
    assert pairs(reworded, known) == {}
    assert matched(reworded, known).doubts[0] == tuple(known)


def test_a_row_with_the_same_row_id_and_little_resemblance_asks():
    known = [item("Add an alert on the connection pool", ticket="1", row_id="1")]
    result = matched([row("Write a runbook for failover", row_id="1")], known)
    assert dict(result.pairs) == {}
    assert result.doubts == {0: tuple(known)}


def test_a_reworded_row_without_a_row_id_asks():
    known = [item("Add an alert on the connection pool", ticket="1")]
    result = matched([row("Add alerts on the connection pool")], known)
    assert (dict(result.pairs), result.doubts) == ({}, {0: tuple(known)})


def test_two_items_of_one_row_id_are_not_told_apart_by_it():
    known = [
        item("Add an alert on the pool", ticket="1", row_id="1"),
        item("Add alert on pool", ticket="2", row_id="1"),
    ]
    assert pairs([row("Add alerts on the pool", row_id="1")], known) == {}


def test_two_rows_of_one_row_id_do_not_share_an_item():
    known = [item("Add an alert on the pool", ticket="1", row_id="1")]
    assert pairs([row("Add alerts on the pool", row_id="1"), row("Add an alarm on the pool", row_id="1")], known) == {}


def test_rows_that_stood_beside_each_other_are_never_confused():
    """Similarity alone decides nothing where each row is known already."""
    known = [item("Add an alert on pool A", ticket="1", row_id="1"), item("Add an alert on pool B", row_id="2")]
    result = matched([row("Add an alert on pool B", row_id="1")], known)
    assert {n: k.action for n, k in result.pairs.items()} == {0: "Add an alert on pool B"}
    assert result.doubts == {}


def test_a_new_row_beside_untouched_ones_asks_nothing():
    known = [item("Add an alert on the pool", ticket="1", row_id="1")]
    result = matched([row("Add an alert on the pool", row_id="1"), row("Add an alert on the disk", row_id="2")], known)
    assert result.doubts == {}


# --- rows that went and come again


@pytest.mark.parametrize("detached", [True, False])
def test_a_row_that_comes_back_gets_its_item_back(detached):
    known = [item("Add an alert", ticket="1", detached=detached)]
    assert pairs([row("Add an alert", row_id="7", owner="Other")], known) == {0: "Add an alert"}


@pytest.mark.parametrize("state", [State.DONE, State.CANCELLED])
def test_an_item_with_a_closed_ticket_matches_only_equal_text(state):
    closed = [item("Add an alert on the pool", ticket="1", state=state, row_id="1")]
    reworded = matched([row("Add alerts on the pool", row_id="1")], closed)
    assert (dict(reworded.pairs), reworded.doubts) == ({}, {})
    assert pairs([row("Add an alert on the pool")], closed) == {0: "Add an alert on the pool"}


def test_a_detached_item_whose_row_named_its_ticket_is_no_reason_to_ask_about_every_new_row():
    known = [item("Add an alert on the pool", ticket="1", detached=True)]
    assert matched([row("Write the runbook for failover")], known).doubts == {}


def test_where_nothing_was_written_into_the_row_any_new_row_may_be_the_old_one():
    known = [item("Add an alert on the pool", ticket="1", named=False)]
    assert matched([row("Write the runbook for failover")], known).doubts == {0: tuple(known)}


def test_what_could_not_be_told_in_one_pass_cannot_be_told_in_the_next():
    old = item("Add an alert on the pool", ticket="1", named=False, detached=True)
    asked = item("Write the runbook for failover", disposition=Disposition.BLOCKED)
    assert matched([row("Write the runbook for failover")], [old, asked]).doubts == {0: (old,)}


def test_an_item_without_a_ticket_leaves_nothing_to_ask_about():
    assert matched([row("Add alerts on the pool")], [item("Add an alert on the pool")]).doubts == {}


# --- rows that say the same


def test_rows_that_say_the_same_are_told_apart_by_sub_heading_and_owner():
    known = [
        item("Update the runbook", ticket="1", owner="Core"),
        item("Update the runbook", ticket="2", owner="Web"),
        item("Update the runbook", ticket="3", owner="Web", group="Later"),
    ]
    rows = [
        row("Update the runbook", owner="Web", group="Later"),
        row("Update the runbook", owner="Core"),
        row("Update the runbook", owner="Web"),
    ]
    result = matched(rows, known)
    assert {n: k.link.ticket_id for n, k in result.pairs.items()} == {0: "3", 1: "1", 2: "2"}
    assert result.twins == {}


def test_two_rows_that_nobody_can_tell_apart_name_each_other():
    rows = [row("Update the runbook"), row("Rotate the keys"), row("Update the runbook")]
    assert matched(rows, []).twins == {0: 2, 2: 0}


def test_a_row_beside_its_twin_that_names_a_ticket_is_a_twin_too():
    rows = [row("Update the runbook"), row("Update the runbook")]
    known = [item("Update the runbook", ticket="1")]
    result = matched(rows, known, named={0: "1"})
    assert {n: k.link.ticket_id for n, k in result.pairs.items()} == {0: "1"}
    assert result.twins == {1: 0}


def test_one_of_two_twins_with_one_ticket_is_not_chosen_at_random():
    result = matched([row("Update the runbook"), row("Update the runbook")], [item("Update the runbook", ticket="1")])
    assert dict(result.pairs) == {}
    assert result.twins == {0: 1, 1: 0}


def test_twins_without_tickets_keep_their_ids_in_the_order_they_stand_in():
    known = [replace(item("Update the runbook"), id=name) for name in ("first", "second")]
    result = matched([row("Update the runbook"), row("Update the runbook")], known)
    assert {n: k.id for n, k in result.pairs.items()} == {0: "first", 1: "second"}
    assert result.twins == {0: 1, 1: 0}


# --- facts and ids


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Raise the limit to 75%", {"75%"}),
        ("Add retries to the client", set()),
        ("Ask Kafka people", {"kafka"}),
        ("Kafka people must be asked", {"kafka"}),
        ("Set use_cache in app.toml", {"use_cache", "app.toml"}),
        ("Move to HTTP/2", {"http/2"}),
        ("Fix getUser and the API", {"getuser", "api"}),
    ],
)
def test_facts_are_what_a_rewording_leaves_alone(text, found):
    assert facts(text) == found


def test_code_spans_are_facts():
    assert facts("Check retry", ["retry()"]) == {"retry()"}


def test_an_id_is_the_same_in_a_dry_run_and_in_the_pass_after_it():
    assert item_id("a.md", row("Add an alert")) == item_id("a.md", row("add an alert."))
    assert len(item_id("a.md", row("Add an alert"))) == 8


def test_equal_rows_of_one_document_get_ids_of_their_own():
    first = item_id("a.md", row("Add an alert"))
    assert item_id("a.md", row("Add an alert"), [first]) != first
    assert item_id("b.md", row("Add an alert")) != first


WORDS = st.sampled_from(["Add an alert", "Rotate keys", "Write a runbook", "Raise the limit to 5", "Ask Kafka"])
ROWS = st.builds(row, WORDS, row_id=st.sampled_from([None, "1", "2"]), owner=st.sampled_from(["Core", "Web"]))
KNOWN = st.builds(item, WORDS, ticket=st.sampled_from([None, "1", "2"]), owner=st.sampled_from(["Core", "Web"]))


@given(rows=st.lists(ROWS, max_size=6), known=st.lists(KNOWN, max_size=6))
def test_every_row_has_one_fate_and_every_item_at_most_one_row(rows, known):
    known = [replace(k, id=str(n)) for n, k in enumerate(known)]
    result = matched(rows, known)
    kept = [k.id for k in result.pairs.values()]
    assert sorted([*kept, *(k.id for k in result.free)]) == sorted(k.id for k in known)
    assert not set(result.twins) & set(result.doubts)
    linked = {n for n, k in result.pairs.items() if k.link}
    assert not linked & {*result.twins, *result.doubts}
