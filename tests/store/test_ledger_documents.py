from __future__ import annotations

import pytest
from ledger_values import AT, LATER, SOURCE, TRACKER, a_document, a_link, an_event, an_item, remember

from syncd.core.model import Disposition, EffectKind, ThreeWay
from syncd.errors import LedgerError
from syncd.store.records import Counts


def test_documents_come_by_key_and_of_one_source_only(ledger):
    ledger.remember(a_document("a.md"), [], at=AT)
    ledger.remember(a_document("b.md", gone=True), [], at=AT)
    ledger.remember(a_document("c.md", source="git:elsewhere"), [], at=AT)

    assert ledger.documents(SOURCE) == {"a.md": a_document("a.md"), "b.md": a_document("b.md", gone=True)}
    assert [document.key for document in ledger.all_documents()] == ["a.md", "b.md", "c.md"]


def test_a_document_is_first_seen_once(ledger):
    ledger.remember(a_document(first_seen=None), [], at=AT)
    ledger.remember(a_document(first_seen=None, revision="r2"), [], at=LATER)

    (document,) = ledger.all_documents()
    assert (document.first_seen, document.revision) == (AT, "r2")


def test_a_document_is_first_finished_when_it_first_is(ledger):
    def finished_at():
        return ledger.all_documents()[0].first_finished

    ledger.remember(a_document(finished=False), [], at=AT)
    assert finished_at() is None
    ledger.remember(a_document(finished=True), [], at=LATER)
    assert finished_at() == LATER
    ledger.remember(a_document(finished=False), [], at=LATER)
    ledger.remember(a_document(finished=True, first_finished=AT), [], at=LATER)
    assert finished_at() == LATER


def test_remembering_items_leaves_the_others_and_all_links_alone(ledger):
    first, second = an_item("00000001", link=a_link()), an_item("00000002", line=41)
    remember(ledger, first, second)

    ledger.remember(a_document(), [an_item("00000001", action="Reworded")], at=LATER)

    assert ledger.items() == [an_item("00000001", action="Reworded", link=a_link()), second]


def test_what_a_person_ignored_stays_ignored_when_the_document_is_read_again(ledger):
    remember(ledger, an_item())
    ledger.ignore("00000001", "done by hand", at=AT)

    ledger.remember(a_document(), [an_item(ignored=None)], at=LATER)

    assert ledger.item("00000001").ignored == "done by hand"


def test_many_documents_are_remembered_in_one_transaction_or_not_at_all(ledger):
    stray = an_item("00000002", document="unknown.md")
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        ledger.remember_many([(a_document("a.md"), [an_item()]), (a_document("b.md"), [stray])], at=AT)
    assert ledger.all_documents() == []

    ledger.remember_many([(a_document("a.md"), [an_item()]), (a_document("b.md"), [])], at=AT, events=[an_event()])
    assert len(ledger.all_documents()) == 2
    assert ledger.events() == [an_event()]


def test_remembering_nothing_is_nothing(ledger):
    ledger.remember_many([], at=AT)
    ledger.set_clean({})
    ledger.mark_gone([], AT)
    ledger.save_links([], AT)
    assert ledger.all_documents() == []


def test_items_come_in_the_order_of_document_and_line(ledger):
    remember(ledger, an_item("00000003", document="b.md"))
    remember(ledger, an_item("00000002", line=50), an_item("00000001", line=60))

    assert [item.id for item in ledger.items()] == ["00000002", "00000001", "00000003"]
    assert [item.id for item in ledger.items(["b.md", "no.md"])] == ["00000003"]
    assert ledger.items([]) == []


def test_more_documents_can_be_asked_for_than_fit_one_list(ledger):
    keys = [f"{n}.md" for n in range(1201)]
    ledger.remember_many([(a_document(k), [an_item(f"{n:08x}", document=k)]) for n, k in enumerate(keys)], at=AT)

    assert {item.document for item in ledger.items(keys)} == set(keys)


def test_detached_items_are_remembered_with_their_links(ledger):
    detached = an_item(disposition=Disposition.DETACHED, link=a_link())
    remember(ledger, detached)

    assert ledger.item("00000001") == detached
    assert ledger.item("ffffffff") is None


def test_items_are_found_by_the_key_of_their_ticket(ledger):
    remember(
        ledger, an_item("00000001", link=a_link(key="OPS-1")), an_item("00000002", link=a_link("00000002", key="OPS-2"))
    )

    assert [item.id for item in ledger.find_items("OPS-2")] == ["00000002"]
    assert ledger.find_items("OPS-3") == []


@pytest.mark.parametrize(
    ("document", "disposition", "stands"),
    [
        ({"clean": "r1"}, Disposition.BLOCKED, True),
        ({"clean": "r1"}, Disposition.IGNORED, True),
        ({"clean": "r1"}, Disposition.PENDING, True),
        ({"clean": "r1"}, Disposition.LINKED, False),
        ({"clean": "r1"}, Disposition.DETACHED, False),
        ({"clean": None}, Disposition.BLOCKED, False),
        ({"clean": "r1", "gone": True}, Disposition.BLOCKED, False),
        ({"clean": "r1", "source": "git:elsewhere"}, Disposition.BLOCKED, False),
    ],
)
def test_what_stands_is_said_again_without_reading(ledger, document, disposition, stands):
    remember(ledger, an_item(disposition=disposition), **document)

    assert [item.id for item in ledger.standing(SOURCE)] == (["00000001"] if stands else [])


def test_what_stands_keeps_its_link(ledger):
    item = an_item(disposition=Disposition.BLOCKED, link=a_link())
    remember(ledger, item, clean="r1")

    assert ledger.standing(SOURCE) == [item]


def test_tracked_items_have_a_ticket_and_a_row(ledger):
    done = {"state": ThreeWay("done", "done", "done")}
    remember(
        ledger,
        an_item("00000001", link=a_link("00000001")),
        an_item("00000002", link=a_link("00000002", fields=done)),
        an_item("00000003", link=a_link("00000003", fields={})),
        an_item("00000004", link=a_link("00000004", fields=done), disposition=Disposition.DETACHED),
        an_item("00000005"),
    )

    assert ledger.counts(SOURCE) == Counts(tracked=3, done=1)
    assert ledger.counts("git:elsewhere") == Counts(tracked=0, done=0)


def test_a_clean_document_is_clean_until_told_otherwise(ledger):
    ledger.remember_many([(a_document("a.md"), []), (a_document("b.md"), [])], at=AT)

    ledger.set_clean({"a.md": "r1 s1", "b.md": "r1 s1"})
    ledger.set_clean({"a.md": None})

    assert {key: document.clean for key, document in ledger.documents(SOURCE).items()} == {
        "a.md": None,
        "b.md": "r1 s1",
    }


def test_a_document_that_is_gone_is_remembered_and_may_come_back(ledger):
    remember(ledger, an_item(), clean="r1")

    ledger.mark_gone(["a.md"], AT)
    assert ledger.documents(SOURCE) == {"a.md": a_document(gone=True, clean=None)}
    assert len(ledger.items()) == 1

    ledger.remember(a_document(), [], at=LATER)
    assert ledger.documents(SOURCE) == {"a.md": a_document()}


def test_a_renamed_document_takes_items_links_and_effects_along(ledger):
    remember(ledger, an_item(link=a_link()), finished=True)
    effect = ledger.prepare(EffectKind.UPDATE, document="a.md", item_id="00000001", payload={}, at=AT)

    ledger.move_document("a.md", a_document("b.md", finished=True, first_seen=None), at=LATER)

    assert ledger.documents(SOURCE) == {"b.md": a_document("b.md", finished=True, first_finished=AT)}
    assert ledger.items() == [an_item(document="b.md", link=a_link())]
    assert [(e.id, e.document) for e in ledger.effects()] == [(effect.id, "b.md")]


def test_a_rename_replaces_what_the_new_key_had_when_that_has_no_items(ledger):
    remember(ledger, an_item())
    ledger.remember(a_document("b.md", title="Seen before the rename was noticed", first_seen=LATER), [], at=LATER)

    ledger.move_document("a.md", a_document("b.md"), at=LATER)

    assert ledger.documents(SOURCE) == {"b.md": a_document("b.md")}


def test_a_rename_never_mixes_the_items_of_two_documents(ledger):
    remember(ledger, an_item("00000001"))
    remember(ledger, an_item("00000002", document="b.md"))

    with pytest.raises(LedgerError, match="items of that one already"):
        ledger.move_document("a.md", a_document("b.md"), at=LATER)
    with pytest.raises(LedgerError, match=r"no document 'no\.md'"):
        ledger.move_document("no.md", a_document("c.md"), at=LATER)

    assert {item.document for item in ledger.items()} == {"a.md", "b.md"}


def test_tickets_are_the_same_only_within_one_tracker(ledger):
    remember(ledger, an_item("00000001", link=a_link(ticket_id="1", tracker=TRACKER)))
    remember(ledger, an_item("00000002", document="b.md", link=a_link("00000002", ticket_id="1", tracker="github:x")))

    assert ledger.documents_of(TRACKER, ["1", "2"]) == {"a.md"}
    assert {k: [i.id for i in held] for k, held in ledger.holders(TRACKER, ["1", "2"]).items()} == {"1": ["00000001"]}
