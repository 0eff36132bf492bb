"""A GitHub emulator being served, PyGithub connected to it, and a look at what they say to each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from github import Auth, Github, GithubException
from github.Issue import Issue
from github.Repository import Repository

from tests.emulators.github import GitHubEmulator
from tests.emulators.http import Server
from tests.emulators.schemas import Found, checked

START = datetime(2026, 1, 5, 9, 0, 0, 700_000, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass
class Clock:
    """Stands still until a test moves it; its fraction of a second is GitHub's to drop."""

    now: datetime = START

    def __call__(self) -> datetime:
        """Now."""
        return self.now

    def pass_(self, length: timedelta) -> None:
        """Move it on."""
        self.now += length


@dataclass(frozen=True)
class Site:
    """An emulator being served, and a client of it."""

    clock: Clock
    emulator: GitHubEmulator
    server: Server
    api: Github

    @property
    def repository(self) -> Repository:
        """PyGithub's repository, about which nothing was asked yet."""
        return self.api.get_repo("acme/web")

    def raw(
        self, method: str, path: str, *, headers: dict[str, Any] | None = None, body: Any = None
    ) -> tuple[int, dict[str, Any], str]:
        """Status, headers and body, unjudged."""
        return self.api.requester.requestJson(method, path, headers=headers, input=body)

    def another(self, token: str, *, per_page: int = 100) -> Github:
        """A client with another token."""
        return connect(self.emulator.api_url(self.server.url), token, per_page=per_page)


def connect(url: str, token: str, *, per_page: int = 100) -> Github:
    """PyGithub without its own pacing and retries."""
    return Github(
        base_url=url,
        auth=Auth.Token(token),
        retry=None,
        per_page=per_page,
        lazy=True,
        seconds_between_requests=0,
        seconds_between_writes=0,
    )


def serve(flavour: str) -> Iterator[Site]:
    """A site whose replies fit the published description; its requests may be as wrong as a test likes."""
    clock, found = Clock(), Found()
    emulator = GitHubEmulator(clock, flavour)
    handler = checked(emulator, "ghes" if emulator.enterprise else "github", found)
    with Server(handler) as server, connect(emulator.api_url(server.url), emulator.token) as api:
        yield Site(clock, emulator, server, api)
    Found([violation for violation in found.violations if violation.side == "reply"]).verify()


def refusal(call: Callable[[], object]) -> tuple[int, str]:
    """Status and message of what the call raises; AssertionError when it raises nothing."""
    try:
        call()
    except GithubException as error:
        return error.status, error.data["message"]
    raise AssertionError("it was not refused")


def numbers(issues: Iterable[Issue]) -> list[int]:
    """The issues' numbers, in their order."""
    return [issue.number for issue in issues]
