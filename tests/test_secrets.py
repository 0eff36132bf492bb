from __future__ import annotations

import base64
import json
import logging
import os
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError

from syncd.errors import SettingsError
from syncd.secrets import LITERAL, Redactor, SecretReference, looks_secret

CANARY = "c4n4ry/hunter2+&=%é"


class Holder(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    token: SecretReference


@pytest.fixture
def secret_file(tmp_path):
    def write(content, *, mode=0o600, name="token"):
        path = tmp_path / name
        path.write_bytes(content)
        path.chmod(mode)
        return path

    return write


# --- references -----------------------------------------------------------------------------------------------------


def test_a_variable_is_looked_up_in_the_environment_that_is_handed_in():
    assert SecretReference.parse("env:TOKEN").resolve({"TOKEN": CANARY}) == CANARY


def test_a_file_is_read_where_it_is(secret_file):
    path = secret_file(CANARY.encode())
    assert SecretReference.parse(f"file:{path}").resolve({}) == CANARY


def test_a_relative_file_is_looked_up_in_the_credentials_directory(secret_file):
    path = secret_file(CANARY.encode(), name="jira_token")
    environment = {"CREDENTIALS_DIRECTORY": str(path.parent)}
    assert SecretReference.parse("file:jira_token").resolve(environment) == CANARY


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"x\n", "x"),
        (b"x\r\n", "x"),
        (b"x\n\n", "x\n"),
        (b" x ", " x "),
        (b"-----BEGIN-----\nabc\n-----END-----\n", "-----BEGIN-----\nabc\n-----END-----"),
    ],
)
def test_one_trailing_newline_is_cut_and_nothing_else(secret_file, content, value):
    assert SecretReference.parse(f"file:{secret_file(content)}").resolve({}) == value


def test_a_rotated_secret_is_seen_at_the_next_call(secret_file):
    reference = SecretReference.parse(f"file:{secret_file(b'old')}")
    assert reference.resolve({}) == "old"
    secret_file(b"new")
    assert reference.resolve({}) == "new"


@pytest.mark.parametrize(
    ("written", "environment", "words"),
    [
        ("env:TOKEN", {}, "env:TOKEN is missing; set the environment variable TOKEN"),
        ("env:TOKEN", {"TOKEN": ""}, "env:TOKEN is empty"),
        ("env:TOKEN", {"TOKEN": "\n"}, "env:TOKEN is empty"),
        ("file:/nowhere/token", {}, "file:/nowhere/token is missing"),
        ("file:token", {}, "$CREDENTIALS_DIRECTORY, which is not set"),
        ("file:token", {"CREDENTIALS_DIRECTORY": ""}, "$CREDENTIALS_DIRECTORY, which is not set"),
        ("file:../token", {"CREDENTIALS_DIRECTORY": "/run"}, "leaves the folder of credentials"),
        ("file:/", {}, "file:/ "),
        ("file:/dev/null", {}, "not a regular file"),
    ],
)
def test_a_secret_that_cannot_be_had_is_an_error_that_names_the_reference(written, environment, words):
    with pytest.raises(SettingsError) as raised:
        SecretReference.parse(written).resolve(environment)
    assert words in str(raised.value)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "is empty"), (b"\xff\xfe" + CANARY.encode(), "not text in UTF-8"), (b"c4n4ry" * 20_000, "larger than")],
)
def test_a_file_that_holds_no_secret_is_an_error_that_shows_nothing_of_it(secret_file, content, words):
    with pytest.raises(SettingsError) as raised:
        SecretReference.parse(f"file:{secret_file(content)}").resolve({})
    assert words in str(raised.value)
    assert "c4n4ry" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


def test_a_named_pipe_does_not_hold_the_process_up(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SettingsError, match="not a regular file"):
        SecretReference.parse(f"file:{tmp_path / 'pipe'}").resolve({})


@pytest.mark.parametrize(
    ("mode", "warned"), [(0o400, False), (0o600, False), (0o640, False), (0o644, True), (0o660, True)]
)
def test_a_file_that_others_may_read_or_change_is_warned_about(secret_file, caplog, mode, warned):
    path = secret_file(CANARY.encode(), mode=mode)
    with caplog.at_level(logging.WARNING):
        SecretReference.parse(f"file:{path}").resolve({})
    assert (str(path) in caplog.text) is warned
    assert (f"{mode:04o}" in caplog.text) is warned
    assert CANARY not in caplog.text


@pytest.mark.parametrize(
    "written", [CANARY, "", "env:", "env:1X", "env:A B", "file:", "ENV:X", 17, None, {"x": CANARY}]
)
def test_a_literal_secret_is_refused_without_being_repeated(written):
    with pytest.raises(ValueError, match="must not stand in the configuration") as raised:
        SecretReference.parse(written)
    assert str(raised.value) == LITERAL
    with pytest.raises(ValidationError) as refused:
        Holder.model_validate({"token": written})
    assert "c4n4ry" not in str(refused.value)


def test_showing_a_reference_shows_only_where_the_secret_is_kept():
    holder = Holder.model_validate({"token": "env:TOKEN"})
    holder.token.resolve({"TOKEN": CANARY})
    assert str(holder.token) == "env:TOKEN"
    assert holder.model_dump_json() == '{"token":"env:TOKEN"}'
    assert CANARY not in repr(holder)


@pytest.mark.parametrize(
    "text",
    [
        "ghp_" + "a" * 36,
        "github_pat_" + "a" * 40,
        "glpat-" + "a" * 20,
        "xoxb-1234567890-abc",
        "ATATT3" + "x" * 60,
        "AKIA" + "A" * 16,
        "https://hooks.slack.com/services/T0/B0/xyz",
        "https://example.logic.azure.com/workflows/1?sig=" + "a" * 43,
        "-----BEGIN RSA PRIVATE KEY-----",
        "postgresql://syncd:hunter2@db/syncd",
        "https://:x@example.com",
    ],
)
def test_well_known_kinds_of_tokens_are_recognised(text):
    assert looks_secret(text)


@pytest.mark.parametrize(
    "text",
    [
        "env:GITHUB_TOKEN",
        "file:/run/secrets/x",
        "https://wiki.example.com/{path}",
        "sqlite:////var/lib/syncd/syncd.db",
        "postgresql://db/syncd",
        "https://example.com:8443/a@b",
        "5b10ac8d82e05b22cc7d4ef5",
        "platform@example.com",
        "docs/postmortems",
    ],
)
def test_what_a_configuration_holds_is_not_taken_for_a_secret(text):
    assert not looks_secret(text)


# --- redaction ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form",
    [
        CANARY,
        base64.b64encode(CANARY.encode()).decode(),
        base64.urlsafe_b64encode(CANARY.encode()).decode(),
        quote(CANARY),
        quote(CANARY, safe=""),
        quote_plus(CANARY),
        quote(CANARY, safe="").lower(),
        json.dumps(CANARY),
        repr(CANARY),
    ],
)
def test_a_secret_is_replaced_in_every_form(form):
    redacted = Redactor([CANARY]).redact(f"before {form} after")
    assert redacted.startswith("before ")
    assert redacted.endswith(" after")
    assert Redactor.REPLACEMENT in redacted
    assert form.strip("\"'") not in redacted


@given(secret=st.text(min_size=6, max_size=40).filter(str.strip), user=st.text(max_size=12))
def test_no_basic_authorization_header_gives_a_secret_away(secret, user):
    packed = base64.b64encode(f"{user}:{secret}".encode()).decode()
    shown = Redactor([secret]).redact(f"Authorization: Basic {packed}")
    assert packed not in shown
    assert Redactor.REPLACEMENT in shown


_UNLIKE_THE_REPLACEMENT = st.characters(exclude_characters=Redactor.REPLACEMENT + "\0", codec="utf-8")


@given(
    secret=st.text(_UNLIKE_THE_REPLACEMENT, min_size=1, max_size=40),
    before=st.text(max_size=10),
    after=st.text(max_size=10),
)
def test_no_secret_is_left_and_what_stands_around_it_stays(secret, before, after):
    shown = Redactor([secret]).redact(f"{before}\0{secret}\0{after}")
    assert secret not in shown
    if secret not in before + "\0" + after:
        assert shown == f"{before}\0{Redactor.REPLACEMENT}\0{after}"


def test_of_two_secrets_the_longer_one_is_replaced_as_a_whole():
    assert Redactor(["abc", "abcdef"]).redact("abcdef abc") == "[secret] [secret]"


def test_the_path_of_a_secret_address_is_replaced_too():
    redactor = Redactor(["https://hooks.example.com/services/T0/B0/xyz?sig=123456"])
    assert redactor.redact('"POST /services/T0/B0/xyz?sig=123456 HTTP/1.1" 200') == '"POST [secret] HTTP/1.1" 200'


def test_each_line_of_a_private_key_is_replaced():
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----"
    assert Redactor([key]).redact("  kqhkiG9w0BAQEF") == "  [secret]"


def test_without_secrets_every_text_stays_as_it_is():
    assert Redactor([]).redact("nothing to hide") == "nothing to hide"
    assert Redactor([""]).redact("nothing to hide") == "nothing to hide"


def test_showing_a_redactor_shows_no_secret():
    assert CANARY not in repr(Redactor([CANARY]))
    assert CANARY not in str(vars(Redactor([CANARY])).keys())
