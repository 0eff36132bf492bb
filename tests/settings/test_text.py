from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.settings.text import Written, dotted, overlaid, quoted, quoted_key

TEXT = '''\
# [commented]
poll = "15m"   # first
limits.creates_per_pass = 3

[teams.payments]
"write_back" = true
status_words = { done = "Done", open = "Open" }
routes = [
  { owner = "A", tracker = "x" },

  { owner = "B", tracker = "y" },
]
remark = """
[teams.payments]
poll = "1s"
"""

[[teams.payments.sources]]
path = "one"
include = ["a",
  "b"]

[[teams.payments.sources]]
path = "two"
[teams.payments.sources.extra]
deep = 1
[teams."Platform Team".trackers]
files.path = "tickets"
'''


def lines_of(text):
    return Written(text, name="syncd.toml", environment={})


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("poll",), 2),
        (("limits", "creates_per_pass"), 3),
        (("limits",), 3),
        (("teams", "payments"), 5),
        (("teams", "payments", "write_back"), 6),
        (("teams", "payments", "status_words", "open"), 7),
        (("teams", "payments", "routes", 1, "owner"), 8),
        (("teams", "payments", "remark"), 13),
        (("teams", "payments", "sources", 0), 18),
        (("teams", "payments", "sources", 0, "path"), 19),
        (("teams", "payments", "sources", 0, "include", 1), 20),
        (("teams", "payments", "sources", 1), 23),
        (("teams", "payments", "sources", 1, "path"), 24),
        (("teams", "payments", "sources", 1, "extra", "deep"), 26),
        (("teams", "Platform Team", "trackers", "files", "path"), 28),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_value_has_the_line_where_it_is_written(place, line, newline):
    assert lines_of(TEXT.replace("\n", newline)).line(place) == line


def test_what_is_not_written_has_the_line_of_the_table_around_it():
    assert lines_of(TEXT).line(("teams", "payments", "sources", 1, "kind")) == 23
    assert lines_of(TEXT).line(("teams", "payments", "digests", "weekly")) == 5
    assert lines_of(TEXT).line(("timezone",)) is None


@given(st.text(st.characters(codec="utf-8")))
def test_a_quoted_text_is_read_as_the_same_text(text):
    assert tomllib.loads(f"x = {quoted(text)}") == {"x": text}
    assert tomllib.loads(f"{quoted_key(text)} = 1") == {text: 1}


def test_a_text_that_is_no_unicode_cannot_be_quoted():
    with pytest.raises(UnicodeEncodeError):
        quoted("caf\udce9")


def test_a_place_is_shown_as_toml_writes_it():
    place = ("teams", "payments", "owners", "Platform Team", "x.y", 0, "z-1_")
    assert dotted(place) == 'teams.payments.owners."Platform Team"."x.y"[0].z-1_'


@pytest.mark.parametrize(
    ("written", "override", "merged"),
    [
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"A": 1}, {"a": 2}, {"A": 2}),
        ({"a": {"B": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"B": 3, "c": 2}}),
        ({"a": [{"b": 1, "c": 2}, {"b": 3}]}, {"a": {"0": {"b": 9}}}, {"a": [{"b": 9, "c": 2}, {"b": 3}]}),
        ({"a": [1, 2]}, {"a": {"1": 9}}, {"a": [1, 9]}),
        ({"a": [1]}, {"a": {"1": 9}}, {"a": {"1": 9}}),
        ({"a": [1]}, {"a": [7, 8]}, {"a": [7, 8]}),
        ({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}),
        ({}, {"a": {"b": 2}}, {"a": {"b": 2}}),
    ],
)
def test_an_override_reaches_single_keys_and_elements(written, override, merged):
    assert overlaid(written, override) == merged
