"""SQLite: where the database is, how a connection is set up, how a transaction begins, what its errors mean.

The driver begins no transaction by itself: we say ``BEGIN IMMEDIATE`` for those that write (a deferred one that reads
and then writes fails at once with "locked", whatever the timeout) and plain ``BEGIN`` for those that read. Each
connection has WAL, synchronous FULL and foreign keys on. The file is made by us, readable by its owner alone.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, QueuePool, create_engine, event

from syncd.errors import LedgerError
from syncd.store.database import BUSY_TIMEOUT, Database, Manner

_PAUSE = 0.02
"""Seconds between two tries of what SQLite does not wait for by itself."""

_WRITES = "syncd_writes"

_CURES = {
    sqlite3.SQLITE_BUSY: "was locked by another process for too long; wait until that one ends, or stop it, then try "
    "again",
    sqlite3.SQLITE_CORRUPT: "is damaged; bring the last good copy back with `syncd db restore FILE`",
    sqlite3.SQLITE_NOTADB: "is no SQLite database; check `database` in the configuration, or bring a good copy back "
    "with `syncd db restore FILE`",
    sqlite3.SQLITE_FULL: "cannot grow because the disk is full; make room, then try again",
    sqlite3.SQLITE_READONLY: "cannot be written; give this user the right to write the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; give this user the right to read and write the file and its folder",
    sqlite3.SQLITE_PERM: "cannot be opened; give this user the right to read and write the file and its folder",
    sqlite3.SQLITE_IOERR: "cannot be read or written because the disk reports an error; check the disk, then try again",
}


def database_path(url: str) -> Path | None:
    """The file of ``sqlite:///PATH``; None for ``sqlite://``, which is kept in memory, and for a database on a server.

    PATH is taken as it stands, no sign in it means anything. What is returned is absolute and free of symbolic links.
    Raises LedgerError for a URL that is none.
    """
    scheme, separator, rest = url.partition("://")
    if not separator or (scheme == "sqlite" and rest and not rest.startswith("/")):
        raise LedgerError("The database URL cannot be read; write it like sqlite:////var/lib/syncd/syncd.db.")
    path = rest.removeprefix("/")
    return None if scheme != "sqlite" or path in ("", ":memory:") else Path(path).resolve()


def connect(path: Path | None, *, readonly: bool = False, busy_timeout: float = BUSY_TIMEOUT) -> Database:
    """The database in a file (None: in memory), whatever is in it.

    Makes the file and its folder, for the owner only, unless readonly. Raises LedgerError when it cannot be opened.
    """
    if path is None:
        return _database(lambda: _open(":memory:", busy_timeout), None)
    if not readonly:
        make_private(path)
    elif not path.exists():
        raise LedgerError(f"There is no ledger at {path} yet; `syncd reconcile` makes it.")
    elif not path.is_file():
        raise LedgerError(f"{path} cannot be opened: it is no file.")
    # Only a connection that may write clears SQLite's side files away again, so one that reads asks for that too.
    ours = not readonly or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
    where = f"file:{quote(str(path.absolute()))}?mode={'rw' if ours else 'ro'}"
    with speaking_of(path):
        if not readonly:
            _write_ahead(where, busy_timeout)
    return _database(lambda: _open(where, busy_timeout, readonly=readonly), path, readonly=readonly)


def make_private(path: Path) -> None:
    """Make an empty file and its folder unless they are there, for the owner only; so SQLite makes its side files.

    A file that is there is not opened: closing it would take away the locks that other connections of this process
    hold on it (fcntl(2)), and another process could then remove the log that these still write to.
    """
    make_folder(path)
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        if not path.is_file() or not os.access(path, os.R_OK | os.W_OK):
            why = "this user may not write it" if path.is_file() else "it is no file"
            raise LedgerError(f"{path} cannot be opened for writing: {why}. Mend that, or move it.") from None
    except OSError as error:
        raise LedgerError(f"{path} cannot be opened for writing: {error.strerror}. Mend that, or move it.") from error


def make_folder(path: Path) -> None:
    """Make the folder that the file is to stand in unless it is there, for the owner only."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise LedgerError(f"The folder {path.parent} cannot be made: {error.strerror}.") from error


@contextmanager
def speaking_of(path: Path) -> Iterator[None]:
    """Turn what SQLite itself says of a file into a LedgerError that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        if (cure := explain(error)) is None:
            raise
        raise LedgerError(f"{_name(path)} {cure} ({error}).") from error


def explain(error: BaseException) -> str | None:
    """What an error of SQLite means, and what to do."""
    code = getattr(error, "sqlite_errorcode", None)
    return _CURES.get(code & 0xFF) if code is not None else None


def _name(path: Path | None) -> str:
    return "The ledger in memory" if path is None else f"The ledger {path}"


def _open(where: str, busy_timeout: float, *, readonly: bool = False) -> sqlite3.Connection:
    # Without isolation_level=None the driver says a deferred BEGIN of its own before the first INSERT.
    connection = sqlite3.connect(where, uri=True, timeout=busy_timeout, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA query_only = {'ON' if readonly else 'OFF'}")
    return connection


def _write_ahead(where: str, busy_timeout: float) -> None:
    """Switch the file to WAL, for good. Where WAL cannot be had (a network disk), SQLite keeps its older journal."""
    deadline = time.monotonic() + busy_timeout
    with closing(_open(where, busy_timeout)) as connection:
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                # Of several processes that switch a new file at once, SQLite refuses some without waiting.
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE)
            else:
                return


def _database(opener: Callable[[], sqlite3.Connection], path: Path | None, *, readonly: bool = False) -> Database:
    # A database in memory *is* its connection, so its threads take turns.
    size = {"pool_size": 1, "max_overflow": 0} if path is None else {}
    # Parameters are text out of documents; they belong in no traceback.
    engine = create_engine("sqlite://", creator=opener, poolclass=QueuePool, hide_parameters=True, **size)
    event.listen(engine, "begin", _begin)
    manner = Manner(explain, writing={_WRITES: True}, rebuilding=_without_foreign_keys)
    return Database(engine, manner, name=_name(path), path=path, readonly=readonly)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Foreign keys are checked at the end of a transaction only: a table that is rebuilt is gone for a moment."""
    driver = connection.connection.cursor()
    driver.execute("PRAGMA foreign_keys = OFF")  # Without effect inside a transaction, so before it begins.
    event.listen(connection, "commit", _check_foreign_keys)
    try:
        yield
    finally:
        event.remove(connection, "commit", _check_foreign_keys)
        driver.execute("PRAGMA foreign_keys = ON")


def _check_foreign_keys(connection: Connection) -> None:
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise LedgerError("The ledger was left as it was: after the upgrade rows would point nowhere.")
