"""Search and bulk fetch: Cloud's token pages over a lagging index, Data Center's numbered ones."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from tests.emulators.http import Request, Response
from tests.emulators.jira_errors import BAD_BODY, JiraError
from tests.emulators.jira_jql import read_query
from tests.emulators.jira_query import search
from tests.emulators.jira_shape import issue
from tests.emulators.jira_site import Issue, Site

CLOUD_PAGE = 100
DATACENTER_PAGE = 1000
BULK_LIMIT = 100
RECONCILE_LIMIT = 50
_DEFAULT_PAGE = 50
_JQL_KEYS = {
    "jql",
    "nextPageToken",
    "maxResults",
    "fields",
    "expand",
    "properties",
    "fieldsByKeys",
    "failFast",
    "reconcileIssues",
}
_OLD_KEYS = {"jql", "startAt", "maxResults", "validateQuery", "fields", "expand", "properties"}


def search_by_token(site: Site, request: Request, *, v3: bool) -> Response:
    """Cloud's `/search/jql`: ids unless fields are named, at most 100 a page, the next page only by its token."""
    asked = _asked(request, _JQL_KEYS)
    jql = str(asked.get("jql") or "")
    query = read_query(jql)
    if query.where is None:
        raise JiraError(
            400, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
        )
    found, _ = search(site, query, fresh=_reconciled(asked.get("reconcileIssues")))
    size = _limit(asked.get("maxResults"), CLOUD_PAGE)
    start = _offset(asked.get("nextPageToken"), jql)
    page = found[start : start + size]
    wanted = _names(asked.get("fields")) or ["id"]
    reply: dict[str, Any] = {
        "issues": [_found(site, one, wanted, v3) for one in page],
        "isLast": start + size >= len(found),
    }
    if not reply["isLast"]:
        reply["nextPageToken"] = _token(jql, start + size)
    return Response(json=reply)


def search_by_number(site: Site, request: Request) -> Response:
    """Data Center's `/search`: startAt, maxResults up to 1000, total; an unknown ticket is a 400 unless told not."""
    asked = _asked(request, _OLD_KEYS)
    validate = asked.get("validateQuery", True)
    if isinstance(validate, str):
        validate = validate.lower() != "false"
    if not isinstance(validate, bool):
        raise JiraError(400, BAD_BODY)
    found, warnings = search(site, read_query(str(asked.get("jql") or "")), validate=validate)
    start = _whole(asked.get("startAt"), 0)
    size = _limit(asked.get("maxResults"), DATACENTER_PAGE, none=0)
    wanted = _names(asked.get("fields")) or ["*navigable"]
    reply: dict[str, Any] = {
        "expand": "schema,names",
        "startAt": start,
        "maxResults": size,
        "total": len(found),
        "issues": [issue(site, one, wanted) for one in found[start : start + size]],
    }
    return Response(json=reply | ({"warningMessages": warnings} if warnings else {}))


def bulk_fetch(site: Site, request: Request, *, v3: bool) -> Response:
    """Cloud's `issue/bulkfetch`: fresh, follows moved issues; what is missing or forbidden is silently left out."""
    asked = _asked(request, {"issueIdsOrKeys", "fields", "fieldsByKeys", "expand", "properties"})
    wanted = asked.get("issueIdsOrKeys")
    if not isinstance(wanted, list) or not wanted or not all(isinstance(one, str) for one in wanted):
        raise JiraError(400, "The 'issueIdsOrKeys' field must hold at least one issue id or key.")
    if len(wanted) > BULK_LIMIT:
        raise JiraError(400, f"The number of issues requested exceeds the limit of {BULK_LIMIT}.")
    found = {one.id: one for key in wanted if (one := site.find(key)) and site.readable(one)}
    fields = _names(asked.get("fields")) or ["*navigable"]
    issues = [issue(site, one, fields, v3=v3) for one in sorted(found.values(), key=lambda one: int(one.id))]
    return Response(json={"issues": issues, "issueErrors": []})


def _asked(request: Request, known: set[str]) -> dict[str, Any]:
    """What was asked, from the body or the query string; Jira refuses body fields it does not know."""
    if request.method == "GET":
        return dict(request.query)
    asked = request.json
    if not isinstance(asked, dict) or set(asked) - known:
        raise JiraError(400, BAD_BODY)
    return asked


def _found(site: Site, one: Issue, wanted: list[str], v3: bool) -> dict[str, Any]:
    if wanted == ["id"]:
        return {"id": one.id}
    if wanted == ["key"]:
        return {"id": one.id, "key": one.key}
    return issue(site, one, wanted, v3=v3)


def _reconciled(value: Any) -> list[str]:
    """Ids whose newest state a search must see: numbers, fifty at most."""
    ids = value.split(",") if isinstance(value, str) else value or []
    if not isinstance(ids, list) or len(ids) > RECONCILE_LIMIT or not all(str(one).isdigit() for one in ids):
        raise JiraError(400, BAD_BODY)
    return [str(one) for one in ids]


def _names(value: Any) -> list[str]:
    if value is None:
        return []
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise JiraError(400, BAD_BODY)
    return [name.strip() for name in names if name.strip()]


def _whole(value: Any, absent: int) -> int:
    if value is None:
        return absent
    if isinstance(value, str) and value.isdigit():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise JiraError(400, BAD_BODY)
    return value


def _limit(value: Any, highest: int, none: int = _DEFAULT_PAGE) -> int:
    """The page size: what was asked, never more than the highest; `none` is what asking for zero means."""
    size = _whole(value, _DEFAULT_PAGE)
    return min(size, highest) if size else none


def _fingerprint(jql: str) -> str:
    return hashlib.sha256(jql.encode()).hexdigest()[:12]


def _token(jql: str, start: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([_fingerprint(jql), start]).encode()).decode()


def _offset(token: Any, jql: str) -> int:
    if token is None:
        return 0
    try:
        fingerprint, start = json.loads(base64.urlsafe_b64decode(str(token)))
    except ValueError:
        raise JiraError(400, "The provided next page token is invalid or expired.") from None
    if fingerprint != _fingerprint(jql):
        raise JiraError(400, "The provided next page token is invalid or expired.")
    return int(start)
