from __future__ import annotations

import pytest
from ledger_values import AT, LATER, TRACKER, a_link, an_event, an_item, remember
from sqlalchemy.exc import IntegrityError

from syncd.core.model import Effect, EffectKind, EffectState
from syncd.errors import LedgerError, UnderWay


@pytest.fixture
def items(ledger):
    remember(ledger, an_item("00000001"), an_item("00000002"))


def prepare(ledger, item_id="00000001", kind=EffectKind.CREATE, **given):
    values = {"document": "a.md", "tracker": TRACKER, "marker": "0123456789ab", "payload": {"title": "x"}, "at": AT}
    return ledger.prepare(kind, item_id=item_id, **(values | given))


@pytest.mark.usefixtures("items")
def test_a_prepared_effect_is_what_was_asked_for(ledger):
    effect = prepare(ledger, payload={"title": "Add an alert", "labels": ["a", "b"], "due": None})

    assert effect == Effect(
        id=effect.id,
        kind=EffectKind.CREATE,
        state=EffectState.PREPARED,
        document="a.md",
        prepared_at=AT,
        item_id="00000001",
        tracker=TRACKER,
        marker="0123456789ab",
        payload={"title": "Add an alert", "labels": ["a", "b"], "due": None},
    )
    assert ledger.effects() == [effect]


@pytest.mark.usefixtures("items")
def test_an_effect_of_a_whole_document_needs_no_item(ledger):
    first = prepare(ledger, None, EffectKind.WRITE_BACK, tracker=None, marker=None)
    second = prepare(ledger, None, EffectKind.WRITE_BACK, tracker=None, marker=None)

    assert ledger.effects(open_only=True) == [first, second]


@pytest.mark.usefixtures("items")
def test_each_attempt_is_counted_and_starts_its_look_ups_anew(ledger):
    effect = prepare(ledger)
    ledger.sent(effect.id, AT)
    ledger.close(effect.id, EffectState.UNKNOWN, reason="timed out", at=AT)
    ledger.looked(effect.id, AT)
    ledger.looked(effect.id, LATER)
    (looked,) = ledger.effects()
    assert (looked.state, looked.attempts, looked.look_ups, looked.sent_at) == (EffectState.UNKNOWN, 1, 2, AT)

    ledger.sent(effect.id, LATER)
    (again,) = ledger.effects()
    assert (again.state, again.attempts, again.look_ups, again.sent_at) == (EffectState.SENT, 2, 0, LATER)


@pytest.mark.usefixtures("items")
def test_what_was_not_sent_waits_until_it_may_be_tried_again(ledger):
    effect = prepare(ledger)
    ledger.sent(effect.id, AT)

    ledger.close(effect.id, EffectState.PREPARED, reason="429", at=AT, not_before=LATER)
    (waiting,) = ledger.effects(open_only=True)
    assert (waiting.state, waiting.reason, waiting.not_before, waiting.ended_at) == (
        EffectState.PREPARED,
        "429",
        LATER,
        None,
    )

    ledger.sent(effect.id, LATER)
    assert ledger.effects()[0].not_before is None


@pytest.mark.usefixtures("items")
@pytest.mark.parametrize("state", [EffectState.REFUSED, EffectState.ENDED, EffectState.DONE])
def test_a_closed_effect_is_closed_for_good(ledger, state):
    effect = prepare(ledger)
    ledger.close(effect.id, state, reason="so it is", at=LATER)

    (closed,) = ledger.effects()
    assert (closed.state, closed.reason, closed.ended_at) == (state, "so it is", LATER)
    assert ledger.effects(open_only=True) == []
    for change in (
        lambda: ledger.sent(effect.id, LATER),
        lambda: ledger.looked(effect.id, LATER),
        lambda: ledger.done(effect.id, LATER, link=a_link()),
        lambda: ledger.close(effect.id, EffectState.PREPARED, reason="", at=LATER),
    ):
        with pytest.raises(LedgerError, match="not open"):
            change()
    assert ledger.effects() == [closed]
    assert ledger.item("00000001").link is None


@pytest.mark.usefixtures("items")
@pytest.mark.parametrize("state", [EffectState.PREPARED, EffectState.SENT, EffectState.UNKNOWN])
def test_an_item_has_at_most_one_open_create(ledger, state):
    effect = prepare(ledger)
    ledger.close(effect.id, state, reason="", at=AT)

    with pytest.raises(LedgerError, match="Item 00000001 has a create under way"):
        prepare(ledger)
    prepare(ledger, "00000002")
    prepare(ledger, "00000001", EffectKind.UPDATE)

    assert len(ledger.effects(open_only=True)) == 3


@pytest.mark.usefixtures("items")
@pytest.mark.parametrize("state", [EffectState.REFUSED, EffectState.ENDED, EffectState.DONE])
def test_after_its_end_another_create_may_begin(ledger, state):
    ledger.close(prepare(ledger).id, state, reason="", at=AT)

    assert prepare(ledger).state is EffectState.PREPARED


def test_an_effect_for_an_item_that_was_never_remembered_is_a_bug(ledger):
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        prepare(ledger, "ffffffff")


@pytest.mark.usefixtures("items")
def test_done_writes_link_and_events_in_the_same_transaction(ledger):
    effect = prepare(ledger)
    ledger.sent(effect.id, AT)
    event = an_event(field="link", before=None, after="OPS-1")

    with pytest.raises(IntegrityError):
        ledger.done(effect.id, LATER, link=a_link(), events=[an_event("ffffffff")])
    assert ledger.effects()[0].state is EffectState.SENT
    assert ledger.item("00000001").link is None

    ledger.done(effect.id, LATER, link=a_link(), events=[event])
    (done,) = ledger.effects()
    assert (done.state, done.ended_at) == (EffectState.DONE, LATER)
    assert ledger.item("00000001").link == a_link()
    assert ledger.events() == [event]


@pytest.mark.usefixtures("items")
def test_effects_can_be_asked_for_by_document_and_item(ledger):
    remember(ledger, an_item("00000003", document="b.md"))
    one, two = prepare(ledger, "00000001"), prepare(ledger, "00000002")
    three = prepare(ledger, "00000003", document="b.md")
    ledger.close(two.id, EffectState.REFUSED, reason="no", at=AT)

    assert [e.id for e in ledger.effects(documents=["b.md", "a.md"])] == [one.id, two.id, three.id]
    assert [e.id for e in ledger.effects(documents=["a.md"], open_only=True)] == [one.id]
    assert [e.id for e in ledger.effects(item_id="00000003")] == [three.id]
    assert ledger.effects(documents=[]) == []


@pytest.mark.usefixtures("items")
def test_the_last_refusal_of_an_item_counts_until_a_later_create(ledger):
    first = prepare(ledger, "00000001")
    ledger.close(first.id, EffectState.REFUSED, reason="first no", at=AT)
    second = prepare(ledger, "00000001")
    ledger.close(second.id, EffectState.REFUSED, reason="second no", at=AT)
    ledger.close(prepare(ledger, "00000002").id, EffectState.REFUSED, reason="no", at=AT)
    ledger.close(prepare(ledger, "00000002", EffectKind.UPDATE).id, EffectState.DONE, reason="", at=AT)

    refusals = ledger.last_refusals(["a.md"], EffectKind.CREATE)
    assert {item_id: effect.reason for item_id, effect in refusals.items()} == {
        "00000001": "second no",
        "00000002": "no",
    }
    assert ledger.last_refusals(["b.md"], EffectKind.CREATE) == {}

    prepare(ledger, "00000001")
    assert set(ledger.last_refusals(["a.md"], EffectKind.CREATE)) == {"00000002"}


def test_no_create_is_begun_for_an_item_that_got_its_ticket_meanwhile(ledger):
    remember(ledger, an_item(link=a_link()))
    with pytest.raises(UnderWay, match="got its ticket from another process"):
        prepare(ledger, "00000001")
    assert ledger.effects() == []
