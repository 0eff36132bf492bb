from __future__ import annotations

from datetime import timedelta

import pytest

from tests.emulators.jira_desk import START, Desk, errors, said


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


@pytest.fixture
def stocked(desk):
    """Four issues, an hour apart, the last in WEB."""
    jira = desk.jira
    jira.person_creates("Alert on pool use", labels=["syncd", "syncd-0a1b"], description="Find the leak")
    desk.later(hours=1)
    jira.person_creates("Freeze deploys", labels=["syncd"], issuetype="Bug")
    desk.later(hours=1)
    jira.person_creates("Write the runbook")
    jira.person_moves("OPS-3", "Done")
    desk.later(hours=1)
    jira.person_creates("Speed up the cart", project="WEB", labels=["other"])
    return desk


@pytest.mark.parametrize(
    ("jql", "found"),
    [
        ("project = OPS", ["OPS-3", "OPS-2", "OPS-1"]),
        ('project = "Ops project"', ["OPS-3", "OPS-2", "OPS-1"]),
        ("project in (OPS, WEB) AND labels = syncd", ["OPS-2", "OPS-1"]),
        ('labels = "syncd-0a1b"', ["OPS-1"]),
        ("labels in (other, syncd-0a1b)", ["WEB-1", "OPS-1"]),
        ("labels != other", ["OPS-2", "OPS-1"]),
        ("labels is EMPTY", ["OPS-3"]),
        ("key in (OPS-1, ops-2)", ["OPS-2", "OPS-1"]),
        ("id in (10100, 10103)", ["WEB-1", "OPS-1"]),
        ("issue = OPS-2", ["OPS-2"]),
        ("project = OPS AND NOT key = OPS-2", ["OPS-3", "OPS-1"]),
        ("project = OPS AND (labels = syncd OR statusCategory = Done)", ["OPS-3", "OPS-2", "OPS-1"]),
        ("project = WEB OR project = OPS AND statusCategory = Done", ["WEB-1", "OPS-3"]),
        ('statusCategory = "To Do" and project = OPS', ["OPS-2", "OPS-1"]),
        ("status = Done", ["OPS-3"]),
        ("resolution = Unresolved AND project = OPS", ["OPS-2", "OPS-1"]),
        ('resolution != "Won\'t Do"', ["OPS-3"]),
        ("issuetype = Bug", ["OPS-2"]),
        ('summary ~ "pool alert"', ["OPS-1"]),
        ('summary ~ "leak"', []),
        ('text ~ "leak"', ["OPS-1"]),
        ('description ~ "the leak"', ["OPS-1"]),
        ("project = OPS ORDER BY key ASC", ["OPS-1", "OPS-2", "OPS-3"]),
        ("project in (WEB, OPS) ORDER BY updated ASC", ["OPS-1", "OPS-2", "OPS-3", "WEB-1"]),
        ("project = OPS order by issuetype", None),
    ],
)
def test_queries_mean_what_they_mean_in_jira(stocked, jql, found):
    if found is None:
        assert stocked.search(jql).status == 400
    else:
        assert stocked.keys(jql) == found


@pytest.mark.parametrize(
    ("limit", "found"),
    [
        ("-90m", ["WEB-1", "OPS-3"]),
        ('"-2h"', ["WEB-1", "OPS-3", "OPS-2"]),
        ('"2026-03-01 13:00"', ["WEB-1", "OPS-3", "OPS-2"]),
        ('"2026/03/01 13:01"', ["WEB-1", "OPS-3"]),
        ('"2026-03-02"', []),
        (str(int((START + timedelta(hours=2)).timestamp() * 1000)), ["WEB-1", "OPS-3"]),
    ],
)
def test_moments_are_read_in_every_form(stocked, limit, found):
    assert stocked.keys(f"updated >= {limit}") == found


def test_dates_in_a_query_are_in_the_accounts_zone_and_numbers_are_not(stocked):
    stocked.jira.account_zone("Pacific/Honolulu")
    assert stocked.keys('updated >= "2026-03-01 04:00"') == ["WEB-1", "OPS-3"]
    milliseconds = int((START + timedelta(hours=2)).timestamp() * 1000)
    assert stocked.keys(f"updated >= {milliseconds}") == ["WEB-1", "OPS-3"]


@pytest.mark.parametrize(
    ("jql", "message"),
    [
        ("project = NONE", "The value 'NONE' does not exist for the field 'project'."),
        ("status = Fertig", "does not exist for the field 'status'"),
        ("color = red", "Field 'color' does not exist"),
        ("labels ~ syncd", "operator '~' is not supported"),
        ("summary = x", "operator '=' is not supported"),
        ('updated >= "2026-03-01T13:00:00Z"', "Date value"),
        ('updated >= "2026-03-01 13:00:30"', "Date value"),
        ("labels = a@b", "reserved JQL character"),
        ("labels = order", "reserved JQL word"),
        ("labels = two words", "Expecting either 'OR' or 'AND'"),
        ('labels = "open', "has not been completed"),
        (r'labels = "a\b"', "illegal JQL escape"),
        ("labels in (a", "Expecting ')'"),
        ("labels in ()", "reserved"),
        ("labels", "Expecting operator"),
        ("labels =", "Expecting a value"),
        ("key = nonsense", "is invalid"),
        ("labels = currentUser()", "Unable to find JQL function"),
        ('summary ~ "*"', "not allowed to be empty"),
    ],
)
def test_queries_jira_cannot_read_are_refused_in_its_words(desk, jql, message):
    reply = desk.search(jql)
    assert reply.status == 400
    assert message in errors(reply)[""]


@pytest.mark.parametrize(
    ("label", "quoted"),
    [
        ('say"hi"', r'"say\"hi\""'),
        ('say"hi"', "'say\"hi\"'"),
        ("a\\b", r'"a\\b"'),
        ("order", '"order"'),
        ("\u00fcn\u00ef@x", r'"\u00fcn\u00ef@x"'),
        ("@x", r'"\u0040x"'),
    ],
)
def test_quoted_words_may_hold_anything(desk, label, quoted):
    key = desk.jira.person_creates("x", labels=[label])
    assert desk.keys(f"labels = {quoted}") == [key]


def test_new_issues_and_changes_reach_the_index_late(desk):
    desk.jira.set_lag(timedelta(minutes=5))
    key = desk.key(labels=["syncd"])
    assert desk.keys("labels = syncd") == []
    assert desk.ask("GET", f"issue/{key}").status == 200
    desk.later(minutes=5)
    assert desk.keys("labels = syncd") == [key]
    desk.jira.person_moves(key, "Done")
    (seen,) = said(desk.search("labels = syncd", fields=["status"]))["issues"]
    assert seen["fields"]["status"]["name"] == "To Do"
    assert desk.fields(key)["status"]["name"] == "Done"
    desk.later(minutes=5)
    assert desk.keys("statusCategory = Done") == [key]


def test_archived_forbidden_and_deleted_issues_are_not_found(desk):
    keys = [desk.jira.person_creates(name) for name in ("archived", "forbidden", "deleted", "plain")]
    desk.jira.person_archives(keys[0])
    desk.jira.forbid(keys[1])
    desk.jira.person_deletes(keys[2])
    assert desk.keys("project = OPS") == [keys[3]]


def test_remote_links_can_be_searched_by_their_global_id(desk):
    key = desk.key()
    body = {"globalId": "syncd=1", "object": {"url": "https://wiki.test/a", "title": "A"}}
    desk.ask("POST", f"issue/{key}/remotelink", body)
    assert desk.keys('issue in issuesWithRemoteLinksByGlobalId("syncd=1")') == [key]
    assert desk.keys('issue in issuesWithRemoteLinksByGlobalId("syncd=2")') == []


# --- Cloud ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [2, 3])
def test_cloud_pages_by_token_a_hundred_at_most(cloud, version):
    for number in range(205):
        cloud.jira.person_creates(f"Item {number}", labels=["syncd"])
    path, seen, sizes, token = f"/rest/api/{version}/search/jql", [], [], None
    while True:
        body = {"jql": "labels = syncd", "fields": ["summary"], "maxResults": 500}
        page = said(cloud.ask("POST", path, body | ({"nextPageToken": token} if token else {})))
        sizes.append(len(page["issues"]))
        seen += [issue["key"] for issue in page["issues"]]
        token = page.get("nextPageToken")
        if page["isLast"]:
            break
    assert (sizes, len(set(seen)), token) == ([100, 100, 5], 205, None)


def test_cloud_gives_ids_alone_unless_fields_are_named(cloud):
    key = cloud.key(labels=["syncd"])
    (found,) = said(cloud.ask("GET", "search/jql", jql="labels = syncd"))["issues"]
    assert found == {"id": cloud.jira.issue(key).id}
    (found,) = said(cloud.ask("GET", "search/jql", jql="labels = syncd", fields="summary,labels"))["issues"]
    assert (found["key"], set(found["fields"])) == (key, {"summary", "labels"})


def test_cloud_shows_issues_to_reconcile_as_they_are(cloud):
    cloud.jira.set_lag(timedelta(minutes=5))
    known, unknown = cloud.key(labels=["syncd"]), cloud.key(labels=["syncd"])
    ids = [int(cloud.jira.issue(known).id)]
    found = said(cloud.search("labels = syncd", fields=["summary"], reconcileIssues=ids))["issues"]
    assert [issue["key"] for issue in found] == [known] != [unknown]
    assert cloud.search("labels = syncd", reconcileIssues=list(range(51))).status == 400


@pytest.mark.parametrize("jql", ["", "ORDER BY created"])
def test_cloud_refuses_a_query_without_bounds(cloud, jql):
    assert "Unbounded" in errors(cloud.search(jql))[""]


def test_cloud_refuses_a_token_of_another_query(cloud):
    for _ in range(2):
        cloud.jira.person_creates("x", labels=["a", "b"])
    token = said(cloud.search("labels = a", maxResults=1))["nextPageToken"]
    assert said(cloud.search("labels = a", maxResults=1, nextPageToken=token))["isLast"] is True
    for jql, wrong in (("labels = b", token), ("labels = a", "rubbish")):
        assert "token" in errors(cloud.search(jql, nextPageToken=wrong))[""]


@pytest.mark.parametrize("version", [2, 3])
def test_clouds_old_search_is_gone(cloud, version):
    assert cloud.ask("POST", f"/rest/api/{version}/search", {"jql": "project = OPS"}).status == 410


@pytest.mark.parametrize("extra", [{"validateQuery": False}, {"startAt": 0}, {"maxResults": "many"}])
def test_cloud_refuses_what_its_search_does_not_take(cloud, extra):
    assert cloud.provoke("POST", "search/jql", {"jql": "project = OPS", **extra}).status == 400


@pytest.mark.parametrize("version", [2, 3])
def test_bulk_fetch_is_fresh_follows_moves_and_leaves_out_what_cannot_be_seen(cloud, version):
    cloud.jira.set_lag(timedelta(hours=1))
    moved, forbidden, deleted, archived = (cloud.key(name) for name in ("moved", "forbidden", "deleted", "archived"))
    cloud.jira.person_moves_to_project(moved, "WEB")
    cloud.jira.forbid(forbidden)
    cloud.jira.person_deletes(deleted)
    cloud.jira.person_archives(archived)
    body = {"issueIdsOrKeys": [moved, forbidden, deleted, archived, "OPS-99", "777"], "fields": ["summary"]}
    reply = said(cloud.ask("POST", f"/rest/api/{version}/issue/bulkfetch", body))
    assert [issue["key"] for issue in reply["issues"]] == ["WEB-1", archived]
    assert reply["issueErrors"] == []


def test_bulk_fetch_takes_a_hundred_ids_and_no_more(cloud):
    assert cloud.ask("POST", "issue/bulkfetch", {"issueIdsOrKeys": [str(n) for n in range(100)]}).status == 200
    for ids in ([str(n) for n in range(101)], [], [10100]):
        assert cloud.provoke("POST", "issue/bulkfetch", {"issueIdsOrKeys": ids}).status == 400


def test_v3_shows_descriptions_as_documents_and_v2_as_text(cloud):
    key = cloud.key(description="one\ntwo")
    body = {"issueIdsOrKeys": [key], "fields": ["description"]}
    shown = [said(cloud.ask("POST", f"/rest/api/{v}/issue/bulkfetch", body))["issues"][0] for v in (2, 3)]
    assert shown[0]["fields"]["description"] == "one\ntwo"
    assert [part["type"] for part in shown[1]["fields"]["description"]["content"]] == ["paragraph", "paragraph"]


# --- Data Center ------------------------------------------------------------------------------------------------------


def test_data_center_pages_by_number(datacenter):
    for number in range(55):
        datacenter.jira.person_creates(f"Item {number}", labels=["syncd"])
    first = said(datacenter.search("labels = syncd", fields=["summary"]))
    assert (first["startAt"], first["maxResults"], first["total"], len(first["issues"])) == (0, 50, 55, 50)
    rest = said(datacenter.search("labels = syncd", fields=["summary"], startAt=50, maxResults=5000))
    assert (rest["maxResults"], len(rest["issues"])) == (1000, 5)
    assert said(datacenter.search("labels = syncd", maxResults=0))["issues"] == []


def test_data_center_has_neither_tokens_nor_bulk_fetch(datacenter):
    assert datacenter.provoke("POST", "search/jql", {"jql": "project = OPS"}).status == 404
    assert datacenter.provoke("POST", "issue/bulkfetch", {"issueIdsOrKeys": ["OPS-1"]}).status in (404, 405)
    assert datacenter.provoke("POST", "/rest/api/3/search/jql", {"jql": "project = OPS"}).status == 404


@pytest.mark.parametrize("unknown", ["key in (OPS-1, OPS-99)", "id in (10100, 777)"])
def test_data_center_refuses_a_batch_with_one_unknown_ticket_unless_told_not_to(datacenter, unknown):
    key = datacenter.key()
    assert "does not exist for" in errors(datacenter.search(unknown))[""]
    reply = said(datacenter.search(unknown, validateQuery=False))
    assert [issue["key"] for issue in reply["issues"]] == [key]
    assert "does not exist" in reply["warningMessages"][0]
    assert datacenter.ask("GET", "search", jql=unknown, validateQuery="false").status == 200
