"""Links: the SQL. Each function works inside the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, case, func, select, union

from syncd.core.model import KnownItem, Link
from syncd.store.documents import read_items
from syncd.store.rows import batches, field_values, link_values, upsert
from syncd.store.tables import effects, items, link_fields, links


def read_revisions(connection: Connection, tracker: str) -> dict[str, str]:
    """The revision last seen of each linked ticket; "" where two items saw different ones."""
    revision = links.c.revision
    agreed = case((func.min(revision) == func.max(revision), func.min(revision)), else_="")
    query = select(links.c.ticket_id, agreed).where(links.c.tracker == tracker).group_by(links.c.ticket_id)
    return dict(iter(connection.execute(query)))


def read_documents_of(connection: Connection, tracker: str, ticket_ids: Collection[str]) -> set[str]:
    """The documents whose items hold these tickets."""
    found: set[str] = set()
    for batch in batches(ticket_ids):
        query = select(items.c.document).join(links, links.c.item_id == items.c.id)
        query = query.where(links.c.tracker == tracker, links.c.ticket_id.in_(batch))
        found.update(connection.execute(query).scalars())
    return found


def read_holders(connection: Connection, tracker: str, ticket_ids: Collection[str]) -> dict[str, tuple[KnownItem, ...]]:
    """The items that hold these tickets, by ticket id; tickets nobody holds are left out."""
    held: defaultdict[str, tuple[KnownItem, ...]] = defaultdict(tuple)
    for batch in batches(ticket_ids):
        for item in read_items(connection, (links.c.tracker == tracker) & links.c.ticket_id.in_(batch)):
            if item.link is not None:
                held[item.link.ticket_id] += (item,)
    return dict(held)


def read_markers(connection: Connection, tracker: str, markers: Collection[str]) -> set[str]:
    """Those of the markers that a link or an effect of this tracker bears."""
    found: set[str] = set()
    for batch in batches(markers):
        query = union(
            select(links.c.marker).where(links.c.tracker == tracker, links.c.marker.in_(batch)),
            select(effects.c.marker).where(effects.c.tracker == tracker, effects.c.marker.in_(batch)),
        )
        found.update(connection.execute(query).scalars())
    return found


def write_links(connection: Connection, saved: Sequence[Link], *, at: datetime) -> None:
    """Insert or replace the links of these items, with exactly these fields."""
    if not saved:
        return
    # Links first: who holds a link's row is alone with its fields.
    connection.execute(upsert(connection, links, keep=("linked_at",)), [link_values(link, at) for link in saved])
    for batch in batches([link.item_id for link in saved]):
        connection.execute(link_fields.delete().where(link_fields.c.item_id.in_(batch)))
    rows = [row for link in saved for row in field_values(link)]
    if rows:
        connection.execute(link_fields.insert(), rows)


def delete_link(connection: Connection, item_id: str) -> None:
    """Take an item's link away, with its fields."""
    connection.execute(links.delete().where(links.c.item_id == item_id))
