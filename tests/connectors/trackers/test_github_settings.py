from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from connectors.trackers.github_settings import GitHubTrackerSettings


def settings(**changes: Any) -> GitHubTrackerSettings:
    return GitHubTrackerSettings(**({"repository": "acme/web", "token": "env:GITHUB_TOKEN"} | changes))


def test_repository_and_token_are_enough():
    assert settings().api_url == "https://api.github.com"
    assert settings().labels == ("postmortem",)


def test_a_slash_at_the_end_is_no_other_place():
    assert settings(api_url="https://ghe.example.com/api/v3/").api_url == "https://ghe.example.com/api/v3"


@pytest.mark.parametrize("parent", [12, "12", "#12", "acme/plans#12"])
def test_a_parent_is_an_issue(parent):
    assert settings(parent=parent).parent == parent


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("api_url", "https://github.com"),
        ("api_url", "https://github.com/"),
        ("api_url", "api.github.com"),
        ("api_url", "https://user:c4n4ry2@ghe.example.com/api/v3"),
        ("api_url", "https://ghe.example.com/api/v3?x=1"),
        ("repository", "web"),
        ("repository", "https://github.com/acme/web"),
        ("repository", "acme/web/issues"),
        ("token", "ghp_0123456789012345678901234567890123456"),
        ("parent", 0),
        ("parent", "OPS-1"),
        ("parent", "acme/web"),
        ("kind", "jira"),
        ("repositry", "acme/web"),
    ],
)
def test_a_mistake_is_refused_and_not_repeated(name, value):
    with pytest.raises(ValidationError) as refused:
        settings(**{name: value})
    assert all(name in map(str, error["loc"]) or error["type"] == "missing" for error in refused.value.errors())
    assert "c4n4ry2" not in str(refused.value)
    assert "ghp_" not in str(refused.value)
