from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.clients.jira_search import literal, phrase
from tests.emulators.jira_jql import read_query


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_words_are_one_value_of_a_query(words):
    query = read_query(f"summary ~ {literal(words)} ORDER BY key ASC")
    assert query.where.operands[0].text == words
    assert query.order == (("key", False),)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("Add an alert", r'"\"Add an alert\""'),
        ("Don't (x) OR y~2 *", r'"\"Don t x OR y 2\""'),
        ("***", ""),
        ("", ""),
        ("word " * 100, '"\\"' + "word " * 11 + 'word\\""'),
    ],
)
def test_a_text_is_looked_for_by_its_words_in_their_order(words, value):
    assert phrase(words) == value
