"""A Jira on loopback as a world for the contract of trackers, Cloud or Data Center."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.trackers.jira import JiraTracker
from connectors.trackers.jira_settings import JiraTrackerSettings
from syncd.core.model import Reference, State
from tests.emulators.http import Server
from tests.emulators.jira import ALICE, BOB, JiraEmulator
from tests.emulators.schemas import checked
from tests.fakes.memo import MemoryMemo

QUARANTINE = timedelta(minutes=15)
STATUSES = {
    State.OPEN: "To Do",
    State.IN_PROGRESS: "In Progress",
    State.DONE: "Done",
    State.CANCELLED: "Won't Do",
}


class JiraWorld:
    """``settings`` are those of the tracker beside the place and the account."""

    def __init__(self, flavour: str = "cloud", *, lag: timedelta = timedelta(), zone: str = "Etc/UTC") -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self.memo = MemoryMemo()
        self.slept: list[float] = []
        self.jira = JiraEmulator(lambda: self.now, flavour, zone=zone)
        self.jira.set_lag(lag)
        self.server = Server(checked(self.jira, "jira2" if flavour == "cloud" else "jiradc"))
        self.users = {
            "Platform Team": ALICE.account_id if flavour == "cloud" else ALICE.name,
            "Checkout": BOB.account_id if flavour == "cloud" else BOB.name,
        }
        self.components = {"Platform Team": "Platform"}
        self.token = self.jira.token
        self.skew = timedelta()  # by how much our clock is ahead of Jira's
        self.tracker = self.new_tracker()

    def new_tracker(
        self, *, url: str | None = None, owners: dict[str, str] | None = None, **settings: Any
    ) -> JiraTracker:
        """Another process, with the same memo."""
        cloud = self.jira.site.cloud
        account = {"user": self.jira.login} if cloud else {}
        return JiraTracker(
            settings=JiraTrackerSettings(
                **{"url": url or self.server.url, "token": "env:JIRA", "project": "OPS", **account, **settings}
            ),
            token=lambda: self.token,
            memo=self.memo,
            clock=lambda: self.now + self.skew,
            sleep=self.sleep,
            quarantine=QUARANTINE,
            section="teams.payments.trackers.ops",
            owners=self.users | (owners or {}),
            components=self.components,
        )

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def close(self) -> None:
        self.server.close()

    # --- what the contract asks for ---------------------------------------------------------------------------------

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def sweep(self) -> None:
        self.now += timedelta(days=1)

    def person_creates(self, title: str) -> str:
        self._tick()
        return self.jira.person_creates(title, project="OPS")

    def person_moves(self, key: str, state: State) -> None:
        self._tick()
        self.jira.person_moves(key, STATUSES[state])
        self._index()

    def person_edits(self, key: str, *, title: str | None = None, due: date | None = None) -> None:
        self._tick()
        self.jira.person_edits(key, summary=title, duedate=due.isoformat() if due else None)
        self._index()

    def person_deletes(self, key: str) -> None:
        self.jira.person_deletes(key)

    def forbid(self, key: str) -> None:
        self.jira.forbid(key)

    def break_down(self) -> None:
        self.jira.hide_project("OPS")

    def owner(self, key: str) -> str | None:
        assignee = self.jira.issue(key).assignee
        if assignee is None:
            return None
        person = self.jira.site.users[assignee]
        return next(name for name, user in self.users.items() if user in (person.account_id, person.name))

    def labels(self, key: str) -> frozenset[str]:
        return frozenset(label for label in self.jira.issue(key).labels if not label.startswith("syncd-"))

    def count(self, marker: str) -> int:
        return len(self.jira.with_label(f"syncd-{marker}"))

    def link_back(self, key: str) -> str:
        [link] = [link for link in self.jira.remote_links(key) if link.global_id == "syncd:postmortem"]
        return link.url

    def references(self, key: str) -> list[Reference]:
        url = self.server.url
        addresses = [f"{url}/browse/{key}", f"{url}/projects/OPS/issues/{key}?filter=1", f"{url}/x?selectedIssue={key}"]
        return [Reference(key, named=True, key=key), *(Reference(a, named=True, url=a, key=key) for a in addresses)]

    def _index(self) -> None:
        # What the search does not show yet, no listing can hand out.
        self.now += self.jira.site.lag

    def _tick(self) -> None:
        # Nobody is so quick that Jira's clock does not move on meanwhile.
        self.now += timedelta(milliseconds=5)
