"""What README.md says of copies in PostgreSQL, done: nothing is lost, and nothing is made twice."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess

import pytest

from tests.cli.command import process
from tests.deploy.place import CHECKOUT, DEPLOY

CONFIGURATION = """
database = "env:LEDGER"

[teams.payments]

[[teams.payments.sources]]
kind = "folder"
path = "docs"

[teams.payments.trackers.files]
kind = "folder"
path = "tickets"
"""


@pytest.fixture
def place(tmp_path):
    """Three postmortems and a configuration."""
    shutil.copytree(CHECKOUT / "config/samples", tmp_path / "docs")
    (tmp_path / "syncd.toml").write_text(CONFIGURATION)
    return tmp_path


def client(server, name):
    """A program of the server's own version, beside it."""
    return (server.programs / "postgres").resolve().with_name(name)


def told(program):
    """The options that the README gives a program, without those that say where the database is."""
    (line,) = re.findall(rf"{program} (--[^']+)'", (DEPLOY / "README.md").read_text())
    return [word for word in shlex.split(line) if word.startswith("--")]


def test_a_ledger_brought_back_from_pg_dump_goes_on_where_it_was(place, postgres_server):
    before, after = postgres_server.new_database(), postgres_server.new_database()
    assert process("reconcile", "--quiet", cwd=place, LEDGER=before).code == 0
    status = process("status", "--json", cwd=place, LEDGER=before).json
    dump = place / "syncd.dump"
    with dump.open("wb") as copy:
        subprocess.run([client(postgres_server, "pg_dump"), *told("pg_dump"), before], stdout=copy, check=True)
    # Into a ledger that another syncd has begun, as it is after a new installation.
    assert process("db", "upgrade", cwd=place, LEDGER=after).code == 0
    restore = [client(postgres_server, "pg_restore"), *told("pg_restore"), f"--dbname={after}", dump]
    subprocess.run(restore, check=True, capture_output=True)
    assert process("status", "--json", cwd=place, LEDGER=after).json == status
    assert process("plan", "--detailed-exitcode", cwd=place, LEDGER=after).code == 0


def test_an_empty_ledger_makes_no_second_ticket(place, postgres_server):
    assert process("reconcile", "--quiet", cwd=place, LEDGER=postgres_server.new_database()).code == 0
    tickets = sorted((place / "tickets").glob("T-*.md"))
    again = postgres_server.new_database()
    process("reconcile", "--quiet", cwd=place, LEDGER=again)
    process("reconcile", "--quiet", cwd=place, LEDGER=again)
    assert sorted((place / "tickets").glob("T-*.md")) == tickets
    assert process("plan", "--detailed-exitcode", cwd=place, LEDGER=again).code == 0
