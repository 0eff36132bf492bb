"""Everything about the service, accounts and repositories that is not an issue."""

from __future__ import annotations

import re

from tests.emulators.github_call import Call, Routes
from tests.emulators.github_fields import assignable, refuse_label_name
from tests.emulators.github_replies import Refusal, invalid, moved, not_found
from tests.emulators.github_state import ROLES, Repository
from tests.emulators.http import Response

_OLD_NAMES = {"read": "read", "triage": "read", "write": "write", "maintain": "write", "admin": "admin"}

routes = Routes()
in_repository = Routes()


@routes.on("GET", "/user")
def me(call: Call) -> Response:
    """Whose token this is; an installation is nobody."""
    if call.caller.token.kind == "installation":
        raise Refusal(403, "Resource not accessible by integration")
    return Response(json=call.write.account(call.caller.user.login))


@routes.on("GET", "/users/{login}")
def account(call: Call, login: str) -> Response:
    """An account by its login."""
    if login.lower() not in call.world.users:
        raise not_found()
    return Response(json=call.write.account(login))


def find_repository(call: Call) -> tuple[Repository, str]:
    """The repository that a path is about and the rest of the path; an old name redirects."""
    match = re.fullmatch(
        r"/repositories/(?P<id>[0-9]+)(?P<rest>/.*)?|/repos/(?P<name>[^/]+/[^/]+)(?P<below>/.*)?", call.path
    )
    if match is None:
        raise not_found()
    by_id = match["id"] is not None
    key = int(match["id"]) if by_id else call.world.names.get(match["name"].lower())
    repository = call.world.repositories.get(key) if key is not None else None
    if repository is None or not call.caller.sees(repository):
        raise not_found()
    call.caller.refuse_unless_admitted(repository)
    rest = (match["rest"] if by_id else match["below"]) or ""
    if not by_id and match["name"].lower() != repository.full_name.lower():
        raise moved(call.request.method, f"{call.write.api}/repositories/{repository.id}{rest}{call.query}")
    return repository, rest


@in_repository.on("GET", "")
def repository(call: Call, repository: Repository) -> Response:
    """The repository with what the caller may do there."""
    return Response(json=call.write.repository(repository))


@in_repository.on("GET", "/assignees")
def list_assignees(call: Call, repository: Repository) -> Response:
    """Who can be given issues."""
    call.parameters("per_page", "page")
    return call.paged([call.write.user(login) for login in sorted(repository.roles)])


@in_repository.on("GET", "/assignees/{login}")
def check_assignee(call: Call, repository: Repository, login: str) -> Response:
    """204 when issues can be given to this account, else 404."""
    if not assignable(call, repository, login):
        raise not_found()
    return Response(status=204)


@in_repository.on("GET", "/collaborators/{login}/permission")
def permission(call: Call, repository: Repository, login: str) -> Response:
    """What an account may do, for those who may push."""
    if not call.caller.can("write", repository):
        raise Refusal(403, "Must have push access to view collaborator permission.")
    user = call.world.users.get(login.lower())
    if user is None:
        raise not_found()
    role = repository.roles.get(user.login)
    rank = ROLES.index(role) + 1 if role else 0
    names = {"pull": 1, "triage": 2, "push": 3, "maintain": 4, "admin": 5}
    shown = call.write.user(user.login) | {"permissions": {name: rank >= least for name, least in names.items()}}
    word = role or ("none" if repository.private else "read")
    return Response(
        json={"permission": _OLD_NAMES.get(word, word), "role_name": word, "user": shown | {"role_name": word}}
    )


@in_repository.on("GET", "/labels")
def list_labels(call: Call, repository: Repository) -> Response:
    """Labels by name."""
    call.parameters("per_page", "page")
    return call.paged([call.write.label(repository, label) for _, label in sorted(repository.labels.items())])


@in_repository.on("GET", "/labels/{name}")
def get_label(call: Call, repository: Repository, name: str) -> Response:
    """One label, whatever the case of its name."""
    if name.lower() not in repository.labels:
        raise not_found()
    return Response(json=call.write.label(repository, repository.labels[name.lower()]))


@in_repository.on("POST", "/labels")
def create_label(call: Call, repository: Repository) -> Response:
    """A new label; names are compared without case, the colour is six hex digits without a hash."""
    call.refuse_archived(repository)
    if not call.caller.can("write", repository):
        raise not_found()
    body = call.json_object("name", "color", "description")
    name, color = body.get("name"), body.get("color", "ededed")
    if not isinstance(name, str):
        raise invalid("Label", "name", "missing_field")
    refuse_label_name(name)
    if not isinstance(color, str) or not re.fullmatch(r"[0-9A-Fa-f]{6}", color):
        raise invalid("Label", "color", "invalid")
    if len(body.get("description") or "") > 100:
        raise invalid("Label", "description", "custom", message="description is too long (maximum is 100 characters)")
    if name.lower() in repository.labels:
        raise invalid("Label", "name", "already_exists")
    label = call.world.add_label(repository, name, color=color.lower(), description=body.get("description"))
    return Response(status=201, json=call.write.label(repository, label))
