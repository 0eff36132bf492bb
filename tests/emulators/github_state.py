"""What a GitHub holds: users, repositories, issues and their history. No HTTP and no permissions here."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

ROLES = ("read", "triage", "write", "maintain", "admin")
"""From weak to strong; "write" is what the API calls push."""


def node_id(prefix: str, number: int) -> str:
    """The GraphQL id of a thing: opaque to clients, another one for each thing."""
    return f"{prefix}_kwDO{base64.urlsafe_b64encode(number.to_bytes(6, 'big')).decode()}"


@dataclass(frozen=True)
class User:
    """An account."""

    id: int
    login: str
    type: str = "User"


@dataclass(frozen=True)
class Label:
    """A label of one repository."""

    id: int
    name: str
    color: str = "ededed"
    description: str | None = None


@dataclass(frozen=True)
class Comment:
    """A comment on an issue."""

    id: int
    author: str
    body: str
    created_at: datetime


@dataclass(frozen=True)
class Pull:
    """What a pull request has beyond an issue."""

    draft: bool = False
    merged_at: datetime | None = None
    merged_by: str | None = None


@dataclass(frozen=True)
class Issue:
    """An issue or pull request as of one moment; times are aware UTC of whole seconds, people are logins."""

    id: int
    repository_id: int
    number: int
    title: str
    body: str | None
    author: str
    created_at: datetime
    updated_at: datetime
    state: str = "open"
    state_reason: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    comments: tuple[Comment, ...] = ()
    children: tuple[int, ...] = ()  # database ids of sub-issues
    pull: Pull | None = None

    @property
    def node_id(self) -> str:
        """Another one after a transfer."""
        return node_id("I" if self.pull is None else "PR", self.id)


@dataclass
class Repository:
    """One repository; `issues` keeps each issue's versions with their moments, None for "not here any more"."""

    id: int
    owner: str
    name: str
    created_at: datetime
    private: bool = True
    archived: bool = False
    has_issues: bool = True
    readable: bool = True  # False: it answers 404 to everybody
    roles: dict[str, str] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)  # by lower-case name
    issues: dict[int, list[tuple[datetime, Issue | None]]] = field(default_factory=dict)
    moved: dict[int, tuple[int, int]] = field(default_factory=dict)  # number → repository id and number it has now
    hidden: set[int] = field(default_factory=set)

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner}/{self.name}"

    def issue(self, number: int) -> Issue | None:
        """The issue as it is now; None when it was deleted, transferred or never made."""
        history = self.issues.get(number)
        return history[-1][1] if history else None

    def alive(self, as_of: datetime | None = None) -> Iterator[Issue]:
        """Every issue as it was at a moment (None: now), by number."""
        for number in sorted(self.issues):
            found = [issue for moment, issue in self.issues[number] if as_of is None or moment <= as_of]
            if found and found[-1] is not None:
                yield found[-1]

    def label_names(self, names: Iterable[str]) -> tuple[str, ...]:
        """The names as the labels are written here, each once, in order."""
        known = (self.labels[name.lower()].name for name in names if name.lower() in self.labels)
        return tuple(dict.fromkeys(known))


class World:
    """All of it, by ids, and the changes that both the API and people make. `clock` gives aware UTC."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._ids = itertools.count(1000)
        self.users: dict[str, User] = {}  # by lower-case login
        self.repositories: dict[int, Repository] = {}
        self.names: dict[str, int] = {}  # lower-case full name, old names too → repository id

    def now(self) -> datetime:
        """The clock's time in whole seconds: GitHub keeps no finer."""
        return self._clock().replace(microsecond=0)

    def ago(self, lag: timedelta) -> datetime:
        """The moment that something lagging so much still shows."""
        return self._clock() - lag

    def add_user(self, login: str, kind: str = "User") -> User:
        """A new account."""
        user = User(next(self._ids), login, kind)
        self.users[login.lower()] = user
        return user

    def add_repository(self, full_name: str, *, private: bool) -> Repository:
        """A new repository with its owner's account."""
        owner, name = full_name.split("/")
        if owner.lower() not in self.users:
            self.add_user(owner, "Organization")
        repository = Repository(next(self._ids), owner, name, self.now(), private)
        self.repositories[repository.id] = repository
        self.names[full_name.lower()] = repository.id
        return repository

    def rename(self, repository: Repository, name: str) -> None:
        """The old name stays known, as long as nothing new takes it."""
        repository.name = name
        self.names[repository.full_name.lower()] = repository.id

    def user(self, login: str) -> User:
        """The account of a login, whatever its case."""
        return self.users[login.lower()]

    def add_label(
        self, repository: Repository, name: str, *, color: str = "ededed", description: str | None = None
    ) -> Label:
        """The label, made when it is missing."""
        return repository.labels.setdefault(name.lower(), Label(next(self._ids), name, color, description))

    def create_issue(self, repository: Repository, *, author: str, title: str, **facts: Any) -> Issue:
        """A new open issue (or pull request, with `pull`) with the next number; labels are made when missing."""
        now = self.now()
        number = max([0, *repository.issues, *repository.moved]) + 1
        labels = tuple(self.add_label(repository, name).name for name in dict.fromkeys(facts.pop("labels", ())))
        issue = Issue(
            id=next(self._ids),
            repository_id=repository.id,
            number=number,
            title=title,
            body=facts.pop("body", None),
            author=author,
            created_at=now,
            updated_at=now,
            labels=labels,
            **facts,
        )
        repository.issues[number] = [(self._clock(), issue)]
        return issue

    def edit(self, issue: Issue, **changes: Any) -> Issue:
        """The issue with these facts; `updated_at` moves only when something changed."""
        changed = replace(issue, **changes)
        if changed == issue:
            return issue
        changed = replace(changed, updated_at=self.now())
        self.repositories[issue.repository_id].issues[issue.number].append((self._clock(), changed))
        return changed

    def close(self, issue: Issue, by: str, reason: str | None = None) -> Issue:
        """Closed for this reason; without one as completed, also when it was closed for another before."""
        if issue.pull is not None:
            reason = None
        elif reason is None:
            reason = "completed"
        if issue.state == "closed":
            return self.edit(issue, state_reason=reason)
        return self.edit(issue, state="closed", state_reason=reason, closed_at=self.now(), closed_by=by)

    def reopen(self, issue: Issue) -> Issue:
        """Open again."""
        if issue.state == "open":
            return issue
        reason = "reopened" if issue.pull is None else None
        return self.edit(issue, state="open", state_reason=reason, closed_at=None, closed_by=None)

    def comment(self, issue: Issue, author: str, body: str) -> Comment:
        """A new comment on it."""
        comment = Comment(next(self._ids), author, body, self.now())
        self.edit(issue, comments=(*issue.comments, comment))
        return comment

    def delete(self, issue: Issue) -> None:
        """Gone for good; its number is not used again."""
        self.repositories[issue.repository_id].issues[issue.number].append((self._clock(), None))

    def transfer(self, issue: Issue, target: Repository) -> Issue:
        """Moved, with a new id; of its labels only those stay that the target has too."""
        source = self.repositories[issue.repository_id]
        number = max([0, *target.issues, *target.moved]) + 1
        moved = replace(
            issue,
            id=next(self._ids),
            repository_id=target.id,
            number=number,
            labels=target.label_names(issue.labels),
            updated_at=self.now(),
        )
        target.issues[number] = [(self._clock(), moved)]
        self.delete(issue)
        source.moved[issue.number] = (target.id, number)
        return moved

    def by_id(self, issue_id: int) -> Issue | None:
        """The living issue with this database id, in whatever repository."""
        everywhere = (issue for repository in self.repositories.values() for issue in repository.alive())
        return next((issue for issue in everywhere if issue.id == issue_id), None)
