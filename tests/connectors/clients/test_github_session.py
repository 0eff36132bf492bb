from __future__ import annotations

import time

import github
import pytest
import requests
from github.Auth import Token

from connectors.clients.bounded import DeadlineExceeded
from connectors.clients.github_session import MOVED_TO, bounded_github
from tests.connectors.clients.wire import Wire, reply
from tests.emulators.http import Response, Server

SOON = 2.0


def client(url, *, deadline=0.2):
    return bounded_github(auth=Token("open-sesame"), base_url=url, deadline=deadline)


def create(url):
    return client(url).get_repo("acme/shop").create_issue("Renew the certificate")


def answer_late(line):
    line.wait(1.0)
    line.send(reply("201 Created", b'{"number": 1}'))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda line: line.reset(), requests.ConnectionError),
        (lambda line: line.end(), requests.ConnectionError),
        (lambda line: line.hang(), DeadlineExceeded),
        (lambda line: line.drip(b"HTTP/1.1 201 Created\r\n" + b"X: 1\r\n" * 500), DeadlineExceeded),
        (answer_late, DeadlineExceeded),
        (lambda line: line.send(reply("403 No", b'{"message": "API rate limit exceeded"}', "Retry-After: 1")), None),
        (lambda line: line.send(reply("429 Slow down", b"{}", "Retry-After: 1")), None),
        (lambda line: line.send(reply("500 No")), None),
        (lambda line: line.send(reply("502 No", b"<html>")), None),
        (lambda line: line.send(reply("503 No", b"{}", "Retry-After: 1")), None),
    ],
)
def test_a_create_is_sent_once_and_ends_in_time(answer, error):
    with Wire(answer) as wire:
        before = time.monotonic()
        with pytest.raises(error or github.GithubException):
            create(wire.url)
        assert time.monotonic() - before < SOON
    assert wire.requests == [b"POST /repos/acme/shop/issues"]


@pytest.mark.parametrize(
    "read",
    [
        lambda client: client.withLazy(False).get_repo("acme/shop"),
        lambda client: client.requester.withLazy(False).requestJsonAndCheck("GET", "/rate_limit"),
        lambda client: client.get_user().login,
        lambda client: list(client.get_repo("acme/shop").get_issues()),
        lambda client: client.requester.withAuth(None).requestJsonAndCheck("GET", "/rate_limit"),
        lambda client: client.requester.withApiVersion("2022-11-28").requestJsonAndCheck("GET", "/rate_limit"),
    ],
)
def test_every_way_to_ask_is_bounded(read):
    with Wire(lambda line: line.drip(b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 500)) as wire:
        before = time.monotonic()
        with pytest.raises(DeadlineExceeded):
            read(client(wire.url))
        assert time.monotonic() - before < SOON
    assert len(wire.requests) == 1


def test_other_clients_of_the_library_stay_as_they_are():
    client("https://api.example.org")
    assert github.Github().requester.__class__ is github.Requester.Requester


def test_nothing_is_asked_before_it_is_used():
    with Wire(lambda line: line.send(reply())) as wire:
        client(wire.url).get_repo("acme/shop").get_issue(1)
    assert wire.connections == 0


def test_calls_share_a_connection_and_are_not_delayed():
    with Wire(lambda line: line.send(reply("201 Created", b'{"number": 1}'))) as wire:
        repository = client(wire.url, deadline=5).get_repo("acme/shop")
        before = time.monotonic()
        for _ in range(5):
            assert repository.create_issue("Renew the certificate").number == 1
        assert time.monotonic() - before < 1.0  # the library alone waits for a second between two of them
    assert (len(wire.requests), wire.connections) == (5, 1)


def test_a_prefix_of_an_enterprise_server_is_kept_and_lists_are_long():
    with Server(lambda request: Response(json=[])) as server:
        assert list(client(f"{server.url}/api/v3").get_repo("acme/shop").get_issues()) == []
    [(request, _)] = server.log
    assert request.path == "/api/v3/repos/acme/shop/issues"
    assert request.query["per_page"] == "100"
    assert request.headers["authorization"] == "token open-sesame"
    assert request.headers["user-agent"] == "syncd"


def test_its_exceptions_do_not_hold_the_token():
    with Wire(lambda line: line.hang()) as wire, pytest.raises(DeadlineExceeded) as caught:
        create(wire.url)
    assert "open-sesame" not in str(caught.value) + repr(caught.value)


@pytest.mark.parametrize(("follow", "requests_seen"), [(True, 2), (False, 1)])
def test_a_moved_repository_is_followed_only_when_that_is_wanted(follow, requests_seen):
    def answer(line):
        moved = reply("301 Moved", b"{}", f"Location: http://{wire.address}/repositories/7/issues")
        line.send(moved if len(wire.requests) == 1 else reply("201 Created", b'{"number": 1}'))

    with Wire(answer) as wire:
        asked = bounded_github(auth=Token("open-sesame"), base_url=wire.url, deadline=5, follow=follow).requester
        status, headers, _ = asked.requestJson("POST", "/repos/acme/shop/issues", input={"title": "Renew"})
        moved_to = f"http://{wire.address}/repositories/7/issues"
    assert len(wire.requests) == requests_seen
    assert (status, headers.get(MOVED_TO)) == ((201, None) if follow else (301, moved_to))
