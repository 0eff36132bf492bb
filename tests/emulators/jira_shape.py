"""Jira's JSON for what a site holds."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.emulators.jira_fields import FIELDS, OPTIONS, Field, component_ids
from tests.emulators.jira_site import (
    ISSUE_TYPES,
    LINK_TYPES,
    PRIORITIES,
    RESOLUTIONS,
    Issue,
    IssueLink,
    Project,
    RemoteLink,
    Site,
    Status,
    User,
)

Json = dict[str, Any]
CATEGORIES = {
    "undefined": (1, "medium-gray", "No Category"),
    "new": (2, "blue-gray", "To Do"),
    "indeterminate": (4, "yellow", "In Progress"),
    "done": (3, "green", "Done"),
}


def url(site: Site, rest: str) -> str:
    """An absolute URL of this site's API."""
    return f"{site.base_url}/rest/api/2/{rest}"


def id_of(names: dict[str, str], name: str) -> str:
    """The id of a name in one of the catalogues."""
    return next(key for key, value in names.items() if value == name)


def timestamp(site: Site, moment: datetime) -> str:
    """Jira's own date form: milliseconds, and the account's offset without a colon."""
    local = moment.astimezone(ZoneInfo(site.account.zone))
    return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{local:%z}"


def user(site: Site, person: User) -> Json:
    """A person, as the flavour shows them."""
    avatars = {f"{size}x{size}": f"{site.base_url}/avatars/{size}.png" for size in (48, 24, 16, 32)}
    known: Json = {
        "displayName": person.display_name,
        "active": person.active,
        "timeZone": person.zone,
        "avatarUrls": avatars,
    }
    if site.cloud:
        by_id = {
            "self": url(site, f"user?accountId={person.account_id}"),
            "accountId": person.account_id,
            "accountType": "atlassian",
        }
        return known | by_id | ({"emailAddress": person.email} if person == site.account else {})
    by_name = {"self": url(site, f"user?username={person.name}"), "name": person.name, "key": f"JIRAUSER-{person.name}"}
    return known | by_name | {"emailAddress": person.email}


def status(site: Site, one: Status) -> Json:
    """A status with its category."""
    number, colour, name = CATEGORIES[one.category]
    category = {
        "self": url(site, f"statuscategory/{number}"),
        "id": number,
        "key": one.category,
        "colorName": colour,
        "name": name,
    }
    icon = f"{site.base_url}/images/icons/statuses/generic.png"
    place = url(site, f"status/{one.id}")
    return {
        "self": place,
        "description": "",
        "iconUrl": icon,
        "name": one.name,
        "id": one.id,
        "statusCategory": category,
    }


def issue_type(site: Site, name: str) -> Json:
    """An issue type; Cloud adds its level in the hierarchy."""
    number = id_of(ISSUE_TYPES, name)
    subtask = name == "Sub-task"
    shown: Json = {
        "self": url(site, f"issuetype/{number}"),
        "id": number,
        "description": "",
        "name": name,
        "subtask": subtask,
    }
    shown["iconUrl"] = f"{site.base_url}/images/icons/issuetypes/{number}.svg"
    return shown | ({"hierarchyLevel": {"Epic": 1, "Sub-task": -1}.get(name, 0)} if site.cloud else {})


def priority(site: Site, name: str) -> Json:
    """A priority."""
    number = id_of(PRIORITIES, name)
    return {
        "self": url(site, f"priority/{number}"),
        "iconUrl": f"{site.base_url}/images/{number}.svg",
        "name": name,
        "id": number,
    }


def resolution(site: Site, name: str) -> Json:
    """A resolution."""
    number = id_of(RESOLUTIONS, name)
    return {"self": url(site, f"resolution/{number}"), "id": number, "description": "", "name": name}


def component(site: Site, project: str, name: str) -> Json:
    """A component of a project."""
    number = id_of(component_ids(site, project), name)
    return {"self": url(site, f"component/{number}"), "id": number, "name": name}


def project(site: Site, one: Project) -> Json:
    """A project, as issues name it."""
    return {"self": url(site, f"project/{one.id}"), "id": one.id, "key": one.key, "name": one.name}


def link_type(site: Site, number: str) -> Json:
    """A type of issue link, with its two readings."""
    name, inward, outward = LINK_TYPES[number]
    return {
        "id": number,
        "name": name,
        "inward": inward,
        "outward": outward,
        "self": url(site, f"issueLinkType/{number}"),
    }


def brief(site: Site, issue: Issue) -> Json:
    """An issue as it shows in another one's links and parent."""
    return {
        "id": issue.id,
        "key": issue.key,
        "self": url(site, f"issue/{issue.id}"),
        "fields": {
            "summary": issue.summary,
            "status": status(site, site.status(issue.status)),
            "issuetype": issue_type(site, issue.issuetype),
        }
        | ({"priority": priority(site, issue.priority)} if issue.priority else {}),
    }


def _links(site: Site, issue: Issue) -> list[Json]:
    return [
        shown
        for link in site.links
        if issue.id in (link.source, link.target)
        for shown in [_link(site, issue, link)]
        if shown
    ]


def _link(site: Site, issue: Issue, link: IssueLink) -> Json | None:
    side, other_id = ("outwardIssue", link.target) if issue.id == link.source else ("inwardIssue", link.source)
    other = site.find(other_id)
    if other is None or not site.readable(other):
        return None
    number = next(number for number, names in LINK_TYPES.items() if names[0] == link.type)
    return {
        "id": link.id,
        "self": url(site, f"issueLink/{link.id}"),
        "type": link_type(site, number),
        side: brief(site, other),
    }


def _person(site: Site, account_id: str | None) -> Json | None:
    return user(site, site.users[account_id]) if account_id else None


def _parent(site: Site, issue: Issue) -> Json | None:
    parent = site.find(issue.parent) if issue.parent else None
    return brief(site, parent) if parent else None


def option(site: Site, value: str) -> Json:
    number = id_of(OPTIONS, value)
    return {"self": url(site, f"customFieldOption/{number}"), "value": value, "id": number}


def _custom(site: Site, field: Field, value: Any) -> Any:
    if value is None:
        return None
    if field.type == "option":
        return option(site, value)
    return [option(site, one) for one in value] if field.items == "option" else value


def document(text: str | None) -> Json | None:
    """A text in the document format of REST v3."""
    if text is None:
        return None
    lines = [
        {"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []} for line in text.split("\n")
    ]
    return {"type": "doc", "version": 1, "content": lines}


_SYSTEM: dict[str, Callable[[Site, Issue], Any]] = {
    "summary": lambda _, issue: issue.summary,
    "description": lambda _, issue: issue.description,
    "environment": lambda _, issue: issue.environment,
    "labels": lambda _, issue: list(issue.labels),
    "duedate": lambda _, issue: issue.duedate,
    "priority": lambda site, issue: priority(site, issue.priority) if issue.priority else None,
    "assignee": lambda site, issue: _person(site, issue.assignee),
    "reporter": lambda site, issue: _person(site, issue.reporter),
    "components": lambda site, issue: [component(site, issue.project, name) for name in issue.components],
    "parent": _parent,
    "resolution": lambda site, issue: resolution(site, issue.resolution) if issue.resolution else None,
    "status": lambda site, issue: status(site, site.status(issue.status)),
    "issuetype": lambda site, issue: issue_type(site, issue.issuetype),
    "project": lambda site, issue: project(site, site.projects[issue.project]),
    "created": lambda site, issue: timestamp(site, issue.created),
    "updated": lambda site, issue: timestamp(site, issue.updated),
    "archiveddate": lambda site, issue: timestamp(site, issue.updated) if issue.archived else None,
    "resolutiondate": lambda site, issue: timestamp(site, issue.resolved) if issue.resolved else None,
    "issuelinks": _links,
}


def issue_fields(site: Site, issue: Issue, wanted: Collection[str], *, v3: bool = False) -> Json:
    """The fields asked for: names, `*all`, `*navigable`, and `-name` to leave one out; unknown names are ignored."""
    everything = [*_SYSTEM, *(field.id for field in FIELDS.values() if field.custom)]
    asked = {name for name in wanted if not name.startswith("-")}
    left_out = {name[1:] for name in wanted if name.startswith("-")}
    if asked & {"*all", "*navigable"} or not asked:
        asked = set(everything)
    shown = {name: _field(site, issue, name) for name in everything if name in asked - left_out}
    if shown.get("parent", ...) is None:
        del shown["parent"]
    if v3 and "description" in shown:
        shown["description"] = document(shown["description"])
    return shown


def _field(site: Site, issue: Issue, name: str) -> Any:
    if name in _SYSTEM:
        return _SYSTEM[name](site, issue)
    return _custom(site, FIELDS[name], issue.customfields.get(name))


def issue(site: Site, one: Issue, wanted: Collection[str], *, v3: bool = False) -> Json:
    """An issue with the fields asked for."""
    place = f"{site.base_url}/rest/api/{3 if v3 else 2}/issue/{one.id}"
    head = {
        "expand": "renderedFields,names,schema,operations,editmeta,changelog",
        "id": one.id,
        "self": place,
        "key": one.key,
    }
    return head | {"fields": issue_fields(site, one, wanted, v3=v3)}


def remote_link(site: Site, issue_id: str, link: RemoteLink) -> Json:
    """A remote link, everything that was sent and nothing that was not."""
    kept = {
        name: link.body[name] for name in ("application", "relationship", "object") if link.body.get(name) is not None
    }
    head: Json = {"id": link.id, "self": url(site, f"issue/{issue_id}/remotelink/{link.id}")}
    return head | ({"globalId": link.global_id} if link.global_id else {}) | kept
