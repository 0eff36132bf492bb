"""Leases: the SQL of which process works for a team. Each function works inside the caller's transaction.

A claim raises the team's number. Whoever holds a lease checks that number in each of its writes, so one that was
stopped or cut off for too long, and whose team somebody else took over, can write no more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import starmap

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, tuple_, update

from syncd.errors import LeaseLost
from syncd.store.records import Lease
from syncd.store.rows import batches, columns, insert, names
from syncd.store.tables import leases

_FIELDS = names(Lease)


def read_held(connection: Connection) -> list[Lease]:
    """The leases that somebody holds, or did not give back, in the order of their teams."""
    query = select(*columns(leases, _FIELDS)).where(leases.c.holder.is_not(None)).order_by(leases.c.team)
    return list(starmap(Lease, connection.execute(query)))


def read_due(connection: Connection, at: datetime) -> list[str]:
    """The teams that nobody holds and whose time has come, the longest waiting first."""
    query = select(leases.c.team).where(_free(at), _due(at)).order_by(leases.c.due_at.nulls_first(), leases.c.team)
    return list(connection.execute(query).scalars())


def enlist(connection: Connection, teams: Collection[str]) -> None:
    """Make a row for each team that has none; its time has come."""
    rows = [{"team": team, "number": 0} for team in teams]
    if rows:
        connection.execute(insert(connection, leases).on_conflict_do_nothing(), rows)


def claim(connection: Connection, team: str, *, holder: str, at: datetime, until: datetime, due: bool) -> Lease | None:
    """Take a team that nobody holds; None when somebody does. ``due``: only if its time has come, which is used up."""
    wanted = and_(leases.c.team == team, _free(at), _due(at)) if due else and_(leases.c.team == team, _free(at))
    # Whose row is locked is being claimed by somebody else this very moment.
    free = select(leases.c.team).where(wanted).with_for_update(skip_locked=True).scalar_subquery()
    taken = (
        update(leases)
        .where(leases.c.team == free)
        .values(number=leases.c.number + 1, holder=holder, claimed_at=at, expires_at=until)
        .returning(*columns(leases, _FIELDS))
    )
    row = connection.execute(taken.values(due_at=None) if due else taken).first()
    return None if row is None else Lease(*row)


def renew(connection: Connection, lease: Lease, until: datetime) -> bool:
    """Keep a lease until then; False when it was lost."""
    return connection.execute(update(leases).where(_is(lease)).values(expires_at=until)).rowcount == 1


def release(connection: Connection, lease: Lease, due_at: datetime | None) -> None:
    """Give a lease back, if it was not lost. ``due_at``: when the team is looked at next, unless it is hinted at."""
    given = update(leases).where(_is(lease)).values(holder=None, claimed_at=None, expires_at=None)
    connection.execute(given.values(due_at=func.coalesce(leases.c.due_at, due_at)) if due_at else given)


def hint(connection: Connection, teams: Collection[str], at: datetime) -> None:
    """Have these teams looked at now; again, if somebody is just looking."""
    later = or_(leases.c.due_at.is_(None), leases.c.due_at > at)
    for batch in batches(teams):
        connection.execute(update(leases).where(leases.c.team.in_(batch), later).values(due_at=at))


def check(connection: Connection, held: Sequence[Lease]) -> None:
    """Raise LeaseLost unless all of these are still held; nobody takes one over before the transaction ends."""
    mine = tuple_(leases.c.team, leases.c.number).in_([(lease.team, lease.number) for lease in held])
    still = set(connection.execute(select(leases.c.team).where(mine).with_for_update(read=True)).scalars())
    lost = [lease.team for lease in held if lease.team not in still]
    if lost:
        raise LeaseLost(
            f"Another process took over {', '.join(lost)}, because this one gave no sign for too long. Nothing more "
            "was written; the other one takes up what was left."
        )


def _is(lease: Lease) -> ColumnElement[bool]:
    return and_(leases.c.team == lease.team, leases.c.number == lease.number)


def _free(at: datetime) -> ColumnElement[bool]:
    return or_(leases.c.holder.is_(None), leases.c.expires_at <= at)


def _due(at: datetime) -> ColumnElement[bool]:
    return or_(leases.c.due_at.is_(None), leases.c.due_at <= at)
