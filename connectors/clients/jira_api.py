"""Calls to one Jira through the ``jira`` library: each sent once, paced, and every failure one of our errors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import NoReturn, TypeVar
from urllib.parse import quote, urlsplit

from jira import JIRA, JIRAError
from requests import Response
from requests.exceptions import RequestException

from connectors.clients.budget import Budget
from connectors.clients.failures import by_status, classify
from connectors.clients.jira_json import Json, at, some, text
from connectors.clients.jira_session import bounded_jira
from syncd.errors import AuthenticationFailed, NotSent, OutcomeUnknown, Refused
from syncd.ports import Clock, Memo

GAP = timedelta(seconds=0.2)
"""The least time between two writes."""

_CLOUD_HOSTS = (".atlassian.net", ".jira.com", ".atlassian-us-gov-mod.net")
_LOCAL_LIMITS = ("jira-burst", "jira-per-issue")
"""A ``RateLimit-Reason`` that begins so is about one kind of call, or one ticket, not about the whole host."""


T = TypeVar("T")


class Declined(Refused):
    """A reply of 4xx to a call that Jira understood; ``fields`` are the words about each field that it names."""

    def __init__(self, message: str, *, status: int, words: str, fields: Mapping[str, str]) -> None:
        super().__init__(message)
        self.status = status
        self.words = words
        self.fields = fields


class JiraApi:
    """One Jira, spoken to as one account. ``path`` is always below ``/rest/api/2/``, its parts already quoted.

    Reads raise NotSent or AuthenticationFailed, and Declined for a status of 4xx. Writes also raise OutcomeUnknown.
    ``deployment`` is "cloud" or "datacenter"; None: Jira is asked once, and the answer is kept in the memo.
    """

    def __init__(
        self,
        *,
        url: str,
        user: str | None,
        token: Callable[[], str],
        deployment: str | None,
        memo: Memo,
        clock: Clock,
        sleep: Callable[[float], None],
    ) -> None:
        self.url = url
        self.host = urlsplit(url).netloc
        self._user = user
        self._token = token
        self._deployment = deployment
        self._memo = memo
        self._clock = clock
        self._client: JIRA | None = None
        self._budget = Budget(memo, host=self.host, clock=clock, sleep=sleep, gap=GAP, limits=())

    @property
    def cloud(self) -> bool:
        """Whether it is Jira Cloud. May ask it."""
        known = self._known_deployment()
        if known is None:
            kind = text(self.get("serverInfo"), "deploymentType")
            known = "cloud" if kind == "Cloud" else "datacenter"
            self._memo.put(self._deployment_key, known)
        return known == "cloud"

    @property
    def seems_cloud(self) -> bool:
        """The same without asking: where nothing is known yet, the name of the host decides."""
        return (self._known_deployment() or self._by_host()) == "cloud"

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> object:
        """Read."""
        response = self._call(lambda client: client._session.get(client._get_url(path), params=params), wrote=False)
        return self._read(response, wrote=False)

    def find(self, path: str, params: Mapping[str, str | int] | None = None) -> object | None:
        """Read what may not be there: None for 404."""
        try:
            return self.get(path, params)
        except Declined as error:
            if error.status == 404:
                return None
            raise

    def tokens(self) -> object:
        """What Data Center tells about the personal access tokens of the account."""
        base = "{server}/rest/pat/latest/{path}"
        response = self._call(lambda client: client._session.get(client._get_url("tokens", base)), wrote=False)
        return self._read(response, wrote=False)

    def ask(self, path: str, body: Json) -> object:
        """Read by a POST that changes nothing."""
        response = self._call(lambda client: _post(client, path, body), wrote=False)
        return self._read(response, wrote=False)

    def post(self, path: str, body: Json) -> None:
        """Change something."""
        self._call(lambda client: _post(client, path, body), wrote=True)

    def put(self, path: str, body: Json) -> None:
        """Change something."""
        self._call(lambda client: client._session.put(client._get_url(path), data=json.dumps(body)), wrote=True)

    def create(self, fields: Json) -> tuple[str, str]:
        """Make an issue by exactly one POST; its id and its key."""
        # Not by JIRA.create_issue(): what it raises for an odd reply hides that the ticket was made.
        response = self._call(lambda client: _post(client, "issue", {"fields": fields}), wrote=True)
        made = self._read(response, wrote=True)
        number, key = text(made, "id"), text(made, "key")
        if not number.isdecimal() or not key:
            raise OutcomeUnknown(f"{self.host} was sent a ticket, but its reply does not say which one was made.")
        return number, key

    def browse(self, key: str) -> str:
        """Where people see it."""
        return f"{self.url}/browse/{key}"

    # --- the call itself ------------------------------------------------------------------------------------------

    def _call(self, send: Callable[[JIRA], T], *, wrote: bool) -> T:
        if wrote:
            self._budget.spend()
        else:
            self._budget.check()
        try:
            answer = send(self._connected())
        except JIRAError as error:
            self._failed(error, wrote=wrote)
        except (RequestException, OSError, ValueError) as error:
            failure = classify(error, wrote=wrote, service=self.host)
            self._budget.failed(str(failure))
            raise failure from error
        self._budget.answered()
        return answer

    def _connected(self) -> JIRA:
        if self._client is None:
            self._client = bounded_jira(url=self.url, user=self._user, token=self._token())
        return self._client

    def _read(self, response: Response, *, wrote: bool) -> object:
        # Jira answers a stranger too: with nothing found, and 200. What a stranger made was made all the same.
        seraph = response.headers.get("X-Seraph-LoginReason", "")
        if not wrote and ("FAILED" in seraph or response.headers.get("X-AUSERNAME") == "anonymous"):
            raise AuthenticationFailed(f"{self.host} does not know the account; check user and token.")
        try:
            return response.json()
        except ValueError as error:
            raise classify(error, wrote=wrote, service=self.host) from error

    def _failed(self, error: JIRAError, *, wrote: bool) -> NoReturn:
        response, now = error.response, self._clock()
        headers: Mapping[str, str] = response.headers if response is not None else {}
        words, fields = _said(response)
        status = error.status_code or 0
        failure = by_status(status, headers, words, wrote=wrote, now=now, service=self.host)
        if status >= 500:
            self._budget.failed(str(failure))
        else:
            self._budget.answered()
        if isinstance(failure, NotSent) and failure.not_before and _is_about_host(status, headers):
            self._budget.pause(failure.not_before, str(failure))
        if isinstance(failure, Refused):
            raise Declined(str(failure), status=status, words=words, fields=fields) from error
        raise failure from error

    def _known_deployment(self) -> str | None:
        return self._deployment or self._memo.get(self._deployment_key)

    def _by_host(self) -> str:
        return "cloud" if self.host.endswith(_CLOUD_HOSTS) else "datacenter"

    @property
    def _deployment_key(self) -> str:
        return f"jira deployment {self.url}"


def quoted(part: str) -> str:
    """One part of a path."""
    return quote(part, safe="")


def _post(client: JIRA, path: str, body: Json) -> Response:
    return client._session.post(client._get_url(path), data=json.dumps(body))


def _is_about_host(status: int, headers: Mapping[str, str]) -> bool:
    return status == 429 and not headers.get("RateLimit-Reason", "").startswith(_LOCAL_LIMITS)


def _said(response: Response | None) -> tuple[str, Mapping[str, str]]:
    """Jira's words as one text, and those about single fields."""
    try:
        body: object = response.json() if response is not None else None
    except ValueError:
        return (response.text if response is not None else ""), {}
    fields = at(body, "errors")
    by_field = {str(name): str(why) for name, why in fields.items()} if isinstance(fields, dict) else {}
    said = [str(words) for words in some(body, "errorMessages")] or [text(body, "message")]
    return "; ".join(filter(None, (*said, *(f"{name}: {why}" for name, why in by_field.items())))), by_field
