"""Opening a ledger: connected, of the right version, brought up to it where that is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from syncd.store.database import BUSY_TIMEOUT, Database, connect, database_path
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
    database = connect(database_path(url), readonly=readonly, busy_timeout=busy_timeout)
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


def _migrate(database: Database, schema: Schema) -> Path | None:
    # Imported here because Alembic costs 0.4 s, and nearly every start finds nothing to migrate.
    from syncd.store.migrate import migrate

    return migrate(database, schema)
