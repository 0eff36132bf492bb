"""What a client asks about a Jira before it writes: server, account, permissions, projects, fields, people."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from tests.emulators import jira_screens as screens
from tests.emulators import jira_shape as shape
from tests.emulators.http import Request, Response
from tests.emulators.jira_errors import JiraError
from tests.emulators.jira_fields import FIELDS, create_screen
from tests.emulators.jira_issues import find_issue
from tests.emulators.jira_site import ISSUE_TYPES, LINK_TYPES, PERMISSIONS, PRIORITIES, RESOLUTIONS, Project, Site, User

CLOUD_VERSION = "1001.0.0-SNAPSHOT"
DATACENTER_VERSION = "10.3.24"
_META_LIMIT = 200
_SEARCH_LIMIT = 1000


def server_info(site: Site, _request: Request) -> Response:
    """GET serverInfo."""
    version = CLOUD_VERSION if site.cloud else DATACENTER_VERSION
    numbers = [int(part) for part in version.split("-")[0].split(".")]
    return Response(
        json={
            "baseUrl": site.base_url,
            "version": version,
            "versionNumbers": numbers,
            "deploymentType": "Cloud" if site.cloud else "Server",
            "buildNumber": 100_200,
            "buildDate": shape.timestamp(site, site.clock().astimezone(UTC).replace(month=1, day=1)),
            "serverTime": shape.timestamp(site, site.clock()),
            "scmInfo": "0" * 40,
            "serverTitle": "Jira",
        }
    )


def myself(site: Site, _request: Request) -> Response:
    """GET myself."""
    own = shape.user(site, site.account) | {"locale": "en_US"}
    groups: dict[str, Any] = {"groups": {"size": 1, "items": []}, "applicationRoles": {"size": 1, "items": []}}
    return Response(json=own | groups | {"expand": "groups,applicationRoles"})


def tokens(site: Site, _request: Request) -> Response:
    """GET of the account's personal access tokens, which Data Center has beside its REST v2; dates end in Z there."""
    ends = {"expiringAt": f"{site.token_expires.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"} if site.token_expires else {}
    return Response(json=[{"id": 1, "name": "syncd", "createdAt": "2026-01-01T00:00:00.000Z", **ends}])


def my_permissions(site: Site, request: Request) -> Response:
    """GET mypermissions: Cloud answers only for the permissions named, Data Center for all."""
    project = _project_asked(site, request)
    names = request.query.get("permissions", "").split(",") if site.cloud else list(PERMISSIONS)
    if names == [""]:
        raise JiraError(400, "The 'permissions' query parameter is required.")
    if unknown := sorted(set(names) - set(PERMISSIONS)):
        raise JiraError(400, f"Unrecognized permission(s): {', '.join(unknown)}")
    held = project.permissions if project else frozenset().union(*(one.permissions for one in site.projects.values()))
    return Response(json={"permissions": {name: _permission(name, name in held) for name in names}})


def _permission(name: str, held: bool) -> dict[str, Any]:
    title = name.replace("_", " ").capitalize()
    number = str(10 + PERMISSIONS.index(name))
    return {"id": number, "key": name, "name": title, "type": "PROJECT", "description": title, "havePermission": held}


def _project_asked(site: Site, request: Request) -> Project | None:
    if "issueKey" in request.query:
        return site.projects[find_issue(site, request.query["issueKey"]).project]
    wanted = request.query.get("projectKey", request.query.get("projectId"))
    return find_project(site, wanted) if wanted else None


def find_project(site: Site, id_or_key: str) -> Project:
    """The project the account can see. Raises 404."""
    for project in site.projects.values():
        if id_or_key in (project.id, project.key) and project.visible and "BROWSE_PROJECTS" in project.permissions:
            return project
    raise JiraError(404, f"No project could be found with key '{id_or_key}'.")


def project(site: Site, _request: Request, id_or_key: str) -> Response:
    """GET project."""
    found = find_project(site, id_or_key)
    types = [shape.issue_type(site, name) for name in ISSUE_TYPES.values() if name in found.issue_types]
    shown = shape.project(site, found) | {
        "expand": "description,lead,issueTypes,url,projectKeys",
        "description": "",
        "lead": shape.user(site, site.account),
        "components": [shape.component(site, found.key, name) for name in found.components],
        "issueTypes": types,
        "assigneeType": "UNASSIGNED",
        "versions": [],
        "projectTypeKey": "software",
        "archived": False,
    }
    return Response(json=shown)


def components(site: Site, _request: Request, id_or_key: str) -> Response:
    """GET project components."""
    found = find_project(site, id_or_key)
    project_part = {"project": found.key, "assigneeType": "PROJECT_DEFAULT"}
    return Response(json=[shape.component(site, found.key, name) | project_part for name in found.components])


def create_types(site: Site, request: Request, id_or_key: str) -> Response:
    """GET createmeta issue types, a page of them; none where nothing may be created."""
    found = _creatable(site, id_or_key)
    allowed = site.may(found.key, "CREATE_ISSUES")
    types = [shape.issue_type(site, name) for name in ISSUE_TYPES.values() if allowed and name in found.issue_types]
    return _page(site, request, types, "issueTypes")


def create_fields(site: Site, request: Request, id_or_key: str, type_id: str) -> Response:
    """GET createmeta fields of one issue type, a page of them; `project` and `issuetype` are among them."""
    found = _creatable(site, id_or_key)
    name = ISSUE_TYPES.get(type_id)
    if name not in found.issue_types or not site.may(found.key, "CREATE_ISSUES"):
        raise JiraError(400, "The issue type is not available in this project.")
    screen = create_screen(site, found.key, name)
    place = [_place_field(site, "project", "Project"), _place_field(site, "issuetype", "Issue Type")]
    return _page(
        site, request, place + [screens.create_field(site, field, found.key, name) for field in screen], "fields"
    )


def _creatable(site: Site, id_or_key: str) -> Project:
    try:
        return find_project(site, id_or_key)
    except JiraError as refusal:
        raise JiraError(400, *refusal.messages) from None


def _place_field(site: Site, field_id: str, name: str) -> dict[str, Any]:
    head = {"required": True, "schema": {"type": field_id, "system": field_id}, "name": name, "fieldId": field_id}
    tail: dict[str, Any] = {"hasDefaultValue": False, "operations": ["set"], "allowedValues": []}
    return head | tail | ({"key": field_id} if site.cloud else {})


def _page(site: Site, request: Request, entries: list[dict[str, Any]], cloud_name: str) -> Response:
    start = int(request.query.get("startAt", "0"))
    size = min(int(request.query.get("maxResults", str(site.meta_page))), site.meta_page, _META_LIMIT)
    head: dict[str, Any] = {"startAt": start, "maxResults": size, "total": len(entries)}
    page = entries[start : start + size]
    if site.cloud:
        return Response(json=head | {cloud_name: page})
    return Response(json=head | {"values": page, "isLast": start + size >= len(entries)})


def catalogue(site: Site, _request: Request, *, name: str) -> Response:
    """GET issuetype, priority, resolution, status, field or issueLinkType: everything the site has of it."""
    lists: dict[str, list[dict[str, Any]]] = {
        "issuetype": [shape.issue_type(site, one) for one in ISSUE_TYPES.values()],
        "priority": [
            shape.priority(site, one) | {"statusColor": "#d04437", "description": ""} for one in PRIORITIES.values()
        ],
        "resolution": [shape.resolution(site, one) for one in RESOLUTIONS.values()],
        "status": [shape.status(site, one) for one in site.statuses],
        "field": [_field(site, field_id) for field_id in FIELDS],
    }
    if name == "issueLinkType":
        return Response(json={"issueLinkTypes": [shape.link_type(site, number) for number in LINK_TYPES]})
    return Response(json=lists[name])


def _field(site: Site, field_id: str) -> dict[str, Any]:
    field = FIELDS[field_id]
    clauses = [f"cf[{field_id.removeprefix('customfield_')}]", field.name] if field.custom else [field_id]
    flags = {"orderable": True, "navigable": True, "searchable": True, "custom": bool(field.custom)}
    head = {"id": field_id, "name": field.name, "clauseNames": clauses, "schema": screens.field_schema(field)}
    return head | flags | ({"key": field_id} if site.cloud else {})


def user(site: Site, request: Request) -> Response:
    """GET user: by accountId on Cloud, by username on Data Center."""
    asked = "accountId" if site.cloud else "username"
    if asked not in request.query:
        raise JiraError(400, "Either the 'accountId' or 'key' query parameters need to be provided.")
    wanted = request.query[asked]
    for person in site.users.values():
        if wanted == (person.account_id if site.cloud else person.name):
            return Response(json=shape.user(site, person))
    words = (
        f"Specified user with account ID '{wanted}' does not exist."
        if site.cloud
        else f"The user named '{wanted}' does not exist"
    )
    raise JiraError(404, words)


def assignable(site: Site, request: Request) -> Response:
    """GET user/assignable/search: people of this project whose name or address starts with, or holds, the words."""
    if not {"project", "issueKey", "issueId"} & set(request.query):
        raise JiraError(400, "Either the 'project' or 'issueKey' query parameter needs to be provided.")
    if "project" in request.query:
        find_project(site, request.query["project"])
    limit = min(int(request.query.get("maxResults", "50")), _SEARCH_LIMIT)
    start = int(request.query.get("startAt", "0"))
    found = [
        person for person in site.users.values() if person.active and person.assignable and _fits(site, person, request)
    ]
    return Response(json=[shape.user(site, person) for person in found[start : start + limit]])


def _fits(site: Site, person: User, request: Request) -> bool:
    if site.cloud and "accountId" in request.query:
        return person.account_id == request.query["accountId"]
    words = request.query.get("query" if site.cloud else "username", "").lower()
    words_of = (person.email, person.display_name) if site.cloud else (person.name, person.email, person.display_name)
    return any(words in text.lower() for text in words_of)
