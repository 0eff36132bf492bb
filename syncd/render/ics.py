"""Calendar files (RFC 5545): the invitation to a review, and all that will go out as a feed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, vCalAddress

from syncd.core.digest import AgendaPoint, Digest
from syncd.core.plain import one_line
from syncd.render.inert import safe_url
from syncd.render.message import message
from syncd.render.rendering import Rendering
from syncd.render.words import counted

_PRODUCT = "-//syncd//digests//EN"
_HOUR = timedelta(hours=1)
_GLANCE = timedelta(minutes=15)
_TITLE, _SENTENCE = 160, 300


def invitation(digest: Digest, settings: Rendering) -> str:
    """One event, the review: an hour at ``digest.meeting``, or the whole of ``digest.day``.

    Published, not requested (RFC 5546): nobody's answer is awaited, and a repetition is the same event.
    """
    event = _event(digest, settings, summary=message(digest, settings).heading)
    if digest.meeting is not None:
        event.start = digest.meeting.astimezone(UTC)
        event.end = event.start + _HOUR
    else:
        event.start = digest.day
        event.end = digest.day + timedelta(days=1)
        event.add("transp", "TRANSPARENT")
    event.add("description", _agenda(digest))
    url = safe_url(digest.postmortems[0].url) if digest.postmortems else None
    if url:
        event.add("url", url)
    return _calendar([event])


def feed(outgoing: Iterable[tuple[datetime, Digest]], settings: Rendering) -> str:
    """All digests with the moments (UTC) at which they go out, as events that block nobody's time."""
    return _calendar([_sending(moment, digest, settings) for moment, digest in outgoing])


def _sending(moment: datetime, digest: Digest, settings: Rendering) -> Event:
    event = _event(digest, settings, summary=one_line(digest.subject, _TITLE))
    event.start = moment.astimezone(UTC)
    event.end = event.start + _GLANCE
    event.add("transp", "TRANSPARENT")
    event.add("description", one_line(digest.preheader, _SENTENCE))
    return event


def _event(digest: Digest, settings: Rendering, *, summary: str) -> Event:
    event = Event()
    event.add("uid", settings.uid(digest.period, digest.team))
    event.add("dtstamp", settings.sent.astimezone(UTC))
    event.add("summary", summary)
    event.add("organizer", vCalAddress(f"mailto:{settings.address}"))
    return event


def _calendar(events: Iterable[Event]) -> str:
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for event in events:
        calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text.decode()


def _agenda(digest: Digest) -> str:
    return "\n".join(line for point in digest.agenda for line in _point(point))


def _point(point: AgendaPoint) -> list[str]:
    questions = [f"  - {one_line(question, _SENTENCE)}" for question in point.questions]
    return [f"{one_line(point.title, _TITLE)} ({counted(point.minutes, 'minute')})", *questions]
