"""A digest as JSON for a program. Fields may be added within a version: ignore those you do not know."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime

from syncd.core.digest import Digest, Entry, PostmortemFacts, Section
from syncd.ports import Payload
from syncd.render.inert import safe_url
from syncd.render.rendering import Rendering

VERSION = 1


def webhook(digest: Digest, settings: Rendering) -> Payload:
    """``version type id time data``. Texts are as the documents have them: a receiver escapes them for its own use.

    Days are ISO dates, moments ISO in UTC, states ``open in_progress done cancelled``; URLs may be followed.
    """
    return {
        "version": VERSION,
        "type": f"digest.{digest.kind.value}",
        "id": settings.key,
        "time": _moment(settings.sent),
        "data": _data(digest),
    }


def _data(digest: Digest) -> dict[str, object]:
    return {
        "team": digest.team,
        "kind": digest.kind.value,
        "period": digest.period,
        "day": digest.day.isoformat(),
        "owner": digest.owner,
        "quiet": digest.quiet,
        "subject": digest.subject,
        "preheader": digest.preheader,
        "numbers": asdict(digest.numbers),
        "sections": [_section(section) for section in digest.sections],
        "postmortems": [_postmortem(facts) for facts in digest.postmortems],
        "trend": [asdict(week) for week in digest.trend],
        "ages": [asdict(bar) for bar in digest.ages],
        "mix": [asdict(bar) for bar in digest.mix],
        "agenda": [{**asdict(point), "questions": list(point.questions)} for point in digest.agenda],
        "meeting": _moment(digest.meeting) if digest.meeting else None,
        "restricted": digest.restricted,
        "drafts": list(digest.drafts),
        "remarks": list(digest.remarks),
        "refused": asdict(digest.refused) if digest.refused else None,
    }


def _section(section: Section) -> dict[str, object]:
    entries = [_entry(entry) for entry in section.entries]
    return {"key": section.key, "title": section.title, "entries": entries, "more": section.more}


def _entry(entry: Entry) -> dict[str, object]:
    return {
        **asdict(entry),
        "state": entry.state.value,
        "due": _day(entry.due),
        "url": safe_url(entry.url),
        "document_url": safe_url(entry.document_url),
    }


def _postmortem(facts: PostmortemFacts) -> dict[str, object]:
    return {
        **asdict(facts),
        "url": safe_url(facts.url),
        "incident_date": _day(facts.incident_date),
        "postmortem_date": _day(facts.postmortem_date),
        "review_date": _day(facts.review_date),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
