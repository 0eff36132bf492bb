from __future__ import annotations

import pytest
from ledger_values import AT, LATER, SOURCE, TRACKER, a_link, an_event, an_item, remember

from syncd.core.model import Side
from syncd.errors import LedgerError
from syncd.store.records import Decision, DecisionKind

BY_HAND = an_event(field="ignored", before=None, after="not worth it", side=Side.PERSON)


@pytest.fixture(autouse=True)
def linked(ledger):
    remember(ledger, an_item(link=a_link()), clean="r1")


def test_an_ignored_item_keeps_its_reason_until_it_is_taken_back(ledger):
    ledger.ignore("00000001", "not worth it", at=AT, events=[BY_HAND])
    assert ledger.item("00000001").ignored == "not worth it"
    assert ledger.events() == [BY_HAND]

    ledger.ignore("00000001", None, at=LATER)
    assert ledger.item("00000001").ignored is None
    assert [(d.kind, d.value, d.at) for d in ledger.decisions("00000001")] == [
        (DecisionKind.IGNORE, "not worth it", AT),
        (DecisionKind.IGNORE, None, LATER),
    ]


def test_a_link_by_hand_is_pending_until_a_pass_obeyed_it(ledger):
    ledger.hand_link("00000001", "OPS-7", at=AT)
    assert ledger.hand_links() == {"00000001": "OPS-7"}

    ledger.save_link(a_link(), LATER)
    assert ledger.hand_links() == {"00000001": "OPS-7"}

    ledger.obeyed("00000001", LATER)
    assert ledger.hand_links() == {}
    assert ledger.decisions("00000001") == [
        Decision("00000001", DecisionKind.LINK, "OPS-7", tracker=None, at=AT, settled_at=LATER)
    ]


def test_the_last_link_by_hand_counts(ledger):
    ledger.hand_link("00000001", "OPS-7", at=AT)
    ledger.hand_link("00000001", "OPS-8", at=LATER)
    assert ledger.hand_links() == {"00000001": "OPS-8"}


def test_an_item_unlinked_by_hand_does_not_get_that_ticket_again(ledger):
    ledger.hand_link("00000001", "OPS-7", at=AT)

    ledger.hand_unlink("00000001", at=LATER)

    assert ledger.item("00000001").link is None
    assert ledger.hand_links() == {}
    assert ledger.hand_unlinks() == {"00000001": frozenset({(TRACKER, "10001")})}


def test_several_tickets_can_be_taken_away_from_one_item(ledger):
    ledger.hand_unlink("00000001", at=AT)
    ledger.save_link(a_link(ticket_id="10002"), AT)
    ledger.hand_unlink("00000001", at=LATER)

    assert ledger.hand_unlinks() == {"00000001": frozenset({(TRACKER, "10001"), (TRACKER, "10002")})}


def test_linking_the_same_ticket_again_overrules_the_unlink_and_only_that(ledger):
    ledger.hand_unlink("00000001", at=AT)
    ledger.save_link(a_link(ticket_id="10002"), AT)
    assert ledger.hand_unlinks() == {"00000001": frozenset({(TRACKER, "10001")})}

    ledger.save_link(a_link(), LATER)
    assert ledger.hand_unlinks() == {}


@pytest.mark.parametrize(
    "decide",
    [
        lambda ledger: ledger.ignore("00000001", "no", at=LATER),
        lambda ledger: ledger.hand_link("00000001", "OPS-7", at=LATER),
        lambda ledger: ledger.hand_unlink("00000001", at=LATER),
    ],
)
def test_after_a_decision_the_document_is_planned_again(ledger, decide):
    assert ledger.documents(SOURCE)["a.md"].clean == "r1"
    decide(ledger)
    assert ledger.documents(SOURCE)["a.md"].clean is None


@pytest.mark.parametrize(
    "decide",
    [
        lambda ledger: ledger.ignore("ffffffff", "no", at=LATER),
        lambda ledger: ledger.hand_link("ffffffff", "OPS-7", at=LATER),
        lambda ledger: ledger.hand_unlink("ffffffff", at=LATER),
    ],
)
def test_nothing_can_be_decided_about_an_unknown_item(ledger, decide):
    with pytest.raises(LedgerError, match="knows no item ffffffff"):
        decide(ledger)


def test_an_item_without_a_ticket_cannot_be_unlinked(ledger):
    ledger.unlink("00000001")
    with pytest.raises(LedgerError, match="no ticket"):
        ledger.hand_unlink("00000001", at=LATER)
