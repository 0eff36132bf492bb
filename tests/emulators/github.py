"""A GitHub, as far as issues go: github.com's API or an Enterprise Server's, with its strictness, limits and lags.

    emulator = GitHubEmulator(clock)
    with Server(emulator) as server:
        api = Github(base_url=emulator.api_url(server.url), auth=Auth.Token(emulator.token), retry=None, lazy=True)
        number = emulator.person_creates("Add an alert")
        emulator.list_lag = timedelta(minutes=5)

What is stricter than the real one: unknown fields and parameters are refused (422), where GitHub ignores them.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime

from tests.canary import canary
from tests.emulators import github_issues, github_parts, github_repositories, github_search
from tests.emulators.github_access import Caller, Token, authenticate
from tests.emulators.github_call import Call
from tests.emulators.github_json import Json, Writer
from tests.emulators.github_limits import Limits, Throttle
from tests.emulators.github_people import People
from tests.emulators.github_replies import Refusal, not_found
from tests.emulators.http import Request, Response

BOT = "syncd-bot"
_CREATING = ("/issues", "/comments", "/labels", "/sub_issues")
_TABLES = (github_repositories.routes, github_search.routes)
_IN_REPOSITORY = (github_issues.routes, github_parts.routes, github_repositories.in_repository)


class GitHubEmulator(People):
    """A handler for `Server`. It starts with one private repository where the account of `token` may push.

    `flavour` is "github.com" (paths at the root) or "enterprise" (below /api/v3, no rate limits, no sub-issues).
    `list_lag` and `search_lag` are how old the lists and the search index are; single issues are always fresh.
    """

    def __init__(
        self, clock: Callable[[], datetime], flavour: str = "github.com", *, repository: str = "acme/web"
    ) -> None:
        super().__init__(clock)
        assert flavour in ("github.com", "enterprise")
        self.enterprise = flavour == "enterprise"
        self.list_lag = timedelta(0)
        self.search_lag = timedelta(0)
        self.token = f"ghp_{canary('0123456789')}"
        self._limits: dict[str, Limits] = {}
        self._throttles: list[Throttle] = []
        self._request_ids = itertools.count(1)
        self.world.add_user(BOT)
        self.add_repository(repository, roles={BOT: "write"})
        self.add_token(Token(self.token, BOT))

    @property
    def prefix(self) -> str:
        """What stands before every path of the API."""
        return "/api/v3" if self.enterprise else ""

    def api_url(self, server_url: str) -> str:
        """What a client is configured with."""
        return server_url + self.prefix

    def limits(self, login: str = BOT) -> Limits:
        """The account's rate limits, to look at and to set."""
        return self._limits.setdefault(login, Limits())

    def throttle(
        self,
        times: int = 1,
        *,
        status: int = 403,
        retry_after: int | None = 60,
        reset: timedelta | None = None,
        method: str = ".*",
        path: str = ".*",
    ) -> None:
        """Refuse the next so many requests that fit (regular expressions) before anything is done.

        With `reset` as a used-up primary limit, else as the secondary one; `retry_after` None leaves that header out.
        """
        self._throttles.append(Throttle(times, status, retry_after, reset, method, path))

    def __call__(self, request: Request) -> Response:
        """Answer one request."""
        headers = self._common_headers()
        if not request.path.startswith(self.prefix + "/"):
            page = b"<!DOCTYPE html><title>Sign in</title>"
            return Response(
                status=302, headers=headers | {"location": "/login", "content-type": "text/html"}, body=page
            )
        path = request.path.removeprefix(self.prefix)
        try:
            caller = self._admit(request)
        except Refusal as refusal:
            return _with_headers(refusal.response, headers)
        response = self._answer(request, path, caller)
        if path != "/rate_limit" and response.status != 304:
            self.limits(caller.user.login).window(path).at(self.world.now()).used += 1
        return _with_headers(response, headers | caller.token.headers | self._rate_headers(path, caller))

    def _common_headers(self) -> dict[str, str]:
        headers = {
            "date": format_datetime(self.world.now(), usegmt=True),
            "server": "github.com",
            "x-github-request-id": f"{next(self._request_ids):04X}:1A2B",
            "x-github-media-type": "github.v3; format=json",
        }
        version = {"x-github-enterprise-version": "enterprise-server@3.19.0"} if self.enterprise else {}
        return headers | version

    def _admit(self, request: Request) -> Caller:
        if not request.headers.get("user-agent"):
            raise Refusal(
                403, "Request forbidden by administrative rules. Please make sure it has a User-Agent header."
            )
        return authenticate(request.headers, self.tokens, self.world)

    def _answer(self, request: Request, path: str, caller: Caller) -> Response:
        root = f"http://{request.headers['host']}"
        try:
            for throttle in self._throttles:
                if throttle.wants(request.method, path):
                    raise throttle.refusal(self.world.now())
            if not self.enterprise:
                self._limit(request, path, caller)
            writer = Writer(self.world, caller, root + self.prefix, root)
            call = Call(request, path, caller, self.world, writer, self.list_lag, self.search_lag, self.enterprise)
            response = self._dispatch(call)
        except Refusal as refusal:
            return refusal.response
        return _conditional(request, response) if request.method == "GET" else response

    def _limit(self, request: Request, path: str, caller: Caller) -> None:
        limits = self.limits(caller.user.login)
        if path != "/rate_limit":
            limits.refuse_when_used_up(path, self.world.now())
        if request.method == "POST" and path.endswith(_CREATING):
            limits.count_creation(self.world.now())

    def _dispatch(self, call: Call) -> Response:
        if call.path in ("/meta", "/rate_limit", "/"):
            return Response(json=self._about(call))
        response = _first(table.answer(call, call.path) for table in _TABLES)
        if response is None:
            repository, rest = github_repositories.find_repository(call)
            if rest.startswith(("/issues", "/pulls")):
                access = "read" if call.request.method == "GET" else "write"
                call.caller.refuse_unless_issues(access, repository)
            response = _first(table.answer(call, rest, repository) for table in _IN_REPOSITORY)
        if response is None:
            raise not_found()
        return response

    def _about(self, call: Call) -> Json:
        if call.request.method != "GET":
            raise not_found()
        if call.path == "/":
            return {"current_user_url": f"{call.write.api}/user", "rate_limit_url": f"{call.write.api}/rate_limit"}
        if call.path == "/meta":
            version = {"installed_version": "3.19.0"} if self.enterprise else {}
            return {"verifiable_password_authentication": self.enterprise, **version}
        if self.enterprise:
            raise Refusal(404, "Rate limiting is not enabled.")
        limits, now = self.limits(call.caller.user.login), self.world.now()
        core, search = limits.core.at(now).json, limits.search.at(now).json
        return {"resources": {"core": core, "search": search}, "rate": core}

    def _rate_headers(self, path: str, caller: Caller) -> dict[str, str]:
        if self.enterprise:
            return {}
        window = self.limits(caller.user.login).window(path).at(self.world.now())
        told = {f"x-ratelimit-{name}": str(value) for name, value in window.json.items()}
        return told | {"x-ratelimit-resource": "search" if path.startswith("/search/") else "core"}


def _first(responses: Iterable[Response | None]) -> Response | None:
    return next((response for response in responses if response is not None), None)


def _conditional(request: Request, response: Response) -> Response:
    """The reply with its ETag, which is another one for each token; 304 when the client has it already."""
    if response.status != 200:
        return response
    seen = "\n".join([request.headers["authorization"], request.path, repr(sorted(request.query.items()))]).encode()
    tag = f'W/"{hashlib.sha256(seen + response.content).hexdigest()}"'
    headers = {"etag": tag, "cache-control": "private, max-age=60, s-maxage=60", "vary": "Accept, Authorization"}
    if request.headers.get("if-none-match") == tag:
        return Response(status=304, headers=headers)
    return _with_headers(replace(response, body=response.content), headers)  # rendered once


def _with_headers(response: Response, headers: dict[str, str]) -> Response:
    """The reply's own headers win."""
    return replace(response, headers={**headers, **response.headers})
