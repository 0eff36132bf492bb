from __future__ import annotations

import pytest

from syncd.cli.changed_lines import changed_lines

BEFORE = "| ID | Action | Status |\n|---|---|---|\n| 1 | Spread the lifetime of price entries | Open |\n"
AFTER = (
    "| ID | Action | Status | Ticket |\n|---|---|---|---|\n| 1 | Spread the lifetime of price entries | Open | T-1 |\n"
)


def plain(lines):
    return ["".join(span if isinstance(span, str) else span[0] for span in line) for line in lines]


def test_each_line_stands_above_what_it_became_and_rules_are_left_out():
    assert plain(changed_lines(BEFORE, AFTER, width=None)) == [
        "  - | ID | Action | Status |",
        "  + | ID | Action | Status | Ticket |",
        "  - | 1 | Spread the lifetime of price entries | Open |",
        "  + | 1 | Spread the lifetime of price entries | Open | T-1 |",
    ]


def test_a_line_that_is_too_long_loses_what_did_not_change():
    lines = plain(changed_lines(BEFORE, AFTER, width=56))
    assert lines[2:] == [
        "  - | 1 | Spread the lifetim… | Open |",
        "  + | 1 | Spread the lifetim… | Open | T-1 |",
    ]


def test_what_changed_is_never_left_out():
    lines = plain(changed_lines("a " * 40 + "Open", "b " * 40 + "Done", width=40))
    assert lines == ["  - " + "a " * 40 + "Open", "  + " + "b " * 40 + "Done"]


@pytest.mark.parametrize(("pairs", "more"), [(4, None), (6, "    … and 2 more")])
def test_only_the_first_are_shown_and_the_others_counted(pairs, more):
    before, after = "".join(f"{n} old\n" for n in range(pairs)), "".join(f"{n} new\n" for n in range(pairs))
    lines = plain(changed_lines(before, after, width=80))
    assert (len(lines), lines[8:]) == (8 + (more is not None), [more] if more else [])
