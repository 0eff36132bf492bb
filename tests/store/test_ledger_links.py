from __future__ import annotations

from ledger_values import AT, LATER, TRACKER, a_link, an_event, an_item, remember

from syncd.core.model import EffectKind, EffectState, Presence, ThreeWay


def test_a_saved_link_replaces_the_one_before_with_all_its_fields(ledger):
    remember(ledger, an_item(link=a_link()))
    moved = a_link(ticket_id="10002", key="WEB-9", presence=Presence.DELETED, fields={"title": ThreeWay("a", "b", "c")})

    ledger.save_link(moved, LATER, events=[an_event(field="key", before="OPS-1", after="WEB-9")])

    assert ledger.item("00000001").link == moved
    assert [event.after for event in ledger.events("00000001")] == ["WEB-9"]


def test_an_unlinked_item_has_no_link_and_may_get_it_again(ledger):
    remember(ledger, an_item(link=a_link()))

    ledger.unlink("00000001", events=[an_event(field="link", before="OPS-1", after=None)])

    assert ledger.item("00000001") == an_item()
    assert ledger.hand_unlinks() == {}
    assert ledger.events()[0].field == "link"
    ledger.save_link(a_link(), LATER)
    assert ledger.item("00000001").link == a_link()


def test_revisions_are_those_of_one_tracker(ledger):
    remember(
        ledger,
        an_item("00000001", link=a_link(ticket_id="1", revision="v1")),
        an_item("00000002", link=a_link("00000002", ticket_id="2", revision="v7")),
        an_item("00000003", link=a_link("00000003", ticket_id="3", tracker="github:x")),
    )

    assert ledger.revisions(TRACKER) == {"1": "v1", "2": "v7"}


def test_a_ticket_that_two_items_saw_differently_is_read_again(ledger):
    remember(
        ledger,
        an_item("00000001", link=a_link(revision="v1")),
        an_item("00000002", link=a_link("00000002", revision="v2")),
    )

    assert ledger.revisions(TRACKER) == {"10001": ""}


def test_all_holders_of_a_ticket_are_named_across_documents(ledger):
    remember(ledger, an_item("00000001", link=a_link()))
    remember(ledger, an_item("00000002", document="b.md", link=a_link("00000002")))

    held = ledger.holders(TRACKER, ["10001"])

    assert [item.id for item in held["10001"]] == ["00000001", "00000002"]
    assert held["10001"][0].link == a_link()


def test_markers_are_known_from_links_and_from_effects_in_any_state(ledger):
    remember(ledger, an_item("00000001", link=a_link(marker="aaaa")), an_item("00000002"))
    ended = ledger.prepare(
        EffectKind.CREATE, document="a.md", item_id="00000002", tracker=TRACKER, marker="bbbb", payload={}, at=AT
    )
    ledger.close(ended.id, EffectState.ENDED, reason="its row is gone", at=AT)

    assert ledger.markers(TRACKER, ["aaaa", "bbbb", "cccc"]) == {"aaaa", "bbbb"}
    assert ledger.markers("github:x", ["aaaa", "bbbb"]) == set()


def test_many_tickets_can_be_asked_for_at_once(ledger):
    remember(
        ledger, *(an_item(f"{n:08x}", link=a_link(f"{n:08x}", ticket_id=str(n), marker=str(n))) for n in range(1201))
    )
    asked = [str(n) for n in range(1500)]

    assert len(ledger.holders(TRACKER, asked)) == 1201
    assert len(ledger.markers(TRACKER, asked)) == 1201
    assert ledger.documents_of(TRACKER, asked) == {"a.md"}
