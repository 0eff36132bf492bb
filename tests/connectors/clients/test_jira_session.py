from __future__ import annotations

import json
import time

import jira
import pytest
import requests

from connectors.clients.bounded import DeadlineExceeded
from connectors.clients.jira_session import bounded_jira
from tests.connectors.clients.wire import Wire, reply
from tests.emulators.http import Response, Server

SOON = 2.0
FIELDS = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "Renew the certificate"}


def client(url, **changed):
    return bounded_jira(url=url, **{"user": "bot@example.org", "token": "open-sesame", "deadline": 0.2, **changed})


def create(url):
    return client(url).create_issue(fields=FIELDS, prefetch=False)


def answer_late(line):
    line.wait(1.0)
    line.send(reply("201 Created", b'{"key": "OPS-1"}'))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda line: line.reset(), requests.ConnectionError),
        (lambda line: line.end(), requests.ConnectionError),
        (lambda line: line.hang(), DeadlineExceeded),
        (lambda line: line.drip(b"HTTP/1.1 201 Created\r\n" + b"X: 1\r\n" * 500), DeadlineExceeded),
        (answer_late, DeadlineExceeded),
        (lambda line: line.send(reply("429 Slow down", b"", "Retry-After: 1")), jira.JIRAError),
        (
            lambda line: line.send(reply("429 Slow down", b"", "Retry-After: Mon, 23 Nov 2026 14:01:00 GMT")),
            jira.JIRAError,
        ),
        (lambda line: line.send(reply("500 No")), jira.JIRAError),
        (lambda line: line.send(reply("502 No")), jira.JIRAError),
        (lambda line: line.send(reply("503 No", b"", "Retry-After: 1")), jira.JIRAError),
        (lambda line: line.send(reply("302 Found", b"", "Location: /login")), requests.TooManyRedirects),
        (lambda line: line.send(reply("307 Again", b"", "Location: /other")), requests.TooManyRedirects),
    ],
)
def test_a_create_is_sent_once_and_ends_in_time(answer, error):
    with Wire(answer) as wire:
        before = time.monotonic()
        with pytest.raises(error):
            create(wire.url)
        assert time.monotonic() - before < SOON
    assert wire.requests == [b"POST /rest/api/2/issue"]


def test_nothing_is_asked_before_it_is_used():
    with Wire(lambda line: line.send(reply())) as wire:
        client(wire.url, deployment="Cloud")
    assert wire.connections == 0


def test_a_create_asks_nothing_else():
    with Server(lambda request: Response(status=201, json={"id": "1", "key": "OPS-1"})) as server:
        assert create(f"{server.url}/jira/").key == "OPS-1"
    [(request, _)] = server.log
    assert (request.path, request.json) == ("/jira/rest/api/2/issue", {"fields": FIELDS})
    assert request.headers["accept-language"] == "en"


@pytest.mark.parametrize(
    ("user", "header"),
    [("me", "Basic bWU6b3Blbi1zZXNhbWU="), (None, "Bearer open-sesame"), ("", "Basic Om9wZW4tc2VzYW1l")],
)
def test_a_token_is_a_password_with_a_user_and_a_bearer_token_without(user, header):
    with Server(lambda request: Response(json={})) as server:
        client(server.url, user=user).server_info()
    assert server.log[0][0].headers["authorization"] == header


@pytest.mark.parametrize(
    ("deployment", "path"),
    [("Cloud", "/rest/api/2/search/jql"), ("Server", "/rest/api/2/search"), (None, "/rest/api/2/search")],
)
def test_the_deployment_decides_on_the_search(deployment, path):
    empty = {"issues": [], "total": 0, "maxResults": 50, "startAt": 0, "isLast": True}
    with Server(lambda request: Response(json=[] if request.path.endswith("/field") else empty)) as server:
        client(server.url, deployment=deployment).search_issues("project = OPS")
    assert path in [request.path for request, _ in server.log]


def test_a_remote_link_asks_nothing_else():
    with Server(lambda request: Response(status=201, json={"id": 1, "self": "x"})) as server:
        issue = jira.Issue({}, None, {"id": "1", "key": "OPS-1", "fields": {}})
        client(server.url).add_remote_link(issue, {"url": "https://wiki.example.org/p", "title": "P"}, globalId="g")
    [(request, _)] = server.log
    assert (request.method, request.json["globalId"]) == ("POST", "g")


def test_its_exceptions_do_not_hold_the_token():
    with Wire(lambda line: line.hang()) as wire, pytest.raises(DeadlineExceeded) as caught:
        create(wire.url)
    assert "open-sesame" not in json.dumps([str(caught.value), repr(caught.value)])
