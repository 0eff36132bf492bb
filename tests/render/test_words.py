"""How urgent an item is, in words; and lines that fit."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.core.model import State
from syncd.render.words import age_words, columns, day_words, folded, slipped, was_due, when
from tests.render.samples import MONDAY, entry


@pytest.mark.parametrize(
    ("item", "words", "was"),
    [
        (entry(late=1), "1 day late", "was due Sun 22 Nov"),
        (entry(late=12), "12 days late", "was due Wed 11 Nov"),
        (entry(late=400), "400 days late", "was due Sun 19 Oct 2025"),
        (entry(due=MONDAY), "due today", None),
        (entry(due=date(2026, 11, 24)), "due tomorrow", None),
        (entry(due=date(2026, 11, 26)), "due Thu 26 Nov", None),
        (entry(due=date(2027, 1, 4)), "due Mon 4 Jan 2027", None),
        (entry(), "no due date", None),
        (entry(late=5, state=State.DONE), "done", None),
        (entry(late=5, state=State.CANCELLED), "cancelled", None),
    ],
)
def test_urgency_is_said_in_words(item, words, was):
    assert when(item, today=MONDAY) == words
    assert was_due(item, today=MONDAY) == was


@pytest.mark.parametrize(
    ("slips", "words"),
    [(0, None), (1, "due date moved once"), (2, "due date moved twice"), (3, "due date moved 3 times")],
)
def test_slips_are_said_in_words(slips, words):
    assert slipped(entry(slips=slips)) == words


@pytest.mark.parametrize(
    ("state", "words"),
    [(State.OPEN, "open for 1 day"), (State.IN_PROGRESS, "in progress, 1 day old"), (State.DONE, None)],
)
def test_the_age_of_an_item_tells_its_state(state, words):
    assert age_words(entry(state=state, age=1)) == words


def test_a_day_of_this_year_needs_no_year():
    assert day_words(date(2026, 1, 1), today=MONDAY) == "Thu 1 Jan"


@given(st.text("ab é決済🚨", max_size=200), st.integers(10, 40))
def test_folding_loses_nothing_and_keeps_the_width(text, width):
    lines = folded(text, width=width, indent="  * ", hanging="    ").split("\n")
    assert all(columns(line) <= width for line in lines)
    assert "".join("".join(line[4:] for line in lines).split()) == "".join(text.split())
