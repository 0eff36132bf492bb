"""Tickets as issues of one GitHub repository, on GitHub.com or an Enterprise Server."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from connectors.clients.github_api import GitHubApi
from connectors.clients.github_body import compose, marker_of, with_document, with_marker
from connectors.clients.github_check import Check
from connectors.clients.github_issue import LABEL, Issue, Place, home_of, node_of, place_of, read_issue
from connectors.clients.github_listing import Listings
from connectors.clients.github_making import Assignees, Attempts, Labels, dropped, post_issue, put_below
from connectors.clients.github_reference import key_of, web_url
from connectors.clients.github_repository import Repository
from connectors.trackers.github_settings import GitHubTrackerSettings
from syncd.core.desired import ticket_title
from syncd.core.model import DesiredTicket, Reference, State, Ticket
from syncd.errors import NotSent, OutcomeUnknown, Refused
from syncd.ports import Clock, Features, Finding, Listing, Memo

_REASONS = {State.DONE: "completed", State.CANCELLED: "not_planned"}
_STATES = frozenset({State.OPEN, State.DONE, State.CANCELLED})


class GitHubTracker:
    """The issues of one repository; keeps the promises of :class:`syncd.ports.Tracker`.

    A ticket's id is the place where it was first seen and GitHub's node id; only the latter counts. ``owners`` gives
    the logins of owners as the documents call them. ``quarantine`` is how long GitHub's lists may lag behind.
    ``takes_bare_numbers``: a ``#12`` in a document means this repository. ``section`` is where the configuration is,
    to name the line that would mend something.
    """

    def __init__(
        self,
        *,
        settings: GitHubTrackerSettings,
        token: Callable[[], str],
        memo: Memo,
        clock: Clock,
        sleep: Callable[[float], None],
        quarantine: timedelta,
        owners: Mapping[str, str] | None = None,
        takes_bare_numbers: bool = True,
        section: str = "teams.TEAM.trackers.NAME",
    ) -> None:
        self._api = GitHubApi(settings.api_url, token=token, memo=memo, clock=clock, sleep=sleep)
        self._repository = Repository(self._api, settings.repository)
        self._web = web_url(self._api.url)
        self._owners = {_folded(name): login for name, login in (owners or {}).items()}
        self._labels = settings.labels
        self._parent = _parent(settings)
        self._quarantine = quarantine
        self._bare = takes_bare_numbers
        self._section = section
        name = self.location
        self._listings = Listings(self._repository, web=self._web, memo=memo, name=f"listing {name}", clock=clock)
        self._ready_labels = Labels(self._repository)
        self._assignees = Assignees(self._repository, memo=memo, name=f"refused assignees {name}", clock=clock)
        self._attempts = Attempts(memo=memo, name=f"attempts {name}")
        self._check = Check(
            self._repository,
            clock=clock,
            owners=owners or {},
            parent=self._parent,
            labels=self._labels,
            section=section,
        )
        self._ids: dict[str, str] = {}
        """By node id: the ids under which the ledger knows tickets."""

    @property
    def location(self) -> str:
        """``github:``, the API's root and the repository as configured."""
        return f"github:{self._api.url}#{self._repository.name}"

    @property
    def features(self) -> Features:
        """Open, done and cancelled; no due dates; deleted issues say so."""
        return Features(states=_STATES, due=False, quarantine=self._quarantine)

    @property
    def projects(self) -> frozenset[str]:
        """None: GitHub has no ``KEY-12``."""
        return frozenset()

    def resolve(self, reference: Reference) -> str | None:
        """``owner/name#12``, ``#12``, or a page of this repository; see :meth:`syncd.ports.Tracker.resolve`."""
        return key_of(reference, repository=self._repository.name, web=self._web, bare=self._bare)

    # --- reading ----------------------------------------------------------------------------------------------------

    def listing(self, known: Mapping[str, str]) -> Listing:
        """What changed; see :meth:`syncd.ports.Tracker.listing`. Gone tickets show within a day."""
        self._ids = {node_of(identifier): identifier for identifier in known}
        return self._listings.listing(known)

    def look_up(self, keys: Collection[str]) -> Mapping[str, Ticket]:
        """The tickets of these keys; see :meth:`syncd.ports.Tracker.look_up`."""
        found: dict[str, Ticket] = {}
        readable: set[str] = set()
        for key in keys:
            place = place_of(key)
            look = self._repository.look(place) if place else None
            if look is not None and look.issue is not None:
                found[key] = self._ticket(look.issue)
            elif place is not None and place.repository not in readable:
                self._prove_readable(place)
                readable.add(place.repository)
        return found

    def find(self, marker: str) -> Ticket | None:
        """The ticket carrying this marker; see :meth:`syncd.ports.Tracker.find`.

        All issues are looked at that changed since the first attempt to make it, labelled or not: GitHub drops labels
        without a word.
        """
        since = self._attempts.since(marker)
        asked = {"sort": "created", "direction": "desc"} | ({} if since is None else {"since": _zulu(since)})
        carriers = [issue for issue in self._repository.list(asked) if marker_of(issue.body) == marker]
        first = min(carriers, key=lambda issue: issue.place.number, default=None)
        return self._ticket(first) if first else None

    def alike(self, title: str, document: str) -> Sequence[Ticket]:
        """People's issues of just this title, or linking to the document; see :meth:`syncd.ports.Tracker.alike`."""
        wanted = ticket_title(title)
        found: dict[str, Issue] = {}
        for place, text in (("title", wanted), ("body", document)):
            for issue in self._repository.search(text, within=place):
                if issue.title == wanted or (document and document in issue.body):
                    found[issue.node] = issue
        by_age = sorted(found.values(), key=lambda issue: issue.place.number)
        return [self._ticket(issue) for issue in by_age if marker_of(issue.body) is None]

    def _prove_readable(self, place: Place) -> None:
        """Not found says something only where the repository's issues can be read. Raises NotSent."""
        Repository(self._api, place.repository).first_page({"sort": "updated"})

    def _ticket(self, issue: Issue) -> Ticket:
        archived = self._listings.memory().archived and self._repository.holds(issue)
        return issue.ticket(self._ids.get(issue.node), archived=archived)

    # --- creating ---------------------------------------------------------------------------------------------------

    def create(self, ticket: DesiredTicket, marker: str) -> Ticket:
        """Make one issue; see :meth:`syncd.ports.Tracker.create`."""
        labels, notes = self._ready_labels.ready((LABEL, *self._labels, *ticket.labels))
        login = self._login(ticket, notes)
        body = compose(ticket.body, document=ticket.document, marker=marker)
        if body.cut:
            notes.append("The description was longer than GitHub takes, and was cut.")
        fields = {"title": ticket_title(ticket.title), "body": body.text, "labels": labels}
        self._attempts.begin(marker, self._api.server_time)
        issue = self._post(fields | ({"assignees": [login]} if login else {}), login)
        self._attempts.end(marker)
        notes += self._missing(issue, labels=labels, login=login)
        if self._parent and (note := put_below(self._api, self._parent, issue)):
            notes.append(note)
        return _noted(issue.ticket(), notes)

    def _login(self, ticket: DesiredTicket, notes: list[str]) -> str | None:
        login = self._owners.get(_folded(ticket.owner or ""))
        if login is None or self._assignees.ready(login):
            return login
        notes.append(
            f"It was not assigned: GitHub gives no issues of {self._repository.name} to {login}. Let {login} into the "
            f'repository, or correct `github` of the owner "{ticket_title(ticket.owner or "")}".'
        )
        return None

    def _post(self, fields: Mapping[str, object], login: str | None) -> Issue:
        try:
            return post_issue(self._repository, fields)
        except Refused as error:
            if login is None or "assignees" not in str(error):
                raise Refused(
                    f"{self._repository.name} took no issue: {error} Check `repository` of [{self._section}], and "
                    "that its token may write issues there."
                ) from error
            self._assignees.refuse(login)
            raise NotSent(f"{error} The next attempt goes without the assignee {login}.") from error

    def _missing(self, issue: Issue, *, labels: Sequence[str], login: str | None) -> list[str]:
        notes = []
        if lost := dropped(labels, issue.labels):
            notes.append(f"GitHub left out the labels {', '.join(lost)}: give the token's account the role Triage.")
        if login and dropped([login], issue.assignees):
            notes.append(f"GitHub did not assign {login}: give the token's account the role Triage.")
        return notes

    # --- changing ---------------------------------------------------------------------------------------------------

    def update(
        self,
        ticket_id: str,
        *,
        title: str | None = None,
        state: State | None = None,
        due: date | None = None,
        document: str | None = None,
        incident: Sequence[str] = (),
    ) -> Ticket:
        """Change only what is given; see :meth:`syncd.ports.Tracker.update`. Due dates and incidents have no place."""
        issue = self._own(ticket_id)
        notes: list[str] = []
        changes: dict[str, object] = {}
        if title is not None and ticket_title(title) not in ("", issue.title):
            changes["title"] = ticket_title(title)
        if document is not None and (body := self._linked(issue, document, notes)) != issue.body:
            changes["body"] = body
        if state is not None:
            changes |= _moving(issue, state)
        if changes:
            issue = self._settled(self._patch(issue, changes), state)
        return _noted(self._known(ticket_id, issue), notes)

    def adopt(self, ticket_id: str, marker: str) -> Ticket:
        """Add the label and the marker; see :meth:`syncd.ports.Tracker.adopt`."""
        issue = self._own(ticket_id)
        body = with_marker(issue.body, marker)
        if body != issue.body:
            issue = self._patch(issue, {"body": body})
        if not issue.labelled:
            self._ready_labels.ready((LABEL,))
            self._api.write("POST", f"{issue.place.path}/labels", {"labels": [LABEL]})
            issue = self._own(ticket_id)
        if not issue.labelled:
            raise Refused(f"GitHub did not label {issue.place.key}: give the token's account the role Triage.")
        return self._known(ticket_id, issue)

    def _own(self, ticket_id: str) -> Issue:
        """The issue as it is, when we may change it. Raises Refused otherwise."""
        place = home_of(ticket_id)
        if place is None:
            raise Refused(f"{ticket_id} is no issue of GitHub's; nothing was changed.")
        look = self._repository.look(place)
        issue = look.issue
        if issue is None:
            self._prove_readable(place)
            raise Refused(f"{place.key} is {look.presence}; nothing was changed.")
        if not self._repository.holds(issue):
            where = f"is now {issue.place.key}, outside" if look.moved else "is outside"
            raise Refused(f"{place.key} {where} repository {self._repository.name}: it is followed, not changed.")
        if issue.node != node_of(ticket_id):
            raise Refused(f"{place.key} is another issue than the one that syncd knows; nothing was changed.")
        return issue

    def _linked(self, issue: Issue, document: str, notes: list[str]) -> str:
        body = with_document(issue.body, document)
        if body is None:
            notes.append(f"The link to the postmortem in {issue.place.key} was edited by somebody and left alone.")
        return issue.body if body is None else body

    def _settled(self, issue: Issue, state: State | None) -> Issue:
        """GitHub may ignore another reason for what is closed already: then it is opened and closed again."""
        if state not in _REASONS or issue.means[0] is state:
            return issue
        return self._patch(self._patch(issue, {"state": "open"}), _moving(issue, state))

    def _patch(self, issue: Issue, changes: Mapping[str, object]) -> Issue:
        reply = self._api.write("PATCH", issue.place.path, dict(changes))
        try:
            return read_issue(reply.data)
        except ValueError as error:
            raise OutcomeUnknown(f"{issue.place.key} was changed, but {self._api.host} answered nonsense.") from error

    def _known(self, ticket_id: str, issue: Issue) -> Ticket:
        self._ids.setdefault(issue.node, ticket_id)
        return self._ticket(issue)

    def check(self) -> Sequence[Finding]:
        """Prove the set-up; see :meth:`syncd.ports.Tracker.check`."""
        return self._check.findings()


def _moving(issue: Issue, state: State) -> dict[str, object]:
    """What brings an issue into a state; nothing when it is there. Raises Refused for a pull request."""
    wanted = State.OPEN if state is State.IN_PROGRESS else state
    current = State.OPEN if issue.state != "closed" else issue.means[0]
    if wanted is current:
        return {}
    if issue.pull:
        raise Refused(f"{issue.place.key} is a pull request: people merge or close it, syncd only follows.")
    if wanted is State.OPEN:
        return {"state": "open"}
    return {"state": "closed", "state_reason": _REASONS[wanted]}


def _noted(ticket: Ticket, notes: Sequence[str]) -> Ticket:
    return replace(ticket, notes=tuple(notes)) if notes else ticket


def _folded(owner: str) -> str:
    return " ".join(owner.casefold().split())


def _parent(settings: GitHubTrackerSettings) -> Place | None:
    if settings.parent is None:
        return None
    name, _, number = str(settings.parent).rpartition("#")
    return Place(name or settings.repository, int(number))


def _zulu(timestamp: float) -> str:
    return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%dT%H:%M:%SZ}"
