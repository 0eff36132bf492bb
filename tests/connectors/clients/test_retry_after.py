from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.clients.retry_after import LONGEST, retry_at

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def seconds(count):
    return NOW + timedelta(seconds=count)


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("0", seconds(0)),
        ("1", seconds(1)),
        (" 30 ", seconds(30)),
        ("1.5", seconds(1.5)),
        ("1847", seconds(1847)),
        ("1000000000", NOW + LONGEST),
        ("9" * 500, NOW + LONGEST),
        ("Mon, 23 Nov 2026 14:01:00 GMT", seconds(60)),
        ("Monday, 23-Nov-26 14:01:00 GMT", seconds(60)),
        ("Mon Nov 23 14:01:00 2026", seconds(60)),
        ("Mon, 23 Nov 2026 15:01:00 +0100", seconds(60)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", NOW + LONGEST),
        ("Mon, 23 Nov 2026 13:59:59 GMT", None),
        ("-1", None),
        ("-0.5", None),
        ("", None),
        ("soon", None),
        ("inf", None),
        ("nan", None),
        ("1e3", None),
        ("٣", None),
        ("Mon, 99 Nov 2026 14:01:00 GMT", None),
        ("Mon, 23 Nov 99999999999999999999 14:01:00 GMT", None),
        ("Mon, 23 Nov 2026 14:01:00 +99999999999", None),
    ],
)
def test_retry_after_in_every_form(value, at):
    assert retry_at({"Retry-After": value}, NOW) == at


@pytest.mark.parametrize(
    ("remaining", "reset", "at"),
    [
        ("0", str(int(seconds(90).timestamp())), seconds(90)),
        ("0", f"{seconds(90).timestamp()}", seconds(90)),
        ("0", "2026-11-23T14:05Z", seconds(300)),
        ("0", "2026-11-23T14:05", seconds(300)),
        ("0", str(int((NOW + 2 * LONGEST).timestamp())), NOW + LONGEST),
        ("0", str(int(seconds(-1).timestamp())), None),
        ("0", "9" * 500, None),
        ("0", "later", None),
        ("0", "", None),
        ("1", str(int(seconds(90).timestamp())), None),
        ("", str(int(seconds(90).timestamp())), None),
    ],
)
def test_the_reset_counts_when_nothing_remains(remaining, reset, at):
    assert retry_at({"X-RateLimit-Remaining": remaining, "X-RateLimit-Reset": reset}, NOW) == at


def test_retry_after_comes_before_the_reset_and_garbage_does_not():
    limits = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(seconds(90).timestamp()))}
    assert retry_at({"retry-after": "5", **limits}, NOW) == seconds(5)
    assert retry_at({"RETRY-AFTER": "soon", **limits}, NOW) == seconds(90)


def test_no_header_names_no_time():
    assert retry_at({}, NOW) is None


headers = st.dictionaries(
    st.sampled_from(["Retry-After", "retry-after", "X-RateLimit-Remaining", "X-RateLimit-Reset"]),
    st.text() | st.from_regex(r"\A-?[0-9]{1,30}(\.[0-9]{0,3})?\Z") | st.datetimes().map(str) | st.just("0"),
)


@given(headers)
def test_whatever_is_sent_the_time_is_within_a_day(headers):
    at = retry_at(headers, NOW)
    assert at is None or (NOW <= at <= NOW + LONGEST and at.tzinfo is UTC)
