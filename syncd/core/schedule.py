"""Which digests are due when, computed from dates and the ledger's memory alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256

from syncd.core.calendar import Calendar
from syncd.core.digest import DigestKind, Memory
from syncd.core.model import KnownDocument, KnownItem
from syncd.core.retros import Retro
from syncd.core.standing import WANTED, state_of

WEEKLY_LATE = timedelta(days=3)
"""How late a weekly digest may still be sent."""
RETRO_LATE = timedelta(days=14)
"""How late a retro check-in may still be sent, unless a later one says it all again."""
FRESH = timedelta(days=30)
"""A postmortem that is older when it is first seen is history: it gets no review and no retro check-in."""
_REMEMBERED = timedelta(weeks=13)
_MARGIN = timedelta(days=2)
"""More than a time zone, a clock change and an hour of the day can make of a moment's day."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """One digest that is to be sent, or was to be."""

    kind: DigestKind
    period: str
    """As :attr:`syncd.core.digest.Digest.period`."""
    day: date
    """The day it is for, in the team's time zone."""
    moment: datetime
    """When it becomes due, UTC."""
    documents: tuple[str, ...] = ()
    """Keys: of a review one, of a retro those between review and closing, of a weekly none."""
    remarks: tuple[str, ...] = ()
    """Sentences: the review's day was guessed, the digest is late."""
    meeting: datetime | None = None
    """When the retro begins, UTC; None when only its day is known."""


# --- what to send ---------------------------------------------------------------------------------------------------


def due(memory: Memory, calendar: Calendar, now: datetime, *, delivered: Callable[[str], bool]) -> list[Due]:
    """What is to be sent now and was not ``delivered`` (asked by period), in order of time; ``now`` is aware.

    A weekly may be 3 days late. A review stays due until its items are closed. A retro check-in may be 14 days late,
    unless a later retro that has come is about the same postmortems. Raises ValueError when the calendar file of the
    retros cannot be read.
    """
    today, plans = calendar.today(now), list(_plans(memory, calendar))
    found = [
        *(w for w in _weeklies(calendar, today - WEEKLY_LATE - _MARGIN, today) if w.moment >= now - WEEKLY_LATE),
        *_reviews(plans, calendar, today),
        *_latest([r for r in _retros(plans, calendar, today - RETRO_LATE, today) if r.moment <= now]),
    ]
    waiting = (d for d in found if d.moment <= now and not delivered(d.period))
    return sorted((_late(d, today) for d in waiting), key=_order)


def skipped(memory: Memory, calendar: Calendar, now: datetime, *, delivered: Callable[[str], bool]) -> list[Due]:
    """The weeklies that became too old to be sent, of the last 13 weeks and since a document was first seen."""
    seen = [d.first_seen for d in memory.documents.values() if d.first_seen is not None]
    begin = max(min(seen, default=now), now - _REMEMBERED)
    weeklies = _weeklies(calendar, calendar.today(begin), calendar.today(now))
    return [w for w in weeklies if begin <= w.moment < now - WEEKLY_LATE and not delivered(w.period)]


def upcoming(memory: Memory, calendar: Calendar, start: date, end: date) -> list[Due]:
    """What becomes due from one day of the team to another, both included, if no item is closed; in order of time."""
    plans = list(_plans(memory, calendar))
    found = [
        *_weeklies(calendar, start - _MARGIN, end),
        *_reviews(plans, calendar, end),
        *_retros(plans, calendar, start - _MARGIN, end),
    ]
    return sorted((d for d in found if start <= calendar.today(d.moment) <= end), key=_order)


def asked(memory: Memory, calendar: Calendar, kind: DigestKind, day: date) -> list[Due]:
    """What a person who asks for a kind of digest on a day gets, whatever was sent before or first seen later.

    Weekly: that of the day's week. Review: of each postmortem whose review has come and that has open items. Retro:
    one, for a retro on that day, about each postmortem between review and closing.
    """
    if kind is DigestKind.WEEKLY:
        return [_weekly(calendar, day)]
    plans = [p for p in _plans(memory, calendar) if p.review <= day]
    if kind is DigestKind.REVIEW:
        return [_review(plan, calendar) for plan in plans]
    documents = tuple(p.document.key for p in plans if p.retro_from <= day)
    at = (calendar.retros(day, day) if calendar.retros and documents else None) or [Retro(day)]
    return [_retro(at[0], documents, calendar)] if documents else []


def _order(found: Due) -> tuple[datetime, str]:
    return found.moment, found.period


def _late(found: Due, today: date) -> Due:
    days = (today - found.day) // _DAY
    if not days:
        return found
    ago = "a day" if days == 1 else f"{days} days"
    return replace(found, remarks=(*found.remarks, f"It was due on {found.day:%A}, {found.day}, and comes {ago} late."))


# --- weekly ---------------------------------------------------------------------------------------------------------


def _weeklies(calendar: Calendar, first: date, last: date) -> Iterator[Due]:
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return (_weekly(calendar, day) for day in days if day.weekday() == calendar.weekly[0])


def _weekly(calendar: Calendar, day: date) -> Due:
    year, week, _ = day.isocalendar()
    return Due(DigestKind.WEEKLY, f"{year}-W{week:02}", day, calendar.announced(day))


# --- reviews --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Plan:
    """A postmortem with open items, and when it is looked at again."""

    document: KnownDocument
    review: date
    why: str

    @property
    def retro_from(self) -> date:
        """The first day on which a retro is about it."""
        return self.document.retro_date or self.review + _DAY

    @property
    def known(self) -> datetime | None:
        """Since when there is something to review."""
        return self.document.first_finished or self.document.first_seen


def review_day(document: KnownDocument, calendar: Calendar) -> tuple[date, str] | None:
    """The day of a postmortem's review, moved to the next working day, and why that day, in words.

    None while it has no date and was never seen finished, and for days beyond the year 9999.
    """
    days = -(-calendar.review_after // _DAY)
    after = "a day after" if days == 1 else f"{days} days after"
    finished = document.first_finished and calendar.today(document.first_finished)
    ways = (
        (document.review_date, 0, "the document says so"),
        (document.postmortem_date, days, f"{after} the postmortem"),
        (document.incident_date, days, f"{after} the incident (the postmortem has no date)"),
        (finished, days, f"{after} it was first seen finished"),
    )
    for day, later, why in ways:
        if day is not None:
            try:
                return calendar.working_day(day + timedelta(days=later)), why
            except OverflowError:
                return None
    return None


def _plans(memory: Memory, calendar: Calendar) -> Iterator[_Plan]:
    """The finished postmortems that have open items."""
    busy = {item.document for item in memory.items if _is_open(item)}
    for key, document in memory.documents.items():
        if key in busy and (document.finished or document.first_finished) and (found := review_day(document, calendar)):
            yield _Plan(document, *found)


def _is_open(item: KnownItem) -> bool:
    return item.disposition in WANTED and not state_of(item).closed


def _is_fresh(document: KnownDocument, calendar: Calendar) -> bool:
    day = document.postmortem_date or document.incident_date
    return day is None or document.first_seen is None or calendar.today(document.first_seen) - day <= FRESH


def _reviews(plans: Sequence[_Plan], calendar: Calendar, last: date) -> Iterator[Due]:
    """All reviews whose day is not after the last; those of long ago too."""
    for plan in plans:
        if plan.review <= last and _is_fresh(plan.document, calendar):
            yield _review(plan, calendar)


def _review(plan: _Plan, calendar: Calendar) -> Due:
    document, moment = plan.document, calendar.announced(plan.review)
    guessed = document.review_date is None and document.postmortem_date is None
    return Due(
        kind=DigestKind.REVIEW,
        period=f"review:{sha256(document.key.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}",
        day=plan.review,
        moment=max(moment, plan.known or moment),
        documents=(document.key,),
        remarks=(f"The day of this review was chosen by syncd: {plan.why}.",) if guessed else (),
    )


# --- retros ---------------------------------------------------------------------------------------------------------


def _retros(plans: Sequence[_Plan], calendar: Calendar, first: date, last: date) -> Iterator[Due]:
    """The team's retros, and the days that documents name, with the postmortems that each is about."""
    fresh = [p for p in plans if _is_fresh(p.document, calendar)]
    if not fresh:
        return
    team = {r.day: r for r in (calendar.retros(first, last) if calendar.retros else ())}
    named = {p.document.retro_date for p in fresh if p.document.retro_date is not None}
    for day in sorted(team.keys() | {d for d in named if first <= d <= last}):
        about = (p for p in fresh if _concerns(p, day, calendar, team))
        if documents := tuple(p.document.key for p in about):
            yield _retro(team.get(day, Retro(day)), documents, calendar)


def _concerns(plan: _Plan, day: date, calendar: Calendar, team: Mapping[date, Retro]) -> bool:
    """Whether that day's retro is about it: after the review, and it was known by then."""
    begun = plan.retro_from <= day if day in team else plan.document.retro_date == day
    return begun and (plan.known is None or calendar.today(plan.known) <= day)


def _retro(retro: Retro, documents: tuple[str, ...], calendar: Calendar) -> Due:
    announced = calendar.announced(retro.day)
    return Due(
        kind=DigestKind.RETRO,
        period=f"retro:{retro.day}",
        day=retro.day,
        moment=min(announced, retro.moment or announced),
        documents=documents,
        meeting=retro.moment,
    )


def _latest(found: Sequence[Due]) -> list[Due]:
    """Those that no later one makes superfluous by being about the same postmortems, and perhaps more."""
    return [r for n, r in enumerate(found) if not any({*r.documents} <= {*later.documents} for later in found[n + 1 :])]
