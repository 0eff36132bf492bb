"""How tickets in Jira are changed, moved through their workflow, linked and adopted."""

from __future__ import annotations

import pytest

from syncd.core.model import Reference, State
from syncd.errors import NotSent, Refused
from tests.connectors.trackers.jira_world import JiraWorld
from tests.contracts.tracker import DOCUMENT, DUE, LATER, MARKER, desired
from tests.emulators.jira_site import ScreenField, Transition

TRANSITIONS = r"/rest/api/2/issue/[^/]+/transitions"
WRITES = ("POST", "PUT")


@pytest.fixture(params=["cloud", "datacenter"])
def world(request):
    world = JiraWorld(request.param)
    yield world
    world.close()


@pytest.fixture
def ticket(world):
    return world.tracker.create(desired(), MARKER)


def writes(world):
    return [(r.method, r.path) for r, _ in world.server.log if r.method in WRITES and "search" not in r.path]


def test_what_is_so_already_is_not_written(world, ticket):
    before = writes(world)
    after = world.tracker.update(ticket.id, title=ticket.title, state=State.OPEN, due=DUE)
    assert writes(world) == before
    assert after.revision == ticket.revision


def test_title_and_due_date_travel_in_one_call(world, ticket):
    before = len(writes(world))
    world.tracker.update(ticket.id, title="Other", due=LATER)
    assert [method for method, _ in writes(world)[before:]] == ["PUT"]


def test_a_field_that_may_not_be_edited_is_named(world, ticket):
    world.jira.permit("OPS", world.jira.site.projects["OPS"].permissions - {"SCHEDULE_ISSUES"})
    with pytest.raises(Refused, match="let the account schedule issues"):
        world.tracker.update(ticket.id, due=LATER)


def test_without_the_right_to_edit_nothing_is_changed(world, ticket):
    world.jira.make_read_only("OPS")
    with pytest.raises(Refused, match="permission to edit"):
        world.tracker.update(ticket.id, title="Other")
    with pytest.raises(Refused, match="no way from “To Do” to done"):
        world.tracker.update(ticket.id, state=State.DONE)


# --- workflow


def test_a_person_renamed_every_status_and_the_category_still_leads_there(world, ticket):
    world.jira.rename_status("Done", "Fertig")
    world.jira.name_way("Fertig", "Abschließen")
    assert world.tracker.update(ticket.id, state=State.DONE).state is State.DONE
    assert world.jira.status_of(ticket.key) == "Fertig"


def test_a_resolution_that_the_screen_asks_for_is_given(world, ticket):
    world.jira.put_on_screen("Done", ScreenField("resolution", required=True))
    assert world.tracker.update(ticket.id, state=State.DONE).state is State.DONE
    assert world.jira.issue(ticket.key).resolution == "Done"


def test_without_a_status_for_it_cancelled_is_a_resolution(world, ticket):
    world.jira.restrict("Won't Do", sources=[])
    world.jira.put_on_screen("Done", ScreenField("resolution"))
    after = world.tracker.update(ticket.id, state=State.CANCELLED)
    assert after.state is State.CANCELLED
    assert (world.jira.status_of(ticket.key), world.jira.issue(ticket.key).resolution) == ("Done", "Won't Do")


def test_a_workflow_without_a_way_is_a_refusal_that_says_so(world, ticket):
    world.jira.restrict("Done", sources=["In Review"])
    with pytest.raises(Refused) as refusal:
        world.tracker.update(ticket.id, state=State.DONE)
    assert str(refusal.value) == (
        f"{ticket.key} stays as it is: its workflow has no way from “To Do” to done:"
        " none of its transitions leads there."
    )
    assert world.server.count("POST", TRANSITIONS) == 0


def test_a_field_that_the_way_needs_is_named(world, ticket):
    world.jira.put_on_screen("Done", ScreenField("customfield_10010", required=True))
    with pytest.raises(Refused, match=r"“Done” needs “Team” \(customfield_10010\)"):
        world.tracker.update(ticket.id, state=State.DONE)
    tracker = world.new_tracker(fields={"customfield_10010": "SRE"})
    assert tracker.update(ticket.id, state=State.DONE).state is State.DONE


def test_only_fields_of_the_screen_are_sent(world, ticket):
    tracker = world.new_tracker(fields={"customfield_10010": "SRE"})
    tracker.update(ticket.id, state=State.DONE)
    [body] = [request.json for request, _ in world.server.log if request.path.endswith("/transitions") and request.body]
    assert set(body) == {"transition"}


def test_somebody_moving_it_at_the_same_moment_is_asked_once_more(world, ticket):
    world.jira.conflict()
    assert world.tracker.update(ticket.id, state=State.DONE).state is State.DONE
    assert world.server.count("POST", TRANSITIONS) == 2


def test_two_conflicts_are_left_to_the_next_pass(world, ticket):
    world.jira.conflict(times=2)
    with pytest.raises(NotSent, match="moved by somebody else"):
        world.tracker.update(ticket.id, state=State.DONE)
    assert world.jira.status_of(ticket.key) == "To Do"


def test_a_move_that_ends_elsewhere_is_told(world, ticket):
    done = world.jira.site.status_named("Done").id
    world.jira.restrict("Done", sources=[])
    world.jira.add_way(Transition("99", "Close", done, resolution="Duplicate"))
    after = world.tracker.update(ticket.id, state=State.DONE)
    assert after.state is State.CANCELLED
    assert "was moved, and yet is cancelled" in after.notes[0]


def test_a_reopened_ticket_that_keeps_its_resolution_is_open(world, ticket):
    world.jira.site.reopening_keeps_resolution = True
    world.jira.person_moves(ticket.key, "Won't Do")
    assert world.tracker.update(ticket.id, state=State.OPEN).state is State.OPEN
    assert world.jira.issue(ticket.key).resolution == "Won't Do"


# --- moved, archived


def test_what_moved_to_another_project_is_followed_and_left_alone(world, ticket):
    key = world.jira.person_moves_to_project(ticket.key, "WEB")
    before = writes(world)
    for change in ({"title": "Other"}, {"state": State.DONE}, {"document": DOCUMENT}):
        with pytest.raises(Refused, match=f"{key} is outside project OPS now"):
            world.tracker.update(ticket.id, **change)
    with pytest.raises(Refused, match="outside project OPS"):
        world.tracker.adopt(ticket.id, MARKER)
    assert writes(world) == before


def test_what_is_archived_is_left_alone(world, ticket):
    world.jira.person_archives(ticket.key)
    with pytest.raises(Refused, match="is archived"):
        world.tracker.update(ticket.id, title="Other")


def test_a_project_that_cannot_be_seen_does_not_make_its_tickets_deleted(world, ticket):
    world.break_down()
    with pytest.raises(NotSent, match="cannot be seen"):
        world.tracker.update(ticket.id, title="Other")


# --- links


def test_the_link_to_the_postmortem_is_one_and_says_what_it_is(world, ticket):
    world.tracker.update(ticket.id, document=DOCUMENT)
    world.tracker.update(ticket.id, document="https://git.example.com/moved/The%20outage.md")
    [link] = world.jira.remote_links(ticket.key)
    assert link.body == {
        "globalId": "syncd:postmortem",
        "application": {"name": "syncd"},
        "relationship": "postmortem",
        "object": {"url": "https://git.example.com/moved/The%20outage.md", "title": "The outage.md"},
    }


def test_the_same_link_is_not_written_twice(world, ticket):
    world.tracker.update(ticket.id, document=DOCUMENT)
    before = writes(world)
    world.tracker.update(ticket.id, document=DOCUMENT)
    assert writes(world) == before


def test_a_document_without_an_address_is_told(world, ticket):
    after = world.tracker.update(ticket.id, document="/srv/postmortems/a.md")
    assert "give the source a `url_template`" in after.notes[0]
    assert world.jira.remote_links(ticket.key) == []


def test_the_incidents_ticket_and_pages_are_linked_once(world, ticket):
    incident = world.jira.person_creates("The outage", project="WEB")
    page = "https://status.example.com/incidents/7"
    for _ in range(2):
        world.tracker.update(ticket.id, document=DOCUMENT, incident=(incident, page, "SEV-1", "PagerDuty 17"))
    [link] = world.jira.issue_links(ticket.key)
    assert (link.type, {link.source, link.target}) == (
        "Relates",
        {ticket.id, world.jira.issue(incident).id},
    )
    assert [one.url for one in world.jira.remote_links(ticket.key)] == [DOCUMENT, page]


def test_the_incidents_ticket_may_be_named_by_its_address(world, ticket):
    incident = world.jira.person_creates("The outage", project="WEB")
    world.tracker.update(ticket.id, incident=(f"{world.server.url}/browse/{incident}",))
    assert len(world.jira.issue_links(ticket.key)) == 1


def test_incidents_are_not_linked_where_that_is_switched_off(world, ticket):
    incident = world.jira.person_creates("The outage", project="WEB")
    world.new_tracker(link_incident=False).update(ticket.id, incident=(incident, "https://x.example"))
    assert world.jira.issue_links(ticket.key) == []
    assert world.jira.remote_links(ticket.key) == []


def test_a_ticket_is_not_linked_to_itself(world, ticket):
    world.tracker.update(ticket.id, incident=(ticket.key,))
    assert world.jira.issue_links(ticket.key) == []


def test_links_that_are_not_allowed_are_refused_for_the_document_and_told_for_the_incident(world, ticket):
    incident = world.jira.person_creates("The outage", project="WEB")
    world.jira.permit("OPS", world.jira.site.projects["OPS"].permissions - {"LINK_ISSUES"})
    with pytest.raises(Refused, match="was not linked to its postmortem"):
        world.tracker.update(ticket.id, document=DOCUMENT)
    [note] = world.tracker.update(ticket.id, incident=(incident,)).notes
    assert note.startswith(f"The incident's {incident} was not linked.")


@pytest.mark.parametrize("hostile", ["javascript:alert(1)", "https://[", "x" * 5000, "", "\ud83d", "https://a/\ud83d"])
def test_odd_words_in_the_header_of_a_document_do_no_harm(world, ticket, hostile):
    after = world.tracker.update(ticket.id, incident=(hostile,))
    assert after.id == ticket.id


# --- adopting


def test_a_persons_ticket_that_may_not_be_edited_is_not_adopted(world):
    key = world.person_creates("Buy coffee")
    number = world.tracker.look_up([key])[key].id
    world.jira.make_read_only("OPS")
    with pytest.raises(Refused, match="permission to edit"):
        world.tracker.adopt(number, MARKER)


def test_adopting_keeps_the_labels_that_people_gave(world):
    key = world.jira.person_creates("Buy coffee", project="OPS", labels=["home", "syncd-badc0ffee000"])
    number = world.tracker.look_up([key])[key].id
    assert world.tracker.adopt(number, MARKER).marker == MARKER
    assert world.jira.issue(key).labels == ("home", "syncd", f"syncd-{MARKER}", "syncd-badc0ffee000")


def test_what_people_made_by_hand_is_found_by_title_and_by_link(world, ticket):
    world.jira.person_creates("add AN alert", project="OPS")
    titled = world.jira.person_creates("Add  an alert", project="OPS")
    linking = world.jira.person_creates("Alarm", project="OPS", description=f"See {DOCUMENT} for more.")
    world.jira.person_creates("Add an alert", project="WEB")
    world.jira.person_creates("Alarm", project="OPS", description="See https://git.example.com/acme for more.")
    alike = world.tracker.alike("Add an alert", DOCUMENT)
    assert [one.key for one in alike] == [titled, linking]


@pytest.mark.parametrize("title", ['" OR project = WEB --', "***", "\\", "AND", "(x", "a:b"])
def test_any_title_can_be_looked_for(world, title):
    key = world.jira.person_creates(title, project="OPS")
    found = [one.key for one in world.tracker.alike(title, "***")]
    assert found in ([key], [])
    assert found == [key] or not any(c.isalnum() for c in title)


def test_an_address_of_any_project_here_is_a_ticket_and_a_bare_key_only_of_ours(world):
    url = f"{world.server.url}/browse/WEB-7"
    assert world.tracker.resolve(Reference(url, named=True, url=url, key="WEB-7")) == "WEB-7"
    assert world.tracker.resolve(Reference("WEB-7", named=True, key="WEB-7")) is None
    assert world.tracker.resolve(Reference("OPS-7", named=True, key="OPS-7")) == "OPS-7"
