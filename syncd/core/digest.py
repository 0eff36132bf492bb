"""What a digest says, as values: made from the ledger's memory, turned into mails and messages by ``syncd.render``.

All texts are untrusted: they come from documents. Dates are the team's days, moments aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from syncd.core.model import Effect, Event, KnownDocument, KnownItem, State


class DigestKind(StrEnum):
    """The three occasions to speak, and the notice that something said was refused."""

    WEEKLY = "weekly"
    REVIEW = "review"
    RETRO = "retro"
    NOTICE = "notice"


OCCASIONS = (DigestKind.WEEKLY, DigestKind.REVIEW, DigestKind.RETRO)
"""What a person can ask for; a notice comes by itself."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What the ledger knows of one team: all that digests are made from."""

    team: str
    zone: ZoneInfo
    documents: Mapping[str, KnownDocument]
    """By key; those that are still there, and whose source is configured."""
    items: Sequence[KnownItem]
    """Their items that have a row, by document and line."""
    events: Mapping[str, Sequence[Event]] = field(default_factory=dict)
    """By item id, oldest first."""
    refusals: Mapping[str, Sequence[Effect]] = field(default_factory=dict)
    """By item id: its last create and its last update, where they were refused."""
    owner: str | None = None
    """Whose items alone these are, when the digest is for one owner."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One action item in a digest."""

    item: str
    """Its id, for ``syncd explain``."""
    action: str
    state: State
    owner: str | None
    due: date | None
    days_late: int
    """0 when it is not late."""
    age: int
    """Days since its postmortem, else since the incident, else since it was first seen."""
    slips: int
    """How often its due date was moved to a later day."""
    ticket: str | None
    url: str | None
    """Of the ticket; None when there is none, or when it is a file."""
    postmortem: str
    """The title of its postmortem."""
    path: str
    line: int
    document_url: str | None
    """Of the postmortem, when it has an address."""
    note: str = ""
    """What a person should know or do, as a sentence: a disagreement, a ticket that is gone, no evidence."""


@dataclass(frozen=True, slots=True)
class Section:
    """Some entries under a heading. Empty sections are left out of a digest."""

    key: str
    """``overdue``, ``due``, ``unowned``, ``undated``, ``disputed``, ``closed``, ``open``, ``moved``, ``stuck`` …"""
    title: str
    entries: tuple[Entry, ...]
    more: int = 0
    """How many further entries are not shown."""


@dataclass(frozen=True, slots=True)
class Week:
    """One column of the trend."""

    label: str
    """``W48``."""
    opened: int
    closed: int
    open: int
    """At its end."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class AgendaPoint:
    """One point of a meeting."""

    title: str
    minutes: int
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PostmortemFacts:
    """What a review or a retro says about a postmortem."""

    title: str
    path: str
    url: str | None
    severity: str | None
    incident_date: date | None
    postmortem_date: date | None
    review_date: date | None


@dataclass(frozen=True, slots=True)
class Numbers:
    """The first thing a reader sees. An item counts wherever it belongs, though it stands in one section only."""

    open: int
    overdue: int
    due_this_week: int
    """In the seven days that begin with the digest's."""
    closed: int
    """Since the last digest of this kind."""
    unowned: int
    undated: int
    disputed: int


NOTHING = Numbers(open=0, overdue=0, due_this_week=0, closed=0, unowned=0, undated=0, disputed=0)


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that was refused for good."""

    message: str
    """Its key: ``syncd digest resend KEY``."""
    what: str
    """``weekly digest 2026-W48``."""
    channel: str
    recipient: str
    reason: str
    """In the words of who refused it, as a sentence."""


@dataclass(frozen=True, slots=True)
class Digest:
    """One digest of one team."""

    kind: DigestKind
    team: str
    period: str
    """What keeps it from going out twice: ``2026-W48``, ``review:1f0c2a9b``, ``retro:2026-12-03``.

    Of a notice: the refused message's key.
    """
    day: date
    """The day it is for, in the team's zone."""
    subject: str
    """``[Payments] 3 overdue, 5 due this week, 12 open (wk 48)``; carries the news."""
    preheader: str
    """The worst of it in a line."""
    numbers: Numbers
    sections: tuple[Section, ...]
    postmortems: tuple[PostmortemFacts, ...] = ()
    """Of a review: one; of a retro: those it is about; of a weekly: the new ones."""
    trend: tuple[Week, ...] = ()
    """Eight weeks, oldest first; weekly only."""
    ages: tuple[Bar, ...] = ()
    """How old open items are: 0–14, 15–30, 31–60, over 60 days."""
    mix: tuple[Bar, ...] = ()
    """Open items by type: Prevent, Detect, Mitigate, Process, other."""
    agenda: tuple[AgendaPoint, ...] = ()
    meeting: datetime | None = None
    """When the review or retro takes place, UTC, for the invitation; None: a whole day."""
    restricted: int = 0
    """Open items of restricted postmortems, which are counted and not named."""
    drafts: tuple[str, ...] = ()
    """Postmortems that have tickets and are back in draft."""
    remarks: tuple[str, ...] = ()
    """Sentences about the digest itself: it is late, the review's date was guessed."""
    owner: str | None = None
    """Whose entries alone it holds, when it goes to one owner."""
    refused: Refused | None = None
    """Of a notice: what was refused; None for one that only tries a channel."""

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to say; a new postmortem is news in a weekly."""
        if self.kind is DigestKind.NOTICE:
            return False
        news = self.kind is DigestKind.WEEKLY and self.postmortems
        return not (self.sections or self.restricted or self.drafts or news)
