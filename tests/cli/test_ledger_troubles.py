"""Commands that meet a ledger they cannot use say so, and what to do; `syncd db`."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest


@pytest.fixture
def ledger(docs, here, syncd):
    """The ledger after a first pass."""
    syncd("reconcile", "--source", "docs")
    return here / ".syncd/syncd.db"


def set_version(ledger, version):
    with closing(sqlite3.connect(ledger)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = ?", (version,))


EVERY_COMMAND = (
    ["plan", "--source", "docs"],
    ["reconcile", "--source", "docs"],
    ["status"],
    ["explain", "T-1"],
    ["unlink", "T-1"],
    ["db", "upgrade"],
)


@pytest.mark.parametrize("command", EVERY_COMMAND, ids=" ".join)
def test_a_ledger_of_a_newer_version_is_refused(ledger, syncd, command):
    set_version(ledger, "9999")
    said = syncd(*command)
    assert (said.code, said.out) == (1, "")
    assert "was upgraded by a newer syncd" in said.err
    assert "install that version again" in said.err


@pytest.mark.parametrize("command", EVERY_COMMAND, ids=" ".join)
def test_a_file_that_is_no_ledger_is_refused(docs, here, syncd, command):
    (here / ".syncd").mkdir()
    (here / ".syncd/syncd.db").write_text("these are my notes, " * 100, encoding="utf-8")
    said = syncd(*command)
    assert (said.code, said.out) == (1, "")
    assert "is no SQLite database" in said.err
    assert (here / ".syncd/syncd.db").read_text(encoding="utf-8").startswith("these are my notes")


def test_a_ledger_that_cannot_be_made_stops_the_pass_before_any_ticket(docs, here, syncd):
    (here / ".syncd").write_text("a file in its place", encoding="utf-8")
    said = syncd("reconcile", "--source", "docs")
    assert (said.code, said.out) == (1, "")
    assert ".syncd" in said.err
    assert "Traceback" not in said.err


def test_a_backup_restores_what_was(ledger, here, syncd):
    assert syncd("db", "backup", "copy.db").out == "The ledger was copied to copy.db.\n"
    assert syncd("db", "backup", "copy.db").code == 1, "never over a file that exists"
    syncd("ignore", "T-1", "--reason", "no")
    restored = syncd("db", "restore", "copy.db")
    assert restored.code == 0
    assert restored.out.splitlines()[0] == "The ledger was restored from copy.db."
    assert restored.out.splitlines()[1].startswith(f"What it replaced is kept as {ledger}")
    assert syncd("explain", "T-1", "--json").json["ignored"] is None


def test_an_upgrade_says_what_it_did(ledger, syncd):
    assert syncd("db", "upgrade").out == "The ledger is up to date.\n"
    assert syncd("db", "upgrade", "--quiet").out == ""


def test_a_lost_ledger_is_restored_where_it_was(ledger, syncd, here):
    syncd("db", "backup", "copy.db")
    for file in ledger.parent.glob("syncd.db*"):
        file.unlink()
    assert syncd("db", "restore", "copy.db", "--source", "docs").code == 0
    assert syncd("explain", "T-1").code == 0
