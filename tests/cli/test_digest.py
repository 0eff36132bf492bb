"""Digests on the command line: shown, written, sent once, listed, sent again, simulated."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP

import pytest

from tests.cli.command import HEAD, document, process, row
from tests.cli.shapes import DELIVERIES, hold
from tests.connectors.clients.wire import Wire, reply
from tests.emulators.certificate import serving, trusted_in
from tests.emulators.smtp import SmtpServer

SETTINGS = """
[[teams.core.sources]]
kind = "folder"
path = "docs"

[teams.core.trackers.files]
kind = "folder"
path = "tickets"

[teams.core.notifiers.mail]
kind = "smtp"
host = "127.0.0.1"
port = {port}
security = "none"
from = "syncd <syncd@example.com>"
to = ["core@example.com", "lead@example.com"]
"""
FORMS = [".eml", ".html", ".json", ".slack.json", ".teams.json", ".txt"]


@pytest.fixture
def mail():
    with SmtpServer(security="none", users=False) as server:
        yield server


@pytest.fixture
def late(here, mail, syncd):
    """A pass has read a postmortem whose items are late."""
    (here / "docs").mkdir()
    rows = (row(1, "Add an alert on pool use above 75%", due="Oct 20"), row(2, "Write the runbook", owner="", due=""))
    (here / "docs" / "a.md").write_text(document(*rows), encoding="utf-8")
    (here / "syncd.toml").write_text(SETTINGS.format(port=mail.port), encoding="utf-8")
    assert syncd("reconcile").code == 0
    return here


def test_it_is_printed_and_nothing_is_sent(syncd, late, mail):
    said = syncd("digest", "weekly")
    assert said.code == 0
    assert said.out.startswith("[core] 1 overdue, ")
    assert "Add an alert on pool use above 75%" in said.out
    assert mail.mails == []


def test_it_is_written_in_every_form(syncd, late, mail):
    said = syncd("digest", "review", "--preview", "preview")
    written = sorted((late / "preview").iterdir())
    assert sorted(path.name for path in written) == sorted(line.rpartition("/")[2] for line in said.out.splitlines())
    assert sorted(path.name[path.name.index(".") :] for path in written) == FORMS
    [eml] = (late / "preview").glob("*.eml")
    assert "Action-item review" in message_from_bytes(eml.read_bytes(), policy=SMTP)["Subject"]
    for path in (late / "preview").glob("*.json"):
        json.loads(path.read_text(encoding="utf-8"))
    assert mail.mails == []


def test_it_is_sent_to_each_recipient_once(syncd, late, mail):
    assert syncd("digest", "weekly", "--send").code == 0
    assert syncd("digest", "weekly", "--send").code == 0
    assert [m.recipients for m in mail.mails] == [("core@example.com",), ("lead@example.com",)]
    listed = syncd("digest", "list", "--json")
    hold(listed.json, DELIVERIES)
    assert [d["state"] for d in listed.json["deliveries"]] == ["sent", "sent"]


def test_without_a_configuration_it_tells_of_the_ledger_that_is_here(syncd, docs, here):
    (here / "more").mkdir()
    (here / "more" / "b.md").write_text(document(row(1, "Rotate the keys")), encoding="utf-8")
    syncd("reconcile", "--source", "docs")
    syncd("reconcile", "--source", "more")
    said = syncd("digest", "weekly")
    assert said.code == 0
    assert "Freeze deploys around peak events" in said.out
    assert "Rotate the keys" in said.out
    assert syncd("simulate", "--from", "2030-01-07", "--to", "2030-01-07").out.startswith(
        "Mon 2030-01-07 09:00  weekly"
    )


def test_without_a_notifier_sending_says_that_there_is_none(syncd, docs):
    syncd("reconcile", "--source", "docs")
    said = syncd("digest", "weekly", "--source", "docs", "--send")
    assert (said.code, said.err) == (0, "No notifier is configured: add [teams.NAME.notifiers.NAME].\n")


def test_one_refused_recipient_is_told_and_can_be_tried_again(syncd, late, mail):
    mail.recipients["lead@example.com"] = "550 5.1.1 No such mailbox"
    said = syncd("digest", "weekly", "--send")
    assert said.code == 1
    [refused] = [line for line in said.out.splitlines() if "refused" in line]
    assert "No such mailbox" in refused
    del mail.recipients["lead@example.com"]
    [_, notice] = mail.mails
    assert notice.recipients == ("core@example.com",)
    assert notice.message["Subject"].startswith("[core] Not delivered on mail: the weekly digest")
    assert f"syncd digest resend {refused.split()[1]}" in notice.message.get_body(("plain",)).get_content()
    assert syncd("digest", "resend", refused.split()[1]).code == 0
    assert [m.recipients[0][:4] for m in mail.mails] == ["core", "core", "lead"]


def test_a_simulation_tells_what_would_go_out_and_sends_nothing(syncd, late, mail):
    said = syncd("simulate", "--from", "2030-01-01", "--to", "2030-01-31", "--ics", "out.ics")
    assert said.code == 0
    assert said.out.count("  weekly  ") == 4
    assert (late / "out.ics").read_text(encoding="utf-8").count("BEGIN:VEVENT") == said.out.count("[core]")
    assert mail.mails == []


def test_a_test_message_goes_through_every_notifier(syncd, late, mail):
    said = syncd("notify", "test")
    assert (said.code, len(mail.mails)) == (0, 2)
    mail.answers["RCPT"] = "451 4.7.1 Greylisted"
    assert syncd("notify", "test").code == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["digest", "weekly", "--preview", "x", "--send"], "Choose one"),
        (["digest", "review", "--postmortem", "docs/none.md"], "No postmortem is known"),
        (["digest", "resend", "00000000"], "No message is known"),
        (["digest", "weekly", "--team", "web"], "configured are: core"),
        (["simulate", "--from", "2030-02-01", "--to", "2030-01-01"], "is before"),
        (["simulate", "--from", "2030-01-01", "--to", "9999-12-31"], "3,660 days at most"),
        (["simulate", "--from", "2030-01-01", "--to", "2030-01-02", "--ics", "no/x.ics"], "Name another file."),
        (["digest", "weekly", "--as-of", "1.2.2030"], "'1.2.2030' is no day; write it as 2026-01-31."),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(syncd, late, arguments, words):
    said = syncd(*arguments)
    assert said.code == 2
    assert words in said.err


CALENDAR = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//tests//EN\r
BEGIN:VEVENT\r
UID:1\r
DTSTAMP:20260101T000000Z\r
DTSTART:20300108T130000Z\r
RRULE:FREQ=WEEKLY;INTERVAL=2\r
SUMMARY:Team retro\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:2\r
DTSTAMP:20260101T000000Z\r
DTSTART:20300109T130000Z\r
SUMMARY:Lunch\r
END:VEVENT\r
END:VCALENDAR\r
"""


@pytest.fixture
def dated(here, mail):
    """As ``late``, for a process of its own, with retros that a server tells."""
    (here / "docs").mkdir()
    head = HEAD.replace("October 16, 2026", f"{datetime.now(UTC):%Y-%m-%d}")  # older ones have no retro
    (here / "docs" / "a.md").write_text(document(row(1, "Add an alert", due="Oct 20"), head=head), encoding="utf-8")

    def settings(wire):
        digests = f'\n[teams.core.digests]\nretro = "webcal://{wire.address}/private-5ca1ab1e/team.ics"\n'
        (here / "syncd.toml").write_text(SETTINGS.format(port=mail.port) + digests, encoding="utf-8")
        trust = {"SSL_CERT_FILE": trusted_in(here)}
        assert process("reconcile", cwd=here, **trust).code == 0
        return trust

    return here, settings


def test_retros_come_from_an_address(dated):
    here, settings = dated
    answers = [reply("302 Found", b"", "Location: /new.ics"), reply(body=CALENDAR)]
    with Wire(lambda line: line.send(answers.pop(0)), tls=serving()) as wire:
        trust = settings(wire)
        said = process("simulate", "--from", "2030-01-01", "--to", "2030-01-31", cwd=here, **trust)
        assert (said.code, said.err) == (0, "")
        assert [line.split()[1] for line in said.out.splitlines() if "  retro  " in line] == [
            "2030-01-08",
            "2030-01-22",
        ]
    assert wire.requests == [b"GET /private-5ca1ab1e/team.ics", b"GET /new.ics"]


def test_where_the_retros_cannot_be_had_the_digest_goes_out_and_says_so(dated, mail):
    here, settings = dated
    with Wire(lambda line: line.send(reply("404 Not Found", b"")), tls=serving()) as wire:
        trust = settings(wire)
        said = process("digest", "weekly", "--send", cwd=here, **trust)
        assert said.code == 0
        shown = process("digest", "weekly", cwd=here, **trust)
        done = process("simulate", "--from", "2030-01-01", "--to", "2030-01-31", cwd=here, **trust)
    assert len(mail.mails) == 2
    telling = "calendar at 127.0.0.1 cannot be read: it answers 404"
    assert telling in done.err
    assert telling in " ".join(shown.out.split())
    assert telling in " ".join(str(mail.mails[0].message.get_body(("plain",)).get_content()).split())
    assert "5ca1ab1e" not in said.out + said.err + shown.out + shown.err + done.out + done.err
