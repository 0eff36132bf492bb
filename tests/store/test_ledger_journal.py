from __future__ import annotations

import re

import pytest
from ledger_values import AT, LATER, an_event, an_item, remember

from syncd.errors import LedgerError
from syncd.store.records import PassRecord


def test_a_pass_begins_and_ends(ledger):
    pass_id = ledger.begin_pass(AT, "payments")
    assert re.fullmatch("[0-9a-f]{8}", pass_id)
    under_way = PassRecord(pass_id, "payments", AT, None, None, None, None, {})
    assert ledger.passes(10) == [under_way]

    ledger.end_pass(pass_id, LATER, outcome="done", plan_hash="abc", brake="too many", counts={"create": 3})
    assert ledger.passes(10) == [PassRecord(pass_id, "payments", AT, LATER, "done", "abc", "too many", {"create": 3})]


def test_the_newest_passes_come_first(ledger):
    ids = [ledger.begin_pass(AT) for _ in range(4)]

    assert [record.id for record in ledger.passes(3)] == ids[:0:-1]
    assert ledger.passes(1)[0].team is None


def test_an_unknown_pass_cannot_end(ledger):
    with pytest.raises(LedgerError, match="no pass"):
        ledger.end_pass("ffffffff", AT, outcome="done", counts={})


def test_events_come_in_the_order_in_which_they_happened(ledger):
    remember(ledger, an_item("00000001"), an_item("00000002"))
    late, early, other = an_event(at=LATER), an_event(at=AT), an_event("00000002", at=LATER)
    ledger.unlink("00000001", events=[late, early, other])

    assert ledger.events() == [early, late, other]
    assert ledger.events("00000001") == [early, late]
    assert ledger.events(since=LATER) == [late, other]
    assert ledger.events("00000002", since=LATER) == [other]


def test_an_approval_lets_one_plan_through(ledger):
    assert not ledger.approved("abc")
    ledger.approve("abc", AT, by="ana")
    ledger.approve("abc", LATER, by="ben")
    assert ledger.approved("abc")
    assert not ledger.approved("abd")


def test_named_values_are_kept(ledger):
    assert ledger.meta("etag") is None
    ledger.put_meta("etag", "1")
    ledger.put_meta("etag", "")
    assert ledger.meta("etag") == ""


def test_a_value_made_once_stays(ledger):
    assert ledger.put_meta_once("instance", "first") == "first"
    assert ledger.put_meta_once("instance", "second") == "first"
    assert ledger.meta("instance") == "first"
