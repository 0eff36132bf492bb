"""The proxy breaks what it is told to break, and nothing else."""

from __future__ import annotations

import socket
import threading
import time

import pytest
import requests

from tests.emulators import http
from tests.emulators import proxy as faults
from tests.emulators.http import Request, Response, Server
from tests.emulators.proxy import FaultProxy

ISSUES = r"/repos/.*/issues"


def echo(request: Request) -> Response:
    if request.method == "DELETE":
        return Response(status=204)
    return Response(json={"path": request.path, "query": dict(request.query), "sent": request.json})


def running(name: str) -> int:
    return sum(1 for thread in threading.enumerate() if thread.name == name)


@pytest.fixture
def server():
    with Server(echo) as server:
        yield server


@pytest.fixture
def proxy(server):
    with FaultProxy(server.url) as proxy:
        yield proxy


@pytest.fixture
def client():
    with requests.Session() as session:
        yield session


def test_without_faults_every_byte_passes_both_ways(server, proxy, client):
    for number in range(3):
        reply = client.post(f"{proxy.url}/a%20b?x=%C3%A9", json={"number": number}, timeout=5)
        assert reply.json() == {"path": "/a b", "query": {"x": "é"}, "sent": {"number": number}}
    assert client.delete(f"{proxy.url}/a", timeout=5).status_code == 204
    assert proxy.wire == [("POST", "/a b")] * 3 + [("DELETE", "/a")]
    assert server.log[0][0].headers["host"] == proxy.url.removeprefix("http://")


@pytest.mark.parametrize(
    ("fault", "error", "done"),
    [
        (faults.reset, requests.ConnectionError, 0),
        (faults.lost_reply, requests.ConnectionError, 1),
        (faults.truncate, requests.exceptions.ChunkedEncodingError, 1),
        (faults.garbage, requests.ConnectionError, 0),
        (faults.hang, requests.ReadTimeout, 0),
        (faults.hang_after, requests.ReadTimeout, 1),
    ],
)
def test_a_broken_exchange_fails_at_the_client_and_is_done_or_not(server, proxy, client, fault, error, done):
    proxy.on("POST", ISSUES, fault)
    patience = 0.2 if error is requests.ReadTimeout else 10
    with pytest.raises(error):
        client.post(f"{proxy.url}/repos/acme/web/issues", json={"title": "x"}, timeout=(5, patience))
    assert (proxy.count("POST", ISSUES), server.count("POST", ISSUES)) == (1, done)


@pytest.mark.parametrize("after", [False, True])
def test_an_answer_from_the_middle_comes_before_or_after_the_work(server, proxy, client, after):
    proxy.on("POST", ".*", faults.status(502, headers={"Retry-After": "7"}, body=b"<html>", after=after))
    reply = client.post(f"{proxy.url}/x", json={}, timeout=5)
    assert (reply.status_code, reply.headers["retry-after"], reply.content) == (502, "7", b"<html>")
    assert server.count("POST", ".*") == int(after)


def test_a_login_page_answers_with_success(server, proxy, client):
    proxy.on("GET", ".*", faults.html_200)
    reply = client.get(f"{proxy.url}/x", timeout=5)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert b"Sign in" in reply.content
    assert server.log == []


def test_a_dripping_answer_never_runs_into_the_timeout_between_bytes(proxy):
    proxy.on("GET", ".*", faults.drip)
    with socket.create_connection(("127.0.0.1", int(proxy.url.rpartition(":")[2])), timeout=1) as client:
        client.sendall(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
        begun = time.monotonic()
        assert b"".join(client.recv(1024) for _ in range(8)) == b"HTTP/1.1"
    assert time.monotonic() - begun > 0.3


def test_the_nth_request_is_hit_and_as_many_as_ordered(proxy, client):
    proxy.on("GET", "/x", faults.status(503), nth=2, times=3)
    codes = [client.get(f"{proxy.url}/{path}", timeout=5).status_code for path in "xyxxxx"]
    assert codes == [200, 200, 503, 503, 503, 200]


def test_cleared_faults_are_over(proxy, client):
    proxy.on(".*", ".*", faults.status(503), times=99)
    proxy.clear()
    assert client.get(f"{proxy.url}/x", timeout=5).status_code == 200


def test_what_hung_reaches_the_server_when_it_is_released_though_nobody_listens(server, proxy, client):
    proxy.on("POST", "/x", faults.hang)
    with pytest.raises(requests.ReadTimeout):
        client.post(f"{proxy.url}/x", json={}, timeout=(5, 0.1))
    assert server.count("POST", "/x") == 0
    proxy.release()
    assert server.count("POST", "/x") == 1


def test_closing_leaves_no_thread_behind_and_nobody_listening(server):
    proxy = FaultProxy(server.url)
    port = int(proxy.url.rpartition(":")[2])
    proxy.on("GET", "/hang", faults.hang)
    with requests.Session() as client:
        client.get(f"{proxy.url}/kept-alive", timeout=5)
        with pytest.raises(requests.ReadTimeout):
            client.get(f"{proxy.url}/hang", timeout=(5, 0.1))
        assert running(faults.THREAD) >= 2
        proxy.close()
    assert server.count("GET", "/hang") == 0
    assert running(faults.THREAD) == 0
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=1):
        pass


def test_a_server_that_is_gone_drops_the_client(client):
    with Server(echo) as server:
        url = server.url
    with FaultProxy(url) as proxy, pytest.raises(requests.ConnectionError):
        client.get(f"{proxy.url}/x", timeout=5)


def test_an_error_in_a_handler_comes_out_of_the_server_that_ran_it(client):
    def broken(request: Request) -> Response:
        raise KeyError(request.path)

    server = Server(broken)
    assert client.get(f"{server.url}/x", timeout=5).status_code == 500
    with pytest.raises(KeyError, match="/x"):
        server.close()


def test_a_closed_server_leaves_no_thread_and_cuts_its_clients(client):
    server = Server(echo)
    client.get(f"{server.url}/x", timeout=5)
    assert running(http.THREAD) == 2
    server.close()
    assert running(http.THREAD) == 0
    with pytest.raises(requests.ConnectionError):
        client.get(f"{server.url}/x", timeout=5)
