"""What a Jira project is like: its create screen, its people, and whether it can be seen at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar, cast

from connectors.clients.jira_api import Declined, JiraApi, quoted
from connectors.clients.jira_issue import project_of, ticket_of
from connectors.clients.jira_json import Json, at, folded, some, text
from syncd.core.model import State, Ticket
from syncd.errors import NotSent, Refused
from syncd.ports import Clock

FRESH = timedelta(hours=1)
"""How long an answer about the project is believed."""

_PAGE = 200
_MOST_USERS = 1_000

T = TypeVar("T")


class JiraProject:
    """One project. What is asked about it is kept for :data:`FRESH`, or until :meth:`forget`.

    Everything that asks raises NotSent and AuthenticationFailed; what is configured wrongly is Refused.
    """

    def __init__(self, api: JiraApi, *, key: str, statuses: Mapping[str, State], clock: Clock) -> None:
        self.key = key
        self.url = api.url
        self._api = api
        self._statuses = {folded(name): state for name, state in statuses.items()}
        self._clock = clock
        self._answers: dict[tuple[str, ...], tuple[datetime, object]] = {}

    @property
    def statuses(self) -> Mapping[str, State]:
        """What statuses mean, by their folded names, where that is configured."""
        return self._statuses

    def ticket(self, issue: object) -> Ticket:
        """The ticket that an issue is. Raises NotSent when it cannot be read."""
        try:
            return ticket_of(issue, url=self.url, statuses=self._statuses)
        except ValueError as error:
            raise NotSent(f"{self._api.host} sent an issue that cannot be read: {error}.") from error

    def holds(self, issue: object) -> bool:
        """Whether the issue is in this project now."""
        return project_of(issue) == self.key

    def check_readable(self) -> None:
        """Raises NotSent when the account cannot see the project, so that nothing in it can be called absent."""
        try:
            self._api.get(f"project/{self.key}")
        except Declined as error:
            cure = "Give its account the permission to browse it, or correct `project`."
            raise NotSent(f"The project {self.key} of {self._api.host} cannot be seen. {cure}") from error

    def screen(self, issue_type: str) -> Mapping[str, Json]:
        """The fields of a new issue of this type, by id. Raises Refused when there is no such type."""
        return self._kept(("screen", issue_type), lambda: self._asked_screen(issue_type))

    def is_assignable(self, user: str) -> bool:
        """Whether tickets may be given to this accountId (Cloud) or user name (Data Center)."""
        return self._kept(("user", user), lambda: self._asked_user(user))

    def has_issue(self, key: str) -> bool:
        """Whether there is an issue of this key that the account sees, in any project."""
        return self._kept(("issue", key), lambda: self._asked_issue(key))

    def link_type(self, name: str) -> str | None:
        """How this Jira spells the type of links between issues; None when it has no such type."""
        types = self._kept(("links",), lambda: some(self._read("issueLinkType"), "issueLinkTypes"))
        wanted = folded(name)
        return next((text(one, "name") for one in types if folded(text(one, "name")) == wanted), None)

    def forget(self) -> None:
        """Ask again: something is no longer as it was."""
        self._answers.clear()

    def _kept(self, what: tuple[str, ...], ask: Callable[[], T]) -> T:
        now = self._clock()
        at_, answer = self._answers.get(what, (now - FRESH, None))
        if not timedelta() <= now - at_ < FRESH:
            answer = ask()
            self._answers[what] = (now, answer)
        return cast(T, answer)

    def _asked_screen(self, issue_type: str) -> Mapping[str, Json]:
        place = f"issue/createmeta/{self.key}/issuetypes"
        types = {text(one, "name"): text(one, "id") for one in self._pages(place, "issueTypes")}
        number = types.get(issue_type)
        if number is None:
            names = ", ".join(sorted(types)) or "none at all; it may not create issues there"
            raise Refused(
                f"The account sees no issue type “{issue_type}” in {self.key}, but {names}. Correct `issue_type`."
            )
        fields = [one for one in self._pages(f"{place}/{quoted(number)}", "fields") if isinstance(one, dict)]
        return {text(one, "fieldId") or text(one, "key"): one for one in fields}

    def _asked_user(self, user: str) -> bool:
        cloud = self._api.cloud
        params: dict[str, str | int] = {"project": self.key, "accountId" if cloud else "username": user}
        if not cloud:
            params["maxResults"] = _MOST_USERS  # all are found whose names begin so
        found = self._read("user/assignable/search", params)
        names = [text(one, "accountId" if cloud else "name") for one in (found if isinstance(found, list) else [])]
        return user in names

    def _asked_issue(self, key: str) -> bool:
        try:
            return self._api.find(f"issue/{quoted(key)}", {"fields": "summary"}) is not None
        except Declined:
            return False

    def _pages(self, path: str, name: str) -> list[object]:
        entries: list[object] = []
        while True:
            reply = self._read(path, {"startAt": len(entries), "maxResults": _PAGE})
            page = some(reply, name) or some(reply, "values")
            entries += page
            total = at(reply, "total")
            if not page or not isinstance(total, int) or len(entries) >= total:
                return entries

    def _read(self, path: str, params: Mapping[str, str | int] | None = None) -> object:
        try:
            return self._api.get(path, params)
        except Declined as error:
            cure = f"Check that the account may browse {self.key} and create issues in it."
            raise Refused(f"{self._api.host} does not tell about {self.key}. {error} {cure}") from error
