"""Opening a ledger: connected, of the right version, brought up to it where that is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from syncd.errors import LedgerError
from syncd.store import sqlite
from syncd.store.database import BUSY_TIMEOUT, Database
from syncd.store.schema import SCHEMA, Schema, refuse_older, refuse_unknown, revision_of


@dataclass(frozen=True, slots=True)
class Opened:
    """A database whose tables fit this program, and what that took."""

    database: Database
    before: str | None
    """The version it had; None when it was empty."""
    copy: Path | None = None
    """The copy that was kept of the tables before they were upgraded."""


def open_database(
    url: str, *, readonly: bool = False, busy_timeout: float = BUSY_TIMEOUT, schema: Schema = SCHEMA
) -> Opened:
    """Open a database; an empty or older one is migrated unless readonly. Raises LedgerError when it cannot be used."""
    database = connect(url, readonly=readonly, busy_timeout=busy_timeout)
    try:
        before = revision_of(database)
        refuse_unknown(database, before, schema)
        if readonly:
            refuse_older(database, before, schema)
        copy = None if before == schema.head else _migrate(database, schema)
    except BaseException:
        database.close()
        raise
    return Opened(database, before, copy)


def connect(url: str, *, readonly: bool = False, busy_timeout: float = BUSY_TIMEOUT) -> Database:
    """The database of a URL, whatever is in it. Raises LedgerError when it cannot be opened, or is none of ours."""
    scheme, separator, _ = url.partition("://")
    if scheme in ("postgresql", "postgres"):
        # Imported here because the driver costs 0.1 s, and most ledgers are files.
        from syncd.store import postgres

        return postgres.connect(url, readonly=readonly, busy_timeout=busy_timeout)
    if separator and scheme != "sqlite":
        raise LedgerError("The database URL cannot be read; write sqlite:///PATH or postgresql://USER@HOST/NAME.")
    return sqlite.connect(sqlite.database_path(url), readonly=readonly, busy_timeout=busy_timeout)


def is_there(url: str) -> bool:
    """Whether there is a ledger already. Raises LedgerError when that cannot be found out."""
    path = sqlite.database_path(url)
    if path is not None:
        return path.exists()
    database = connect(url, readonly=True)
    try:
        return revision_of(database) is not None
    finally:
        database.close()


def _migrate(database: Database, schema: Schema) -> Path | None:
    # Imported here because Alembic costs 0.4 s, and nearly every start finds nothing to migrate.
    from syncd.store.migrate import migrate

    return migrate(database, schema)
