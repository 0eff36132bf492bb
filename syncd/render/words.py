"""Dates, counts and states as people say them. English, whatever the machine's locale."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date, datetime

from syncd.core.digest import Entry
from syncd.core.model import State

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STATES = {
    State.OPEN: "open",
    State.IN_PROGRESS: "in progress",
    State.DONE: "done",
    State.CANCELLED: "cancelled",
}
_TIMES = {1: "once", 2: "twice"}


def day_words(day: date, *, today: date) -> str:
    """``Thu 26 Nov``; with its year when that is another one."""
    year = f" {day.year}" if day.year != today.year else ""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{year}"


def full_day(day: date) -> str:
    """``Thu 26 Nov 2026``."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def moment_words(moment: datetime) -> str:
    """``Thu 26 Nov 2026, 14:00 (Europe/Berlin)``, as its own zone has it."""
    return f"{full_day(moment.date())}, {moment:%H:%M} ({moment.tzinfo})"


def counted(number: int, noun: str) -> str:
    """``1 day``, ``12 days``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def state_words(state: State) -> str:
    """``in progress``."""
    return _STATES[state]


def when(entry: Entry, *, today: date) -> str:
    """How urgent an item is, in words: ``12 days late``, ``due tomorrow``, ``done``."""
    if entry.state.closed:
        return state_words(entry.state)
    if entry.days_late:
        return f"{counted(entry.days_late, 'day')} late"
    return "no due date" if entry.due is None else _due(entry.due, today=today)


def was_due(entry: Entry, *, today: date) -> str | None:
    """When a late item was due; None for all others."""
    late = entry.days_late and not entry.state.closed and entry.due is not None
    return f"was due {day_words(entry.due, today=today)}" if late and entry.due else None


def age_words(entry: Entry) -> str | None:
    """``open for 34 days``, ``in progress, 34 days old``; None when nothing is left to do."""
    age = counted(entry.age, "day")
    return {State.OPEN: f"open for {age}", State.IN_PROGRESS: f"in progress, {age} old"}.get(entry.state)


def slipped(entry: Entry) -> str | None:
    """``due date moved twice``; None when it never was."""
    times = _TIMES.get(entry.slips, f"{entry.slips} times")
    return f"due date moved {times}" if entry.slips else None


def folded(text: str, *, width: int, indent: str = "", hanging: str | None = None) -> str:
    """The text in lines of at most ``width`` columns; wide characters (CJK, emoji) take two. Nothing is lost.

    ``indent`` begins the first line, ``hanging`` (by default the same) the others.
    """
    room = width - max(columns(indent), columns(indent if hanging is None else hanging))
    lines = list(_lines(text.split(), room))
    after = indent if hanging is None else hanging
    return "\n".join((indent if number == 0 else after) + line for number, line in enumerate(lines))


def columns(text: str) -> int:
    """How many columns a terminal gives it."""
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _lines(words: list[str], room: int) -> Iterator[str]:
    line = ""
    for piece in (piece for word in words for piece in _pieces(word, room)):
        if line and columns(line) + 1 + columns(piece) > room:
            yield line
            line = piece
        else:
            line = f"{line} {piece}" if line else piece
    if line:
        yield line


def _pieces(word: str, room: int) -> Iterator[str]:
    """A word in pieces that fit on a line; most words are one."""
    piece = ""
    for character in word:
        if columns(piece) + _columns(character) > room:
            yield piece
            piece = ""
        piece += character
    yield piece


def _due(due: date, *, today: date) -> str:
    days = (due - today).days
    near = {0: "due today", 1: "due tomorrow"}
    return near.get(days, f"due {day_words(due, today=today)}")
