"""A source is acted upon by itself once somebody looked, or said so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syncd.contact import let_act, may_act
from syncd.store.ledger import Ledger
from tests.line import Line, table

NOW = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture
def ledger():
    with Ledger.open("sqlite://") as ledger:
        yield ledger


def test_nobody_acts_for_a_source_that_nobody_met(ledger):
    assert not may_act(ledger, "folder:/srv/a")


def test_what_a_person_let_be_acted_upon_stays_so_and_no_other_place_does(ledger):
    let_act(ledger, "folder:/srv/a", at=NOW, by="ada")
    let_act(ledger, "folder:/srv/a", at=NOW, by="somebody else")
    assert may_act(ledger, "folder:/srv/a")
    assert not may_act(ledger, "folder:/srv/b")
    assert ledger.meta("may act: folder:/srv/a") == "2026-11-02T00:00:00+00:00 ada"


def test_a_source_whose_documents_a_pass_has_kept_was_met(tmp_path):
    line = Line(tmp_path)
    line.write("a.md", table("| 1 | Add an alert | Core | | Open |"))
    [location] = {source.source.location for source in line.application().teams[0].sources}
    assert not may_act(line.ledger, location)
    line.run()
    assert may_act(line.ledger, location)
    line.ledger.dispose()
