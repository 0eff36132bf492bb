"""Plans over several documents: renames, copies, tickets that the ledger lost, rows that cannot be told apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.core.change import plan_hash
from syncd.core.model import Disposition, State
from tests.core.planning import (
    DEFAULT,
    OPS,
    brief,
    dispositions,
    item,
    key,
    location,
    only,
    planned,
    reasons,
    ticket,
    vanished,
    view,
    world,
)
from tests.line import table

TICKETS = "| ID | Action | Owner | Status | Ticket |"
TEXTS = ("Add an alert", "Rotate the keys", "Write a runbook", "Raise the limits")
THERE = {text: ticket(f"OPS-{n}", text) for n, text in enumerate(TEXTS, 1)}


def sheet(*rows):
    """A table of rows; each is its text, or its text and the ticket that it names."""
    cells = [(r, "") if isinstance(r, str) else r for r in rows]
    lines = [f"| {n} | {text} | Core | Open | {named} |" for n, (text, named) in enumerate(cells, 1)]
    return table(*lines, header=TICKETS)


def known(*texts, path="a.md", **given):
    """Linked items; nothing was written into their rows."""
    items = [item(text, THERE[text], path=path, row_id=str(n), **given) for n, text in enumerate(texts, 1)]
    return [replace(i, link=replace(i.link, named=False)) for i in items]


# --- renames


@pytest.mark.parametrize("kept", [TEXTS, TEXTS[:2], (*TEXTS[:2], "New one", "Another new one")])
def test_a_new_path_with_at_least_half_the_items_of_one_that_vanished_is_a_rename_even_if_edited(kept):
    made = planned(view(sheet(*kept), path="b.md", new=True), vanished=[vanished("a.md", *known(*TEXTS))])
    [document] = [d for d in made.documents if d.moved_from]
    assert (document.record.key, document.moved_from) == (key("b.md"), key("a.md"))
    assert {i.id for i in known(*TEXTS) if i.action in kept} <= {i.id for i in document.items}


def test_a_renamed_document_keeps_its_tickets_and_they_link_to_its_new_place():
    made = planned(view(sheet(*TEXTS), path="b.md", new=True), vanished=[vanished("a.md", *known(*TEXTS))])
    pushed = [c.push for c in made.changes if c.kind == "update"]
    assert pushed == [{"document": location("b.md")}] * 4
    assert "create" not in {c.kind for c in made.changes}
    assert not any(c.detach for c in made.changes)


def test_less_than_half_is_no_rename_and_equal_rows_ask():
    rows = ("Add an alert", "One", "Two", "Three")
    old = known(*TEXTS)
    strays = world(strays=tuple(old), paths={key("a.md"): "a.md"})
    made = planned(view(sheet(*rows), path="b.md", new=True), world=strays, vanished=[vanished("a.md", *old)])
    assert not any(d.moved_from for d in made.documents)
    [question] = [r for r in reasons(made, "report") if "syncd link" in r]
    assert question.startswith("OPS-1 had the same text in a.md, which is gone: `syncd link ")
    assert sum(c.kind == "create" for c in made.changes) == 3
    assert sum(c.detach for c in made.changes) == 4


def test_of_two_successors_neither_is_a_rename():
    old = known(*TEXTS)
    strays = world(strays=tuple(old), paths={key("a.md"): "a.md"})
    heirs = [view(sheet(*TEXTS), path=path, new=True) for path in ("b.md", "c.md")]
    made = planned(*heirs, world=strays, vanished=[vanished("a.md", *old)])
    assert not any(d.moved_from for d in made.documents)
    assert "create" not in {c.kind for c in made.changes}


def test_a_document_that_was_known_before_is_no_successor():
    made = planned(view(sheet(*TEXTS), path="b.md"), vanished=[vanished("a.md", *known(*TEXTS))])
    assert not any(d.moved_from for d in made.documents)


def test_a_document_of_a_source_that_is_no_longer_configured_may_have_moved_and_is_else_left_alone():
    old = vanished("a.md", *known(*TEXTS))
    moved = planned(view(sheet(*TEXTS), path="b.md", new=True), retired=[old])
    assert [d.moved_from for d in moved.documents] == [key("a.md")]
    other = planned(view(sheet("One"), path="b.md", new=True), retired=[old])
    assert [d.record.key for d in other.documents] == [key("b.md")]
    assert not any(c.detach for c in other.changes)


# --- copies


def test_a_ticket_belongs_to_the_row_that_had_it():
    """People copy the last postmortem as a template."""
    [owner] = known("Add an alert")
    copy = view(sheet(("Add an alert", "OPS-1")), path="b.md", new=True, tickets=[THERE["Add an alert"]])
    made = planned(copy, world=world(holders={"OPS-1": replace(owner, line=12)}, paths={key("a.md"): "a.md"}))
    assert brief(made) == ["report"]
    assert reasons(made, "report") == ["OPS-1 belongs to a.md:12; remove it here to get a new ticket"]
    assert dispositions(made) == {"Add an alert": Disposition.BLOCKED}


def test_when_that_row_is_gone_the_link_moves():
    [owner] = known("Add an alert")
    taker = view(sheet(("Add an alert", "OPS-1")), path="b.md", tickets=[THERE["Add an alert"]])
    left = view(sheet("Something done").replace("Open", "Done"), owner)
    made = planned(left, taker, world=world(holders={"OPS-1": owner}))
    adoption = only(made, "adopt")
    assert (adoption.path, adoption.release) == ("b.md", (owner.id,))


def test_a_detached_item_holds_its_ticket_no_more():
    owner = replace(known("Add an alert")[0], disposition=Disposition.DETACHED)
    taker = view(sheet(("Add an alert", "OPS-1")), path="b.md", tickets=[THERE["Add an alert"]])
    assert only(planned(taker, world=world(holders={"OPS-1": owner})), "adopt").release == (owner.id,)


def test_a_ticket_that_moves_to_another_row_is_still_ours():
    owner = replace(known("Add an alert")[0], disposition=Disposition.DETACHED)
    taker = view(sheet(("Add an alert", "OPS-1")), path="b.md", tickets=[THERE["Add an alert"]])
    link = only(planned(taker, world=world(holders={"OPS-1": owner})), "adopt").link
    assert link.ours
    assert link.fields["title"].agreed == "Add an alert"


def test_a_row_of_a_frozen_document_still_has_its_ticket():
    [owner] = known("Add an alert")
    draft = sheet("Something else").replace("**Severity", "**Status:** Draft\n**Severity")
    taker = view(sheet(("Add an alert", "OPS-1")), path="b.md", tickets=[THERE["Add an alert"]])
    made = planned(view(draft, owner), taker, world=world(holders={"OPS-1": owner}))
    assert "adopt OPS-1" not in brief(made)


def test_of_two_new_documents_that_name_a_ticket_the_older_gets_it():
    theirs = ticket("OPS-1", "Theirs", path=None)
    younger = view(sheet(("One", "OPS-1")).replace("October 16", "October 20"), path="a.md", new=True, tickets=[theirs])
    older = view(sheet(("Two", "OPS-1")), path="b.md", new=True, tickets=[theirs])
    made = planned(younger, older)
    assert [(c.kind, c.path) for c in made.changes] == [("report", "a.md"), ("adopt", "b.md")]
    assert reasons(made, "report") == ["OPS-1 belongs to b.md:15; remove it here to get a new ticket"]


def test_a_ticket_claimed_by_another_source_of_the_pass_is_taken():
    theirs = ticket("OPS-1", "Theirs", path=None)
    shown = view(sheet(("One", "OPS-1")), tickets=[theirs])
    made = planned(shown, claimed={(OPS.location, "1"): "wiki/c.md:7"})
    assert reasons(made, "report") == ["OPS-1 belongs to wiki/c.md:7; remove it here to get a new ticket"]


def test_two_rows_of_one_document_may_name_one_ticket_and_nothing_is_pushed_from_either():
    there = replace(THERE["Add an alert"], state=State.OPEN)
    rows = sheet(("Add an alert", "OPS-1"), ("And another", "OPS-1"))
    joined = planned(view(rows, new=True, tickets=[replace(there, marker=None, document=None)]))
    assert brief(joined) == ["adopt OPS-1", "adopt OPS-1"]
    both = [item("Add an alert", there, id="one"), item("And another", there, id="two")]
    edited = rows.replace("Add an alert", "Add two alerts").replace("Open", "Done", 1)
    made = planned(view(edited, *both, tickets=[there]))
    assert "update OPS-1" not in brief(made)


def test_both_rows_of_one_ticket_show_its_state():
    there = replace(THERE["Add an alert"], state=State.DONE)
    both = [item(t, THERE["Add an alert"], id=t) for t in ("Add an alert", "And another")]
    rows = sheet(("Add an alert", "OPS-1"), ("And another", "OPS-1"))
    made = planned(view(rows, *both, tickets=[there]), world=world(there))
    written = [(c.index, c.cells.state) for c in made.changes if c.kind == "write_back"]
    assert written == [(0, State.DONE), (1, State.DONE)]


# --- rows that cannot be told apart, or may be another


def test_two_equal_rows_without_a_ticket_are_both_blocked():
    made = planned(view(sheet("Add an alert", "Rotate the keys", "Add an alert"), new=True))
    assert [c.kind for c in made.changes if c.line != 16] == ["report", "report"]
    assert reasons(made, "report")[0].startswith("line 17 says the same")
    assert [i.disposition for i in made.documents[0].items] == ["blocked", "pending", "blocked"]


def test_equal_rows_of_different_owners_each_get_a_ticket():
    text = sheet("Add an alert", "Add an alert").replace("Core", "Web", 1)
    made = planned(view(text, new=True))
    assert [c.kind for c in made.changes if c.kind == "create"] == ["create", "create"]
    assert len({i.id for i in made.documents[0].items}) == 2


def test_a_reworded_row_without_an_identity_asks_with_commands_to_paste():
    [old] = known("Add an alert")
    old = replace(old, row_id=None)
    text = table("| Add alerts everywhere | Core | Open |", header="| Action | Owner | Status |")
    made = planned(view(text, old))
    row = made.documents[0].items[0]
    assert "create" not in {c.kind for c in made.changes}
    [question] = [r for r in reasons(made, "report") if "it may be OPS-1" in r]
    assert f"`syncd link {row.id} OPS-1`" in question
    assert "`syncd unlink OPS-1`" in question
    assert f"`syncd ignore {row.id} --reason" in question
    assert row.disposition is Disposition.BLOCKED


def test_splitting_a_table_changes_nothing():
    items = known(*TEXTS)
    items = [replace(i, link=replace(i.link, named=True)) for i in items]
    head, first = sheet(*((t, THERE[t].key) for t in TEXTS[:2])), sheet(*((t, THERE[t].key) for t in TEXTS[2:]))
    split = head + "\nThese come later:\n\n" + first[first.index("| ID") :]
    made = planned(view(split, *items, tickets=list(THERE.values())))
    assert made.changes == ()
    assert len(made.documents[0].items) == 4


# --- a lost ledger


def lost(*tickets):
    return replace(DEFAULT, unclaimed=tuple((OPS, t) for t in tickets))


def test_tickets_that_the_ledger_lost_are_adopted_by_document_and_text_before_anything_is_created():
    made = planned(view(sheet(*TEXTS[:2]), new=True), world=lost(*(THERE[t] for t in TEXTS[:2])))
    assert [b for b in brief(made) if "write_back" not in b] == ["adopt OPS-1", "adopt OPS-2"]
    assert all(c.link.ours for c in made.changes if c.kind == "adopt")


def test_while_a_lost_ticket_is_unmatched_nothing_is_created_for_its_document():
    shown = view(sheet("Add an alert", "Something new", "And more"), new=True)
    made = planned(shown, world=lost(THERE["Add an alert"], THERE["Rotate the keys"]))
    assert [b for b in brief(made) if "write_back" not in b] == ["adopt OPS-1", "report", "report"]
    assert all("OPS-2" in r and "syncd link" in r for r in reasons(made, "report"))


@pytest.mark.parametrize("state", [State.DONE, State.CANCELLED])
def test_a_lost_ticket_asks_whatever_its_state(state):
    made = planned(view(sheet("Something new"), new=True), world=lost(replace(THERE["Add an alert"], state=state)))
    assert brief(made) == ["report"]


def test_a_lost_ticket_of_one_document_does_not_hold_up_the_others():
    others = view(sheet("Something new"), path="b.md", new=True)
    made = planned(view(sheet("Add an alert"), new=True), others, world=lost(THERE["Add an alert"]))
    assert [c.kind for c in made.changes if c.path == "b.md"] == ["create", "write_back"]


def test_a_lost_ticket_is_the_originals_not_a_copys():
    there = THERE["Add an alert"]
    copy = view(sheet(("Add an alert", "OPS-1")), path="0-copy.md", new=True, tickets=[there])
    original = view(sheet(("Add an alert", "OPS-1")), new=True, tickets=[there])
    made = planned(copy, original, world=lost(there))
    assert [(c.kind, c.path) for c in made.changes] == [("report", "0-copy.md"), ("adopt", "a.md")]


def test_a_lost_ticket_without_a_document_here_asks_where_the_text_is_like_its_title():
    there = ticket("OPS-1", "Add an alert on the pool", path="gone.md")
    made = planned(view(sheet("Add an alert on a pool", "Rotate the keys"), new=True), world=lost(there))
    assert brief(made) == ["report", "create", "write_back"]
    assert "carries a marker of ours: `syncd link " in reasons(made, "report")[0]


@pytest.mark.parametrize("disposition", [Disposition.PENDING, Disposition.BLOCKED, Disposition.IGNORED])
def test_rows_that_an_earlier_pass_met_without_seeing_the_lost_tickets_are_matched_all_the_same(disposition):
    """The first pass after the loss could not look everywhere."""
    met = [item(t, disposition=disposition, id=t) for t in TEXTS[:2]]
    made = planned(view(sheet(*TEXTS[:2]), *met), world=lost(*(THERE[t] for t in TEXTS[:2])))
    assert [b for b in brief(made) if "write_back" not in b] == ["adopt OPS-1", "adopt OPS-2"]


@pytest.mark.parametrize("disposition", [Disposition.PENDING, Disposition.BLOCKED, Disposition.IGNORED])
def test_a_row_met_before_is_no_reason_to_create_beside_a_lost_ticket(disposition):
    met = item("Exchange every certificate", disposition=disposition)
    made = planned(view(sheet("Exchange every certificate"), met), world=lost(THERE["Add an alert"]))
    assert brief(made) == ["report"]


# --- by hand


def test_an_item_ignored_by_hand_is_left_alone_with_the_persons_reason():
    ignored = item("Add an alert", ignored="done in another way")
    made = planned(view(sheet("Add an alert"), ignored))
    assert brief(made) == ["ignore"]
    assert reasons(made, "ignore") == ["by hand: done in another way"]


def test_a_ticket_linked_by_hand_is_adopted_and_written_into_the_row():
    theirs = ticket("OPS-5", "Theirs", path=None)
    [named] = view(sheet(("x", "OPS-5")), tickets=[theirs]).named[0]
    known_item = item("Add an alert")
    made = planned(view(sheet("Add an alert"), known_item), world=world(hand_links={known_item.id: named}))
    assert brief(made) == ["adopt OPS-5", "write_back OPS-5"]
    assert only(made, "adopt").by_hand


def test_a_ticket_taken_apart_by_hand_stays_apart_and_blocks_while_the_row_names_it():
    apart = frozenset({("add-an-a", (OPS.location, "1"))})
    shown = view(sheet(("Add an alert", "OPS-1")), item("Add an alert"), tickets=[THERE["Add an alert"]])
    made = planned(shown, world=world(hand_unlinked=apart))
    assert brief(made) == ["ignore"]
    assert reasons(made, "ignore") == ["taken apart by hand: remove OPS-1 from the row to get a new ticket"]
    free = planned(view(sheet("Add an alert"), item("Add an alert")), world=world(hand_unlinked=apart))
    assert brief(free) == ["create", "write_back"]


# --- the hash


def test_the_hash_tells_plans_apart_that_write_other_values():
    [owner] = known("Add an alert")
    hashes = set()
    for state in (State.DONE, State.CANCELLED):
        there = replace(THERE["Add an alert"], state=state)
        made = planned(view(sheet("Add an alert"), owner, tickets=[there]), world=world(there))
        hashes.add(plan_hash(c for c in made.changes if c.kind == "write_back"))
        hashes.add(plan_hash(c for c in made.changes if c.kind == "record"))
    assert len(hashes) == 4


def test_reports_and_ignores_are_no_part_of_the_hash_but_lost_rows_are():
    assert plan_hash(planned(view(sheet("x").replace("Open", "Done"), new=True)).changes) == plan_hash([])
    gone = planned(view(sheet("x").replace("Open", "Done"), *known("Add an alert")))
    assert plan_hash(gone.changes) != plan_hash([])
