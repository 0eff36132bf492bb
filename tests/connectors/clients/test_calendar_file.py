"""Calendar files at paths and addresses: had in time, kept for a while, or told in words."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from connectors.clients.calendar_file import AGAIN, KEPT, MAX_BYTES, copied_text, file_text, kept_text, page_text
from connectors.clients.post import Way
from syncd.errors import SettingsError
from tests.connectors.clients.wire import Wire, reply
from tests.emulators.certificate import serving, trusting

FILE = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
PRIVATE = "/private-5ca1ab1e/team.ics"
SOON = 2.0
NOW = datetime(2026, 11, 2, tzinfo=UTC)


# --- files


def test_a_file_is_read_without_its_byte_order_mark(tmp_path):
    file = tmp_path / "team.ics"
    file.write_bytes("\ufeffBEGIN:VCALENDAR\r\n".encode())
    assert file_text(file) == "BEGIN:VCALENDAR\r\n"


@pytest.mark.parametrize(
    ("content", "words"), [(b"caf\xe9", "not UTF-8"), (b"x" * (MAX_BYTES + 1), "larger than"), (None, "cannot be read")]
)
def test_a_file_that_is_no_calendar_is_refused_with_words(tmp_path, content, words):
    file = tmp_path / "team.ics"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=words):
        file_text(file)


# --- addresses


def read(wire, *, scheme="https", path=PRIVATE, deadline=10.0):
    way = Way(deadline=deadline, max_bytes=MAX_BYTES, tls=trusting())
    return page_text(f"{scheme}://{wire.address}{path}", way=way)


def once(*answers):
    """Each request gets the next answer."""
    waiting = list(answers)
    return lambda line: line.send(waiting.pop(0))


@pytest.mark.parametrize("scheme", ["https", "webcal"])
def test_a_file_at_an_address_is_read(scheme):
    with Wire(once(reply(body=FILE)), tls=serving()) as wire:
        assert read(wire, scheme=scheme) == FILE.decode()
    assert wire.requests == [f"GET {PRIVATE}".encode()]


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"])
def test_a_file_that_moved_is_followed(status):
    with Wire(once(reply(status, b"", "Location: /new.ics"), reply(body=FILE)), tls=serving()) as wire:
        assert read(wire) == FILE.decode()
    assert wire.requests[1] == b"GET /new.ics"


def drip_head(line):
    line.drip(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: 1\r\n" * 1000)


def drip_body(line):
    line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
    line.drip(FILE * 100)


def go_round(line):
    line.send(reply("302 Found", b"", f"Location: {PRIVATE}"))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (once(reply("404 Not Found", b"")), "it answers 404"),
        (once(reply("401 Unauthorized", b"")), "it answers 401"),
        (once(reply("302 Found", b"", "Location: http://127.0.0.1:1/team.ics")), "not https"),
        (once(reply("302 Found", b"", "Location: file:///etc/passwd")), "not https"),
        (go_round, "leads on more than 5 times"),
        (once(reply(body=b"<html>Log in</html>")), "no calendar; perhaps it asks for a login"),
        (once(reply(body=FILE + b"caf\xe9")), "not UTF-8"),
        (once(reply(body=FILE + b"x" * MAX_BYTES)), "larger than 1 MB"),
        (drip_head, "took too long"),
        (drip_body, "did not end in time"),
        (lambda line: line.hang(), "took too long"),
        (lambda line: line.reset(), "broke the connection"),
    ],
)
def test_what_cannot_be_had_is_told_soon_and_by_its_host_alone(answer, words):
    began = time.monotonic()
    with Wire(answer, tls=serving()) as wire, pytest.raises(SettingsError, match=words) as told:
        read(wire, deadline=0.5 if "time" in words or "long" in words else 10)
    assert time.monotonic() - began < SOON
    assert "127.0.0.1" in str(told.value)
    assert "5ca1ab1e" not in str(told.value)


def test_a_server_that_nobody_vouches_for_is_told_nothing():
    with Wire(once(reply(body=FILE)), tls=serving()) as wire:
        with pytest.raises(SettingsError, match="certificate is not trusted"):
            page_text(f"{wire.url}{PRIVATE}")
        assert urlsplit(wire.url).scheme == "https"
    assert wire.requests == []


# --- the copy


class Shelf:
    """A calendar's server and a memo, with a clock."""

    def __init__(self):
        self.now, self.held, self.asked, self.trouble = NOW, {}, 0, ""

    def get(self, key):
        return self.held.get(key)

    def put(self, key, value):
        self.held[key] = value

    def fetch(self, url):
        self.asked += 1
        if self.trouble:
            raise SettingsError(self.trouble)
        return f"copy {self.asked}"

    def text(self, after, **given):
        self.now += after
        return kept_text("https://cal.example.com/5ca1ab1e", memo=self, now=self.now, fetch=self.fetch, **given)


def test_a_copy_is_kept_for_an_hour():
    shelf = Shelf()
    assert shelf.text(timedelta()) == shelf.text(KEPT - timedelta(seconds=1)) == ("copy 1", "")
    assert shelf.text(timedelta(seconds=1)) == ("copy 2", "")
    assert shelf.text(timedelta(), anew=True) == ("copy 3", "")
    assert "5ca1ab1e" not in str(shelf.held)


def test_while_it_cannot_be_had_the_old_copy_counts_and_it_is_not_asked_for_all_the_time():
    shelf = Shelf()
    shelf.text(timedelta())
    shelf.trouble = "Nobody answers."
    assert shelf.text(KEPT) == shelf.text(AGAIN - timedelta(seconds=1)) == ("copy 1", "Nobody answers.")
    assert shelf.asked == 2
    shelf.trouble = ""
    assert shelf.text(timedelta(seconds=1)) == ("copy 3", "")


def test_one_that_was_never_had_is_told_and_asked_for_again_later():
    shelf = Shelf()
    shelf.trouble = "Nobody answers."
    for after in (timedelta(), timedelta(minutes=1)):
        with pytest.raises(SettingsError, match="Nobody"):
            shelf.text(after)
    assert shelf.asked == 1
    shelf.trouble = ""
    assert shelf.text(AGAIN) == ("copy 2", "")


def test_the_copy_alone_is_had_without_asking_however_old_it_is():
    shelf = Shelf()
    with pytest.raises(SettingsError, match="when the next digests are made"):
        copied_text("https://cal.example.com/5ca1ab1e", memo=shelf)
    shelf.text(timedelta())
    shelf.now += KEPT * 100
    assert copied_text("https://cal.example.com/5ca1ab1e", memo=shelf) == "copy 1"
    assert shelf.asked == 1
