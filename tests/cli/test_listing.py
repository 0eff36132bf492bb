from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from syncd.cli.listing import Entry, listing, wrapped

ENTRIES = st.builds(
    Entry,
    path=st.sampled_from(["docs/a.md", "docs/2026/a very long name of a postmortem.md", "ä.md"]),
    line=st.integers(1, 12345),
    sign=st.sampled_from("+~=!-"),
    style=st.sampled_from(["green", "yellow", ""]),
    what=st.sampled_from(["create", "created OPS-1234", "not finished"]),
    text=st.text(max_size=90),
    detail=st.text(min_size=1, max_size=200),
    brief=st.none() | st.just("Platform Team, 2026-10-23"),
)


def plain(lines):
    return ["".join(span if isinstance(span, str) else span[0] for span in line) for line in lines]


def entry(line, text="", detail="no ticket yet", **more):
    given = {"path": "docs/a.md", "sign": "+", "style": "green", "what": "create"} | more
    return Entry(line=line, text=text, detail=detail, **given)


@given(st.lists(ENTRIES, max_size=6))
def test_in_a_pipe_every_entry_is_one_line_with_document_and_line(entries):
    lines = plain(listing(entries, width=None))
    assert len(lines) == len(entries)
    for said, each in zip(lines, entries, strict=True):
        assert said.startswith(f"{each.sign} {each.path}:{each.line}  {each.what}")
        assert re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e]", said) is None


@given(st.lists(ENTRIES, max_size=6), st.sampled_from([60, 80, 140]))
def test_on_a_terminal_no_line_is_wider_than_it_unless_a_word_is(entries, width):
    for line in plain(listing(entries, width=width)):
        words = [word for word in line.split() if cell_len(word) > width // 3]
        assert cell_len(line) <= width or words


@given(st.lists(ENTRIES, max_size=6))
def test_on_a_terminal_no_detail_is_lost(entries):
    said = " ".join(plain(listing(entries, width=80)))
    for each in entries:
        detail = each.brief or each.detail
        assert "".join(c for c in detail if c.isalnum()) in "".join(c for c in said if c.isalnum())


def test_a_document_is_named_once_and_columns_are_aligned():
    entries = [
        entry(8, "Add an alert", "Platform Team, 2026-10-23"),
        entry(112, "Write the runbook", "Eng Leadership, 2026-10-30"),
        entry(3, "Shard the index", "Search, no due date", path="docs/b.md", what="later: create"),
    ]
    assert plain(listing(entries, width=80)) == [
        "docs/a.md",
        "  +   8  create         Add an alert       Platform Team, 2026-10-23",
        "  + 112  create         Write the runbook  Eng Leadership, 2026-10-30",
        "",
        "docs/b.md",
        "  +   3  later: create  Shard the index    Search, no due date",
    ]


def test_a_long_text_gives_way_to_its_detail():
    (_, line) = plain(listing([entry(8, "Alert " * 20, "Platform Team, 2026-10-23")], width=80))
    assert line == "  + 8  create  Alert Alert Alert Alert Alert Alert A…  Platform Team, 2026-10-23"
    assert len(line) <= 80


def test_a_long_detail_stands_below_with_its_commands_whole():
    why = "it may be T-1 (“Add an alert”), whose row is gone: `syncd link 2d3643ff T-1 --source docs` if it is"
    assert plain(listing([entry(8, "Add an alarm", why, sign="!", what="check")], width=60)) == [
        "docs/a.md",
        "  ! 8  check  Add an alarm",
        "              it may be T-1 (“Add an alert”), whose row is",
        "              gone: `syncd link 2d3643ff T-1 --source docs`",
        "              if it is",
    ]


def test_what_is_said_again_of_the_same_row_does_not_repeat_its_text():
    entries = [entry(8, "Add an alert", "state open → done", sign="="), entry(8, "Add an alert", "its ticket is done")]
    lines = plain(listing(entries, width=80))
    assert [("Add an alert" in line, line.rstrip().endswith("done")) for line in lines[1:]] == [
        (True, True),
        (False, True),
    ]
    assert all("Add an alert" in line for line in plain(listing(entries, width=None)))


def test_there_is_room_for_the_whole_detail_on_a_wide_terminal_only():
    entries = [entry(8, "Add an alert", "no ticket yet: Platform Team, due 2026-10-23", brief="Platform Team, Oct 23")]
    assert "no ticket yet" in plain(listing(entries, width=140))[1]
    assert "no ticket yet" not in plain(listing(entries, width=80))[1]
    assert "no ticket yet" in plain(listing(entries, width=None))[0]


def test_wide_characters_count_for_two_columns():
    (_, line) = plain(listing([entry(8, "東京タワー" * 20, "Platform Team")], width=80))
    assert cell_len(line) <= 80
    assert line.endswith("  Platform Team")


@pytest.mark.parametrize(("several", "heading"), [("", "docs/a.md"), ("payments", "payments · docs/a.md")])
def test_the_team_is_named_where_there_are_several(several, heading):
    assert plain(listing([entry(8, "Add an alert", team=several)], width=80))[0] == heading


@given(st.text(), st.integers(10, 60))
def test_wrapping_loses_no_word(text, width):
    assert " ".join(wrapped(text, width)).split() == text.split()
