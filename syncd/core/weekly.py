"""The weekly: what is late and whose, what is due, what waits for a person, and what was closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from syncd.core.charts import ages, mix, trend
from syncd.core.digest import Digest, DigestKind, Memory, Numbers, Section
from syncd.core.entries import WEEK, Case, cases, facts, numbers, restricted, title_of
from syncd.core.headline import counted, list_of, preheader, subject
from syncd.core.model import Kind, KnownDocument
from syncd.core.placing import Heading, first, oldest, place, soonest, total

_LEADS = {
    "due": "Next, due {due}",
    "disputed": "To settle",
    "unowned": "To settle",
    "undated": "Without a date",
    "open": "Next, due {due}",
}


def weekly(memory: Memory, *, day: date, period: str, since: datetime | None, limit: int = 20) -> Digest:
    """The weekly of a day, with at most ``limit`` items (at least one) shown in all.

    ``since`` is the moment of the last one, aware; without it, the midnight seven days ago. An item stands in one
    section: the first that takes it, the gravest first.
    """
    begun = since or _midnight(memory, day - timedelta(days=WEEK))
    found = cases(memory, day=day)
    sections = place(found, _headings(memory, begun), limit=limit)
    counts = numbers(found, closed=sum(_closed_since(case, begun) for case in found))
    hidden = restricted(memory)
    new = [] if memory.owner else _new(memory, begun)
    return Digest(
        kind=DigestKind.WEEKLY,
        team=memory.team,
        period=period,
        day=day,
        subject=subject(memory, _news(counts, hidden), end=f" (wk {day.isocalendar().week})"),
        preheader=_worst(sections, hidden),
        numbers=counts,
        sections=sections,
        postmortems=tuple(facts(document) for document in new[:limit]),
        trend=trend(found, day=day, zone=memory.zone),
        ages=ages(found),
        mix=mix(found),
        restricted=hidden,
        drafts=_drafts(memory),
        remarks=(f"{counted(len(new) - limit, 'new postmortem')} more, not listed.",) if len(new) > limit else (),
        owner=memory.owner,
    )


def _headings(memory: Memory, begun: datetime) -> tuple[Heading, ...]:
    def closed(case: Case) -> bool:
        return _closed_since(case, begun)

    return (
        Heading("overdue", "Overdue", lambda case: case.late, soonest),
        Heading("due", "Due this week", lambda case: case.due_this_week, soonest),
        Heading("disputed", "To settle", lambda case: case.disputed, oldest),
        Heading("unowned", "Without an owner", lambda case: case.open and case.entry.owner is None, soonest),
        Heading("undated", "Without a due date", lambda case: case.open and case.entry.due is None, oldest),
        Heading("closed", f"Closed since the last weekly: thank you, {memory.team}", closed, oldest),
        Heading("open", "On track", lambda case: case.open, soonest),
    )


def _closed_since(case: Case, begun: datetime) -> bool:
    return case.closed_at is not None and case.closed_at >= begun


def _midnight(memory: Memory, day: date) -> datetime:
    return datetime.combine(day, time(), memory.zone).astimezone(UTC)


def _new(memory: Memory, begun: datetime) -> list[KnownDocument]:
    """The postmortems that were first seen finished since, the youngest incident first."""
    found = [
        d
        for d in memory.documents.values()
        if d.finished and d.kind is not Kind.OTHER and not d.restricted and _arrived(d, begun)
    ]
    return sorted(found, key=lambda d: (-(d.incident_date or d.postmortem_date or date.min).toordinal(), d.path))


def _arrived(document: KnownDocument, begun: datetime) -> bool:
    arrived = document.first_finished or document.first_seen
    return arrived is not None and arrived >= begun


def _drafts(memory: Memory) -> tuple[str, ...]:
    """The postmortems that have tickets and are no longer finished."""
    linked = {item.document for item in memory.items if item.link is not None}
    drafts = (d for key, d in memory.documents.items() if key in linked and not d.finished and not d.restricted)
    return tuple(sorted(title_of(d) for d in drafts))


def _news(counts: Numbers, hidden: int) -> str:
    """The subject's words: the gravest numbers, at most three."""
    words = {"overdue": counts.overdue, "due this week": counts.due_this_week}
    if not any(words.values()):
        words = {"to settle": counts.disputed, "without owner": counts.unowned, "without date": counts.undated}
    told = {word: number for word, number in words.items() if number}
    if told:
        return list_of({**dict(list(told.items())[:2]), "open": counts.open})
    if counts.open:
        return "The one action is on track" if counts.open == 1 else f"All {counts.open} actions on track"
    if hidden:
        return list_of({"closed": counts.closed, "open in restricted postmortems": hidden})
    return f"{counts.closed} closed, nothing open" if counts.closed else "Nothing open"


def _worst(sections: Sequence[Section], hidden: int) -> str:
    if late := first(sections, "overdue"):
        return preheader(f"{counted(late.days_late, 'day')} late", late)
    for key, words in _LEADS.items():
        if entry := first(sections, key):
            return preheader(words.format(due=entry.due), entry)
    if hidden:
        return f"{counted(hidden, 'action')} of restricted postmortems, counted and not named."
    done = total(sections, "closed")
    return f"{counted(done, 'action')} closed, and nothing is left open." if done else "Nothing is open."
