from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.core.digest import Digest
from syncd.core.for_owner import for_owner
from syncd.core.model import Disposition, Event, Side, State
from syncd.core.retro import retro
from tests.core.remembering import DAY, document, entry, item, memory, moment, moved, redated, shown

PERIOD = "retro:2026-11-23"
SINCE = moment(11, 16)
FRESH = document(first_finished=moment(11, 12), first_seen=moment(11, 12))


def tell(*items, since=SINCE, documents=(FRESH,), among=None, limit=50, **given) -> Digest:
    keys = [d.key for d in documents] if among is None else among
    return retro(memory(*items, documents=documents, **given), keys, day=DAY, period=PERIOD, since=since, limit=limit)


def due(day: int) -> date:
    return date(2026, 12, day)


# --- what moved, what is stuck


@pytest.mark.parametrize(
    ("key", "events", "state"),
    [
        ("moved", [moved("1", State.OPEN, State.DONE, moment(11, 17))], State.DONE),
        ("moved", [moved("1", State.OPEN, State.IN_PROGRESS, moment(11, 17))], State.IN_PROGRESS),
        ("moved", [moved("1", State.DONE, State.OPEN, moment(11, 17))], State.OPEN),
        ("moved", [redated("1", due(1), due(8), moment(11, 17))], State.OPEN),
        ("open", [moved("1", State.OPEN, State.IN_PROGRESS, moment(11, 15))], State.IN_PROGRESS),
        ("open", [moved("1", State.OPEN, State.DONE, moment(11, 17), side=Side.DOCUMENT)], State.OPEN),
        (
            "open",  # the ticket followed the row, after the review
            [
                redated("1", due(1), due(8), moment(11, 14), side=Side.DOCUMENT),
                redated("1", due(1), due(8), moment(11, 17)),
            ],
            State.OPEN,
        ),
        ("open", [Event("1", "key", "PAY-1", "OPS-1", Side.TICKET, moment(11, 17))], State.OPEN),
        ("open", [], State.OPEN),
        (
            "stuck",
            [redated("1", due(1), due(8), moment(11, 14)), redated("1", due(8), due(15), moment(11, 18))],
            State.OPEN,
        ),
        ("stuck", [moved("1", State.OPEN, State.IN_PROGRESS, moment(11, 8))], State.IN_PROGRESS),
        ("open", [moved("1", State.OPEN, State.IN_PROGRESS, moment(11, 9))], State.IN_PROGRESS),
    ],
)
def test_an_item_moved_or_is_stuck_or_is_just_open(key, events, state):
    assert shown(tell(item("1", due=due(20), state=state), events=events)) == {key: ["1"]}


def test_what_was_closed_before_is_not_told_again():
    before = moved("1", State.OPEN, State.DONE, moment(11, 13))
    told = tell(item("1", state=State.DONE), item("2", state=State.CANCELLED), events=[before])
    assert (told.sections, told.numbers.closed, told.quiet) == ((), 0, True)


def test_without_a_review_all_that_moved_is_told():
    before = moved("1", State.OPEN, State.DONE, moment(11, 13))
    assert shown(tell(item("1", state=State.DONE), events=[before], since=None)) == {"moved": ["1"]}


@pytest.mark.parametrize(("seen", "key"), [(moment(11, 9), "open"), (moment(11, 8), "stuck")])
def test_an_item_without_any_event_is_stuck_two_weeks_after_it_was_first_known(seen, key):
    assert shown(tell(item("1"), documents=[document(first_finished=seen)])) == {key: ["1"]}


def test_only_the_postmortems_of_this_check_in_are_told_of():
    documents = [FRESH, document("other", first_finished=moment(11, 12))]
    told = tell(item("1"), item("2", document="other"), documents=documents, among=["other"])
    assert shown(told) == {"open": ["2"]}
    assert [p.path for p in told.postmortems] == ["other.md"]


def test_the_longest_stuck_comes_first():
    events = [moved(i, State.OPEN, State.IN_PROGRESS, moment(10, day)) for i, day in (("a", 20), ("b", 3), ("c", 9))]
    told = tell(*(item(i, state=State.IN_PROGRESS) for i in "abc"), events=events)
    assert shown(told) == {"stuck": ["b", "c", "a"]}


@pytest.mark.parametrize(
    ("events", "given", "note"),
    [
        (
            [moved("1", State.IN_PROGRESS, State.DONE, moment(11, 17, 23))],
            {"state": State.DONE},
            "In progress → done on 2026-11-18.",
        ),
        ([redated("1", due(1), due(8), moment(11, 17))], {}, "Due 2026-12-01 → 2026-12-08, said on 2026-11-17."),
        ([redated("1", None, due(8), moment(11, 17))], {}, "Due some day → 2026-12-08, said on 2026-11-17."),
        ([moved("1", State.OPEN, State.IN_PROGRESS, moment(10, 31))], {}, "No change for 23 days."),
        (
            [redated("1", due(1), due(8), moment(11, 14)), redated("1", due(8), due(9), moment(11, 15))],
            {},
            "Moved to a later day 2 times.",
        ),
        ([], {"said": State.DONE}, "The row says done, its ticket says open."),
    ],
)
def test_the_note_says_what_moved_or_how_long_nothing_did(events, given, note):
    assert entry(tell(item("1", **given), events=events), "1").note == note


# --- subject, agenda


def test_the_subject_tells_what_is_stuck_and_what_moved():
    told = tell(
        item("1"),
        item("2", state=State.DONE),
        item("3", state=State.IN_PROGRESS),
        events=[
            moved("2", State.OPEN, State.DONE, moment(11, 20)),
            moved("3", State.OPEN, State.IN_PROGRESS, moment(11, 1)),
        ],
    )
    assert told.subject == "[Payments] Retro check-in: 1 stuck, 1 moved, 2 open"
    assert told.preheader == "Stuck: Action 3 (Platform Team)"
    assert (told.numbers.open, told.numbers.closed) == (2, 1)
    assert [(p.title, p.minutes) for p in told.agenda] == [
        ("What moved", 2),
        ("What is stuck", 5),
        ("What to ask for", 3),
    ]
    assert all(p.questions for p in told.agenda)


def test_what_is_late_is_news_too():
    told = tell(item("1", due=date(2026, 11, 20)))
    assert told.subject == "[Payments] Retro check-in: 1 overdue, 1 open"
    assert told.preheader == "3 days late: Action 1 (Platform Team)"


def test_nothing_to_say_has_no_agenda():
    told = tell()
    assert (told.agenda, told.quiet) == ((), True)
    assert told.subject == "[Payments] Retro check-in: nothing moved, nothing open"


@given(team=st.text(min_size=1, max_size=100), count=st.integers(0, 5))
def test_the_subject_fits_on_a_line(team, count):
    told = tell(*(item(f"{n}") for n in range(count)), team=team)
    assert len(told.subject) < 78
    assert not any(c in told.subject for c in "\r\n\t\0\x1b\u2028")


# --- restricted, owners


def test_restricted_postmortems_are_counted_and_not_named():
    documents = [FRESH, document("secret", title="Payroll leak", restricted=True)]
    told = tell(item("1"), item("2", document="secret", action="Rotate"), documents=documents)
    assert (told.restricted, told.numbers.open, shown(told)) == (1, 1, {"open": ["1"]})
    assert not any(word in repr(told) for word in ("Payroll", "secret", "Rotate"))
    alone = tell(item("2", document="secret"), documents=documents)
    assert alone.preheader == "1 action of restricted postmortems, counted and not named."
    assert not alone.quiet


def test_an_owner_gets_only_their_items():
    known = memory(item("1", owner="Search"), item("2", owner="Checkout"), documents=[FRESH])
    make = partial(retro, documents=["outage"], day=DAY, period=PERIOD, since=SINCE)
    told = for_owner(known, "Search", make)
    assert told is not None
    assert (shown(told), told.owner) == ({"open": ["1"]}, "Search")
    assert for_owner(known, "Design", make) is None


# --- whatever the ledger holds


@st.composite
def _worlds(draw):
    items, events = [], []
    for n in range(draw(st.integers(0, 12))):
        before, after = draw(st.sampled_from(State)), draw(st.sampled_from(State))
        items.append(item(f"i{n}", state=after, disposition=draw(st.sampled_from(Disposition))))
        at = moment(10, 1) + timedelta(days=draw(st.integers(0, 53)))
        events += [moved(f"i{n}", before, after, at)] if draw(st.booleans()) else []
        events += [redated(f"i{n}", due(1), due(d), at) for d in draw(st.lists(st.integers(1, 28), max_size=3))]
    return items, events


@settings(deadline=None)
@given(world=_worlds(), limit=st.integers(1, 15))
def test_each_open_item_stands_in_one_section_or_is_counted_as_more(world, limit):
    items, events = world
    told = tell(*items, events=events, limit=limit)
    ids = [e.item for section in told.sections for e in section.entries]
    assert len(ids) == len(set(ids)) <= limit
    closed = told.numbers.closed
    assert len(ids) + sum(s.more for s in told.sections) == told.numbers.open + closed
    assert told.sections == tell(*reversed(items), events=events, limit=limit).sections
