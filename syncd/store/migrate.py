"""Migrations: the only module that imports Alembic, which costs 0.4 s; therefore imported when one is needed.

A new migration: change tables.py, write ``migrations/versions/NNNN_what.py`` by the pattern of the ones before it, and
add its revision to ``SCHEMA`` in schema.py. The tests compare the outcome with tables.py.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from syncd.store.database import Database
from syncd.store.files import free_name, vacuum_into
from syncd.store.schema import Schema, refuse_unknown

_ONE_AT_A_TIME = Lock()
"""Alembic keeps the running migration in module globals."""


def migrate(database: Database, schema: Schema) -> Path | None:
    """Bring the tables to the newest version, all in one transaction: afterwards all of it happened, or nothing.

    Tables that hold something are first copied beside the file; returns the copy. Raises LedgerError when the tables
    are of a newer version.
    """
    with _ONE_AT_A_TIME, database.migrating() as connection:
        # Read again under the write lock: another process may have done it while we waited.
        revision = MigrationContext.configure(connection).get_current_revision()
        refuse_unknown(database, revision, schema)
        if revision == schema.head:
            return None
        copy = _copy(database.path, revision) if database.path and revision else None
        command.upgrade(configuration(connection, schema), "head")
        return copy


def configuration(connection: Connection, schema: Schema) -> Config:
    """Alembic's configuration for work on this connection."""
    config = Config()
    config.attributes["connection"] = connection
    config.set_main_option("path_separator", "os")
    config.set_main_option("script_location", str(schema.scripts).replace("%", "%%"))
    return config


def _copy(path: Path, revision: str) -> Path:
    # A connection of its own: VACUUM cannot run inside our transaction, but reads beside it what was last committed.
    copy = free_name(path, f"before-upgrade-from-{revision}")
    vacuum_into(path, copy)
    return copy
