"""Which function answers which path: REST v2 of both flavours, what Cloud has in v3, and the rest a 404."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

from tests.emulators import jira_catalogue as catalogue
from tests.emulators import jira_issues as issues
from tests.emulators import jira_links as links
from tests.emulators import jira_search as search
from tests.emulators.http import Request, Response
from tests.emulators.jira_errors import BAD_BODY, JiraError
from tests.emulators.jira_site import Site

Answer = Callable[..., Response]
"""Called with the site, the request and the variable parts of the path."""


def _gone(_site: Site, _request: Request) -> Response:
    raise JiraError(410, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.")


_ISSUE = "/rest/api/2/issue/([^/]+)"
_TYPES = "/rest/api/2/issue/createmeta/([^/]+)/issuetypes"
_BOTH: dict[str, Answer] = {
    "GET /rest/api/2/serverInfo": catalogue.server_info,
    "GET /rest/api/2/myself": catalogue.myself,
    "GET /rest/api/2/mypermissions": catalogue.my_permissions,
    "GET /rest/api/2/project/([^/]+)": catalogue.project,
    "GET /rest/api/2/project/([^/]+)/components": catalogue.components,
    "GET /rest/api/2/user": catalogue.user,
    "GET /rest/api/2/user/assignable/search": catalogue.assignable,
    **{
        f"GET /rest/api/2/{name}": partial(catalogue.catalogue, name=name)
        for name in ("issuetype", "priority", "resolution", "status", "field", "issueLinkType")
    },
    f"GET {_TYPES}": catalogue.create_types,
    f"GET {_TYPES}/([^/]+)": catalogue.create_fields,
    "POST /rest/api/2/issue": issues.create,
    f"GET {_ISSUE}": issues.read,
    f"PUT {_ISSUE}": issues.edit,
    f"GET {_ISSUE}/editmeta": issues.edit_meta,
    f"GET {_ISSUE}/transitions": issues.transitions,
    f"POST {_ISSUE}/transitions": issues.do_transition,
    f"GET {_ISSUE}/remotelink": links.remote_links,
    f"POST {_ISSUE}/remotelink": links.add_remote_link,
    "POST /rest/api/2/issueLink": links.link_issues,
}


def _cloud(version: int) -> Iterator[tuple[str, Answer]]:
    """What both versions of Cloud's API have."""
    v3, base = version == 3, f"/rest/api/{version}"
    for method in ("GET", "POST"):
        yield f"{method} {base}/search/jql", partial(search.search_by_token, v3=v3)
        yield f"{method} {base}/search", _gone
    yield f"POST {base}/issue/bulkfetch", partial(search.bulk_fetch, v3=v3)


_CLOUD: dict[str, Answer] = {**dict(_cloud(2)), **dict(_cloud(3)), **_BOTH}
_DATACENTER: dict[str, Answer] = {
    "GET /rest/api/2/search": search.search_by_number,
    "POST /rest/api/2/search": search.search_by_number,
    "GET /rest/pat/latest/tokens": catalogue.tokens,
    **_BOTH,
}


def _compiled(table: dict[str, Answer]) -> list[tuple[str, re.Pattern[str], Answer]]:
    return [
        (method, re.compile(path), answer) for (method, path), answer in ((k.split(" "), v) for k, v in table.items())
    ]


_ROUTES = {True: _compiled(_CLOUD), False: _compiled(_DATACENTER)}


def answer(site: Site, request: Request) -> Response:
    """The reply of the function that serves this path. Raises JiraError."""
    if request.body:
        _check_json(request)
    path = re.sub(r"^/rest/api/latest/", "/rest/api/2/", request.path)
    methods = set()
    for method, pattern, serve in _ROUTES[site.cloud]:
        if found := pattern.fullmatch(path):
            if method == request.method:
                return serve(site, request, *found.groups())
            methods.add(method)
    if methods:
        return Response(status=405, headers={"Allow": ", ".join(sorted(methods))})
    return Response(status=404, json={"message": f"null for uri: {request.path}", "status-code": 404})


def _check_json(request: Request) -> None:
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise JiraError(415, "Unsupported Media Type")
    try:
        _ = request.json
    except ValueError:
        raise JiraError(400, BAD_BODY) from None
