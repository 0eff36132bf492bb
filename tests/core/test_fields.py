"""One cell → value: dates, owners, states, severities, tickets, and whether anybody filled it in."""

from __future__ import annotations

from datetime import date

import pytest

from syncd.core.dates import DateReader, Order, order_of
from syncd.core.fields import all_options, is_cell_placeholder, is_nothing, is_placeholder, severity, split_owners
from syncd.core.inline import read_inline
from syncd.core.model import Span, State
from syncd.core.references import find_references
from syncd.core.states import state_of, whole_state
from syncd.core.words import TYPES

ANCHOR = date(2023, 11, 27)
UNKNOWN = DateReader(ANCHOR)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2023-12-01", date(2023, 12, 1)),
        ("2023/12/1", date(2023, 12, 1)),
        ("2023.12.01", date(2023, 12, 1)),
        ("2023-12-01T10:00Z", date(2023, 12, 1)),
        ("Dec 1, 2023", date(2023, 12, 1)),
        ("December 1st, 2023", date(2023, 12, 1)),
        ("1 Dec 2023", date(2023, 12, 1)),
        ("7th September, 2022", date(2022, 9, 7)),
        ("Fri, 1 December", date(2023, 12, 1)),
        ("EOD Dec 1", date(2023, 12, 1)),
        ("01.12.2023", date(2023, 12, 1)),
        ("25/12/2023", date(2023, 12, 25)),
        ("12/25/2023", date(2023, 12, 25)),
        ("12/25", date(2023, 12, 25)),
        ("03/03/24", date(2024, 3, 3)),
        ("January 14-19, 2026", date(2026, 1, 14)),
        ("2026-07-04 to 2026-07-05", date(2026, 7, 5)),
        ("Dec 1 → Dec 8", date(2023, 12, 8)),
        ("Dec 8 (was Dec 1)", date(2023, 12, 8)),
        ("1. Dezember 2023", date(2023, 12, 1)),
        ("1 de diciembre de 2023", date(2023, 12, 1)),
        ("1er décembre 2023", date(2023, 12, 1)),
        ("1 dicembre", date(2023, 12, 1)),
        ("1 декабря 2023", date(2023, 12, 1)),
        ("2023年12月1日", date(2023, 12, 1)),
        ("12月1日", date(2023, 12, 1)),
        ("2023년 12월 1일", date(2023, 12, 1)),
    ],
)
def test_a_date_is_read_however_it_is_written(written, day):
    assert UNKNOWN.due(written) == (day, None)


@pytest.mark.parametrize(
    "written",
    [
        "TBD",
        "H1",
        "1 week",
        "Q4 2025",
        "Nov 2023",
        "next sprint",
        "v1.2.3",
        "10.0.0.1",
        "end of March",
        "ASAP",
        "16:49",
        "-",
    ],
)
def test_what_is_no_date_stays_raw_without_a_problem(written):
    assert UNKNOWN.due(written) == (None, None)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("Nov 27", date(2023, 11, 27)),
        ("Sep 28", date(2023, 9, 28)),
        ("Sep 27", date(2024, 9, 27)),
        ("Sep 26", date(2024, 9, 26)),
        ("Jan 1", date(2024, 1, 1)),
        ("Feb 29", date(2024, 2, 29)),
    ],
)
def test_a_missing_year_puts_the_date_60_days_before_to_305_days_after_the_document(written, day):
    assert UNKNOWN.due(written) == (day, None)


@pytest.mark.parametrize("written", ["2023-13-01", "February 30, 2024", "31/04/2024", "Nov 31"])
def test_a_date_that_does_not_exist_is_a_problem(written):
    assert UNKNOWN.due(written) == (None, f'There is no date "{written}".')


def test_a_date_without_a_year_in_a_document_without_a_date_is_a_problem():
    day, problem = DateReader().due("Dec 1")
    assert day is None
    assert problem is not None


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("since 25/12/2023", Order.DAY_FIRST, date(2024, 2, 1)),
        ("since 12/25/2023", Order.MONTH_FIRST, date(2024, 1, 2)),
        ("25/12/2023 and 12/25/2023", Order.UNKNOWN, None),
        ("01/02/2024", Order.UNKNOWN, None),
        ("see /25/12/2023/ and 1.25/12/2023", Order.UNKNOWN, None),
    ],
)
def test_another_date_of_the_document_tells_which_number_is_the_day(text, order, day):
    assert order_of(text) is order
    found, problem = DateReader(ANCHOR, order).due("01/02/2024")
    assert found == day
    assert (problem is None) == (day is not None)


@pytest.mark.parametrize(
    ("cell", "owners"),
    [
        ("Platform Team", ("Platform Team",)),
        ("Platform + Eng Leadership", ("Platform", "Eng Leadership")),
        ("A & B, C / D", ("A", "B", "C", "D")),
        ("Ed and Caroline", ("Ed", "Caroline")),
        ("开发组、运维", ("开发组", "运维")),
        ("@a, @b", ("@a", "@b")),
        ("@a @b", ("@a", "@b")),
        ("Trust and Safety", ("Trust and Safety",)),
        ("Alice (SRE, on call), Bob", ("Alice (SRE, on call)", "Bob")),
        ("R&D", ("R&D",)),
        ("CI/CD team", ("CI/CD team",)),
        ("Alice, Alice", ("Alice",)),
        ("TBD", ()),
        ("unassigned", ()),
    ],
)
def test_owners_are_told_apart(cell, owners):
    assert split_owners(cell) == owners


@pytest.mark.parametrize(
    ("cell", "state"),
    [
        ("Open", State.OPEN),
        ("Open (waiting for the vendor)", State.OPEN),
        ("TODO.", State.OPEN),
        ("Not started", State.OPEN),
        ("not done yet", State.OPEN),
        ("To be done", State.OPEN),
        ("⬜", State.OPEN),
        ("0%", State.OPEN),
        ("n/a TODO", State.OPEN),
        ("未着手", State.OPEN),
        ("待处理", State.OPEN),
        ("offen", State.OPEN),
        ("In progress", State.IN_PROGRESS),
        ("🔄 In review", State.IN_PROGRESS),
        ("Partially done", State.IN_PROGRESS),
        ("50 %", State.IN_PROGRESS),
        ("WIP - 2 of 3", State.IN_PROGRESS),
        ("进行中", State.IN_PROGRESS),
        ("Done", State.DONE),
        ("**DONE**", State.DONE),
        ("✅ Complete (PR #12)", State.DONE),
        ("Done (git f4eb131)", State.DONE),
        ("n/a DONE", State.DONE),
        ("This document", State.DONE),
        ("100%", State.DONE),
        ("完了", State.DONE),
        ("erledigt", State.DONE),
        ("Won't do", State.CANCELLED),
        ("Won’t fix", State.CANCELLED),
        ("Not planned", State.CANCELLED),
        ("Duplicate of 3", State.CANCELLED),
        ("superseded by 7", State.CANCELLED),
        ("❌", State.CANCELLED),
        ("Process change", None),
        ("Decided-to-adopt", None),
        ("Donetsk", None),
        ("n/a", None),
        ("", None),
    ],
)
def test_a_status_cell_tells_its_state(cell, state):
    assert state_of(cell) is state


@pytest.mark.parametrize(("words", "state"), [("(Done!)", State.DONE), ("done by noon", None), ("Done", State.DONE)])
def test_only_a_state_and_nothing_else_is_a_whole_state(words, state):
    assert whole_state(words) is state


@pytest.mark.parametrize(
    ("written", "mapped"),
    [
        ("SEV-1 (Critical)", "SEV-1"),
        ("sev2", "SEV-2"),
        ("Severity 3", "SEV-3"),
        ("S2", "SEV-2"),
        ("Critical", "SEV-1"),
        ("Minor", "SEV-3"),
        ("P1", "P1"),
        ("High, for our partners", "High, for our partners"),
        ("Critical (every site down)", "SEV-1"),
        ("\N{LARGE RED CIRCLE} Crítica", "SEV-1"),
        ("Majeure", "SEV-2"),
        ("High (one host)", "High (one host)"),
        ("", None),
    ],
)
def test_a_severity_maps_to_ours_where_it_does(written, mapped):
    assert severity(written) == mapped


@pytest.mark.parametrize(
    "text",
    [
        "(specific action)",
        "{{ summary }}",
        "<action>",
        "[Item 1]",
        "[Item 2].",
        "TBD",
        "TODO",
        "Action 1",
        "Action item 2 (owner, due date)",
        "xxx",
        "e.g. add an alert",
        "Your action here",
        "YYYY-MM-DD",
        "Acción 1",
        "行动项 1（负责人）",
        "Describe the action",
        "[対策内容] (PR: #XXX)",
        "[Alert for it] - Owner: [Name] - By: [Date]",
        "[Action] - [Owner] - [Date]",
        "<task> <owner>",
    ],
)
def test_a_placeholder_is_no_action(text):
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        "Add an alert",
        "[x] is not a box here",
        "Fix the (old) parser",
        "Use `<Suspense>`",
        "Add 2 tests (one each)",
        "Name the owner of each alert",
        "Review action items weekly",
        "Test the restore",
        "Describe the restore in the runbook of the team",
        "(Re)start the workers",
    ],
)
def test_an_action_is_no_placeholder(text):
    assert not is_placeholder(text)


@pytest.mark.parametrize(
    ("cell", "unfilled"),
    [
        ("(team)", True),
        ("<owner>", True),
        ("YYYY-MM-DD", True),
        ("[Name]", True),
        ("@owner", True),
        ("Team A", False),
        ("TBD", False),
        ("(SRE)", False),
    ],
)
def test_a_cell_that_nobody_filled_in_is_told(cell, unfilled):
    assert is_cell_placeholder(cell) is unfilled


def test_a_cell_that_lists_all_options_is_told():
    assert all_options("Prevent / Detect / Mitigate / Process", TYPES)
    assert not all_options("Prevent / Detect", TYPES)
    assert not all_options("Prevent", TYPES)


@pytest.mark.parametrize(
    ("text", "nothing"),
    [
        *((text, True) for text in ("None", "n/a", "No actions.", "-", "なし", "No action required")),
        ("None required for this run.", True),
        ("There are no further follow-up actions.", True),
        ("No new tasks identified", True),
        ("None of the alerts fired: fix them", False),
        ("No work on Fridays", False),
        ("No changes to the API without review", False),
    ],
)
def test_saying_that_there_is_nothing_is_no_action(text, nothing):
    assert is_nothing(text) is nothing


def references(text: str, *, column: bool = False, projects: frozenset[str] = frozenset()) -> list[tuple]:
    prose = read_inline(text, (Span(0, len(text)),), {})
    found = [f.reference for f in find_references(prose, projects, column=column)]
    return [(r.text, r.key, r.repository, r.number, r.pull) for r in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://github.com/acme/web/issues/12", (None, "acme/web", 12, False)),
        ("https://github.com/acme/web/pull/12#issuecomment-1", (None, "acme/web", 12, True)),
        ("https://git.example.com/a/b/c/-/merge_requests/7", (None, "a/b/c", 7, True)),
        ("https://x.atlassian.net/browse/OPS-12", ("OPS-12", None, None, False)),
        ("https://jira.example.com/issues/?selectedIssue=OPS-12", ("OPS-12", None, None, False)),
        ("https://bugzilla.example.org/show_bug.cgi?id=7", (None, None, None, False)),
        ("https://trello.com/c/abc", (None, None, None, False)),
        ("[T-1](../.syncd/tickets/T-1.md)", ("T-1", None, None, False)),
        ("acme/web#12", (None, "acme/web", 12, False)),
        ("#12", (None, None, 12, False)),
        ("bug 12345", (None, None, 12345, False)),
        ("Jira OPS-12", ("OPS-12", None, None, False)),
    ],
)
def test_a_ticket_is_known_by_its_form(text, expected):
    ((_, *found),) = references(text)
    assert tuple(found) == expected


@pytest.mark.parametrize(
    "text",
    [
        "CVE-2024-1234",
        "SEV-2",
        "UTC-7",
        "ADR-3",
        "RFC-9110",
        "OPS-12",
        "the #1 cause",
        "AI #9",
        "a#b",
        "https://example.com/x",
        "x@1.2.3",
        "[docs](https://example.com)",
        "ISO-8601",
        "utf-8",
    ],
)
def test_what_only_looks_like_a_ticket_is_none(text):
    assert references(text) == []


def test_a_bare_key_counts_when_a_tracker_has_that_project():
    assert references("after OPS-12 lands", projects=frozenset({"OPS"})) == [("OPS-12", "OPS-12", None, None, False)]


@pytest.mark.parametrize(
    ("cell", "texts"),
    [
        ("OPS-12", ["OPS-12"]),
        ("1234567", ["1234567"]),
        ("OPS-1, OPS-2", ["OPS-1", "OPS-2"]),
        ("[x](https://a.example/1)", ["https://a.example/1"]),
        ("n/a", []),
    ],
)
def test_in_a_ticket_column_every_key_number_and_link_counts(cell, texts):
    assert [text for text, *_ in references(cell, column=True)] == texts


@pytest.mark.parametrize("text", ["a\0b", "\0", "\0" + "0\0", "(a)\0" + "7\0", "A + \0B"])
def test_owners_with_characters_of_no_meaning_are_read_to_their_end(text):
    assert all("\0" not in owner for owner in split_owners(text))
