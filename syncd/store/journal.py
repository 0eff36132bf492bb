"""Events, passes, decisions, approvals, named values: the SQL. Each function works in the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import starmap

from sqlalchemy import Connection, bindparam, func, select, update

from syncd.core.model import Event, Link
from syncd.errors import LedgerError
from syncd.store.records import Decision, DecisionKind, PassRecord
from syncd.store.rows import EVENT, columns, event_values, insert, names, upsert
from syncd.store.tables import approvals, decisions, documents, events, items, links, meta, passes

# --- events ---------------------------------------------------------------------------------------------------------


def read_events(connection: Connection, *, item_id: str | None, since: datetime | None) -> list[Event]:
    """The events of one item or of all, at or after a moment, oldest first."""
    query = select(*columns(events, EVENT)).order_by(events.c.at, events.c.id)
    if item_id is not None:
        query = query.where(events.c.item_id == item_id)
    if since is not None:
        query = query.where(events.c.at >= since)
    return list(starmap(Event, connection.execute(query)))


def read_team_events(connection: Connection, team: str) -> list[Event]:
    """The events of all items in documents that a team read last, oldest first."""
    theirs = events.join(items, items.c.id == events.c.item_id).join(documents, documents.c.key == items.c.document)
    query = select(*columns(events, EVENT)).select_from(theirs).where(documents.c.team == team)
    return list(starmap(Event, connection.execute(query.order_by(events.c.at, events.c.id))))


def write_events(connection: Connection, happened: Sequence[Event]) -> None:
    """Append events."""
    if happened:
        connection.execute(events.insert(), [event_values(event) for event in happened])


# --- passes ---------------------------------------------------------------------------------------------------------


def read_passes(connection: Connection, limit: int) -> list[PassRecord]:
    """The last passes, newest first."""
    query = select(*columns(passes, names(PassRecord))).order_by(passes.c.number.desc()).limit(limit)
    return list(starmap(PassRecord, connection.execute(query)))


def insert_pass(connection: Connection, pass_id: str, *, at: datetime, team: str | None) -> None:
    """Note that a pass began."""
    connection.execute(passes.insert(), {"id": pass_id, "team": team, "started_at": at, "counts": {}})


def finish_pass(connection: Connection, pass_id: str, end: Mapping[str, object]) -> None:
    """Note how a pass ended."""
    if connection.execute(update(passes).where(passes.c.id == pass_id).values(**end)).rowcount != 1:
        raise LedgerError(f"The ledger knows no pass {pass_id}, so its end could not be noted.")


# --- decisions ------------------------------------------------------------------------------------------------------


def read_decisions(connection: Connection, item_id: str) -> list[Decision]:
    """What people said about an item, oldest first."""
    query = select(*columns(decisions, names(Decision))).where(decisions.c.item_id == item_id)
    return list(starmap(Decision, connection.execute(query.order_by(decisions.c.id))))


def read_hand_links(connection: Connection) -> dict[str, str]:
    """Item id → ticket as typed, of the links by hand that no pass obeyed yet."""
    pending = (decisions.c.kind == DecisionKind.LINK) & decisions.c.settled_at.is_(None)
    query = select(decisions.c.item_id, decisions.c.value).where(pending).order_by(decisions.c.id)
    return dict(iter(connection.execute(query)))


def read_hand_unlinks(connection: Connection) -> dict[str, frozenset[tuple[str, str]]]:
    """Item id → the (tracker, ticket id) pairs that a person took away from it."""
    standing = (decisions.c.kind == DecisionKind.UNLINK) & decisions.c.settled_at.is_(None)
    found: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for item_id, tracker, ticket_id in connection.execute(
        select(decisions.c.item_id, decisions.c.tracker, decisions.c.value).where(standing)
    ):
        found[item_id].add((tracker, ticket_id))
    return {item_id: frozenset(pairs) for item_id, pairs in found.items()}


def insert_decision(
    connection: Connection, item_id: str, kind: DecisionKind, *, value: str | None = None, at: datetime
) -> None:
    """Keep what a person said. Raises LedgerError for an unknown item, and for unlinking one without a link."""
    if connection.execute(select(items.c.id).where(items.c.id == item_id)).first() is None:
        raise LedgerError(f"The ledger knows no item {item_id}; `syncd status` lists the ones it knows.")
    tracker: str | None = None
    if kind is DecisionKind.UNLINK:
        tracker, value = _held(connection, item_id)
    row = {"item_id": item_id, "kind": kind, "value": value, "tracker": tracker, "at": at}
    connection.execute(decisions.insert(), row)


def _held(connection: Connection, item_id: str) -> tuple[str, str]:
    held = connection.execute(select(links.c.tracker, links.c.ticket_id).where(links.c.item_id == item_id)).first()
    if held is None:
        raise LedgerError(f"Item {item_id} has no ticket that could be unlinked.")
    return held.tracker, held.ticket_id


def settle_decisions(connection: Connection, item_id: str, kind: DecisionKind, *, at: datetime) -> None:
    """Note that what a person said about an item was obeyed or overtaken."""
    connection.execute(
        update(decisions)
        .where(decisions.c.item_id == item_id, decisions.c.kind == kind, decisions.c.settled_at.is_(None))
        .values(settled_at=at)
    )


_OVERRULE = (  # built once: it runs after every ticket that is made
    update(decisions)
    .where(decisions.c.item_id == bindparam("item"), decisions.c.tracker == bindparam("where"))
    .where(decisions.c.value == bindparam("ticket"), decisions.c.settled_at.is_(None))
    .where(decisions.c.kind == DecisionKind.UNLINK)
    .values(settled_at=bindparam("now"))
)


def overrule_unlinks(connection: Connection, saved: Sequence[Link], *, at: datetime) -> None:
    """Settle the unlinks that forbade these very links: a later word of a person made them."""
    if saved:
        these = [{"item": k.item_id, "where": k.tracker, "ticket": k.ticket_id, "now": at} for k in saved]
        connection.execute(_OVERRULE, these)


# --- approvals and named values -------------------------------------------------------------------------------------


def insert_approval(connection: Connection, plan_hash: str, *, at: datetime, by: str) -> None:
    """Note that a person let a plan through."""
    connection.execute(approvals.insert(), {"plan_hash": plan_hash, "at": at, "by": by})


def is_approved(connection: Connection, plan_hash: str) -> bool:
    """Whether a person let this plan through."""
    query = select(func.count()).select_from(approvals).where(approvals.c.plan_hash == plan_hash)
    return connection.execute(query).scalar_one() > 0


def read_meta(connection: Connection, name: str) -> str | None:
    """A named value."""
    return connection.execute(select(meta.c.value).where(meta.c.name == name)).scalar_one_or_none()


def write_meta(connection: Connection, name: str, value: str) -> None:
    """Set a named value."""
    connection.execute(upsert(connection, meta), {"name": name, "value": value})


def insert_meta(connection: Connection, name: str, value: str) -> str:
    """Set a named value unless it is set; returns what is set then."""
    connection.execute(insert(connection, meta).on_conflict_do_nothing(), {"name": name, "value": value})
    stored = read_meta(connection, name)
    return value if stored is None else stored


def swap_meta(connection: Connection, name: str, seen: str | None, value: str) -> bool:
    """Set a named value if it is still the one that was seen (None: not set); whether it was."""
    row = {"name": name, "value": value}
    if seen is None:
        statement = insert(connection, meta).on_conflict_do_nothing().returning(meta.c.name)
        return connection.execute(statement, row).first() is not None
    still = (meta.c.name == name) & (meta.c.value == seen)
    return connection.execute(update(meta).where(still).values(value=value)).rowcount == 1
