"""Reading one repository: what it is, its issues by list and by number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.clients.github_api import PER_PAGE, GitHubApi, Reply
from connectors.clients.github_issue import Issue, Place, read_issue
from syncd.core.model import Presence
from syncd.errors import NotSent

_GONE = 410
_PHRASE = 150
"""Characters of a text that are searched for; GitHub takes queries of 256."""


class Unreadable(NotSent):
    """The repository as a whole, or its issues, cannot be read: absence says nothing."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one place holds: an issue, or none, and why. ``moved``: GitHub sent us there from where it was."""

    issue: Issue | None
    presence: Presence = Presence.HERE
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """What a list begins with, unread until asked for; None instead of it when nothing changed."""

    reply: Reply
    etag: str | None


class Repository:
    """One repository, by the name in the configuration; a renamed one is still found by it."""

    def __init__(self, api: GitHubApi, name: str) -> None:
        self.api = api
        self.name = name
        self.path = f"/repos/{name}"
        self._names = {name.casefold()}

    def about(self) -> Mapping[str, object]:
        """GitHub's description of it: ``full_name``, ``archived``, ``permissions``. Raises :class:`Unreadable`."""
        reply = self.api.get(self.path)
        if not reply.ok or not isinstance(reply.data, dict):
            raise self._unreadable(reply)
        self._names.add(str(reply.data.get("full_name", self.name)).casefold())
        return reply.data

    def holds(self, issue: Issue) -> bool:
        """Whether this issue is one of its own, also when it was renamed (which is then asked for, once)."""
        if issue.place.repository.casefold() not in self._names:
            self.about()
        return issue.place.repository.casefold() in self._names

    def look(self, place: Place) -> Look:
        """What is at that place, in this repository or another.

        Raises NotSent when it could not be looked at; :class:`Unreadable` when issues are switched off there.
        """
        reply = self.api.get(place.path)
        if reply.ok:
            return Look(issue_in(reply), moved=reply.redirected)
        if reply.status == _GONE and "disabled" in reply.words:
            raise self._unreadable(reply)
        return Look(None, Presence.DELETED if reply.status == _GONE else Presence.INACCESSIBLE)

    def first_page(self, parameters: Mapping[str, str], *, etag: str | None = None) -> Page | None:
        """The issues that fit, as GitHub's list gives them; None when nothing changed since ``etag``.

        Raises :class:`Unreadable` when the repository's issues cannot be listed.
        """
        asked = {"state": "all", "per_page": str(PER_PAGE), **parameters}
        reply = self.api.get(f"{self.path}/issues", asked, etag=etag)
        if reply.not_modified:
            return None
        if not reply.ok:
            raise self._unreadable(reply)
        return Page(reply, reply.headers.get("etag"))

    def issues(self, page: Page) -> Iterator[Issue]:
        """All issues from that page on. Raises NotSent when a page cannot be had or read."""
        for entries in self.api.pages(page.reply):
            yield from map(self._read, entries)

    def list(self, parameters: Mapping[str, str]) -> Iterator[Issue]:
        """All issues that fit; raises as :meth:`first_page` and :meth:`issues`."""
        page = self.first_page(parameters)
        return self.issues(page) if page else iter(())

    def search(self, text: str, *, within: str) -> Sequence[Issue]:
        """Issues, no pull requests, with these words in their ``title`` or ``body``; the first hundred.

        GitHub's search lags behind and minds neither case nor punctuation. Raises NotSent when its answer is not whole.
        """
        phrase = _phrase(text)
        if not phrase:
            return ()
        query = f'repo:{self.about().get("full_name")} is:issue in:{within} "{phrase}"'
        reply = self.api.get("/search/issues", {"q": query, "per_page": str(PER_PAGE)})
        data = reply.data if isinstance(reply.data, dict) else {}
        items = data.get("items")
        if not reply.ok or not isinstance(items, list) or data.get("incomplete_results"):
            raise NotSent(f"GitHub's search gave no whole answer: {reply.words or reply.status}.")
        return [self._read(item) for item in items]

    def _read(self, entry: object) -> Issue:
        try:
            return read_issue(entry)
        except ValueError as error:
            raise NotSent(f"{self.api.host} gave a list of something else than issues; correct `api_url`.") from error

    def _unreadable(self, reply: Reply) -> Unreadable:
        return Unreadable(
            f"The issues of {self.name} cannot be read ({reply.words or reply.status}). Correct `repository`, "
            "or give the token access to it, with Issues: read and write."
        )


def _phrase(text: str) -> str:
    """Its words; cut between two of them."""
    words = " ".join(re.findall(r"\w+", text))
    return words if len(words) <= _PHRASE else words[:_PHRASE].rpartition(" ")[0]


def issue_in(reply: Reply) -> Issue:
    """The issue that a reading reply holds. Raises NotSent when it is something else."""
    try:
        return read_issue(reply.data)
    except ValueError as error:
        raise NotSent("GitHub's reply was not what its API sends; check that `api_url` is right.") from error
