"""Making an issue: everything is asked before, one request makes it, and what is left is done afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from connectors.clients.jira_api import Declined, JiraApi
from connectors.clients.jira_changing import JiraChanges
from connectors.clients.jira_compose import Composed, Form, compose
from connectors.clients.jira_json import Json, folded, text
from connectors.clients.jira_project import JiraProject
from connectors.clients.jira_refusal import explained
from syncd.core.desired import ticket_title
from syncd.core.model import DesiredTicket, State, Ticket
from syncd.errors import Refused, TrackerError


class JiraMaking:
    """Makes issues in one project. ``owners`` maps folded names to accountIds (Cloud) or user names (Data Center)."""

    def __init__(
        self, api: JiraApi, project: JiraProject, changes: JiraChanges, *, form: Form, owners: Mapping[str, str]
    ) -> None:
        self._api = api
        self._project = project
        self._changes = changes
        self._form = form
        self._owners = owners

    def make(self, ticket: DesiredTicket, marker: str) -> Ticket:
        """See :meth:`syncd.ports.Tracker.create`. What fails after the issue was made is told in its notes."""
        composed = self._composed(ticket, marker)
        try:
            number, key = self._api.create(composed.fields)
        except Declined as error:
            self._project.forget()
            raise Refused(explained(error, section=self._form.section)) from error
        notes = list(composed.notes)
        made = self._as_sent(number, key, ticket, composed=composed)
        try:
            made = self._finished(number, ticket, marker=marker, notes=notes)
        except TrackerError as error:
            notes.append(f"{key} was made, but could not be finished: {error}")
        return replace(made, marker=marker, notes=tuple(notes))

    def _composed(self, ticket: DesiredTicket, marker: str) -> Composed:
        screen = self._project.screen(self._form.issue_type)
        notes: list[str] = []
        assignee = self._assignee(ticket.owner, notes=notes)
        parent = self._form.parent
        if parent is not None and not self._project.has_issue(parent):
            notes.append(f"Left out the parent {parent}: there is no such issue. Correct it in [{self._form.section}].")
            parent = None
        composed = compose(ticket, marker, form=self._form, screen=screen, assignee=assignee, parent=parent)
        return replace(composed, notes=(*notes, *composed.notes))

    def _assignee(self, owner: str | None, *, notes: list[str]) -> Json | None:
        """Whom to assign: only whom the configuration names, and Jira accepts."""
        user = self._owners.get(folded(owner or ""))
        if user is None:
            return None
        if not self._project.is_assignable(user):
            who = ticket_title(owner or "")
            notes.append(f"Left out the assignee {who}: tickets of {self._form.project} cannot be given to {user}.")
            return None
        return {"accountId" if self._api.cloud else "name": user}

    def _finished(self, number: str, ticket: DesiredTicket, *, marker: str, notes: list[str]) -> Ticket:
        """The new issue, once it is labelled and started as it should be."""
        issue = self._changes.again(number)
        changed = self._changes.label(issue, marker)
        if ticket.state is State.IN_PROGRESS:
            try:
                changed |= self._changes.move(issue, ticket.state)
            except Refused as error:
                notes.append(str(error))
        return self._project.ticket(self._changes.again(number) if changed else issue)

    def _as_sent(self, number: str, key: str, ticket: DesiredTicket, *, composed: Composed) -> Ticket:
        return Ticket(
            id=number,
            key=key,
            url=self._api.browse(key),
            title=text(composed.fields, "summary"),
            state=State.OPEN,
            due=ticket.due if "duedate" in composed.fields else None,
            document=ticket.document,
        )
