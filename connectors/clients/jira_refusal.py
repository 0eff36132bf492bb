"""A refusal of Jira as people can act on it: with the line of the configuration that would help."""

from __future__ import annotations

from connectors.clients.jira_api import Declined

_LINES = {
    "issuetype": "correct `issue_type`",
    "project": "correct `project`, or let the account create issues there",
    "parent": "correct or remove `parent`",
    "priority": "correct `priorities`",
    "components": "correct the `component` of the owner",
    "assignee": "correct the owner's `jira`",
    "labels": "let the account edit labels, and put Labels on the screens",
    "summary": "put Summary on the screens",
    "duedate": "let the account schedule issues, and put Due date on the screens",
}


def explained(error: Declined, *, section: str) -> str:
    """Jira's words, and for each field that they name what to do; ``section`` is the table of the configuration."""
    cures = [_cure(name, why) for name, why in error.fields.items()]
    return f"{error} To mend it: {'; '.join(cures)} (in [{section}])." if cures else str(error)


def _cure(name: str, why: str) -> str:
    if name in _LINES:
        return _LINES[name]
    if "appropriate screen" in why:
        return f"remove {name} from `fields`, or put it on the screen"
    return f'add or correct fields = {{ {name} = "…" }}'
