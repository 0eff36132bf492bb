"""Issues and pull requests: listed, made, shown and changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.emulators.github_call import Call, Routes
from tests.emulators.github_fields import permitted_labels, read_assignees, read_body, read_labels, read_title
from tests.emulators.github_replies import Refusal, invalid, not_found, unreadable
from tests.emulators.github_state import Issue, Repository
from tests.emulators.http import Response

routes = Routes()

_SORTS: dict[str, Callable[[Issue], Any]] = {
    "created": lambda issue: (issue.created_at, issue.number),
    "updated": lambda issue: (issue.updated_at, issue.number),
    "comments": lambda issue: (len(issue.comments), issue.number),
}


@routes.on("GET", "/issues")
def list_issues(call: Call, repository: Repository) -> Response:
    """Issues and pull requests; while issues are disabled, pull requests alone and no error."""
    asked = call.parameters(
        "state", "labels", "since", "sort", "direction", "creator", "assignee", "per_page", "page", "milestone"
    )
    wanted = _Wanted(asked)
    rows = [issue for issue in repository.alive(call.world.ago(call.list_lag)) if wanted.has(repository, issue)]
    rows.sort(key=wanted.key, reverse=wanted.descending)
    return call.paged(
        rows,
        lambda page: [call.write.issue(issue) for issue in page],
        path=f"/repositories/{repository.id}/issues",
    )


class _Wanted:
    """What a list is asked for; words it does not know are refused whether or not anything is listed."""

    def __init__(self, asked: dict[str, str]) -> None:
        self.state = _choice(asked, "state", "open", "closed", "all")
        self.key = _SORTS[_choice(asked, "sort", *_SORTS)]
        self.descending = _choice(asked, "direction", "desc", "asc") == "desc"
        self.labels = {name.strip().lower() for name in asked.get("labels", "").split(",") if name.strip()}
        self.since = _moment(asked["since"]) if "since" in asked else None
        self.creator = asked.get("creator", "").lower()
        self.assignee = asked.get("assignee")

    def has(self, repository: Repository, issue: Issue) -> bool:
        """Whether the list shows this issue."""
        return (
            issue.number not in repository.hidden
            and (repository.has_issues or issue.pull is not None)
            and self.state in ("all", issue.state)
            and {name.lower() for name in issue.labels}.issuperset(self.labels)
            and (self.since is None or issue.updated_at >= self.since)
            and self.creator in ("", issue.author.lower())
            and (self.assignee is None or _assigned(issue, self.assignee))
        )


def _assigned(issue: Issue, to: str) -> bool:
    if to in ("*", "none"):
        return bool(issue.assignees) == (to == "*")
    return to.lower() in {login.lower() for login in issue.assignees}


def _choice(asked: dict[str, str], name: str, *values: str) -> str:
    value = asked.get(name, values[0])
    if value not in values:
        raise invalid("Issue", name, "invalid", value=value)
    return value


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise invalid("Issue", "since", "invalid", value=text) from error


@routes.on("POST", "/issues")
def create_issue(call: Call, repository: Repository) -> Response:
    """A new issue; labels and assignees of callers without the right to set them are dropped without a word."""
    call.refuse_archived(repository)
    if not repository.has_issues:
        raise Refusal(410, "Issues has been disabled in this repository.")
    body = call.json_object("title", "body", "labels", "assignees", "assignee", "milestone", "type")
    if body.get("title") is None:
        raise unreadable('"title" wasn\'t supplied.')
    facts: dict[str, Any] = {"title": read_title(body["title"]), "body": read_body(body.get("body"))}
    labels, assignees = read_labels(body.get("labels", [])), read_assignees(call, repository, body)
    if call.caller.can("triage", repository):
        facts |= {"labels": permitted_labels(call, repository, labels), "assignees": assignees or ()}
    made = call.world.create_issue(repository, author=call.caller.user.login, **facts)
    return Response(status=201, json=call.write.issue(made), headers={"location": call.write.issue(made)["url"]})


@routes.on("GET", "/issues/{number}")
def get_issue(call: Call, repository: Repository, number: int) -> Response:
    """One issue or pull request, always as it is now."""
    return Response(json=call.write.issue(call.issue(repository, number)))


@routes.on("PATCH", "/issues/{number}")
def edit_issue(call: Call, repository: Repository, number: int) -> Response:
    """Changes what is given; `state_reason` counts only beside `state`."""
    issue = call.issue(repository, number)
    call.refuse_archived(repository)
    body = call.json_object(
        "title", "body", "state", "state_reason", "labels", "assignees", "assignee", "milestone", "type"
    )
    changes = _changes(call, repository, body)
    author = issue.author == call.caller.user.login
    wording = "write" if {"title", "body"} & set(changes) else "triage"
    if not author:
        call.refuse_unless(wording, repository)
    elif not call.caller.can("triage", repository):
        changes.pop("labels", None)
        changes.pop("assignees", None)
    _refuse_reopening(issue, body.get("state"))
    issue = _set_state(call, issue, body)
    return Response(json=call.write.issue(call.world.edit(issue, **changes)))


def _changes(call: Call, repository: Repository, body: dict[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if body.get("title") is not None:
        changes["title"] = read_title(body["title"])
    if "body" in body:
        changes["body"] = read_body(body["body"])
    if body.get("state", "open") not in ("open", "closed"):
        raise invalid("Issue", "state", "invalid", value=body["state"])
    if body.get("state_reason") not in ("completed", "not_planned", "duplicate", "reopened", None):
        raise invalid("Issue", "state_reason", "invalid", value=body["state_reason"])
    labels, assignees = read_labels(body.get("labels", [])), read_assignees(call, repository, body)
    if "labels" in body:
        changes["labels"] = permitted_labels(call, repository, labels)
    if assignees is not None:
        changes["assignees"] = assignees
    return changes


def _set_state(call: Call, issue: Issue, body: dict[str, Any]) -> Issue:
    reason = body.get("state_reason")
    if body.get("state") == "closed":
        return call.world.close(issue, call.caller.user.login, None if reason == "reopened" else reason)
    return call.world.reopen(issue) if body.get("state") == "open" else issue


def _refuse_reopening(issue: Issue, state: object) -> None:
    if state == "open" and issue.pull is not None and issue.pull.merged_at is not None:
        raise invalid("PullRequest", "state", "invalid", message="state cannot be changed. It was merged already.")


@routes.on("GET", "/pulls/{number}")
def get_pull(call: Call, repository: Repository, number: int) -> Response:
    """One pull request; the number of an issue is not found."""
    if number in repository.hidden or not (found := repository.issue(number)) or found.pull is None:
        raise not_found()
    return Response(json=call.write.pull(found))
