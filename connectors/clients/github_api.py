"""GitHub's REST API through the ``PyGithub`` library: one request a call, paced, each reply judged.

The library's objects follow redirects into other repositories, read ahead, and cannot ask whether something changed;
so its requester is used, which signs, sends and receives, and every reply comes with its status and headers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from urllib.parse import urlsplit

from github.Auth import Token
from github.Requester import Requester
from requests.utils import parse_header_links

from connectors.clients.budget import Budget
from connectors.clients.failures import by_status, classify
from connectors.clients.github_session import MOVED_TO, bounded_github
from syncd.errors import NotSent, Refused, TrackerError
from syncd.ports import Clock, Memo

GAP = timedelta(seconds=1)
WRITES = ((80, timedelta(minutes=1)), (500, timedelta(hours=1)))
"""GitHub's own limits of creating content (Rate limits for the REST API: secondary rate limits)."""
PER_PAGE = 100

_NOT_MODIFIED = 304
_REDIRECTS = (301, 302, 307, 308)
_HOPS = 3
_PAGES = 1000


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply that says something: success, not modified, or a refusal. ``data`` is its JSON, None without any."""

    status: int
    headers: Mapping[str, str]
    data: object = None
    redirected: bool = False

    @property
    def ok(self) -> bool:
        """Whether it is a success."""
        return 200 <= self.status < 300

    @property
    def not_modified(self) -> bool:
        """Whether it is still what the sent ETag stands for."""
        return self.status == _NOT_MODIFIED

    @property
    def words(self) -> str:
        """GitHub's own words about a refusal, with the fields that it names."""
        said = self.data if isinstance(self.data, dict) else {}
        errors = said.get("errors")
        details = [_detail(error) for error in errors] if isinstance(errors, list) else []
        return ": ".join(filter(None, (str(said.get("message") or ""), ", ".join(details))))


class GitHubApi:
    """The API at ``url``. Nothing is asked before the first call; ``token`` gives the secret then."""

    def __init__(
        self,
        url: str,
        *,
        token: Callable[[], str],
        memo: Memo,
        clock: Clock,
        sleep: Callable[[float], None],
    ) -> None:
        self.url = url.rstrip("/")
        self.host = urlsplit(self.url).netloc
        self.server_time: datetime | None = None
        """The server's time at its last success (UTC)."""
        self._token = token
        self._clock = clock
        self._budget = Budget(memo, host=self.host, clock=clock, sleep=sleep, gap=GAP, limits=WRITES)

    @cached_property
    def _requester(self) -> Requester:
        return bounded_github(auth=Token(self._token()), base_url=self.url, follow=False).requester

    def get(self, path: str, parameters: Mapping[str, str] | None = None, *, etag: str | None = None) -> Reply:
        """Read; a redirect on this host is followed with its query.

        A refusal (404, 410, a 403 that is no rate limit) is a :class:`Reply` that is not ok: only the caller knows
        what it means. Raises AuthenticationFailed, and NotSent for everything else that hinders.
        """
        self._budget.check()
        reply = self._send("GET", path, parameters=parameters, etag=etag)
        redirected = False
        for _ in range(_HOPS):
            if reply.status not in _REDIRECTS:
                break
            reply, redirected = self._send("GET", self._where(reply), etag=etag), True
        if reply.ok and reply.data is None and reply.status != 204:
            raise self._error(reply, wrote=False)
        if not (reply.ok or reply.not_modified):
            self._raise_unless_refused(reply)
        return Reply(reply.status, reply.headers, reply.data, redirected)

    def pages(self, first: Reply) -> Iterator[list[object]]:
        """A list's pages: the one at hand and all that follow it.

        Raises NotSent when one cannot be had or read, or when they lead back: then the list is not complete.
        """
        reply, seen = first, set[str]()
        while True:
            if not reply.ok or not isinstance(reply.data, list):
                raise NotSent(f"{self.host} did not give the whole list: {reply.words or reply.status}.")
            yield reply.data
            following = _next(reply.headers)
            if following is None:
                return
            if following in seen or len(seen) >= _PAGES:
                raise NotSent(f"{self.host} did not give the whole list: its pages do not end.")
            seen.add(following)
            reply = self.get(self._local(following))

    def write(self, verb: str, path: str, body: object, *, follow: bool = False) -> Reply:
        """Change something; the reply is a success with JSON.

        GitHub redirects a write, and does nothing, when the repository was renamed or the issue transferred: it is
        followed only when asked to. Raises AuthenticationFailed, Refused, NotSent, OutcomeUnknown.
        """
        self._budget.spend()
        reply = self._send(verb, path, body=body)
        if reply.status in _REDIRECTS:
            if not follow:
                raise NotSent(f"{path} of {self.host} has moved just now; the next pass looks again.")
            reply = self._send(verb, self._where(reply), body=body)
        if not reply.ok or reply.data is None:
            raise self._error(reply, wrote=True)
        return reply

    def refused(self, verb: str, path: str, body: object) -> Reply:
        """What GitHub says to a change that it must refuse; raises as :meth:`get`."""
        self._budget.spend()
        reply = self._send(verb, path, body=body)
        if not reply.ok:
            self._raise_unless_refused(reply)
        return reply

    def _send(
        self,
        verb: str,
        path: str,
        *,
        parameters: Mapping[str, str] | None = None,
        etag: str | None = None,
        body: object = None,
    ) -> Reply:
        headers = {"Accept": "application/vnd.github+json"} | ({"If-None-Match": etag} if etag else {})
        wrote = verb != "GET"
        try:
            status, told, text = self._requester.requestJson(
                verb, path, parameters=dict(parameters or {}), headers=headers, input=body
            )
        except (OSError, ValueError) as error:
            failure = classify(error, wrote=wrote, service=self.host)
            self._budget.failed(str(failure))
            raise failure from error
        reply = Reply(status, told, _json(text))
        if reply.status < 500:
            self._budget.answered()
        if reply.ok or reply.not_modified:  # else it may be a gateway's clock
            self.server_time = _date(told) or self.server_time
        return reply

    def _raise_unless_refused(self, reply: Reply) -> None:
        error = self._error(reply, wrote=False)
        if not isinstance(error, Refused):
            raise error

    def _error(self, reply: Reply, *, wrote: bool) -> TrackerError:
        now = self._clock()
        error = by_status(reply.status, reply.headers, reply.words, wrote=wrote, now=now, service=self.host)
        if reply.status >= 500:
            self._budget.failed(str(error))
        if isinstance(error, NotSent) and error.not_before is not None:
            self._budget.pause(error.not_before, str(error))
        return error

    def _where(self, reply: Reply) -> str:
        return self._local(reply.headers.get(MOVED_TO, ""))

    def _local(self, url: str) -> str:
        """The path and query below our API's root. Raises NotSent for another host: our token is not for it."""
        if not url.startswith(f"{self.url}/"):
            raise NotSent(f"{self.host} sends us to {urlsplit(url).netloc or 'nowhere'}; correct `api_url`.")
        return url.removeprefix(self.url)


def _next(headers: Mapping[str, str]) -> str | None:
    links = parse_header_links(headers.get("link", ""))
    return next((link["url"] for link in links if link.get("rel") == "next"), None)


def _date(headers: Mapping[str, str]) -> datetime | None:
    try:
        return parsedate_to_datetime(headers.get("date", "")).astimezone(UTC)
    except ValueError:
        return None


def _json(text: str) -> object:
    """None when it is none."""
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None


def _detail(error: object) -> str:
    if not isinstance(error, dict):
        return str(error)
    named = " ".join(str(error[name]) for name in ("field", "code") if error.get(name))
    return f"{named} ({error['message']})" if named and error.get("message") else named or str(error.get("message"))
