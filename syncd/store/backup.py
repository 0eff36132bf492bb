"""What ``syncd db upgrade|backup|restore`` do. The caller holds the lock of the ledger meanwhile."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from syncd.errors import LedgerError
from syncd.store.files import claim, free_name, put_in_place, sync, vacuum_into
from syncd.store.opening import open_database
from syncd.store.schema import SCHEMA, Schema, refuse_unknown, revision_of
from syncd.store.sqlite import connect, database_path, make_folder


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade did. ``before`` equals ``after`` when there was nothing to do; ``copy`` is what it kept."""

    before: str | None
    after: str
    copy: Path | None


def upgrade(url: str, *, schema: Schema = SCHEMA) -> Upgrade:
    """Bring the ledger's tables to this program's version. Raises LedgerError when they are newer or unusable."""
    opened = open_database(url, schema=schema)
    opened.database.close()
    return Upgrade(opened.before, schema.head, opened.copy)


def backup(url: str, target: Path) -> None:
    """Write a consistent copy of the ledger, also while a pass is writing to it; never over a file that exists.

    Raises LedgerError when there is no ledger, when it is damaged, or when the target is there or cannot be written.
    """
    path = _file(url)
    check(path)
    vacuum_into(path, target)


def restore(url: str, source: Path, *, at: datetime) -> Path | None:
    """Put a copy in the ledger's place; at any moment the old or the new one is there, whole.

    The copy is checked first. The replaced ledger stays beside it under a name with the time; returns that name, or
    None when there was none. Raises LedgerError, having changed nothing, when the copy is no sound ledger of this or an
    older version, or when a process has the present ledger open.
    """
    path = _file(url)
    if not source.exists():
        why = "It does not exist; name a copy made by `syncd db backup`."
        raise LedgerError(f"{source} was not restored, and nothing was changed. {why}")
    try:
        check(source)
    except LedgerError as error:
        raise LedgerError(f"{source} was not restored, and nothing was changed. {error}") from error
    make_folder(path)
    part = path.with_name(f".{path.name}.restored")
    part.unlink(missing_ok=True)
    vacuum_into(source, part)
    try:
        kept = _set_aside(path, f"replaced-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}") if path.exists() else None
        put_in_place(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return kept


def check(path: Path, *, schema: Schema = SCHEMA) -> None:
    """Read a whole ledger through. Raises LedgerError when it is absent, damaged, of another program, or too new."""
    database = connect(path, readonly=True)
    try:
        revision = revision_of(database)
        with database.reading() as connection:
            damage = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
            astray = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    finally:
        database.close()
    if revision is None:
        raise LedgerError(f"{path} holds no ledger: it has no tables.")
    refuse_unknown(database, revision, schema)
    if damage != "ok" or astray is not None:
        raise LedgerError(f"The ledger {path} is damaged ({damage if damage != 'ok' else 'rows point nowhere'}).")


def _file(url: str) -> Path:
    path = database_path(url)
    if url.partition("://")[0] != "sqlite":
        raise LedgerError(
            "This ledger is kept by a server: copy it with `pg_dump`, and bring it back with `pg_restore` while no "
            "syncd runs."
        )
    if path is None:
        raise LedgerError("A ledger in memory cannot be backed up or restored; configure a database file.")
    return path


def _set_aside(path: Path, suffix: str) -> Path:
    """Copy the present ledger to a dated name and leave it without side files, so that another can take its place."""
    kept = free_name(path, suffix)
    try:
        _fold(path)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise LedgerError(f"{path} is open in another process; stop `syncd run`, then restore again.") from error
        _move_side_files(path, kept)  # It is damaged, which may be why it is replaced.
    claim(kept)
    shutil.copyfile(path, kept)
    sync(kept)
    return kept


def _fold(path: Path) -> None:
    """Write the log into the file and remove it: a log left behind would be applied to the file that comes next."""
    with closing(sqlite3.connect(path, timeout=1.0, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def _move_side_files(path: Path, kept: Path) -> None:
    for side in ("-wal", "-shm"):
        beside = path.with_name(path.name + side)
        if beside.exists():
            beside.rename(kept.with_name(kept.name + side))
