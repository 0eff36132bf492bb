"""When a team's retros take place: by a rule, or by the text of a calendar file.

A calendar file comes from elsewhere: whatever it holds, reading it ends soon, with retros or with a ValueError.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol, cast
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events  # type: ignore[import-untyped]
from dateutil.rrule import rrulestr

_LONGEST_TEXT = 1_000_000
_MOST_EVENTS = 5_000
_MOST_RULES = 20
_MOST_RETROS = 2_000
_OLDEST = date(1970, 1, 1)
_FARTHEST_MOVE = timedelta(days=366)
_AT_ONCE = timedelta(days=28)
_ANY_MONDAY = date(2000, 1, 3)
_GREGORIAN_CYCLE = 400
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_DAYS = frozenset(("BYDAY", "BYMONTHDAY", "BYYEARDAY"))
_RETRO_WORD = re.compile(
    r"\br[eé]tro(?!fit|grad|activ)|\bретро|振り返り|ふりかえり|レトロスペクティブ|复盘|回顾|復盤|回顧|회고",
    re.IGNORECASE,
)
_FOLDED = re.compile(r"(?:(?<!\n)\r\n|(?<![\r\n])\n)(?:\r?\n)*[ \t]")
_RULE_LINE = re.compile(r"^RRULE(?:;[^:\n]*)?:([^\n]*)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Retro:
    """One retro."""

    day: date
    """In the team's time zone."""
    moment: datetime | None = None
    """When it begins, UTC; None when only its day is known."""


Retros = Callable[[date, date], list[Retro]]
"""The retros of the days from the first to the last, both included: in order, of each day the first.

Raises ValueError when a calendar file turns out to be unreadable, or there are absurdly many.
"""


def retros_from_rule(rule: str, first: date | None, zone: ZoneInfo) -> Retros:
    """The retros of an RRULE without end (RFC 5545, 3.3.10), whose hours are those of ``zone``.

    ``first`` is the day of one retro, from which the rule counts. Raises ValueError when the rule is none, never
    takes place, names several hours, or needs a first day and has none.
    """
    parts = _parts(rule)
    if first is None and ("INTERVAL" in parts or not (_DAYS & parts.keys() or parts["FREQ"] == "DAILY")):
        raise ValueError(f"the rule {_shown(rule)} does not say on which day; give the day of one retro")
    begin = _begin(rule, first or _ANY_MONDAY)
    dates = rrulestr(rule, dtstart=begin)
    timed = "BYHOUR" in parts

    def between(start: date, end: date) -> list[Retro]:
        found = dates.between(datetime.combine(start, time.min), datetime.combine(end, time.max), inc=True)
        return _in_order(_retro(at if timed else at.date(), zone) for at in found)

    return between


def retros_from_ics(text: str, zone: ZoneInfo) -> Retros:
    """The retros of a calendar file (RFC 5545) that are not cancelled; times without a zone are those of ``zone``.

    They are the events whose summary has a word for a retro, in one of many languages; all events where none has.
    Raises ValueError when it is no such file, or one too big, too old or too busy to hold a team's retros.
    """
    query = _query(text)

    def between(start: date, end: date) -> list[Retro]:
        found: list[Retro] = []
        for component in _components(query, start - timedelta(days=2), end + timedelta(days=2), zone):
            if str(component.get("STATUS", "")).upper() != "CANCELLED":
                found.append(_retro(_start(component), zone))
            if len(found) > _MOST_RETROS:
                raise ValueError(f"the calendar has more than {_MOST_RETROS} retros between {start} and {end}")
        return [retro for retro in _in_order(found) if start <= retro.day <= end]

    return between


def _in_order(retros: Iterable[Retro]) -> list[Retro]:
    """Of each day the first; a time is better than none."""
    found: dict[date, Retro] = {}
    for retro in retros:
        known = found.get(retro.day)
        if known is None or _hour(retro) < _hour(known):
            found[retro.day] = retro
    return [found[day] for day in sorted(found)]


def _hour(retro: Retro) -> datetime:
    return retro.moment or datetime.max.replace(tzinfo=UTC)


def _retro(at: date, zone: ZoneInfo) -> Retro:
    if not isinstance(at, datetime):
        return Retro(at)
    local = at.replace(tzinfo=zone) if at.tzinfo is None else at.astimezone(zone)
    return Retro(local.date(), local.astimezone(UTC))


# --- rules that end, and soon ---------------------------------------------------------------------------------------


def _parts(rule: str) -> Mapping[str, str]:
    """A rule by its parts. Raises ValueError when it repeats within a day."""
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    if len(parts) <= rule.count(";"):
        raise ValueError(f"the rule {_shown(rule)} says something twice")
    if parts.get("FREQ") not in _FREQUENCIES:
        raise ValueError(f"the rule {_shown(rule)} needs a FREQ, one of {', '.join(_FREQUENCIES)}")
    if any("," in parts.get(unit, "") for unit in ("BYHOUR", "BYMINUTE", "BYSECOND")):
        raise ValueError(f"the rule {_shown(rule)} names several times of one day; a retro takes place once")
    if not re.fullmatch("0*[1-9][0-9]{0,3}", parts.get("INTERVAL", "1")):
        raise ValueError(f"the rule {_shown(rule)} needs an INTERVAL between 1 and 9999")
    return parts


def _begin(rule: str, first: date) -> datetime:
    """Midnight of the first day, if the rule takes place at all counted from it. Raises ValueError if not."""
    if first < _OLDEST:
        raise ValueError(f"a retro of {first} is too long ago to count from")
    # A rule that never takes place (30 February) would be searched day by day until the year 9999. Gregorian dates
    # repeat after 400 years, weekdays included: moved close to that end, the same search is short.
    late = first.year + _GREGORIAN_CYCLE * ((9899 - first.year) // _GREGORIAN_CYCLE)
    endless = ";".join(p for p in rule.split(";") if not p.upper().startswith(("UNTIL=", "COUNT=")))
    try:
        ever = next(iter(rrulestr(endless, dtstart=datetime.combine(first.replace(year=late), time.min))), None)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise ValueError(f"the rule {_shown(rule)} cannot be read: {error}") from None
    if ever is None:
        raise ValueError(f"the rule {_shown(rule)} never takes place")
    return datetime.combine(first, time.min)


def _shown(rule: str) -> str:
    return repr(rule if len(rule) <= 80 else f"{rule[:79]}…")


# --- calendar files -------------------------------------------------------------------------------------------------


class _Component(Protocol):
    """What is used of a component of icalendar."""

    def get(self, name: str, default: object = None) -> object: ...


class _Query(Protocol):
    """What is used of recurring_ical_events, which has no types."""

    def between(self, start: datetime, stop: datetime) -> list[_Component]: ...


def _query(text: str) -> _Query:
    _check_text(text)
    with _readable():
        calendar = icalendar.Calendar.from_ical(text.encode("utf-8", "replace"))
        assert isinstance(calendar, icalendar.Calendar)
        events = _meant(calendar)
    if not events:
        raise ValueError("the calendar has no events")
    if len(events) > _MOST_EVENTS:
        raise ValueError(f"the calendar has more than {_MOST_EVENTS} events; give the retros one of their own")
    for event in events:
        _check_event(event)
    with _readable():
        return cast(_Query, recurring_ical_events.of(calendar))


def _meant(calendar: icalendar.Calendar) -> list[icalendar.Event]:
    """The events that are retros; the others are taken out of the calendar."""
    events = calendar.events
    named = [event for event in events if _RETRO_WORD.search(str(event.get("SUMMARY", "")))]
    if not named:
        return events
    series = {str(event["UID"]) for event in named if "UID" in event}
    kept = {*map(id, named), *(id(event) for event in events if str(event.get("UID")) in series)}
    calendar.subcomponents = [c for c in calendar.subcomponents if c.name != "VEVENT" or id(c) in kept]
    return [event for event in events if id(event) in kept]


def _check_text(text: str) -> None:
    """Before a parser sees it: parsers expand the rules of a time zone at once, however many days they name."""
    if len(text) > _LONGEST_TEXT:
        raise ValueError(f"the calendar is longer than {_LONGEST_TEXT} characters")
    lines = _FOLDED.sub("", text)
    rules = _rules(lines)
    if len(rules) > _MOST_RULES:
        raise ValueError(f"the calendar has more than {_MOST_RULES} rules; give the retros one of their own")
    for rule in rules:
        _parts(rule)
        _begin(";".join(p for p in rule.split(";") if not p.upper().startswith("INTERVAL=")), _ANY_MONDAY)
    for rest in lines.upper().split("BEGIN:VTIMEZONE")[1:]:
        for rule in _rules(rest.partition("END:VTIMEZONE")[0]):
            parts = _parts(rule)
            if parts["FREQ"] != "YEARLY" or not parts.get("BYMONTH", "").isdigit():
                raise ValueError("the calendar defines a time zone that changes its clock more often than once a year")


def _rules(lines: str) -> list[str]:
    return [rule.strip() for rule in _RULE_LINE.findall(lines)]


def _check_event(event: icalendar.Event) -> None:
    """Refuses what would be searched for long, and takes its length away, which says nothing about when it begins."""
    with _readable():
        first = _day(_start(event))
        moved = event.get("RECURRENCE-ID")
        rules = [rule.to_ical().decode() for rule in event.rrules]
    for rule in rules:
        _parts(rule)
        _begin(rule, first)
    if moved is not None and abs(_day(moved.dt) - first) > _FARTHEST_MOVE:
        raise ValueError(f"the calendar moves an event by more than a year, to {first}")
    for name in ("DTEND", "DURATION"):
        event.pop(name, None)


def _components(query: _Query, start: date, end: date, zone: ZoneInfo) -> Iterator[_Component]:
    """The events from one day to another; a busy calendar is asked for some weeks at a time, so that one can stop."""
    with _readable():
        at, last = (datetime.combine(day, time.min, tzinfo=zone) for day in (start, end))
        while at < last:
            yield from query.between(at, min(at + _AT_ONCE, last))
            at += _AT_ONCE


def _start(component: _Component) -> date:
    start = component.get("DTSTART")
    if start is None:
        raise ValueError("an event has no start")
    at: object = getattr(start, "dt", None)
    assert isinstance(at, date)
    return at


def _day(at: date) -> date:
    return at.date() if isinstance(at, datetime) else at


@contextmanager
def _readable() -> Iterator[None]:
    """Whatever a broken file makes its parsers raise (KeyError, OverflowError, RecursionError …) is a ValueError."""
    try:
        yield
    except Exception as error:
        words = (str(error) or type(error).__name__).splitlines()[0][:200]
        raise ValueError(f"the calendar cannot be read: {words}") from error
