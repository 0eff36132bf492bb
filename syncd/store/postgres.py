"""PostgreSQL: how a connection is set up, and what its errors mean.

Reading transactions are REPEATABLE READ, so that each is one snapshot; writing ones READ COMMITTED, where a conditional
UPDATE sees what others committed meanwhile. Nothing outlives a transaction, so a pooler that hands out connections by
transaction (PgBouncer) may stand between.
"""

from __future__ import annotations

import psycopg
from psycopg.types.string import StrDumper
from sqlalchemy import URL, Connection, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from syncd.errors import LedgerError
from syncd.store.database import Database, Manner

_WRITES = "syncd_writes"
_CONNECT_TIMEOUT = 10
"""Seconds."""
_STALLED = 10_000
"""Milliseconds without a word in the middle of a transaction that writes: who does so was stopped, and others wait."""
_ALIVE = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}
"""A server that was cut off is noticed within half a minute (libpq: seconds, seconds, tries, milliseconds)."""


def connect(url: str, *, readonly: bool, busy_timeout: float) -> Database:
    """The database of ``postgresql://USER@HOST/NAME``, whatever is in it.

    No connection is made yet. What the URL leaves out libpq takes from its own environment (PGPASSWORD, PGPASSFILE).
    Raises LedgerError when the URL cannot be read, without repeating it: it may hold a password.
    """
    try:
        parsed = make_url(url).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):
        raise LedgerError(
            "The database URL cannot be read; write it like postgresql://syncd@db.example.com/syncd."
        ) from None
    engine = create_engine(
        parsed,
        # Parameters are text out of documents; they belong in no traceback.
        hide_parameters=True,
        # A server that was restarted since costs no transaction.
        pool_pre_ping=True,
        pool_size=10,
        # Prepared statements belong to a connection, which a pooler may change between two transactions.
        connect_args={"connect_timeout": _CONNECT_TIMEOUT, "prepare_threshold": None, **_ALIVE},
    )
    timeout = round(busy_timeout * 1000)

    @event.listens_for(engine, "connect")
    def _adapt(connection: psycopg.Connection, _record: object) -> None:
        connection.adapters.register_dumper(str, _Text)

    @event.listens_for(engine, "begin")
    def _limit(connection: Connection) -> None:
        if connection.get_execution_options().get(_WRITES):
            connection.exec_driver_sql(
                f"SET LOCAL lock_timeout = {timeout}; SET LOCAL idle_in_transaction_session_timeout = {_STALLED}"
            )

    reading = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    writing = {"isolation_level": "READ COMMITTED", "postgresql_readonly": readonly, _WRITES: True}
    return Database(engine, Manner(explain, reading, writing), name=_name(parsed), readonly=readonly)


class _Text(StrDumper):
    """PostgreSQL keeps no NUL in a text; what documents and tickets have there becomes U+FFFD, as in CommonMark."""

    def dump(self, obj: str) -> bytes | bytearray | memoryview | None:
        return super().dump(obj.replace("\0", "\N{REPLACEMENT CHARACTER}"))


def explain(error: BaseException) -> str | None:
    """What an error of PostgreSQL means, and what to do."""
    if isinstance(error, psycopg.errors.LockNotAvailable | psycopg.errors.QueryCanceled):
        return "was locked by another process for too long; try again"
    if isinstance(error, psycopg.errors.DeadlockDetected | psycopg.errors.SerializationFailure):
        return "was changed by another process at the same moment; nothing was written, the next pass tries again"
    if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
        return "cannot be written; connect to the primary server, and give this user the right to write"
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return "cannot be used; give this user all rights on its tables and schema"
    if isinstance(error, psycopg.errors.InvalidPassword | psycopg.errors.InvalidAuthorizationSpecification):
        return "does not accept our user or password; check `database` in the configuration"
    if isinstance(error, psycopg.errors.InvalidCatalogName):
        return "does not exist; make it with `createdb`"
    if isinstance(error, psycopg.errors.DiskFull):
        return "cannot grow because the server's disk is full; make room, then try again"
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return "cannot be reached; check the server and `database` in the configuration, then try again"
    return None


def _name(url: URL) -> str:
    port = f":{url.port}" if url.port else ""
    return f"The ledger in PostgreSQL at {url.host or 'the local socket'}{port}/{url.database or ''}"
