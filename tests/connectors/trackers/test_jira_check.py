"""What ``syncd doctor`` proves about a Jira project."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syncd.ports import Level
from tests.canary import canary
from tests.connectors.trackers.jira_world import JiraWorld
from tests.emulators.proxy import FaultProxy, status


@pytest.fixture(params=["cloud", "datacenter"])
def world(request):
    world = JiraWorld(request.param)
    yield world
    world.close()


def findings(tracker):
    return {finding.about: finding for finding in tracker.check()}


def wrong(tracker):
    return {about: finding for about, finding in findings(tracker).items() if finding.level is not Level.OK}


def test_a_good_set_up_is_all_well_and_nothing_is_changed(world):
    found = findings(world.tracker)
    assert {finding.level for finding in found.values()} == {Level.OK}
    kind = "Jira Cloud" if world.jira.site.cloud else "Jira Data Center"
    assert kind in found["reachability"].cause
    assert found["authentication"].cause == "Jira knows us as Syncd Bot."
    assert {"project", "permissions", "issue type", "owner Platform Team", "owner Checkout"} <= set(found)
    assert {request.method for request, _ in world.server.log} == {"GET"}


def test_an_unreachable_jira(world):
    [finding] = world.new_tracker(url="http://127.0.0.1:9").check()[:1]
    assert (finding.level, finding.about) == (Level.FAILURE, "reachability")
    assert "refuses connections" in finding.cause
    assert finding.cure


def test_a_token_that_is_not_accepted(world):
    world.jira.revoke_token()
    world.token = canary("an old one")
    found = findings(world.new_tracker())
    assert found["authentication"].level is Level.AUTHENTICATION
    assert "project" not in found


def test_an_account_of_the_other_deployment(world):
    cloud = world.jira.site.cloud
    tracker = world.new_tracker(user=None) if cloud else world.new_tracker(user="bot@example.com")
    [finding] = tracker.check()
    assert finding.level is Level.AUTHENTICATION
    assert "as `user`" in finding.cure


def test_a_project_that_cannot_be_seen(world):
    found = wrong(world.new_tracker(project="NOPE"))
    assert found["project"].level is Level.FAILURE
    assert "NOPE" in found["project"].cause


def test_an_issue_type_that_is_not_there(world):
    found = wrong(world.new_tracker(issue_type="Incident"))
    assert found["issue type"].level is Level.FAILURE
    assert "Bug, Epic, Story, Sub-task, Task" in found["issue type"].cause


def test_required_fields_are_named_with_the_line_to_write(world):
    world.jira.require("customfield_10010")
    finding = wrong(world.tracker)["field customfield_10010"]
    assert finding.level is Level.FAILURE
    assert 'add fields = { customfield_10010 = "…" } to [teams.payments.trackers.ops]' in finding.cure
    assert wrong(world.new_tracker(fields={"customfield_10010": "SRE"})) == {}


def test_a_required_field_that_comes_from_the_row_is_a_warning(world):
    world.jira.require("duedate")
    finding = wrong(world.tracker)["field duedate"]
    assert (finding.level, "due date into the row" in finding.cure) == (Level.WARNING, True)


@pytest.mark.parametrize(
    ("permission", "level"),
    [
        ("CREATE_ISSUES", Level.FAILURE),
        ("EDIT_ISSUES", Level.FAILURE),
        ("TRANSITION_ISSUES", Level.FAILURE),
        ("LINK_ISSUES", Level.FAILURE),
        ("ASSIGN_ISSUES", Level.WARNING),
        ("SCHEDULE_ISSUES", Level.WARNING),
    ],
)
def test_a_missing_permission(world, permission, level):
    world.jira.permit("OPS", world.jira.site.projects["OPS"].permissions - {permission})
    finding = wrong(world.tracker)[f"permission {permission}"]
    assert finding.level is level
    assert permission in finding.cure


def test_an_account_that_may_do_too_much(world):
    world.jira.permit("OPS", world.jira.site.projects["OPS"].permissions | {"ADMINISTER_PROJECTS"})
    assert wrong(world.tracker)["token"].level is Level.WARNING


def test_a_token_near_its_end():
    world = JiraWorld("datacenter")
    try:
        with FaultProxy(world.server.url) as proxy:
            end = world.now + timedelta(days=5)
            tokens = f'[{{"name": "syncd", "expiringAt": "{end:%Y-%m-%dT%H:%M:%S.000+0000}"}}]'
            proxy.on("GET", r"/rest/pat/latest/tokens", status(200, body=tokens.encode()))
            finding = wrong(world.new_tracker(url=proxy.url))["token"]
        assert finding.level is Level.WARNING
        assert f"{end:%Y-%m-%d}" in finding.cause
    finally:
        world.close()


def test_labels_must_be_on_the_screen(world):
    world.jira.hide_field("labels")
    assert wrong(world.tracker)["labels"].level is Level.FAILURE


def test_labels_priorities_and_components_that_are_not_as_written(world):
    found = wrong(world.new_tracker(labels=("two words", "syncd"), priorities={"SEV-1": "Urgent"}))
    assert found["label two words"].cause == "Jira takes it as two-words only."
    assert found["label syncd"].cause == "It is one that only syncd may give."
    assert "Highest, High, Medium" in found["priority Urgent"].cure
    assert {finding.level for finding in found.values()} == {Level.WARNING}


def test_a_component_that_the_project_has_not(world):
    world.components = {"Platform Team": "Warehouse"}
    assert "components Warehouse" in wrong(world.new_tracker())


def test_an_owner_who_cannot_be_assigned(world):
    finding = wrong(world.new_tracker(owners={"Eng": "nobody"}))["owner Eng"]
    assert finding.level is Level.WARNING
    assert 'owners."Eng"' in finding.cure


def test_a_field_that_is_not_on_the_screen(world):
    assert wrong(world.new_tracker(fields={"customfield_99999": "x"}))["field customfield_99999"].level is Level.FAILURE


def test_a_parent_that_is_not_there_or_has_no_field(world):
    assert "no such ticket" in wrong(world.new_tracker(parent="OPS-999"))["parent OPS-999"].cause
    epic = world.jira.person_creates("Epic", project="OPS", issuetype="Epic")
    found = wrong(world.new_tracker(parent=epic))
    assert (f"parent {epic}" in found) is not world.jira.site.cloud


def test_a_status_that_jira_does_not_have(world):
    found = wrong(world.new_tracker(statuses={"in REVIEW": "in_progress", "Limbo": "open"}))
    assert list(found) == ["status Limbo"]


def test_a_clock_that_is_wrong(world):
    tracker = world.new_tracker()
    world.skew = timedelta(seconds=90)
    assert "90 seconds" in wrong(tracker)["clock"].cause


def test_an_unknown_type_of_links(world):
    with FaultProxy(world.server.url) as proxy:
        proxy.on("GET", r"/rest/api/2/issueLinkType", status(200, body=b'{"issueLinkTypes": []}'))
        assert wrong(world.new_tracker(url=proxy.url))["links"].level is Level.WARNING
