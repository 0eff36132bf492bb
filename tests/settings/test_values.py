from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import SettingsError
from syncd.settings.values import (
    Address,
    WeeklyTime,
    database,
    duration,
    duration_text,
    interval,
    recurrence,
    retro,
    zone,
)

from .conftest import TEAM


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0s", timedelta()),
        ("4s", timedelta(seconds=4)),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("14d", timedelta(days=14)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(written, value):
    assert duration(written) == value
    assert duration_text(value) == written


@pytest.mark.parametrize(
    "written", ["", "15", "15 m", "1h30m", "-1m", "1.5h", "m", "15M", "PT15M", "9999999d", "١٥m", 15]
)
def test_anything_else_is_no_duration_and_the_message_shows_one(written):
    with pytest.raises(ValueError, match='such as "15m"'):
        duration(written)


@given(st.integers(min_value=0, max_value=999_999), st.sampled_from("smhd"))
def test_a_duration_survives_being_written_and_read(number, unit):
    value = duration(f"{number}{unit}")
    assert duration(duration_text(value)) == value or number > 9_999


def test_an_interval_is_longer_than_nothing():
    assert interval("1s") == timedelta(seconds=1)
    with pytest.raises(ValueError, match="longer than nothing"):
        interval("0m")


def test_a_time_zone_is_one_of_the_iana_list():
    assert zone("Europe/Berlin") == ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Europe/Berln", 'did you mean "Europe/Berlin"?'),
        ("europe/berlin", 'did you mean "Europe/Berlin"?'),
        ("", "such as"),
        ("../../etc/passwd", "no known time zone"),
        ("/etc/localtime", "no known time zone"),
        (2, "no known time zone"),
    ],
)
def test_an_unknown_time_zone_is_refused_with_the_nearest_one(written, words):
    with pytest.raises(ValueError, match="no known time zone") as raised:
        zone(written)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("written", "value"), [("Mon 09:00", WeeklyTime(0, time(9))), ("Sun 23:59", WeeklyTime(6, time(23, 59)))]
)
def test_a_moment_of_the_week_is_a_day_and_a_time(written, value):
    assert WeeklyTime.parse(written) == value
    assert str(value) == written


@pytest.mark.parametrize("written", ["", "Monday 09:00", "Mon 9:00", "Mon 24:00", "Mon", "09:00", "mon 09:00", 9])
def test_anything_else_is_no_moment_of_the_week(written):
    with pytest.raises(ValueError, match='such as "Mon 09:00"'):
        WeeklyTime.parse(written)


@pytest.mark.parametrize(
    "written", ["FREQ=WEEKLY;INTERVAL=2;BYDAY=TH;BYHOUR=14", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=DAILY"]
)
def test_a_retro_is_a_rule_without_an_end(written):
    assert recurrence(written) == written


@pytest.mark.parametrize(
    "written",
    [
        "",
        "every second Thursday",
        "FREQ=SECONDLY",
        "FREQ=WEEKLY;COUNT=3",
        "FREQ=WEEKLY;UNTIL=20270101",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;INTERVAL=x",
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=WEEKLY;INTERVAL=-1",
        "FREQ=WEEKLY;BYHOUR=99",
        "FREQ=WEEKLY;BYHOUR=9999999999999999999",
        "FREQ=WEEKLY;BYDAY=",
        "FREQ=WEEKLY\nDTSTART:20260101T000000",
        7,
    ],
)
def test_anything_else_is_no_rule(written):
    with pytest.raises(ValueError, match="is no rule for a repeated meeting"):
        recurrence(written)


@pytest.mark.parametrize("written", ["https://example.com/team.ics", "webcal://example.com/x"])
def test_retros_may_stand_in_a_calendar_on_the_net(written):
    assert retro(written) == written


def test_retros_may_stand_in_a_calendar_file():
    assert retro("calendars/team.ics") == Path("calendars/team.ics")


@pytest.mark.parametrize("written", ["http://example.com/x.ics", "https://me:c4n4ry2@example.com/x.ics", "ftp://a/b"])
def test_a_calendar_is_fetched_over_https_without_a_password_in_its_address(written):
    with pytest.raises(ValueError, match="no address of a calendar file") as raised:
        retro(written)
    assert "c4n4ry2" not in str(raised.value)


@pytest.mark.parametrize(
    ("written", "address", "loopback"),
    [
        ("127.0.0.1:8080", Address("127.0.0.1", 8080), True),
        ("localhost:1", Address("localhost", 1), True),
        ("[::1]:8080", Address("::1", 8080), True),
        ("[::]:8080", Address("::", 8080), False),
        ("0.0.0.0:80", Address("0.0.0.0", 80), False),
        ("example.com:80", Address("example.com", 80), False),
    ],
)
def test_an_address_is_host_and_port(written, address, loopback):
    assert Address.parse(written) == address
    assert str(address) == written
    assert address.loopback is loopback


@pytest.mark.parametrize(
    "written", ["", "8080", ":8080", "localhost", "localhost:70000", "::1:8080", "http://a:1", 8080]
)
def test_anything_else_is_no_address(written):
    with pytest.raises(ValueError, match="no address to listen on"):
        Address.parse(written)


@pytest.mark.parametrize(
    "written",
    [
        "syncd.db",
        "sqlite:",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///x.db?mode=ro",
        "mysql://syncd:c4n4ry2@db/x",
        "postgresql+psycopg://syncd:c4n4ry2@db/x",
        5,
    ],
)
def test_anything_else_is_no_database(written):
    with pytest.raises(ValueError, match="write sqlite:///") as raised:
        database(written)
    assert "c4n4ry2" not in str(raised.value)


@pytest.mark.parametrize("written", ["postgresql://db/x", "postgresql://syncd@db:5432/x?sslmode=require", "env:DB"])
def test_the_ledger_may_be_kept_by_a_server(written):
    assert database(written) == written


@pytest.mark.parametrize("written", ["postgresql://syncd:c4n4ry2@db/x", "postgresql://syncd@db/x?password=c4n4ry2"])
def test_a_password_belongs_into_no_configuration(written):
    with pytest.raises(ValueError, match='holds a password; write database = "env:NAME"') as raised:
        database(written)
    assert "c4n4ry2" not in str(raised.value)


def test_the_address_of_the_ledger_may_be_a_secret(settings_of):
    settings = settings_of('database = "env:DB"\n' + TEAM)
    assert settings.database == "env:DB"
    assert settings.ledger_url({"DB": "postgresql://syncd:c4n4ry2@db/x\n"}) == "postgresql://syncd:c4n4ry2@db/x"


@pytest.mark.parametrize(("environment", "words"), [({}, "is missing"), ({"DB": "c4n4ry2"}, "is no address")])
def test_an_address_that_cannot_be_had_is_told_without_repeating_it(settings_of, environment, words):
    settings = settings_of('database = "env:DB"\n' + TEAM)
    with pytest.raises(SettingsError, match=words) as raised:
        settings.ledger_url(environment)
    assert "c4n4ry2" not in str(raised.value)


@pytest.mark.parametrize(
    ("written", "file"),
    [
        (None, "/srv/config/.syncd/syncd.db"),
        ("sqlite:///syncd.db", "/srv/config/syncd.db"),
        ("sqlite:////var/lib/syncd.db", "/var/lib/syncd.db"),
        ("sqlite:///../state/with blank%20.db", "/srv/config/../state/with blank%20.db"),
    ],
)
def test_the_ledger_lies_relative_to_the_configuration_file(settings_of, written, file):
    settings = settings_of((f'database = "{written}"\n' if written else "") + TEAM)
    assert settings.database == f"sqlite:///{file}"
