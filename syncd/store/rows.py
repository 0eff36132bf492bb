"""Between rows of tables and values of the model.

Columns bear the names of the fields, so a row selected in the fields' order *is* the constructor's arguments; that
keeps reading tens of thousands of rows cheap. The tests send every field through the store and back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from syncd.core.model import Effect, Event, KnownDocument, KnownItem, Link, ThreeWay
from syncd.store import tables

IN_LIST = 500
"""Values per IN list; SQLite allows 32,766 in a statement, older builds 999."""

Key = TypeVar("Key")


def names(model: type, *without: str) -> tuple[str, ...]:
    """The names of a dataclass's fields in their order."""
    return tuple(f.name for f in fields(model) if f.name not in without)


DOCUMENT = names(KnownDocument)
ITEM = names(KnownItem, "link")
LINK = names(Link, "fields")
EFFECT = names(Effect)
EVENT = names(Event)


def columns(table: Table, chosen: Collection[str]) -> list[ColumnElement[Any]]:
    """The columns of these names, in their order."""
    return [table.c[name] for name in chosen]


def documents_query() -> Select[Any]:
    """Rows that are the arguments of KnownDocument."""
    gone = tables.documents.c.gone_at.is_not(None)
    return select(*(gone if name == "gone" else tables.documents.c[name] for name in DOCUMENT))


def document_values(document: KnownDocument, at: datetime) -> dict[str, object]:
    """The row of a document that was read at this moment."""
    values = {name: getattr(document, name) for name in DOCUMENT if name != "gone"}
    values["gone_at"] = at if document.gone else None
    values["first_seen"] = document.first_seen or at
    values["first_finished"] = document.first_finished or (at if document.finished else None)
    return values


def item_values(item: KnownItem) -> dict[str, object]:
    """The row of an item, without its link."""
    return {name: getattr(item, name) for name in ITEM}


def link_values(link: Link, at: datetime) -> dict[str, object]:
    """The row of a link that was saved at this moment, without its fields."""
    return {name: getattr(link, name) for name in LINK} | {"linked_at": at}


def field_values(link: Link) -> list[dict[str, object]]:
    """The rows of a link's three-way values."""
    return [
        {"item_id": link.item_id, "field": name, "document": v.document, "ticket": v.ticket, "agreed": v.agreed}
        for name, v in link.fields.items()
    ]


def effect_values(effect: Effect) -> dict[str, object]:
    """The row of an effect that has no id yet."""
    values = {name: getattr(effect, name) for name in EFFECT if name != "id"}
    return values | {"payload": dict(effect.payload)}


def event_values(event: Event) -> dict[str, object]:
    """The row of an event."""
    return {name: getattr(event, name) for name in EVENT}


def item_of(row: Row[Any], three_way: Mapping[str, Mapping[str, ThreeWay]]) -> KnownItem:
    """The item of a row in the order of ITEM and LINK; without a link when that half of an outer join is empty."""
    width = len(ITEM)
    if row[width] is None:
        return KnownItem(*row[:width])
    link = Link(**dict(zip(LINK, row[width:], strict=True)), fields=three_way.get(row[0], {}))
    return KnownItem(**dict(zip(ITEM, row[:width], strict=True)), link=link)


def by_code_points(connection: Connection, column: ColumnElement[str]) -> ColumnElement[str]:
    """The column to order by, in Python's order on every database; PostgreSQL's own is that of a language."""
    return column.collate("C") if connection.dialect.name == "postgresql" else column


Insert = sqlite.Insert | postgresql.Insert
"""INSERT … ON CONFLICT: the one statement whose constructor is the dialect's own; both have the same form."""


def insert(connection: Connection, table: Table) -> Insert:
    """INSERT that may say what to do ON CONFLICT."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def upsert(connection: Connection, table: Table, *, keep: tuple[str, ...] = ()) -> Insert:
    """INSERT, or UPDATE of the row with the same primary key, which keeps its values in ``keep``."""
    return _upsert(postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert, table, keep)


@cache  # building one takes longer than executing it
def _upsert(insert: Callable[[Table], Insert], table: Table, keep: tuple[str, ...]) -> Insert:
    statement = insert(table)
    key = [c.name for c in table.primary_key]
    changed = {c.name: statement.excluded[c.name] for c in table.c if c.name not in key and c.name not in keep}
    return statement.on_conflict_do_update(index_elements=key, set_=changed)


def batches(values: Collection[Key]) -> Iterator[list[Key]]:
    """The values in lists short enough for an IN list."""
    rest = iter(values)
    while batch := list(islice(rest, IN_LIST)):
        yield batch
