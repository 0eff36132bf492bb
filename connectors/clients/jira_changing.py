"""Changing issues: fields, labels, and the way through the workflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from connectors.clients.jira_api import Declined, JiraApi, quoted
from connectors.clients.jira_issue import LABEL, labels_of
from connectors.clients.jira_json import Json, some, text
from connectors.clients.jira_markup import title as as_title
from connectors.clients.jira_project import JiraProject
from connectors.clients.jira_refusal import explained
from connectors.clients.jira_search import JiraSearch
from connectors.clients.jira_transition import way_to
from syncd.core.model import Presence, State, Ticket
from syncd.errors import NotSent, Refused

_ATTEMPTS = 2
_GONE = {
    Presence.DELETED: "is deleted",
    Presence.INACCESSIBLE: "is deleted, or its account may not see it",
}


class JiraChanges:
    """Changes to the issues of one project; each writes only what differs, so it may be repeated.

    ``section`` is the table of the configuration, ``configured`` its values for fields that a screen may need.
    Besides NotSent, OutcomeUnknown and AuthenticationFailed all raise Refused, in Jira's words and with a cure.
    """

    def __init__(
        self, api: JiraApi, project: JiraProject, search: JiraSearch, *, section: str, configured: Mapping[str, object]
    ) -> None:
        self._api = api
        self._project = project
        self._search = search
        self._section = section
        self._configured = configured

    def writable(self, ticket_id: str, *, more: Sequence[str] = ()) -> object:
        """The issue as it is now, with ``more`` fields, if syncd may change it at all."""
        issue = self._search.one(ticket_id, more=more)
        if isinstance(issue, Presence):
            self._project.check_readable()
            raise Refused(f"The ticket {ticket_id} of {self._project.key} {_GONE[issue]}; nothing was changed.")
        ticket = self._project.ticket(issue)
        if ticket.presence is Presence.ARCHIVED:
            raise Refused(f"{ticket.key} is archived; restore it, or change its row back.")
        if not self._project.holds(issue):
            where = f"outside project {self._project.key}"
            raise Refused(f"{ticket.key} is {where} now: syncd follows it there, and leaves it as it is.")
        return issue

    def again(self, ticket_id: str) -> object:
        """The issue as it is now, after it was there a moment ago."""
        issue = self._search.one(ticket_id)
        if isinstance(issue, Presence):
            raise NotSent(f"The ticket {ticket_id} {_GONE[issue]} by now; the next pass looks again.")
        return issue

    def edit(self, ticket: Ticket, *, title: str | None, due: date | None) -> bool:
        """Give it another title and due date; False when nothing differs."""
        fields: Json = {}
        if title is not None and as_title(title) != ticket.title:
            fields["summary"] = as_title(title)
        if due is not None and due != ticket.due:
            fields["duedate"] = due.isoformat()
        return self._put(ticket.id, {"fields": fields} if fields else {})

    def label(self, issue: object, marker: str) -> bool:
        """Add what is missing of our labels; False when nothing is."""
        missing = [label for label in (LABEL, f"{LABEL}-{marker}") if label not in labels_of(issue)]
        steps = [{"add": label} for label in missing]
        return self._put(text(issue, "id"), {"update": {"labels": steps}} if steps else {})

    def move(self, issue: object, state: State) -> bool:
        """Lead the issue through its workflow; False when it is in that state."""
        ticket = self._project.ticket(issue)
        if ticket.state is state:
            return False
        for _ in range(_ATTEMPTS):
            if self._moved(ticket, state, status=text(issue, "fields", "status", "name")):
                return True
        raise NotSent(f"{ticket.key} is being moved by somebody else; the next pass looks again.")

    def _moved(self, ticket: Ticket, state: State, *, status: str) -> bool:
        path = f"issue/{quoted(ticket.id)}/transitions"
        try:
            offered = some(self._api.get(path, {"expand": "transitions.fields"}), "transitions")
            way = way_to(state, offered, statuses=self._project.statuses, configured=self._configured)
            if isinstance(way, str):
                no_way = f"its workflow has no way from “{status}” to {state.value}: {way}"
                raise Refused(f"{ticket.key} stays as it is: {no_way}.")
            self._api.post(path, {"transition": {"id": way.id}} | ({"fields": way.fields} if way.fields else {}))
        except Declined as error:
            if error.status == 409:
                return False
            raise Refused(explained(error, section=self._section)) from error
        return True

    def _put(self, ticket_id: str, body: Json) -> bool:
        if body:
            try:
                self._api.put(f"issue/{quoted(ticket_id)}", body)
            except Declined as error:
                raise Refused(explained(error, section=self._section)) from error
        return bool(body)
