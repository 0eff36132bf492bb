from __future__ import annotations

import http.client
import json
import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest
import requests
from urllib3.connection import HTTPConnection
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError, ProtocolError
from urllib3.exceptions import SSLError as PoolTLSError

from connectors.clients.bounded import CutShort, DeadlineExceeded, NoConnection, TooLarge, mount
from connectors.clients.failures import by_status, classify
from syncd.errors import AuthenticationFailed, NotSent, OutcomeUnknown, Refused
from tests.connectors.clients.wire import Wire, reply

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
SERVICE = "Jira at tracker.example.org"
LATER = NOW + timedelta(seconds=90)


def caused(error, cause):
    error.__cause__ = cause
    return error


def unreached(reason):
    """As it comes through the libraries: the pool's error in that of requests in ours."""
    pooled = requests.ConnectionError(MaxRetryError(None, "/", reason))
    return caused(NoConnection("There is no connection to tracker.example.org."), pooled)


CONNECTION = HTTPConnection("tracker.example.org")
UNKNOWN_HOST = caused(NameResolutionError("h", CONNECTION, socket.gaierror()), socket.gaierror())
REFUSED = caused(NewConnectionError(CONNECTION, "no"), ConnectionRefusedError())
BAD_CERTIFICATE = PoolTLSError(ssl.SSLCertVerificationError("self-signed certificate"))
NO_TLS = PoolTLSError(ssl.SSLError("WRONG_VERSION_NUMBER"))


def broken(error):
    return requests.ConnectionError(ProtocolError("Connection aborted.", error))


@pytest.mark.parametrize("wrote", [True, False])
@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (unreached(UNKNOWN_HOST), "the name of its host is not known; check the address and the network"),
        (unreached(REFUSED), "its host refuses connections; check the address, and that the service runs"),
        (requests.ConnectionError(MaxRetryError(None, "/", REFUSED)), "its host refuses connections; check the"),
        (requests.ConnectTimeout(), "no connection to it came about; check the address and the network"),
        (NoConnection(), "no connection to it came about; check the address and the network"),
        (caused(NoConnection(), requests.exceptions.SSLError(BAD_CERTIFICATE)), "its certificate is not trusted"),
        (requests.exceptions.SSLError(BAD_CERTIFICATE), "its certificate is not trusted; have it renewed, or let"),
        (caused(NoConnection(), requests.exceptions.SSLError(NO_TLS)), "there is no secure connection to it"),
        (caused(NoConnection(), requests.exceptions.ProxyError(UNKNOWN_HOST)), "the proxy did not let us through"),
        (requests.exceptions.InvalidURL(), "its address is not one; correct it in the configuration"),
        (requests.exceptions.MissingSchema(), "its address is not one; correct it in the configuration"),
    ],
)
def test_what_was_not_sent_can_be_sent_again(error, reason, wrote):
    said = classify(error, wrote=wrote, service=SERVICE)
    assert type(said) is NotSent
    assert str(said).startswith(f"{SERVICE} could not be asked: {reason}")
    assert str(said).endswith(".")


AFTER_SENDING = [
    (broken(ConnectionResetError()), "it broke the connection"),
    (broken(http.client.RemoteDisconnected("Remote end closed")), "it broke the connection"),
    (broken(http.client.BadStatusLine("220 ready")), "its reply was not HTTP; check the address"),
    (requests.ReadTimeout(), "it took too long to answer"),
    (DeadlineExceeded(), "it took too long to answer"),
    (CutShort(), "its reply was cut short"),
    (requests.exceptions.ChunkedEncodingError(), "its reply was cut short"),
    (TooLarge(), "its reply was larger than any we expect; check the address"),
    (requests.TooManyRedirects(), "it pointed us to another address; check the address"),
    (RuntimeError("Github server redirected from host a to b"), "it pointed us to another address; check the address"),
    (requests.exceptions.JSONDecodeError("no", "<html>", 0), "its reply was not what its API sends; check the address"),
    (json.JSONDecodeError("no", "{", 1), "its reply was not what its API sends; check the address"),
    (requests.exceptions.SSLError(NO_TLS), "there is no secure connection to it; check that its address and port are"),
    (requests.ConnectionError(), "its reply could not be used (ConnectionError)"),
    (KeyError("id"), "its reply could not be used (KeyError)"),
]


@pytest.mark.parametrize(("error", "reason"), AFTER_SENDING)
def test_a_write_that_failed_later_may_have_been_made(error, reason):
    said = classify(error, wrote=True, service=SERVICE)
    assert type(said) is OutcomeUnknown
    assert str(said).startswith(f"{SERVICE} was sent a change, but {reason}")
    assert str(said).endswith("It may or may not have been made; syncd looks for it before it tries again.")


@pytest.mark.parametrize(("error", "reason"), AFTER_SENDING)
def test_a_read_that_failed_later_had_no_effect(error, reason):
    said = classify(error, wrote=False, service=SERVICE)
    assert type(said) is NotSent
    assert str(said).startswith(f"{SERVICE} could not be asked: {reason}")


def test_the_failure_of_an_earlier_call_says_nothing_about_this_one():
    try:
        raise NoConnection
    except NoConnection:
        with pytest.raises(DeadlineExceeded) as caught:
            raise DeadlineExceeded  # noqa: B904 - a second call, made while the first one's failure is handled
    assert isinstance(caught.value.__context__, NoConnection)
    assert type(classify(caught.value, wrote=True, service=SERVICE)) is OutcomeUnknown


def test_an_error_that_says_it_comes_from_itself_is_judged():
    error = requests.ReadTimeout()
    error.args = (caused(ValueError(), error),)
    assert type(classify(error, wrote=True, service=SERVICE)) is OutcomeUnknown


def failure(url):
    with requests.Session() as session:
        mount(session, deadline=0.2, max_bytes=1000)
        with pytest.raises(requests.RequestException) as caught:
            session.post(url, data=b"{}")
    return caught.value


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda line: line.hang(), "it took too long to answer"),
        (lambda line: line.drip(b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 500), "it took too long to answer"),
        (lambda line: line.reset(), "it broke the connection"),
        (lambda line: line.end(), "it broke the connection"),
        (lambda line: line.send(reply(body=bytes(1001))), "its reply was larger than any we expect"),
    ],
)
def test_what_really_happens_after_the_request_is_sent_is_unknown(answer, reason):
    with Wire(answer) as wire:
        said = classify(failure(wire.url), wrote=True, service=SERVICE)
    assert type(said) is OutcomeUnknown
    assert reason in str(said)
    assert len(wire.requests) == 1


def test_a_host_that_really_refuses_was_sent_nothing():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    said = classify(failure(url), wrote=True, service=SERVICE)
    assert type(said) is NotSent
    assert "its host refuses connections" in str(said)


def test_a_server_without_tls_was_sent_nothing():
    with Wire(lambda line: line.end()) as wire:
        said = classify(failure(f"https://{wire.address}"), wrote=True, service=SERVICE)
    assert type(said) is NotSent


RESET = {"X-RateLimit-Remaining": "0", "x-ratelimit-reset": str(int(LATER.timestamp()))}


@pytest.mark.parametrize(
    ("status", "headers", "words", "read", "written"),
    [
        (200, {}, "<html>", NotSent, OutcomeUnknown),
        (201, {}, "", NotSent, OutcomeUnknown),
        (302, {"Location": "/login"}, "", NotSent, OutcomeUnknown),
        (400, {}, "Field 'due' cannot be set.", Refused, Refused),
        (401, {}, "Bad credentials", AuthenticationFailed, AuthenticationFailed),
        (403, {}, "You may not.", Refused, Refused),
        (403, {"X-RateLimit-Remaining": "12"}, "You may not.", Refused, Refused),
        (403, {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE"}, "", AuthenticationFailed, AuthenticationFailed),
        (403, RESET, "You may not.", NotSent, NotSent),
        (403, {"Retry-After": "90"}, "You may not.", NotSent, NotSent),
        (403, {}, "You have exceeded a secondary rate limit.", NotSent, NotSent),
        (403, {}, "API rate limit exceeded for user.", NotSent, NotSent),
        (404, {}, "Not Found", Refused, Refused),
        (407, {}, "", NotSent, NotSent),
        (408, {}, "", NotSent, OutcomeUnknown),
        (409, {}, "", Refused, Refused),
        (410, {}, "", Refused, Refused),
        (413, {"Retry-After": "90"}, "", Refused, Refused),
        (422, {}, "Validation Failed", Refused, Refused),
        (425, {}, "", NotSent, OutcomeUnknown),
        (429, {}, "", NotSent, NotSent),
        (500, {}, "", NotSent, OutcomeUnknown),
        (501, {}, "", NotSent, OutcomeUnknown),
        (502, {}, "<html><title>502 Bad Gateway</title>", NotSent, OutcomeUnknown),
        (503, {"Retry-After": "90"}, "", NotSent, OutcomeUnknown),
        (504, {}, "", NotSent, OutcomeUnknown),
        (599, {}, "", NotSent, OutcomeUnknown),
    ],
)
def test_what_a_status_means(status, headers, words, read, written):
    for wrote, kind in ((False, read), (True, written)):
        said = by_status(status, headers, words, wrote=wrote, now=NOW, service=SERVICE)
        assert type(said) is kind
        assert str(said).startswith(f"{SERVICE} answered {status}: ")
        assert str(said).endswith(".")
        assert ".." not in str(said)


@pytest.mark.parametrize(
    ("status", "headers", "not_before"),
    [
        (429, {"Retry-After": "90"}, LATER),
        (429, {"retry-after": "Mon, 23 Nov 2026 14:01:30 GMT"}, LATER),
        (429, RESET, LATER),
        (429, {}, NOW + timedelta(seconds=60)),
        (429, {"Retry-After": "soon"}, NOW + timedelta(seconds=60)),
        (403, RESET, LATER),
        (503, {"Retry-After": "90"}, LATER),
        (503, {}, None),
    ],
)
def test_when_to_try_again(status, headers, not_before):
    said = by_status(status, headers, "", wrote=False, now=NOW, service=SERVICE)
    assert said.not_before == not_before


def words(text, status=400):
    said = str(by_status(status, {}, text, wrote=True, now=NOW, service=SERVICE))
    return said.removeprefix(f"{SERVICE} answered {status}: ").removesuffix(".")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Summary is required.", "Summary is required"),
        ("one\r\n\ttwo\x1b[31m\x00three\u202e", "one two [31m three"),
        ("", "Bad Request"),
        (" \n ", "Bad Request"),
        ("<html><head><TITLE>\n No \n way</TITLE></head><body>x</body></html>", "No way"),
        ("\n<!doctype html><p>nothing</p>", "Bad Request"),
        ("see https://me:secret@tracker.example.org/x", "see https://tracker.example.org/x"),
        ("a" * 300, "a" * 300),
        ("a" * 301, "a" * 299 + "…"),
    ],
)
def test_the_trackers_words_are_one_short_line(text, shown):
    assert words(text) == shown


def test_a_status_that_nobody_knows_has_no_words():
    assert words("", 499) == "nothing more"


def test_no_failure_repeats_what_the_library_says():
    error = requests.ConnectionError("https://me:secret@h/?token=secret", request=requests.Request(url="//me:secret@h"))
    for wrote in (True, False):
        assert "secret" not in str(classify(error, wrote=wrote, service=SERVICE))
    assert "secret" not in str(by_status(400, {"Authorization": "secret"}, "", wrote=True, now=NOW, service=SERVICE))
