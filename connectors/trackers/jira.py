"""Tickets as issues of a project in Jira Cloud or Jira Data Center."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from connectors.clients.jira_api import JiraApi
from connectors.clients.jira_changing import JiraChanges
from connectors.clients.jira_check import JiraCheck
from connectors.clients.jira_compose import Form
from connectors.clients.jira_issue import LABEL
from connectors.clients.jira_json import folded, text
from connectors.clients.jira_links import JiraLinks, key_in
from connectors.clients.jira_listing import JiraListing
from connectors.clients.jira_making import JiraMaking
from connectors.clients.jira_project import JiraProject
from connectors.clients.jira_search import JiraSearch, literal, phrase
from connectors.trackers.jira_settings import JiraTrackerSettings
from syncd.core.desired import ticket_title
from syncd.core.model import DesiredTicket, Reference, State, Ticket
from syncd.ports import Clock, Features, Finding, Listing, Memo


class JiraTracker:
    """A project of a Jira; keeps the promises of :class:`syncd.ports.Tracker`.

    ``token`` fetches the secret when it is first needed. ``owners`` maps the names of owners to accountIds (Cloud) or
    user names (Data Center), ``components`` to names of components; names are compared without regard to case.
    ``section`` is the table of the configuration that this tracker stands in. ``quarantine`` is how long the search
    index may lag. ``sleep`` is only asked for the short pauses between two writes.
    """

    def __init__(
        self,
        *,
        settings: JiraTrackerSettings,
        token: Callable[[], str],
        memo: Memo,
        clock: Clock,
        sleep: Callable[[float], None],
        quarantine: timedelta,
        section: str,
        owners: Mapping[str, str] | None = None,
        components: Mapping[str, str] | None = None,
    ) -> None:
        self._settings = settings
        self._quarantine = quarantine
        people = owners or {}
        form = _form(settings, section=section, components=components or {})
        self._api = JiraApi(
            url=settings.url,
            user=settings.user,
            token=token,
            deployment=settings.deployment,
            memo=memo,
            clock=clock,
            sleep=sleep,
        )
        self._project = JiraProject(self._api, key=settings.project, statuses=settings.statuses, clock=clock)
        self._search = JiraSearch(self._api)
        self._links = JiraLinks(self._api, self._project)
        self._changes = JiraChanges(self._api, self._project, self._search, section=section, configured=settings.fields)
        self._making = JiraMaking(self._api, self._project, self._changes, form=form, owners=_by_name(people))
        self._listing = JiraListing(
            self._project, self._search, memo=memo, clock=clock, location=self.location, lag=quarantine
        )
        self._check = JiraCheck(
            self._api,
            self._project,
            form=form,
            owners=people,
            statuses=settings.statuses,
            relates=settings.link_incident,
            clock=clock,
        )

    @property
    def location(self) -> str:
        """``jira:``, the address, and the project's key: ``jira:https://example.atlassian.net#OPS``."""
        return f"jira:{self._settings.url}#{self._settings.project}"

    @property
    def features(self) -> Features:
        """All states and due dates; links are things of their own, and only Data Center tells what was deleted."""
        return Features(quarantine=self._quarantine, links=True, tells_deleted=not self._api.seems_cloud)

    @property
    def projects(self) -> frozenset[str]:
        """The key of the project."""
        return frozenset({self._settings.project})

    def resolve(self, reference: Reference) -> str | None:
        """``OPS-12`` of our project, or the address of any issue here: it may have moved to another project."""
        if reference.url is not None:
            return key_in(reference.url, url=self._settings.url) if "://" in reference.url else None
        key = key_in(reference.key or "", url=self._settings.url)
        return key if key and key.startswith(f"{self._settings.project}-") else None

    # --- reading ----------------------------------------------------------------------------------------------------

    def listing(self, known: Mapping[str, str]) -> Listing:
        """What changed; see :meth:`syncd.ports.Tracker.listing`. Each ticket is looked at once in 20 hours."""
        return self._listing.look(known)

    def look_up(self, keys: Collection[str]) -> Mapping[str, Ticket]:
        """The tickets of these keys; see :meth:`syncd.ports.Tracker.look_up`."""
        if not keys:
            return {}
        fetched = self._search.by_key(keys)
        if fetched.gone:
            self._project.check_readable()
        return {key: self._project.ticket(issue) for key, issue in fetched.found.items()}

    def find(self, marker: str) -> Ticket | None:
        """The ticket carrying this marker, wherever it was moved to; see :meth:`syncd.ports.Tracker.find`."""
        issues = self._search.run(f"labels = {literal(f'{LABEL}-{marker}')} ORDER BY key ASC")
        carriers = [replace(self._project.ticket(issue), marker=marker) for issue in issues]
        if not carriers:
            self._project.check_readable()
        # A person's clone of a ticket has its labels too; the first one is ours.
        return min(carriers, key=lambda ticket: int(ticket.id), default=None)

    def alike(self, title: str, document: str) -> list[Ticket]:
        """Issues of this title, or naming the document, without a marker of ours; see the port."""
        asked = [
            f"{field} ~ {words}"
            for field, words in (("summary", phrase(title)), ("description", phrase(document)))
            if words
        ]
        if not asked:
            return []
        issues = self._search.run(
            f"project = {literal(self._settings.project)} AND ({' OR '.join(asked)}) ORDER BY key ASC"
        )
        wanted = ticket_title(title)
        tickets = ((self._project.ticket(issue), text(issue, "fields", "description")) for issue in issues)
        return [
            ticket
            for ticket, words in tickets
            if ticket.marker is None and (ticket_title(ticket.title) == wanted or (document and document in words))
        ]

    def check(self) -> Sequence[Finding]:
        """Whether everything works; see :meth:`syncd.ports.Tracker.check`."""
        return self._check.findings()

    # --- writing ----------------------------------------------------------------------------------------------------

    def create(self, ticket: DesiredTicket, marker: str) -> Ticket:
        """Make one issue by one POST; see :meth:`syncd.ports.Tracker.create`."""
        return self._making.make(ticket, marker)

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
        """Change what differs; see :meth:`syncd.ports.Tracker.update`. The state goes by way of the workflow."""
        linking = incident if self._settings.link_incident else ()
        issue = self._changes.writable(ticket_id, more=("issuelinks",) if linking else ())
        before = self._project.ticket(issue)
        changed = self._changes.edit(before, title=title, due=due)
        if state is not None:
            changed |= self._changes.move(issue, state)
        notes = self._links.link_postmortem(before, document) if document is not None else ()
        notes += self._links.link_incident(issue, linking)
        if not (changed or document or linking):
            return before
        after = self._project.ticket(self._changes.again(ticket_id))
        if state is not None and after.state is not state:
            notes += (f"{after.key} was moved, and yet is {after.state.value}: see its status and resolution.",)
        return replace(after, notes=notes)

    def adopt(self, ticket_id: str, marker: str) -> Ticket:
        """Add the two labels; see :meth:`syncd.ports.Tracker.adopt`."""
        issue = self._changes.writable(ticket_id)
        if self._changes.label(issue, marker):
            issue = self._changes.again(ticket_id)
        return replace(self._project.ticket(issue), marker=marker)


def _form(settings: JiraTrackerSettings, *, section: str, components: Mapping[str, str]) -> Form:
    return Form(
        project=settings.project,
        issue_type=settings.issue_type,
        section=section,
        labels=settings.labels,
        parent=settings.parent,
        fields=settings.fields,
        priorities=settings.priorities,
        components=_by_name(components),
    )


def _by_name(names: Mapping[str, str]) -> Mapping[str, str]:
    return {folded(name): value for name, value in names.items()}
