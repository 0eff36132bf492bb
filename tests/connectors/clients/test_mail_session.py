from __future__ import annotations

import smtplib
import socket
import threading
import time
from contextlib import contextmanager

import pytest

from connectors.clients.mail_session import Lost, MailSession, NoEncryption
from tests.emulators.certificate import serving, trusting

DEADLINE = 0.4
SOON = 2.0


@contextmanager
def speaking(talk):
    """A server that does to its first connection what ``talk`` says, until the test is over; its port."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            try:
                talk(connection, over)
            except OSError:
                return  # the client was quicker

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        thread.join(5)
        listener.close()
        assert not thread.is_alive()


def session(port, **more):
    known = {"security": "none", "name": "example.com", "deadline": DEADLINE, "tls": trusting()}
    return MailSession("127.0.0.1", port, **(known | more))


def says(*replies):
    """The greeting, then one reply to each line, then nothing."""

    def talk(connection, over):
        with connection.makefile("rb") as received:
            for reply in replies:
                connection.sendall(reply)
                if not received.readline():
                    return
            over.wait()

    return talk


def silence(connection, over):
    over.wait()


def drip(connection, over):
    while not over.wait(0.02):
        connection.sendall(b"2")


def drip_lines(connection, over):
    while not over.wait(0.02):
        connection.sendall(b"220-welcome\r\n")


def flood(connection, over):
    while not over.is_set():
        connection.sendall(b"220-welcome\r\n" * 1000)


def garbage(connection, over):
    connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\r\n")
    over.wait()


@pytest.mark.parametrize("talk", [silence, drip, drip_lines, flood, garbage])
def test_a_conversation_ends_in_time_whatever_the_server_says(talk):
    before = time.monotonic()
    with speaking(talk) as port, pytest.raises(OSError), session(port):  # noqa: PT011 - any of them
        pass
    assert time.monotonic() - before < SOON


def test_a_greeting_that_refuses_is_told_with_its_words():
    with speaking(says(b"554 5.7.1 Go away\r\n")) as port, pytest.raises(smtplib.SMTPResponseException) as told:
        session(port).__enter__()
    assert (told.value.smtp_code, told.value.smtp_error) == (554, b"5.7.1 Go away")


GREETING = (b"220 mx\r\n", b"250-mx\r\n250 STARTTLS\r\n")


def test_without_the_promise_of_tls_nothing_more_is_said():
    with speaking(says(b"220 mx\r\n", b"250 mx\r\n", b"")) as port, pytest.raises(NoEncryption):
        session(port, security="starttls").__enter__()


def test_a_server_that_takes_its_promise_back_hears_nothing_more():
    talk = says(*GREETING, b"454 4.7.0 TLS not available\r\n")
    with speaking(talk) as port, pytest.raises(smtplib.SMTPResponseException, match="454"):
        session(port, security="starttls").__enter__()


def test_what_was_said_before_tls_counts_for_nothing():
    """Somebody in between may have put it there (RFC 3207, 4.2; CVE-2011-0411)."""
    heard = []

    def talk(connection, over):
        with connection.makefile("rb") as received:
            for reply in GREETING:
                connection.sendall(reply)
                received.readline()
            connection.sendall(b"220 go ahead\r\n250 AUTH PLAIN\r\n")
            encrypted = serving().wrap_socket(connection, server_side=True)
        with encrypted, encrypted.makefile("rb") as received:
            heard.append(received.readline())
            encrypted.sendall(b"250 mx\r\n")
            heard.append(received.readline())
            encrypted.sendall(b"221 bye\r\n")

    with speaking(talk) as port, session(port, security="starttls", deadline=5):
        pass
    assert heard == [b"ehlo example.com\r\n", b"quit\r\n"]


@pytest.mark.parametrize(
    "last",
    [b"2", b"garbage\r\n", b"354 still here\r\n", b"250-" + b"x" * 20_000 + b"\r\n"],
    ids=["cut short", "garbage", "no final word", "a line without end"],
)
def test_a_mail_without_a_clear_answer_may_have_been_taken(last):
    def talk(connection, over):
        with connection.makefile("rb") as received:
            for reply in (b"220 mx\r\n", b"250 mx\r\n", b"354 go ahead\r\n"):
                connection.sendall(reply)
                received.readline()
            while received.readline() != b".\r\n":
                pass
            connection.sendall(last)
            over.wait()

    with speaking(talk) as port, session(port) as opened, pytest.raises(Lost):
        opened.hand_over(b"Subject: x\r\n\r\n.\r\n")


def test_a_mail_that_is_sent_no_word_of_was_not_taken():
    talk = says(b"220 mx\r\n", b"250 mx\r\n", b"503 5.5.1 Nobody to send to\r\n", b"221 bye\r\n")
    with speaking(talk) as port, session(port, deadline=5) as opened, pytest.raises(smtplib.SMTPDataError):
        opened.hand_over(b"Subject: x\r\n\r\n")
