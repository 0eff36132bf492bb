from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from jira import JIRAError

from tests.canary import canary
from tests.emulators.http import Request, Server
from tests.emulators.jira_desk import Desk, errors, said

BARE = canary("jira-token-of-the-bot")
OFF_SCREEN = "It is not on the appropriate screen, or unknown."


@pytest.fixture(params=["cloud", "datacenter"])
def desk(request):
    desk = Desk(request.param)
    yield desk
    desk.found.verify()


@pytest.fixture
def cloud():
    desk = Desk("cloud")
    yield desk
    desk.found.verify()


@pytest.fixture
def datacenter():
    desk = Desk("datacenter")
    yield desk
    desk.found.verify()


# --- who is asking ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", [None, "Basic d3Jvbmc6d3Jvbmc=", "Bearer wrong", "Basic ", BARE])
def test_anybody_but_the_account_is_refused(desk, header):
    headers = {"authorization": header} if header else {}
    reply = desk.jira(Request("GET", "/rest/api/2/myself", headers=headers))
    assert reply.status == 401


def test_each_flavour_takes_only_its_own_kind_of_login(cloud, datacenter):
    assert cloud.jira(Request("GET", "/rest/api/2/myself", headers=datacenter.headers())).status == 401
    assert datacenter.jira(Request("GET", "/rest/api/2/myself", headers=cloud.headers())).status == 401


def test_a_revoked_token_is_refused_everywhere(desk):
    headers = desk.headers()
    desk.jira.revoke_token()
    for path in ("myself", "serverInfo", "issue/OPS-1"):
        assert desk.jira(Request("GET", f"/rest/api/2/{path}", headers=headers)).status == 401


def test_data_center_tells_when_its_token_ends_and_cloud_does_not(cloud, datacenter):
    path = "/rest/pat/latest/tokens"
    assert "expiringAt" not in said(datacenter.ask("GET", path))[0]
    datacenter.jira.expire_token(datetime(2026, 3, 20, 9, 30, tzinfo=UTC))
    assert said(datacenter.ask("GET", path))[0]["expiringAt"] == "2026-03-20T09:30:00.000Z"
    assert cloud.ask("GET", path).status == 404


def test_the_server_says_what_it_is(desk):
    info = said(desk.ask("GET", "serverInfo"))
    assert info["deploymentType"] == ("Cloud" if desk.cloud else "Server")
    assert info["versionNumbers"] == [int(part) for part in info["version"].split("-")[0].split(".")]


def test_the_account_is_shown_with_its_time_zone(desk):
    desk.jira.account_zone("Pacific/Kiritimati")
    own = said(desk.ask("GET", "myself"))
    assert own["timeZone"] == "Pacific/Kiritimati"
    assert ("accountId" in own, "name" in own) == (desk.cloud, not desk.cloud)


def test_permissions_are_those_of_the_project(desk):
    desk.jira.make_read_only("WEB")
    names = "BROWSE_PROJECTS,CREATE_ISSUES"

    def held(project):
        reply = said(desk.ask("GET", "mypermissions", permissions=names, projectKey=project))["permissions"]
        return {name: reply[name]["havePermission"] for name in names.split(",")}

    assert held("OPS") == {"BROWSE_PROJECTS": True, "CREATE_ISSUES": True}
    assert held("WEB") == {"BROWSE_PROJECTS": True, "CREATE_ISSUES": False}
    assert desk.ask("GET", "mypermissions", permissions=names, projectKey="NONE").status == 404


# --- creating ---------------------------------------------------------------------------------------------------------


def test_a_created_issue_holds_what_was_sent(desk):
    key = desk.key(
        "Alert on pool use",
        description="h3. Why\nIt *broke*.",
        labels=["syncd", "postmortem"],
        duedate="2026-03-15",
        priority={"name": "High"},
        assignee=desk.person("alice"),
        components=[{"name": "Platform"}],
        customfield_10030={"value": "Staging"},
    )
    issue = desk.jira.issue(key)
    assert (issue.summary, issue.description) == ("Alert on pool use", "h3. Why\nIt *broke*.")
    assert (issue.labels, issue.duedate, issue.priority) == (("postmortem", "syncd"), "2026-03-15", "High")
    assert issue.assignee == desk.jira.person("alice").account_id
    assert (issue.components, issue.customfields) == (("Platform",), {"customfield_10030": "Staging"})
    shown = desk.fields(key)
    assert shown["status"]["statusCategory"]["key"] == "new"
    assert shown["customfield_10030"]["value"] == "Staging"
    assert shown["created"] == "2026-03-01T12:00:00.000+0000"


def test_the_same_create_twice_makes_two_issues(desk):
    assert (desk.key("Once"), desk.key("Once")) == ("OPS-1", "OPS-2")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("summary", "", "You must specify a summary"),
        ("summary", None, "You must specify a summary"),
        ("summary", "two\nlines", "newline"),
        ("summary", "x" * 256, "255"),
        ("summary", 7, "must be a string"),
        ("description", "x" * 32_768, "32,767"),
        ("description", {"type": "doc"}, "must be a string"),
        ("labels", "syncd", "not an array"),
        ("labels", ["two words"], "contains spaces"),
        ("labels", ["x" * 256], "255"),
        ("labels", [7], "string expected"),
        ("duedate", "15.03.2026", "Error parsing date"),
        ("duedate", "2026-02-30", "Error parsing date"),
        ("duedate", "2026-03-15T00:00:00Z", "Error parsing date"),
        ("priority", {"name": "Urgent"}, "Priority name 'Urgent' is not valid"),
        ("priority", {"id": "99"}, "Priority id '99' is not valid"),
        ("priority", "High", "not an object"),
        ("components", [{"name": "Nowhere"}], "Component name 'Nowhere' is not valid"),
        ("components", {"name": "Platform"}, "not an array"),
        ("issuetype", {"name": "Chore"}, "issue type"),
        ("issuetype", {}, "issue type"),
        ("project", {"key": "NONE"}, "project is required"),
        ("project", "OPS", "project is required"),
        ("parent", {"key": "OPS-99"}, ""),
        ("assignee", "alice", "not an object"),
        ("customfield_10010", 7, "must be a string"),
        ("customfield_10016", "7", "must be a number"),
        ("customfield_10030", "Staging", "'id' or 'value'"),
        ("customfield_10030", {"value": "Moon"}, "'Moon' is not valid"),
        ("customfield_10031", {"value": "Staging"}, "not an array"),
        ("customfield_99999", "x", OFF_SCREEN),
        ("environment", "x", OFF_SCREEN),
        ("resolution", {"name": "Done"}, OFF_SCREEN),
        ("status", {"name": "Done"}, OFF_SCREEN),
        ("due", "2026-03-15", OFF_SCREEN),
    ],
)
def test_a_create_that_jira_would_refuse_names_the_field(desk, field, value, message):
    given = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "Add an alert", field: value}
    reply = desk.provoke("POST", "issue", {"fields": given})
    assert reply.status == 400
    assert message in errors(reply)[field]
    assert desk.jira.issues() == []


def test_all_refused_fields_are_named_at_once(desk):
    fields = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "", "duedate": "soon", "x": 1}
    assert set(errors(desk.provoke("POST", "issue", {"fields": fields}))) == {"summary", "duedate", "x"}


@pytest.mark.parametrize("body", [[], {}, {"field": {}}, {"fields": []}, {"fields": {}, "notify": False}])
def test_a_body_that_is_no_create_is_refused(desk, body):
    assert desk.provoke("POST", "issue", body).status == 400


def test_a_refusal_for_length_burns_a_number_and_no_other_does(desk):
    assert desk.create("x" * 256).status == 400
    assert desk.create("fine", duedate="soon").status == 400
    assert desk.key("fine") == "OPS-2"


def test_people_who_cannot_be_assigned_are_refused(desk):
    desk.jira.deactivate("bob")
    for name in ("bob", "carol"):
        assert "cannot be assigned" in errors(desk.create(assignee=desk.person(name)))["assignee"]


def test_each_flavour_knows_people_only_by_its_own_name_for_them(cloud, datacenter):
    assert "accountId" in errors(cloud.create(assignee={"name": "alice"}))["assignee"]
    assert "name" in errors(datacenter.create(assignee=cloud.person("alice")))["assignee"]
    for desk, nobody in ((cloud, {"accountId": "nobody"}), (datacenter, {"name": "nobody"})):
        assert "does not exist" in errors(desk.create(assignee=nobody))["assignee"]


def test_required_fields_are_asked_for_per_issue_type(desk):
    desk.jira.require("customfield_10010")
    assert errors(desk.create()) == {"customfield_10010": "Team is required."}
    assert desk.create(customfield_10010="SRE").status == 201
    assert desk.create(issuetype={"name": "Bug"}).status == 201


def test_an_epic_is_a_parent_on_cloud_and_a_link_on_data_center(cloud, datacenter):
    for desk in (cloud, datacenter):
        desk.jira.person_creates("Reliability", issuetype="Epic")
    key = cloud.key(parent={"key": "OPS-1"})
    assert cloud.fields(key)["parent"]["key"] == "OPS-1"
    assert OFF_SCREEN in errors(datacenter.create(parent={"key": "OPS-1"}))["parent"]
    assert datacenter.fields(datacenter.key(customfield_10014="OPS-1"))["customfield_10014"] == "OPS-1"


def test_a_parent_must_be_one_the_account_can_see_and_no_sub_task(cloud):
    for name, kind in (("forbidden", "Epic"), ("child", "Sub-task")):
        cloud.jira.person_creates(name, issuetype=kind)
    cloud.jira.forbid("OPS-1")
    assert "Could not find issue" in errors(cloud.create(parent={"key": "OPS-1"}))["parent"]
    assert "hierarchy" in errors(cloud.create(parent={"key": "OPS-2"}))["parent"]


def test_without_permission_nothing_is_created(desk):
    desk.jira.make_read_only("OPS")
    assert "permission" in errors(desk.create())["project"]
    desk.jira.hide_project("OPS")
    assert "project is required" in errors(desk.create())["project"]


@pytest.mark.parametrize(("permission", "field"), [("ASSIGN_ISSUES", "assignee"), ("SCHEDULE_ISSUES", "duedate")])
def test_a_field_that_needs_a_permission_leaves_the_screen_without_it(desk, permission, field):
    project = desk.jira.site.projects["OPS"]
    desk.jira.permit("OPS", project.permissions - {permission})
    values = {"assignee": desk.person("alice"), "duedate": "2026-03-15"}
    assert OFF_SCREEN in errors(desk.create(**{field: values[field]}))[field]
    assert desk.create().status == 201


def test_the_create_screen_can_be_read_page_by_page(desk):
    desk.jira.require("customfield_10010")
    desk.jira.site.meta_page = 4
    types = said(desk.ask("GET", "issue/createmeta/OPS/issuetypes", maxResults=100))
    names = types["issueTypes" if desk.cloud else "values"]
    assert (len(names), types["total"], types["maxResults"]) == (4, 5, 4)
    fields, start = {}, 0
    while True:
        page = said(desk.ask("GET", "issue/createmeta/OPS/issuetypes/10001", startAt=start))
        entries = page["fields" if desk.cloud else "values"]
        fields |= {entry["fieldId"]: entry["required"] for entry in entries}
        start += len(entries)
        if start >= page["total"]:
            break
    assert {name for name, required in fields.items() if required} == {
        "project",
        "issuetype",
        "summary",
        "customfield_10010",
    }
    assert ("parent" in fields, "customfield_10014" in fields) == (desk.cloud, not desk.cloud)


# --- reading ----------------------------------------------------------------------------------------------------------


def test_only_the_fields_asked_for_are_shown(desk):
    key = desk.key()
    without = said(desk.ask("GET", f"issue/{key}", fields="*all,-summary"))["fields"]
    assert "summary" not in without
    assert "status" in without
    assert set(said(desk.ask("GET", f"issue/{key}", fields="summary,status,nothing"))["fields"]) == {
        "summary",
        "status",
    }


def test_dates_carry_the_accounts_offset(desk):
    desk.jira.account_zone("Asia/Kolkata")
    assert desk.fields(desk.key())["updated"] == "2026-03-01T17:30:00.000+0530"


def test_a_moved_issue_answers_to_its_old_key_with_the_new_one(desk):
    key = desk.key()
    old = desk.jira.issue(key)
    new = desk.jira.person_moves_to_project(key, "WEB")
    reply = said(desk.ask("GET", f"issue/{key}"))
    assert (reply["key"], reply["id"], new) == ("WEB-1", old.id, "WEB-1")


def test_deleted_forbidden_and_archived_issues_answer_differently(desk):
    deleted, forbidden, archived = (desk.key(name) for name in ("deleted", "forbidden", "archived"))
    desk.jira.person_deletes(deleted)
    desk.jira.forbid(forbidden)
    desk.jira.person_archives(archived)
    seen = [desk.ask("GET", f"issue/{key}").status for key in (deleted, forbidden, archived)]
    assert seen == [404, 404 if desk.cloud else 403, 200]
    desk.jira.allow(forbidden)
    assert desk.ask("GET", f"issue/{forbidden}").status == 200


def test_a_project_that_is_gone_takes_its_issues_along(desk):
    key = desk.key()
    desk.jira.hide_project("OPS")
    assert desk.ask("GET", "project/OPS").status == 404
    assert desk.ask("GET", f"issue/{key}").status == 404
    assert desk.search("project = OPS").status == 400
    desk.jira.show_project("OPS")
    assert desk.keys("project = OPS") == [key]


def test_people_are_found_by_the_flavours_own_words(cloud, datacenter):
    for desk, word in ((cloud, "query"), (datacenter, "username")):
        found = said(desk.ask("GET", "user/assignable/search", project="OPS", **{word: "alice@example.com"}))
        assert [person["displayName"] for person in found] == ["Alice Ames"]
        assert said(desk.ask("GET", "user/assignable/search", project="OPS", **{word: "carol"})) == []
    bob = cloud.jira.person("bob")
    assert said(cloud.ask("GET", "user", accountId=bob.account_id))["displayName"] == "Bob Byrd"
    assert said(datacenter.ask("GET", "user", username="bob"))["displayName"] == "Bob Byrd"
    assert cloud.ask("GET", "user", accountId="nobody").status == 404


@pytest.mark.parametrize("name", ["issuetype", "priority", "field", "status", "resolution"])
def test_the_catalogues_list_what_there_is(desk, name):
    assert len(said(desk.ask("GET", name))) >= 4


def test_components_are_those_of_the_project(desk):
    assert [one["name"] for one in said(desk.ask("GET", "project/OPS/components"))] == ["Platform", "Checkout"]


# --- pace -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "header"),
    [(7, "7"), (datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC), "Sun, 01 Mar 2026 12:00:30 GMT"), (None, None)],
)
def test_a_rate_limit_refuses_before_anything_happens(desk, after, header):
    desk.jira.limit(2, after=after, reason="jira-quota-tenant-based")
    replies = [desk.create() for _ in range(3)]
    assert [reply.status for reply in replies] == [429, 429, 201]
    assert replies[0].headers.get("Retry-After") == header
    assert replies[0].headers["RateLimit-Reason"] == "jira-quota-tenant-based"
    assert len(desk.jira.issues()) == 1


def test_a_limit_per_issue_stops_only_writing(desk):
    key = desk.key()
    desk.jira.limit(1, reason="jira-per-issue-on-write")
    assert desk.ask("GET", f"issue/{key}").status == 200
    assert desk.ask("PUT", f"issue/{key}", {"fields": {"summary": "x"}}).status == 429
    assert desk.ask("PUT", f"issue/{key}", {"fields": {"summary": "x"}}).status == 204


def test_the_nearness_of_a_limit_is_announced(desk):
    desk.jira.gate.near_limit = True
    assert desk.ask("GET", "myself").headers["X-RateLimit-NearLimit"] == "true"


# --- what is not there ------------------------------------------------------------------------------------------------


def test_what_is_not_emulated_is_not_found(desk):
    assert desk.ask("GET", "/rest/applinks/latest/listApplicationlinks").status == 404
    assert desk.provoke("DELETE", "issue").status == 405
    assert desk.provoke("GET", "/rest/api/3/myself").status == 404


def test_bodies_must_be_json(desk):
    headers = desk.headers()
    path = "/rest/api/2/issue"
    assert desk.jira(Request("POST", path, headers=headers, body=b"{")).status == 400
    assert desk.jira(Request("POST", path, headers={**headers, "content-type": "text/plain"}, body=b"{}")).status == 415


# --- the library ------------------------------------------------------------------------------------------------------


def test_the_jira_library_works_against_it(desk):
    with Server(desk.handler) as server:
        client = desk.client(server)
        fields = {
            "project": {"key": "OPS"},
            "issuetype": {"name": "Task"},
            "summary": "Add an alert",
            "labels": ["syncd"],
        }
        made = client.create_issue(fields=fields, prefetch=False)
        client.issue(made.key).update(fields={"duedate": date(2026, 3, 15).isoformat()}, notify=True)
        (way,) = [way for way in client.transitions(made.key, expand="transitions.fields") if way["name"] == "Done"]
        client.transition_issue(made.key, way["id"])
        (found,) = client.search_issues("labels = syncd", fields="status,resolution,duedate", use_post=True)
        client.create_issue_link("Relates", made.key, desk.jira.person_creates("Another"))
        client.close()
        assert server.count("POST", "/rest/api/2/issue") == 1
    assert (found.fields.status.statusCategory.key, found.fields.resolution.name) == ("done", "Done")
    assert found.fields.duedate == "2026-03-15"
    assert len(desk.jira.issue_links("OPS-1")) == 1


def test_the_jira_library_sees_refusals_with_their_words(desk):
    with Server(desk.handler) as server:
        client = desk.client(server)
        with pytest.raises(JIRAError, match=r"Issue (does not exist|Does Not Exist)") as caught:
            client.issue("OPS-404")
        client.close()
    assert caught.value.status_code == 404
