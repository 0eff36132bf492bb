from __future__ import annotations

import logging

import pytest

from connectors.notifiers.smtp import SmtpNotifier
from connectors.notifiers.smtp_settings import SmtpSettings
from syncd.errors import DeliveryDeferred, DeliveryRefused, DeliveryUnknown
from syncd.ports import Format, Level
from tests.connectors.notifiers.chat import NOW, Secret
from tests.contracts.notifier import HOSTILE, KEY, NotifierContract, assert_hidden, send
from tests.emulators.certificate import trusting
from tests.emulators.smtp import PASSWORD, USER, SmtpServer

TO = "payments@example.com"
OTHER = "platform@example.com"
FROM = "syncd für alle <syncd@example.com>"
SHORT = 0.8
INVITATION = "BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:REQUEST\nEND:VCALENDAR\n"
PAYLOAD = {
    "subject": "[Payments] 3 overdue, 5 due this week, 12 open (wk 48)",
    "html": f"<html><body><p>{HOSTILE}</p></body></html>\n",
    "text": f"{HOSTILE}\n",
    "message_id": "<0123456789abcdef0123456789abcdef@example.com>",
    "references": "<fedcba9876543210fedcba9876543210@example.com>",
    "list_id": "<payments.digests.example.com>",
    "unsubscribe": "mailto:syncd@example.com?subject=unsubscribe%20payments",
    "calendar": INVITATION,
}


class MailWorld:
    recipient = TO
    payload = PAYLOAD
    secrets = (PASSWORD, "AGM0bjRye", "c4n4ry")

    def __init__(self, **server) -> None:
        self.server = SmtpServer(**server)
        self._is_open = True
        self.secret = Secret(lambda: PASSWORD)
        self.notifier = notifier(self.server.port, secret=self.secret)

    def expected(self) -> object:
        return PAYLOAD

    def arrived(self) -> list[object]:
        return [as_payload(mail.message) for mail in self.server.mails]

    def attempts(self) -> int:
        return self.server.offered

    def secrets_fetched(self) -> int:
        return self.secret.fetched

    def refuse(self) -> None:
        self.server.recipients[TO] = "550 5.1.1 No such user"

    def defer(self) -> None:
        self.server.answers["RCPT"] = "451 4.7.1 Greylisted, come again"

    def lose_reply(self) -> None:
        self.server.drop_after_data = True

    def lose_secret(self) -> None:
        self.secret.is_lost = True

    def vanish(self) -> None:
        self.close()

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            self.server.close()


def settings(**more):
    known = {
        "kind": "smtp",
        "host": "127.0.0.1",
        "user": USER,
        "password": "env:PASSWORD",
        "from": FROM,
        "reply_to": "Payments <payments-lead@example.com>",
        "to": [TO, OTHER],
    }
    written = {name: value for name, value in (known | more).items() if value is not None}
    return SmtpSettings.model_validate(written)


def notifier(port, *, secret=lambda: PASSWORD, deadline=20, **more):
    return SmtpNotifier(
        settings=settings(port=port, **more), secret=secret, clock=lambda: NOW, deadline=deadline, tls=trusting()
    )


def as_payload(message) -> dict[str, object]:
    """The payload again, from what a reader of mail sees."""
    calendar = next((part for part in message.walk() if part.get_content_type() == "text/calendar"), None)
    seen = {
        "subject": message["Subject"],
        "html": message.get_body(("html",)).get_content(),
        "text": message.get_body(("plain",)).get_content(),
        "message_id": message["Message-ID"],
        "references": message["References"],
        "list_id": message["List-Id"],
        "unsubscribe": message["List-Unsubscribe"].strip("<>"),
        "calendar": calendar.get_content() if calendar else None,
    }
    return {name: str(value).replace("\r\n", "\n") for name, value in seen.items() if value is not None}


@pytest.fixture
def world():
    world = MailWorld()
    yield world
    world.close()


@pytest.fixture
def server(world):
    return world.server


class TestMailKeepsThePromises(NotifierContract):
    pass


# --- the envelope, and the way


def test_it_carries_mail_which_may_be_repeated(world):
    assert world.notifier.format is Format.MAIL
    assert world.notifier.repeatable is True
    assert world.notifier.recipients == (TO, OTHER)


def test_each_recipient_gets_an_envelope_of_their_own(world, server):
    for recipient in world.notifier.recipients:
        world.notifier.send(recipient, PAYLOAD, key=KEY)
    assert [(mail.sender, mail.recipients) for mail in server.mails] == [
        ("syncd@example.com", (TO,)),
        ("syncd@example.com", (OTHER,)),
    ]
    assert [mail.message["To"] for mail in server.mails] == [TO, OTHER]


def test_an_owner_who_is_not_in_the_configured_list_gets_mail_too(world, server):
    world.notifier.send("owner@example.com", PAYLOAD, key=KEY)
    assert server.mails[0].recipients == ("owner@example.com",)


def test_the_id_in_the_queue_of_the_server_comes_back(world):
    assert send(world) == "Q1"


def test_the_conversation_is_encrypted_and_logged_in(world, server):
    send(world)
    assert [(mail.encrypted, mail.user) for mail in server.mails] == [(True, USER)]


def test_tls_from_the_first_byte():
    with SmtpServer(security="tls") as server:
        notifier(server.port, security="tls", user=None, password=None).send(TO, PAYLOAD, key=KEY)
        assert [mail.encrypted for mail in server.mails] == [True]


def test_without_encryption_only_when_it_is_asked_for():
    with SmtpServer(security="none", users=False) as server:
        plain = notifier(server.port, security="none", user=None, password=None)
        assert plain.send(TO, PAYLOAD, key=KEY) == "Q1"
        assert {finding.level for finding in plain.check()} == {Level.OK}
        assert [mail.encrypted for mail in server.mails] == [False]


def test_a_server_without_starttls_hears_neither_mail_nor_password():
    with SmtpServer(security="none") as server:
        with pytest.raises(DeliveryRefused, match="offers no STARTTLS"):
            notifier(server.port).send(TO, PAYLOAD, key=KEY)
        [finding] = notifier(server.port).check()
        assert finding.level is Level.FAILURE
        assert (server.mails, server.envelopes, server.attempts) == ([], [], [])


def test_a_server_that_is_not_trusted_hears_neither_mail_nor_password(world, server):
    stranger = SmtpNotifier(settings=settings(port=server.port), secret=lambda: PASSWORD, clock=lambda: NOW)
    with pytest.raises(DeliveryDeferred, match="certificate is not trusted"):
        stranger.send(TO, PAYLOAD, key=KEY)
    assert (server.mails, server.envelopes, server.attempts) == ([], [], [])


def test_a_server_that_speaks_tls_to_one_who_expects_starttls_is_left_in_time():
    with SmtpServer(security="tls") as server, pytest.raises(DeliveryDeferred, match="too long"):
        notifier(server.port, deadline=SHORT).send(TO, PAYLOAD, key=KEY)


def test_a_server_that_speaks_no_tls_to_one_who_expects_it_is_told(server):
    with pytest.raises(DeliveryDeferred, match="no secure connection"):
        notifier(server.port, security="tls").send(TO, PAYLOAD, key=KEY)


def test_a_wrong_password_is_told_without_repeating_it(server):
    wrong = notifier(server.port, secret=lambda: "wrong-c4n4ry")
    with pytest.raises(DeliveryRefused, match="does not take our user and password: 535") as told:
        wrong.send(TO, PAYLOAD, key=KEY)
    [finding] = wrong.check()
    assert finding.level is Level.AUTHENTICATION
    assert "env:PASSWORD" in finding.cure
    assert "c4n4ry" not in f"{told.value} {finding}"
    assert server.envelopes == []


def test_a_password_that_the_server_repeats_is_taken_out(world, server):
    server.answers["AUTH"] = f"535 5.7.8 Bad password {PASSWORD}"
    with pytest.raises(DeliveryRefused) as told:
        send(world)
    assert_hidden(world, str(told.value))


def test_a_password_that_cannot_be_said_is_told_without_repeating_it(server):
    with pytest.raises(DeliveryRefused, match="ASCII") as told:
        notifier(server.port, secret=lambda: "cänary").send(TO, PAYLOAD, key=KEY)
    assert "nary" not in str(told.value)


def test_a_server_where_nobody_logs_in_is_told():
    with SmtpServer(users=False) as server, pytest.raises(DeliveryRefused, match=r"535|lets nobody log in"):
        notifier(server.port).send(TO, PAYLOAD, key=KEY)


# --- refused, deferred, unknown


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("451 4.7.1 Greylisted", DeliveryDeferred),
        ("421 4.3.2 Shutting down", DeliveryDeferred),
        ("452 4.2.2 Mailbox full", DeliveryDeferred),
        ("550 5.1.1 No such user", DeliveryRefused),
        ("552 5.3.4 Message too big", DeliveryRefused),
        ("554 5.7.1 Spam", DeliveryRefused),
    ],
)
def test_the_answer_to_each_verb_says_whether_to_try_again(world, server, verb, answer, kind):
    server.answers[verb] = answer
    with pytest.raises(kind) as told:
        send(world)
    assert answer in str(told.value)
    assert TO in str(told.value)
    assert server.mails == []


def test_a_log_in_that_fails_for_now_is_tried_again(world, server):
    server.answers["AUTH"] = "454 4.7.0 Temporary authentication failure"
    with pytest.raises(DeliveryDeferred, match="454"):
        send(world)


def test_one_of_two_recipients_refused_leaves_the_other_one_served(world, server):
    server.recipients[OTHER] = "550 5.1.1 No such user"
    world.notifier.send(TO, PAYLOAD, key=KEY)
    with pytest.raises(DeliveryRefused, match=f"the mail for {OTHER}: 550"):
        world.notifier.send(OTHER, PAYLOAD, key=KEY)
    assert [mail.recipients for mail in server.mails] == [(TO,)]


@pytest.mark.parametrize("what", ["drop_after_data", "hang_after_data"])
def test_a_mail_that_may_have_been_taken_is_repeated_as_the_same(server, what):
    impatient = notifier(server.port, deadline=SHORT)
    setattr(server, what, True)
    with pytest.raises(DeliveryUnknown, match="did not say whether it took it"):
        impatient.send(TO, PAYLOAD, key=KEY)
    setattr(server, what, False)
    impatient.send(TO, PAYLOAD, key=KEY)
    first, second = (mail.message for mail in server.mails)
    assert first["Message-ID"] == second["Message-ID"] == PAYLOAD["message_id"]


def test_a_mail_larger_than_the_server_takes_is_refused_before_it_is_sent(world, server):
    with pytest.raises(DeliveryRefused, match="552"):
        world.notifier.send(TO, PAYLOAD | {"text": "x" * 1_500_000}, key=KEY)
    assert world.attempts() == 0


@pytest.mark.parametrize(
    "recipient", ["", "nobody", "a@b\r\nRCPT TO:<c@d>", "a@b c@d", "<a@b>", "ü@example.com", "a@b."]
)
def test_what_is_no_address_is_not_said_to_the_server(world, server, recipient):
    with pytest.raises(DeliveryRefused, match="not a mail address"):
        world.notifier.send(recipient, PAYLOAD, key=KEY)
    assert server.envelopes == []


# --- the check


def test_a_check_names_each_envelope_and_takes_it_back(world, server):
    server.recipients[OTHER] = "550 5.1.1 No such user"
    found = world.notifier.check()
    assert [(finding.about, finding.level) for finding in found] == [
        ("log-in", Level.OK),
        (f"recipient {TO}", Level.OK),
        (f"recipient {OTHER}", Level.FAILURE),
    ]
    assert server.envelopes == ["MAIL", TO, "RSET", "MAIL", OTHER, "RSET"]
    assert server.offered == 0


def test_nothing_of_the_conversation_is_logged(world, caplog):
    caplog.set_level(logging.DEBUG, logger="syncd")
    caplog.set_level(logging.DEBUG, logger="connectors")
    send(world)
    assert [record for record in caplog.records if record.name.startswith(("syncd", "connectors", "smtplib"))] == []
