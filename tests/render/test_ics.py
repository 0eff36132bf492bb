"""Calendars: the invitation to a review, and the feed of what will go out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from icalendar import Calendar

from syncd.render import feed, invitation
from tests.render.samples import ONE_OVERDUE, RETRO, REVIEW, SETTINGS


def events(text):
    calendar = Calendar.from_ical(text)
    assert calendar["METHOD"] == "PUBLISH"
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return calendar.events


def test_a_review_takes_an_hour_at_its_meeting():
    (event,) = events(invitation(REVIEW, SETTINGS))
    assert event.start == datetime(2026, 11, 24, 15, tzinfo=UTC)
    assert event.end == datetime(2026, 11, 24, 16, tzinfo=UTC)
    assert str(event["SUMMARY"]) == "Payments: review of Checkout outage of 2 November"
    assert "What is late or without a date (15 minutes)\n  - Is it still the right thing to do?" in event["DESCRIPTION"]
    assert event["URL"] == "https://wiki.example.com/2026-11-02-checkout"


def test_without_a_meeting_it_is_the_whole_day_and_blocks_nothing():
    (event,) = events(invitation(replace(REVIEW, meeting=None), SETTINGS))
    assert event.start == date(2026, 11, 23)
    assert event.end == date(2026, 11, 24)
    assert event["TRANSP"] == "TRANSPARENT"


def test_every_recipient_gets_the_same_event():
    (one,) = events(invitation(REVIEW, SETTINGS))
    (other,) = events(invitation(REVIEW, replace(SETTINGS, key="another recipient")))
    assert one["UID"] == other["UID"]


def test_a_feed_has_an_event_for_each_digest_when_it_goes_out():
    moments = [datetime(2026, 11, day, 14, tzinfo=UTC) for day in (23, 24, 25)]
    outgoing = list(zip(moments, (ONE_OVERDUE, REVIEW, RETRO), strict=True))
    found = events(feed(outgoing, SETTINGS))
    assert [event.start for event in found] == moments
    assert str(found[0]["SUMMARY"]) == ONE_OVERDUE.subject
    assert len({event["UID"] for event in found}) == 3
