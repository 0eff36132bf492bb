"""A Jira for one test: the emulator, its clock, and a way to ask it without a network; every exchange is checked."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from jira import JIRA

from tests.emulators.http import Handler, Request, Response, Server
from tests.emulators.jira import Flavour, JiraEmulator
from tests.emulators.schemas import Found, checked
from tests.emulators.vendor_files import Service

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass
class Desk:
    """`ask` goes through the checks, `provoke` past them, for requests that are wrong on purpose."""

    flavour: Flavour
    now: datetime = START
    found: Found = field(default_factory=Found)

    def __post_init__(self) -> None:
        self.jira = JiraEmulator(lambda: self.now, self.flavour)
        service: Service = "jira2" if self.cloud else "jiradc"
        self.handler: Handler = checked(self.jira, service, self.found)

    @property
    def cloud(self) -> bool:
        return self.flavour == "cloud"

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def headers(self) -> dict[str, str]:
        """What the account's client sends."""
        if self.cloud:
            secret = base64.b64encode(f"{self.jira.login}:{self.jira.token}".encode()).decode()
            sent = f"Basic {secret}"
        else:
            sent = f"Bearer {self.jira.token}"
        return {"authorization": sent, "content-type": "application/json", "host": "jira.test"}

    def ask(self, method: str, path: str, body: object = None, **query: object) -> Response:
        """One exchange; `path` is relative to REST v2 unless it starts with a slash."""
        return self.handler(self._request(method, path, body, query))

    def provoke(self, method: str, path: str, body: object = None, **query: object) -> Response:
        """One exchange that breaks the vendor's description and is to be refused."""
        return self.jira(self._request(method, path, body, query))

    def _request(self, method: str, path: str, body: object, query: dict[str, object]) -> Request:
        full = path if path.startswith("/") else f"/rest/api/2/{path}"
        sent = b"" if body is None else json.dumps(body).encode()
        texts = {name: str(value) for name, value in query.items()}
        return Request(method=method, path=full, query=texts, headers=self.headers(), body=sent)

    def create(self, summary: str = "Add an alert", **fields: Any) -> Response:
        """POST issue into OPS."""
        given = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": summary}
        return self.ask("POST", "issue", {"fields": {**given, **fields}})

    def key(self, summary: str = "Add an alert", **fields: Any) -> str:
        """The key of a ticket just created over REST."""
        response = self.create(summary, **fields)
        assert response.status == 201, response.json
        return str(said(response)["key"])

    def fields(self, key: str) -> Any:
        """The fields of an issue as GET shows them."""
        return said(self.ask("GET", f"issue/{key}"))["fields"]

    def person(self, name: str) -> dict[str, str]:
        """A person as this flavour names them in a field."""
        user = self.jira.person(name)
        return {"accountId": user.account_id} if self.cloud else {"name": user.name}

    def search(self, jql: str, **options: Any) -> Response:
        """The flavour's own search."""
        return self.ask("POST", "search/jql" if self.cloud else "search", {"jql": jql, **options})

    def keys(self, jql: str) -> list[str]:
        """The keys found, all on one page."""
        response = self.search(jql, fields=["summary"], maxResults=100)
        assert response.status == 200, response.json
        return [issue["key"] for issue in said(response)["issues"]]

    def move(self, key: str, status: str, **body: Any) -> Response:
        """POST the transition that leads to a status."""
        ways = said(self.ask("GET", f"issue/{key}/transitions", expand="transitions.fields"))["transitions"]
        (way,) = [way for way in ways if way["to"]["name"] == status]
        return self.ask("POST", f"issue/{key}/transitions", {"transition": {"id": way["id"]}, **body})

    def client(self, server: Server) -> JIRA:
        """The library syncd uses, set up as syncd does."""
        login: dict[str, Any] = (
            {"basic_auth": (self.jira.login, self.jira.token)} if self.cloud else {"token_auth": self.jira.token}
        )
        return JIRA(server=server.url, max_retries=0, timeout=(5, 30), get_server_info=True, **login)


def said(response: Response) -> Any:
    """The JSON of a reply."""
    return response.json


def errors(response: Response) -> dict[str, str]:
    """What a refusal says, by field; messages that belong to none under the empty name."""
    body = said(response)
    general = {"": " ".join(body["errorMessages"])} if body["errorMessages"] else {}
    return {**general, **body["errors"]}
