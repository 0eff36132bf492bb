"""What a ledger would remember, for digests: documents, items, links and events as values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from syncd.core.digest import Digest, Entry, Memory
from syncd.core.model import (
    Disposition,
    Event,
    Kind,
    KnownDocument,
    KnownItem,
    Link,
    Presence,
    Side,
    State,
    ThreeWay,
)

DAY = date(2026, 11, 23)
"""A Monday, in week 48."""
ZONE = ZoneInfo("Europe/Berlin")


def moment(month: int, day: int, hour: int = 12, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def document(key: str = "outage", **given: object) -> KnownDocument:
    known: dict[str, object] = {
        "title": key.capitalize(),
        "path": f"{key}.md",
        "location": f"https://wiki.example.com/{key}",
        "kind": Kind.INCIDENT,
        "postmortem_date": date(2026, 11, 2),
        "finished": True,
        "finished_why": "it has action items",
        "first_seen": moment(11, 2),
        "first_finished": moment(11, 2),
    }
    return KnownDocument(key=key, source="wiki", team="Payments", revision="1", **{**known, **given})  # type: ignore[arg-type]


def item(
    id_: str,
    *,
    due: date | None = None,
    state: State = State.OPEN,
    ticket: str | None = "",
    owner: str | None = "Platform Team",
    document: str = "outage",
    said: State | None = None,
    agreed: State | None = None,
    due_there: date | None = None,
    due_agreed: date | None = None,
    presence: Presence = Presence.HERE,
    url: str | None = None,
    **given: object,
) -> KnownItem:
    """An item that has a ticket of that key, by default one of its own; None: it has none.

    What the row says, and what both agreed on, is the ticket's state and date unless told otherwise.
    """
    link = None
    if ticket is not None:
        key = ticket or f"PAY-{id_}"
        there = due_there or due
        fields = {
            "title": ThreeWay(),
            "document": ThreeWay(),
            "state": ThreeWay(said or state, state, agreed or state),
            "due": ThreeWay(_iso(due), _iso(there), _iso(due_agreed or there)),
        }
        link = Link(
            id_, "jira", id_, key, url or f"https://jira.example.com/{key}", True, None, fields, presence=presence
        )
    known: dict[str, object] = {
        "line": 10,
        "action": f"Action {id_}",
        "disposition": Disposition.LINKED if link else Disposition.PENDING,
    }
    return KnownItem(
        id=id_,
        document=document,
        owner=owner,
        due_date=due,
        state=said or state,
        link=link,
        **{**known, **given},  # type: ignore[arg-type]
    )


def moved(id_: str, before: State, after: State, at: datetime, *, side: Side = Side.TICKET) -> Event:
    return Event(id_, "state", before, after, side, at)


def redated(id_: str, before: date | None, after: date | None, at: datetime, *, side: Side = Side.TICKET) -> Event:
    return Event(id_, "due", _iso(before), _iso(after), side, at)


def memory(
    *items: KnownItem,
    documents: Sequence[KnownDocument] = (document(),),
    events: Sequence[Event] = (),
    team: str = "Payments",
    zone: ZoneInfo = ZONE,
) -> Memory:
    by_item: dict[str, list[Event]] = {}
    for event in events:
        by_item.setdefault(event.item_id, []).append(event)
    return Memory(team=team, zone=zone, documents={d.key: d for d in documents}, items=items, events=by_item)


def shown(digest: Digest) -> dict[str, list[str]]:
    """Item ids by section, in the order in which they stand."""
    return {section.key: [entry.item for entry in section.entries] for section in digest.sections}


def entry(digest: Digest, id_: str) -> Entry:
    (found,) = (e for section in digest.sections for e in section.entries if e.item == id_)
    return found


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
