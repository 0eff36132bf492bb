"""Links of an issue: to its postmortem, and to the incident's own tickets and pages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from urllib.parse import SplitResult, unquote, urlsplit

from connectors.clients.jira_api import Declined, JiraApi, quoted
from connectors.clients.jira_json import Json, at, some, text
from connectors.clients.jira_markup import title
from connectors.clients.jira_project import JiraProject
from syncd.core.model import Ticket
from syncd.errors import Refused

POSTMORTEM = "syncd:postmortem"
"""The global id by which the link to the postmortem is found again and replaced."""
RELATES = "Relates"

_KEY = re.compile(r"[A-Z][A-Z0-9_]+-[1-9][0-9]{0,14}")
_KEY_IN_PATH = re.compile(rf"^(?:/browse|(?:/[^/]+)*/issues)/({_KEY.pattern})/?$")
_KEY_IN_QUERY = re.compile(rf"(?:^|&)selectedIssue=({_KEY.pattern})(?:&|$)")
_WEB = re.compile(r"(?i)https?://[^\s/?#]+(?:[/?#]\S*)?")
_MOST_INCIDENT_LINKS = 10


def key_in(reference: str, *, url: str) -> str | None:
    """The key that ``OPS-12``, or an address of the Jira at ``url``, names; None when it names no issue of it."""
    if _KEY.fullmatch(reference):
        return reference
    at_us, address = _split(url), _split(reference)
    if address is None or at_us is None or address.netloc.lower() != at_us.netloc:
        return None
    path = address.path.removeprefix(at_us.path)
    found = _KEY_IN_PATH.search(path) or _KEY_IN_QUERY.search(address.query)
    return found[1] if found else None


def is_address(reference: str) -> bool:
    """Whether it is an address in the web, which an issue can link to."""
    return _split(reference) is not None


class JiraLinks:
    """The links of issues of one project. Each call may be repeated without harm."""

    def __init__(self, api: JiraApi, project: JiraProject) -> None:
        self._api = api
        self._project = project

    def link_postmortem(self, ticket: Ticket, document: str) -> tuple[str, ...]:
        """Let the issue link to the document, instead of what it linked to before. Raises Refused."""
        if not is_address(document):
            return (f"Jira links to addresses only, and not to {document}; give the source a `url_template`.",)
        try:
            self._remote(ticket.id, global_id=POSTMORTEM, relationship="postmortem", address=document)
        except Declined as error:
            raise Refused(f"{ticket.key} was not linked to its postmortem. {error}") from error
        return ()

    def link_incident(self, issue: object, incident: Sequence[str]) -> tuple[str, ...]:
        """Link what the document names as the incident's own; what does not work is told, never raised as Refused.

        ``issue`` comes with its ``issuelinks``. A key that this Jira does not know is none of its tickets.
        """
        notes: list[str] = []
        for reference in dict.fromkeys(incident[:_MOST_INCIDENT_LINKS]):
            try:
                notes += self._link_one(issue, reference)
            except Declined as error:
                notes.append(f"The incident's {reference} was not linked. {error}")
        return tuple(notes)

    def _link_one(self, issue: object, reference: str) -> Iterable[str]:
        key = key_in(reference, url=self._api.url)
        if key is not None:
            return self._relate(issue, key)
        if is_address(reference):
            digest = hashlib.sha256(reference.encode("utf-8", "replace")).hexdigest()[:16]
            self._remote(
                text(issue, "id"), global_id=f"syncd:incident:{digest}", relationship="incident", address=reference
            )
        return ()

    def _relate(self, issue: object, key: str) -> Iterable[str]:
        if key in (text(issue, "key"), *_linked(issue)) or not self._project.has_issue(key):
            return ()
        name = self._project.link_type(RELATES)
        if name is None:
            return (f"{key} was not linked: this Jira has no type of links named {RELATES}.",)
        ends: Json = {"inwardIssue": {"key": text(issue, "key")}, "outwardIssue": {"key": key}}
        self._api.post("issueLink", {"type": {"name": name}, **ends})
        return ()

    def _remote(self, ticket_id: str, *, global_id: str, relationship: str, address: str) -> None:
        path = f"issue/{quoted(ticket_id)}/remotelink"
        there = self._api.find(path, {"globalId": global_id})
        target: Json = {"url": address, "title": _called(address)}
        if any(at(there, "object", name) != value for name, value in target.items()):
            body: Json = {"globalId": global_id, "application": {"name": "syncd"}, "relationship": relationship}
            self._api.post(path, {**body, "object": target})


def _linked(issue: object) -> list[str]:
    links = some(issue, "fields", "issuelinks")
    return [text(link, side, "key") for link in links for side in ("inwardIssue", "outwardIssue")]


def _called(address: str) -> str:
    """A title for an address: the last part of its path that says anything, else its host."""
    parts = urlsplit(address)
    named = [part for part in unquote(parts.path).split("/") if part.strip()]
    return title(named[-1]) or parts.netloc if named else parts.netloc


def _split(reference: str) -> SplitResult | None:
    """The parts of an address in the web; None when it is none."""
    try:
        return urlsplit(reference) if _WEB.fullmatch(reference) else None
    except ValueError:
        return None
