"""The fields of a new issue: only what its create screen takes, and what was left out in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.clients.jira_issue import LABEL
from connectors.clients.jira_json import Json, folded, some, text
from connectors.clients.jira_markup import description, title
from syncd.core.desired import ticket_title
from syncd.core.model import DesiredTicket
from syncd.errors import Refused

LONGEST_LABEL = 255

FROM_ELSEWHERE = {
    "duedate": "write a due date into the row",
    "assignee": "give the owner a `jira` that tickets can be assigned to",
    "components": "give the owner a `component`",
    "priority": "name one for the severity in `priorities`",
    "parent": "name one as `parent`",
}
"""Where the value of a field that a project needs comes from, if not from ``fields``."""

_FILLED_BY_JIRA = ("project", "issuetype", "reporter")


@dataclass(frozen=True, slots=True)
class Form:
    """What the configuration says about every new issue. ``section`` names the table that it stands in."""

    project: str
    issue_type: str
    section: str
    labels: tuple[str, ...] = ()
    parent: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    priorities: Mapping[str, str] = field(default_factory=dict)
    components: Mapping[str, str] = field(default_factory=dict)
    """By the folded name of the owner."""


@dataclass(frozen=True, slots=True)
class Composed:
    """The fields to send, and sentences about what they lack."""

    fields: Json
    notes: tuple[str, ...] = ()


def compose(
    ticket: DesiredTicket,
    marker: str,
    *,
    form: Form,
    screen: Mapping[str, Json],
    assignee: Json | None = None,
    parent: str | None = None,
) -> Composed:
    """The fields of the issue, with the marker in its labels.

    ``assignee`` and ``parent`` are known to be accepted. Raises Refused when the screen needs what nobody gave, or
    does not take the labels, without which the ticket could not be found again.
    """
    if "labels" not in screen:
        raise Refused(
            f"The create screen of {form.issue_type} in {form.project} has no field for labels, which syncd needs to"
            " find its tickets. Put Labels on that screen."
        )
    fields: Json = {
        "project": {"key": form.project},
        "issuetype": {"name": form.issue_type},
        "summary": title(ticket.title) or title(ticket.document),
        "labels": list(labels((*form.labels, *ticket.labels), marker=marker)),
    }
    notes: list[str] = []
    for name, wish, called in _wishes(ticket, form=form, assignee=assignee, parent=parent):
        value, note = _taken(name, wish, called, screen=screen)
        notes += [note] if note else []
        if value is not None:
            fields[name] = value
    fields |= {name: shaped(value, screen.get(name, {})) for name, value in form.fields.items()}
    if names := lacking(fields, screen):
        values = needed(names, screen=screen, section=form.section)
        raise Refused(f"{form.issue_type} in {form.project} needs a value for {values}.")
    return Composed(fields, tuple(notes))


def labels(words: Iterable[str], *, marker: str) -> tuple[str, ...]:
    """Labels as Jira takes them, ours last; none of the others may pass for one of ours."""
    named = ("-".join(ticket_title(word).split())[:LONGEST_LABEL] for word in words)
    kept = (label for label in named if label and not is_ours(label))
    return (*dict.fromkeys(kept), LABEL, f"{LABEL}-{marker}")


def is_ours(label: str) -> bool:
    """Whether the label is one that only we may give; Jira's search has no regard to case."""
    return label.casefold() == LABEL or label.casefold().startswith(f"{LABEL}-")


def lacking(fields: Mapping[str, object], screen: Mapping[str, Json]) -> list[str]:
    """The ids of the fields that the screen needs, and that neither we nor Jira fill."""
    return [
        name
        for name, meta in screen.items()
        if meta.get("required") and not meta.get("hasDefaultValue") and name not in _FILLED_BY_JIRA
        if fields.get(name) in (None, "", [], {})
    ]


def needed(names: Sequence[str], *, screen: Mapping[str, Json], section: str) -> str:
    """What to do, and what to write where, so that these fields get a value."""
    return "; ".join(_needed(name, text(screen.get(name), "name"), section=section) for name in names)


def _needed(name: str, called: str, *, section: str) -> str:
    cure = FROM_ELSEWHERE.get(name) or f'add fields = {{ {name} = "…" }} to [{section}]'
    return f"“{called or name}” ({name}): {cure}"


def shaped(value: object, meta: Mapping[str, object]) -> object:
    """A configured value as Jira takes it: choices are written as plain words and sent as objects."""
    schema = meta.get("schema")
    if text(schema, "type") == "option" and isinstance(value, str):
        return {"value": value}
    if text(schema, "type") == "array" and text(schema, "items") == "option" and isinstance(value, list):
        return [{"value": one} if isinstance(one, str) else one for one in value]
    return value


def _wishes(
    ticket: DesiredTicket, *, form: Form, assignee: Json | None, parent: str | None
) -> Iterable[tuple[str, object, str]]:
    """Field, value, and what people call it; what is not wished for has no value."""
    yield "description", description(ticket.body, document=ticket.document), "the description"
    yield "duedate", ticket.due.isoformat() if ticket.due else None, f"the due date {ticket.due}"
    yield "assignee", assignee, f"the assignee {ticket_title(ticket.owner or '')}"
    yield "parent", {"key": parent} if parent else None, f"the parent {parent}"
    if priority := form.priorities.get(ticket.severity or ""):
        yield "priority", {"name": priority}, f"the priority {priority}"
    if component := form.components.get(folded(ticket.owner or "")):
        yield "components", [{"name": component}], f"the component {component}"


def _taken(name: str, wish: object, called: str, *, screen: Mapping[str, Json]) -> tuple[object, str]:
    """What to send for a wish, and a sentence when that is nothing."""
    if not wish:
        return None, ""
    if name not in screen:
        return None, f"Left out {called}: the create screen has no such field."
    if name not in ("priority", "components"):
        return wish, ""
    [wanted] = wish if isinstance(wish, list) else [wish]
    names = (text(one, "name") for one in some(screen[name], "allowedValues"))
    known = next((one for one in names if folded(one) == folded(text(wanted, "name"))), None)
    if known is None:
        return None, f"Left out {called}: the project has none of this name."
    return ([{"name": known}] if isinstance(wish, list) else {"name": known}), ""
