"""What README.md says of copies in PostgreSQL, done: nothing is lost, and nothing is made twice."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess

import pytest

from tests.cli.command import Syncd
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
def place(tmp_path, monkeypatch):
    """Three postmortems and a configuration, where we are."""
    shutil.copytree(CHECKOUT / "config/samples", tmp_path / "docs")
    (tmp_path / "syncd.toml").write_text(CONFIGURATION)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def syncd(capsys, monkeypatch):
    """A command on the ledger of this address."""
    main = Syncd(capsys)

    def said(ledger, *arguments):
        monkeypatch.setenv("LEDGER", ledger)
        return main(*arguments)

    return said


def client(server, name):
    """A program of the server's own version, beside it."""
    return (server.programs / "postgres").resolve().with_name(name)


def told(program):
    """The options that the README gives a program, without those that say where the database is."""
    (line,) = re.findall(rf"{program} (--[^']+)'", (DEPLOY / "README.md").read_text())
    return [word for word in shlex.split(line) if word.startswith("--")]


def test_a_ledger_brought_back_from_pg_dump_goes_on_where_it_was(place, syncd, postgres_server):
    before, after = postgres_server.new_database(), postgres_server.new_database()
    assert syncd(before, "reconcile", "--quiet").code == 0
    status = syncd(before, "status", "--json").json
    dump = place / "syncd.dump"
    with dump.open("wb") as copy:
        subprocess.run([client(postgres_server, "pg_dump"), *told("pg_dump"), before], stdout=copy, check=True)
    # Into a ledger that another syncd has begun, as it is after a new installation.
    assert syncd(after, "db", "upgrade").code == 0
    restore = [client(postgres_server, "pg_restore"), *told("pg_restore"), f"--dbname={after}", dump]
    subprocess.run(restore, check=True, capture_output=True)
    assert syncd(after, "status", "--json").json == status
    assert syncd(after, "plan", "--detailed-exitcode").code == 0


def test_an_empty_ledger_makes_no_second_ticket(place, syncd, postgres_server):
    assert syncd(postgres_server.new_database(), "reconcile", "--quiet").code == 0
    tickets = sorted((place / "tickets").glob("T-*.md"))
    again = postgres_server.new_database()
    syncd(again, "reconcile", "--quiet")
    syncd(again, "reconcile", "--quiet")
    assert sorted((place / "tickets").glob("T-*.md")) == tickets
    assert syncd(again, "plan", "--detailed-exitcode").code == 0
