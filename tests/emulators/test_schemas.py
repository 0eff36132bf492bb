"""The checks themselves, on small descriptions of their own: the vendors' files are not needed."""

from __future__ import annotations

import json

import pytest

from tests.emulators.http import Request, Response
from tests.emulators.schemas import Found, SchemaViolations, checked, describe, violations

ISSUE = {
    "type": "object",
    "properties": {
        "number": {"type": "integer"},
        "reason": {"type": ["string", "null"], "enum": ["done", "dropped"]},
        "at": {"type": "string", "format": "date-time"},
    },
    "required": ["number"],
    "additionalProperties": False,
}
BODY = {
    "type": "object",
    "properties": {"title": {"type": "string"}},
    "required": ["title"],
    "additionalProperties": True,
}
PARAMETERS = [
    {"name": "owner", "in": "path", "required": True, "schema": {"type": "string"}},
    {"name": "state", "in": "query", "schema": {"type": "string", "enum": ["open", "closed"]}},
    {"name": "page", "in": "query", "schema": {"type": "integer"}},
    {"name": "q", "in": "query", "required": True, "schema": {"type": "array", "items": {"type": "integer"}}},
]
GITHUB = {
    "POST /repos/{owner}/issues": {"params": [], "body": BODY, "required": True, "responses": {"201": ISSUE}},
    "GET /repos/{owner}/issues": {
        "params": PARAMETERS,
        "body": None,
        "required": False,
        "responses": {"200": {"type": "array", "items": ISSUE}},
    },
    "GET /repos/{owner}/issues/{number}": {"params": [], "body": None, "required": False, "responses": {"200": ISSUE}},
    "GET /repos/{owner}/issues/latest": {"params": [], "body": None, "required": False, "responses": {}},
    "GET /repos/{owner}/contents/{path}": {"params": [], "body": None, "required": False, "responses": {}},
}
WRITE_FIELDS = {"fields": {"type": "object", "additionalProperties": {"type": "object"}}}
JIRA_WRITE = {"type": "object", "properties": WRITE_FIELDS}


def described(ops):
    return {"ops": ops}


def jira_ops(version, responses):
    return {
        f"POST /rest/api/{version}/issue": {
            "params": [],
            "body": {"type": "object", "properties": {"fields": {"type": "object"}}},
            "required": True,
            "responses": responses,
        }
    }


@pytest.fixture
def place(tmp_path):
    """A folder like the vendors' files, with a few operations."""
    folder = tmp_path / "by-operation"
    folder.mkdir()
    key = {"type": "object", "properties": {"key": {"type": "string"}}, "additionalProperties": False}
    datacenter_issue = {"params": [], "body": JIRA_WRITE, "required": False, "responses": {}}
    files = {
        "github": GITHUB,
        "ghes": {name: {**op, "responses": {}} for name, op in GITHUB.items()},
        "jira2": jira_ops(2, {}),
        "jira3": jira_ops(3, {"201": key}),
        "jiradc": {
            "PUT /rest/api/2/issue/{id}": datacenter_issue,
            "GET /rest/api/2/field": {"params": [], "body": None, "required": False, "responses": {}},
        },
    }
    for name, ops in files.items():
        (folder / f"{name}.json").write_text(json.dumps(described(ops)))
    field = {"type": "object", "properties": {"id": {"type": "string"}}}
    content = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Field"}}}}
    datacenter = {
        "paths": {"/rest/api/2/field": {"get": {"responses": {"200": content}}}},
        "components": {"schemas": {"Field": field}},
    }
    (tmp_path / "jira-datacenter-11.json").write_text(json.dumps(datacenter))
    return tmp_path


def said(place, service, request, response):
    return [f"{one.side} {one.where}" for one in violations(place, service, request, response)]


def post(path, body):
    return Request("POST", path, body=json.dumps(body).encode())


def test_an_exchange_as_described_passes(place):
    request = post("/repos/acme/issues", {"title": "x"})
    assert said(place, "github", request, Response(status=201, json={"number": 1, "reason": None})) == []


@pytest.mark.parametrize(
    ("request_", "response", "wrong"),
    [
        (
            post("/repos/acme/issues", {"titel": "x", "title": "x"}),
            Response(status=201, json={"number": 1}),
            "request $",
        ),
        (post("/repos/acme/issues", {"title": 7}), Response(status=201, json={"number": 1}), "request $.title"),
        (post("/repos/acme/issues", {}), Response(status=422), "request $"),
        (post("/repos/acme/issues", {"title": "x"}), Response(status=201, json={"number": "1"}), "reply $.number"),
        (post("/repos/acme/issues", {"title": "x"}), Response(status=201, json={}), "reply $"),
        (post("/repos/acme/issues", {"title": "x"}), Response(status=201, body=b"<html>"), "reply $"),
        (post("/repos/acme/issues", {"title": "x"}), Response(status=200, json={"number": 1}), "reply $"),
        (
            post("/repos/acme/issues", {"title": "x"}),
            Response(status=201, json={"number": 1, "at": "2026-03-01T12:00:00.000+0000"}),
            "reply $.at",
        ),
        (
            post("/repos/acme/issues", {"title": "x"}),
            Response(status=201, json={"number": 1, "reason": "lost"}),
            "reply $.reason",
        ),
        (Request("POST", "/repos/acme/issues", body=b"{"), Response(status=400), "request $"),
        (Request("GET", "/repos/acme/issues/1", body=b"{}"), Response(json={"number": 1}), "request $"),
        (Request("GET", "/repos/acme/nothing"), Response(status=404), "path /repos/acme/nothing"),
        (Request("DELETE", "/repos/acme/issues"), Response(status=404), "path /repos/acme/issues"),
        (Request("GET", "/repos/acme/issues", {"q": "1", "sate": "open"}), Response(json=[]), "query sate"),
        (Request("GET", "/repos/acme/issues", {"q": "1", "state": "shut"}), Response(json=[]), "query state"),
        (Request("GET", "/repos/acme/issues", {"q": "1", "page": "two"}), Response(json=[]), "query page"),
        (Request("GET", "/repos/acme/issues", {"q": "1,b"}), Response(json=[]), "query q"),
        (Request("GET", "/repos/acme/issues"), Response(json=[]), "query q"),
    ],
)
def test_each_break_of_the_description_is_named(place, request_, response, wrong):
    assert said(place, "github", request_, response) == [wrong]


def test_refusals_are_not_checked_but_what_provoked_them_is(place):
    request = post("/repos/acme/issues", {"title": 7})
    assert said(place, "github", request, Response(status=422, json={"anything": 1})) == ["request $.title"]


def test_a_literal_path_wins_over_a_parameter_and_a_path_may_hold_slashes(place):
    assert said(place, "github", Request("GET", "/repos/acme/issues/latest"), Response(json={"free": 1})) == []
    assert said(place, "github", Request("GET", "/repos/acme/contents/docs/a.md"), Response(json={})) == []


def test_only_the_ends_of_long_lists_are_checked(place):
    bad, good = {"number": "1"}, {"number": 1}
    request = Request("GET", "/repos/acme/issues", {"q": "1"})
    assert said(place, "github", request, Response(json=[good] * 50 + [bad])) == ["reply $[3].number"]
    assert said(place, "github", request, Response(json=[good] * 50 + [bad] + [good])) == []


def test_the_enterprise_servers_replies_are_those_of_github(place):
    request = post("/api/v3/repos/acme/issues", {"title": "x"})
    assert said(place, "ghes", request, Response(status=201, json={"number": "1"})) == ["reply $.number"]


def test_graphql_and_application_links_are_outside(place):
    assert said(place, "github", post("/graphql", {"query": "x"}), Response(json={})) == []
    links = Request("GET", "/rest/applinks/latest/listApplicationlinks")
    assert said(place, "jira2", links, Response(status=404)) == []


@pytest.mark.parametrize("version", [2, 3])
def test_both_versions_of_clouds_api_are_one_service(place, version):
    request = post(f"/rest/api/{version}/issue", {"fields": {"summary": "x"}})
    for service in ("jira2", "jira3"):
        assert said(place, service, request, Response(status=201, json={"key": "OPS-1"})) == []
        assert said(place, service, request, Response(status=201, json={"kee": "OPS-1"})) == ["reply $"]


def test_data_centers_lists_and_fields_may_be_what_they_are(place):
    assert said(place, "jiradc", Request("GET", "/rest/api/2/field"), Response(json=[{"id": "a"}])) == []
    assert said(place, "jiradc", Request("GET", "/rest/api/2/field"), Response(json=[{"id": 1}])) == ["reply $[0].id"]
    edit = Request("PUT", "/rest/api/2/issue/1", body=b'{"fields": {"summary": "x"}}')
    assert said(place, "jiradc", edit, Response(status=204)) == []
    edit = Request("PUT", "/rest/api/2/issue/1", body=b'{"field": {"summary": "x"}}')
    assert said(place, "jiradc", edit, Response(status=204)) == ["request $"]


def test_violations_are_collected_and_raised_once_at_the_end(place, monkeypatch):
    monkeypatch.setenv("SYNCD_SCHEMAS", str(place))
    found = Found()
    handler = checked(lambda request: Response(status=201, json={"number": "1"}), "github", found)
    for _ in range(2):
        assert handler(post("/repos/acme/issues", {"title": "x"})).status == 201
    with pytest.raises(SchemaViolations, match=r"POST /repos/acme/issues: reply \$\.number") as caught:
        found.verify()
    assert str(caught.value).count("\n") == 0
    found.verify()


def test_without_the_descriptions_nothing_is_checked_and_the_run_says_so(tmp_path, place, monkeypatch):
    def handler(request):
        return Response()

    monkeypatch.setenv("SYNCD_SCHEMAS", str(tmp_path / "none"))
    assert checked(handler, "github") is handler
    assert describe().startswith("schema checks: off")
    monkeypatch.setenv("SYNCD_SCHEMAS", str(place))
    assert describe() == f"schema checks: on ({place})"
