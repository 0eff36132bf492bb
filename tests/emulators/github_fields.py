"""The fields of an issue as requests write them: read, or refused as GitHub refuses them."""

from __future__ import annotations

from typing import Any

from tests.emulators.github_call import Call
from tests.emulators.github_replies import invalid, unreadable
from tests.emulators.github_state import Repository

TITLE_LIMIT = 256
BODY_LIMIT = 65536
LABEL_LIMIT = 50


def read_title(title: object) -> str:
    """The title as it is kept: numbers are text, the ends are bare."""
    if isinstance(title, bool) or not isinstance(title, str | int):
        raise unreadable(f"For 'properties/title', {title!r} is not a string.")
    text = str(title).strip()
    if not text:
        raise invalid("Issue", "title", "missing_field")
    if len(text) > TITLE_LIMIT:
        raise invalid("Issue", "title", "custom", message=f"title is too long (maximum is {TITLE_LIMIT} characters)")
    return text


def read_body(body: object) -> str | None:
    """The body, or none."""
    if body is not None and not isinstance(body, str):
        raise unreadable(f"For 'properties/body', {body!r} is not a string.")
    if body is not None and len(body) > BODY_LIMIT:
        raise invalid("Issue", "body", "custom", message=f"body is too long (maximum is {BODY_LIMIT} characters)")
    return body


def read_labels(labels: object) -> list[str]:
    """The names of labels, which come as texts or as objects with a name."""
    if not isinstance(labels, list):
        raise unreadable(f"For 'properties/labels', {labels!r} is not an array.")
    return [_label(entry.get("name") if isinstance(entry, dict) else entry) for entry in labels]


def _label(name: object) -> str:
    if not isinstance(name, str):
        raise unreadable(f"For 'properties/labels', {name!r} is not a string.")
    refuse_label_name(name)
    return name


def refuse_label_name(name: str) -> None:
    """422 for a name that no label can have; one such name refuses the whole issue."""
    if not name.strip():
        raise invalid("Label", "name", "missing_field")
    if len(name) > LABEL_LIMIT:
        raise invalid("Label", "name", "custom", message=f"name is too long (maximum is {LABEL_LIMIT} characters)")


def permitted_labels(call: Call, repository: Repository, names: list[str]) -> tuple[str, ...]:
    """The labels as they are written; missing ones are made for those who may push, and left out for others."""
    if call.caller.can("write", repository):
        for name in names:
            call.world.add_label(repository, name)
    return repository.label_names(names)


def read_assignees(call: Call, repository: Repository, body: dict[str, Any]) -> tuple[str, ...] | None:
    """The logins as they are written; None when none are given."""
    if body.get("milestone") is not None or body.get("type") is not None:
        raise invalid("Issue", "milestone", "invalid")  # this repository has no milestones and no types
    if "assignees" not in body and "assignee" not in body:
        return None
    logins = body.get("assignees", [body.get("assignee")] if body.get("assignee") else [])
    if not isinstance(logins, list) or not all(isinstance(login, str) for login in logins):
        raise unreadable(f"For 'properties/assignees', {logins!r} is not an array of strings.")
    for login in logins:
        if not assignable(call, repository, login):
            raise invalid("Issue", "assignees", "invalid", value=login)
    return tuple(dict.fromkeys(call.world.user(login).login for login in logins))


def assignable(call: Call, repository: Repository, login: str) -> bool:
    """Whether issues of this repository can be given to this account: it has a role there."""
    user = call.world.users.get(login.lower())
    return user is not None and user.login in repository.roles
