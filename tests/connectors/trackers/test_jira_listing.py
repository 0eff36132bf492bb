"""How changes in Jira are noticed: cheaply, completely, and each until it has arrived."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.core.model import Presence, State
from tests.connectors.trackers.jira_world import QUARANTINE, JiraWorld
from tests.contracts.tracker import MARKER, OTHER, create, desired
from tests.emulators.jira_site import Status
from tests.emulators.proxy import FaultProxy, status

DAY = timedelta(days=1).total_seconds()


@pytest.fixture(params=["cloud", "datacenter"])
def world(request):
    world = JiraWorld(request.param)
    yield world
    world.close()


def many(world, count):
    for number in range(count):
        world.jira.person_creates(f"Item {number}", project="OPS", labels=["syncd", f"syncd-{number:012x}"])
        world.now += timedelta(minutes=1)


def listed(world, known):
    listing = world.tracker.listing(known)
    assert listing.complete, listing.problem
    return {ticket.id: ticket for ticket in listing.tickets}


def learnt(world, known=None):
    """What a ledger knows that took in everything it was handed out."""
    known = dict(known or {})
    known |= {number: ticket.revision for number, ticket in listed(world, known).items()}
    return known


def calls(world, look):
    before = len(world.server.log)
    look()
    return len(world.server.log) - before


# --- price


def test_while_nothing_changes_a_pass_costs_one_search(world):
    many(world, 12)
    known = learnt(world)
    listed(world, known)
    for _ in range(3):
        world.pass_time(900)
        assert calls(world, lambda: listed(world, known)) == 1


def test_many_changes_at_a_time_are_not_read_for_ever(world):
    for number in range(230):
        world.jira.person_creates(f"Item {number}", project="OPS", labels=["syncd", f"syncd-{number:012x}"])
        world.now += timedelta(seconds=1)
    known = learnt(world)
    world.pass_time(DAY / 10)
    listed(world, known)
    assert calls(world, lambda: listed(world, known)) == 1
    world.person_moves("OPS-3", State.DONE)
    assert [ticket.key for ticket in listed(world, known).values()] == ["OPS-3"]


def test_a_thousand_tickets_are_read_in_full_pages(world):
    many(world, 230)
    known = learnt(world)
    assert len(known) == 230
    world.sweep()
    # The search, the ids in batches: 100 on Cloud, 200 on Data Center.
    assert calls(world, lambda: listed(world, known)) == 1 + (3 if world.jira.site.cloud else 2)
    assert listed(world, known) == {}


def test_changes_over_several_pages_are_all_handed_out(world):
    many(world, 120)
    known = learnt(world)
    world.pass_time(3600)
    for number in list(known)[:110]:
        world.jira.person_moves(number, "Done")
    changed = listed(world, known)
    assert len(changed) == 110
    assert {ticket.state for ticket in changed.values()} == {State.DONE}


# --- arriving


def test_what_was_handed_out_comes_again_until_it_has_arrived(world):
    many(world, 3)
    known = learnt(world)
    listed(world, known)
    first, second, _ = sorted(known)
    world.pass_time(3600)
    world.jira.person_moves(first, "Done")
    assert set(listed(world, known)) == {first}
    # The process died before the ledger took it in, and other changes pushed the search ahead.
    world.pass_time(DAY / 2)
    world.jira.person_moves(second, "Done")
    assert set(listed(world, known)) == {first, second}
    world.pass_time(3600)
    assert set(listed(world, known)) == {first, second}
    known |= {number: ticket.revision for number, ticket in listed(world, known).items()}
    assert listed(world, known) == {}


def test_what_we_changed_ourselves_meanwhile_has_arrived(world):
    ticket = create(world)
    world.tracker.listing({})
    after = world.tracker.update(ticket.id, title="Other words")
    world.pass_time(DAY / 2)
    assert calls(world, lambda: listed(world, {ticket.id: after.revision})) <= 2
    assert listed(world, {ticket.id: after.revision}) == {}


def test_an_index_that_lags_does_not_bring_back_an_older_state(world):
    ticket = create(world)
    world.pass_time(DAY)
    known = learnt(world)
    world.jira.set_lag(timedelta(minutes=10))
    world.pass_time(600)
    after = world.tracker.update(ticket.id, state=State.DONE)
    known[ticket.id] = after.revision
    for _ in range(5):
        assert listed(world, known) == {}
        world.pass_time(200)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Honolulu", "Asia/Kolkata"])
def test_the_accounts_time_zone_makes_no_change_missed(zone):
    for flavour in ("cloud", "datacenter"):
        world = JiraWorld(flavour, zone=zone)
        try:
            many(world, 2)
            known = learnt(world)
            listed(world, known)
            for number in sorted(known):
                world.pass_time(7200)
                world.jira.person_moves(number, "Done")
                assert set(listed(world, known)) == {number}
                known = learnt(world, known)
        finally:
            world.close()


def test_a_change_that_the_index_shows_late_is_not_missed(world):
    many(world, 2)
    known = learnt(world)
    early, late = sorted(known)
    world.pass_time(DAY / 2)
    world.jira.person_moves(early, "Done")
    world.jira.set_lag(QUARANTINE)
    world.pass_time(60)
    assert listed(world, known) == {}
    world.jira.person_moves(late, "Done")
    world.pass_time(QUARANTINE.total_seconds())
    assert set(listed(world, known)) == {early, late}


def test_a_change_that_comes_into_the_index_after_a_newer_one_is_not_missed(world):
    many(world, 2)
    known = learnt(world)
    early, late = sorted(known)
    world.pass_time(DAY / 4)
    world.jira.forbid(early)  # for the search this looks like a change that is not indexed yet
    world.jira.person_moves(early, "Done")
    world.pass_time(1)
    world.jira.person_moves(late, "Done")
    for _ in range(3):
        known = learnt(world, known)
        world.pass_time(280)
    world.jira.allow(early)
    assert listed(world, known)[early].state is State.DONE


@given(data=st.data())
@settings(max_examples=8, deadline=None)
def test_whatever_happens_when_and_wherever_we_die_nothing_is_missed(data):
    world = JiraWorld(data.draw(st.sampled_from(["cloud", "datacenter"])))
    try:
        many(world, 4)
        known = {}
        for _ in range(data.draw(st.integers(1, 8))):
            world.pass_time(data.draw(st.sampled_from([1, 60, 900, 7200, 80_000])))
            number = data.draw(st.sampled_from(sorted(issue.id for issue in world.jira.issues())))
            world.jira.person_moves(number, data.draw(st.sampled_from(["To Do", "Done", "In Progress"])))
            if data.draw(st.booleans()):
                world.jira.set_lag(timedelta(minutes=data.draw(st.integers(0, 14))))
            tickets = world.tracker.listing(known).tickets
            if data.draw(st.booleans()):
                known |= {ticket.id: ticket.revision for ticket in tickets}
            if data.draw(st.integers(0, 5)) == 0:
                world.memo.clear()
        world.jira.set_lag(timedelta())
        known |= {ticket.id: ticket.revision for ticket in world.tracker.listing(known).tickets}
        now = {issue.id: world.tracker.look_up([issue.key])[issue.key].revision for issue in world.jira.issues()}
        assert known == now
    finally:
        world.close()


# --- what the search cannot show


def test_a_ticket_without_our_label_is_asked_for_by_its_id(world):
    ours = create(world)
    key = world.person_creates("Buy coffee")
    theirs = world.tracker.look_up([key])[key]
    known = learnt(world, {theirs.id: theirs.revision})
    world.pass_time(3600)
    world.person_moves(key, State.DONE)
    assert set(listed(world, known)) == {theirs.id}
    assert ours.id in known


def test_a_label_taken_away_is_noticed_with_the_next_full_look(world):
    ticket = create(world)
    known = learnt(world)
    world.jira.person_edits(ticket.key, labels=["home"])
    world.sweep()
    known = learnt(world, known)
    world.pass_time(3600)
    world.person_moves(ticket.key, State.DONE)
    assert listed(world, known)[ticket.id].state is State.DONE


def test_a_ticket_that_moved_keeps_its_id_and_is_followed(world):
    ticket = create(world)
    known = learnt(world)
    world.pass_time(3600)
    key = world.jira.person_moves_to_project(ticket.key, "WEB")
    moved = listed(world, known)[ticket.id]
    assert (moved.id, moved.key, moved.presence) == (ticket.id, key, Presence.HERE)
    assert moved.url.endswith(f"/browse/{key}")
    known = learnt(world, known)
    world.pass_time(3600)
    world.person_moves(key, State.DONE)
    assert listed(world, known)[ticket.id].state is State.DONE


def test_the_old_key_of_a_moved_ticket_still_finds_it(world):
    ticket = create(world)
    key = world.jira.person_moves_to_project(ticket.key, "WEB")
    found = world.tracker.look_up([ticket.key, key])
    assert {name: one.key for name, one in found.items()} == {ticket.key: key, key: key}


def test_a_marker_is_found_wherever_its_ticket_moved(world):
    ticket = create(world)
    world.jira.person_moves_to_project(ticket.key, "WEB")
    assert world.tracker.find(MARKER).id == ticket.id


def test_of_a_ticket_and_its_clones_the_first_carries_the_marker(world):
    ticket = create(world)
    world.jira.person_creates("CLONE - Add an alert", project="OPS", labels=world.jira.issue(ticket.key).labels)
    assert world.tracker.find(MARKER).id == ticket.id


def test_tickets_that_another_project_got_from_syncd_are_not_ours(world):
    world.jira.person_creates("Elsewhere", project="WEB", labels=["syncd", f"syncd-{OTHER}"])
    assert listed(world, {}) == {}


# --- gone


def test_a_gone_ticket_is_said_in_every_listing_until_it_is_back(world):
    ticket, other = create(world), create(world, marker=OTHER)
    known = learnt(world)
    world.forbid(ticket.key)
    world.sweep()
    for _ in range(3):
        assert [t.presence for t in listed(world, known).values()] == [Presence.INACCESSIBLE]
        world.pass_time(3600)
    known[ticket.id] = listed(world, known)[ticket.id].revision
    world.jira.allow(ticket.key)
    world.sweep()
    [back] = listed(world, known).values()
    assert (back.id, back.presence) == (ticket.id, Presence.HERE)
    assert other.id in known


def test_a_gone_ticket_costs_nothing_more(world):
    ticket, _ = create(world), create(world, marker=OTHER)
    known = learnt(world)
    world.person_deletes(ticket.key)
    world.sweep()
    known[ticket.id] = listed(world, known)[ticket.id].revision
    assert calls(world, lambda: listed(world, known)) == 1


def test_only_data_center_tells_what_was_deleted(world):
    ticket, _ = create(world), create(world, marker=OTHER)
    known = learnt(world)
    world.person_deletes(ticket.key)
    world.sweep()
    cloud = world.jira.site.cloud
    assert world.tracker.features.tells_deleted is not cloud
    assert listed(world, known)[ticket.id].presence is (Presence.INACCESSIBLE if cloud else Presence.DELETED)


def test_an_archived_ticket_is_told_and_can_come_back(world):
    ticket, _ = create(world), create(world, marker=OTHER)
    known = learnt(world)
    world.jira.person_archives(ticket.key)
    world.sweep()
    archived = listed(world, known)[ticket.id]
    assert (archived.presence, archived.title) == (Presence.ARCHIVED, ticket.title)
    known[ticket.id] = archived.revision
    assert listed(world, known) == {}
    world.pass_time(3600)
    world.jira.person_archives(ticket.key, archived=False)
    assert listed(world, known)[ticket.id].presence is Presence.HERE


def test_a_dead_key_does_not_spoil_the_batch(world):
    tickets = [create(world, marker=f"{number:012x}") for number in range(5)]
    world.person_deletes(tickets[2].key)
    found = world.tracker.look_up([ticket.key for ticket in tickets] + ["OPS-999", "NOPE-1"])
    assert set(found) == {ticket.key for ticket in tickets} - {tickets[2].key}


@pytest.mark.parametrize("refusals", [1, 2, 5])
def test_a_batch_that_is_refused_for_one_dead_name_is_asked_in_halves(refusals):
    world = JiraWorld("datacenter")
    try:
        many(world, 9)
        keys = [issue.key for issue in world.jira.issues()]
        dead = b'{"errorMessages": ["An issue with key OPS-99 does not exist."]}'
        with FaultProxy(world.server.url) as proxy:
            tracker = world.new_tracker(url=proxy.url)
            proxy.on("POST", r"/rest/api/2/search", status(400, body=dead), times=refusals)
            assert set(tracker.look_up([*keys, "OPS-99"])) == set(keys)
    finally:
        world.close()


def test_a_status_that_means_nothing_is_shown_in_every_pass(world):
    odd = Status("777", "Odd", "undefined")
    world.jira.site.statuses = (*world.jira.site.statuses, odd)
    ticket = create(world)
    known = learnt(world)
    world.pass_time(3600)
    world.jira.site.enter(world.jira.issue(ticket.key), "777", None)
    for _ in range(3):
        [shown] = listed(world, known).values()
        assert "“Odd” into no category" in shown.problem
        known[ticket.id] = shown.revision


def test_a_project_that_cannot_be_seen_says_nothing_about_its_tickets(world):
    ticket = create(world)
    known = learnt(world)
    world.break_down()
    for _ in range(2):
        listing = world.tracker.listing(known)
        assert not listing.complete
        assert "The project OPS" in listing.problem
        assert listing.tickets == ()
        world.sweep()
    world.jira.show_project("OPS")
    assert listed(world, known) == {}
    assert ticket.id in known


# --- memory


@pytest.mark.parametrize("spoilt", ["", "null", "[]", "{}", '{"watermark": "x"}', "\x00", "{"])
def test_a_spoilt_memory_is_no_memory(world, spoilt):
    ticket = create(world)
    known = learnt(world)
    world.memo.update({key: spoilt for key in world.memo if key.startswith("jira listing")})
    world.person_moves(ticket.key, State.DONE)
    assert listed(world, known)[ticket.id].state is State.DONE


def test_nothing_is_remembered_anew_while_nothing_changes(world):
    many(world, 3)
    known = learnt(world)
    listed(world, known)
    before = dict(world.memo)
    world.pass_time(900)
    listed(world, known)
    assert world.memo == before


def test_the_memory_stays_small(world):
    many(world, 50)
    known = learnt(world)
    listed(world, known)
    [kept] = [json.loads(text) for key, text in world.memo.items() if key.startswith("jira listing")]
    assert (kept["handed"], kept["gone"]) == ({}, {})


def test_a_ticket_that_was_just_made_is_in_the_next_listing_of_a_ledger_that_lost_it(world):
    many(world, 2)
    known = learnt(world)
    made = world.tracker.create(desired(), MARKER)
    assert set(listed(world, known)) == {made.id}
