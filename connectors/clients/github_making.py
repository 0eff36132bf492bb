"""Making an issue: what has to be there before its one POST, and what became of what was asked for."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from urllib.parse import quote

from connectors.clients.github_api import PER_PAGE, GitHubApi
from connectors.clients.github_issue import LABEL, Issue, Place, read_issue
from connectors.clients.github_repository import Repository
from syncd.core.desired import ticket_title
from syncd.errors import NotSent, OutcomeUnknown, Refused, TrackerError
from syncd.ports import Clock, Memo

LABEL_LIMIT = 50
"""Characters of a label's name; a longer one would have the whole issue refused."""

_COLOUR, _OUR_COLOUR = "c5def5", "5319e7"
_REMEMBERED = timedelta(days=1)
_EARLIER = timedelta(minutes=5)


class Labels:
    """The labels of a repository; those that are missing are made."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._there: set[str] | None = None
        self._refused: dict[str, str] = {}

    def ready(self, names: Iterable[str]) -> tuple[list[str], list[str]]:
        """Those of the names that an issue can be given, and notes about the others.

        Raises NotSent and AuthenticationFailed, when nothing can be said about them.
        """
        notes, usable = [], []
        for name in _proper(names):
            why = self._missing(name)
            if why is None:
                usable.append(name)
            else:
                notes.append(f"The label {name} was left out: it is not there and cannot be made. {why}")
        return usable, notes

    def _missing(self, name: str) -> str | None:
        """Why there is no such label, None when there is."""
        if self._there is None:
            self._there = self._listed()
        if name.casefold() not in self._there and name not in self._refused:
            self._make(name, self._there)
        return self._refused.get(name)

    def _listed(self) -> set[str]:
        api = self._repository.api
        first = api.get(f"{self._repository.path}/labels", {"per_page": str(PER_PAGE)})
        entries = (entry for page in api.pages(first) for entry in page)
        return {str(entry["name"]).casefold() for entry in entries if isinstance(entry, dict) and "name" in entry}

    def _make(self, name: str, there: set[str]) -> None:
        about = {"description": "Followed by syncd"} if name == LABEL else {}
        body = {"name": name, "color": _OUR_COLOUR if name == LABEL else _COLOUR, **about}
        try:
            self._repository.api.write("POST", f"{self._repository.path}/labels", body, follow=True)
        except Refused as error:
            if "already_exists" not in str(error):
                self._refused[name] = str(error)
                return
        except OutcomeUnknown as error:
            raise NotSent(f"The label {name} may be missing still: {error}") from error
        there.add(name.casefold())


class Assignees:
    """Who can be given issues of a repository, and for a day, whom GitHub refused all the same."""

    def __init__(self, repository: Repository, *, memo: Memo, name: str, clock: Clock) -> None:
        self._repository = repository
        self._memo = memo
        self._name = name
        self._clock = clock
        self._assignable: dict[str, bool] = {}

    def ready(self, login: str) -> bool:
        """Whether an issue can be given to this account. Raises NotSent and AuthenticationFailed."""
        if login in self._refused():
            return False
        if login not in self._assignable:
            path = f"{self._repository.path}/assignees/{quote(login, safe='')}"
            self._assignable[login] = self._repository.api.get(path).ok
        return self._assignable[login]

    def refuse(self, login: str) -> None:
        """It is not to be asked for again, today."""
        self._memo.put(self._name, json.dumps({**self._refused(), login: self._clock().timestamp()}))

    def _refused(self) -> dict[str, float]:
        oldest = (self._clock() - _REMEMBERED).timestamp()
        return {login: at for login, at in _numbers(self._memo.get(self._name)).items() if at > oldest}


class Attempts:
    """When the attempts began whose outcome is not known: where to look for their markers."""

    def __init__(self, *, memo: Memo, name: str) -> None:
        self._memo = memo
        self._name = name

    def begin(self, marker: str, at: datetime | None) -> None:
        """An issue is about to be made; ``at`` is GitHub's time, None when it is not known. The first time counts."""
        if at is not None:
            self._keep({marker: (at - _EARLIER).timestamp(), **self._all()})

    def end(self, marker: str) -> None:
        """It is known what became of it."""
        self._keep({name: at for name, at in self._all().items() if name != marker})

    def since(self, marker: str) -> float | None:
        """The earliest time (GitHub's clock, seconds since 1970) at which its issue can have been made."""
        return self._all().get(marker)

    def _all(self) -> dict[str, float]:
        return _numbers(self._memo.get(self._name))

    def _keep(self, attempts: Mapping[str, float]) -> None:
        if attempts != self._all():
            self._memo.put(self._name, json.dumps(attempts))


def post_issue(repository: Repository, fields: Mapping[str, object]) -> Issue:
    """The one request that makes an issue. Raises as :meth:`GitHubApi.write`."""
    reply = repository.api.write("POST", f"{repository.path}/issues", fields, follow=True)
    try:
        return read_issue(reply.data)
    except ValueError as error:
        raise OutcomeUnknown(
            f"{repository.api.host} made an issue and answered something else; syncd looks for it."
        ) from error


def put_below(api: GitHubApi, parent: Place, issue: Issue) -> str | None:
    """Make it a sub-issue; what hindered it, as a note."""
    try:
        api.write("POST", f"{parent.path}/sub_issues", {"sub_issue_id": issue.id})
    except TrackerError as error:
        return f"It was not put below {parent.key}: {error}"
    return None


def dropped(asked: Collection[str], given: Collection[str]) -> list[str]:
    """What GitHub left out without a word; case does not count in its names."""
    there = {name.casefold() for name in given}
    return [name for name in asked if name.casefold() not in there]


def _proper(names: Iterable[str]) -> list[str]:
    """Each once, as GitHub takes names."""
    proper: dict[str, str] = {}
    for name in filter(None, (ticket_title(name)[:LABEL_LIMIT].strip() for name in names)):
        proper.setdefault(name.casefold(), name)
    return list(proper.values())


def _numbers(text: str | None) -> dict[str, float]:
    try:
        return {str(name): float(value) for name, value in json.loads(text or "{}").items()}
    except (ValueError, TypeError, AttributeError):
        return {}
