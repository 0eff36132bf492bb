"""Finding issues: by JQL with all pages, and by id in batches."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from connectors.clients.jira_api import Declined, JiraApi, quoted
from connectors.clients.jira_issue import FIELDS
from connectors.clients.jira_json import Json, at, some, text
from syncd.core.model import Presence
from syncd.errors import NotSent

PAGE_CLOUD, PAGE_DATA_CENTER = 100, 1_000
"""Issues in a page: as many as Cloud gives where fields are asked for, and Data Center by default."""
BATCH_CLOUD, BATCH_DATA_CENTER = 100, 200
"""Ids in one request."""
MOST_PAGES = 2_000

_MOST_WORDS = 12


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of the issues asked for, by what they were asked for."""

    found: dict[str, object] = field(default_factory=dict)
    gone: dict[str, Presence] = field(default_factory=dict)


class JiraSearch:
    """Searches of one Jira, as its deployment wants them.

    Raises NotSent and AuthenticationFailed; a search that Jira refuses counts as one that could not be made.
    """

    def __init__(self, api: JiraApi) -> None:
        self._api = api

    def run(self, jql: str, *, strict: bool = True) -> list[object]:
        """All issues that the index knows for this query, each once.

        ``strict``: a value in the query that does not exist is an error; else it finds nothing (Data Center only).
        """
        try:
            pages = self._cloud_pages(jql) if self._api.cloud else self._data_center_pages(jql, strict=strict)
            return list({text(issue, "id"): issue for page in pages for issue in page}.values())
        except Declined as error:
            raise NotSent(f"The search “{jql}” was refused. {error}") from error

    def by_id(self, ids: Collection[str]) -> Fetched:
        """The issues with these ids, whatever became of their keys, and why the others cannot be had."""
        return self._fetch(ids, "id")

    def by_key(self, keys: Collection[str]) -> Fetched:
        """The same by keys, also by those that an issue had before it moved."""
        return self._fetch(keys, "key")

    def one(self, id_or_key: str, *, more: Sequence[str] = ()) -> object | Presence:
        """One issue, as it is now and not as the index knows it; or why it cannot be had."""
        try:
            return self._api.get(f"issue/{quoted(id_or_key)}", {"fields": ",".join((*FIELDS, *more))})
        except Declined as error:
            if error.status == 404:
                return Presence.INACCESSIBLE if self._api.cloud else Presence.DELETED
            if error.status == 403:
                return Presence.INACCESSIBLE
            raise NotSent(f"{id_or_key} could not be read. {error}") from error

    # --- pages ------------------------------------------------------------------------------------------------------

    def _cloud_pages(self, jql: str) -> Iterator[list[object]]:
        seen = {""}
        body: Json = {"jql": jql, "fields": list(FIELDS), "maxResults": PAGE_CLOUD}
        while len(seen) < MOST_PAGES:
            reply = self._api.ask("search/jql", body)
            yield self._issues(reply)
            token = text(reply, "nextPageToken")
            # A page may be short and yet not the last one: only a missing token says so.
            if not token:
                return
            if token in seen:
                break
            seen.add(token)
            body = {**body, "nextPageToken": token}
        raise NotSent(f"{self._api.host} does not come to an end with the pages of a search.")

    def _data_center_pages(self, jql: str, *, strict: bool) -> Iterator[list[object]]:
        paging: Json = {"maxResults": PAGE_DATA_CENTER, "validateQuery": strict}
        body: Json = {"jql": jql, "fields": list(FIELDS), **paging}
        start = 0
        for _ in range(MOST_PAGES):
            reply = self._api.ask("search", {**body, "startAt": start})
            issues = self._issues(reply)
            yield issues
            total, start = at(reply, "total"), start + len(issues)
            if not isinstance(total, int) or (start < total and not issues):
                break
            if start >= total:
                return
        raise NotSent(f"{self._api.host} gave fewer search results than it counted.")

    def _issues(self, reply: object) -> list[object]:
        if not isinstance(at(reply, "issues"), list):
            raise NotSent(f"{self._api.host} answered a search with something else than issues.")
        return some(reply, "issues")

    # --- batches ----------------------------------------------------------------------------------------------------

    def _fetch(self, names: Collection[str], column: Literal["id", "key"]) -> Fetched:
        found: dict[str, object] = {}
        batch = BATCH_CLOUD if self._api.cloud else BATCH_DATA_CENTER
        for some_names in _batches(sorted(names), batch):
            found |= {text(issue, column): issue for issue in self._batch(some_names, column)}
        gone: dict[str, Presence] = {}
        for name in sorted(set(names) - set(found)):
            # It may be missing only in the index, or be archived, or have moved to another key.
            issue = self.one(name)
            if isinstance(issue, Presence):
                gone[name] = issue
            else:
                found[name] = issue
        return Fetched({name: found[name] for name in names if name in found}, gone)

    def _batch(self, names: Sequence[str], column: str) -> Iterable[object]:
        if not self._api.cloud:
            return self._data_center_batch(names, column)
        try:
            reply = self._api.ask("issue/bulkfetch", {"issueIdsOrKeys": list(names), "fields": list(FIELDS)})
        except Declined as error:
            raise NotSent(f"{len(names)} tickets could not be read. {error}") from error
        return self._issues(reply)

    def _data_center_batch(self, names: Sequence[str], column: str) -> Iterable[object]:
        jql = f"{column} in ({', '.join(names)}) ORDER BY key ASC"
        try:
            return [issue for page in self._data_center_pages(jql, strict=False) for issue in page]
        except Declined as error:
            if error.status != 400:
                raise NotSent(f"{len(names)} tickets could not be read. {error}") from error
        # Some versions refuse the whole query for one dead name in it.
        middle = len(names) // 2
        halves = (names[:middle], names[middle:]) if middle else ()
        return [issue for half in halves for issue in self._data_center_batch(half, column)]


def literal(words: str) -> str:
    """A value in JQL, whatever characters it has."""
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'


def phrase(words: str) -> str:
    """A value for JQL's ``~``: the words in this order. Of a long text its beginning; "" when there are no words."""
    found = re.findall(r"\w+", words)[:_MOST_WORDS]
    return literal(f'"{" ".join(found)}"') if found else ""


def _batches(names: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), size):
        yield names[start : start + size]
