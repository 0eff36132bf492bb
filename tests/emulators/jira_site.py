"""What a Jira site holds: people, projects, the workflow and the issues with all their former states.

Issues are values; every change is a new one, kept with its time. So a search index that lags is only a look at an
older entry.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

PERMISSIONS = (
    "BROWSE_PROJECTS",
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "TRANSITION_ISSUES",
    "SCHEDULE_ISSUES",
    "ASSIGN_ISSUES",
    "LINK_ISSUES",
    "RESOLVE_ISSUES",
    "ADMINISTER_PROJECTS",
)
READ_ONLY = frozenset({"BROWSE_PROJECTS"})
WORKER = frozenset(PERMISSIONS) - {"ADMINISTER_PROJECTS"}

PRIORITIES = {"1": "Highest", "2": "High", "3": "Medium", "4": "Low", "5": "Lowest"}
RESOLUTIONS = {"10000": "Done", "10001": "Won't Do", "10002": "Duplicate", "10003": "Cannot Reproduce"}
ISSUE_TYPES = {"10000": "Epic", "10001": "Task", "10002": "Bug", "10003": "Story", "10004": "Sub-task"}
LINK_TYPES = {
    "10000": ("Blocks", "is blocked by", "blocks"),
    "10001": ("Cloners", "is cloned by", "clones"),
    "10002": ("Duplicate", "is duplicated by", "duplicates"),
    "10003": ("Relates", "relates to", "relates to"),
}


@dataclass(frozen=True)
class User:
    """A person, or the account syncd works with. Cloud knows them by `account_id`, Data Center by `name`."""

    account_id: str
    name: str
    email: str
    display_name: str
    zone: str = "Etc/UTC"
    active: bool = True
    assignable: bool = True


@dataclass(frozen=True)
class Status:
    """A status; `category` is new, indeterminate or done."""

    id: str
    name: str
    category: str


@dataclass(frozen=True)
class ScreenField:
    """A field on a transition's screen; a `default` fills it in when nothing is sent."""

    id: str
    required: bool = False
    default: str | None = None


@dataclass(frozen=True)
class Transition:
    """A way to the status `to`, from anywhere or from `sources` (status ids). `resolution`: what it sets by itself."""

    id: str
    name: str
    to: str
    sources: frozenset[str] | None = None
    screen: tuple[ScreenField, ...] = ()
    resolution: str | None = None


@dataclass(frozen=True)
class Project:
    """A project and what the account may do there; `visible=False`: it is gone for the account."""

    id: str
    key: str
    name: str
    components: tuple[str, ...] = ("Platform", "Checkout")
    issue_types: tuple[str, ...] = tuple(ISSUE_TYPES.values())
    permissions: frozenset[str] = WORKER
    visible: bool = True


@dataclass(frozen=True)
class RemoteLink:
    """A link to a page elsewhere; `body` is what was sent, whole, for a later POST replaces all of it."""

    id: int
    global_id: str | None
    url: str
    title: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class IssueLink:
    """`source` blocks, duplicates, relates to ... `target`; both are issue ids."""

    id: str
    type: str
    source: str
    target: str


@dataclass(frozen=True)
class Issue:
    """One issue at one moment. People by account id, the parent by issue id, the rest by name."""

    id: str
    key: str
    project: str
    issuetype: str
    summary: str
    status: str
    created: datetime
    updated: datetime
    reporter: str
    description: str | None = None
    labels: tuple[str, ...] = ()
    assignee: str | None = None
    duedate: str | None = None
    priority: str | None = None
    resolution: str | None = None
    resolved: datetime | None = None
    parent: str | None = None
    components: tuple[str, ...] = ()
    environment: str | None = None
    customfields: Mapping[str, Any] = field(default_factory=dict)
    remote_links: tuple[RemoteLink, ...] = ()
    archived: bool = False


def default_statuses() -> tuple[Status, ...]:
    """The statuses a project starts with."""
    return (
        Status("10000", "To Do", "new"),
        Status("3", "In Progress", "indeterminate"),
        Status("10001", "In Review", "indeterminate"),
        Status("10002", "Done", "done"),
        Status("10003", "Won't Do", "done"),
    )


def open_workflow(statuses: tuple[Status, ...]) -> tuple[Transition, ...]:
    """From every status to every status, without screens; the closing ones set a resolution by themselves."""
    closing = [status.id for status in statuses if status.category == "done"]
    resolutions = dict(zip(closing, RESOLUTIONS.values(), strict=False))
    return tuple(
        Transition(str(11 + 10 * place), status.name, status.id, resolution=resolutions.get(status.id))
        for place, status in enumerate(statuses)
    )


@dataclass
class Site:
    """All state of one Jira, and the few moves everything else is made of."""

    clock: Callable[[], datetime]
    cloud: bool
    account: User
    statuses: tuple[Status, ...] = field(default_factory=default_statuses)
    transitions: tuple[Transition, ...] = ()
    users: dict[str, User] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    links: list[IssueLink] = field(default_factory=list)
    forbidden: set[str] = field(default_factory=set)  # issue ids
    keys: dict[str, str] = field(default_factory=dict)  # every key an issue ever had, to its id
    numbers: dict[str, int] = field(default_factory=dict)  # the last number a project gave away
    base_url: str = ""
    lag: timedelta = timedelta(0)
    required: dict[str, frozenset[str]] = field(default_factory=dict)  # issue type to field ids
    off_create_screen: set[str] = field(default_factory=lambda: {"environment"})
    off_edit_screen: set[str] = field(default_factory=lambda: {"environment"})
    default_assignee: str | None = None
    reopening_keeps_resolution: bool = False
    meta_page: int = 50
    transition_conflicts: int = 0
    token_expires: datetime | None = None
    _history: dict[str, list[Issue]] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: iter(range(10100, 10**9)))

    def __post_init__(self) -> None:
        self.transitions = self.transitions or open_workflow(self.statuses)

    def next_id(self) -> str:
        """An id nothing else has."""
        return str(next(self._ids))

    def burn_number(self, project: str) -> int:
        """The project's next issue number; it is never given again."""
        self.numbers[project] = self.numbers.get(project, 0) + 1
        return self.numbers[project]

    def add(self, project: str, **values: Any) -> Issue:
        """A new issue in the first status, without any check."""
        now = self.clock()
        settled: dict[str, Any] = {
            "issuetype": "Task",
            "status": self.statuses[0].id,
            "priority": "Medium",
            "reporter": self.account.account_id,
            "assignee": self.default_assignee,
        } | values
        key = f"{project}-{self.burn_number(project)}"
        issue = Issue(id=self.next_id(), key=key, project=project, created=now, updated=now, **settled)
        self.keys[issue.key] = issue.id
        self._history[issue.id] = [issue]
        return issue

    def change(self, issue: Issue, **values: Any) -> Issue:
        """The issue with new values; `updated` moves only when one of them differs."""
        changed = replace(issue, **values)
        if changed == issue:
            return issue
        changed = replace(changed, updated=self.clock())
        self._history[issue.id].append(changed)
        return changed

    def touch(self, issue: Issue) -> Issue:
        """The same issue, updated now."""
        touched = replace(issue, updated=self.clock())
        self._history[issue.id].append(touched)
        return touched

    def remove(self, issue: Issue) -> None:
        """Deleted: its keys lead nowhere from now on and are never given again."""
        del self._history[issue.id]
        self.links = [link for link in self.links if issue.id not in (link.source, link.target)]

    def rekey(self, issue: Issue, project: str) -> Issue:
        """Move to another project: the id stays, the old key keeps leading here."""
        key = f"{project}-{self.burn_number(project)}"
        self.keys[key] = issue.id
        return self.change(issue, key=key, project=project)

    def find(self, id_or_key: str) -> Issue | None:
        """The issue as it is now, by id or by any key it ever had, permissions aside."""
        history = self._history.get(self.keys.get(id_or_key.upper(), id_or_key))
        return history[-1] if history else None

    def readable(self, issue: Issue) -> bool:
        """Whether the account may see it."""
        project = self.projects[issue.project]
        return project.visible and "BROWSE_PROJECTS" in project.permissions and issue.id not in self.forbidden

    def issues(self) -> list[Issue]:
        """Every issue as it is now."""
        return [history[-1] for history in self._history.values()]

    def indexed(self, fresh: Collection[str] = ()) -> list[Issue]:
        """What the search index knows: readable issues as they were `lag` ago, those in `fresh` (ids) as they are.

        Archived ones are never there.
        """
        horizon = self.clock() - self.lag
        found = []
        for issue_id, history in self._history.items():
            limit = self.clock() if issue_id in fresh else horizon
            known = next((issue for issue in reversed(history) if issue.updated <= limit), None)
            if known and not history[-1].archived and self.readable(history[-1]):
                found.append(known)
        return found

    def may(self, project: str, permission: str) -> bool:
        """Whether the account has this permission in this project."""
        held = self.projects.get(project)
        return held is not None and held.visible and permission in held.permissions

    def status(self, status_id: str) -> Status:
        """The status with this id."""
        return next(status for status in self.statuses if status.id == status_id)

    def status_named(self, name: str) -> Status:
        """The status with this name."""
        return next(status for status in self.statuses if status.name == name)

    def enter(self, issue: Issue, status_id: str, resolution: str | None, **values: Any) -> Issue:
        """Move to a status. A done one takes the resolution; an open one clears it unless this site forgets to."""
        if self.status(status_id).category == "done":
            resolution = resolution or issue.resolution
        elif self.reopening_keeps_resolution:
            resolution = issue.resolution
        else:
            resolution = None
        resolved = (issue.resolved or self.clock()) if resolution else None
        return self.change(issue, status=status_id, resolution=resolution, resolved=resolved, **values)
