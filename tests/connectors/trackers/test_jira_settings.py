from __future__ import annotations

import pytest
from pydantic import ValidationError

from connectors.trackers.jira_settings import JiraTrackerSettings
from syncd.core.model import State
from syncd.secrets import SecretReference


def settings(**more):
    known = {"kind": "jira", "url": "https://example.atlassian.net", "token": "env:JIRA_TOKEN", "project": "OPS"}
    return JiraTrackerSettings.model_validate(known | more)


def test_place_token_and_project_are_enough():
    read = settings()
    assert read.token == SecretReference("env", "JIRA_TOKEN")
    assert (read.issue_type, read.labels, read.link_incident) == ("Task", ("postmortem",), True)
    assert read.priorities == {"SEV-1": "Highest", "SEV-2": "High", "SEV-3": "Medium", "SEV-4": "Low"}


def test_the_documented_example_is_read():
    read = settings(
        deployment="cloud",
        user="bot@example.com",
        labels=["postmortem"],
        parent="OPS-100",
        fields={"customfield_10010": "SRE"},
        statuses={"In Review": "in_progress"},
        priorities={"SEV-1": "Highest"},
    )
    assert read.statuses == {"In Review": State.IN_PROGRESS}
    assert read.fields == {"customfield_10010": "SRE"}


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://Example.Atlassian.net/", "https://example.atlassian.net"),
        ("HTTPS://jira.example.com/Tracker/", "https://jira.example.com/Tracker"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_one_place_has_one_address(written, address):
    assert settings(url=written).url == address


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"url": "example.atlassian.net"}, "address of a Jira"),
        ({"url": "https://user:secret@example.net"}, "without a user"),
        ({"url": "https://example.net/?x=1"}, "address of a Jira"),
        ({"project": "ops"}, "pattern"),
        ({"project": "OPS-1"}, "pattern"),
        ({"parent": "100"}, "pattern"),
        ({"token": "c4n4ry2"}, "a secret must not stand in the configuration"),
        ({"deployment": "cloud"}, "Jira Cloud needs the e-mail address"),
        ({"deployment": "datacenter", "user": "x@example.com"}, "needs none"),
        ({"fields": {"labels": ["x"]}}, "syncd fills labels itself"),
        ({"statuses": {"Odd": "half"}}, "in_progress"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_mistakes_are_told(wrong, words):
    with pytest.raises(ValidationError) as mistake:
        settings(**wrong)
    assert words in str(mistake.value)
    assert "c4n4ry2" not in str(mistake.value)
    assert "secret@" not in str(mistake.value)


def test_every_field_is_explained_to_editors():
    fields = JiraTrackerSettings.model_json_schema()["properties"]
    assert [name for name, field in fields.items() if name != "kind" and not field.get("description")] == []
