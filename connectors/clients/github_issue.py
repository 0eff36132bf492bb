"""An issue or a pull request as GitHub's REST API writes it, and what it is as a ticket."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.clients.github_body import document_of, marker_of
from syncd.core.model import Presence, State, Ticket

LABEL = "syncd"
"""The label by which one list request finds all our tickets."""
ARCHIVED = " archived"
"""What ends the revision of a ticket that takes no changes."""

_KEY = re.compile(r"([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+)#([1-9][0-9]{0,17})", re.ASCII)
_REASONS = {
    None: State.DONE,  # an older Enterprise Server gives none
    "completed": State.DONE,
    "not_planned": State.CANCELLED,
    "duplicate": State.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an issue can be asked for."""

    repository: str
    number: int

    @property
    def key(self) -> str:
        """As people write it."""
        return f"{self.repository}#{self.number}"

    @property
    def path(self) -> str:
        """In the API."""
        return f"/repos/{self.repository}/issues/{self.number}"


def place_of(key: str) -> Place | None:
    """The place that a key, or the front of a ticket id, names."""
    match = _KEY.fullmatch(key)
    return Place(match[1], int(match[2])) if match else None


def ticket_id(place: Place, node: str) -> str:
    """The immutable id of a ticket: the place where it was first seen, and GitHub's own id of it."""
    return f"{place.key}:{node}"


def node_of(identifier: str) -> str:
    """The part of a ticket id that stays what it is, however its repository is called."""
    return identifier.rpartition(":")[2]


def home_of(identifier: str) -> Place | None:
    """The place in a ticket id."""
    return place_of(identifier.rpartition(":")[0])


@dataclass(frozen=True, slots=True)
class Issue:
    """What we use of an issue; pull requests are issues too."""

    place: Place
    node: str
    id: int
    title: str
    body: str
    state: str
    reason: str | None
    url: str
    updated: str
    labels: tuple[str, ...]
    assignees: tuple[str, ...]
    pull: bool = False
    merged: bool = False

    @property
    def labelled(self) -> bool:
        """Whether it carries our label."""
        return any(label.casefold() == LABEL for label in self.labels)

    @property
    def means(self) -> tuple[State, str | None]:
        """Its state as ours, and what was not understood of it."""
        if self.state == "closed":
            return self._closed()
        if self.state != "open":
            return State.OPEN, f"GitHub gives {self.place.key} the state “{self.state}”; it counts as open."
        return (State.IN_PROGRESS if self.pull else State.OPEN), None

    def _closed(self) -> tuple[State, str | None]:
        if self.pull:
            return (State.DONE if self.merged else State.CANCELLED), None
        if self.reason in _REASONS:
            return _REASONS[self.reason], None
        return State.DONE, f"{self.place.key} is closed as “{self.reason}”, which syncd does not know; counted as done."

    def ticket(self, identifier: str | None = None, *, archived: bool = False, was: str | None = None) -> Ticket:
        """It as a ticket, under the id by which it is known."""
        state, problem = self.means
        return Ticket(
            id=identifier or ticket_id(self.place, self.node),
            key=self.place.key,
            url=self.url,
            title=self.title,
            state=state,
            marker=marker_of(self.body),
            document=document_of(self.body),
            revision=self.revision + (ARCHIVED if archived else ""),
            changed_at=_moment(self.updated),
            presence=Presence.ARCHIVED if archived else Presence.HERE,
            problem=problem,
            was=was,
        )

    @property
    def revision(self) -> str:
        """When it was changed; GitHub counts whole seconds only, so what is compared is part of it."""
        said = (self.place.key, self.url, self.title, *self.means, self.reason)
        compared = (*said, marker_of(self.body), document_of(self.body))
        return f"{self.updated} {hashlib.sha256(json.dumps(compared).encode()).hexdigest()[:12]}"


def read_issue(data: object) -> Issue:
    """The issue in a reply's JSON. Raises ValueError when it is none."""
    if not isinstance(data, dict):
        raise ValueError("that is no issue")
    match data:
        case {
            "number": int(number),
            "node_id": str(node),
            "id": int(identifier),
            "title": str(title),
            "state": str(state),
            "html_url": str(url),
            "repository_url": str(repository_url),
            "updated_at": str(updated),
        }:
            pull = data.get("pull_request")
            return Issue(
                place=Place("/".join(repository_url.rstrip("/").split("/")[-2:]), number),
                node=node,
                id=identifier,
                title=title,
                body=_text(data, "body") or "",
                state=state,
                reason=_text(data, "state_reason"),
                url=url,
                updated=updated,
                labels=_names(data, "labels", "name"),
                assignees=_names(data, "assignees", "login"),
                pull=isinstance(pull, Mapping),
                merged=isinstance(pull, Mapping) and bool(pull.get("merged_at")),
            )
        case _:
            raise ValueError("that is no issue")


def _text(data: Mapping[str, object], name: str) -> str | None:
    value = data.get(name)
    return value if isinstance(value, str) else None


def _names(data: Mapping[str, object], list_name: str, name: str) -> tuple[str, ...]:
    entries = data.get(list_name)
    found = [entry.get(name) if isinstance(entry, Mapping) else entry for entry in _sequence(entries)]
    return tuple(entry for entry in found if isinstance(entry, str))


def _sequence(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _moment(written: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
