from __future__ import annotations

import pytest

from connectors.clients.jira_transition import Way, way_to
from syncd.core.model import State


def step(number, to, category, /, **screen):
    status = {"name": to, "statusCategory": {"key": category}}
    return {"id": str(number), "name": f"Go {to}", "to": status, "fields": screen}


def resolutions(*names, required=False, default=False):
    allowed = [{"name": name} for name in names]
    return {"name": "Resolution", "required": required, "hasDefaultValue": default, "allowedValues": allowed}


def needed(name="Root cause", *, default=False):
    return {"name": name, "required": True, "hasDefaultValue": default}


def way(state, *steps, statuses=None, configured=None):
    return way_to(state, steps, statuses=statuses or {}, configured=configured or {})


TODO, DOING = step(1, "To Do", "new"), step(2, "In Progress", "indeterminate")
DONE, WONT = step(3, "Done", "done"), step(4, "Won't Do", "done")


@pytest.mark.parametrize(
    ("state", "number"),
    [(State.OPEN, "1"), (State.IN_PROGRESS, "2"), (State.DONE, "3"), (State.CANCELLED, "4")],
)
def test_the_target_decides_and_not_the_name_of_the_transition(state, number):
    assert way(state, WONT, DONE, DOING, TODO) == Way(number)


def test_of_several_the_one_that_says_it_best_is_taken():
    review = step(5, "In Review", "indeterminate")
    assert way(State.IN_PROGRESS, review, DOING) == Way("2")
    assert way(State.IN_PROGRESS, review) == Way("5")


def test_only_a_resolution_that_fits_is_sent():
    closed = step(6, "Closed", "done", resolution=resolutions("Won't Do", "Duplicate", "Fixed", "Done"))
    assert way(State.DONE, closed) == Way("6", {"resolution": {"name": "Done"}})
    assert way(State.CANCELLED, closed) == Way("6", {"resolution": {"name": "Won't Do"}})


def test_names_of_resolutions_may_be_in_another_language():
    closed = step(6, "Geschlossen", "done", resolution=resolutions("Duplikat", "Wird nicht erledigt", "Erledigt"))
    assert way(State.DONE, closed) == Way("6", {"resolution": {"name": "Erledigt"}})
    assert way(State.CANCELLED, closed) == Way("6", {"resolution": {"name": "Duplikat"}})


def test_a_status_that_says_it_is_preferred_to_a_resolution():
    closed = step(6, "Closed", "done", resolution=resolutions("Won't Do", "Done"))
    assert way(State.CANCELLED, closed, WONT) == Way("4")


def test_what_would_count_as_done_is_no_way_to_cancelled():
    assert way(State.CANCELLED, DONE, TODO) == "none of its transitions leads there"


def test_a_needed_field_is_filled_from_the_configuration_or_hinders():
    strict = step(7, "Done", "done", customfield_1=needed(), customfield_2=needed(default=True), comment={"name": "C"})
    assert way(State.DONE, strict, configured={"customfield_1": "x", "customfield_9": "y"}) == Way(
        "7", {"customfield_1": "x"}
    )
    assert way(State.DONE, strict) == "“Go Done” needs “Root cause” (customfield_1)"


def test_a_way_without_hindrance_is_taken_instead():
    strict = step(7, "Done", "done", customfield_1=needed())
    assert way(State.DONE, strict, step(8, "Released", "done")) == Way("8")


def test_choices_are_sent_as_objects():
    meta = {**needed(), "schema": {"type": "option"}}
    strict = step(7, "Done", "done", customfield_1=meta)
    assert way(State.DONE, strict, configured={"customfield_1": "Bug"}) == Way("7", {"customfield_1": {"value": "Bug"}})


def test_configured_meanings_count_here_too():
    shipped = step(9, "Shipped", "indeterminate")
    assert way(State.DONE, shipped, statuses={"shipped": State.DONE}) == Way("9")


def test_a_needed_resolution_without_one_that_fits_hinders():
    closed = step(6, "Closed", "done", resolution=resolutions("Duplicate", required=True))
    assert way(State.DONE, closed) == "“Go Closed” needs “Resolution” (resolution)"
