"""A digest in words: what every format then sets in its own type.

All strings of a :class:`Message` are one harmless line each and all its URLs may be followed, so that a template,
ours or somebody's own, has only the escaping of its own format to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from syncd.core.digest import Bar, Digest, DigestKind, Entry, Numbers, PostmortemFacts, Refused, Section, Week
from syncd.core.plain import one_line
from syncd.render.inert import safe_url
from syncd.render.rendering import Rendering
from syncd.render.words import age_words, counted, day_words, full_day, moment_words, slipped, was_due, when

_SUBJECT, _TITLE, _NAME, _SENTENCE = 180, 160, 80, 300
_NO_OWNER = "No owner yet"
_OCCASIONS = {
    DigestKind.WEEKLY: "weekly digest",
    DigestKind.REVIEW: "review",
    DigestKind.RETRO: "retro check-in",
    DigestKind.NOTICE: "delivery notice",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One action item."""

    title: str
    url: str | None
    """Of the ticket, else of the postmortem."""
    when: str
    """``12 days late``."""
    late: bool
    facts: tuple[str, ...]
    """``was due Wed 11 Nov``, ``OPS-12``, ``open for 34 days``."""
    postmortem: str
    """Empty where the whole digest is about it."""
    postmortem_url: str | None
    note: str


@dataclass(frozen=True, slots=True)
class Group:
    """The items of one owner; ``owner`` is empty where a heading would say nothing."""

    owner: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the digest."""

    key: str
    title: str
    count: int
    """All its items, shown or not."""
    groups: tuple[Group, ...]
    more: str
    """``… and 12 more``, or empty."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that stands in large type above the rest."""

    count: int
    label: str
    alarming: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is said about a postmortem; ``facts`` are labels and values."""

    title: str
    url: str | None
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A bar of a chart: its number, and how long it is, 0 to 100."""

    label: str
    count: int
    percent: int
    opened: int = 0
    closed: int = 0


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the agenda."""

    title: str
    time: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A digest in words."""

    kind: str
    team: str
    subject: str
    heading: str
    """What it is: ``Payments: week 48``."""
    occasion: str
    """``weekly digest · Mon 23 Nov 2026``."""
    preheader: str
    figures: tuple[Figure, ...]
    """None in a notice."""
    all_clear: str
    """The good news of a digest that has nothing else to say; empty otherwise."""
    remarks: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    """Of a notice: labels and values."""
    advice: tuple[str, ...]
    """Of a notice: what to do, each a sentence that begins with a command."""
    parts: tuple[Part, ...]
    restricted: str
    drafts: tuple[str, ...]
    sheets_heading: str
    sheets: tuple[Sheet, ...]
    trend: tuple[Column, ...]
    ages: tuple[Column, ...]
    mix: tuple[Column, ...]
    agenda: tuple[Point, ...]
    agenda_heading: str
    why: str
    """Why the reader gets it."""
    sent: str
    page_url: str | None
    unsubscribe: str
    """An address to write to, or empty."""


def message(digest: Digest, settings: Rendering) -> Message:
    """Put a digest into words."""
    team = one_line(digest.team, _NAME)
    return Message(
        kind=digest.kind.value,
        team=team,
        subject=one_line(digest.subject, _SUBJECT),
        heading=_heading(digest, team),
        occasion=f"{_OCCASIONS[digest.kind]} · {full_day(digest.day)}",
        preheader=one_line(digest.preheader, _TITLE),
        figures=() if digest.kind is DigestKind.NOTICE else _figures(digest.numbers),
        all_clear=_all_clear(digest),
        remarks=tuple(one_line(remark, _SENTENCE) for remark in digest.remarks),
        facts=_facts_of(digest.refused) if digest.refused else (),
        advice=_advice(digest.refused.message) if digest.refused else (),
        parts=tuple(_part(section, digest) for section in digest.sections),
        restricted=_restricted(digest.restricted),
        drafts=tuple(one_line(draft, _TITLE) for draft in digest.drafts),
        sheets_heading=_sheets_heading(digest),
        sheets=tuple(_sheet(facts, today=digest.day) for facts in digest.postmortems),
        trend=_trend(digest.trend),
        ages=_bars(digest.ages),
        mix=_bars(digest.mix),
        agenda=tuple(
            Point(
                one_line(point.title, _TITLE),
                counted(point.minutes, "minute"),
                tuple(one_line(question, _SENTENCE) for question in point.questions),
            )
            for point in digest.agenda
        ),
        agenda_heading=_agenda_heading(digest, settings),
        why=_why(digest, team),
        sent=f"Sent by syncd on {moment_words(settings.local(settings.sent))}.",
        page_url=safe_url(settings.page_url),
        unsubscribe=settings.unsubscribe(digest.team),
    )


def _heading(digest: Digest, team: str) -> str:
    if digest.owner is not None:
        team = f"{team}, {one_line(digest.owner, _NAME)}"
    if digest.kind is DigestKind.WEEKLY:
        return f"{team}: week {digest.day.isocalendar().week}"
    if digest.kind is DigestKind.NOTICE:
        return f"{team}: a message did not arrive" if digest.refused else f"{team}: a test message"
    if digest.kind is DigestKind.REVIEW and digest.postmortems:
        return f"{team}: review of {one_line(digest.postmortems[0].title, _TITLE)}"
    return f"{team}: {_OCCASIONS[digest.kind]}"


def _facts_of(refused: Refused) -> tuple[tuple[str, str], ...]:
    said = (
        ("What", refused.what),
        ("Channel", refused.channel),
        ("To", refused.recipient),
        ("Why", refused.reason),
    )
    return tuple((label, one_line(value, _SENTENCE)) for label, value in said)


def _advice(message: str) -> tuple[str, ...]:
    key = one_line(message, _NAME)
    return (
        "syncd doctor says what is wrong with the channel, and what mends it.",
        f"syncd digest resend {key} sends the message again.",
        "syncd digest list shows what else did not arrive.",
    )


def _is_about_one(digest: Digest) -> bool:
    return digest.kind is DigestKind.REVIEW and len(digest.postmortems) == 1


def _sheets_heading(digest: Digest) -> str:
    if digest.kind is DigestKind.WEEKLY and not digest.agenda:
        return "New postmortems"
    return "The postmortem" if len(digest.postmortems) == 1 else "The postmortems"


def _figures(numbers: Numbers) -> tuple[Figure, ...]:
    return (
        Figure(numbers.overdue, "overdue", alarming=numbers.overdue > 0),
        Figure(numbers.due_this_week, "due this week"),
        Figure(numbers.open, "open"),
        Figure(numbers.closed, "closed"),
    )


def _all_clear(digest: Digest) -> str:
    if not digest.quiet:
        return ""
    number = digest.numbers.open
    if not number:
        return "All clear. No action item is open."
    return f"All clear. {counted(number, 'open action item')}, none late, nothing to decide."


def _restricted(number: int) -> str:
    if not number:
        return ""
    verb = "belongs" if number == 1 else "belong"
    return f"{counted(number, 'open item')} {verb} to restricted postmortems: counted here, not named."


def _part(section: Section, digest: Digest) -> Part:
    return Part(
        key=section.key,
        title=one_line(section.title, _TITLE),
        count=len(section.entries) + section.more,
        groups=_groups(section, digest),
        more=f"… and {section.more:,} more" if section.more else "",
    )


def _groups(section: Section, digest: Digest) -> tuple[Group, ...]:
    """By owner, in the order in which the owners first come: the section's order is its message."""
    titled = digest.owner is None and section.key != "unowned"
    owners: dict[str, list[Line]] = {}
    for entry in section.entries:
        owner = one_line(entry.owner or "", _NAME) or _NO_OWNER
        owners.setdefault(owner if titled else "", []).append(_line(entry, digest))
    return tuple(Group(owner, tuple(lines)) for owner, lines in owners.items())


def _line(entry: Entry, digest: Digest) -> Line:
    today, document = digest.day, safe_url(entry.document_url)
    return Line(
        title=one_line(entry.action, _TITLE) or "(no words)",
        url=safe_url(entry.url) or document,
        when=when(entry, today=today),
        late=entry.days_late > 0 and not entry.state.closed,
        facts=tuple(fact for fact in _facts(entry, today=today) if fact),
        postmortem=_origin(entry, linked=document is not None, alone=_is_about_one(digest)),
        postmortem_url=document,
        note=one_line(entry.note, _SENTENCE),
    )


def _origin(entry: Entry, *, linked: bool, alone: bool) -> str:
    """Which postmortem an item is from; file and line where no link leads there."""
    if linked:
        return "" if alone else one_line(entry.postmortem or entry.path, _TITLE)
    place = f"{one_line(entry.path, _TITLE)}:{entry.line}"
    return place if alone or not entry.postmortem else f"{one_line(entry.postmortem, _TITLE)} ({place})"


def _facts(entry: Entry, *, today: date) -> tuple[str | None, ...]:
    going = not entry.state.closed
    return (
        was_due(entry, today=today),
        one_line(entry.ticket, _NAME) if entry.ticket else "no ticket" if going else None,
        age_words(entry),
        slipped(entry),
    )


def _sheet(facts: PostmortemFacts, *, today: date) -> Sheet:
    url = safe_url(facts.url)
    days = (
        ("Incident", facts.incident_date),
        ("Postmortem", facts.postmortem_date),
        ("Review", facts.review_date),
    )
    severity = [("Severity", one_line(facts.severity, _NAME))] if facts.severity else []
    place = [] if url else [("File", one_line(facts.path, _TITLE))]
    return Sheet(
        title=one_line(facts.title or facts.path, _TITLE),
        url=url,
        facts=(*severity, *((label, day_words(day, today=today)) for label, day in days if day), *place),
    )


def _trend(weeks: Sequence[Week]) -> tuple[Column, ...]:
    top = max((week.open for week in weeks), default=0)
    return tuple(
        Column(one_line(w.label, _NAME), w.open, _percent(w.open, top), opened=w.opened, closed=w.closed) for w in weeks
    )


def _bars(bars: Sequence[Bar]) -> tuple[Column, ...]:
    top = max((bar.count for bar in bars), default=0)
    return tuple(Column(one_line(bar.label, _NAME), bar.count, _percent(bar.count, top)) for bar in bars) if top else ()


def _percent(count: int, top: int) -> int:
    return round(100 * count / top) if top else 0


def _agenda_heading(digest: Digest, settings: Rendering) -> str:
    if digest.meeting:
        return f"Agenda for {moment_words(settings.local(digest.meeting))}"
    return f"Agenda for {full_day(digest.day)}"


def _why(digest: Digest, team: str) -> str:
    if digest.owner is not None:
        return f"You get this because postmortems of {team} name {one_line(digest.owner, _NAME)} as an owner."
    return f"This goes to those who look after the postmortems of {team}."
