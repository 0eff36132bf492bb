"""Changing issues: only what moved, never what people own, never another repository."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.core.model import Presence, State
from syncd.errors import AuthenticationFailed, NotSent, OutcomeUnknown, Refused
from tests.connectors.trackers.github_world import GitHubWorld
from tests.contracts.tracker import DOCUMENT, MARKER, MOVED, OTHER, desired
from tests.emulators.github import BOT
from tests.emulators.http import Response

ISSUE = "/repos/acme/web/issues/1"


@pytest.fixture
def world():
    world = GitHubWorld()
    yield world
    world.close()


@pytest.fixture
def ticket(world):
    return world.tracker.create(desired(), MARKER)


def patches(world: GitHubWorld) -> list[Any]:
    return world.bodies("PATCH", ISSUE)


def test_an_update_sends_only_what_changes(world, ticket):
    world.tracker.update(ticket.id, title="Other words", state=State.OPEN, document=DOCUMENT)
    assert patches(world) == [{"title": "Other words"}]


def test_what_is_there_already_is_not_sent(world, ticket):
    world.github.person_closes(1, "duplicate")
    before = world.requests()
    for state in (State.CANCELLED, None):
        world.tracker.update(ticket.id, title=ticket.title, state=state, document=DOCUMENT, incident=["OPS-1"])
    assert world.asked(before) == [f"GET {ISSUE} 200"] * 2


def test_a_reason_that_people_gave_survives_other_changes(world, ticket):
    world.github.person_closes(1, "duplicate")
    world.tracker.update(ticket.id, title="Other words", state=State.CANCELLED)
    assert patches(world) == [{"title": "Other words"}]
    assert world.github.issue(1).state_reason == "duplicate"


@pytest.mark.parametrize(
    ("state", "sent"),
    [
        (State.DONE, {"state": "closed", "state_reason": "completed"}),
        (State.CANCELLED, {"state": "closed", "state_reason": "not_planned"}),
    ],
)
def test_an_issue_is_closed_with_its_reason(world, ticket, state, sent):
    assert world.tracker.update(ticket.id, state=state).state is state
    assert patches(world) == [sent]


@pytest.mark.parametrize("state", [State.OPEN, State.IN_PROGRESS])
def test_an_issue_is_reopened(world, ticket, state):
    world.github.person_closes(1)
    assert world.tracker.update(ticket.id, state=state).state is State.OPEN
    assert patches(world) == [{"state": "open"}]


def test_where_another_reason_is_ignored_the_issue_is_opened_and_closed_again(world, ticket):
    world.github.person_closes(1)

    def meddle(request, answer):
        if request.method == "PATCH" and world.github.issue(1).state == "closed" == request.json.get("state"):
            return answer(type(request)("GET", request.path, headers=request.headers))
        return answer(request)

    world.meddle = meddle
    assert world.tracker.update(ticket.id, state=State.CANCELLED).state is State.CANCELLED
    assert [sent["state"] for sent in patches(world)] == ["closed", "open", "closed"]


# --- the link


def test_the_link_is_moved_and_nothing_else_in_the_body(world, ticket):
    before = world.github.issue(1).body.split("\n")
    assert world.tracker.update(ticket.id, document=MOVED).document == MOVED
    after = world.github.issue(1).body.split("\n")
    assert [line.partition(" ")[0] for line, old in zip(after, before, strict=True) if line != old] == ["**Document:**"]


def test_a_persons_words_around_the_link_stay_byte_for_byte(world, ticket):
    world.github.person_edits(1, body=f"Half done.\n{world.github.issue(1).body}\nAsk Ada.")
    before = world.github.issue(1).body
    world.tracker.update(ticket.id, document=MOVED)
    old, new = before.split("\r\n"), world.github.issue(1).body.split("\r\n")
    assert len([1 for one, other in zip(old, new, strict=True) if one != other]) == 1


def test_a_link_that_a_person_edited_is_left_alone_and_told(world, ticket):
    world.github.person_edits(1, body=world.github.issue(1).body.replace("**Document:**", "**Source:**"))
    before = world.github.issue(1)
    after = world.tracker.update(ticket.id, title="Other words", document=MOVED)
    [note] = after.notes
    assert "left alone" in note
    assert (world.github.issue(1).body, after.title) == (before.body, "Other words")


def test_an_adopted_ticket_has_no_link_to_move(world):
    key = world.person_creates("Buy coffee")
    ticket = world.tracker.adopt(world.tracker.look_up([key])[key].id, MARKER)
    assert ticket.document is None
    assert len(world.tracker.update(ticket.id, document=MOVED).notes) == 1
    assert patches(world) == [{"body": f"<!-- syncd:{MARKER} -->"}]


# --- pull requests


@pytest.mark.parametrize("state", [State.DONE, State.CANCELLED])
def test_an_open_pull_request_is_for_people(world, state):
    world.github.person_opens_pull("Fix it")
    ticket = world.tracker.look_up(["acme/web#1"])["acme/web#1"]
    with pytest.raises(Refused, match="pull request"):
        world.tracker.update(ticket.id, state=state)
    assert world.tracker.update(ticket.id, state=State.IN_PROGRESS).state is State.IN_PROGRESS
    assert patches(world) == []


def test_a_merged_pull_request_is_done_already(world):
    world.github.person_opens_pull("Fix it")
    world.github.person_merges(1)
    ticket = world.tracker.look_up(["acme/web#1"])["acme/web#1"]
    assert world.tracker.update(ticket.id, state=State.DONE).state is State.DONE
    with pytest.raises(Refused):
        world.tracker.update(ticket.id, state=State.OPEN)


def test_a_pull_request_is_adopted_like_an_issue(world):
    world.github.person_opens_pull("Fix it")
    found = world.tracker.look_up(["acme/web#1"])["acme/web#1"]
    world.tracker.adopt(found.id, MARKER)
    assert [(t.key, t.marker) for t in world.tracker.listing({}).tickets] == [("acme/web#1", MARKER)]


# --- adopting


def test_adopting_keeps_body_and_labels(world):
    number = world.github.person_creates("Buy coffee", body="Black.\nNo sugar.", labels=["home"])
    found = world.tracker.look_up([f"acme/web#{number}"])[f"acme/web#{number}"]
    world.tracker.adopt(found.id, MARKER)
    issue = world.github.issue(number)
    assert issue.body == f"Black.\r\nNo sugar.\n\n<!-- syncd:{MARKER} -->"
    assert issue.labels == ("home", "syncd")


@pytest.mark.parametrize("role", ["read", "triage"])
def test_adopting_where_it_is_forbidden_is_refused_and_changes_nothing(world, role):
    world.github.person_creates("x", labels=["syncd"])
    key = world.person_creates("Buy coffee")
    found = world.tracker.look_up([key])[key]
    world.github.grant(BOT, role)
    with pytest.raises(Refused):
        world.tracker.adopt(found.id, MARKER)
    assert world.tracker.look_up([key])[key] == found
    assert world.labels(key) == frozenset()


# --- what may become of a change


@pytest.mark.parametrize("status", [200, 500, 502, 503])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after the work"])
def test_an_answer_that_says_nothing_leaves_the_outcome_unknown(world, ticket, status, after):
    world.spoil("PATCH", ISSUE, status=status, after=after)
    with pytest.raises(OutcomeUnknown):
        world.tracker.update(ticket.id, state=State.DONE)
    assert world.tracker.update(ticket.id, state=State.DONE).state is State.DONE


def test_a_look_that_fails_before_a_change_sends_nothing(world, ticket):
    world.spoil("GET", ISSUE, status=502)
    with pytest.raises(NotSent):
        world.tracker.update(ticket.id, state=State.DONE)
    assert patches(world) == []


def test_while_the_repository_cannot_be_read_a_change_is_put_off(world, ticket):
    world.break_down()
    with pytest.raises(NotSent, match="acme/web cannot be read"):
        world.tracker.update(ticket.id, state=State.DONE)


def test_a_redirect_to_another_host_is_not_followed(world, ticket):
    world.meddle = lambda request, answer: Response(status=301, headers={"location": "https://evil.example/issues/1"})
    with pytest.raises(NotSent, match=r"evil\.example"):
        world.tracker.look_up([ticket.key])
    with pytest.raises(NotSent):
        world.tracker.create(desired(), OTHER)


def test_a_limit_puts_a_change_off(world, ticket):
    world.github.throttle(status=429, method="PATCH", retry_after=None)
    with pytest.raises(NotSent) as put_off:
        world.tracker.update(ticket.id, state=State.DONE)
    assert put_off.value.not_before is not None
    assert (put_off.value.not_before - world.now).total_seconds() == 60


def test_a_token_that_was_revoked_is_a_matter_of_authentication(world, ticket):
    world.github.revoke(world.github.token)
    for call in (world.tracker.update, lambda i: world.tracker.adopt(i, MARKER)):
        with pytest.raises(AuthenticationFailed):
            call(ticket.id)


@pytest.mark.parametrize("identifier", ["", "x", "acme/web#0:I_1", "acme/web#7:I_1", "T-1"])
def test_what_is_no_ticket_of_ours_is_refused(world, identifier):
    with pytest.raises(Refused):
        world.tracker.update(identifier, title="x")


def test_an_issue_that_moves_between_look_and_change_is_not_written_to(world, ticket):
    world.github.add_repository("acme/other", roles={BOT: "write"})

    def meddle(request, answer):
        if request.method == "PATCH":
            world.meddle = None
            world.github.person_transfers(1, "acme/other")
        return answer(request)

    world.meddle = meddle
    with pytest.raises(NotSent, match="moved"):
        world.tracker.update(ticket.id, title="Other words")
    assert world.github.issue(1, "acme/other").title == ticket.title


# --- looking up, alike


def test_keys_that_are_no_keys_are_left_out(world, ticket):
    assert list(world.tracker.look_up(["OPS-1", "", "acme/web#x", ticket.key])) == [ticket.key]


def test_a_deleted_key_is_left_out_and_an_unreadable_repository_is_not(world, ticket):
    assert world.tracker.look_up(["acme/web#77"]) == {}
    with pytest.raises(NotSent, match="acme/secret"):
        world.tracker.look_up(["acme/secret#1"])


def test_peoples_tickets_of_that_title_or_with_a_link_are_alike(world, ticket):
    title = world.person_creates("Add an alert")
    link = f"acme/web#{world.github.person_creates('Alerting', body=f'From {DOCUMENT}')}"
    world.person_creates("Add an alert and more")
    world.github.person_creates("Other", body="From https://git.example.com/acme/web/blob/main/docs/b.md")
    alike = world.tracker.alike("Add an alert", DOCUMENT)
    assert [(t.key, t.presence) for t in alike] == [(title, Presence.HERE), (link, Presence.HERE)]


@pytest.mark.parametrize(
    "title",
    ['" OR repo:acme/secret', "is:pr -label:x", "…", "word " * 100, "キャッシュを直す", '"quoted"'],
)
def test_any_title_can_be_searched_for(world, title):
    world.github.add_repository("acme/secret", roles={BOT: "write"})
    world.github.person_creates(title, repository="acme/secret")
    assert world.tracker.alike(title, "") == []
    if title != "…":
        key = world.person_creates(world.tracker.create(desired(title=title), MARKER).title)
        assert [t.key for t in world.tracker.alike(title, "/srv/a.md")] == [key]


@pytest.mark.parametrize("status", [422, 500, 200])
def test_a_search_that_fails_is_not_an_empty_one(world, status):
    world.spoil("GET", "/search/issues", status=status)
    with pytest.raises(NotSent):
        world.tracker.alike("Add an alert", DOCUMENT)


def test_two_attempts_do_not_disturb_one_another(world):
    for marker in (MARKER, OTHER):
        world.spoil("POST", "/repos/acme/web/issues", after=marker == OTHER)
        with pytest.raises(OutcomeUnknown):
            world.tracker.create(desired(), marker)
    assert world.tracker.find(MARKER) is None
    assert world.tracker.find(OTHER) is not None
