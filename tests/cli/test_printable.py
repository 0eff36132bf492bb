from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syncd.cli.printable import counted, json_text, printable, printable_lines
from syncd.core.plain import harmless

TEXTS = st.text(st.characters())
HOSTILE = "\x1b[2Jgone\x07\r\x9b31m\u202egnp.exe\u2066\u200b\u2028\x7f\U000e0041"


@given(TEXTS)
@example(HOSTILE)
def test_printable_text_is_one_harmless_line(text):
    line = printable(text)
    assert all(harmless(c) for c in line)
    assert line == " ".join(line.split())


@given(TEXTS)
@example(HOSTILE)
def test_messages_keep_their_lines_and_nothing_else_that_moves(text):
    assert all(harmless(c) for line in printable_lines(text).split("\n") for c in line)
    assert printable_lines(text).count("\n") == text.count("\n")


@given(st.dictionaries(TEXTS, TEXTS))
@example({HOSTILE: HOSTILE})
def test_json_is_harmless_and_says_the_same(value):
    text = json_text(value)
    assert all(harmless(c) for c in text)
    assert json.loads(text) == value


@pytest.mark.parametrize("text", ["Überlast — ±20 % “Größe”", "نمی‌خواهم", "👩‍💻 pairs", "東京タワー"])
def test_what_people_write_stays_as_it_is(text):
    assert printable(text) == printable_lines(text) == text
    assert json_text(text) == f'"{text}"'


@given(TEXTS, st.integers(1, 30))
def test_shortened_text_fits(text, width):
    assert len(printable(text, width)) <= width


def test_numbers_are_said_with_their_noun():
    assert (counted(0, "row"), counted(1, "row"), counted(12000, "row")) == ("0 rows", "1 row", "12,000 rows")
