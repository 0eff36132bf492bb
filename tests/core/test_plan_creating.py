"""Creating exactly one ticket: creates that came to no end, that were refused, that are too many at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.core.change import Outcome
from syncd.core.merge import payload
from syncd.core.model import Disposition, EffectState, Features, State
from tests.core.planning import (
    MARKER,
    NOW,
    OPS,
    POLICY,
    brief,
    dispositions,
    effect,
    item,
    only,
    planned,
    reasons,
    ticket,
    vanished,
    view,
    world,
)
from tests.line import table

LAG = timedelta(minutes=15)
SLOW = replace(OPS, features=Features(quarantine=LAG))
ALERT = ticket("OPS-1", "Add an alert")
KNOWN = item("Add an alert")


def shown(text="Add an alert", *, status="Open"):
    return view(table(f"| 1 | {text} | Core | | {status} |"), KNOWN)


def after(state=EffectState.UNKNOWN, *, found=(), place=OPS, now=NOW, **known):
    """A world in which the create of the item stands so; ``found``: what a search for it gave, () for no search."""
    return world(
        effects={KNOWN.id: effect(KNOWN.id, state, **known)},
        found={} if found == () else {MARKER: found},
        places={"ops": place},
        now=now,
    )


# --- creates that got no answer


@pytest.mark.parametrize("state", [EffectState.UNKNOWN, EffectState.SENT])
def test_a_ticket_that_was_made_after_all_is_adopted_as_ours(state):
    made = planned(shown(), world=after(state, found=ALERT))
    assert brief(made) == ["adopt OPS-1", "write_back OPS-1"]
    adoption = only(made, "adopt")
    assert adoption.effect is not None
    assert adoption.link.ours
    assert adoption.link.fields["title"].agreed == "Add an alert"


def test_what_differs_from_what_was_sent_is_pushed_at_once():
    made = planned(shown("Add an alert!"), world=after(found=ALERT))
    assert only(made, "update").push == {"title": "Add an alert!"}


@pytest.mark.parametrize("state", [EffectState.UNKNOWN, EffectState.SENT])
def test_what_is_certainly_absent_is_sent_again_with_the_same_marker(state):
    made = planned(shown(), world=after(state, found=None))
    assert brief(made) == ["create", "write_back"]
    assert only(made, "create").effect.marker == MARKER


def test_a_failed_look_up_is_not_absent():
    made = planned(shown(), world=after(place=replace(OPS, problem="503.")))
    assert brief(made) == ["create unknown"]
    assert "could not be searched for it: 503." in reasons(made, "create")[0]


def test_nothing_is_sent_again_to_a_tracker_that_could_not_be_looked_at():
    made = planned(shown(), world=after(found=None, place=replace(OPS, problem="503.")))
    assert brief(made) == ["create pending"]


@pytest.mark.parametrize(
    ("look_ups", "passed", "again"),
    [
        (0, LAG, False),
        (1, LAG * 2, False),
        (2, LAG - timedelta(seconds=1), False),
        (2, LAG, True),
        (9, timedelta(), False),
    ],
)
def test_where_search_lags_three_clean_look_ups_and_the_quarantine_must_pass(look_ups, passed, again):
    """The look-up of this pass counts."""
    slow = after(found=None, place=SLOW, look_ups=look_ups, now=NOW + passed)
    made = planned(shown(), world=slow)
    assert brief(made) == (["create", "write_back"] if again else ["create unknown"])
    if not again:
        assert dispositions(made) == {"Add an alert": Disposition.PENDING}
        assert "got no answer" in made.documents[0].items[0].reason


def test_a_create_that_was_never_sent_is_sent_now():
    made = planned(shown(), world=after(EffectState.PREPARED, attempts=0, sent_at=None))
    assert brief(made) == ["create", "write_back"]
    assert only(made, "create").effect.marker == MARKER


@pytest.mark.parametrize(("passed", "again"), [(0, False), (59, False), (60, True)])
def test_a_create_that_was_turned_away_for_a_while_waits_as_long_as_it_was_told(passed, again):
    later = after(
        EffectState.PREPARED,
        reason="429: slow down.",
        not_before=NOW + timedelta(seconds=60),
        now=NOW + timedelta(seconds=passed),
    )
    made = planned(shown(), world=later)
    assert (brief(made)[0] == "create") is again
    if not again:
        assert "429: slow down.; tried again from 2026-11-02 09:01 UTC" in reasons(made, "create")[0]


def test_a_create_is_sent_with_what_the_row_says_now():
    made = planned(shown("add an ALERT"), world=after(found=None))
    assert only(made, "create").desired.title == "add an ALERT"


def test_a_create_goes_where_it_went_first_whatever_the_routes_say_now():
    web = replace(OPS, name="web", location="memory:web#WEB")
    both = replace(after(found=None), places={"web": web, "ops": OPS}, policy=replace(POLICY, trackers=("web", "ops")))
    assert only(planned(shown(), world=both), "create").tracker == "ops"


@pytest.mark.parametrize(("found", "ended"), [(None, True), ((), False)])
def test_a_row_that_is_done_meanwhile_ends_its_create_only_when_no_ticket_was_made(found, ended):
    made = planned(shown(status="Done"), world=after(found=found))
    assert bool(made.documents[0].ended) is ended
    assert brief(made) == (["ignore"] if ended else ["create unknown"])


def test_a_row_that_is_done_meanwhile_whose_ticket_was_made_closes_it():
    made = planned(shown(status="Done"), world=after(found=ALERT))
    assert brief(made)[0] == "adopt OPS-1"


# --- rows that are gone meanwhile


def left():
    """The document without the row, and with another that asks for nothing."""
    return view(table("| 2 | Rotate the keys | Core | | Done |"), KNOWN, item("Rotate the keys"))


def test_a_new_row_may_be_the_one_that_is_gone_and_whose_ticket_may_still_appear():
    """Nobody can be asked about a ticket that is not known yet."""
    made = planned(view(table("| 2 | Rotate the keys | Core | | Open |"), KNOWN), world=after())
    assert brief(made) == ["report"]
    assert reasons(made, "report") == [
        "it may be a row that is gone and whose ticket may still appear: the next passes tell"
    ]


def test_a_row_deleted_meanwhile_whose_ticket_was_made_is_linked_and_detached():
    made = planned(left(), world=after(found=ALERT))
    assert brief(made) == ["adopt OPS-1", "ignore"]
    adoption = only(made, "adopt")
    assert adoption.detach
    assert (adoption.link.key, adoption.link.ours) == ("OPS-1", True)
    assert dispositions(made)["Add an alert"] is Disposition.DETACHED


@pytest.mark.parametrize("known", [{"found": None}, {"state": EffectState.PREPARED, "attempts": 0, "sent_at": None}])
def test_a_row_deleted_meanwhile_without_a_ticket_ends_the_create(known):
    made = planned(left(), world=after(known.pop("state", EffectState.UNKNOWN), **known))
    assert [e.marker for e in made.documents[0].ended] == [MARKER]
    assert brief(made) == ["ignore"]


@pytest.mark.parametrize("found", [(), None])
@pytest.mark.parametrize("gone", [True, False])
def test_a_row_deleted_meanwhile_whose_ticket_may_still_appear_is_looked_for_again(found, gone):
    """And its document is planned again, though nothing in it changes."""
    slow = after(found=found, place=SLOW, look_ups=0)
    made = planned(vanished=[vanished("a.md", KNOWN)], world=slow) if gone else planned(left(), world=slow)
    assert made.documents[0].ended == ()
    assert not made.documents[0].clean


def test_a_document_deleted_meanwhile_ends_its_creates_or_links_them():
    ended = planned(vanished=[vanished("a.md", KNOWN)], world=after(found=None))
    assert [e.marker for e in ended.documents[0].ended] == [MARKER]
    linked = planned(vanished=[vanished("a.md", KNOWN)], world=after(found=ALERT))
    assert brief(linked) == ["adopt OPS-1"]
    assert linked.documents[0].record.gone


# --- refused


def refusal(text="Add an alert", *, hours=0):
    wanted = only(planned(shown(text)), "create").desired
    at = NOW - timedelta(hours=hours)
    return effect(
        KNOWN.id, EffectState.REFUSED, reason="The field SRE is required.", payload=payload(wanted), ended_at=at
    )


def refused(**given):
    return world(refusals={KNOWN.id: given.pop("effect", None) or refusal()}, **given)


def test_a_refused_create_is_shown_with_the_trackers_own_words_and_not_repeated():
    made = planned(shown(), world=refused())
    assert brief(made) == ["report"]
    assert "refused: The field SRE is required." in reasons(made, "report")[0]
    assert dispositions(made) == {"Add an alert": Disposition.BLOCKED}
    assert not made.documents[0].clean, "time alone lets it be tried again"


@pytest.mark.parametrize(
    "given",
    [{"effect": refusal("Add another alert")}, {"effect": refusal(hours=24)}, {"retry": True}],
    ids=["the row changed", "a day passed", "a person says so"],
)
def test_a_refused_create_is_tried_again(given):
    assert brief(planned(shown(), world=refused(**given))) == ["create", "write_back"]


def test_a_day_is_a_whole_day():
    assert brief(planned(shown(), world=refused(effect=refusal(hours=23.9)))) == ["report"]


# --- pace


def documents(*days):
    """One document for each day of its postmortem (None: without a date), in the order of their paths."""
    made = []
    for number, day in enumerate(days):
        text = table(f"| 1 | Task {number} A | Core | | Open |", f"| 2 | Task {number} B | Core | | Open |")
        dates = f"October {day}, 2026" if day else "soon"
        text = text.replace("October 16, 2026", dates).replace("October 13, 2026", dates)
        made.append(view(text, path=f"{number}.md", new=True))
    return made


def paced(*days, limit):
    made = planned(*documents(*days), world=world(policy=replace(POLICY, creates_per_pass=limit)))
    creates = [c for c in made.changes if c.kind == "create"]
    now = {c.text for c in creates if c.outcome is Outcome.PLANNED}
    assert len(creates) == 2 * len(days), "those that wait are shown"
    assert {c.text for c in made.changes if c.kind == "write_back"} == now
    return sorted(now)


def test_the_oldest_postmortems_come_first_and_the_rest_waits():
    assert paced(20, 3, None, 10, limit=4) == ["Task 1 A", "Task 1 B", "Task 3 A", "Task 3 B"]


def test_the_limit_holds_within_a_document_in_the_order_of_its_rows():
    assert paced(20, 3, limit=3) == ["Task 0 A", "Task 1 A", "Task 1 B"]


def test_an_undated_postmortem_comes_last():
    assert paced(None, 20, limit=2) == ["Task 1 A", "Task 1 B"]


def test_what_waits_says_why_and_leaves_its_document_unclean():
    made = planned(*documents(3, 4), world=world(policy=replace(POLICY, creates_per_pass=2)))
    waiting = [c for c in made.changes if c.outcome is Outcome.PENDING]
    assert {c.reason for c in waiting} == {"2 tickets a pass (creates_per_pass): the next pass makes it"}
    assert [d.clean for d in made.documents] == [False, False]


def test_adopting_is_not_paced():
    rows = [f"| Task {n} | Core | | Open | OPS-{n} |" for n in range(1, 4)]
    theirs = [ticket(f"OPS-{n}", "Theirs", path=None) for n in range(1, 4)]
    text = table(*rows, header="| Action | Owner | Due date | Status | Ticket |")
    made = planned(view(text, tickets=theirs), world=world(policy=replace(POLICY, creates_per_pass=1)))
    assert brief(made) == ["adopt OPS-1", "adopt OPS-2", "adopt OPS-3"]


# --- status of a new row


@pytest.mark.parametrize(("status", "state"), [("Open", None), ("", State.OPEN)])
def test_an_empty_status_of_a_new_row_is_filled_with_its_link(status, state):
    made = planned(view(table(f"| 1 | Add an alert | Core | | {status} |")))
    assert only(made, "write_back").cells.state is state
