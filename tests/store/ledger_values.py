"""Values for the ledger: a document, an item, a link, each with what a test wants to be different."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from syncd.core.model import (
    Disposition,
    Event,
    Kind,
    KnownDocument,
    KnownItem,
    Link,
    Side,
    State,
    ThreeWay,
)

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LATER = AT + timedelta(hours=6)
SOURCE = "folder:/srv/postmortems"
TRACKER = "jira:https://jira.example.com#OPS"


def a_document(key="a.md", **changes):
    document = KnownDocument(
        key=key,
        source=SOURCE,
        team="payments",
        path=f"docs/{key}",
        revision="r1",
        location=f"https://wiki.example.com/{key}",
        title="Checkout outage",
        kind=Kind.INCIDENT,
        severity="SEV-1",
        incident_date=date(2026, 2, 20),
        postmortem_date=date(2026, 2, 23),
        first_seen=AT,
    )
    return replace(document, **changes)


def an_item(item_id="00000001", **changes):
    item = KnownItem(
        id=item_id,
        document="a.md",
        line=40,
        action="Add an alert on connection-pool use",
        owner="Platform Team",
        due="Mar 9",
        due_date=date(2026, 3, 9),
        status="Open",
        state=State.OPEN,
        disposition=Disposition.LINKED,
    )
    return replace(item, **changes)


def a_link(item_id="00000001", **changes):
    link = Link(
        item_id=item_id,
        tracker=TRACKER,
        ticket_id="10001",
        key="OPS-1",
        url="https://jira.example.com/browse/OPS-1",
        ours=True,
        marker="0123456789ab",
        fields={"state": ThreeWay("open", "open", "open"), "due": ThreeWay(None, "2026-03-09", None)},
        revision="v1",
    )
    return replace(link, **changes)


def an_event(item_id="00000001", **changes):
    event = Event(item_id=item_id, field="state", before="open", after="done", side=Side.TICKET, at=AT)
    return replace(event, **changes)


def remember(ledger, *items, **changes):
    """Have a.md (or the document of the items) remembered with these items, each linked if it has a link."""
    key = items[0].document if items else "a.md"
    ledger.remember(a_document(key, **changes), items, at=AT)
    ledger.save_links([item.link for item in items if item.link is not None], AT)
