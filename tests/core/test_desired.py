from __future__ import annotations

from datetime import date

import pytest

from syncd.core.desired import NotWanted, Policy, Route, desired_ticket, route, ticket_title
from syncd.core.model import ActionItem, DesiredTicket, Document, Kind, Postmortem, State

DAY = date(2026, 10, 16)
DOCUMENT = Document("folder:/docs/a.md", "docs/a.md", "", "1", location="https://wiki.example.com/a")


def item(**said):
    return ActionItem(**{"line": 12, "action": "Add an alert", "state": State.OPEN, **said})


def postmortem(**said):
    return Postmortem(
        **{"document": DOCUMENT, "kind": Kind.INCIDENT, "title": "Outage", "postmortem_date": DAY, **said}
    )


def policy(*routes, **decided):
    return Policy(**{"team": "core", "trackers": ("ops", "web"), "routes": routes, **decided})


def wanted(row, document=None, **decided):
    return desired_ticket(document or postmortem(), row, policy=policy(**decided))


# --- what a ticket says


def test_an_item_asks_for_a_ticket_that_says_what_its_row_says():
    row = item(
        owner="Platform + Web",
        owners=("Platform", "Web"),
        due="Dec 1",
        due_date=date(2026, 12, 1),
        type="Detect",
        state=State.IN_PROGRESS,
    )
    ticket = wanted(row, postmortem(severity="SEV-1"))
    assert isinstance(ticket, DesiredTicket)
    assert (ticket.tracker, ticket.title, ticket.document) == ("ops", "Add an alert", "https://wiki.example.com/a")
    assert (ticket.owner, ticket.owners, ticket.due) == ("Platform", ("Platform", "Web"), date(2026, 12, 1))
    assert (ticket.type, ticket.severity, ticket.state) == ("Detect", "SEV-1", State.IN_PROGRESS)
    assert ticket.labels == ("sev-1", "detect", "pm-20261016")


def test_the_description_holds_the_row_as_it_was_written_and_leads_back():
    row = item(owner="Platform", due="end of week", row_id="3", group="Later")
    action, origin, ours = wanted(row).body
    assert (action.text, dict(action.facts)) == (
        "Add an alert",
        {"Owner": "Platform", "Due date": "end of week", "Row": "3", "Section": "Later"},
    )
    assert dict(origin.facts) == {"Incident": "Outage", "Postmortem date": "2026-10-16"}
    assert origin.link == ("https://wiki.example.com/a", "docs/a.md")
    assert "syncd" in (ours.text or "")


def test_the_description_names_the_day_where_it_is_known_and_says_the_kind_once():
    row = item(due="Dec 1", due_date=date(2026, 12, 1))
    for title in ("Postmortem: Outage", "Project Postmortem: Outage", "Post-mortem – Outage", "Outage"):
        action, origin, _ = wanted(row, postmortem(title=title)).body
        assert dict(action.facts)["Due date"] == "2026-12-01"
        assert dict(origin.facts)["Incident"] == "Outage"
    assert dict(wanted(row, postmortem(title="Postmortem:")).body[1].facts)["Incident"] == "Postmortem:"


def test_labels_have_no_blanks():
    assert wanted(item(type="Quick win"), postmortem(severity="Very high")).labels == (
        "very-high",
        "quick-win",
        "pm-20261016",
    )


def test_no_state_word_asks_for_an_open_ticket():
    assert wanted(item(state=None)).state is State.OPEN


@pytest.mark.parametrize(
    ("action", "title"),
    [
        ("Add  an\talert", "Add an alert"),
        ("Add an\nalert", "Add an alert"),
        ("Add an \u202ealert\u202c", "Add an alert"),
        ("Add an \x1b[31malert", "Add an [31malert"),
        (
            "Fix the \U0001f468\u200d\U0001f469\u200d\U0001f467 page",
            "Fix the \U0001f468\u200d\U0001f469\u200d\U0001f467 page",
        ),
        ("a" * 250, "a" * 250),
        ("a" * 251, "a" * 249 + "…"),
        ("a" * 248 + " bcd", "a" * 248 + "…"),
    ],
)
def test_a_title_is_one_line_that_every_tracker_takes(action, title):
    assert ticket_title(action) == title


# --- who gets none


@pytest.mark.parametrize("state", [State.DONE, State.CANCELLED])
def test_a_row_that_is_over_asks_for_nothing(state):
    assert wanted(item(state=state)) == NotWanted(f"already {state.value} in the document")


@pytest.mark.parametrize(
    ("start", "days", "quiet"),
    [
        (date(2026, 10, 16), {}, False),
        (date(2026, 10, 17), {}, True),
        (date(2026, 10, 17), {"postmortem_date": None, "incident_date": date(2026, 10, 17)}, False),
        (date(2026, 10, 17), {"postmortem_date": None, "incident_date": date(2026, 10, 13)}, True),
        (date(2026, 10, 17), {"incident_date": date(2026, 10, 20)}, True),
    ],
    ids=["on the day", "older", "by the incident's date", "incident older", "the postmortem's date counts"],
)
def test_older_postmortems_are_left_alone(start, days, quiet):
    answer = wanted(item(), postmortem(**days), start_date=start)
    assert isinstance(answer, NotWanted) is quiet


def test_an_undated_postmortem_is_left_alone_while_there_is_a_start_date():
    answer = wanted(item(), postmortem(postmortem_date=None), start_date=DAY)
    assert isinstance(answer, NotWanted)
    assert not answer.blocked
    assert "no date" in answer.reason
    assert isinstance(wanted(item(), postmortem(postmortem_date=None)), DesiredTicket)


def test_an_item_that_no_route_takes_waits_for_a_person():
    answer = desired_ticket(postmortem(), item(), policy=policy(Route("web", owner="Frontend*")))
    assert isinstance(answer, NotWanted)
    assert answer.blocked


# --- routes


@pytest.mark.parametrize(
    ("routes", "chosen"),
    [
        ((), "ops"),
        ((Route("web"),), "web"),
        ((Route("web", owner="Frontend*"), Route("ops")), "web"),
        ((Route("ops"), Route("web", owner="Frontend*")), "ops"),
        ((Route("web", owner="frontend*"),), "web"),
        ((Route("web", owner="Backend*"),), None),
        ((Route("web", type="prevent"),), "web"),
        ((Route("web", severity="SEV-[12]"),), "web"),
        ((Route("web", severity="SEV-3"),), None),
        ((Route("web", kind="incident"),), "web"),
        ((Route("web", kind="project"),), None),
        ((Route("web", source="wiki"),), "web"),
        ((Route("web", owner="Frontend*", type="Detect"),), None),
    ],
)
def test_the_first_route_whose_conditions_all_hold_wins(routes, chosen):
    row = item(owners=("Frontend Team", "Backend Team"), type="Prevent")
    document = postmortem(severity="SEV-2")
    assert route(document, row, policy=policy(*routes), source="wiki") == chosen


def test_a_route_by_owner_asks_the_first_owner_only():
    row = item(owners=("Backend Team", "Frontend Team"))
    assert route(postmortem(), row, policy=policy(Route("web", owner="Frontend*"), Route("ops"))) == "ops"


def test_without_trackers_there_is_nowhere_to_go():
    assert route(postmortem(), item(), policy=policy(trackers=())) is None
