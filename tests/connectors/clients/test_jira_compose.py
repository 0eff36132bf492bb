from __future__ import annotations

from datetime import date

import pytest

from connectors.clients.jira_compose import Form, compose, labels, shaped
from syncd.core.model import Block, DesiredTicket
from syncd.errors import Refused

MARKER = "5ca1ab1e0b0e"
SECTION = "teams.payments.trackers.ops"
FORM = Form(
    project="OPS",
    issue_type="Task",
    section=SECTION,
    labels=("postmortem",),
    fields={"customfield_10010": "SRE"},
    priorities={"SEV-1": "highest"},
    components={"platform team": "platform"},
)


def names(*words):
    return [{"id": str(number), "name": word} for number, word in enumerate(words)]


def screen(*without, **more):
    fields = {
        name: {"required": False, "hasDefaultValue": False, "name": name.title()}
        for name in ("summary", "description", "labels", "duedate", "assignee", "parent", "customfield_10010")
    }
    fields["summary"]["required"] = True
    fields["reporter"] = {"required": True, "hasDefaultValue": False, "name": "Reporter"}
    fields["priority"] = {"required": True, "hasDefaultValue": True, "allowedValues": names("Highest", "High")}
    fields["components"] = {"required": False, "allowedValues": names("Platform")}
    return {name: meta for name, meta in (fields | more).items() if name not in without}


def ticket(**more):
    known = {
        "tracker": "ops",
        "title": "Add an alert",
        "body": (Block(text="Add an alert"),),
        "document": "https://git.example.com/a.md",
        "owner": "Platform  team",
        "due": date(2026, 12, 1),
        "severity": "SEV-1",
        "labels": ("sev-1", "two words"),
    }
    return DesiredTicket(**(known | more))


def test_all_fields_travel_in_one_call_with_the_marker_among_the_labels():
    made = compose(ticket(), MARKER, form=FORM, screen=screen(), assignee={"name": "alice"}, parent="OPS-100")
    assert made.notes == ()
    assert made.fields.pop("description").startswith("Add an alert\n\nPostmortem document: [")
    assert made.fields == {
        "project": {"key": "OPS"},
        "issuetype": {"name": "Task"},
        "summary": "Add an alert",
        "labels": ["postmortem", "sev-1", "two-words", "syncd", f"syncd-{MARKER}"],
        "duedate": "2026-12-01",
        "assignee": {"name": "alice"},
        "parent": {"key": "OPS-100"},
        "priority": {"name": "Highest"},
        "components": [{"name": "Platform"}],
        "customfield_10010": "SRE",
    }


@pytest.mark.parametrize(
    ("without", "note"),
    [
        ("duedate", "Left out the due date 2026-12-01: the create screen has no such field."),
        ("assignee", "Left out the assignee Platform team: the create screen has no such field."),
        ("parent", "Left out the parent OPS-100: the create screen has no such field."),
        ("priority", "Left out the priority highest: the create screen has no such field."),
        ("components", "Left out the component platform: the create screen has no such field."),
        ("description", "Left out the description: the create screen has no such field."),
    ],
)
def test_what_the_screen_does_not_take_is_left_out_and_told(without, note):
    made = compose(ticket(), MARKER, form=FORM, screen=screen(without), assignee={"name": "alice"}, parent="OPS-100")
    assert without not in made.fields
    assert made.notes == (note,)


def test_names_that_the_project_has_not_are_left_out_and_told():
    form = Form("OPS", "Task", SECTION, priorities={"SEV-1": "Urgent"}, components={"platform team": "Web"})
    made = compose(ticket(), MARKER, form=form, screen=screen())
    assert not {"priority", "components"} & set(made.fields)
    assert made.notes == (
        "Left out the priority Urgent: the project has none of this name.",
        "Left out the component Web: the project has none of this name.",
    )


def test_without_owner_due_date_and_severity_nothing_is_said_about_them():
    made = compose(ticket(owner=None, due=None, severity=None), MARKER, form=FORM, screen=screen())
    assert made.notes == ()
    assert not {"assignee", "duedate", "priority", "components"} & set(made.fields)


def test_a_required_field_without_a_value_is_named_with_the_line_to_write():
    needs = screen(
        customfield_10020={"required": True, "hasDefaultValue": False, "name": "Root cause"},
        customfield_10021={"required": True, "hasDefaultValue": True, "name": "Region"},
    )
    with pytest.raises(Refused) as refusal:
        compose(ticket(), MARKER, form=FORM, screen=needs)
    assert str(refusal.value) == (
        "Task in OPS needs a value for “Root cause” (customfield_10020):"
        ' add fields = { customfield_10020 = "…" } to [teams.payments.trackers.ops].'
    )


def test_a_required_due_date_that_the_row_has_not_is_refused_before_anything_is_sent():
    needs = screen(duedate={"required": True, "hasDefaultValue": False, "name": "Due date"})
    with pytest.raises(Refused, match=r"“Due date” \(duedate\): write a due date into the row\."):
        compose(ticket(due=None), MARKER, form=FORM, screen=needs)


def test_without_labels_on_the_screen_nothing_is_made_since_it_could_not_be_found_again():
    with pytest.raises(Refused, match="Put Labels on that screen"):
        compose(ticket(), MARKER, form=FORM, screen=screen("labels"))


@pytest.mark.parametrize(
    "forged", ["syncd", "SYNCD", "syncd-badc0ffee000", "Syncd-BADC0FFEE000", "syncd badc0ffee000", "syncd-"]
)
def test_no_label_of_a_document_passes_for_one_of_ours(forged):
    assert labels([forged, "x"], marker=MARKER) == ("x", "syncd", f"syncd-{MARKER}")


@pytest.mark.parametrize(
    ("word", "label"),
    [
        ("two words", "two-words"),
        ("  a\tb ", "a-b"),
        ("x" * 300, "x" * 249 + "…"),
        ("größe", "größe"),
        ("a\x00b", "a-b"),
    ],
)
def test_labels_are_as_jira_takes_them(word, label):
    assert labels([word], marker=MARKER)[0] == label


def test_labels_are_given_once_and_empty_ones_not_at_all():
    assert labels(["a", "", "a", " "], marker=MARKER) == ("a", "syncd", f"syncd-{MARKER}")


@pytest.mark.parametrize(
    ("value", "schema", "sent"),
    [
        ("Production", {"type": "option"}, {"value": "Production"}),
        (["A", "B"], {"type": "array", "items": "option"}, [{"value": "A"}, {"value": "B"}]),
        ({"id": "7"}, {"type": "option"}, {"id": "7"}),
        ("SRE", {"type": "string"}, "SRE"),
        (["A"], {"type": "array", "items": "string"}, ["A"]),
        (5, {"type": "number"}, 5),
    ],
)
def test_choices_are_written_as_words_and_sent_as_objects(value, schema, sent):
    assert shaped(value, {"schema": schema}) == sent
