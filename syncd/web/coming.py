"""The digests of a team that come next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from syncd.core.digest import DigestKind, Memory
from syncd.core.entries import title_of
from syncd.core.schedule import Due, upcoming
from syncd.errors import SettingsError
from syncd.team import Team

AHEAD = timedelta(days=35)


@dataclass(frozen=True, slots=True)
class Coming:
    """One digest that will go out."""

    kind: DigestKind
    day: date
    moment: datetime
    about: str
    """The postmortem that a review is about; "" for others, and where it is not named."""


@dataclass(frozen=True, slots=True)
class Comings:
    """The next of each kind, the first first; ``remark``: what is not known, as a sentence."""

    next: tuple[Coming, ...] = ()
    remark: str = ""


def comings(memory: Memory, team: Team, *, now: datetime) -> Comings:
    """What a team hears next, by its calendar as far as that is at hand."""
    if not team.digests.channels:
        return Comings(remark="No notifier is configured, so nothing is sent.")
    try:
        calendar = team.digests.calendar_at_hand()
        today = calendar.today(now)
        found = [due for due in upcoming(memory, calendar, today, today + AHEAD) if due.moment >= now]
    except (SettingsError, ValueError) as error:
        return Comings(remark=f"The calendar cannot be used: {error}")
    return Comings(tuple(_first_of_each(found, memory)), remark=calendar.remark)


def _first_of_each(found: list[Due], memory: Memory) -> Iterator[Coming]:
    kinds = set()
    for due in found:
        if due.kind not in kinds:
            kinds.add(due.kind)
            yield Coming(due.kind, due.day, due.moment, _about(due, memory))


def _about(due: Due, memory: Memory) -> str:
    if due.kind is not DigestKind.REVIEW:
        return ""
    document = memory.documents[due.documents[0]]
    return "" if document.restricted else title_of(document)
