from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from connectors.clients.jira_issue import is_cancelling, is_older, is_unlisted, project_of, ticket_of
from syncd.core.model import Presence, State

URL = "https://jira.example.com"


def issue(**fields):
    status = {"name": "To Do", "statusCategory": {"key": "new"}}
    known = {
        "summary": "Add an alert",
        "status": status,
        "updated": "2026-03-01T13:00:00.123+0100",
        "labels": ["syncd", "syncd-5ca1ab1e0b0e", "sev-1"],
        "project": {"key": "OPS"},
    }
    return {"id": "10100", "key": "OPS-1", "fields": known | fields}


def ticket(statuses=None, **fields):
    return ticket_of(issue(**fields), url=URL, statuses=statuses or {})


def status(name, category, resolution=None):
    named = {"name": resolution} if resolution else None
    return {"status": {"name": name, "statusCategory": {"key": category}}, "resolution": named}


def test_an_issue_is_a_ticket():
    read = ticket(duedate="2026-12-01")
    assert (read.id, read.key, read.url, read.title) == ("10100", "OPS-1", f"{URL}/browse/OPS-1", "Add an alert")
    assert (read.state, read.due, read.marker) == (State.OPEN, date(2026, 12, 1), "5ca1ab1e0b0e")
    assert read.changed_at == datetime(2026, 3, 1, 12, 0, 0, 123_000, UTC)
    assert (read.presence, read.problem) == (Presence.HERE, None)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        (status("To Do", "new"), State.OPEN),
        (status("In Review", "indeterminate"), State.IN_PROGRESS),
        (status("Done", "done"), State.DONE),
        (status("Released", "done", "Done"), State.DONE),
        (status("Closed", "done", "Won't Do"), State.CANCELLED),
        (status("Closed", "done", "Won’t Fix"), State.CANCELLED),
        (status("Closed", "done", "Duplicate"), State.CANCELLED),
        (status("Closed", "done", "Cannot Reproduce"), State.CANCELLED),
        (status("Erledigt", "done", "Wird nicht erledigt"), State.CANCELLED),
        (status("完了", "done", "再現不可"), State.CANCELLED),
        (status("Cancelled", "done"), State.CANCELLED),
        (status("Rejected", "done", "Done"), State.CANCELLED),
        (status("Reopened", "new", "Won't Do"), State.OPEN),
        (status("Doing", "indeterminate", "Done"), State.IN_PROGRESS),
    ],
)
def test_the_category_tells_the_state_and_only_a_closed_one_can_be_cancelled(fields, state):
    assert ticket(**fields).state is state


def test_what_is_configured_comes_first():
    read = ticket(statuses={"in review": State.DONE}, **status("In  Review", "indeterminate"))
    assert (read.state, read.problem) == (State.DONE, None)


def test_a_status_without_a_category_is_open_and_a_problem():
    read = ticket(**status("Odd", "undefined"))
    assert (read.state, read.revision) == (State.OPEN, "")
    assert read.problem == (
        'OPS-1: Jira puts the status “Odd” into no category; say what it means: statuses = { "Odd" = "open" }.'
    )


@pytest.mark.parametrize("name", ["Done", "Fixed", "Resolved", "Erledigt", "Completed", "Terminé", "", "Closed"])
def test_other_resolutions_are_not_cancelling(name):
    assert not is_cancelling(name)


@pytest.mark.parametrize("name", ["Won't Do", "declined", "Not a Bug", "Incomplete", "不会修复", "Не будет сделано"])
def test_a_resolution_that_ends_without_doing_is_cancelling(name):
    assert is_cancelling(name)


@pytest.mark.parametrize(
    "change",
    [
        {"summary": "Other"},
        {"duedate": "2026-12-02"},
        status("Done", "done"),
        {"updated": "2026-03-01T13:00:00.124+0100"},
        {"labels": ["syncd"]},
        {"archiveddate": "2026-03-01T13:00:00.123+0100"},
        {"description": "Postmortem document: [x|https://x.example]"},
    ],
    ids=str,
)
def test_the_revision_changes_with_whatever_is_compared(change):
    assert ticket(**change).revision != ticket().revision


def test_the_revision_knows_what_is_configured_and_no_time_zone():
    assert ticket(statuses={"to do": State.DONE}).revision != ticket().revision
    assert ticket(updated="2026-03-01T02:00:00.123-1000").revision == ticket().revision


def test_a_revision_tells_whether_the_search_can_show_the_ticket():
    assert is_unlisted(ticket(labels=["home"]).revision)
    assert not is_unlisted(ticket().revision)


def test_revisions_have_an_order_in_time():
    early, late = ticket(), ticket(updated="2026-03-01T13:00:01.000+0100")
    assert is_older(early.revision, late.revision)
    assert not is_older(late.revision, early.revision)
    assert not is_older(early.revision, early.revision)
    assert not is_older(early.revision, "deleted")


def test_an_archived_issue_is_told():
    assert ticket(archiveddate="2026-03-01T13:00:00.123+0100").presence is Presence.ARCHIVED


@pytest.mark.parametrize("broken", [{}, {"id": "x", "key": "OPS-1"}, {"id": "1", "fields": {}}, [], None, "OPS-1"])
def test_a_half_read_reply_is_no_ticket(broken):
    with pytest.raises(ValueError, match="an issue without"):
        ticket_of(broken, url=URL, statuses={})


def test_only_a_whole_marker_counts():
    labels = ["syncd-xyz", "syncd-5ca1ab1e0b0e0", "xsyncd-5ca1ab1e0b0e", "SYNCD-5ca1ab1e0b0e"]
    assert ticket(labels=labels).marker is None


def test_the_project_is_the_one_it_is_in_now():
    assert project_of(issue(project={"key": "WEB"})) == "WEB"
    assert project_of({"key": "A_B-7", "fields": {}}) == "A_B"
