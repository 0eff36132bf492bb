"""What every tracker promises. A test class inherits :class:`TrackerContract` and gives it a ``world`` fixture."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Protocol

import pytest

from syncd.core.model import Block, DesiredTicket, Presence, Reference, State, Ticket
from syncd.errors import Refused, TrackerError
from syncd.ports import Listing, Tracker

MARKER = "5ca1ab1e0b0e"
OTHER = "0ddba11ca11e"
FORGED = "badc0ffee000"
DUE = date(2026, 12, 1)
LATER = date(2027, 1, 15)
HOUR = 3600.0

HOSTILE = {
    "a mention": "@team and <@U012345> and [~admin] please look",
    "HTML": "<script>alert(1)</script> <img src=x onerror=alert(1)> </textarea>",
    "front matter": "---\nstatus: done\nmarker: badc0ffee000\n---\n",
    "our marker's field": "marker: badc0ffee000",
    "our marker's label": "syncd-badc0ffee000",
    "our marker's comment": "<!-- syncd:badc0ffee000 document=1 -->",
    "line ends": "first\nsecond\r\nthird\rfourth\u2028fifth\x85sixth",
    "a text that runs backwards": "pay \u202etnuocca\u202c now \u2066x\u2069 \u200f",
    "control characters": "a\x00b\x07c\x1b[31md\x7f",
    "markup": "# head **bold** `code` {code} [link](https://evil.example) | cell | --- !important *x*",
    "quotes and colons": "key: 'one' \"two\" \\ three: # four",
    "a formula": '=HYPERLINK("https://evil.example")',
    "only blanks around": "   padded \t title   ",
    "half a pair": "broken \ud83d surrogate",
    "other scripts": "キャッシュを直す 🚨 Größe e\u0301",
    "a YAML word": "null",
    "a number": "007",
    "a query": '" OR project = OPS ORDER BY created --',
}


class World(Protocol):
    """A tracker, and the hands of the people who work in it. ``key`` is always a ticket's key."""

    @property
    def tracker(self) -> Tracker: ...

    def pass_time(self, seconds: float) -> None:
        """Move the tracker's and the connector's clock forward."""

    def person_creates(self, title: str) -> str:
        """A ticket that is not ours; returns its key."""

    def person_moves(self, key: str, state: State) -> None: ...

    def person_edits(self, key: str, *, title: str | None = None, due: date | None = None) -> None: ...

    def person_deletes(self, key: str) -> None: ...

    def forbid(self, key: str) -> None:
        """Take our right to see this one ticket."""

    def break_down(self) -> None:
        """From now on the tracker as a whole cannot be looked at, though tickets are in it."""

    def sweep(self) -> None:
        """Let so much time pass that the next listing looks at each known ticket (a day at most)."""

    def link_back(self, key: str) -> str:
        """Where people see that the ticket leads, as :attr:`Document.location`."""

    def owner(self, key: str) -> str | None:
        """Whom the ticket names as its owner, as the document called them."""

    def labels(self, key: str) -> frozenset[str]:
        """The labels people see."""

    def count(self, marker: str) -> int:
        """How many tickets carry this marker, looking past every index."""

    def references(self, key: str) -> list[Reference]:
        """Ways in which a document may write this ticket."""


class TrackerContract:
    """The promises of :class:`syncd.ports.Tracker`."""

    # --- creating and finding again

    def test_a_created_ticket_says_what_was_asked_for(self, world: World):
        ticket = create(world, title="Add an alert on pool use above 75%")
        assert ticket.title == "Add an alert on pool use above 75%"
        assert ticket.state is State.OPEN
        assert ticket.due == (DUE if world.tracker.features.due else None)
        assert ticket.marker == MARKER
        assert ticket.document == DOCUMENT
        assert (ticket.presence, ticket.problem) == (Presence.HERE, None)
        assert ticket.id
        assert ticket.key
        assert ticket.url

    def test_it_is_looked_up_by_its_key(self, world: World):
        ticket = create(world)
        assert same(look_up(world, ticket.key), ticket)

    def test_it_is_found_by_its_marker(self, world: World):
        ticket = create(world)
        found_at_last(world)
        found = world.tracker.find(MARKER)
        assert found is not None
        assert same(found, ticket)

    def test_it_is_listed_to_one_who_knows_nothing(self, world: World):
        ticket = create(world)
        found_at_last(world)
        listing = world.tracker.listing({})
        assert listing.complete
        assert [same(listed, ticket) for listed in listing.tickets] == [True]

    def test_what_the_marker_finds_is_not_promised_before_the_quarantine_is_over(self, world: World):
        ticket = create(world)
        found = world.tracker.find(MARKER)
        assert found is None or found.id == ticket.id
        assert found is not None or world.tracker.features.quarantine is not None

    def test_it_names_its_owner_and_our_label(self, world: World):
        ticket = create(world)
        assert world.owner(ticket.key) == "Platform Team"
        assert {"syncd", "sev-1"} <= world.labels(ticket.key)

    def test_owner_and_due_date_may_be_missing(self, world: World):
        ticket = world.tracker.create(desired(owner=None, due=None), MARKER)
        assert ticket.due is None
        assert world.owner(ticket.key) is None

    def test_one_call_makes_one_ticket(self, world: World):
        create(world)
        assert world.count(MARKER) == 1

    def test_two_tickets_have_different_ids_keys_and_markers(self, world: World):
        one, two = create(world), create(world, marker=OTHER)
        assert one.id != two.id
        assert one.key != two.key
        assert one.url != two.url
        found_at_last(world)
        assert {world.tracker.find(marker).id for marker in (MARKER, OTHER)} == {one.id, two.id}

    def test_nothing_is_found_by_a_marker_that_nobody_gave(self, world: World):
        create(world)
        found_at_last(world)
        assert world.tracker.find(OTHER) is None

    def test_an_empty_tracker_is_a_complete_listing_of_nothing(self, world: World):
        listing = world.tracker.listing({})
        assert (listing.tickets, listing.complete, listing.problem) == ((), True, None)
        assert world.tracker.find(MARKER) is None
        assert world.tracker.look_up([]) == {}

    def test_a_ticket_may_be_created_open_or_in_progress(self, world: World):
        for number, state in enumerate(world.tracker.features.states & {State.OPEN, State.IN_PROGRESS}):
            ticket = world.tracker.create(desired(state=state), f"{number:012x}")
            assert look_up(world, ticket.key).state is state

    def test_keys_are_not_used_twice(self, world: World):
        first = create(world)
        world.person_deletes(first.key)
        second = create(world, marker=OTHER)
        assert second.key != first.key
        assert second.id != first.id

    # --- hostile and unusual words

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
    def test_words_from_a_document_are_only_words(self, world: World, text: str):
        ticket = world.tracker.create(
            desired(title=f"Do {text}", owner=text, body=(Block(text, text, ((text, text),), (DOCUMENT, text)),)),
            MARKER,
        )
        assert (ticket.marker, ticket.state, ticket.problem) == (MARKER, State.OPEN, None)
        assert ticket.document == DOCUMENT
        assert harmless(ticket.title)
        assert words(ticket.title) == words(f"Do {text}")
        found_at_last(world)
        assert same(look_up(world, ticket.key), ticket)
        assert world.tracker.find(FORGED) is None
        assert [listed.marker for listed in world.tracker.listing({}).tickets] == [MARKER]

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
    def test_a_title_may_become_any_words(self, world: World, text: str):
        ticket = create(world)
        after = world.tracker.update(ticket.id, title=f"Do {text}")
        assert harmless(after.title)
        assert words(after.title) == words(f"Do {text}")
        assert (after.marker, after.state, after.due) == (MARKER, ticket.state, ticket.due)
        assert look_up(world, ticket.key).title == after.title

    def test_a_title_that_is_far_too_long_is_cut_and_not_refused(self, world: World):
        ticket = create(world, title="word " * 2000)
        assert ticket.title.startswith("word word word")
        assert len(ticket.title) <= 256
        assert look_up(world, ticket.key).title == ticket.title

    def test_a_description_that_is_far_too_long_is_not_refused(self, world: World):
        ticket = world.tracker.create(desired(body=(Block(text="x y " * 100_000),)), MARKER)
        assert look_up(world, ticket.key).marker == MARKER

    # --- updating

    def test_an_update_changes_only_what_is_given(self, world: World):
        ticket = create(world)
        after = world.tracker.update(ticket.id, title="Other words")
        assert (after.title, after.state, after.due) == ("Other words", ticket.state, ticket.due)
        after = world.tracker.update(ticket.id, state=State.DONE)
        assert (after.title, after.state, after.due) == ("Other words", State.DONE, ticket.due)
        assert (after.id, after.key, after.marker, after.document) == (ticket.id, ticket.key, MARKER, DOCUMENT)
        assert world.owner(ticket.key) == "Platform Team"
        assert {"syncd", "sev-1"} <= world.labels(ticket.key)

    def test_an_update_may_change_everything_at_once(self, world: World):
        ticket = create(world)
        after = world.tracker.update(ticket.id, title="Other words", state=State.DONE, due=LATER)
        assert (after.title, after.state) == ("Other words", State.DONE)
        assert after.due == (LATER if world.tracker.features.due else None)
        assert same(look_up(world, ticket.key), after)

    def test_a_due_date_can_be_given_later(self, world: World):
        ticket = world.tracker.create(desired(due=None), MARKER)
        after = world.tracker.update(ticket.id, due=LATER)
        assert after.due == (LATER if world.tracker.features.due else None)

    def test_the_link_back_may_be_given_and_moved(self, world: World):
        ticket = create(world)
        for place in (DOCUMENT, MOVED):
            for _ in range(2):
                after = world.tracker.update(ticket.id, document=place)
                assert world.link_back(ticket.key) == place
                assert after.document == (DOCUMENT if world.tracker.features.links else place)
        assert (after.title, after.state, after.due, after.marker) == (ticket.title, ticket.state, ticket.due, MARKER)

    def test_saying_it_twice_is_harmless(self, world: World):
        ticket = create(world)
        once = world.tracker.update(ticket.id, title="Other words", state=State.DONE, due=LATER)
        twice = world.tracker.update(ticket.id, title="Other words", state=State.DONE, due=LATER)
        assert same(once, twice)
        assert world.count(MARKER) == 1

    def test_an_update_of_nothing_changes_nothing(self, world: World):
        ticket = create(world)
        assert same(world.tracker.update(ticket.id), ticket)

    def test_each_state_is_reached_from_each_other(self, world: World):
        ticket = create(world)
        states = sorted(world.tracker.features.states)
        for before in states:
            for after in states:
                world.tracker.update(ticket.id, state=before)
                assert world.tracker.update(ticket.id, state=after).state is after
                assert look_up(world, ticket.key).state is after

    def test_what_is_gone_cannot_be_updated(self, world: World):
        ticket = create(world)
        world.person_deletes(ticket.key)
        with pytest.raises(Refused):
            world.tracker.update(ticket.id, title="Other words")
        with pytest.raises(Refused):
            world.tracker.adopt(ticket.id, MARKER)

    def test_what_is_forbidden_cannot_be_updated(self, world: World):
        ticket = create(world)
        world.forbid(ticket.key)
        with pytest.raises(Refused):
            world.tracker.update(ticket.id, title="Other words")

    # --- listing

    def test_a_known_revision_is_not_handed_out_again(self, world: World):
        ticket = create(world)
        found_at_last(world)
        assert world.tracker.listing({ticket.id: look_up(world, ticket.key).revision}).tickets == ()

    def test_a_known_ticket_without_a_revision_is_handed_out_in_any_case(self, world: World):
        ticket = create(world)
        found_at_last(world)
        assert [listed.id for listed in world.tracker.listing({ticket.id: ""}).tickets] == [ticket.id]

    def test_the_revision_after_an_update_is_the_one_listed_next(self, world: World):
        ticket = create(world)
        after = world.tracker.update(ticket.id, title="Other words")
        found_at_last(world)
        assert world.tracker.listing({ticket.id: after.revision}).tickets == ()

    @pytest.mark.parametrize("waited", [0.0, HOUR], ids=["at once", "an hour later"])
    def test_a_persons_change_of_state_is_handed_out(self, world: World, waited: float):
        for state in sorted(world.tracker.features.states - {State.OPEN}):
            ticket = create(world, marker=OTHER)
            found_at_last(world)
            revision = look_up(world, ticket.key).revision
            world.pass_time(waited)
            world.person_moves(ticket.key, state)
            assert changed(world, ticket, revision).state is state
            world.person_deletes(ticket.key)

    def test_a_persons_title_and_due_date_are_handed_out(self, world: World):
        ticket = create(world)
        found_at_last(world)
        revision = look_up(world, ticket.key).revision
        world.person_edits(ticket.key, title="A person's words", due=LATER)
        after = changed(world, ticket, revision)
        assert after.title == "A person's words"
        assert after.due == (LATER if world.tracker.features.due else None)

    def test_the_time_of_a_change_is_in_utc_and_moves_on(self, world: World):
        ticket = create(world)
        world.pass_time(HOUR)
        world.person_moves(ticket.key, State.DONE)
        before, after = ticket.changed_at, look_up(world, ticket.key).changed_at
        if before is not None and after is not None:
            assert after.utcoffset() == before.utcoffset() == DUE - DUE
            assert after > before

    def test_only_the_changed_ones_are_handed_out(self, world: World):
        tickets = [create(world, marker=f"{number:012x}") for number in range(5)]
        found_at_last(world)
        known = {ticket.id: look_up(world, ticket.key).revision for ticket in tickets}
        world.person_moves(tickets[3].key, State.DONE)
        listing = world.tracker.listing(known)
        assert listing.complete
        assert [ticket.id for ticket in listing.tickets] == [tickets[3].id]

    def test_one_of_ours_that_the_ledger_lost_is_always_handed_out(self, world: World):
        known, lost = create(world), create(world, marker=OTHER)
        found_at_last(world)
        revision = look_up(world, known.key).revision
        for _ in range(2):
            assert [t.marker for t in world.tracker.listing({known.id: revision}).tickets] == [OTHER]
        assert lost.marker == OTHER

    def test_what_is_not_ours_and_not_known_is_not_handed_out(self, world: World):
        world.person_creates("Buy coffee")
        found_at_last(world)
        for _ in range(2):
            assert world.tracker.listing({}).tickets == ()

    def test_a_persons_ticket_that_is_known_is_handed_out_when_it_changes(self, world: World):
        key = world.person_creates("Buy coffee")
        before = look_up(world, key)
        assert (before.title, before.marker) == ("Buy coffee", None)
        found_at_last(world)
        assert world.tracker.listing({before.id: look_up(world, key).revision}).tickets == ()
        world.person_moves(key, State.DONE)
        assert changed(world, before, before.revision).state is State.DONE

    def test_deleted_and_inaccessible_are_told_apart_where_the_tracker_tells(self, world: World):
        deleted, forbidden, here = (create(world, marker=f"{number:012x}") for number in range(3))
        found_at_last(world)
        known = {ticket.id: look_up(world, ticket.key).revision for ticket in (deleted, forbidden, here)}
        world.person_deletes(deleted.key)
        world.forbid(forbidden.key)
        world.sweep()
        told = Presence.DELETED if world.tracker.features.tells_deleted else Presence.INACCESSIBLE
        for _ in range(2):
            listing = world.tracker.listing(known)
            assert listing.complete
            assert {ticket.id: ticket.presence for ticket in listing.tickets} == {
                deleted.id: told,
                forbidden.id: Presence.INACCESSIBLE,
            }

    def test_when_it_cannot_look_nothing_is_declared_deleted(self, world: World):
        ticket = create(world)
        found_at_last(world)
        world.break_down()
        try:
            listing = world.tracker.listing({ticket.id: ticket.revision})
        except TrackerError as error:
            listing = Listing((), complete=False, problem=str(error))
        assert not listing.complete
        assert listing.problem
        assert all(listed.presence is not Presence.DELETED for listed in listing.tickets)

    def test_when_it_cannot_look_a_marker_is_not_declared_absent(self, world: World):
        create(world)
        found_at_last(world)
        world.break_down()
        with pytest.raises(TrackerError):
            world.tracker.find(OTHER)

    def test_when_it_cannot_look_a_key_is_not_declared_absent(self, world: World):
        ticket = create(world)
        world.break_down()
        with pytest.raises(TrackerError):
            world.tracker.look_up([ticket.key])

    # --- looking up, adopting

    def test_keys_that_are_not_there_are_left_out(self, world: World):
        ticket = create(world)
        gone = create(world, marker=OTHER)
        world.person_deletes(gone.key)
        assert list(world.tracker.look_up([ticket.key, gone.key])) == [ticket.key]

    def test_a_forbidden_ticket_is_not_shown(self, world: World):
        ticket = create(world, title="A secret")
        world.forbid(ticket.key)
        found = world.tracker.look_up([ticket.key])
        assert [t.presence for t in found.values()] in ([], [Presence.INACCESSIBLE])
        assert all("secret" not in t.title for t in found.values())

    def test_adopting_adds_label_and_marker_and_nothing_else(self, world: World):
        key = world.person_creates("Buy coffee")
        world.person_edits(key, title="Buy tea", due=LATER)
        world.person_moves(key, State.DONE)
        before, labels, owner = look_up(world, key), world.labels(key), world.owner(key)
        after = world.tracker.adopt(before.id, MARKER)
        assert (after.title, after.state, after.due) == (before.title, before.state, before.due)
        assert (after.id, after.key, after.marker) == (before.id, before.key, MARKER)
        assert world.labels(key) == labels | {"syncd"}
        assert world.owner(key) == owner

    def test_an_adopted_ticket_is_found_by_its_marker_and_listed(self, world: World):
        key = world.person_creates("Buy coffee")
        world.tracker.adopt(look_up(world, key).id, MARKER)
        found_at_last(world)
        found = world.tracker.find(MARKER)
        assert found is not None
        assert found.key == key
        assert [ticket.key for ticket in world.tracker.listing({}).tickets] == [key]

    def test_adopting_twice_is_harmless(self, world: World):
        key = world.person_creates("Buy coffee")
        once = world.tracker.adopt(look_up(world, key).id, MARKER)
        assert same(world.tracker.adopt(once.id, MARKER), once)
        assert world.labels(key) >= {"syncd"}

    # --- what people made before

    def test_a_persons_ticket_of_the_same_title_may_be_what_is_asked_for(self, world: World):
        key = world.person_creates("Buy coffee")
        world.person_creates("Buy coffee and tea")
        found_at_last(world)
        assert [ticket.key for ticket in world.tracker.alike("Buy coffee", DOCUMENT)] == [key]

    def test_our_own_tickets_are_not_taken_for_what_people_made(self, world: World):
        create(world, title="Add an alert")
        found_at_last(world)
        assert list(world.tracker.alike("Add an alert", DOCUMENT)) == []

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
    def test_any_title_may_be_looked_for(self, world: World, text: str):
        assert list(world.tracker.alike(f"Do {text}", DOCUMENT)) == []

    def test_its_set_up_can_be_proved_and_is_left_as_it_is(self, world: World):
        create(world)
        assert world.tracker.check()
        assert all(finding.cause for finding in world.tracker.check())
        assert world.count(MARKER) == 1

    # --- references, place

    def test_a_reference_to_a_ticket_here_is_understood(self, world: World):
        ticket = create(world)
        references = world.references(ticket.key)
        assert references
        assert {world.tracker.resolve(reference) for reference in references} == {ticket.key}

    @pytest.mark.parametrize(
        "reference",
        [
            Reference("SEV-2", named=True, key="SEV-2"),
            Reference("https://elsewhere.example/ZZZ-1", named=True, url="https://elsewhere.example/ZZZ-1"),
            Reference("https://[", named=True, url="https://["),
            Reference("", named=True),
        ],
        ids=lambda reference: reference.text,
    )
    def test_a_reference_to_another_place_is_not_ours(self, world: World, reference: Reference):
        create(world)
        assert world.tracker.resolve(reference) is None

    def test_the_location_names_kind_and_place_and_does_not_move(self, world: World):
        before = world.tracker.location
        kind, _, place = before.partition(":")
        assert kind
        assert place
        create(world)
        assert world.tracker.location == before


DOCUMENT = "https://git.example.com/acme/web/blob/main/docs/a%20b.md?plain=1#L3"
MOVED = "https://git.example.com/acme/web/blob/main/docs/moved/b%20c.md"


def desired(
    *,
    title: str = "Add an alert",
    owner: str | None = "Platform Team",
    due: date | None = DUE,
    state: State = State.OPEN,
    body: tuple[Block, ...] = (Block("Action item", "Add an alert", (("Owner", "Platform Team"),), (DOCUMENT, "a")),),
    document: str = DOCUMENT,
) -> DesiredTicket:
    """What a document might ask for."""
    return DesiredTicket(
        tracker="any",
        title=title,
        body=body,
        document=document,
        owner=owner,
        owners=(owner,) if owner else (),
        due=due,
        type="Detect",
        severity="SEV-1",
        labels=("sev-1", "detect"),
        state=state,
    )


def create(world: World, *, title: str = "Add an alert", marker: str = MARKER) -> Ticket:
    return world.tracker.create(desired(title=title), marker)


def look_up(world: World, key: str) -> Ticket:
    return world.tracker.look_up([key])[key]


def changed(world: World, ticket: Ticket, revision: str) -> Ticket:
    """The one ticket that a listing hands out, which must be this one."""
    [listed] = world.tracker.listing({ticket.id: revision}).tickets
    assert (listed.id, listed.presence) == (ticket.id, Presence.HERE)
    assert listed.revision != revision
    return listed


def found_at_last(world: World) -> None:
    """Let the tracker's search catch up."""
    quarantine = world.tracker.features.quarantine
    if quarantine is not None:
        world.pass_time(quarantine.total_seconds())


def same(one: Ticket, other: Ticket) -> bool:
    """Whether they tell the same, whenever they were read."""
    fields = ("id", "key", "url", "title", "state", "due", "marker", "document", "presence", "problem")
    return [getattr(one, name) for name in fields] == [getattr(other, name) for name in fields]


def harmless(title: str) -> bool:
    """One line, without characters that steer a terminal or turn the reading direction."""
    unseen = [c for c in title if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    return title == title.strip() and not unseen


def words(text: str) -> list[str]:
    """The letters and digits, which survive whatever a tracker does to the rest."""
    return re.findall(r"[^\W_]+", text.encode("utf-8", "ignore").decode())
