"""A GitHub on loopback as a world for the contract of trackers: GitHub.com or an Enterprise Server."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.clients.github_issue import place_of
from connectors.trackers.github import GitHubTracker
from connectors.trackers.github_settings import GitHubTrackerSettings
from syncd.core.model import Reference, State
from tests.emulators.github import GitHubEmulator
from tests.emulators.http import Handler, Request, Response, Server
from tests.emulators.schemas import checked
from tests.fakes.memo import MemoryMemo

Meddler = Callable[[Request, Handler], Response]

QUARANTINE = timedelta(minutes=15)
REASONS = {State.DONE: "completed", State.CANCELLED: "not_planned"}
LOGIN, OWNER = "octo-platform", "Platform Team"


class GitHubWorld:
    """One repository, ``acme/web``, that the tracker may write to."""

    def __init__(self, flavour: str = "github.com", *, lag: timedelta = timedelta()) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self.memo = MemoryMemo()
        self.slept: list[float] = []
        self.github = GitHubEmulator(lambda: self.now, flavour)
        self.github.list_lag = lag
        self.github.add_user(LOGIN)
        self.meddle: Meddler | None = None
        self._answer = checked(self.github, "github" if flavour == "github.com" else "ghes")
        self.server = Server(self._reply)
        self.tracker = self.new_tracker()

    def new_tracker(self, **settings: Any) -> GitHubTracker:
        """Another process, with the same memo."""
        place = {"api_url": self.github.api_url(self.server.url), "repository": "acme/web", "token": "env:GITHUB"}
        return GitHubTracker(
            settings=GitHubTrackerSettings(**(place | settings)),
            token=lambda: self.github.token,
            memo=self.memo,
            clock=lambda: self.now,
            sleep=self.sleep,
            quarantine=QUARANTINE,
            owners={OWNER: LOGIN},
            section="teams.payments.trackers.web",
        )

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def close(self) -> None:
        self.server.close()

    def _reply(self, request: Request) -> Response:
        return self.meddle(request, self._answer) if self.meddle else self._answer(request)

    def spoil(self, method: str, path: str, *, status: int = 502, after: bool = False, times: int = 1) -> None:
        """Answer the next such requests with nonsense, instead of what they ask for or after it was done."""
        left = [times]

        def meddle(request: Request, answer: Handler) -> Response:
            if not left[0] or request.method != method or not re.fullmatch(path, request.path):
                return answer(request)
            left[0] -= 1
            if after:
                answer(request)
            return Response(status=status, body=b"<html><title>Unicorn!</title>")

        self.meddle = meddle

    def spoil_clock(self, ahead: timedelta) -> None:
        """Let GitHub's clock be ahead of ours."""
        now = self.github.world.now
        self.github.world.now = lambda: now() + ahead  # type: ignore[method-assign]

    def asked(self, since: int = 0) -> list[str]:
        """What was asked from that request on: method, path without the API's root, status."""
        return [
            f"{request.method} {request.path.removeprefix(self.github.prefix)} {response.status}"
            for request, response in self.server.log[since:]
        ]

    def bodies(self, method: str, path: str) -> list[Any]:
        """What was sent with the requests that fit."""
        return [r.json for r, _ in self.server.log if r.method == method and re.fullmatch(path, r.path)]

    def posts(self) -> int:
        """How many requests asked for a new issue."""
        return self.server.count("POST", r"(/api/v3)?/repos/[^/]+/[^/]+/issues")

    def requests(self) -> int:
        """How many requests came so far."""
        return len(self.server.log)

    # --- what the contract asks for ---------------------------------------------------------------------------------

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def sweep(self) -> None:
        self.now += timedelta(days=1)

    def person_creates(self, title: str) -> str:
        return f"acme/web#{self.github.person_creates(title)}"

    def person_moves(self, key: str, state: State) -> None:
        if state.closed:
            self.github.person_closes(number(key), REASONS[state])
        else:
            self.github.person_reopens(number(key))
        self.now += self.github.list_lag

    def person_edits(self, key: str, *, title: str | None = None, due: date | None = None) -> None:
        self.github.person_edits(number(key), title=title)
        self.now += self.github.list_lag

    def person_deletes(self, key: str) -> None:
        self.github.person_deletes(number(key))
        self.now += self.github.list_lag

    def forbid(self, key: str) -> None:
        self.github.forbid(number(key))

    def break_down(self) -> None:
        self.github.repository().readable = False

    def owner(self, key: str) -> str | None:
        return {(): None, (LOGIN,): OWNER}[self.github.issue(number(key)).assignees]

    def labels(self, key: str) -> frozenset[str]:
        return frozenset(self.github.issue(number(key)).labels)

    def count(self, marker: str) -> int:
        return len(self.github.with_text(marker))

    def link_back(self, key: str) -> str:
        return self.tracker.look_up([key])[key].document or ""

    def references(self, key: str) -> list[Reference]:
        count, url = number(key), self.tracker.look_up([key])[key].url
        return [
            Reference(key, named=True, repository="acme/web", number=count),
            Reference(f"#{count}", named=True, number=count),
            Reference(url, named=True, url=url, repository="acme/web", number=count),
            Reference(url, named=True, url=f"{url}#issuecomment-1"),
        ]


def number(key: str) -> int:
    """The last part of a key."""
    place = place_of(key)
    assert place is not None
    return place.number
