"""Which version of the tables a database has, and whether it can be used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import inspect, text

from syncd.errors import LedgerError
from syncd.store.database import Database


@dataclass(frozen=True, slots=True)
class Schema:
    """The migrations that this program knows: the folder with their scripts, and their revisions, oldest first."""

    scripts: Path
    revisions: tuple[str, ...]

    @property
    def head(self) -> str:
        """The revision that the tables in tables.py describe."""
        return self.revisions[-1]


SCHEMA = Schema(scripts=Path(__file__).parent / "migrations", revisions=("0001", "0002", "0003", "0004", "0005"))
"""The revisions are listed here so that a start need not import Alembic; a test holds them to the scripts."""


def revision_of(database: Database) -> str | None:
    """The revision of the tables; None when there are none yet. Raises LedgerError for somebody else's database."""
    with database.reading() as connection:
        if "alembic_version" in (names := inspect(connection).get_table_names()):
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if names:
        raise LedgerError(
            f"{database} is a database of another program (it has a table {names[0]}); "
            "check `database` in the configuration."
        )
    return None


def refuse_unknown(database: Database, revision: str | None, schema: Schema) -> None:
    """Raise LedgerError for tables that a newer program made."""
    if revision is not None and revision not in schema.revisions:
        raise LedgerError(
            f"{database} was upgraded by a newer syncd (its version is {revision}, this program knows {schema.head}); "
            "install that version again, or bring an older copy back with `syncd db restore FILE`."
        )


def refuse_older(database: Database, revision: str | None, schema: Schema) -> None:
    """Raise LedgerError for tables that are not there yet or that an older program made."""
    if revision != schema.head:
        raise LedgerError(
            f"{database} is of an older version ({revision or 'empty'}, this program needs {schema.head}); "
            "run `syncd db upgrade` first."
        )
