from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.core.date_forms import Column, like_the_others, rewrite

BASE = date(2023, 11, 27)
OLD = date(2023, 12, 8)


def day(text):
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("raw", "new", "expected"),
    [
        ("2023-12-08", "2024-01-02", "2024-01-02"),
        ("2023/12/08", "2024-01-02", "2024/01/02"),
        ("2023-12-8", "2024-01-02", "2024-1-2"),
        ("2023-12-08 17:00 UTC", "2023-12-09", "2023-12-09 17:00 UTC"),
        ("Dec 8", "2023-12-12", "Dec 12"),
        ("Dec. 8", "2024-01-03", "Jan. 3"),
        ("Dec 08", "2024-01-03", "Jan 03"),
        ("DEC 8, 2023", "2024-01-03", "JAN 3, 2024"),
        ("dec 8", "2024-01-03", "jan 3"),
        ("December 8, 2023", "2024-05-03", "May 3, 2024"),
        ("December 8th", "2023-12-22", "December 22nd"),
        ("Dec 8 '23", "2024-01-11", "Jan 11 '24"),
        ("8 Dec", "2024-01-03", "3 Jan"),
        ("8 December 2023", "2024-02-01", "1 February 2024"),
        ("8th of December 2023", "2024-01-01", "1st of January 2024"),
        ("8-Dec-23", "2024-01-12", "12-Jan-24"),
        ("8. Dezember", "2024-03-01", "1. März"),
        ("8 décembre 2023", "2024-08-15", "15 août 2024"),
        ("8 de diciembre de 2023", "2024-01-02", "2 de enero de 2024"),
        ("08.12.2023", "2024-01-02", "02.01.2024"),
        ("8.12.2023", "2024-01-02", "2.1.2024"),
        ("8.12.", "2024-01-02", "2.1."),
        ("12/08/2023", "2024-01-13", "01/13/2024"),
        ("12/8/23", "2024-01-13", "1/13/24"),
        ("08/12/2023", "2024-01-13", "13/01/2024"),
        ("12/8", "2024-01-13", "1/13"),
        ("2023年12月8日", "2024-01-13", "2024年1月13日"),
        ("12月8日(金)", "2023-12-12", "12月12日(火)"),
        ("Fri Dec 8", "2023-12-12", "Tue Dec 12"),
        ("Friday, December 8th, 2023", "2023-12-02", "Saturday, December 2nd, 2023"),
        ("Freitag, 8. Dezember", "2023-12-12", "Dienstag, 12. Dezember"),
        ("**Dec 8** (hard)", "2023-12-12", "**Dec 12** (hard)"),
        ("~~Dec 1~~ Dec 8", "2023-12-12", "~~Dec 1~~ Dec 12"),
        ("by EOD Dec 8", "2023-12-09", "by EOD Dec 9"),
    ],
)
def test_a_date_is_written_in_its_own_form(raw, new, expected):
    assert rewrite(raw, OLD, day(new), Column(base=BASE)) == expected


@pytest.mark.parametrize(
    ("raw", "new", "expected"),
    [
        ("Dec 8", "2025-01-03", "Jan 3, 2025"),
        ("December 8th", "2025-01-03", "January 3rd, 2025"),
        ("8 Dec", "2025-01-03", "3 Jan 2025"),
        ("12/8", "2025-01-03", "1/3/2025"),
        ("8.12.", "2025-01-03", "3.1.2025"),
        ("12月8日", "2025-01-03", "2025年1月3日"),
        ("Dec 8", "2024-09-27", "Sep 27"),
        ("Dec 8", "2024-09-28", "Sep 28, 2024"),
        ("Dec 8", "2023-09-28", "Sep 28"),
        ("Dec 8", "2023-09-27", "Sep 27, 2023"),
    ],
)
def test_a_year_is_added_where_another_would_be_read(raw, new, expected):
    assert rewrite(raw, OLD, day(new), Column(base=BASE)) == expected


def test_without_a_day_to_count_from_the_year_is_always_added():
    assert rewrite("Dec 8", None, day("2023-12-12"), Column()) == "Dec 12, 2023"


@pytest.mark.parametrize(
    "raw", ["H1", "1 week", "Q4 2023", "Dec 8-12", "4-8 Dec", "Dec 8 to 12", "Jan 8", "2024-12-08", ""]
)
def test_what_is_no_such_date_is_left_alone(raw):
    assert rewrite(raw, OLD, day("2023-12-12"), Column(base=BASE)) is None


@pytest.mark.parametrize(
    ("raw", "others", "expected"),
    [
        ("08/08/2023", [("13/01/2023", "2023-01-13")], "13/12/2023"),
        ("08/08/2023", [("01/13/2023", "2023-01-13")], "12/13/2023"),
        ("08/08/2023", [], "12/13/2023"),
        ("08.08.2023", [], "13.12.2023"),
    ],
)
def test_the_column_proves_the_order_of_the_numbers(raw, others, expected):
    column = Column(tuple((text, day(read)) for text, read in others), BASE)
    assert rewrite(raw, day("2023-08-08"), day("2023-12-13"), column) == expected


def test_the_column_tells_whether_may_is_short():
    long = Column((("June 3", day("2024-06-03")),), BASE)
    short = Column((("Jun 3", day("2024-06-03")),), BASE)
    assert rewrite("May 5", day("2024-05-05"), day("2024-07-05"), long) == "July 5"
    assert rewrite("May 5", day("2024-05-05"), day("2024-07-05"), short) == "Jul 5"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([], "2023-12-12"),
        ([("TBD", None), ("soon", None)], "2023-12-12"),
        ([("TBD", None), ("Dec 8", "2023-12-08")], "Dec 12"),
        ([("by Fri, 8 Dec 2023 (hard)", "2023-12-08")], "Tue, 12 Dec 2023"),
    ],
)
def test_an_empty_cell_takes_the_form_of_the_others(cells, expected):
    column = Column(tuple((raw, day(read) if read else None) for raw, read in cells), BASE)
    assert like_the_others(day("2023-12-12"), column) == expected


# May is short and long at once, so nothing tells which of them the next month was.
DAYS = st.dates(date(2001, 1, 1), date(2098, 12, 31)).filter(lambda day: day.month != 5)
FORMS = (
    "{0:%Y-%m-%d}",
    "{0:%b} {0.day}, {0.year}",
    "{0.day} {0:%B} {0.year}",
    "{0:%d.%m.%Y}",
    "{0:%a} {0:%b} {0.day} {0.year}",
)


@given(st.sampled_from(FORMS), DAYS, DAYS)
def test_writing_a_date_and_writing_it_back_gives_the_first_text(form, old, new):
    raw = form.format(old)
    there = rewrite(raw, old, new, Column(base=BASE))
    assert there == form.format(new)
    assert rewrite(there, new, old, Column(base=BASE)) == raw
