"""Documents and items: the SQL. Each function works inside the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import starmap
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, case, func, select, update

from syncd.core.model import Disposition, KnownDocument, KnownItem, State, ThreeWay
from syncd.errors import LedgerError
from syncd.store.records import Counts
from syncd.store.rows import (
    ITEM,
    LINK,
    batches,
    by_code_points,
    columns,
    document_values,
    documents_query,
    insert,
    item_of,
    item_values,
    upsert,
)
from syncd.store.tables import documents, effects, items, link_fields, links

JOINED = items.join(documents, documents.c.key == items.c.document).outerjoin(links, links.c.item_id == items.c.id)
"""Each item with its document and, if it has one, its link."""


# --- reading --------------------------------------------------------------------------------------------------------


def read_documents(connection: Connection, where: ColumnElement[bool] | None = None) -> list[KnownDocument]:
    """The documents that meet a condition on their table, in the order of their keys."""
    query = documents_query().order_by(by_code_points(connection, documents.c.key))
    if where is not None:
        query = query.where(where)
    return list(starmap(KnownDocument, connection.execute(query)))


def read_sources(connection: Connection, keys: Collection[str]) -> dict[str, str]:
    """Key → source, of those of these documents that are not gone."""
    found: dict[str, str] = {}
    for batch in batches(keys):
        query = select(documents.c.key, documents.c.source)
        found |= dict(iter(connection.execute(query.where(documents.c.key.in_(batch), documents.c.gone_at.is_(None)))))
    return found


def read_items(connection: Connection, where: ColumnElement[bool] | None = None) -> list[KnownItem]:
    """The items that meet a condition on JOINED, with their links, in the order of document and line."""
    query = select(*columns(items, ITEM), *columns(links, LINK)).select_from(JOINED)
    document, item = by_code_points(connection, items.c.document), by_code_points(connection, items.c.id)
    query = query.order_by(document, items.c.line, item)
    if where is not None:
        query = query.where(where)
    three_way = _three_way(connection, where)
    return [item_of(row, three_way) for row in connection.execute(query)]


def _three_way(connection: Connection, where: ColumnElement[bool] | None) -> Mapping[str, dict[str, ThreeWay]]:
    fields = link_fields.c
    query = select(fields.item_id, fields.field, fields.document, fields.ticket, fields.agreed)
    if where is not None:
        query = query.select_from(JOINED.join(link_fields, fields.item_id == items.c.id)).where(where)
    found: defaultdict[str, dict[str, ThreeWay]] = defaultdict(dict)
    for item_id, name, document, ticket, agreed in connection.execute(query):
        found[item_id][name] = ThreeWay(document, ticket, agreed)
    return found


def read_item_documents(connection: Connection) -> dict[str, str]:
    """Item id → its document, of all items."""
    return dict(iter(connection.execute(select(items.c.id, items.c.document))))


def read_items_of(connection: Connection, keys: Collection[str]) -> list[KnownItem]:
    """All items of these documents."""
    return [item for batch in batches(keys) for item in read_items(connection, items.c.document.in_(batch))]


def read_standing(connection: Connection, source: str) -> list[KnownItem]:
    """The items whose line is said again, though their documents are not planned again."""
    quiet = (Disposition.LINKED, Disposition.DETACHED)
    return read_items(
        connection,
        (documents.c.source == source)
        & documents.c.clean.is_not(None)
        & documents.c.gone_at.is_(None)
        & items.c.disposition.not_in(quiet),
    )


def count_items(connection: Connection, source: str) -> Counts:
    """How many items of the source are tracked, and how many of these have a ticket that is done."""
    state = link_fields.alias()
    query = (
        select(func.count(), func.count(case((state.c.ticket == State.DONE.value, 1))))
        .select_from(
            items.join(documents, documents.c.key == items.c.document)
            .join(links, links.c.item_id == items.c.id)
            .outerjoin(state, (state.c.item_id == items.c.id) & (state.c.field == "state"))
        )
        .where(documents.c.source == source, items.c.disposition != Disposition.DETACHED)
    )
    tracked, done = connection.execute(query).one()
    return Counts(tracked=tracked, done=done)


# --- writing --------------------------------------------------------------------------------------------------------


def write_documents(connection: Connection, read: Iterable[KnownDocument], *, at: datetime) -> None:
    """Insert or update documents. What happened first stays: first seen, first finished, gone since."""
    rows = [document_values(document, at) for document in read]
    if not rows:
        return
    statement = insert(connection, documents)
    new = statement.excluded
    kept = documents.c
    changed: dict[str, ColumnElement[Any]] = {n: new[n] for n in rows[0] if n not in ("key", "first_seen")}
    changed["first_finished"] = func.coalesce(kept.first_finished, new.first_finished)
    changed["gone_at"] = case((new.gone_at.is_not(None), func.coalesce(kept.gone_at, new.gone_at)))
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=changed), rows)


def write_items(connection: Connection, known: Iterable[KnownItem]) -> None:
    """Insert or update items, not their links. What a person ignored stays ignored."""
    rows = [item_values(item) for item in known]
    if rows:
        connection.execute(upsert(connection, items, keep=("ignored",)), rows)


def update_clean(connection: Connection, clean: Mapping[str, str | None]) -> None:
    """Note under which revision and settings these documents' plans were empty."""
    statement = update(documents).where(documents.c.key == bindparam("which")).values(clean=bindparam("what"))
    if clean:
        connection.execute(statement, [{"which": key, "what": value} for key, value in clean.items()])


def update_gone(connection: Connection, keys: Collection[str], *, at: datetime) -> None:
    """Note that these documents are gone since this moment, unless they already were."""
    for batch in batches(keys):
        connection.execute(
            update(documents)
            .where(documents.c.key.in_(batch))
            .values(gone_at=func.coalesce(documents.c.gone_at, at), clean=None)
        )


def update_key(connection: Connection, old_key: str, document: KnownDocument, *, at: datetime) -> None:
    """Give a document another key; items, links and effects go along."""
    old = connection.execute(select(documents).where(documents.c.key == old_key)).mappings().one_or_none()
    if old is None:
        raise LedgerError(f"The ledger knows no document {old_key!r} that could be moved to {document.key!r}.")
    if connection.execute(select(items.c.id).where(items.c.document == document.key).limit(1)).first():
        raise LedgerError(f"{old_key!r} cannot be moved to {document.key!r}: the ledger has items of that one already.")
    write_documents(connection, [document], at=at)
    history = {"first_seen": old["first_seen"]}
    if old["first_finished"] is not None:
        history["first_finished"] = old["first_finished"]
    connection.execute(update(documents).where(documents.c.key == document.key).values(history))
    for table in (items, effects):
        connection.execute(update(table).where(table.c.document == old_key).values(document=document.key))
    connection.execute(documents.delete().where(documents.c.key == old_key))


def update_ignored(connection: Connection, item_id: str, reason: str | None) -> None:
    """Note why a person wants no ticket for an item."""
    connection.execute(update(items).where(items.c.id == item_id).values(ignored=reason))


def forget_clean(connection: Connection, item_id: str) -> None:
    """Have the document of this item planned again."""
    document = select(items.c.document).where(items.c.id == item_id).scalar_subquery()
    connection.execute(update(documents).where(documents.c.key == document).values(clean=None))
