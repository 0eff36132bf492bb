from __future__ import annotations

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.clients.mail_message import compose

SENT = datetime(2026, 11, 23, 9, tzinfo=UTC)
PAYLOAD = {
    "subject": "[Payments] 3 overdue",
    "html": "<p>3 overdue</p>",
    "text": "3 overdue",
    "message_id": "<1@example.com>",
    "references": "<0@example.com>",
    "list_id": "<payments.digests.example.com>",
    "unsubscribe": "mailto:syncd@example.com?subject=unsubscribe",
}
OURS = {
    *("From", "To", "Reply-To", "Subject", "Date", "Auto-Submitted", "X-Auto-Response-Suppress", "Message-ID"),
    *("In-Reply-To", "References", "List-Id", "List-Unsubscribe", "MIME-Version", "Content-Type"),
}
BREAKING = [
    "\r\nBcc: evil@example.com",
    "\nX-Evil: 1",
    "\r",
    "\x85Bcc: x",
    "\u2028Bcc: x",
    "\x00",
    "\x1b[31m",
    "\ud83d",
]


def raw(**changes) -> bytes:
    message = compose(
        PAYLOAD | changes,
        sender="syncd für alle <syncd@example.com>",
        recipient="payments@example.com",
        reply_to="lead@example.com",
        sent=SENT,
    )
    return message.as_bytes()


def read(**changes):
    return message_from_bytes(raw(**changes), policy=SMTP)


def test_the_headers_say_what_machines_should_know():
    message = read()
    assert {name: str(message[name]) for name in OURS - {"Content-Type", "MIME-Version"}} == {
        "From": "syncd für alle <syncd@example.com>",
        "To": "payments@example.com",
        "Reply-To": "lead@example.com",
        "Subject": "[Payments] 3 overdue",
        "Date": "Mon, 23 Nov 2026 09:00:00 +0000",
        "Message-ID": "<1@example.com>",
        "In-Reply-To": "<0@example.com>",
        "References": "<0@example.com>",
        "List-Id": "<payments.digests.example.com>",
        "List-Unsubscribe": "<mailto:syncd@example.com?subject=unsubscribe>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    assert [defect for value in message.values() for defect in value.defects] == []


def test_text_comes_before_html_as_readers_take_the_last_they_can_show():
    message = read()
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize("method", ["REQUEST", "PUBLISH"])
def test_an_invitation_is_offered_and_attached(method):
    calendar = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:{method}\r\nSUMMARY:Größe\r\nEND:VCALENDAR\r\n"
    message = read(calendar=calendar)
    alternatives, attachment = message.iter_parts()
    assert [part.get_content_type() for part in alternatives.iter_parts()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    offered = list(alternatives.iter_parts())[2]
    assert offered["Content-Type"].params["method"] == method
    assert offered.get_content() == calendar
    assert (attachment.get_content_type(), attachment.get_filename()) == ("application/ics", "invitation.ics")
    assert attachment.get_content().decode() == calendar


def test_several_references_answer_the_last_one():
    message = read(references=["<a@example.com>", "<b@example.com>"])
    assert message["References"] == "<a@example.com> <b@example.com>"
    assert message["In-Reply-To"] == "<b@example.com>"


def test_what_is_left_out_has_no_header():
    message = read(references=None, unsubscribe="", list_id=None)
    assert {"References", "In-Reply-To", "List-Id", "List-Unsubscribe"} & set(message) == set()


@pytest.mark.parametrize("name", ["Message-ID", "References", "In-Reply-To", "List-Unsubscribe", "List-Id"])
def test_long_values_for_machines_are_never_encoded(name):
    """Python's own folding encodes a word that is longer than a line."""
    ids = " ".join(f"<{letter * 120}@example.com>" for letter in "abc")
    written = raw(
        message_id=f"<{'m' * 120}@example.com>",
        references=ids,
        unsubscribe=f"mailto:syncd@example.com?subject={'x' * 120}",
        list_id=f"{'l' * 120}.example.com",
    )
    header = re.search(rf"(?m)^{name}: (.*(?:\r\n[ \t].*)*)", written.decode())
    assert header
    assert "=?" not in header[1]
    assert all(len(line) < 998 for line in written.split(b"\r\n"))


@pytest.mark.parametrize("breaking", BREAKING)
@pytest.mark.parametrize("field", sorted(PAYLOAD))
def test_no_value_breaks_a_header(field, breaking):
    message = read(**{field: f"{PAYLOAD[field]}{breaking}"})
    assert set(message) <= OURS
    assert len(message.keys()) == len(OURS)
    assert message["To"] == "payments@example.com"


@given(text=st.text(max_size=200), field=st.sampled_from(sorted(PAYLOAD)))
def test_whatever_a_value_holds_the_mail_is_one_that_every_server_takes(text, field):
    written = raw(**{field: text})
    assert written.isascii()
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", written) is None
    head = written.partition(b"\r\n\r\n")[0].decode()
    names = re.findall(r"(?m)^([^\s:]+):", head)
    assert set(names) <= OURS
    assert len(names) == len(set(names))


@given(text=st.text(st.characters(codec="utf-8"), max_size=300))
def test_a_text_is_read_as_it_was_written(text):
    lines = "\n".join(text.splitlines())
    read_again = read(text=lines).get_body(("plain",)).get_content()
    assert read_again.replace("\r\n", "\n").removesuffix("\n") == lines.removesuffix("\n")


@given(text=st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=300))
def test_a_subject_is_read_as_it_was_written(text):
    assert read(subject=f"3 overdue {text}")["Subject"] == f"3 overdue {text}"


@given(st.lists(st.sampled_from(["overdue", "Überlast", "1", "m…", "決済", "and", "Not delivered"]), max_size=20))
def test_the_blanks_of_a_subject_come_back_as_they_were(words):
    subject = " ".join(["[Payments]", *words])
    assert read(subject=subject)["Subject"] == subject
    head = raw(subject=subject).partition(b"\r\n\r\n")[0]
    assert all(len(line) <= 78 for line in head.split(b"\r\n") if line.startswith((b"Subject", b" =?")))
