from __future__ import annotations

import csv
import io

from syncd.render.spreadsheet import HEADER
from tests.cli.command import document, row


def rows(said):
    assert (said.code, said.err) == (0, "")
    return list(csv.DictReader(io.StringIO(said.out)))


def test_the_items_are_a_table_for_spreadsheets(syncd, docs):
    syncd("reconcile", "--source", "docs")
    found = rows(syncd("status", "--csv", "--source", "docs"))
    assert tuple(found[0]) == HEADER
    assert [(r["action"], r["owner"], r["state"], r["ticket"]) for r in found] == [
        ("Add an alert on pool use above 75%", "Platform Team", "open", "T-1"),
        ("Freeze deploys around peak events", "Eng Leadership", "open", "T-2"),
    ]


def test_no_cell_is_a_formula(syncd, docs):
    (docs / "b.md").write_text(document(row(1, "=HYPERLINK(1)", owner="@evil")), encoding="utf-8")
    syncd("reconcile", "--source", "docs")
    [found] = [r for r in rows(syncd("status", "--csv", "--source", "docs")) if "HYPERLINK" in r["action"]]
    assert (found["action"], found["owner"]) == ("'=HYPERLINK(1)", "'@evil")


def test_restricted_postmortems_are_counted_and_not_named(syncd, docs):
    text = "---\nrestricted: true\n---\n" + document(row(1, "Close the hole"))
    (docs / "secret.md").write_text(text, encoding="utf-8")
    syncd("reconcile", "--source", "docs")
    said = syncd("status", "--csv", "--source", "docs")
    assert "Close" not in said.out
    assert said.err == "1 open item of restricted postmortems left out.\n"


def test_one_team_and_one_form_at_a_time(syncd, docs):
    syncd("reconcile", "--source", "docs")
    assert len(rows(syncd("status", "--csv", "--team", "default", "--source", "docs"))) == 2
    assert syncd("status", "--csv", "--team", "nobody", "--source", "docs").code == 2
    assert syncd("status", "--csv", "--json", "--source", "docs").code == 2
