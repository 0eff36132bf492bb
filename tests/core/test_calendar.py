from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from syncd.core.calendar import Calendar


def calendar(zone="Europe/Berlin", weekly=time(9), **given):
    return Calendar(zone=ZoneInfo(zone), weekly=(0, weekly), **given)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


# --- working days


@pytest.mark.parametrize(
    ("holidays", "day", "moved"),
    [
        (None, date(2026, 11, 27), date(2026, 11, 27)),
        (None, date(2026, 11, 28), date(2026, 11, 30)),
        (None, date(2026, 11, 29), date(2026, 11, 30)),
        (None, date(2026, 12, 25), date(2026, 12, 25)),
        ("US", date(2026, 11, 26), date(2026, 11, 27)),
        ("DE", date(2026, 12, 25), date(2026, 12, 28)),
        ("DE", date(2027, 1, 1), date(2027, 1, 4)),
        ("DE", date(2026, 1, 6), date(2026, 1, 6)),
        ("DE-BY", date(2026, 1, 6), date(2026, 1, 7)),
        ("JP", date(2026, 5, 3), date(2026, 5, 7)),
        ("IL", date(2026, 11, 27), date(2026, 11, 29)),
    ],
)
def test_a_day_off_moves_to_the_next_working_day_of_that_country(holidays, day, moved):
    assert calendar(holidays=holidays).working_day(day) == moved


@pytest.mark.parametrize("holidays", ["XX", "US-ZZ", "", "-"])
def test_holidays_that_nobody_knows_are_refused_in_words(holidays):
    with pytest.raises(ValueError, match=r"public holidays of .* are not known"):
        calendar(holidays=holidays)


# --- hours


@pytest.mark.parametrize(
    ("zone", "at", "day", "moment"),
    [
        ("Europe/Berlin", time(9), date(2026, 3, 27), utc(2026, 3, 27, 8)),
        ("Europe/Berlin", time(9), date(2026, 3, 29), utc(2026, 3, 29, 7)),
        ("America/New_York", time(2, 30), date(2026, 3, 8), utc(2026, 3, 8, 7, 30)),
        ("America/New_York", time(1, 30), date(2026, 11, 1), utc(2026, 11, 1, 5, 30)),
        ("Asia/Kathmandu", time(9), date(2026, 1, 1), utc(2026, 1, 1, 3, 15)),
        ("Pacific/Kiritimati", time(9), date(2027, 1, 1), utc(2026, 12, 31, 19)),
        ("Pacific/Pago_Pago", time(23, 59), date(2026, 12, 31), utc(2027, 1, 1, 10, 59)),
    ],
)
def test_an_hour_of_the_team_is_one_moment_whatever_the_clock_does(zone, at, day, moment):
    assert calendar(zone, at).announced(day) == moment


def test_the_day_of_a_moment_is_the_teams():
    moment = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert calendar("Pacific/Kiritimati").today(moment) == date(2027, 1, 1)
    assert calendar("America/New_York").today(moment) == date(2026, 12, 31)
