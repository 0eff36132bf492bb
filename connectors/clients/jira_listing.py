"""What changed in a Jira project since the last look, at the price of one search while nothing did."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Self

from connectors.clients.jira_issue import LABEL, absent, is_older, is_unlisted
from connectors.clients.jira_json import text
from connectors.clients.jira_project import JiraProject
from connectors.clients.jira_search import JiraSearch
from syncd.core.model import Presence, Ticket
from syncd.errors import NotSent
from syncd.ports import Clock, Listing, Memo

SWEEP_EVERY = timedelta(hours=20)
"""After this time each known ticket is looked at by its id."""
OVERLAP = timedelta(minutes=5)
"""How far a search goes back behind what was seen, beyond the time that the index may lag."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is remembered between two looks."""

    watermark: int | None = None
    """Jira's time, in ms since 1970, from which on the next search asks; None: from the beginning."""
    newest: int | None = None
    """The latest change that was seen, by Jira's time in ms."""
    since: float = 0.0
    """Our own time when nothing later than ``newest`` was first seen."""
    swept: float | None = None
    handed: Mapping[str, str] = field(default_factory=dict)
    """Revisions by id that were handed out and are not known to have arrived."""
    gone: Mapping[str, Presence] = field(default_factory=dict)

    @classmethod
    def read(cls, written: str | None) -> Self:
        """Nothing, where there is nothing or what we did not write."""
        try:
            kept = json.loads(written or "")
            return cls(
                watermark=int(kept["watermark"]) if kept["watermark"] is not None else None,
                newest=int(kept["newest"]) if kept["newest"] is not None else None,
                since=float(kept["since"]),
                swept=float(kept["swept"]),
                handed={str(number): str(revision) for number, revision in kept["handed"].items()},
                gone={str(number): Presence(presence) for number, presence in kept["gone"].items()},
            )
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            return cls()

    def text(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)


class JiraListing:
    """The looks at one project. ``lag`` is how long the search index may be behind."""

    def __init__(
        self, project: JiraProject, search: JiraSearch, *, memo: Memo, clock: Clock, location: str, lag: timedelta
    ) -> None:
        self._project = project
        self._search = search
        self._memo = memo
        self._clock = clock
        self._key = f"jira listing {location}"
        self._overlap = lag + OVERLAP

    def look(self, known: Mapping[str, str]) -> Listing:
        """See :meth:`syncd.ports.Tracker.listing`."""
        before = self._memo.get(self._key)
        kept = _Kept.read(before)
        now = self._clock().timestamp()
        sweeping = kept.swept is None or not 0 <= now - kept.swept < SWEEP_EVERY.total_seconds()
        try:
            after, tickets = self._look(kept, known, sweeping=sweeping)
        except NotSent as error:
            return Listing((), complete=False, problem=str(error))
        after = replace(after, swept=now if sweeping else kept.swept)
        if after.text() != before:
            self._memo.put(self._key, after.text())
        return Listing(tuple(tickets))

    def _look(self, kept: _Kept, known: Mapping[str, str], *, sweeping: bool) -> tuple[_Kept, list[Ticket]]:
        issues = self._search.run(_jql(kept.watermark))
        searched = {text(issue, "id"): issue for issue in issues}
        # The index may still show what is gone, and an older state than is known.
        wanted = set(known) if sweeping else set(kept.gone) & set(known) & set(searched)
        fetched = self._search.by_id(wanted | (_asked_by_id(kept, known) - set(searched)))
        gone = {number: presence for number, presence in fetched.gone.items() if number in known}
        if not any(map(self._project.holds, issues)):
            # Absence says nothing where the project itself cannot be read.
            self._project.check_readable()
        indexed = {number: issue for number, issue in searched.items() if number not in fetched.found}
        shown = [*self._shown(indexed, known, indexed=True), *self._shown(fetched.found, known, indexed=False)]
        if not sweeping:
            still = set(kept.gone) & set(known) - set(fetched.found)
            gone = {number: kept.gone[number] for number in sorted(still)} | gone
        handed = {ticket.id: ticket.revision for ticket in shown}
        after = replace(self._advanced(kept, map(self._project.ticket, issues)), handed=handed, gone=gone)
        return after, shown + [absent(number, presence, url=self._project.url) for number, presence in gone.items()]

    def _shown(self, issues: Mapping[str, object], known: Mapping[str, str], *, indexed: bool) -> Iterable[Ticket]:
        """What is worth to be handed out; an ``indexed`` one may be older than what is known."""
        for number, issue in issues.items():
            ticket = self._project.ticket(issue)
            revision = known.get(number)
            if revision is None:
                if ticket.marker is not None and self._project.holds(issue):
                    yield ticket
            elif not revision or (
                ticket.revision != revision and not (indexed and is_older(ticket.revision, revision))
            ):
                yield ticket

    def _advanced(self, kept: _Kept, tickets: Iterable[Ticket]) -> _Kept:
        """From where the next search asks: only Jira's own times count, whatever our clock or the account's zone is.

        A change may come into the index later than a newer one, so the search goes back behind the newest by as much
        as the index may lag. Once the newest has been the newest for so long, everything before it was seen too.
        """
        now = self._clock().timestamp()
        newest = max((*_times(tickets), kept.newest or 0))
        if newest == 0:
            return kept
        lag = self._overlap.total_seconds()
        if newest != kept.newest or now < kept.since:
            watermark = max(newest - int(lag * 1000), kept.watermark or 0)
            return replace(kept, watermark=watermark, newest=newest, since=now)
        return replace(kept, watermark=newest) if now - kept.since >= lag else kept


def _asked_by_id(kept: _Kept, known: Mapping[str, str]) -> set[str]:
    """The ids of what the search cannot show: it tells of changed tickets with our label only."""
    by_nature = {number for number, revision in known.items() if not revision or is_unlisted(revision)}
    arrived = {
        number
        for number, revision in kept.handed.items()
        if number in known and (known[number] == revision or is_older(revision, known[number]))
    }
    return (by_nature - set(kept.gone)) | (set(kept.handed) - arrived)


def _jql(watermark: int | None) -> str:
    # Milliseconds since 1970 mean the same in every time zone; dates are read in the account's own.
    since = "" if watermark is None else f" AND updated >= {watermark}"
    # Whatever changes meanwhile, a key keeps its place among the pages.
    return f"labels = {LABEL}{since} ORDER BY key ASC"


def _times(tickets: Iterable[Ticket]) -> Iterable[int]:
    return (int(ticket.changed_at.timestamp() * 1000) for ticket in tickets if ticket.changed_at)
