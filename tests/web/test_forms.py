"""JSON and CSV beside the pages."""

from __future__ import annotations

import csv
import io

import pytest

from syncd.render.spreadsheet import HEADER, neutral
from tests.cli.shapes import EXPLANATION, hold
from tests.web.samples import SAMPLES, some_late
from tests.web.shapes import ERROR, POSTMORTEM, STATUS
from tests.web.world import row


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_status_has_its_shape(sample):
    asked = SAMPLES[sample]().client()
    for path in ("/status.json", "/?format=json", "/?format=json&state=open"):
        answer = asked.get(path)
        assert answer.headers["content-type"] == "application/json"
        hold(answer.json(), STATUS)


def test_a_postmortem_and_an_item_have_their_shapes():
    asked = some_late().client()
    for sheet in asked.get("/status.json").json()["postmortems"]:
        name = sheet["postmortem"]
        hold(asked.get(f"/postmortems/{name}.json").json(), POSTMORTEM)
        assert asked.get(f"/postmortems/{name}?format=json").json() == asked.get(f"/postmortems/{name}.json").json()
    explained = asked.get("/items/00000001.json").json()
    explained["finished_why"] = explained["finished_why"] or "said by no test"
    hold(explained, EXPLANATION)


def test_numbers_and_lists_agree():
    status = some_late().client().get("/status.json").json()
    teams = {team["team"]: team for team in status["teams"]}
    assert {name: (team["open"], team["overdue"], team["closed"]) for name, team in teams.items()} == {
        "payments": (3, 1, 2),
        "search": (3, 2, 0),
        "identity": (1, 0, 1),
    }
    late = [item for item in status["items"] if item["days_late"]]
    assert [item["days_late"] for item in late] == [12, 3, 1]
    assert sum(sheet["overdue"] for sheet in status["postmortems"]) == len(late)
    assert [bar["open"] for bar in teams["search"]["ages"]] == [0, 0, 3, 0]
    assert teams["payments"]["weeks"][-1] == {"week": "W48", "opened": 0, "closed": 2, "open": 3}


def test_the_days_that_an_item_was_due_are_listed():
    asked = some_late().client()
    [sheet] = [s for s in asked.get("/status.json").json()["postmortems"] if s["team"] == "payments"]
    [first, *_] = asked.get(f"/postmortems/{sheet['postmortem']}.json").json()["items"]
    assert (first["slips"], first["due_dates"]) == (2, ["2026-10-23", "2026-11-03", "2026-11-11"])


@pytest.mark.parametrize("path", ["/items/ffffffff.json", "/postmortems/ffffffff?format=json", "/?state=x&format=json"])
def test_what_goes_wrong_is_told_in_the_form_that_was_asked_for(world, path):
    answer = world.client().get(path)
    assert answer.status_code in (400, 404)
    hold(answer.json(), ERROR)


def test_the_csv_holds_the_items_that_were_asked_for():
    answer = some_late().client().get("/?format=csv&state=overdue")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="action-items.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert tuple(rows[0]) == HEADER
    assert [(r["team"], r["action"], r["days_late"]) for r in rows] == [
        ("payments", "Alert on queue depth above 10,000", "12"),
        ("search", "Shard the product index", "3"),
        ("search", "Page on replication lag", "1"),
    ]


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", ' "=1', "'=cmd|' /C calc'!A0", "  =1", "-", "=", "＝1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text):
    assert neutral(text)[0] not in "=+-@\t\r"


@pytest.mark.parametrize("text", ["Add an alert", "1 = 1", "a-b", "", "7", "(1)", "é", "決済"])
def test_other_cells_stay_as_they_are(text):
    assert neutral(text) == text


def test_every_cell_is_quoted_and_a_line_stays_one_row(world):
    world.postmortem("a", *(row(n, f"{text} and more", owner=text) for n, text in enumerate(FORMULAS, start=1)))
    world.postmortem("b", row(90, 'Two\nlines, "quoted"\x1b[31m', owner="=A\r\nB"))
    text = world.client().get("/status.csv").text
    lines = text.split("\r\n")
    assert lines[-1] == ""
    assert all(line.startswith('"') and line.endswith('"') for line in lines[:1])
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) == len(FORMULAS) + 2
    assert all(cell[:1] not in ("=", "+", "-", "@", "\t", "\r") for each in rows for cell in each)
    assert any('Two lines, "quoted" [31m' in each for each in rows)
    assert all(character.isprintable() or character in "\r\n" for character in text)
