"""Links over REST: to pages elsewhere, and between issues."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from tests.emulators.http import Request, Response
from tests.emulators.jira_errors import BAD_BODY, JiraError
from tests.emulators.jira_issues import body_of, find_issue
from tests.emulators.jira_shape import Json, remote_link, url
from tests.emulators.jira_site import LINK_TYPES, Issue, IssueLink, RemoteLink, Site


def _check_linkable(site: Site, found: Issue) -> None:
    if found.archived:
        raise JiraError(403, "You cannot edit this issue as it has been archived.")
    if not site.may(found.project, "LINK_ISSUES"):
        raise JiraError(403, f"No Link Issue Permission for issue '{found.key}'")


def remote_links(site: Site, request: Request, id_or_key: str) -> Response:
    """GET remotelink: all of them, or the one with `globalId`."""
    found = find_issue(site, id_or_key)
    wanted = request.query.get("globalId")
    if wanted is None:
        return Response(json=[remote_link(site, found.id, link) for link in found.remote_links])
    for link in found.remote_links:
        if link.global_id == wanted:
            return Response(json=remote_link(site, found.id, link))
    raise JiraError(404, "The remote link does not exist.")


def add_remote_link(site: Site, request: Request, id_or_key: str) -> Response:
    """POST remotelink: 201 a new one, 200 the one with this `globalId` replaced whole."""
    found = find_issue(site, id_or_key)
    body = body_of(request, {"globalId", "application", "relationship", "object"})
    _check_linkable(site, found)
    global_id, target = body.get("globalId"), _target(body)
    old = next((link for link in found.remote_links if global_id and link.global_id == global_id), None)
    number = old.id if old else int(site.next_id())
    new = RemoteLink(number, global_id, target["url"], target["title"], body)
    if old is None:
        site.change(found, remote_links=(*found.remote_links, new))
    elif old != new:
        site.change(found, remote_links=tuple(new if link is old else link for link in found.remote_links))
    place = url(site, f"issue/{found.id}/remotelink/{number}")
    return Response(status=200 if old else 201, json={"id": number, "self": place})


def _target(body: Json) -> Json:
    """The `object` of a remote link. Raises 400 naming what is wrong with it or with the global id."""
    target = body.get("object")
    if not isinstance(target, dict):
        raise JiraError(400, errors={"object": "'object' is required."})
    errors = {name: f"'{name}' is required." for name in ("url", "title") if not target.get(name)}
    parts = urlsplit(str(target.get("url") or ""))
    if "url" not in errors and not (parts.scheme and parts.netloc):
        errors["url"] = f"The URL '{target['url']}' is not valid."
    limits = {"globalId": body.get("globalId"), "title": target.get("title"), "relationship": body.get("relationship")}
    for name, value in limits.items():
        if value is not None and (not isinstance(value, str) or len(value) > 255):
            errors[name] = f"'{name}' cannot be longer than 255 characters."
    if errors:
        raise JiraError(400, errors=errors)
    return dict(target)


def link_issues(site: Site, request: Request) -> Response:
    """POST issueLink: `inwardIssue` blocks (duplicates, …) `outwardIssue`; saying it twice changes nothing."""
    body = body_of(request, {"type", "inwardIssue", "outwardIssue", "comment"})
    kind = _link_type(body.get("type"))
    source, target = (_linked(site, body.get(side)) for side in ("inwardIssue", "outwardIssue"))
    for one in (source, target):
        _check_linkable(site, one)
    if source.id == target.id:
        raise JiraError(400, "You cannot link an issue to itself.")
    known = {(link.type, link.source, link.target) for link in site.links}
    if (kind, source.id, target.id) not in known:
        site.links.append(IssueLink(site.next_id(), kind, source.id, target.id))
        site.touch(source)
        site.touch(target)
    return Response(status=201)


def _link_type(sent: Any) -> str:
    if isinstance(sent, dict):
        for number, (name, _, _) in LINK_TYPES.items():
            if sent.get("id") == number or str(sent.get("name", "")).lower() == name.lower():
                return name
    wanted = sent.get("name", sent.get("id")) if isinstance(sent, dict) else None
    raise JiraError(404, f"No issue link type with name '{wanted}' found.")


def _linked(site: Site, sent: Any) -> Issue:
    wanted = sent.get("key", sent.get("id")) if isinstance(sent, dict) else None
    if not isinstance(wanted, str):
        raise JiraError(400, BAD_BODY)
    return find_issue(site, wanted)
