"""Making issues: exactly one POST each, and everything that is not needed may be missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from syncd.core.model import Block, State, Ticket
from syncd.errors import AuthenticationFailed, NotSent, OutcomeUnknown, Refused
from tests.connectors.trackers.github_world import LOGIN, OWNER, GitHubWorld
from tests.contracts.tracker import MARKER, OTHER, desired
from tests.emulators.github import BOT
from tests.emulators.http import Response

ISSUES = "/repos/acme/web/issues"


@pytest.fixture
def world():
    world = GitHubWorld()
    yield world
    world.close()


def create(world: GitHubWorld, *, marker: str = MARKER, **wish) -> Ticket:
    return world.tracker.create(desired(**wish), marker)


def test_an_issue_gets_title_body_labels_and_assignee_in_one_request(world):
    world.tracker = world.new_tracker(labels=("postmortem",))
    ticket = create(world, title="Add an alert")
    [sent] = world.bodies("POST", ISSUES)
    assert sent["title"] == "Add an alert"
    assert sent["labels"] == ["syncd", "postmortem", "sev-1", "detect"]
    assert sent["assignees"] == [LOGIN]
    assert sent["body"].startswith("### Action item\n\nAdd an alert\n\n- **Owner:** Platform Team\n")
    assert f"<!-- syncd:{MARKER} document=" in sent["body"].splitlines()[-1]
    assert (ticket.notes, ticket.key) == ((), "acme/web#1")
    assert world.asked()[-1] == f"POST {ISSUES} 201"


def test_the_id_is_place_and_node_id(world):
    assert create(world).id == f"acme/web#1:{world.github.issue(1).node_id}"


def test_missing_labels_are_made_with_a_colour_and_only_once(world):
    create(world)
    create(world, marker=OTHER)
    made = world.bodies("POST", "/repos/acme/web/labels")
    assert [label["name"] for label in made] == ["syncd", "postmortem", "sev-1", "detect"]
    assert all(len(label["color"]) == 6 for label in made)


def test_a_label_that_is_there_in_other_letters_is_used(world):
    world.github.person_creates("x", labels=["PostMortem", "SEV-1", "Syncd"])
    ticket = create(world)
    assert [label["name"] for label in world.bodies("POST", "/repos/acme/web/labels")] == ["detect"]
    assert ticket.notes == ()


def test_after_the_first_each_issue_costs_one_request(world):
    create(world)
    before = world.requests()
    for number in range(5):
        create(world, marker=f"{number:012x}")
    assert world.asked(before) == [f"POST {ISSUES} 201"] * 5


def test_writes_are_a_second_apart(world):
    create(world)
    created = world.now
    create(world, marker=OTHER)
    assert world.now - created >= timedelta(seconds=1)
    assert max(world.slept) <= 2


def test_at_eighty_a_minute_the_next_is_put_off(world):
    world.sleep = lambda seconds: None  # a clock that stands still
    world.tracker = world.new_tracker()
    for number in range(80 - 4):  # four labels were made first
        create(world, marker=f"{number:012x}")
    with pytest.raises(NotSent) as put_off:
        create(world, marker=OTHER)
    assert put_off.value.not_before == world.now + timedelta(minutes=1)
    assert world.posts() == len(world.github.issues()) == 76


@pytest.mark.parametrize("owner", ["platform  TEAM", " Platform Team "])
def test_an_owner_is_known_whatever_the_letters_and_blanks(world, owner):
    create(world, owner=owner)
    assert world.github.issue(1).assignees == (LOGIN,)


@pytest.mark.parametrize("owner", ["Platform", LOGIN, f"@{LOGIN}", "Platform Team + Checkout"])
def test_nobody_is_assigned_by_guess(world, owner):
    assert create(world, owner=owner).notes == ()
    assert "assignees" not in world.bodies("POST", ISSUES)[0]


def test_who_cannot_be_assigned_is_left_out_and_told(world):
    world.github.grant(LOGIN, None)
    [note] = create(world).notes
    assert note.startswith("It was not assigned")
    assert LOGIN in note
    assert OWNER in note
    assert world.github.issue(1).assignees == ()


def test_an_assignee_who_is_refused_at_the_last_moment_is_left_out_the_next_time(world):
    create(world)
    world.github.grant(LOGIN, None)
    with pytest.raises(NotSent, match="without the assignee"):
        create(world, marker=OTHER)
    world.tracker = world.new_tracker()
    [note] = create(world, marker=OTHER).notes
    assert LOGIN in note
    assert [issue.number for issue in world.github.issues()] == [1, 2]


def test_labels_and_assignees_that_are_dropped_without_a_word_are_told(world):
    create(world)
    world.github.grant(BOT, "read")
    notes = create(world, marker=OTHER).notes
    assert [note.partition(":")[0] for note in notes] == [
        "GitHub left out the labels syncd, postmortem, sev-1, detect",
        f"GitHub did not assign {LOGIN}",
    ]


def test_labels_that_cannot_be_made_are_left_out_and_told_and_not_tried_again(world):
    world.github.grant(BOT, "triage")
    world.github.person_creates("x", labels=["syncd"])
    notes = create(world).notes
    assert [note.partition(" was left out")[0] for note in notes] == [
        "The label postmortem",
        "The label sev-1",
        "The label detect",
    ]
    assert world.labels("acme/web#2") == {"syncd"}
    before = world.requests()
    create(world, marker=OTHER)
    assert world.asked(before) == [f"POST {ISSUES} 201"]


def test_a_label_that_is_too_long_is_cut(world):
    ticket = world.tracker.create(_with_labels("x" * 80, "  ", "a\nb", "A B"), MARKER)
    assert ticket.notes == ()
    assert world.labels(ticket.key) == {"syncd", "postmortem", "x" * 50, "a b"}


def _with_labels(*labels: str):
    return replace(desired(), labels=labels)


def test_a_description_that_was_cut_is_told(world):
    [note] = create(world, body=(Block(text="x y " * 50_000),)).notes
    assert "cut" in note


def test_in_progress_is_open(world):
    assert create(world, state=State.IN_PROGRESS).state is State.OPEN


# --- sub-issues


@pytest.mark.parametrize("parent", [1, "1", "#1", "acme/web#1"])
def test_an_issue_is_put_below_its_parent(world, parent):
    world.github.person_creates("Epic")
    world.tracker = world.new_tracker(parent=parent)
    ticket = create(world)
    assert ticket.notes == ()
    assert world.github.issue(1).children == (world.github.issue(2).id,)


def test_a_parent_may_be_in_another_repository(world):
    world.github.add_repository("acme/plans", roles={BOT: "write"})
    world.github.person_creates("Epic", repository="acme/plans")
    world.tracker = world.new_tracker(parent="acme/plans#1")
    assert create(world).notes == ()
    assert len(world.github.issue(1, "acme/plans").children) == 1


@pytest.mark.parametrize("status", [404, 403, 422, 500, 502, 401])
def test_without_its_parent_the_issue_is_made_all_the_same(world, status):
    world.tracker = world.new_tracker(parent=7)
    world.spoil("POST", r".*/sub_issues", status=status)
    [note] = create(world).notes
    assert note.startswith("It was not put below acme/web#7")
    assert world.posts() == len(world.github.issues()) == 1


# --- what may become of an attempt


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after the work"])
def test_an_answer_that_says_nothing_leaves_the_outcome_unknown(world, status, after):
    world.spoil("POST", ISSUES, status=status, after=after)
    with pytest.raises(OutcomeUnknown):
        create(world)
    found = world.tracker.find(MARKER)
    assert (found is not None) is after
    assert world.posts() == 1


@pytest.mark.parametrize("status", [200, 201])
def test_nonsense_that_looks_like_success_leaves_the_outcome_unknown(world, status):
    world.spoil("POST", ISSUES, status=status, after=True)
    with pytest.raises(OutcomeUnknown):
        create(world)
    assert world.tracker.find(MARKER).key == "acme/web#1"


def test_json_that_is_no_issue_leaves_the_outcome_unknown(world):
    world.meddle = lambda request, answer: (
        Response(status=201, json={"message": "ok"})
        if (request.method, request.path) == ("POST", ISSUES)
        else answer(request)
    )
    with pytest.raises(OutcomeUnknown):
        create(world)


def test_a_secondary_limit_made_nothing_and_says_when_to_come_back(world):
    world.github.throttle(method="POST", path=ISSUES, retry_after=90)
    with pytest.raises(NotSent) as put_off:
        create(world)
    assert put_off.value.not_before == world.now + timedelta(seconds=90)
    before = world.requests()
    for call in (lambda: create(world), lambda: world.tracker.listing({}), lambda: world.tracker.find(MARKER)):
        with pytest.raises(NotSent):
            call()
    assert world.requests() == before
    world.pass_time(91)
    assert create(world).key == "acme/web#1"


def test_a_used_up_primary_limit_waits_for_its_reset(world):
    world.github.throttle(status=403, retry_after=None, reset=timedelta(minutes=40))
    with pytest.raises(NotSent) as put_off:
        create(world)
    assert put_off.value.not_before == world.now + timedelta(minutes=40)
    assert world.posts() == 0


def test_a_token_that_is_refused_is_a_matter_of_authentication(world):
    world.github.revoke(world.github.token)
    with pytest.raises(AuthenticationFailed, match="401"):
        create(world)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [("archived", "Repository was archived so is read-only"), ("has_issues", "Issues has been disabled")],
)
def test_a_repository_that_takes_no_issues_refuses_in_its_own_words(world, trouble, words):
    create(world)
    setattr(world.github.repository(), trouble, trouble == "archived")
    with pytest.raises(Refused, match=words) as refused:
        create(world, marker=OTHER)
    assert "[teams.payments.trackers.web]" in str(refused.value)


def test_look_ups_that_fail_before_the_request_send_nothing(world):
    world.spoil("GET", ".*", status=500)
    with pytest.raises(NotSent):
        create(world)
    assert world.posts() == 0


def test_when_nobody_listens_nothing_was_sent():
    world = GitHubWorld()
    world.close()
    with pytest.raises(NotSent):
        create(world)


def test_a_renamed_repository_gets_its_issues_under_the_old_name(world):
    create(world)
    world.github.rename_repository("site")
    ticket = create(world, marker=OTHER)
    assert (ticket.key, ticket.notes) == ("acme/site#2", ())
    assert len(world.github.issues()) == 2


# --- finding


def test_what_lost_its_label_is_found_by_its_marker(world):
    create(world)
    world.github.grant(BOT, "read")
    world.spoil("POST", ISSUES, after=True)
    with pytest.raises(OutcomeUnknown):
        create(world, marker=OTHER)
    assert world.labels("acme/web#2") == frozenset()
    assert world.tracker.find(OTHER).key == "acme/web#2"


def test_only_what_is_younger_than_the_first_attempt_is_searched(world):
    for _ in range(150):
        world.github.person_creates("old")
    world.pass_time(86_400)
    began = world.now
    for _ in range(2):
        world.spoil("POST", ISSUES, after=False)
        with pytest.raises(OutcomeUnknown):
            create(world)
        world.pass_time(3_600)
    before = world.requests()
    assert world.new_tracker().find(MARKER) is None
    [(request, _)] = world.server.log[before:]
    assert began - timedelta(minutes=6) < datetime.fromisoformat(request.query["since"]) < began


def test_a_marker_without_an_attempt_is_searched_everywhere(world):
    create(world)
    for _ in range(120):
        world.github.person_creates("younger")
    world.memo.clear()
    before = world.requests()
    assert world.tracker.find(MARKER).key == "acme/web#1"
    assert world.requests() - before == 2


def test_of_two_with_one_marker_the_lower_number_is_it(world):
    create(world)
    world.github.person_creates("A copy", body=world.github.issue(1).body, labels=["syncd"])
    assert world.tracker.find(MARKER).key == "acme/web#1"


@pytest.mark.parametrize("status", [500, 404, 403, 200])
def test_a_search_that_was_not_whole_says_nothing(world, status):
    for _ in range(120):
        world.github.person_creates("x")
    world.spoil("GET", r"/repositories/\d+/issues", status=status)
    with pytest.raises(NotSent):
        world.tracker.find(MARKER)
