from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.clients.github_issue import Place, home_of, node_of, place_of, read_issue, ticket_id
from syncd.core.model import Presence, State


def issue(**changes: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "number": 12,
        "node_id": "I_1",
        "title": "Add an alert",
        "state": "open",
        "state_reason": None,
        "html_url": "https://github.com/acme/web/issues/12",
        "repository_url": "https://api.github.com/repos/acme/web",
        "updated_at": "2026-03-01T12:00:00Z",
        "body": None,
        "labels": [],
        "assignees": [],
    } | changes


def test_an_issue_is_a_ticket():
    ticket = read_issue(issue(body="x\r\n<!-- syncd:5ca1ab1e0b0e document=00000000 -->")).ticket()
    assert (ticket.id, ticket.key, ticket.title) == ("acme/web#12:I_1", "acme/web#12", "Add an alert")
    assert (ticket.marker, ticket.document, ticket.due) == ("5ca1ab1e0b0e", None, None)
    assert ticket.changed_at == datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, State.OPEN),
        ({"state_reason": "reopened"}, State.OPEN),
        ({"state": "closed", "state_reason": "completed"}, State.DONE),
        ({"state": "closed"}, State.DONE),
        ({"state": "closed", "state_reason": "not_planned"}, State.CANCELLED),
        ({"state": "closed", "state_reason": "duplicate"}, State.CANCELLED),
        ({"pull_request": {"merged_at": None}}, State.IN_PROGRESS),
        ({"pull_request": {"merged_at": None}, "draft": True}, State.IN_PROGRESS),
        ({"state": "closed", "pull_request": {"merged_at": None}}, State.CANCELLED),
        ({"state": "closed", "pull_request": {"merged_at": "2026-03-01T12:00:00Z"}}, State.DONE),
    ],
)
def test_states_are_understood(changes, state):
    ticket = read_issue(issue(**changes)).ticket()
    assert (ticket.state, ticket.problem) == (state, None)


@pytest.mark.parametrize(
    ("changes", "state", "word"),
    [
        ({"state": "closed", "state_reason": "later"}, State.DONE, "later"),
        ({"state": "frozen"}, State.OPEN, "frozen"),
    ],
)
def test_an_unknown_state_is_a_problem(changes, state, word):
    ticket = read_issue(issue(**changes)).ticket()
    assert ticket.state is state
    assert word in (ticket.problem or "")


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Other"},
        {"state": "closed"},
        {"state": "closed", "state_reason": "not_planned"},
        {"updated_at": "2026-03-01T12:00:01Z"},
        {"repository_url": "https://api.github.com/repos/acme/site"},
        {"html_url": "https://github.com/acme/site/issues/12"},
        {"body": "<!-- syncd:5ca1ab1e0b0e -->"},
        {"body": "**Document:** <!-- syncd:link -->[x](<https://x.example>)<!-- /syncd:link -->"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_the_revision_changes_with_what_is_compared(changes):
    assert read_issue(issue(**changes)).ticket().revision != read_issue(issue()).ticket().revision


def test_an_archived_ticket_has_another_revision():
    read = read_issue(issue())
    archived = read.ticket(archived=True)
    assert (archived.presence, archived.revision) == (Presence.ARCHIVED, f"{read.revision} archived")


@pytest.mark.parametrize(
    "data",
    [None, [], "x", {}, {"message": "ok"}, issue(number="12"), issue(title=None), issue(node_id=7)],
    ids=repr,
)  # fmt: skip
def test_what_is_no_issue_is_not_read_as_one(data):
    with pytest.raises(ValueError, match="no issue"):
        read_issue(data)


def test_odd_parts_are_left_out():
    read = read_issue(issue(labels=["bare", {"name": "Syncd"}, {"x": 1}, None], assignees=None, body=7))
    assert (read.labels, read.assignees, read.body, read.labelled) == (("bare", "Syncd"), (), "", True)


NAMES = st.from_regex(r"[A-Za-z0-9_.-]{1,9}/[A-Za-z0-9_.-]{1,9}", fullmatch=True)


@given(NAMES, st.integers(1, 10**9), st.from_regex(r"[A-Za-z0-9_=-]{1,20}", fullmatch=True))
def test_an_id_holds_place_and_node(repository, number, node):
    place = Place(repository, number)
    identifier = ticket_id(place, node)
    assert (home_of(identifier), node_of(identifier)) == (place, node)
    assert place_of(place.key) == place


@pytest.mark.parametrize("key", ["", "#1", "web#1", "a/b/c#1", "a/b#0", "a/b#01", "a/b#1 ", "a/b#١", "a b/c#1", "a/b#"])
def test_what_is_no_key_has_no_place(key):
    assert place_of(key) is None
