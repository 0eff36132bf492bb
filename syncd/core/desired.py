"""What tickets the documents ask for: which items want one, where it goes, and what it says.

Routes are asked only when a ticket is made: an existing one never changes tracker.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase

from syncd.core.model import ActionItem, Block, DesiredTicket, Kind, Postmortem, State
from syncd.core.plain import one_line

TITLE_LIMIT = 250
"""Code points of a ticket's title; Jira's summary holds 255, GitHub's title 256."""


_KIND_OF_TITLE = re.compile(r"(?:(?:project|incident)\s+)?post-?\s?mortem\s*[:–—-]\s+(?=\S)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Route:
    """A rule that sends items to a tracker. Each pattern is a shell pattern without regard to case; None takes all."""

    tracker: str
    owner: str | None = None
    type: str | None = None
    severity: str | None = None
    kind: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """What a team has decided, as far as deciding needs it."""

    team: str
    trackers: tuple[str, ...]
    """Configured names, in the order of the file."""
    routes: tuple[Route, ...] = ()
    start_date: date | None = None
    push_state: bool = True
    """A row that a person moved to done or cancelled moves its ticket."""
    write_back: bool = True
    status_words: Mapping[State, str] = field(default_factory=dict)
    creates_per_pass: int = 25


@dataclass(frozen=True, slots=True)
class NotWanted:
    """An item that gets no ticket. ``blocked``: it would, if a person mended something first."""

    reason: str
    blocked: bool = False


def desired_ticket(
    postmortem: Postmortem, item: ActionItem, *, policy: Policy, source: str = ""
) -> DesiredTicket | NotWanted:
    """The ticket that an item without one asks for, or why it asks for none."""
    if item.state is not None and item.state.closed:
        return NotWanted(f"already {item.state.value} in the document")
    if quiet := _before_start(postmortem, policy.start_date):
        return NotWanted(quiet)
    tracker = route(postmortem, item, policy=policy, source=source)
    if tracker is None:
        return NotWanted("no route takes it: add a route without conditions as the last one", blocked=True)
    return DesiredTicket(
        tracker=tracker,
        title=ticket_title(item.action),
        body=_body(postmortem, item),
        document=postmortem.document.location,
        owner=item.owners[0] if item.owners else None,
        owners=item.owners,
        due=item.due_date,
        type=item.type,
        severity=postmortem.severity,
        labels=_labels(postmortem, item),
        state=item.state or State.OPEN,
        incident=postmortem.links,
    )


def _before_start(postmortem: Postmortem, start: date | None) -> str | None:
    if start is None:
        return None
    day = postmortem.postmortem_date or postmortem.incident_date
    if day is None:
        return f"the postmortem has no date, and start_date is {start}: give it one, or name a ticket in the row"
    return f"the postmortem of {day} is older than start_date {start}" if day < start else None


def route(postmortem: Postmortem, item: ActionItem, *, policy: Policy, source: str = "") -> str | None:
    """The tracker of the first route that matches; without routes the first tracker takes all."""
    if not policy.routes:
        return policy.trackers[0] if policy.trackers else None
    values = {
        "owner": item.owners[0] if item.owners else item.owner or "",
        "type": item.type or "",
        "severity": postmortem.severity or "",
        "kind": postmortem.kind.value,
        "source": source,
    }
    for rule in policy.routes:
        patterns = {name: getattr(rule, name) for name in values}
        if all(p is None or fnmatchcase(values[name].casefold(), p.casefold()) for name, p in patterns.items()):
            return rule.tracker
    return None


def ticket_title(action: str) -> str:
    """An action's text as a ticket's title: one line, no control characters, cut where trackers would refuse it."""
    return one_line(action, TITLE_LIMIT)


def _labels(postmortem: Postmortem, item: ActionItem) -> tuple[str, ...]:
    day = postmortem.postmortem_date or postmortem.incident_date
    labels = (
        postmortem.severity.lower() if postmortem.severity else None,
        item.type.lower() if item.type else None,
        f"pm-{day:%Y%m%d}" if day else None,
    )
    return tuple("-".join(label.split()) for label in labels if label)


def _body(postmortem: Postmortem, item: ActionItem) -> tuple[Block, ...]:
    what = {Kind.INCIDENT: "Incident", Kind.PROJECT: "Project", Kind.OTHER: "Document"}[postmortem.kind]
    happened = (
        (what, _KIND_OF_TITLE.sub("", postmortem.title, count=1) or postmortem.document.path),
        ("Severity", postmortem.severity),
        ("Date of incident", _iso(postmortem.incident_date)),
        ("Postmortem date", _iso(postmortem.postmortem_date)),
        ("Incident record", ", ".join(postmortem.links)),
    )
    asked = (
        ("Owner", item.owner),
        ("Due date", _iso(item.due_date) or item.due),
        ("Type", item.type),
        ("Row", item.row_id),
        ("Section", item.group),
    )
    return (
        Block(heading="Action item", text=item.action, facts=_present(asked)),
        Block(
            heading="What happened",
            text=None if postmortem.restricted else postmortem.summary or None,
            facts=_present(happened),
            link=(postmortem.document.location, postmortem.document.path),
        ),
        Block(text="Made by syncd from the postmortem's action items. Its status is written back into the document."),
    )


def _present(facts: tuple[tuple[str, str | None], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((label, value) for label, value in facts if value)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
