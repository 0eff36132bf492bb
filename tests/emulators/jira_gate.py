"""What stands before every call: who is asking, and whether they ask too often."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime

from tests.emulators.http import Request, Response
from tests.emulators.jira_errors import JiraError

PER_ISSUE = "jira-per-issue-on-write"


@dataclass
class Limit:
    """The next `times` requests are answered 429; `after` is Retry-After as seconds, as a date, or left out."""

    times: int
    after: float | datetime | None
    reason: str

    @property
    def writes_only(self) -> bool:
        """Whether reading goes on: one issue was written too often."""
        return self.reason == PER_ISSUE


@dataclass
class Gate:
    """Checks every request before it is answered."""

    cloud: bool
    login: str
    token: str
    limits: list[Limit] = field(default_factory=list)
    near_limit: bool = False

    def admit(self, request: Request) -> None:
        """Let the request through. Raises JiraError 401 for anybody else than the account."""
        sent = request.headers.get("authorization")
        if sent is None and request.path.endswith("/serverInfo"):
            return
        if sent != self._expected():
            raise JiraError(401, "Client must be authenticated to access this resource.")

    def _expected(self) -> str:
        if self.cloud:
            return "Basic " + base64.b64encode(f"{self.login}:{self.token}".encode()).decode()
        return f"Bearer {self.token}"

    def throttled(self, request: Request) -> Response | None:
        """The 429 for this request, if a limit stands; each uses up one of its times."""
        for limit in self.limits:
            if limit.times and (not limit.writes_only or _writes_issue(request)):
                limit.times -= 1
                return _too_many(limit)
        return None

    def marked(self, response: Response) -> Response:
        """The reply, with the warning that the limit is near when it is."""
        if not self.near_limit:
            return response
        headers = {**response.headers, "X-RateLimit-NearLimit": "true"}
        return Response(status=response.status, json=response.json, headers=headers, body=response.body)


def _writes_issue(request: Request) -> bool:
    return request.method in ("POST", "PUT") and "/issue/" in request.path and not request.path.endswith("/bulkfetch")


def _too_many(limit: Limit) -> Response:
    headers = {"RateLimit-Reason": limit.reason}
    if isinstance(limit.after, datetime):
        headers["Retry-After"] = format_datetime(limit.after, usegmt=True)
    elif limit.after is not None:
        headers["Retry-After"] = f"{limit.after:g}"
    return Response(status=429, json={"errorMessages": ["Rate limit exceeded."], "errors": {}}, headers=headers)
