from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from time import process_time
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.core.retros import Retro, retros_from_ics, retros_from_rule

NEW_YORK = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
SOON = 3
"""Seconds of a slow processor; without the bounds most of these would take minutes or never end."""


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def ics(*events, head=""):
    """A calendar file; lines are separated by a bar."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN", *filter(None, head.split("|"))]
    for number, event in enumerate(events):
        uid = [] if "UID:" in event else [f"UID:{number}"]
        lines += ["BEGIN:VEVENT", "DTSTAMP:20260101T000000Z", *uid, *event.split("|"), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def zone_definition(name, rule="FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", start="16010101T030000"):
    standard = f"DTSTART:{start}|TZOFFSETFROM:+0200|TZOFFSETTO:+0200|RRULE:{rule}"
    return f"BEGIN:VTIMEZONE|TZID:{name}|BEGIN:STANDARD|{standard}|END:STANDARD|END:VTIMEZONE"


def days(retros):
    return [retro.day for retro in retros]


def moments(retros):
    return [retro.moment for retro in retros]


# --- rules


def test_a_rule_keeps_its_hour_when_the_clocks_change():
    retros = retros_from_rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH;BYHOUR=14", date(2026, 1, 8), NEW_YORK)
    found = retros(date(2026, 2, 20), date(2026, 4, 2))
    assert found == [
        Retro(date(2026, 3, 5), utc(2026, 3, 5, 19)),
        Retro(date(2026, 3, 19), utc(2026, 3, 19, 18)),
        Retro(date(2026, 4, 2), utc(2026, 4, 2, 18)),
    ]


def test_a_rule_without_an_hour_gives_whole_days():
    retros = retros_from_rule("FREQ=MONTHLY;BYDAY=-1FR", None, BERLIN)
    assert retros(date(2026, 1, 30), date(2026, 2, 27)) == [Retro(date(2026, 1, 30)), Retro(date(2026, 2, 27))]


@pytest.mark.parametrize(
    ("rule", "first", "count"),
    [
        ("FREQ=WEEKLY", date(2026, 1, 8), 52),
        ("FREQ=WEEKLY;BYDAY=MO,TH", None, 52 + 53),
        ("FREQ=DAILY;BYHOUR=9;BYMINUTE=15", None, 365),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", date(2024, 2, 29), 0),
        ("FREQ=MONTHLY;BYMONTHDAY=31", None, 7),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=1WE", date(2026, 12, 2), 1),
    ],
)
def test_a_rule_gives_the_retros_of_a_year(rule, first, count):
    found = days(retros_from_rule(rule, first, BERLIN)(*YEAR))
    assert len(found) == count
    assert found == sorted(set(found))


@pytest.mark.parametrize(
    ("rule", "first", "words"),
    [
        ("", None, "needs a FREQ"),
        ("weekly", None, "needs a FREQ"),
        ("FREQ=HOURLY;BYDAY=MO", None, "needs a FREQ"),
        ("FREQ=WEEKLY;BYDAY=XX", None, "cannot be read"),
        ("FREQ=WEEKLY;BYDAY=TH;BYHOUR=25", None, "cannot be read"),
        ("FREQ=WEEKLY;BYDAY=TH;WHAT=1", None, "cannot be read"),
        ("FREQ=WEEKLY;BYDAY=TH;BYDAY=FR", None, "twice"),
        ("FREQ=WEEKLY;BYDAY=TH;BYHOUR=9,14", None, "several times"),
        ("FREQ=WEEKLY;INTERVAL=0;BYDAY=TH", date(2026, 1, 8), "INTERVAL between"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", None, "give the day of one retro"),
        ("FREQ=WEEKLY", None, "give the day of one retro"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", None, "never takes place"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=MO", date(2026, 1, 8), "never takes place"),
        ("FREQ=DAILY", date(1, 1, 1), "too long ago"),
    ],
)
def test_a_rule_that_is_none_is_refused_in_words(rule, first, words):
    began = process_time()
    with pytest.raises(ValueError, match=words):
        retros_from_rule(rule, first, BERLIN)
    assert process_time() - began < SOON


@given(
    zone=st.sampled_from(sorted(available_timezones() - {"Factory", "localtime"})).map(ZoneInfo),
    hour=st.integers(0, 23),
    minute=st.sampled_from([0, 30]),
)
@settings(deadline=None, max_examples=60)
def test_in_every_zone_a_daily_rule_gives_each_day_once_in_order(zone, hour, minute):
    found = retros_from_rule(f"FREQ=DAILY;BYHOUR={hour};BYMINUTE={minute}", None, zone)(*YEAR)
    assert len(found) in (364, 365, 366)
    assert days(found) == sorted(set(days(found)))
    steps = {later.moment - earlier.moment for earlier, later in pairwise(found)}
    assert steps <= {timedelta(hours=24) + timedelta(minutes=m) for m in (-120, -60, -30, 0, 30, 60, 120)}


# --- calendar files


def test_a_calendar_file_says_when_and_when_not():
    series = "DTSTART;TZID=America/New_York:20260305T140000|DURATION:PT1H|RRULE:FREQ=WEEKLY;COUNT=5"
    text = ics(
        f"{series}|EXDATE;TZID=America/New_York:20260312T140000|UID:a",
        "UID:a|RECURRENCE-ID;TZID=America/New_York:20260319T140000|DTSTART;TZID=America/New_York:20260320T100000",
        "UID:a|RECURRENCE-ID;TZID=America/New_York:20260326T140000|STATUS:CANCELLED|DTSTART:20260326T180000Z",
        "DTSTART;VALUE=DATE:20260501",
        "DTSTART:20260601T160000",
    )
    assert retros_from_ics(text, BERLIN)(*YEAR) == [
        Retro(date(2026, 3, 5), utc(2026, 3, 5, 19)),
        Retro(date(2026, 3, 20), utc(2026, 3, 20, 14)),
        Retro(date(2026, 4, 2), utc(2026, 4, 2, 18)),
        Retro(date(2026, 5, 1)),
        Retro(date(2026, 6, 1), utc(2026, 6, 1, 14)),
    ]


@pytest.mark.parametrize(
    ("zone", "day"), [("Pacific/Auckland", date(2026, 6, 2)), ("America/Los_Angeles", date(2026, 6, 1))]
)
def test_the_day_of_an_event_is_the_teams(zone, day):
    retros = retros_from_ics(ics("DTSTART:20260601T210000Z"), ZoneInfo(zone))
    assert days(retros(day, day)) == [day]
    assert retros(day - timedelta(days=1), day - timedelta(days=1)) == []
    assert retros(day + timedelta(days=1), day + timedelta(days=1)) == []


def test_of_two_events_on_a_day_the_first_counts_and_a_time_is_better_than_none():
    text = ics("DTSTART:20260601T160000Z", "DTSTART;VALUE=DATE:20260601", "DTSTART:20260601T090000Z")
    assert moments(retros_from_ics(text, BERLIN)(*YEAR)) == [utc(2026, 6, 1, 9)]


def test_a_calendar_may_say_its_zone_for_all_events():
    text = ics("DTSTART:20260601T160000", head="X-WR-TIMEZONE:America/New_York")
    assert moments(retros_from_ics(text, BERLIN)(*YEAR)) == [utc(2026, 6, 1, 20)]


def test_a_calendar_may_define_a_zone_of_its_own():
    text = ics("DTSTART;TZID=Ours:20260601T160000", head=zone_definition("Ours"))
    assert moments(retros_from_ics(text, NEW_YORK)(*YEAR)) == [utc(2026, 6, 1, 14)]


def test_a_long_event_is_a_retro_only_when_it_begins():
    text = ics("DTSTART;VALUE=DATE:20260601|DTEND;VALUE=DATE:20260620")
    assert days(retros_from_ics(text, BERLIN)(*YEAR)) == [date(2026, 6, 1)]


@pytest.mark.parametrize("end", ["UNTIL=20260201", "UNTIL=20260129T130000Z", "COUNT=4"])
def test_a_series_may_end(end):
    text = ics(f"DTSTART;TZID=Europe/Berlin:20260108T140000|RRULE:FREQ=WEEKLY;{end}")
    assert days(retros_from_ics(text, BERLIN)(*YEAR)) == [date(2026, 1, n) for n in (8, 15, 22, 29)]


@pytest.mark.parametrize(
    "word", ["Team RETRO", "Retrospektive", "Rétro d'équipe", "Sprint-retro", "振り返り会", "Ретроспектива", "复盘会"]
)
def test_where_events_are_called_retros_only_those_are(word):
    text = ics(
        "DTSTART:20260601T160000Z|SUMMARY:Stand-up",
        f"DTSTART:20260602T160000Z|SUMMARY:{word}",
        "DTSTART:20260603T160000Z|SUMMARY:Retrofit of the heating",
        "DTSTART:20260604T160000Z",
    )
    assert days(retros_from_ics(text, BERLIN)(*YEAR)) == [date(2026, 6, 2)]


def test_one_retro_of_a_series_may_bear_another_name():
    text = ics(
        "DTSTART:20260601T160000Z|RRULE:FREQ=WEEKLY;COUNT=2|UID:a|SUMMARY:Retro",
        "UID:a|RECURRENCE-ID:20260608T160000Z|DTSTART:20260609T160000Z|SUMMARY:A day later",
        "DTSTART:20260610T160000Z|SUMMARY:Planning",
    )
    assert days(retros_from_ics(text, BERLIN)(*YEAR)) == [date(2026, 6, 1), date(2026, 6, 9)]


def test_where_no_event_is_called_a_retro_all_are():
    text = ics("DTSTART:20260601T160000Z|SUMMARY:Look back", "DTSTART:20260602T160000Z|SUMMARY:Look ahead")
    assert len(retros_from_ics(text, BERLIN)(*YEAR)) == 2


DAILY = "DTSTART:20260101T000000Z|RRULE:FREQ=DAILY"
BUSY = [f"20260601T{hour:02}{minute:02}{second:02}Z" for hour in range(24) for minute in range(60) for second in (0, 1)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cannot be read"),
        ("/etc/hostname", "cannot be read"),
        ("BEGIN:VCALENDAR", "cannot be read"),
        ("BEGIN:VEVENT\n" * 20_000, "cannot be read"),
        ("\n" * 900_000, "cannot be read"),
        ("x" * 1_000_001, "longer than"),
        (ics(), "no events"),
        (ics("SUMMARY:Retro"), "no start"),
        (ics("DTSTART:tomorrow"), "cannot be read"),
        (ics(*["DTSTART:20260101T000000Z"] * 5_001), "more than 5000 events"),
        (ics(*[DAILY] * 21), "more than 20 rules"),
        (ics("DTSTART:20260101T000000Z|RRULE:FREQ=SECONDLY"), "needs a FREQ"),
        (ics("DTSTART:20260101T000000Z|RRULE:FRE\r\n\r\n Q=SECONDLY"), "needs a FREQ"),
        (ics("DTSTART:20260101T000000Z|RRULE;X=1:FREQ=MINUTELY"), "needs a FREQ"),
        (ics("DTSTART:20260101T000000Z|RRULE:" + "X" * 100_000), "XXX…"),
        (ics("DTSTART:20260101T000000Z|RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), "never takes place"),
        (ics("DTSTART:20260101T000000Z|RRULE:FREQ=DAILY;INTERVAL=14;BYDAY=MO"), "never takes place"),
        (ics("DTSTART:00010101T000000Z|RRULE:FREQ=DAILY"), "too long ago"),
        (ics("DTSTART:19700101T000000Z|RDATE:" + ",".join(BUSY)), "more than 2000 retros"),
        (ics(*["DTSTART:20160101T000000Z|RRULE:FREQ=DAILY"] * 20), "more than 2000 retros"),
        (ics(DAILY, head=zone_definition("Wild", "FREQ=DAILY")), "more often than once a year"),
        (ics(DAILY, head=zone_definition("Wild", "FREQ=YEARLY;BYDAY=MO,TU")), "more often than once a year"),
        (ics(DAILY, head="X-WR-TIMEZONE:../../etc/passwd"), "cannot be read"),
        (
            ics(
                f"{DAILY}|UID:a",
                "UID:a|RECURRENCE-ID;RANGE=THISANDFUTURE:20260105T000000Z|DTSTART:90260101T000000Z",
            ),
            "moves an event",
        ),
    ],
    ids=lambda value: value[:40].strip() if len(value) < 100 else "",
)
def test_a_hostile_calendar_is_refused_soon_and_in_words(text, words):
    began = process_time()
    with pytest.raises(ValueError, match=words) as refused:
        retros_from_ics(text, BERLIN)(*YEAR)
    assert process_time() - began < SOON
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    ("event", "count"),
    [
        ("DTSTART:20260101T000000Z|DURATION:P9999999D|RRULE:FREQ=DAILY", 365),
        ("DTSTART:99991231T235959Z", 0),
        ("DTSTART:00010101T000000Z", 0),
        (f"DTSTART:20260601T000000Z|RDATE:{','.join(['20260602T000000Z'] * 5000)}", 2),
    ],
)
def test_a_strange_event_is_read_soon(event, count):
    began = process_time()
    assert len(retros_from_ics(ics(event), BERLIN)(*YEAR)) == count
    assert process_time() - began < SOON
