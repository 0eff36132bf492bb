"""One database, opened: its transactions, and what its errors mean. Which one it is stands in its URL.

``sqlite.py`` and ``postgres.py`` know how a connection is set up there; nothing else differs for the rest of the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from syncd.errors import LedgerError

BUSY_TIMEOUT = 10.0
"""Seconds a transaction waits for another process's write."""

Guard = Callable[[Connection], None]
"""Asked at the beginning of each writing transaction; raises what forbids it."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How one kind of database is spoken to."""

    explain: Callable[[BaseException], str | None]
    """What one of its errors means and what to do, to follow the name of the ledger; None for a mistake of ours."""
    reading: Mapping[str, Any] = field(default_factory=dict)
    """SQLAlchemy's execution options of a transaction that reads one snapshot."""
    writing: Mapping[str, Any] = field(default_factory=dict)
    """The same of one that writes."""
    rebuilding: Callable[[Connection], AbstractContextManager[None]] = lambda connection: nullcontext()
    """Around a transaction in which tables may be rebuilt."""


class Database:
    """Safe for several threads: each transaction has a connection of its own."""

    def __init__(
        self,
        engine: Engine,
        manner: Manner,
        *,
        name: str,
        path: Path | None = None,
        readonly: bool = False,
        guard: Guard | None = None,
    ) -> None:
        self._engine = engine
        self._manner = manner
        self._reader = engine.execution_options(**manner.reading)
        self._writer = engine.execution_options(**manner.writing)
        self._name = name
        self._guard = guard
        self.readonly = readonly
        """Whether it was opened to look only."""
        self.path = path
        """Its file; None where it has none."""

    def guarded(self, guard: Guard) -> Database:
        """The same database, for somebody whose writes the guard may refuse."""
        return Database(
            self._engine, self._manner, name=self._name, path=self.path, readonly=self.readonly, guard=guard
        )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that reads: one snapshot, and no lock that hinders a writer."""
        with self._speaking(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write. Raises LedgerError when others write for too long, and what the guard raises.

        On SQLite it holds the write lock from its beginning; on PostgreSQL it may meet others, so what it reads in
        order to change it has to be read and changed in one statement, or be locked.
        """
        with self._speaking(), self._writer.begin() as connection:
            if self._guard is not None:
                self._guard(connection)
            yield connection

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A writing transaction in which tables may be rebuilt: it is the only one of its kind."""
        with (
            self._speaking(),
            self._writer.connect() as connection,
            self._manner.rebuilding(connection),
            connection.begin(),
        ):
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def __str__(self) -> str:
        return self._name

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        with speaking_of(self._name, self._manner.explain):
            yield


@contextmanager
def speaking_of(name: str, explain: Callable[[BaseException], str | None]) -> Iterator[None]:
    """Turn what a database says into a LedgerError that says what to do; mistakes in our SQL stay what they are."""
    try:
        yield
    except DBAPIError as error:
        cause: BaseException = error.orig or error
        cure = explain(cause)
        if cure is None:
            raise
        raise LedgerError(f"{name} {cure} ({_first_line(cause)}).") from error


def _first_line(cause: BaseException) -> str:
    return str(cause).strip().partition("\n")[0].rstrip(".")
