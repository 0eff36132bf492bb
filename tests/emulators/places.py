"""The four places that tickets go to over HTTP, alike to whoever tests the whole line on them."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta

from connectors.trackers.github import GitHubTracker
from connectors.trackers.github_settings import GitHubTrackerSettings
from connectors.trackers.jira import JiraTracker
from connectors.trackers.jira_settings import JiraTrackerSettings
from syncd.ports import Clock, Memo, Tracker
from tests.emulators.github import GitHubEmulator
from tests.emulators.http import Handler, Server
from tests.emulators.jira import JiraEmulator
from tests.emulators.schemas import Service, checked

KINDS = ("cloud", "datacenter", "github.com", "enterprise")
SERVICES: dict[str, Service] = {
    "cloud": "jira2",
    "datacenter": "jiradc",
    "github.com": "github",
    "enterprise": "ghes",
}
QUARANTINE = timedelta(minutes=15)
SECRET = "env:TOKEN"
_MARKER = re.compile(r"<!-- syncd:([0-9a-f]{12}) ")


@dataclass(frozen=True)
class Made:
    """A ticket of ours as the service itself sees it, past every index."""

    key: str
    title: str
    marker: str
    closed: bool


@dataclass
class Place:
    """An emulated service, and what a test does to it. ``behind`` is what stands between client and emulator."""

    kind: str
    clock: Clock
    emulator: JiraEmulator | GitHubEmulator = field(init=False)
    behind: Callable[[Handler], Handler] = lambda handler: handler
    sleep: Callable[[float], None] = lambda seconds: None

    def __post_init__(self) -> None:
        if self.is_jira:
            flavour = "cloud" if self.kind == "cloud" else "datacenter"
            self.emulator = JiraEmulator(self.clock, flavour)  # type: ignore[arg-type]
        else:
            self.emulator = GitHubEmulator(self.clock, self.kind)

    @property
    def is_jira(self) -> bool:
        return self.kind in ("cloud", "datacenter")

    @property
    def handler(self) -> Handler:
        """What a server serves: the emulator as it is now, its exchanges checked."""
        return self.behind(checked(lambda request: self.emulator(request), SERVICES[self.kind]))

    def serve(self) -> Server:
        """On loopback, from now on."""
        return Server(self.handler)

    def tracker(self, url: str, memo: Memo) -> Tracker:
        """The real connector over the real library, as of a new process."""
        if isinstance(self.emulator, JiraEmulator):
            user = self.emulator.login if self.kind == "cloud" else None
            settings = JiraTrackerSettings.model_validate({"url": url, "project": "OPS", "token": SECRET, "user": user})
            return JiraTracker(settings=settings, **self._given(memo))  # type: ignore[arg-type]
        github = {"api_url": self.emulator.api_url(url), "repository": "acme/web", "token": SECRET}
        return GitHubTracker(settings=GitHubTrackerSettings.model_validate(github), **self._given(memo))  # type: ignore[arg-type]

    def _given(self, memo: Memo) -> dict[str, object]:
        return {
            "token": lambda: self.emulator.token,
            "memo": memo,
            "clock": self.clock,
            "sleep": self.sleep,
            "quarantine": QUARANTINE,
            "section": "teams.core.trackers.there",
        }

    @property
    def creating(self) -> tuple[str, str]:
        """Method and path of the call that makes a ticket."""
        return ("POST", r"/rest/api/2/issue/?") if self.is_jira else ("POST", r"(/api/v3)?/repos/[^/]+/[^/]+/issues")

    def lag(self, lag: timedelta) -> None:
        """From now on searches and lists are so old."""
        if isinstance(self.emulator, JiraEmulator):
            self.emulator.set_lag(lag)
        else:
            self.emulator.list_lag = self.emulator.search_lag = lag

    def made(self) -> list[Made]:
        """Every ticket with a marker of ours, in the order of their making."""
        if isinstance(self.emulator, JiraEmulator):
            marked = [(i, [label for label in i.labels if label.startswith("syncd-")]) for i in self.emulator.issues()]
            return [
                Made(i.key, i.summary, labels[0].removeprefix("syncd-"), self._done(i.key))
                for i, labels in marked
                if labels
            ]
        return [
            Made(f"acme/web#{i.number}", i.title, _MARKER.findall(i.body or "")[-1], i.state == "closed")
            for i in self.emulator.issues()
            if _MARKER.search(i.body or "")
        ]

    def _done(self, key: str) -> bool:
        assert isinstance(self.emulator, JiraEmulator)
        return self.emulator.status_of(key) == "Done"

    def close(self, title: str) -> None:
        """What a person does to a finished ticket."""
        [key] = [made.key for made in self.made() if made.title == title]
        if isinstance(self.emulator, JiraEmulator):
            self.emulator.person_moves(key, "Done")
        else:
            self.emulator.person_closes(int(key.rpartition("#")[2]))

    # --- for tests that try many futures of one past

    def kept(self) -> object:
        """The service as it is now, to come back to."""
        return deepcopy(self.emulator, {id(self.clock): self.clock})

    def bring_back(self, kept: object) -> None:
        """As it was when it was kept."""
        self.emulator = deepcopy(kept, {id(self.clock): self.clock})  # type: ignore[assignment]
