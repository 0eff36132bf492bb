from __future__ import annotations

import pytest

from tests.emulators.jira_desk import START, Desk, errors, said
from tests.emulators.jira_site import ScreenField, Transition

OFF_SCREEN = "It is not on the appropriate screen, or unknown."


@pytest.fixture(params=["cloud", "datacenter"])
def desk(request):
    desk = Desk(request.param)
    yield desk
    desk.found.verify()


# --- editing ----------------------------------------------------------------------------------------------------------


def test_an_edit_changes_only_what_it_names(desk):
    key = desk.key(labels=["a", "b"], duedate="2026-03-15")
    desk.later(minutes=5)
    body = {"fields": {"summary": "New words", "duedate": None}, "update": {"labels": [{"add": "c"}, {"remove": "a"}]}}
    assert desk.ask("PUT", f"issue/{key}", body).status == 204
    issue = desk.jira.issue(key)
    assert (issue.summary, issue.duedate, issue.labels) == ("New words", None, ("b", "c"))
    assert issue.updated > issue.created


def test_an_edit_that_changes_nothing_leaves_the_time_alone(desk):
    key = desk.key(labels=["a"])
    desk.later(minutes=5)
    assert desk.ask("PUT", f"issue/{key}", {"update": {"labels": [{"add": "a"}]}}).status == 204
    assert desk.jira.issue(key).updated == START


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"fields": {"labels": ["x"]}, "update": {"labels": [{"add": "y"}]}}, "labels"),
        ({"fields": {"summary": "two\nlines"}}, "summary"),
        ({"fields": {"status": {"name": "Done"}}}, "status"),
        ({"update": {"labels": [{"push": "x"}]}}, "labels"),
        ({"update": {"summary": [{"add": "x"}]}}, "summary"),
        ({"update": {"labels": [{"add": "two words"}]}}, "labels"),
        ({"update": {"nothing": [{"set": "x"}]}}, "nothing"),
        ({}, ""),
    ],
)
def test_an_edit_that_jira_would_refuse_names_the_field(desk, body, field):
    key = desk.key()
    reply = desk.provoke("PUT", f"issue/{key}", body)
    assert (reply.status, set(errors(reply))) == (400, {field})


def test_archived_and_read_only_issues_cannot_be_edited(desk):
    archived, plain = desk.key(), desk.key()
    desk.jira.person_archives(archived)
    assert desk.ask("PUT", f"issue/{archived}", {"fields": {"summary": "x"}}).status == 403
    assert said(desk.ask("GET", f"issue/{archived}/transitions"))["transitions"] == []
    desk.jira.make_read_only("OPS")
    assert desk.ask("PUT", f"issue/{plain}", {"fields": {"summary": "x"}}).status == 403
    assert said(desk.ask("GET", f"issue/{plain}/editmeta"))["fields"] == {}
    assert said(desk.ask("GET", f"issue/{plain}/transitions"))["transitions"] == []


def test_silencing_mail_needs_an_administrator(desk):
    key = desk.key()
    assert desk.ask("PUT", f"issue/{key}", {"fields": {"summary": "x"}}, notifyUsers="false").status == 403


def test_a_field_hidden_by_an_administrator_is_refused(desk):
    key = desk.key()
    desk.jira.hide_field("labels")
    assert OFF_SCREEN in errors(desk.create(labels=["syncd"]))["labels"]
    reply = desk.ask("PUT", f"issue/{key}", {"update": {"labels": [{"add": "syncd"}]}})
    assert OFF_SCREEN in errors(reply)["labels"]
    assert "labels" not in said(desk.ask("GET", f"issue/{key}/editmeta"))["fields"]


# --- the workflow -----------------------------------------------------------------------------------------------------


def test_moving_to_done_resolves_and_reopening_forgets_it(desk):
    key = desk.key()
    assert desk.move(key, "Won't Do").status == 204
    shown = desk.fields(key)
    assert shown["status"]["statusCategory"]["key"] == "done"
    assert shown["resolution"]["name"] == "Won't Do"
    desk.move(key, "In Progress")
    assert desk.jira.issue(key).resolution is None


def test_reopening_may_leave_the_resolution(desk):
    desk.jira.site.reopening_keeps_resolution = True
    key = desk.key()
    desk.jira.person_moves(key, "Done")
    desk.jira.person_moves(key, "To Do")
    assert desk.jira.issue(key).resolution == "Done"


def test_a_restricted_way_shows_only_where_it_starts(desk):
    desk.jira.restrict("Done", sources=["In Review"])
    key = desk.key()
    done = next(way.id for way in desk.jira.site.transitions if way.name == "Done")
    offered = said(desk.ask("GET", f"issue/{key}/transitions"))["transitions"]
    assert "Done" not in [way["name"] for way in offered]
    reply = desk.ask("POST", f"issue/{key}/transitions", {"transition": {"id": done}})
    assert (reply.status, desk.jira.status_of(key)) == (400, "To Do")
    desk.move(key, "In Review")
    assert desk.move(key, "Done").status == 204


@pytest.mark.parametrize("transition", [None, {}, {"id": "999"}, {"id": "Done"}, {"name": "Done"}])
def test_a_transition_that_does_not_exist_is_refused(desk, transition):
    assert desk.provoke("POST", f"issue/{desk.key()}/transitions", {"transition": transition}).status == 400


def test_a_required_resolution_must_be_sent(desk):
    desk.jira.put_on_screen("Done", ScreenField("resolution", required=True))
    key = desk.key()
    ways = said(desk.ask("GET", f"issue/{key}/transitions", expand="transitions.fields"))["transitions"]
    screen = next(way["fields"] for way in ways if way["name"] == "Done")
    assert screen["resolution"]["required"] is True
    assert "Duplicate" in [value["name"] for value in screen["resolution"]["allowedValues"]]
    assert errors(desk.move(key, "Done")) == {"resolution": "Resolution is required."}
    assert desk.move(key, "Done", fields={"resolution": {"name": "Duplicate"}}).status == 204
    assert desk.jira.issue(key).resolution == "Duplicate"


def test_a_default_fills_a_required_field(desk):
    desk.jira.put_on_screen("Done", ScreenField("resolution", required=True, default="Done"))
    key = desk.key()
    assert desk.move(key, "Done").status == 204
    assert desk.jira.issue(key).resolution == "Done"


def test_a_field_that_is_not_on_the_transitions_screen_is_refused(desk):
    desk.jira.put_on_screen("Done", ScreenField("customfield_10010", required=True))
    key = desk.key()
    reply = desk.move(key, "Done", fields={"resolution": {"name": "Done"}, "customfield_10010": "SRE"})
    assert OFF_SCREEN in errors(reply)["resolution"]
    assert errors(desk.move(key, "Done")) == {"customfield_10010": "Team is required."}
    assert desk.move(key, "Done", fields={"customfield_10010": "SRE"}).status == 204
    assert (desk.jira.issue(key).resolution, desk.jira.status_of(key)) == (None, "Done")


def test_fields_are_shown_only_on_request(desk):
    ways = said(desk.ask("GET", f"issue/{desk.key()}/transitions"))["transitions"]
    assert all("fields" not in way for way in ways)


def test_a_conflict_moves_nothing_and_passes(desk):
    key = desk.key()
    desk.jira.conflict()
    assert desk.move(key, "Done").status == 409
    assert desk.jira.status_of(key) == "To Do"
    assert desk.move(key, "Done").status == 204


def test_names_may_be_in_another_language(desk):
    desk.jira.rename_status("Done", "Fertig")
    desk.jira.name_way("Fertig", "Abschließen")
    desk.jira.add_way(Transition("901", "Verwerfen", desk.jira.site.status_named("Won't Do").id))
    key = desk.key()
    ways = said(desk.ask("GET", f"issue/{key}/transitions"))["transitions"]
    assert ("Abschließen", "Fertig", "done") in [
        (way["name"], way["to"]["name"], way["to"]["statusCategory"]["key"]) for way in ways
    ]
    assert "Verwerfen" in [way["name"] for way in ways]


# --- links ------------------------------------------------------------------------------------------------------------


def test_a_remote_link_with_the_same_global_id_is_replaced_whole(desk):
    key = desk.key()
    first = {
        "globalId": "syncd=1",
        "relationship": "from",
        "object": {"url": "https://wiki.test/a", "title": "A", "summary": "s"},
    }
    second = {"globalId": "syncd=1", "object": {"url": "https://wiki.test/b", "title": "B"}}
    statuses = [desk.ask("POST", f"issue/{key}/remotelink", body).status for body in (first, second)]
    assert statuses == [201, 200]
    (link,) = said(desk.ask("GET", f"issue/{key}/remotelink"))
    assert (link["object"], link.get("relationship")) == ({"url": "https://wiki.test/b", "title": "B"}, None)
    assert said(desk.ask("GET", f"issue/{key}/remotelink", globalId="syncd=1"))["id"] == link["id"]
    assert desk.ask("GET", f"issue/{key}/remotelink", globalId="other").status == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "object"),
        ({"object": {"url": "https://wiki.test/a"}}, "title"),
        ({"object": {"title": "A"}}, "url"),
        ({"object": {"title": "A", "url": "docs/a.md"}}, "url"),
        ({"object": {"title": "x" * 256, "url": "https://wiki.test/a"}}, "title"),
        ({"globalId": "x" * 256, "object": {"title": "A", "url": "https://wiki.test/a"}}, "globalId"),
    ],
)
def test_a_remote_link_that_jira_would_refuse_names_the_field(desk, body, field):
    key = desk.key()
    reply = desk.provoke("POST", f"issue/{key}/remotelink", body)
    assert (reply.status, set(errors(reply))) == (400, {field})
    assert desk.jira.remote_links(key) == []


def test_linking_twice_links_once_and_both_sides_see_it(desk):
    a, b = desk.key(), desk.key()
    body = {"type": {"name": "Blocks"}, "inwardIssue": {"key": a}, "outwardIssue": {"key": b}}
    assert [desk.ask("POST", "issueLink", body).status for _ in range(2)] == [201, 201]
    (from_a,), (from_b,) = (desk.fields(key)["issuelinks"] for key in (a, b))
    assert (from_a["outwardIssue"]["key"], from_b["inwardIssue"]["key"]) == (b, a)
    assert len(desk.jira.issue_links(a)) == 1
    desk.jira.forbid(b)
    assert desk.fields(a)["issuelinks"] == []


def test_links_that_cannot_be_are_refused(desk):
    key = desk.key()
    end = {"key": key}
    for body, status in [
        ({"type": {"name": "Loves"}, "inwardIssue": end, "outwardIssue": end}, 404),
        ({"type": {"name": "Blocks"}, "inwardIssue": end, "outwardIssue": {"key": "OPS-99"}}, 404),
        ({"type": {"name": "Blocks"}, "inwardIssue": end, "outwardIssue": end}, 400),
    ]:
        assert desk.ask("POST", "issueLink", body).status == status


def test_linking_needs_its_permission(desk):
    key = desk.key()
    desk.jira.make_read_only("OPS")
    body = {"object": {"title": "A", "url": "https://wiki.test/a"}}
    assert desk.ask("POST", f"issue/{key}/remotelink", body).status == 403
