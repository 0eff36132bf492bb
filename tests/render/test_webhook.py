"""The JSON that programs get: versioned, complete, with addresses that may be followed."""

from __future__ import annotations

from syncd.ports import Format
from syncd.render import render
from tests.render.samples import ONE_OVERDUE, REVIEW, SETTINGS


def test_it_names_its_version_type_id_and_time():
    payload = render(REVIEW, Format.WEBHOOK, settings=SETTINGS)
    assert {name: payload[name] for name in ("version", "type", "id", "time")} == {
        "version": 1,
        "type": "digest.review",
        "id": SETTINGS.key,
        "time": "2026-11-23T14:00:00Z",
    }


def test_every_field_of_an_item_is_there():
    data = render(ONE_OVERDUE, Format.WEBHOOK, settings=SETTINGS)["data"]
    assert data["numbers"]["overdue"] == 1
    assert data["sections"][0]["entries"] == [
        {
            "item": "it118",
            "action": "Alert on queue depth",
            "state": "in_progress",
            "owner": "Platform Team",
            "due": "2026-11-11",
            "days_late": 12,
            "age": 26,
            "slips": 2,
            "ticket": "PAY-118",
            "url": "https://example.atlassian.net/browse/PAY-118",
            "postmortem": "Checkout outage of 2 November",
            "path": "docs/2026-11-02-checkout.md",
            "line": 42,
            "document_url": "https://wiki.example.com/2026-11-02-checkout",
            "note": "",
        }
    ]


def test_a_review_tells_its_meeting_and_its_agenda():
    data = render(REVIEW, Format.WEBHOOK, settings=SETTINGS)["data"]
    assert data["meeting"] == "2026-11-24T15:00:00Z"
    assert data["agenda"][0]["questions"] == ["Does it hold? Has anybody tried it?"]
    assert data["postmortems"][0]["incident_date"] == "2026-11-02"
