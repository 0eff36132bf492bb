from __future__ import annotations

import pytest

from tests.cli.command import FIRST_ROW
from tests.cli.shapes import CANDIDATES, hold


@pytest.fixture
def theirs(here, docs):
    """A ticket that a person wrote before syncd came, of the same title as the first row."""
    folder = here / ".syncd" / "tickets"
    folder.mkdir(parents=True)
    text = "---\nkey: T-7\ntitle: Add an alert on pool use above 75%\nstatus: open\n---\n"
    (folder / "T-7.md").write_text(text, encoding="utf-8")
    return here


def test_it_prints_the_command_that_links_what_people_made(syncd, theirs):
    said = syncd("plan", "--adopt", "--source", "docs")
    assert said.code == 0
    first, _, summary, _ = said.out.splitlines()
    assert first.startswith(f"? docs/a.md:{FIRST_ROW}  may be T-7 “Add an alert on pool use above 75%”")
    assert summary == "1 of 2 new tickets may be there already."
    command = first[first.index("`") + 1 : first.rindex("`")]
    assert syncd(*command.split()[1:]).code == 0
    done = syncd("reconcile", "--source", "docs", "--json").json
    assert [(c["change"], c["ticket"]) for c in done["changes"] if c["change"] in ("create", "adopt")] == [
        ("adopt", "T-7"),
        ("create", "T-8"),
    ]


def test_it_changes_nothing(syncd, theirs):
    before = sorted(path.name for path in theirs.rglob("*"))
    syncd("plan", "--adopt", "--source", "docs")
    assert sorted(path.name for path in theirs.rglob("*")) == before


def test_where_nothing_looks_like_the_new_rows_it_says_so(syncd, docs):
    said = syncd("plan", "--adopt", "--source", "docs")
    assert (said.code, said.out) == (0, "0 of 2 new tickets may be there already.\n")


def test_its_json_has_the_documented_shape(syncd, theirs):
    said = syncd("plan", "--adopt", "--source", "docs", "--json")
    hold(said.json, CANDIDATES)
    [candidate] = said.json["candidates"]
    assert (candidate["ticket"], candidate["line"]) == ("T-7", FIRST_ROW)
    assert candidate["command"] == f"syncd link {candidate['item']} T-7 --source docs"
