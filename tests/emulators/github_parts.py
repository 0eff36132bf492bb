"""What hangs on an issue: assignees, labels, comments, sub-issues."""

from __future__ import annotations

from tests.emulators.github_call import Call, Routes
from tests.emulators.github_fields import assignable, permitted_labels, read_body, read_labels
from tests.emulators.github_replies import Refusal, invalid, not_found, unreadable
from tests.emulators.github_state import Issue, Repository
from tests.emulators.http import Response

CHILDREN_LIMIT = 100

routes = Routes()


@routes.on("POST", "/issues/{number}/assignees")
@routes.on("DELETE", "/issues/{number}/assignees")
def change_assignees(call: Call, repository: Repository, number: int) -> Response:
    """Adds or takes away; logins that cannot be assigned are passed over."""
    issue = call.issue(repository, number)
    call.refuse_unless("triage", repository)
    logins = [login for login in call.json_object("assignees")["assignees"] if assignable(call, repository, login)]
    named = tuple(call.world.user(login).login for login in logins)
    if call.request.method == "DELETE":
        kept = tuple(login for login in issue.assignees if login not in named)
        return Response(json=call.write.issue(call.world.edit(issue, assignees=kept)))
    both = tuple(dict.fromkeys((*issue.assignees, *named)))
    return Response(status=201, json=call.write.issue(call.world.edit(issue, assignees=both)))


@routes.on("GET", "/issues/{number}/labels")
@routes.on("POST", "/issues/{number}/labels")
@routes.on("PUT", "/issues/{number}/labels")
def change_labels(call: Call, repository: Repository, number: int) -> Response:
    """Shows, adds or replaces; the names come as an array, bare or under `labels`."""
    issue = call.issue(repository, number)
    if call.request.method == "GET":
        call.parameters("per_page", "page")
        return call.paged(call.write.labels(issue))
    call.refuse_unless("triage", repository)
    body = call.json_body()
    names = permitted_labels(
        call, repository, read_labels(body if isinstance(body, list) else call.json_object("labels")["labels"])
    )
    if call.request.method == "POST":
        names = tuple(dict.fromkeys((*issue.labels, *names)))
    return Response(json=call.write.labels(call.world.edit(issue, labels=names)))


@routes.on("DELETE", "/issues/{number}/labels/{name}")
def remove_label(call: Call, repository: Repository, number: int, name: str) -> Response:
    """Takes one label off; the others are the reply."""
    issue = call.issue(repository, number)
    call.refuse_unless("triage", repository)
    kept = tuple(label for label in issue.labels if label.lower() != name.lower())
    if kept == issue.labels:
        raise Refusal(404, "Label does not exist")
    return Response(json=call.write.labels(call.world.edit(issue, labels=kept)))


@routes.on("GET", "/issues/{number}/comments")
def list_comments(call: Call, repository: Repository, number: int) -> Response:
    """Comments, oldest first."""
    issue = call.issue(repository, number)
    call.parameters("since", "per_page", "page")
    return call.paged([call.write.comment(issue, comment) for comment in issue.comments])


@routes.on("POST", "/issues/{number}/comments")
def create_comment(call: Call, repository: Repository, number: int) -> Response:
    """A new comment by whoever sees the issue."""
    issue = call.issue(repository, number)
    call.refuse_archived(repository)
    body = read_body(call.json_object("body").get("body"))
    if not body:
        raise invalid("IssueComment", "body", "missing_field")
    comment = call.world.comment(issue, call.caller.user.login, body)
    return Response(status=201, json=call.write.comment(issue, comment))


@routes.on("GET", "/issues/{number}/sub_issues")
def list_children(call: Call, repository: Repository, number: int) -> Response:
    """Sub-issues in their order."""
    _refuse_on_enterprise(call)
    call.parameters("per_page", "page")
    children = [call.world.by_id(child) for child in call.issue(repository, number).children]
    return call.paged([call.write.issue(child) for child in children if child])


@routes.on("POST", "/issues/{number}/sub_issues")
def add_child(call: Call, repository: Repository, number: int) -> Response:
    """Puts an issue, named by its database id, below this one; the reply is the parent."""
    _refuse_on_enterprise(call)
    parent = call.issue(repository, number)
    call.refuse_unless("triage", repository)
    body = call.json_object("sub_issue_id", "replace_parent")
    if type(body.get("sub_issue_id")) is not int:
        raise unreadable('"sub_issue_id" wasn\'t supplied or is not an integer.')
    child = call.world.by_id(body["sub_issue_id"])
    if child is None or not call.caller.sees(call.world.repositories[child.repository_id]):
        raise not_found()
    _refuse_child(call, parent, child, replacing=body.get("replace_parent") is True)
    parent = call.world.edit(parent, children=(*parent.children, child.id))
    return Response(status=201, json=call.write.issue(parent))


def _refuse_on_enterprise(call: Call) -> None:
    if call.enterprise:
        raise not_found()


def _refuse_child(call: Call, parent: Issue, child: Issue, *, replacing: bool) -> None:
    began = "An error occurred while adding the sub-issue to the parent issue. "
    parents = [
        issue for home in call.world.repositories.values() for issue in home.alive() if child.id in issue.children
    ]
    if child.id == parent.id or parent.id in child.children:
        raise Refusal(422, f"{began}Sub issue may not be its own ancestor")
    if parent in parents or (parents and not replacing):
        raise Refusal(422, f"{began}Issue may not contain duplicate sub-issues and Sub issue may only have one parent")
    if len(parent.children) >= CHILDREN_LIMIT:
        raise Refusal(422, f"{began}Parent cannot have more than {CHILDREN_LIMIT} sub-issues")
    for former in parents:
        call.world.edit(former, children=tuple(other for other in former.children if other != child.id))
