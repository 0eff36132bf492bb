"""What changed on GitHub: nothing is missed, nothing is taken back, and nothing costs more than it must."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.core.model import Presence, State, Ticket
from syncd.errors import AuthenticationFailed, NotSent, Refused
from syncd.ports import Listing
from tests.connectors.trackers.github_world import GitHubWorld
from tests.contracts.tracker import MARKER, desired
from tests.emulators.github import BOT
from tests.emulators.http import Response

LIST = r"/repos/acme/web/issues|/repositories/\d+/issues"


@pytest.fixture
def world():
    world = GitHubWorld()
    yield world
    world.close()


class Ledger:
    """What a pass remembers of a listing."""

    def __init__(self, world: GitHubWorld) -> None:
        self.world = world
        self.known: dict[str, str] = {}

    def take(self, tickets: Iterable[Ticket]) -> None:
        for ticket in tickets:
            self.known.pop(ticket.was or "", None)
            self.known[ticket.id] = ticket.revision

    def passes(self, count: int = 1) -> Listing:
        """So many passes, each of which records what it was told; the last listing."""
        for _ in range(count):
            listing = self.world.tracker.listing(self.known)
            self.take(listing.tickets)
        return listing

    def create(self, count: int = 1) -> list[Ticket]:
        """Tickets that the ledger knows, which are by hand to be quick."""
        made = []
        for _ in range(count):
            marker = f"{len(self.known) + len(made):012x}"
            number = self.world.github.person_creates("Item", body=f"x\n<!-- syncd:{marker} -->", labels=["syncd"])
            made.append(self.world.tracker.look_up([f"acme/web#{number}"])[f"acme/web#{number}"])
        self.take(made)
        return made

    def cost(self, passes: int = 1) -> list[str]:
        before = self.world.requests()
        self.passes(passes)
        return self.world.asked(before)


@pytest.fixture
def ledger(world):
    return Ledger(world)


def keys(listing: Listing) -> list[str]:
    return [ticket.key for ticket in listing.tickets]


# --- what it costs


def test_while_nothing_changes_a_pass_is_one_request_that_counts_nothing(ledger):
    ledger.create(30)
    ledger.passes(2)
    assert ledger.cost(3) == ["GET /repos/acme/web/issues 304"] * 3


def test_a_change_costs_one_request_and_settles(world, ledger):
    ledger.create(30)
    world.pass_time(3600)
    ledger.passes(2)
    world.github.person_closes(7)
    assert ledger.cost(3) == [f"GET /repos/acme/web/issues {status}" for status in (200, 304, 304)]
    assert ledger.passes().tickets == ()


def test_the_list_begins_at_github_s_time_and_not_at_ours(world, ledger):
    ledger.create()
    changed = world.now
    world.pass_time(7200)
    ledger.passes(2)
    [request] = [r for r, _ in world.server.log if "since" in r.query]
    assert request.query["since"] == f"{changed - timedelta(minutes=15):%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize("seconds", [0, 3600], ids=["at once", "an hour later"])
def test_many_changes_cost_a_request_per_hundred_and_settle(world, ledger, seconds):
    """All of them may have happened within the overlap; then the next list is as long, and not asked for again."""
    made = ledger.create(250)
    ledger.passes(2)
    world.pass_time(3600)
    for ticket in made:
        world.person_moves(ticket.key, State.DONE)
        world.pass_time(seconds / len(made))
    assert len(ledger.cost()) == 3
    assert len(ledger.cost()) == (3 if seconds == 0 else 1)
    assert ledger.cost(2) == ["GET /repos/acme/web/issues 304"] * 2


def test_a_change_is_seen_however_often_others_were_seen_before(world, ledger):
    made = ledger.create(120)
    world.pass_time(3600)
    ledger.passes(2)
    for ticket in made:
        world.pass_time(60)
        world.person_moves(ticket.key, State.DONE)
        assert keys(ledger.passes()) == [ticket.key]
        assert ledger.passes().tickets == ()


def test_many_changes_are_paged_completely(world, ledger):
    made = ledger.create(250)
    ledger.passes()
    world.pass_time(3600)
    for ticket in made:
        world.person_moves(ticket.key, State.DONE)
    before = world.requests()
    listing = ledger.passes()
    assert listing.complete
    assert sorted(keys(listing)) == sorted(ticket.key for ticket in made)
    assert world.requests() - before == 3


def test_a_change_behind_many_others_is_not_hidden_by_an_unchanged_first_page(world, ledger):
    made = ledger.create(150)
    ledger.passes(2)
    for ticket in (made[0], made[149]):
        ledger.passes(2)
        world.pass_time(1)
        world.person_moves(ticket.key, State.DONE)
        assert keys(ledger.passes()) == [ticket.key]


def test_a_sweep_of_many_is_a_request_per_hundred(world, ledger):
    ledger.create(250)
    ledger.passes(2)
    world.sweep()
    assert (
        ledger.cost()
        == ["GET /repos/acme/web 200"]
        + ["GET /repos/acme/web/issues 200"]
        + [f"GET /repositories/{world.github.repository().id}/issues 200"] * 2
    )


def test_a_change_while_the_pages_are_turned_is_not_lost(world, ledger):
    made = ledger.create(150)
    ledger.passes()
    world.pass_time(3600)
    for ticket in made:
        world.person_edits(ticket.key, title="Other words")
    world.pass_time(60)

    def meddle(request, answer):
        reply = answer(request)
        if request.path.endswith("/issues") and "page" not in request.query:
            world.pass_time(1)
            for ticket in (*made[:20], *made[-20:]):
                world.github.person_closes(int(ticket.key.partition("#")[2]))
        return reply

    world.meddle = meddle
    seen = {ticket.key: ticket for ticket in ledger.passes().tickets}
    world.meddle = None
    seen |= {ticket.key: ticket for ticket in ledger.passes().tickets}
    assert len(seen) == 150
    assert [seen[ticket.key].state for ticket in made] == [State.DONE] * 20 + [State.OPEN] * 110 + [State.DONE] * 20


# --- what was handed out


def test_what_was_handed_out_is_handed_out_until_it_is_known(world, ledger):
    made = ledger.create(3)
    ledger.passes(2)
    world.person_moves(made[1].key, State.DONE)
    for _ in range(4):
        assert keys(world.tracker.listing(ledger.known)) == [made[1].key]
        world.pass_time(3600)
    ledger.passes()
    assert ledger.cost(1)[0].startswith("GET /repos/acme/web/issues ")
    assert ledger.passes().tickets == ()


def test_what_was_handed_out_and_changed_again_is_handed_out_as_it_is(world, ledger):
    [made] = ledger.create()
    ledger.passes()
    world.person_moves(made.key, State.DONE)
    world.tracker.listing(ledger.known)
    world.person_moves(made.key, State.CANCELLED)
    assert [ticket.state for ticket in world.tracker.listing(ledger.known).tickets] == [State.CANCELLED]


@pytest.mark.parametrize("count", [1, 5, 30])
def test_when_the_ledger_is_lost_all_of_ours_are_handed_out_again(world, ledger, count):
    made = ledger.create(count)
    ledger.passes(2)
    for _ in range(3):
        assert sorted(keys(world.tracker.listing({}))) == sorted(ticket.key for ticket in made)
    ledger.passes(2)
    assert ledger.cost() == ["GET /repos/acme/web/issues 304"]


def test_tickets_of_another_ledger_in_the_same_repository_cost_a_request_per_hundred(world, ledger):
    Ledger(world).create(150)
    ledger.passes()
    for _ in range(2):
        before = world.requests()
        assert len(world.tracker.listing({}).tickets) == 150
        assert world.requests() - before == 3


@pytest.mark.parametrize("spoiled", ["", "{}", "[]", "null", "no JSON", '{"since": 1}'])
def test_a_lost_memo_costs_a_sweep_and_no_more(world, ledger, spoiled):
    ledger.create(3)
    ledger.passes(2)
    for name in world.memo:
        world.memo[name] = spoiled
    world.tracker = world.new_tracker()
    assert ledger.cost(3) == [
        "GET /repos/acme/web 200",
        "GET /repos/acme/web/issues 200",
        "GET /repos/acme/web/issues 200",
        "GET /repos/acme/web/issues 304",
    ]
    assert ledger.passes().tickets == ()


def test_another_process_goes_on_where_the_last_stopped(world, ledger):
    ledger.create(3)
    ledger.passes(2)
    world.tracker = world.new_tracker()
    assert ledger.cost() == ["GET /repos/acme/web/issues 304"]


# --- what the list cannot show


def test_a_ticket_without_our_label_is_asked_for_by_its_number(world, ledger):
    key = world.person_creates("Buy coffee")
    ledger.take(world.tracker.look_up([key]).values())
    ledger.passes()
    assert ledger.cost()[-1] == "GET /repos/acme/web/issues/1 200"
    world.person_moves(key, State.DONE)
    assert [ticket.state for ticket in ledger.passes().tickets] == [State.DONE]


def test_a_ticket_that_lost_our_label_is_followed_after_the_next_sweep(world, ledger):
    [made] = ledger.create()
    ledger.passes(2)
    world.github.person_edits(1, labels=[])
    world.sweep()
    ledger.passes()
    for state in (State.DONE, State.OPEN, State.CANCELLED):
        world.pass_time(60)
        world.person_moves(made.key, state)
        assert [ticket.state for ticket in ledger.passes().tickets] == [state]


def test_a_new_ticket_that_lists_do_not_show_yet_is_asked_for_by_its_number(world, ledger):
    ledger.passes()
    world.github.list_lag = timedelta(minutes=10)
    ticket = world.tracker.create(desired(), MARKER)
    ledger.take([ticket])
    assert world.tracker.listing(ledger.known).tickets == ()
    world.github.person_closes(1)
    assert [ticket.state for ticket in ledger.passes().tickets] == [State.DONE]


def test_a_list_that_lags_behind_takes_nothing_back(world, ledger):
    [made] = ledger.create()
    world.pass_time(3600)
    ledger.passes(2)
    world.github.list_lag = timedelta(minutes=10)
    ledger.take([world.tracker.update(made.id, title="Other words", state=State.DONE)])
    for _ in range(12):
        listing = ledger.passes()
        assert (listing.tickets, listing.complete) == ((), True)
        world.pass_time(60)
        world.memo.clear()  # so that the list is read, whatever it is worth


def test_two_changes_within_a_second_are_both_seen(world, ledger):
    [made] = ledger.create()
    ledger.passes(2)
    for state in (State.DONE, State.CANCELLED, State.OPEN):
        world.person_moves(made.key, state)
        assert [ticket.state for ticket in ledger.passes().tickets] == [state]


def test_a_pull_request_is_followed(world, ledger):
    numbers = [world.github.person_opens_pull("Fix it") for _ in range(2)]
    places = [f"acme/web#{number}" for number in numbers]
    found = world.tracker.look_up(places)
    assert [ticket.state for ticket in found.values()] == [State.IN_PROGRESS] * 2
    assert found[places[0]].url.endswith("/acme/web/pull/1")
    ledger.take(found.values())
    world.github.person_merges(1)
    world.github.person_closes(2)
    assert [ticket.state for ticket in ledger.passes().tickets] == [State.DONE, State.CANCELLED]


def test_somebody_elses_use_of_our_label_is_no_ticket_of_ours(world, ledger):
    ledger.create()
    world.github.person_creates("syncd is great", labels=["syncd"])
    ledger.passes(2)
    assert ledger.cost() == ["GET /repos/acme/web/issues 304"]
    assert len(ledger.known) == 1


# --- gone, moved, renamed, archived


def test_a_gone_ticket_is_said_again_until_it_comes_back(world, ledger):
    made = ledger.create(2)
    ledger.passes(2)
    world.forbid(made[0].key)
    world.sweep()
    for _ in range(3):
        [gone] = ledger.passes().tickets
        assert (gone.id, gone.key, gone.url) == (made[0].id, made[0].key, made[0].url)
        assert gone.presence is Presence.INACCESSIBLE
        world.pass_time(900)
    assert ledger.cost() == ["GET /repos/acme/web/issues 304"]
    world.github.allow(1)
    world.sweep()
    assert [(t.id, t.presence) for t in ledger.passes().tickets] == [(made[0].id, Presence.HERE)]
    assert ledger.passes(2).tickets == ()


def test_that_a_ticket_is_back_is_told_even_if_it_is_as_it_was(world, ledger):
    [made] = ledger.create()
    known = {made.id: made.revision}
    world.tracker.listing(known)
    world.forbid(made.key)
    for back in (False, True):
        world.sweep()
        [ticket] = world.tracker.listing(known).tickets
        assert (ticket.presence is Presence.HERE) is back
        world.github.allow(1)


def test_a_deleted_ticket_that_nobody_knows_is_not_spoken_of(world, ledger):
    made = ledger.create(2)
    world.tracker.listing({})
    world.person_deletes(made[0].key)
    world.sweep()
    assert keys(world.tracker.listing({made[1].id: made[1].revision})) == []


def test_a_transferred_ticket_is_known_by_its_new_id(world, ledger):
    world.github.add_repository("acme/other", roles={BOT: "write"})
    made = ledger.create(3)
    ledger.passes(2)
    world.github.person_transfers(2, "acme/other")
    world.sweep()
    [moved] = world.tracker.listing(ledger.known).tickets
    assert (moved.key, moved.was, moved.presence) == ("acme/other#1", made[1].id, Presence.HERE)
    assert moved.id == f"acme/other#1:{world.github.issue(1, 'acme/other').node_id}"
    assert moved.marker == made[1].marker
    [again] = ledger.passes().tickets  # nobody had recorded it
    assert again == moved
    assert ledger.passes(2).tickets == ()
    world.github.person_closes(1, repository="acme/other")
    assert [(t.id, t.state) for t in ledger.passes().tickets] == [(moved.id, State.DONE)]
    world.sweep()
    assert ledger.passes(2).tickets == ()


def test_a_transferred_ticket_is_not_written_to(world, ledger):
    world.github.add_repository("acme/other", roles={BOT: "write"})
    [made] = ledger.create()
    world.github.person_transfers(1, "acme/other")
    with pytest.raises(Refused, match=r"acme/web#1 is now acme/other#1, outside repository acme/web"):
        world.tracker.update(made.id, state=State.DONE)
    moved = world.tracker.look_up([made.key])[made.key]
    with pytest.raises(Refused, match=r"acme/other#1 is outside repository acme/web"):
        world.tracker.update(moved.id, title="x")
    with pytest.raises(Refused, match="outside"):
        world.tracker.adopt(moved.id, MARKER)
    assert world.github.issue(1, "acme/other").state == "open"


def test_a_ticket_transferred_out_of_sight_is_inaccessible(world, ledger):
    world.github.add_repository("acme/secret")
    [made] = ledger.create()
    ledger.passes()
    world.github.person_transfers(1, "acme/secret")
    world.sweep()
    assert [(t.id, t.presence) for t in ledger.passes().tickets] == [(made.id, Presence.INACCESSIBLE)]


def test_in_a_renamed_repository_tickets_keep_their_ids(world, ledger):
    made = ledger.create(3)
    ledger.passes(2)
    world.github.rename_repository("site")
    world.sweep()
    listing = ledger.passes()
    assert sorted(t.id for t in listing.tickets) == sorted(t.id for t in made)
    assert sorted(keys(listing)) == ["acme/site#1", "acme/site#2", "acme/site#3"]
    assert all(t.was is None for t in listing.tickets)
    world.pass_time(60)
    world.github.person_closes(2)
    [closed] = ledger.passes().tickets
    assert (closed.id, closed.state) == (made[1].id, State.DONE)
    assert world.tracker.update(made[0].id, state=State.DONE).id == made[0].id
    assert [t.id for t in world.tracker.look_up(["acme/web#3"]).values()] == [made[2].id]


def test_another_repository_of_that_name_has_none_of_our_tickets(world, ledger):
    made = ledger.create(2)
    ledger.passes()
    world.github.rename_repository("site")
    world.github.add_repository("acme/web", roles={BOT: "write"})
    world.github.person_creates("Somebody else's", repository="acme/web")
    world.sweep()
    listing = ledger.passes()
    assert [(t.id, t.presence) for t in listing.tickets] == [(t.id, Presence.INACCESSIBLE) for t in made]
    with pytest.raises(Refused, match="another issue"):
        world.tracker.update(made[0].id, title="x")


def test_an_archived_repository_s_tickets_are_archived(world, ledger):
    made = ledger.create(2)
    ledger.passes(2)
    world.github.repository().archived = True
    world.sweep()
    before = world.requests()
    listing = ledger.passes()
    assert [t.presence for t in listing.tickets] == [Presence.ARCHIVED] * 2
    assert world.requests() - before == 2
    assert ledger.passes(2).tickets == ()
    assert world.tracker.look_up([made[0].key])[made[0].key].revision == ledger.known[made[0].id]
    with pytest.raises(Refused, match="Repository was archived so is read-only"):
        world.tracker.update(made[0].id, title="Other words")
    world.github.repository().archived = False
    world.sweep()
    assert [t.presence for t in ledger.passes().tickets] == [Presence.HERE] * 2
    assert ledger.passes(2).tickets == ()


# --- when it cannot look


@pytest.mark.parametrize("swept", [False, True])
@pytest.mark.parametrize("trouble", ["readable", "roles"])
def test_a_repository_that_cannot_be_read_says_nothing_of_its_tickets(world, ledger, trouble, swept):
    ledger.create(2)
    ledger.passes(2)
    if trouble == "readable":
        world.github.repository().readable = False
    else:
        world.github.grant(BOT, None)
    if swept:
        world.sweep()
    listing = world.tracker.listing(ledger.known)
    assert (listing.tickets, listing.complete) == ((), False)
    assert "acme/web cannot be read" in (listing.problem or "")


def test_issues_that_are_switched_off_are_not_deleted(world, ledger):
    made = ledger.create(2)
    ledger.passes(2)
    world.github.repository().has_issues = False
    world.sweep()
    listing = world.tracker.listing(ledger.known)
    assert (listing.tickets, listing.complete) == ((), False)
    with pytest.raises(NotSent):
        world.tracker.look_up([made[0].key])


def test_a_revoked_token_is_a_matter_of_authentication(world, ledger):
    ledger.create()
    world.github.revoke(world.github.token)
    with pytest.raises(AuthenticationFailed):
        world.tracker.listing(ledger.known)


@pytest.mark.parametrize("status", [500, 200, 404, 403])
def test_a_page_that_does_not_come_leaves_everything_as_it_was(world, ledger, status):
    made = ledger.create(150)
    ledger.passes(2)
    world.pass_time(3600)
    for ticket in made:
        world.person_moves(ticket.key, State.DONE)
    memo = _but_the_budget(world.memo)
    world.spoil("GET", r"/repositories/\d+/issues", status=status)
    with pytest.raises(NotSent):
        world.tracker.listing(ledger.known)
    assert _but_the_budget(world.memo) == memo
    assert len(ledger.passes().tickets) == 150


def _but_the_budget(memo):
    """What is remembered of the listing; failures are counted beside it."""
    return {name: text for name, text in memo.items() if not name.startswith("budget ")}


def test_pages_that_lead_back_are_not_a_whole_list(world, ledger):
    ledger.create(150)

    def meddle(request, answer):
        listed = request.path.endswith("/issues")
        return answer(replace(request, query={**request.query, "page": "1"}) if listed else request)

    world.meddle = meddle
    with pytest.raises(NotSent, match="do not end"):
        world.tracker.listing({})


def test_a_page_on_another_host_is_not_asked_for(world, ledger):
    ledger.create(150)

    def meddle(request, answer):
        reply = answer(request)
        headers = {**reply.headers, "link": '<https://evil.example/issues?page=2>; rel="next"'}
        return replace(reply, headers=headers)

    world.meddle = meddle
    with pytest.raises(NotSent, match=r"evil\.example"):
        world.tracker.listing({})


def test_one_ticket_that_cannot_be_read_does_not_hide_the_others(world, ledger):
    for title in ("Tea", "Coffee"):
        ledger.take(world.tracker.look_up([world.person_creates(title)]).values())
    ledger.passes()
    world.person_moves("acme/web#1", State.DONE)
    world.person_moves("acme/web#2", State.DONE)
    world.spoil("GET", "/repos/acme/web/issues/1", status=500, times=2)
    listing = ledger.passes()
    assert (keys(listing), listing.complete) == (["acme/web#2"], False)
    assert "acme/web#1" in (listing.problem or "")
    assert keys(ledger.passes()) == []
    assert keys(ledger.passes()) == ["acme/web#1"]


def test_a_reason_that_nobody_knows_yet_is_told(world, ledger):
    [made] = ledger.create()
    world.github.person_closes(1)

    def meddle(request, answer):
        reply = answer(request)
        renamed = reply.content.replace(b'"state_reason": "completed"', b'"state_reason": "later"')
        return Response(status=reply.status, headers=reply.headers, body=renamed)

    world.meddle = meddle
    [closed] = ledger.passes().tickets
    assert closed.state is State.DONE
    assert "later" in (closed.problem or "")
    assert made.key in (closed.problem or "")


def test_duplicates_are_cancelled(world, ledger):
    ledger.create()
    world.github.person_closes(1, "duplicate")
    assert [ticket.state for ticket in ledger.passes().tickets] == [State.CANCELLED]
