from __future__ import annotations

import gzip
import os
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from connectors.clients.bounded import CutShort, DeadlineExceeded, NoConnection, TooLarge, mount
from tests.connectors.clients.wire import Wire, reply

DEADLINE = 0.2
SOON = 2.0
"""Far more than the deadline, for a busy machine, and far less than any of these servers takes."""

OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def session(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with requests.Session() as session:
        mount(session, deadline=DEADLINE, max_bytes=10_000)
        yield session


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A file with a key and a certificate for 127.0.0.1 that nobody signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "here")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture(scope="module")
def tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def drip_head(line):
    line.drip(OK + b"X-Slow: 1\r\n" * 1000)


def drip_continue(line):
    line.drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


def drip_body(line):
    line.send(OK + b"Content-Length: 5000\r\n\r\n")
    line.drip(b"x" * 5000)


def drip_chunks(line):
    line.send(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    line.drip(b"1\r\nx\r\n" * 1000)


def drip_without_length(line):
    line.send(OK + b"Connection: close\r\n\r\n")
    line.drip(b"x" * 5000)


def stall_in_body(line):
    line.send(OK + b"Content-Length: 10\r\n\r\n12345")
    line.hang()


def hang(line):
    line.hang()


SLOW = (hang, drip_head, drip_continue, drip_body, drip_chunks, drip_without_length, stall_in_body)


@pytest.mark.parametrize(
    ("answer", "timeout"),
    [*((answer, (5, 30)) for answer in SLOW), (drip_head, None), (drip_head, 5), (hang, None), (hang, (5, None))],
)
def test_every_call_ends_at_the_deadline(session, answer, timeout):
    with Wire(answer) as wire:
        before = time.monotonic()
        with pytest.raises(DeadlineExceeded, match=r"127\.0\.0\.1 did not finish its reply within 0\.2 seconds"):
            session.post(wire.url, data=b"{}", timeout=timeout)
        assert DEADLINE <= time.monotonic() - before < SOON
    assert len(wire.requests) == 1


@pytest.mark.parametrize("answer", SLOW)
def test_a_call_over_tls_ends_at_the_deadline(session, tls, certificate, answer):
    with Wire(answer, tls=tls) as wire:
        before = time.monotonic()
        with pytest.raises(DeadlineExceeded):
            session.post(wire.url, data=b"{}", verify=str(certificate))
        assert time.monotonic() - before < SOON
    assert len(wire.requests) == 1


def test_a_timeout_of_the_caller_that_is_shorter_holds(session):
    mount(session, deadline=30)
    with Wire(stall_in_body) as wire:
        before = time.monotonic()
        with pytest.raises(requests.ReadTimeout, match="stopped answering"):
            session.get(wire.url, timeout=(5, 0.1))
        assert time.monotonic() - before < SOON


def test_a_server_that_reads_nothing_ends_at_the_deadline(session):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        before = time.monotonic()
        with pytest.raises(DeadlineExceeded):
            session.post(f"http://127.0.0.1:{deaf.getsockname()[1]}", data=bytes(50_000_000))
        assert time.monotonic() - before < SOON


def test_a_tls_server_that_says_nothing_was_never_connected(session):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        before = time.monotonic()
        with pytest.raises(NoConnection):
            session.post(f"https://127.0.0.1:{deaf.getsockname()[1]}", data=b"{}")
        assert time.monotonic() - before < SOON


def test_a_refused_connection_was_never_one(session):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(NoConnection, match=r"no connection to 127\.0\.0\.1"):
        session.post(url, data=b"{}")


def test_nothing_is_sent_to_a_server_with_another_certificate(session, tls):
    with Wire(hang, tls=tls) as wire:
        with pytest.raises(NoConnection) as caught:
            session.post(wire.url, data=b"{}")
        assert isinstance(caught.value.__cause__, requests.exceptions.SSLError)
    assert wire.requests == []


def cut_by_length(line):
    line.send(OK + b"Content-Length: 10\r\n\r\n12345")
    line.end()


def cut_in_chunk(line):
    line.send(OK + b"Transfer-Encoding: chunked\r\n\r\nA\r\n12345")
    line.end()


def cut_between_chunks(line):
    line.send(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n")
    line.end()


def reset_in_body(line):
    line.send(OK + b"Content-Length: 10\r\n\r\n12345")
    line.wait(0.05)
    line.reset()


@pytest.mark.parametrize("answer", [cut_by_length, cut_in_chunk, cut_between_chunks, reset_in_body])
def test_half_a_body_is_none(session, answer):
    with Wire(answer) as wire, pytest.raises(CutShort):
        session.post(wire.url, data=b"{}")
    assert len(wire.requests) == 1


def end_at_once(line):
    line.end()


def reset_at_once(line):
    line.reset()


def cut_in_head(line):
    line.send(OK + b"Content-Le")
    line.end()


def talk_ftp(line):
    line.send(b"220 ready\r\n\r\n")
    line.end()


@pytest.mark.parametrize("answer", [end_at_once, reset_at_once, talk_ftp])
def test_a_connection_that_breaks_after_the_request_is_used_once(session, answer):
    with Wire(answer) as wire, pytest.raises(requests.ConnectionError) as caught:
        session.post(wire.url, data=b"{}")
    assert not isinstance(caught.value, NoConnection)
    assert len(wire.requests) == 1


def endless(line):
    line.send(OK + b"Connection: close\r\n\r\n")
    while True:
        line.send(b"x" * 4096)


def bomb(line):
    line.send(reply("200 OK", gzip.compress(bytes(10_000_000)), "Content-Encoding: gzip"))


def announced(line):
    line.send(OK + b"Content-Length: 10001\r\n\r\n")
    line.hang()


@pytest.mark.parametrize("answer", [endless, bomb, announced])
def test_no_more_than_the_limit_is_kept(session, answer):
    mount(session, deadline=30, max_bytes=10_000)
    with Wire(answer) as wire, pytest.raises(TooLarge, match=r"127\.0\.0\.1 sent a reply of more than 10000 bytes"):
        session.get(wire.url)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (reply(body=b"x" * 10_000), b"x" * 10_000),
        (reply(body=b""), b""),
        (reply("200 OK", gzip.compress(b"text", mtime=0), "Content-Encoding: gzip"), b"text"),
        (reply("500 No", b"{}"), b"{}"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", b"abc"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + reply(body=b"after"), b"after"),
    ],
)
def test_a_proper_reply_comes_whole_and_the_connection_is_used_again(session, raw, body, stream):
    with Wire(lambda line: line.send(raw)) as wire:
        for _ in range(3):
            response = session.get(wire.url, stream=stream)
            assert response.content == body
            assert b"".join(response.iter_content(3)) == body
    assert (len(wire.requests), wire.connections) == (3, 1)


def test_a_reply_that_ends_with_the_connection_comes_whole(session):
    def answer(line):
        line.send(OK + b"Connection: close\r\n\r\nall of it")
        line.end()

    with Wire(answer) as wire:
        assert session.get(wire.url).text == "all of it"


def test_a_reply_over_tls_comes_whole_and_the_connection_is_used_again(session, tls, certificate):
    with Wire(lambda line: line.send(reply(body=b"x" * 10_000)), tls=tls) as wire:
        for _ in range(2):
            assert session.post(wire.url, data=bytes(100_000), verify=str(certificate)).content == b"x" * 10_000
    assert (len(wire.requests), wire.connections) == (2, 1)


def test_each_call_has_its_own_deadline(session):
    def answer(line):
        line.wait(0.15)
        line.send(reply())

    with Wire(answer) as wire:
        for _ in range(3):
            assert session.get(wire.url).ok
    assert wire.connections == 1


def test_a_redirect_is_left_to_requests(session):
    def answer(line):
        line.send(reply("302 Found", b"", "Location: /there") if len(wire.requests) == 1 else reply())

    with Wire(answer) as wire:
        assert session.get(f"{wire.url}/here").ok
    assert wire.requests == [b"GET /here", b"GET /there"]


def test_a_proxy_of_the_environment_is_used_and_bounded(session, monkeypatch):
    with Wire(drip_head) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        with pytest.raises(DeadlineExceeded):
            session.post("http://tracker.invalid/issue", data=b"{}")
    assert proxy.requests == [b"POST http://tracker.invalid/issue"]


@pytest.mark.parametrize(
    "answer", [drip_head, hang, lambda line: line.send(reply("407 Who are you")), end_at_once, reset_at_once]
)
def test_nothing_is_sent_through_a_proxy_that_makes_no_tunnel(session, monkeypatch, answer):
    with Wire(answer) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        before = time.monotonic()
        with pytest.raises(NoConnection):
            session.post("https://tracker.invalid/issue", data=b"{}")
        assert time.monotonic() - before < SOON
    assert proxy.requests == [b"CONNECT tracker.invalid:443"]


def test_no_exception_tells_what_was_sent(session):
    secrets = {"user": "pass-one", "Authorization": "Bearer pass-two"}
    with Wire(hang) as wire, pytest.raises(DeadlineExceeded) as caught:
        session.post(
            f"http://me:{secrets['user']}@{wire.address}/?token=pass-three",
            data=b"pass-four",
            headers={"X-Token": secrets["Authorization"]},
        )
    assert "pass-" not in str(caught.value) + repr(caught.value)


def test_no_file_and_no_thread_stays(session):
    def held():
        return len(os.listdir("/proc/self/fd")), threading.active_count()

    before = held()
    with Wire(drip_head) as wire:
        for _ in range(3):
            with pytest.raises(DeadlineExceeded):
                session.get(wire.url)
    assert held() == before
