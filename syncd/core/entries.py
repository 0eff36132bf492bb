"""From what the ledger remembers of an item to the entry that a digest shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from syncd.core.digest import Entry, Memory, Numbers, PostmortemFacts
from syncd.core.dispute import dispute, sentence
from syncd.core.fields import split_owners
from syncd.core.history import DateMove, Move, date_moves, got_ticket, last_change, moves, slips
from syncd.core.model import Disposition, KnownDocument, KnownItem, Presence
from syncd.core.standing import WANTED, due_of, state_of

WEEK = 7
"""Days that "this week" has, the day of the digest being the first."""
_SAYS_WHAT_IT_IS = re.compile(
    r"^(?:incident |project )?(?:post[- ]?mortem|report|review)(?: (?:report|analysis))?(?:\s*[:：|]\s*|\s+[-–—]\s+)",
    re.IGNORECASE,
)
QUOTED = 60
"""Characters of another item's text that a reason quotes."""


@dataclass(frozen=True, slots=True)
class Case:
    """An item as a digest shows it, with what tells where it belongs."""

    item: KnownItem
    entry: Entry
    due_in: int | None
    """Days until it is due, negative when that is past; None without a date."""
    disputed: bool
    """A person has something to settle."""
    moves: Sequence[Move]
    """Of its state, oldest first."""
    dates: Sequence[DateMove]
    """Moves of its due date, oldest first."""
    seen: date | None
    """The day it was first known; None when that is not remembered."""
    changed: date | None
    """The day it last changed, else that it was first known."""

    @property
    def open(self) -> bool:
        """Whether something is left to do."""
        return not self.entry.state.closed

    @property
    def late(self) -> bool:
        """Whether it is open and past its date."""
        return self.entry.days_late > 0

    @property
    def due_this_week(self) -> bool:
        """Whether it is open and due within the seven days that begin with the digest's."""
        return self.open and self.due_in is not None and 0 <= self.due_in < WEEK

    @property
    def closed_at(self) -> datetime | None:
        """When it was closed; None when it is open, or was already closed when it was first seen."""
        return self.moves[-1].at if self.moves and self.moves[-1].after.closed and not self.open else None

    def noting(self, *words: str) -> Case:
        """The same with more sentences in its note."""
        return replace(self, entry=replace(self.entry, note=" ".join(w for w in (self.entry.note, *words) if w)))


def wanted(item: KnownItem) -> bool:
    """Whether an item has a ticket, or should have one."""
    return item.disposition in WANTED


def written(item: KnownItem) -> bool:
    """Whether an item stands in its document and nobody said to ignore it."""
    return item.disposition is not Disposition.DETACHED and item.ignored is None


def cases(
    memory: Memory,
    *,
    day: date,
    takes: Callable[[KnownItem], bool] = wanted,
    documents: Iterable[str] | None = None,
    secrets: frozenset[str] = frozenset(),
) -> list[Case]:
    """The items to speak of, without those of restricted postmortems, as of a day of the team.

    ``secrets`` are names that no note may tell, beside those of the team's own restricted postmortems.
    """
    among = set(memory.documents if documents is None else documents)
    secrets |= _secrets(memory)
    return [
        _case(memory, item, day=day, secrets=secrets)
        for item in memory.items
        if takes(item) and item.document in among and not memory.documents[item.document].restricted
    ]


def restricted(
    memory: Memory, *, takes: Callable[[KnownItem], bool] = wanted, documents: Iterable[str] | None = None
) -> int:
    """How many open items of restricted postmortems are not spoken of."""
    among = set(memory.documents if documents is None else documents)
    return sum(
        takes(item) and item.document in among and not state_of(item).closed
        for item in memory.items
        if memory.documents[item.document].restricted
    )


def numbers(found: Sequence[Case], *, closed: int) -> Numbers:
    """The counts over all of them, wherever they are shown: an overdue item without owner counts in both."""
    left = [case for case in found if case.open]
    return Numbers(
        open=len(left),
        overdue=sum(case.late for case in left),
        due_this_week=sum(case.due_this_week for case in left),
        closed=closed,
        unowned=sum(case.entry.owner is None for case in left),
        undated=sum(case.entry.due is None for case in left),
        disputed=sum(case.disputed for case in found),
    )


def facts(document: KnownDocument) -> PostmortemFacts:
    """What a digest says about a postmortem itself."""
    return PostmortemFacts(
        title=title_of(document),
        path=document.path,
        url=_address(document.location),
        severity=document.severity,
        incident_date=document.incident_date,
        postmortem_date=document.postmortem_date,
        review_date=document.review_date,
    )


def title_of(document: KnownDocument) -> str:
    """How people call a postmortem: its title, without the word that says that it is one."""
    return _SAYS_WHAT_IT_IS.sub("", document.title, count=1) or document.title or document.path


def _case(memory: Memory, item: KnownItem, *, day: date, secrets: frozenset[str]) -> Case:
    document, events = memory.documents[item.document], memory.events.get(item.id, ())
    due, state = due_of(item), state_of(item)
    due_in = (due - day).days if due else None
    seen = _day(memory, got_ticket(events) or document.first_finished or document.first_seen)
    dates = date_moves(events)
    settle = dispute(item, memory.refusals.get(item.id, ()))
    tells = item.disposition is Disposition.LINKED or (item.disposition is Disposition.IGNORED and not state.closed)
    told = settle or (sentence(item.reason) if tells and item.reason else "")
    link = item.link
    entry = Entry(
        item=item.id,
        action=item.action,
        state=state,
        owner=item.owner if item.owner and split_owners(item.owner) else None,
        due=due,
        days_late=max(-(due_in or 0), 0) if not state.closed else 0,
        age=_age(document, day=day, first_seen=_day(memory, document.first_seen)),
        slips=slips(dates),
        ticket=link.key if link else None,
        url=_address(link.url) if link and link.presence is not Presence.DELETED else None,
        postmortem=title_of(document),
        path=document.path,
        line=item.line,
        document_url=_address(document.location),
        note=discreet(told, item.id, secrets),
    )
    return Case(
        item=item,
        entry=entry,
        due_in=due_in,
        disputed=bool(settle),
        moves=moves(events),
        dates=dates,
        seen=seen,
        changed=_day(memory, last_change(events)) or seen,
    )


def _age(document: KnownDocument, *, day: date, first_seen: date | None) -> int:
    since = document.postmortem_date or document.incident_date or first_seen or day
    return max((day - since).days, 0)


def _day(memory: Memory, moment: datetime | None) -> date | None:
    return moment.astimezone(memory.zone).date() if moment else None


def _address(location: str) -> str | None:
    """What a reader elsewhere can open; a file of this machine is none."""
    return location if location.startswith(("https://", "http://")) else None


def _secrets(memory: Memory) -> frozenset[str]:
    hidden = {key: d for key, d in memory.documents.items() if d.restricted}
    return names_to_keep(hidden.values(), [item for item in memory.items if item.document in hidden])


def names_to_keep(hidden: Iterable[KnownDocument], items: Iterable[KnownItem]) -> frozenset[str]:
    """Names of restricted postmortems and their items, that a reason about another item may hold."""
    names = [name for d in hidden for name in (d.title, d.path, d.location)]
    names += [item.action[:QUOTED] for item in items]
    return frozenset(name for name in names if name)


def discreet(text: str, item: str, secrets: frozenset[str]) -> str:
    """A text about an item, unless it tells one of the names to keep: then only where to ask."""
    if any(name in text for name in secrets):
        return f"It waits for a person: `syncd explain {item}` says why."
    return text
