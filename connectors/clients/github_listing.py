"""What changed among the tickets of a repository: one conditional list request while nothing did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from connectors.clients.github_api import PER_PAGE
from connectors.clients.github_body import marker_of
from connectors.clients.github_issue import ARCHIVED, LABEL, Issue, home_of, node_of
from connectors.clients.github_memory import Memory
from connectors.clients.github_repository import Look, Repository, Unreadable
from syncd.core.model import Presence, State, Ticket
from syncd.errors import NotSent
from syncd.ports import Clock, Listing, Memo

SWEEP_AFTER = timedelta(hours=20)
OVERLAP = timedelta(minutes=15)
"""How late a change may appear in GitHub's lists and is still found there."""
SINGLY = 10
"""Up to so many tickets are asked for one by one rather than with all others."""


class Listings:
    """The listings of one repository; see :meth:`syncd.ports.Tracker.listing`.

    Between two sweeps only the list of issues with our label is asked for, newest change first, so that a change while
    it is paged hides nothing; what it cannot show is asked for by number: tickets without our label, tickets elsewhere,
    and what was handed out and is not known yet.
    """

    def __init__(self, repository: Repository, *, web: str, memo: Memo, name: str, clock: Clock) -> None:
        self._repository = repository
        self._web = web
        self._memo = memo
        self._name = name
        self._clock = clock

    def memory(self) -> Memory:
        """What is remembered now."""
        return Memory.read(self._memo.get(self._name))

    def listing(self, known: Mapping[str, str]) -> Listing:
        """What is new, changed or gone. Raises AuthenticationFailed and NotSent; remembers nothing then."""
        before = self.memory()
        unsettled = _unsettled(before, known)
        sweeping = self._is_due(before) or len(unsettled) > SINGLY or _is_lost(before, known)
        try:
            found, memory = self._sweep(before) if sweeping else self._changes(before)
        except Unreadable as error:
            return Listing((), complete=False, problem=str(error))
        news = _News(self._repository, self._web, known, before, archived=memory.archived)
        fresh = [issue for issue in found if not news.may_be_old(issue)]
        for issue in fresh:
            news.add(issue)
        here = {issue.node for issue in fresh}
        asked = {*known, *unsettled} if sweeping else unsettled | _unseen(known, before) | news.in_doubt
        for identifier in sorted(i for i in asked if node_of(i) not in here):
            news.ask(identifier)
        if not sweeping:
            news.repeat(asked)
        shown = news.worth_asking(found) if sweeping else {*before.shown, *news.worth_asking(found)}
        after = replace(memory, handed=news.handed, gone=news.gone, shown=tuple(sorted(shown)))
        self._memo.put(self._name, after.text())
        return Listing(tuple(news.tickets), complete=not news.problems, problem=" ".join(news.problems) or None)

    def _is_due(self, before: Memory) -> bool:
        return abs(self._clock().timestamp() - before.swept) >= SWEEP_AFTER.total_seconds()

    def _sweep(self, before: Memory) -> tuple[list[Issue], Memory]:
        """All issues with our label, by age: an order that no change disturbs."""
        about = self._repository.about()
        if about.get("has_issues") is False:
            raise Unreadable(f"Issues are switched off in {self._repository.name}; switch them on in its settings.")
        found = list(self._repository.list({"labels": LABEL, "sort": "created", "direction": "asc"}))
        return found, Memory(
            since=_since(found) or before.since,
            swept=self._clock().timestamp(),
            archived=about.get("archived") is True,
        )

    def _changes(self, before: Memory) -> tuple[list[Issue], Memory]:
        asked = {"labels": LABEL, "sort": "updated", "direction": "desc"} | (
            {"since": before.since} if before.since else {}
        )
        page = self._repository.first_page(asked, etag=before.etag or None)
        if page is None:
            return [], before
        found = list(self._repository.issues(page))
        # Only the same question can be answered with "not modified", so it changes when one page is not enough.
        since = before.since if len(found) <= PER_PAGE else _since(found) or before.since
        return found, replace(before, since=since, etag=(page.etag or "") if since == before.since else "")


@dataclass
class _News:
    """What a pass finds out, one issue after the other."""

    repository: Repository
    web: str
    known: Mapping[str, str]
    before: Memory
    archived: bool
    tickets: list[Ticket] = field(default_factory=list)
    handed: dict[str, str] = field(default_factory=dict)
    gone: dict[str, Presence] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    in_doubt: set[str] = field(default_factory=set)
    """Ids of known tickets that have to be asked for by number."""

    def __post_init__(self) -> None:
        self._ids = {node_of(identifier): identifier for identifier in self.known}

    def may_be_old(self, issue: Issue) -> bool:
        """Whether a list shows a known ticket as it may have been before: lists lag behind, and seconds are coarse."""
        identifier = self._ids.get(issue.node, "")
        told = self.known.get(identifier, "")
        doubtful = issue.updated <= told.partition(" ")[0] and issue.revision != told.removesuffix(ARCHIVED)
        if doubtful:
            self.in_doubt.add(identifier)
        return doubtful

    def worth_asking(self, found: list[Issue]) -> set[str]:
        """GitHub's ids of those among them that are ours or known; people may have used our label too."""
        return {issue.node for issue in found if issue.node in self._ids or marker_of(issue.body)}

    def add(self, issue: Issue, *, asked: str | None = None, was: str | None = None) -> None:
        """Hand it out if it is news; ``asked`` is the id by which it was asked for."""
        archived = self.archived and self.repository.holds(issue)
        same = asked if asked and node_of(asked) == issue.node else None
        ticket = issue.ticket(self._ids.get(issue.node, same), archived=archived, was=was)
        if was or ticket.id in self.before.gone or self._is_new(ticket):
            self.tickets.append(ticket)
            self.handed[asked or ticket.id] = ticket.revision

    def _is_new(self, ticket: Ticket) -> bool:
        told = self.known.get(ticket.id)
        return ticket.marker is not None if told is None else told != ticket.revision

    def ask(self, identifier: str) -> None:
        """Look at one place."""
        place = home_of(identifier)
        try:
            look = self.repository.look(place) if place else Look(None, Presence.INACCESSIBLE)
        except NotSent as error:
            if error.not_before is not None:
                raise
            self.problems.append(f"{identifier.rpartition(':')[0]}: {error}")
            self.handed[identifier] = ""
            return
        if look.issue is not None and look.issue.node == node_of(identifier):
            self.add(look.issue, asked=identifier)
        elif look.issue is not None and look.moved:
            self.add(look.issue, asked=identifier, was=identifier if identifier in self.known else None)
        else:
            # Without a redirect, another issue at that place means another repository of the same name.
            self._miss(identifier, Presence.INACCESSIBLE if look.issue else look.presence)

    def repeat(self, asked: set[str]) -> None:
        """Say again what is gone and was not asked for."""
        for identifier, presence in self.before.gone.items():
            if identifier not in asked:
                self._miss(identifier, presence)

    def _miss(self, identifier: str, presence: Presence) -> None:
        if identifier in self.known:
            self.gone[identifier] = presence
            self.tickets.append(_absent(identifier, presence, web=self.web))


def _absent(identifier: str, presence: Presence, *, web: str) -> Ticket:
    place = home_of(identifier)
    url = f"{web}/{place.repository}/issues/{place.number}" if place else ""
    return Ticket(identifier, place.key if place else identifier, url, title="", state=State.OPEN, presence=presence)


def _is_lost(before: Memory, known: Mapping[str, str]) -> bool:
    """Whether something was known once that is not any more: the ledger is another one."""
    names = {node_of(identifier) for identifier in (*known, *before.handed)}
    return not names.issuperset(before.shown)


def _unsettled(before: Memory, known: Mapping[str, str]) -> set[str]:
    """What was handed out and is not known at that revision."""
    names = {node_of(identifier): identifier for identifier in known}
    return {i for i, revision in before.handed.items() if known.get(names.get(node_of(i), i)) != revision}


def _unseen(known: Mapping[str, str], before: Memory) -> set[str]:
    """Known tickets that our list does not show, or whose revision is not known."""
    shown = set(before.shown)
    return {i for i, revision in known.items() if i not in before.gone and (not revision or node_of(i) not in shown)}


def _since(found: list[Issue]) -> str:
    """Where to begin next time, by GitHub's clock."""
    newest = max((issue.updated for issue in found), default="")
    try:
        moment = datetime.fromisoformat(newest).astimezone(UTC) - OVERLAP
    except ValueError:
        return ""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
