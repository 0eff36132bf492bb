"""The configuration as people ask about it: is it right, what does it say, where does that come from."""

from __future__ import annotations

import json

import pytest

from tests.canary import canary
from tests.cli.shapes import CHECKED, CONFIGURATION, hold

CANARY = canary("token-in-the-environment")
SETTINGS = """\
poll = "5m"

[teams.core]
status_words = {{ done = "Finished" }}

[[teams.core.sources]]
kind = "folder"
path = "docs"

[teams.core.trackers.ops]
kind = "jira"
url = "https://jira.example.com"
project = "OPS"
token = "env:THE_TOKEN"

[teams.core.digests]
retro = "https://calendar.example.com/private-c4n4ry-of-a-secret/team.ics"

[teams.core.notifiers.mail]
kind = "smtp"
host = "mail.example.com"
security = "starttls"
user = "syncd"
password = "file:{file}"
from = "syncd@example.com"
to = ["core@example.com"]
"""


@pytest.fixture
def configured(here, monkeypatch):
    monkeypatch.setenv("THE_TOKEN", CANARY)
    file = here / "password"
    file.write_text(f"{CANARY}\n")
    file.chmod(0o600)
    (here / "syncd.toml").write_text(SETTINGS.format(file=file), encoding="utf-8")
    return here


@pytest.fixture
def syncd(syncd):
    """The command; no secret is in what it says."""

    def run(*arguments):
        said = syncd(*arguments)
        assert CANARY not in said.out + said.err
        return said

    return run


def shown(syncd):
    said = syncd("config", "show", "--json")
    hold(said.json, CONFIGURATION)
    return {value["key"]: value for value in said.json["values"]}


# --- check


def test_a_right_configuration_with_its_secrets_is_right(configured, syncd):
    said = syncd("config", "check")
    assert (said.code, said.err) == (0, "")
    assert "✓ teams.core.trackers.ops.token: env:THE_TOKEN is there" in said.out
    assert "is right: 1 team, and every secret is there." in said.out
    hold(syncd("config", "check", "--json").json, CHECKED)


def test_all_mistakes_are_told_at_once_with_their_lines(configured, syncd):
    file = configured / "syncd.toml"
    text = file.read_text().replace('poll = "5m"', 'pol = "5m"').replace("OPS", "ops").replace("[teams.core]", "[web]")
    file.write_text(text)
    said = syncd("config", "check")
    assert said.code == 2
    assert "syncd.toml:1: pol: is no key of this table; did you mean 'poll'?" in said.err
    assert "syncd.toml:3: web.listen: is missing" in said.err
    assert "syncd.toml:13: teams.core.trackers.ops.project" in said.err
    told = syncd("config", "check", "--json")
    hold(told.json, CHECKED)
    assert (told.code, told.json["ok"], len(told.json["mistakes"])) == (2, False, 4)


@pytest.mark.parametrize("text", ["poll = [", None])
def test_what_is_no_configuration_at_all_is_told(configured, syncd, text):
    file = configured / "syncd.toml"
    file.unlink() if text is None else file.write_text(text)
    told = syncd("config", "check", "--json")
    hold(told.json, CHECKED)
    assert (told.code, len(told.json["mistakes"])) == (2, 1)


def test_a_secret_that_is_missing_empty_or_open_to_all_is_told(configured, syncd, monkeypatch):
    monkeypatch.delenv("THE_TOKEN")
    (configured / "password").chmod(0o644)
    said = syncd("config", "check")
    assert said.code == 4
    assert "✗ teams.core.trackers.ops.token: The secret env:THE_TOKEN is missing; set the environment" in said.out
    assert "! teams.core.notifiers.mail.password: The secret file:" in said.out
    assert "run chmod 0640" in said.out
    (configured / "password").write_text("\n")
    told = syncd("config", "check", "--json").json
    assert [s["problem"].rpartition(" is ")[2] for s in told["secrets"]] == [
        "missing; set the environment variable THE_TOKEN.",
        "empty; put the secret there.",
    ]


# --- show


def test_each_value_says_where_it_comes_from(configured, syncd, monkeypatch):
    monkeypatch.setenv("SYNCD_LIMITS__QUARANTINE", "2m")
    found = shown(syncd)
    assert found["poll"] == {"key": "poll", "value": "5m", "from": "file", "line": 1, "variable": None, "secret": False}
    assert (found["limits.quarantine"]["from"], found["limits.quarantine"]["variable"]) == (
        "variable",
        "SYNCD_LIMITS__QUARANTINE",
    )
    assert found["limits.creates_per_pass"] | {"value": 0} == {
        "key": "limits.creates_per_pass",
        "value": 0,
        "from": "default",
        "line": None,
        "variable": None,
        "secret": False,
    }
    assert (found["teams.core.status_words.done"]["line"], found["teams.core.status_words.open"]["line"]) == (4, None)
    assert found["teams.core.sources[0].path"]["value"] == str(configured / "docs")
    assert found["teams.core.notifiers.mail.from"]["value"] == "syncd@example.com"
    text = syncd("config", "show").out.splitlines()
    assert [line.split("# ")[1] for line in text if line.startswith(("poll ", "limits."))] == [
        "syncd.toml:1",
        "default",
        "$SYNCD_LIMITS__QUARANTINE",
    ]


def test_of_a_secret_only_the_reference_is_shown_and_of_a_private_address_its_host(configured, syncd):
    found = {key: value["value"] for key, value in shown(syncd).items() if value["secret"]}
    assert found == {
        "teams.core.trackers.ops.token": "env:THE_TOKEN",
        "teams.core.notifiers.mail.password": f"file:{configured / 'password'}",
        "teams.core.digests.retro": "https://calendar.example.com/…",
    }


# --- schema


def test_the_schema_is_the_one_for_editors(syncd):
    said = syncd("config", "schema")
    assert said.code == 0
    assert json.loads(said.out)["title"] == "The configuration of syncd"
