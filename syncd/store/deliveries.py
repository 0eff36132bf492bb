"""Deliveries: the SQL of what digests went out. Each function works inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import starmap

from sqlalchemy import ColumnElement, Connection, select, update

from syncd.store.records import Delivery, DeliveryState
from syncd.store.rows import columns, insert, names
from syncd.store.tables import deliveries

_FIELDS = names(Delivery)


def read_deliveries(connection: Connection, *where: ColumnElement[bool]) -> list[Delivery]:
    """The deliveries that meet the conditions, oldest first."""
    query = select(*columns(deliveries, _FIELDS)).where(*where).order_by(deliveries.c.id)
    return list(starmap(Delivery, connection.execute(query)))


def insert_deliveries(connection: Connection, prepared: Sequence[Delivery]) -> None:
    """Write new ones down; one that is there for its team, kind, period, channel and recipient stays as it is."""
    rows = [{name: value for name, value in asdict(each).items() if name != "id"} for each in prepared]
    if rows:
        connection.execute(insert(connection, deliveries).on_conflict_do_nothing(), rows)


def claim_message(connection: Connection, message: str, *, at: datetime, until: datetime) -> bool:
    """Take a message to send it now, for nobody else ``until`` then; of several processes one gets it.

    It is prepared and its time has come, or who took it before kept it for too long.
    """
    free = deliveries.c.not_before.is_(None) | (deliveries.c.not_before <= at)
    waiting = deliveries.c.state.in_((DeliveryState.PREPARED, DeliveryState.SENDING))
    taken = update(deliveries).where(deliveries.c.message == message, waiting, free)
    claim = taken.values(state=DeliveryState.SENDING, attempts=deliveries.c.attempts + 1, not_before=until)
    return connection.execute(claim).rowcount > 0


def end_message(
    connection: Connection,
    message: str,
    state: DeliveryState,
    *,
    reason: str,
    at: datetime,
    not_before: datetime | None,
    receipt: str,
) -> None:
    """Note how sending a message went; PREPARED: not at all, again from ``not_before`` on."""
    ended = None if state is DeliveryState.PREPARED else at
    connection.execute(
        update(deliveries)
        .where(deliveries.c.message == message)
        .values(state=state, reason=reason, ended_at=ended, not_before=not_before, receipt=receipt)
    )
