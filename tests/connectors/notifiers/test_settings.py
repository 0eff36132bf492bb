from __future__ import annotations

import pytest
from pydantic import ValidationError

from connectors.notifiers.apprise_settings import AppriseSettings
from connectors.notifiers.slack_settings import SlackSettings
from connectors.notifiers.smtp_settings import SmtpSettings
from connectors.notifiers.teams_settings import TeamsSettings
from connectors.notifiers.webhook_settings import WebhookSettings
from syncd.secrets import SecretReference


def settings(**more):
    known = {"kind": "smtp", "host": "smtp.example.com", "from": "syncd@example.com", "to": ["payments@example.com"]}
    return SmtpSettings.model_validate(known | more)


def test_a_host_and_two_addresses_are_enough():
    read = settings()
    assert (read.port, read.security, read.user, read.to_owners, read.reply_to) == (587, "starttls", None, False, None)


def test_the_documented_example_is_read():
    read = settings(
        port=587,
        security="starttls",
        user="syncd",
        password="env:SMTP_PASSWORD",
        to_owners=False,
        **{"from": "syncd <syncd@example.com>"},
    )
    assert read.password == SecretReference("env", "SMTP_PASSWORD")
    assert (read.sender, read.sender_address, read.sender_domain) == (
        "syncd <syncd@example.com>",
        "syncd@example.com",
        "example.com",
    )


def test_mail_may_go_to_owners_only():
    assert settings(to=[], to_owners=True).to == ()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_a_password_may_go_unencrypted_to_this_machine(host):
    assert settings(host=host, security="none", user="syncd", password="env:X").security == "none"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"to": ["Payments <payments@example.com>"]}, "must be a mail address"),
        ({"to": ["payments@example.com, other@example.com"]}, "must be a mail address"),
        ({"to": ["payments"]}, "must be a mail address"),
        ({"to": ["pay\r\nments@example.com"]}, "must be a mail address"),
        ({"to": ["zahlung@größe.example"]}, "xn--"),
        ({"from": "syncd"}, "must be a mail address"),
        ({"from": "syncd\nBcc: x <syncd@example.com>"}, "must be a mail address"),
        ({"reply_to": "nobody"}, "must be a mail address"),
        ({"to": []}, "name who gets the mail"),
        ({"user": "syncd"}, "user and password: give both"),
        ({"password": "env:X"}, "user and password: give both"),
        ({"password": "c4n4ry2", "user": "syncd"}, "a secret must not stand in the configuration"),
        ({"user": "syncd", "password": "env:X", "security": "none"}, "only sent encrypted"),
        ({"security": "ssl"}, "starttls"),
        ({"port": 0}, "greater than or equal to 1"),
        ({"host": "smtp://smtp.example.com"}, "pattern"),
        ({"sender": "syncd@example.com"}, "Extra inputs"),
    ],
)
def test_mistakes_are_told(wrong, words):
    with pytest.raises(ValidationError) as mistake:
        settings(**wrong)
    assert words in str(mistake.value)
    assert "c4n4ry2" not in str(mistake.value)


@pytest.mark.parametrize("kind", [AppriseSettings, SlackSettings, SmtpSettings, TeamsSettings, WebhookSettings])
def test_every_field_of_every_notifier_is_explained_to_editors(kind):
    fields = kind.model_json_schema()["properties"]
    assert [name for name, field in fields.items() if name != "kind" and not field.get("description")] == []
