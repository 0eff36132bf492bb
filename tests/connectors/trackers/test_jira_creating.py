"""How a ticket is made in Jira: in one call, with whatever the project takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.core.model import Block, State
from syncd.errors import Refused
from tests.connectors.trackers.jira_world import JiraWorld
from tests.contracts.tracker import DOCUMENT, DUE, MARKER, desired
from tests.emulators.jira_site import ScreenField

ISSUE = r"/rest/api/2/issue"


@pytest.fixture(params=["cloud", "datacenter"])
def world(request):
    world = JiraWorld(request.param)
    yield world
    world.close()


def test_everything_that_the_project_takes_is_there(world):
    tracker = world.new_tracker(labels=("postmortem",), fields={"customfield_10030": "Production"})
    ticket = tracker.create(desired(), MARKER)
    made = world.jira.issue(ticket.key)
    assert made.labels == ("detect", "postmortem", "sev-1", "syncd", f"syncd-{MARKER}")
    assert (made.summary, made.duedate, made.priority) == ("Add an alert", DUE.isoformat(), "Highest")
    assert (made.issuetype, made.components) == ("Task", ("Platform",))
    assert made.customfields["customfield_10030"] == "Production"
    assert world.owner(ticket.key) == "Platform Team"
    assert f"[a|{DOCUMENT}]" in made.description
    assert ticket.notes == ()


def test_one_post_makes_it_and_everything_is_asked_before(world):
    world.tracker.create(desired(), MARKER)
    assert world.server.count("POST", ISSUE) == 1
    asked = [request.method for request, _ in world.server.log if request.path.startswith(ISSUE)]
    assert asked.index("POST") == len(asked) - 2
    assert asked[-1] == "GET"


def test_what_was_asked_about_the_project_is_not_asked_again_for_an_hour(world):
    world.tracker.create(desired(), MARKER)
    before = len(world.server.log)
    world.tracker.create(desired(), "0ddba11ca11e")
    assert len(world.server.log) == before + 2
    world.pass_time(3600)
    world.tracker.create(desired(), "0ddba11ca11f")
    assert len(world.server.log) > before + 4


def test_an_owner_who_is_not_in_the_configuration_is_nobody(world):
    ticket = world.tracker.create(desired(owner="alice"), MARKER)
    assert world.jira.issue(ticket.key).assignee is None


@pytest.mark.parametrize("user", ["carol", "nobody"])
def test_an_owner_whom_jira_does_not_take_is_left_out_and_told(world, user):
    known = next((one for one in world.jira.site.users.values() if one.name == user), None)
    name = known.account_id if known and world.jira.site.cloud else user
    tracker = world.new_tracker(owners={"Platform Team": name})
    ticket = tracker.create(desired(), MARKER)
    assert ticket.notes == (f"Left out the assignee Platform Team: tickets of OPS cannot be given to {name}.",)
    assert world.jira.issue(ticket.key).assignee is None


def test_the_owners_name_may_be_written_in_any_case(world):
    ticket = world.tracker.create(desired(owner="platform  TEAM"), MARKER)
    assert world.owner(ticket.key) == "Platform Team"


def test_a_parent_is_set_where_the_create_screen_has_it(world):
    epic = world.jira.person_creates("The epic", project="OPS", issuetype="Epic")
    ticket = world.new_tracker(parent=epic).create(desired(), MARKER)
    made = world.jira.issue(ticket.key)
    if world.jira.site.cloud:
        assert made.parent == world.jira.issue(epic).id
    else:
        assert made.parent is None
        assert ticket.notes == (f"Left out the parent {epic}: the create screen has no such field.",)


def test_a_parent_that_is_gone_does_not_hinder_the_ticket(world):
    ticket = world.new_tracker(parent="OPS-999").create(desired(), MARKER)
    [note] = ticket.notes
    assert note.startswith("Left out the parent OPS-999: there is no such issue.")
    assert "[teams.payments.trackers.ops]" in note


def test_a_required_field_is_named_before_anything_is_sent(world):
    world.jira.require("customfield_10010")
    with pytest.raises(Refused, match=r"“Team” \(customfield_10010\): add fields = .* to \[teams\.payments") as refusal:
        world.tracker.create(desired(), MARKER)
    assert world.server.count("POST", ISSUE) == 0
    assert world.count(MARKER) == 0
    assert "customfield_10010" in str(refusal.value)
    assert world.new_tracker(fields={"customfield_10010": "SRE"}).create(desired(), MARKER).marker == MARKER


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"issue_type": "Incident"}, "no issue type “Incident” in OPS, but Bug, Epic, Story, Sub-task, Task"),
        ({"project": "NOPE"}, "Check that the account may browse NOPE"),
        ({"fields": {"customfield_99999": "x"}}, "remove customfield_99999 from `fields`"),
        ({"fields": {"customfield_10016": "many"}}, 'fields = { customfield_10016 = "…" }'),
        ({"fields": {"customfield_10030": "Moon"}}, 'fields = { customfield_10030 = "…" }'),
    ],
)
def test_what_is_configured_wrongly_is_refused_with_the_line_to_correct(world, settings, words):
    with pytest.raises(Refused) as refusal:
        world.new_tracker(**settings).create(desired(), MARKER)
    assert words in str(refusal.value)
    assert world.count(MARKER) == 0


def test_without_the_right_to_create_nothing_is_sent(world):
    world.jira.make_read_only("OPS")
    with pytest.raises(Refused, match="may not create issues"):
        world.tracker.create(desired(), MARKER)
    assert world.server.count("POST", ISSUE) == 0


def test_after_a_refusal_the_project_is_asked_anew(world):
    with pytest.raises(Refused):
        world.new_tracker(fields={"customfield_99999": "x"}).create(desired(), MARKER)
    tracker = world.new_tracker()
    tracker.create(desired(), MARKER)
    world.jira.require("customfield_10010")
    with pytest.raises(Refused, match="Team is required"):
        tracker.create(desired(), "0ddba11ca11e")
    with pytest.raises(Refused, match="add fields"):
        tracker.create(desired(), "0ddba11ca11e")


def test_where_assigning_and_scheduling_are_not_allowed_the_ticket_is_made_all_the_same(world):
    world.jira.permit("OPS", world.jira.site.projects["OPS"].permissions - {"ASSIGN_ISSUES", "SCHEDULE_ISSUES"})
    ticket = world.tracker.create(desired(), MARKER)
    assert (ticket.due, world.owner(ticket.key)) == (None, None)
    assert [note.partition(":")[0] for note in ticket.notes] == [
        f"Left out the due date {DUE}",
        "Left out the assignee Platform Team",
    ]


def test_a_started_item_is_moved_after_it_was_made(world):
    ticket = world.tracker.create(desired(state=State.IN_PROGRESS), MARKER)
    assert (ticket.state, ticket.notes) == (State.IN_PROGRESS, ())
    assert world.jira.status_of(ticket.key) == "In Progress"


def test_a_started_item_whose_workflow_has_no_way_is_made_open_and_told(world):
    for status in ("In Progress", "In Review"):
        world.jira.restrict(status, sources=["Done"])
    ticket = world.tracker.create(desired(state=State.IN_PROGRESS), MARKER)
    assert ticket.state is State.OPEN
    [note] = ticket.notes
    assert note == (
        f"{ticket.key} stays as it is: its workflow has no way from “To Do” to in_progress:"
        " none of its transitions leads there."
    )


def test_a_started_item_whose_workflow_wants_more_is_told_what(world):
    field = ScreenField("customfield_10010", required=True)
    world.jira.put_on_screen("In Progress", field)
    world.jira.restrict("In Review", sources=["Done"])
    ticket = world.tracker.create(desired(state=State.IN_PROGRESS), MARKER)
    assert "“In Progress” needs “Team” (customfield_10010)" in ticket.notes[0]
    tracker = world.new_tracker(fields={"customfield_10010": "SRE"})
    assert tracker.create(desired(state=State.IN_PROGRESS), "0ddba11ca11e").state is State.IN_PROGRESS


@pytest.mark.parametrize(
    ("severity", "priority"),
    [("SEV-1", "Highest"), ("SEV-2", "High"), ("SEV-4", "Low"), ("Blocker", "Medium"), (None, "Medium")],
)
def test_the_severity_gives_the_priority_and_an_unknown_one_leaves_it_to_jira(world, severity, priority):
    ticket = world.tracker.create(replace(desired(), severity=severity), MARKER)
    assert world.jira.issue(ticket.key).priority == priority


@pytest.mark.parametrize("label", ["syncd", "syncd-badc0ffee000", "SYNCD-BADC0FFEE000"])
def test_a_label_from_a_document_cannot_be_ours(world, label):
    ticket = world.tracker.create(replace(desired(), labels=(label, "x")), MARKER)
    assert world.jira.issue(ticket.key).labels == ("postmortem", "syncd", f"syncd-{MARKER}", "x")


def test_a_mention_in_a_document_mentions_nobody(world):
    hostile = "[~alice] {mention:bob} !https://evil.example/x.png! {html}<b>{html}"
    ticket = world.tracker.create(desired(body=(Block(hostile, hostile, ((hostile, hostile),)),)), MARKER)
    description = world.jira.issue(ticket.key).description
    for markup in ("[~", "{mention", "!http", "{html", "://evil"):
        assert markup not in description.replace("\\" + markup, "")
