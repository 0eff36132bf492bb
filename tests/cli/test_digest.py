"""Digests on the command line: shown, written, sent once, listed, sent again, simulated."""

from __future__ import annotations

import json
from email import message_from_bytes
from email.policy import SMTP

import pytest

from tests.cli.command import document, row
from tests.cli.shapes import DELIVERIES, hold
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


def test_one_refused_recipient_is_told_and_can_be_tried_again(syncd, late, mail):
    mail.recipients["lead@example.com"] = "550 5.1.1 No such mailbox"
    said = syncd("digest", "weekly", "--send")
    assert said.code == 1
    [refused] = [line for line in said.out.splitlines() if "refused" in line]
    assert "No such mailbox" in refused
    del mail.recipients["lead@example.com"]
    assert syncd("digest", "resend", refused.split()[1]).code == 0
    assert [m.recipients for m in mail.mails] == [("core@example.com",), ("lead@example.com",)]


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
    ],
)
def test_what_makes_no_sense_is_a_usage_error(syncd, late, arguments, words):
    said = syncd(*arguments)
    assert said.code == 2
    assert words in said.err
