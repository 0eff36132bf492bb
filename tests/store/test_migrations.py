from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from ledger_values import AT, a_document, a_link, an_item, remember
from sqlalchemy import create_engine, inspect

from syncd.errors import LedgerError
from syncd.store.backup import upgrade
from syncd.store.ledger import Ledger
from syncd.store.opening import open_database
from syncd.store.schema import SCHEMA, Schema
from syncd.store.sqlite import database_path
from syncd.store.tables import METADATA

NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = {down!r}

def upgrade():
    with op.batch_alter_table("documents", recreate="always") as documents:
        documents.add_column(sa.Column("note", sa.String()))
    {more}
"""


@pytest.fixture
def schema_of_tomorrow(tmp_path):
    """A schema with one more revision, that rebuilds a table others point to and then does what is asked."""

    def make(more="pass"):
        scripts = tmp_path / "migrations"
        shutil.copytree(SCHEMA.scripts, scripts)
        (scripts / "versions" / "9999_note.py").write_text(NEXT.format(down=SCHEMA.head, more=more))
        return Schema(scripts, (*SCHEMA.revisions, "9999"))

    return make


@pytest.fixture
def path(url):
    """The file of a ledger of today's version with a linked item, closed."""
    with Ledger.open(url) as ledger:
        remember(ledger, an_item(link=a_link()))
    return database_path(url)


def shape(connection):
    """Tables, columns, keys and indexes, as the database itself tells them."""
    seen = inspect(connection)
    return {
        table: {
            "columns": [(c["name"], str(c["type"]), c["nullable"]) for c in seen.get_columns(table)],
            "primary key": seen.get_pk_constraint(table),
            "foreign keys": sorted(seen.get_foreign_keys(table), key=str),
            "unique": sorted(seen.get_unique_constraints(table), key=str),
            "indexes": sorted(index(i) for i in seen.get_indexes(table)),
        }
        for table in seen.get_table_names()
        if table != "alembic_version"
    }


def index(seen):
    return seen["name"], seen["column_names"], seen["unique"], str(seen["dialect_options"].get("sqlite_where"))


@pytest.fixture(params=["sqlite", "postgres"])
def two_empty(request):
    """The URLs of two databases without tables."""
    if request.param == "sqlite":
        return "sqlite://", "sqlite://"
    server = request.getfixturevalue("postgres_server")
    return server.new_database(), server.new_database()


def test_the_migrations_build_the_tables_as_declared(two_empty):
    opened = open_database(two_empty[0])
    with opened.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []
        migrated = shape(connection)
    opened.database.close()

    engine = create_engine(two_empty[1].replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        METADATA.create_all(connection)
        declared = shape(connection)
    engine.dispose()
    assert migrated == declared


def test_every_script_is_listed_in_its_order():
    scripts = ScriptDirectory(SCHEMA.scripts)
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == SCHEMA.revisions


def test_an_older_ledger_is_copied_and_then_upgraded(url, path, schema_of_tomorrow):
    done = upgrade(url, schema=schema_of_tomorrow())

    assert (done.before, done.after) == (SCHEMA.head, "9999")
    assert done.copy == path.with_name(f"syncd.db.before-upgrade-from-{SCHEMA.head}")
    assert done.copy.stat().st_mode & 0o777 == 0o600
    with Ledger.open(f"sqlite:///{done.copy}") as before:
        assert before.items() == [an_item(link=a_link())]


def test_rebuilding_a_table_loses_no_row_that_points_to_it(url, path, schema_of_tomorrow):
    upgrade(url, schema=schema_of_tomorrow())

    with closing(sqlite3.connect(path)) as connection:
        counts = [connection.execute(f"SELECT count(*) FROM {t}").fetchone() for t in ("items", "links", "link_fields")]
        assert counts == [(1,), (1,), (2,)]
        assert connection.execute("SELECT note FROM documents").fetchall() == [(None,)]


def test_an_upgrade_that_fails_changes_nothing(url, path, schema_of_tomorrow):
    schema = schema_of_tomorrow(more='op.execute("INSERT INTO nowhere VALUES (1)")')
    with pytest.raises(Exception, match="no such table: nowhere"):
        upgrade(url, schema=schema)

    with Ledger.open(url) as ledger:
        assert ledger.items() == [an_item(link=a_link())]


def test_an_upgrade_that_leaves_rows_pointing_nowhere_changes_nothing(url, path, schema_of_tomorrow):
    with pytest.raises(LedgerError, match="was left as it was"):
        upgrade(url, schema=schema_of_tomorrow(more='op.execute("DELETE FROM items")'))

    with Ledger.open(url) as ledger:
        assert ledger.items() == [an_item(link=a_link())]


def test_a_second_upgrade_keeps_the_copy_of_the_first(url, path, schema_of_tomorrow):
    schema = schema_of_tomorrow()
    earlier = path.with_name(f"syncd.db.before-upgrade-from-{SCHEMA.head}")
    earlier.write_text("kept")

    done = upgrade(url, schema=schema)

    assert earlier.read_text() == "kept"
    assert done.copy == path.with_name(f"syncd.db.before-upgrade-from-{SCHEMA.head}-2")


def test_foreign_keys_are_watched_again_after_an_upgrade(url, path, schema_of_tomorrow):
    opened = open_database(url, schema=schema_of_tomorrow())
    with opened.database.writing() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    opened.database.close()


def test_a_ready_ledger_is_not_upgraded(url, path):
    done = upgrade(url)
    assert (done.before, done.after, done.copy) == (SCHEMA.head, SCHEMA.head, None)
    assert [file.name for file in path.parent.iterdir()] == ["syncd.db"]


def test_a_new_ledger_needs_no_copy(url):
    done = upgrade(url)
    assert (done.before, done.after, done.copy) == (None, SCHEMA.head, None)


@pytest.mark.parametrize("readonly", [False, True])
def test_a_ledger_of_a_newer_version_is_refused_and_left_alone(url, path, readonly):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()

    with pytest.raises(LedgerError, match=r"newer syncd \(its version is 9999.*install that version again"):
        Ledger.open(url, readonly=readonly)

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]


def test_an_older_ledger_is_not_read_but_told_to_upgrade(url, path, schema_of_tomorrow):
    with pytest.raises(LedgerError, match=r"older version .* run `syncd db upgrade` first"):
        open_database(url, readonly=True, schema=schema_of_tomorrow())


def test_a_ledger_that_was_never_written_can_be_finished(url):
    path = database_path(url)
    path.parent.mkdir()
    path.touch()
    with Ledger.open(url) as ledger:
        ledger.remember(a_document(), [], at=AT)
