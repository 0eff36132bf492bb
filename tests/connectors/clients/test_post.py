from __future__ import annotations

import time

import pytest

from connectors.clients.post import Forbidden, NoReply, NothingSent, Way, post, reach
from tests.connectors.clients.wire import Wire, reply
from tests.emulators.certificate import serving, trusting

BODY = b'{"say":"something"}'
WAY = Way(deadline=0.4, max_bytes=10_000, tls=trusting())
SOON = 2.0


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def send(url, way=WAY):
    return post(url, BODY, headers={"X-Id": "1"}, way=way)


def drip_head(line):
    line.drip(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: 1\r\n" * 1000)


def drip_continue(line):
    line.drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


def hang(line):
    line.hang()


def drip_body(line):
    line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
    line.drip(b"x" * 5000)


def flood(line):
    line.send(reply("200 OK", b"x" * 1_000_000))


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("answer", [hang, drip_head, drip_continue])
def test_a_call_without_an_answer_ends_at_the_deadline(answer, tls):
    with Wire(answer, tls=serving() if tls else None) as wire:
        before = time.monotonic()
        with pytest.raises(NoReply, match="too long"):
            send(wire.url)
        assert time.monotonic() - before < SOON
    assert len(wire.requests) == 1


@pytest.mark.parametrize(("answer", "size"), [(drip_body, 10), (flood, 10_000)])
def test_of_an_answer_is_kept_what_comes_in_time_and_is_not_too_much(answer, size):
    with Wire(answer) as wire:
        before = time.monotonic()
        found = send(wire.url)
        assert time.monotonic() - before < SOON
    assert (found.status, found.whole) == (200, False)
    assert 0 < len(found.body) <= max(size, 30)


def test_a_proper_answer_is_whole():
    with Wire(lambda line: line.send(reply("201 Created", b" done ", "X-Run: 7")), tls=serving()) as wire:
        found = send(wire.url)
    assert (found.status, found.text, found.headers["x-run"], found.whole) == (201, "done", "7", True)


def test_neither_a_redirect_nor_a_failure_is_followed_by_another_request():
    with Wire(lambda line: line.send(reply("307 Temporary Redirect", b"", "Location: /elsewhere"))) as wire:
        assert send(wire.url).status == 307
    assert wire.requests == [b"POST /"]


def test_the_host_is_asked_for_nothing_but_its_root():
    with Wire(lambda line: line.send(reply("404 Not Found", b""))) as wire:
        assert reach(f"{wire.url}/secret?sig=secret", way=WAY).status == 404
    assert wire.requests == [b"GET /"]


def test_a_certificate_for_another_host_stops_it_before_anything_is_sent():
    with Wire(hang, tls=serving()) as wire, pytest.raises(NothingSent, match="certificate is not trusted"):
        send(wire.url, Way(deadline=2))
    assert wire.requests == []


@pytest.mark.parametrize(
    ("url", "words"),
    [("http://127.0.0.1:1/", "refuses connections"), ("ftp://127.0.0.1/", "not one of HTTP")],
)
def test_what_cannot_be_reached_was_sent_nothing(url, words):
    with pytest.raises(NothingSent, match=words):
        send(url)


def test_the_next_address_of_a_host_is_tried_when_one_is_dead():
    with Wire(lambda line: line.send(reply())) as wire:
        way = Way(deadline=2, addresses=lambda host, port: ["127.0.0.2", "127.0.0.1"])
        assert send(wire.url.replace("127.0.0.1", "hook.example.com"), way).status == 200
    assert len(wire.requests) == 1


def test_an_address_that_is_forbidden_is_not_called():
    def addresses(host, port):
        raise Forbidden("it is our own")

    with Wire(hang) as wire, pytest.raises(Forbidden):
        send(wire.url, Way(addresses=addresses))
    assert wire.connections == 0


# --- proxies


def test_the_proxy_of_the_environment_gets_it(monkeypatch):
    with Wire(lambda line: line.send(reply())) as proxy:
        monkeypatch.setenv("http_proxy", f"http://user:pass%20word@{proxy.address}")
        monkeypatch.setenv("no_proxy", "other.example.com")
        assert send("http://service.example.com/x").status == 200
    assert proxy.requests == [b"POST http://service.example.com/x"]


def test_a_proxy_that_lets_nobody_through_was_sent_nothing(monkeypatch):
    with Wire(lambda line: line.send(reply("407 Proxy Authentication Required", b""))) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        with pytest.raises(NothingSent, match="the proxy did not let us through"):
            send("https://service.example.com/x")
    assert proxy.requests == [b"CONNECT service.example.com:443"]


def test_a_proxy_that_is_none_for_http_is_told(monkeypatch):
    monkeypatch.setenv("https_proxy", "socks5://127.0.0.1:1")
    with pytest.raises(NothingSent, match="HTTPS_PROXY"):
        send("https://service.example.com/x")
