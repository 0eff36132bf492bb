"""What everything else talks about: documents, what was read in them, tickets, links.

All values are frozen; a place in a text is a :class:`Span` of code points into ``Document.text``, so
``document.text[span.start:span.end]`` is always what stands there. Dates are calendar dates without a zone,
as people write them; moments are aware datetimes in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    """The state of an action item or of its ticket."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CANCELLED = "cancelled"

    @property
    def closed(self) -> bool:
        """Whether nothing is left to do."""
        return self in (State.DONE, State.CANCELLED)


class Kind(StrEnum):
    """What a document is about; ``OTHER`` is a template, a how-to, anything that is no postmortem."""

    INCIDENT = "incident"
    PROJECT = "project"
    OTHER = "other"


class Markup(StrEnum):
    """How a document is written."""

    MARKDOWN = "markdown"
    HTML = "html"


class Role(StrEnum):
    """What a column of an action table holds."""

    ID = "id"
    ACTION = "action"
    TYPE = "type"
    OWNER = "owner"
    DUE = "due"
    STATUS = "status"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range ``[start, end)`` of code points of a document's text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """What stands there."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a document; shown with its 1-based line, never raised."""

    line: int
    message: str


# --- documents ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Document:
    """The text as its source keeps it.

    ``key`` names the document for ever: source kind, real location and the source's own id, never a team's name.
    ``path`` is how people call it. ``text`` keeps byte order mark and line ends: encoding it as UTF-8 gives the
    source's bytes again. ``location`` is what a ticket links back to: a URL, or an absolute file path.
    """

    key: str
    path: str
    text: str
    revision: str
    markup: Markup = Markup.MARKDOWN
    location: str = ""
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. ``span`` is its content without the blanks around it (empty, but in place, when there is none)."""

    span: Span
    text: str
    """Plain text: inline markup stripped, escapes undone."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table. ``end`` is where the text of one more cell would be inserted."""

    line: int
    cells: tuple[Cell, ...]
    end: int
    closed: bool = True
    """Whether the row ends with a delimiter (Markdown's outer pipe; always so in HTML)."""
    merged: bool = False
    """Whether a cell of it spans columns or rows, or the row is longer than its header."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of action items. ``roles[i]`` is what column i holds, None when it is none of ours."""

    markup: Markup
    header: Row
    roles: tuple[Role | None, ...]
    rows: tuple[Row, ...]
    delimiter: Row | None = None
    """Markdown's ``|---|---|`` line; None in HTML."""

    def column(self, role: Role) -> int | None:
        """The first column of that role."""
        return self.roles.index(role) if role in self.roles else None


@dataclass(frozen=True, slots=True)
class Bullet:
    """The place of an item that is no table row: a list item, a paragraph or a heading.

    ``box`` spans the one character between the brackets of a checkbox. ``mark`` spans a word that tells the state
    elsewhere than in a box: a leading ``DONE:`` or emoji, a trailing ``(done)`` with its brackets. ``end`` is the
    end of the first paragraph, where a link to the ticket goes.
    """

    markup: Markup
    end: int
    box: Span | None = None
    mark: Span | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """A ticket as a document writes it. Which tracker serves it, only the configuration can say.

    ``named``: the row *names* this ticket (ticket column, whole cell, trailing link or bracket); otherwise it only
    mentions it inside the sentence, which neither adopts nor blocks.
    """

    text: str
    """As written: ``OPS-12``, ``#12``, ``acme/web#12``, or the URL."""
    named: bool
    url: str | None = None
    key: str | None = None
    """``OPS-12`` where it has that form, from the text or the URL."""
    repository: str | None = None
    """``owner/name`` where it says so."""
    number: int | None = None
    pull: bool = False
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class ActionItem:
    """One action item as a document writes it; the raw words, and what was understood of them."""

    line: int
    action: str
    row_id: str | None = None
    type: str | None = None
    owner: str | None = None
    owners: tuple[str, ...] = ()
    due: str | None = None
    due_date: date | None = None
    status: str | None = None
    state: State | None = None
    references: tuple[Reference, ...] = ()
    group: str | None = None
    """The nearest sub-heading inside the action section."""
    code: tuple[str, ...] = ()
    """Code spans of the action: identifiers that must agree before a reworded row is taken for the same."""
    table: Table | None = field(default=None, repr=False, compare=False)
    row: Row | None = field(default=None, repr=False, compare=False)
    bullet: Bullet | None = field(default=None, repr=False, compare=False)

    @property
    def named(self) -> tuple[Reference, ...]:
        """The references by which the row names its ticket."""
        return tuple(r for r in self.references if r.named)

    def cell(self, role: Role) -> Cell | None:
        """The row's cell of that role; None without such a column, or when the row is too short."""
        if self.table is None or self.row is None:
            return None
        column = self.table.column(role)
        return self.row.cells[column] if column is not None and column < len(self.row.cells) else None


@dataclass(frozen=True, slots=True)
class Sign:
    """Something a document says about being finished (or not), where, in its words."""

    finished: bool
    line: int
    words: str


@dataclass(frozen=True, slots=True)
class Postmortem:
    """A parsed document. Values not found are None; nothing is guessed."""

    document: Document
    kind: Kind = Kind.OTHER
    title: str = ""
    summary: str = ""
    """What happened, in its own words: one paragraph, cut where it gets long."""
    severity: str | None = None
    incident_date: date | None = None
    postmortem_date: date | None = None
    review_date: date | None = None
    retro_date: date | None = None
    links: tuple[str, ...] = ()
    """URLs and ticket keys of the incident itself, as the header gives them."""
    items: tuple[ActionItem, ...] = ()
    placeholders: tuple[int, ...] = ()
    """Lines of action rows or bullets that nobody filled in."""
    sign: Sign | None = None
    """What the document itself says about being finished; see :func:`syncd.core.postmortem.finished`."""
    restricted: bool = False
    problems: tuple[Problem, ...] = ()
    tables: tuple[Table, ...] = field(default=(), repr=False)


# --- tickets --------------------------------------------------------------------------------------------------------


class Presence(StrEnum):
    """Whether a ticket that we know can still be had; each needs different words, none makes a new ticket."""

    HERE = "here"
    ARCHIVED = "archived"
    """It can be read, and not be changed."""
    DELETED = "deleted"
    INACCESSIBLE = "inaccessible"
    """It cannot be read. Where the tracker does not tell (:attr:`Features.tells_deleted`), it may be deleted."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a tracker holds. ``id`` is immutable; ``key`` is a label that people read and may change."""

    id: str
    key: str
    url: str
    title: str
    state: State
    due: date | None = None
    marker: str | None = None
    document: str | None = None
    """What it links back to, as :attr:`Document.location`, when it is ours."""
    revision: str = ""
    """Changes whenever the ticket may have changed; "" when that cannot be told without reading it."""
    changed_at: datetime | None = None
    presence: Presence = Presence.HERE
    problem: str | None = None
    """What a person should mend in the ticket itself (an unknown status word)."""
    was: str | None = None
    """The id under which it was known, when it got another one (GitHub's transfer to another repository)."""
    notes: tuple[str, ...] = ()
    """What could not be done as it was asked for, though the ticket was made or changed; sentences."""

    @property
    def known_as(self) -> str:
        """The id under which a link knows it until this look at it is kept."""
        return self.was or self.id


@dataclass(frozen=True, slots=True)
class Block:
    """A neutral piece of a ticket's description; each tracker turns it into its own markup.

    ``heading`` and ``text`` are plain text; ``facts`` are label and value; ``link`` is a target and its words.
    """

    heading: str | None = None
    text: str | None = None
    facts: tuple[tuple[str, str], ...] = ()
    link: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class DesiredTicket:
    """What the documents ask for. All strings are untrusted text."""

    tracker: str
    """The configured name of the tracker that a route chose."""
    title: str
    body: tuple[Block, ...]
    document: str
    """:attr:`Document.location`."""
    owner: str | None = None
    owners: tuple[str, ...] = ()
    due: date | None = None
    type: str | None = None
    severity: str | None = None
    labels: tuple[str, ...] = ()
    state: State = State.OPEN
    """Open or in progress; nothing closed asks for a ticket."""
    incident: tuple[str, ...] = ()
    """URLs and ticket keys of the incident itself, as the document's header gives them."""


@dataclass(frozen=True, slots=True)
class Features:
    """What a tracker can hold and how it behaves."""

    states: frozenset[State] = frozenset(State)
    """The states it can tell apart; one that it lacks (GitHub: in_progress) agrees with open."""
    due: bool = True
    quarantine: timedelta | None = None
    """How long its search may lag behind; None when what was created is found at once."""
    links: bool = False
    """Its links to postmortem and incident are things of their own, made after the ticket (Jira), not part of it."""
    tells_deleted: bool = True
    """It tells a deleted ticket from one that we may not see."""


# --- links ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """One field, as last seen on each side and as last agreed; normalised text, None for no value."""

    document: str | None = None
    ticket: str | None = None
    agreed: str | None = None


FIELDS = ("title", "state", "due", "document")
"""What is compared on both sides; ``document`` is the link back, :attr:`Document.location`."""


@dataclass(frozen=True, slots=True)
class Link:
    """An item joined to its ticket, as of the last pass."""

    item_id: str
    tracker: str
    """The tracker's location, for ever (not its configured name)."""
    ticket_id: str
    key: str
    url: str
    ours: bool
    """We made the ticket; otherwise a person did and we only track it."""
    marker: str | None
    fields: Mapping[str, ThreeWay]
    """By the names of :data:`FIELDS`."""
    revision: str = ""
    presence: Presence = Presence.HERE
    named: bool = False
    """The row named this ticket when the document was last read."""


# --- what the ledger remembers --------------------------------------------------------------------------------------


class Disposition(StrEnum):
    """What became of an item in the last pass. Every row of every readable table has exactly one."""

    LINKED = "linked"
    PENDING = "pending"
    """Wants a ticket and will get it: paced, or the outcome of the attempt is not known yet."""
    BLOCKED = "blocked"
    """Wants a ticket, but a person has to say or mend something first."""
    IGNORED = "ignored"
    """Wants none, with a reason."""
    DETACHED = "detached"
    """Its row is gone; its ticket, if any, is left alone."""


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A document as of the last pass that read it."""

    key: str
    source: str
    """:attr:`syncd.ports.Source.location`."""
    team: str
    path: str
    revision: str
    location: str = ""
    title: str = ""
    kind: Kind = Kind.OTHER
    severity: str | None = None
    incident_date: date | None = None
    postmortem_date: date | None = None
    review_date: date | None = None
    retro_date: date | None = None
    finished: bool = False
    finished_why: str = ""
    restricted: bool = False
    clean: str | None = None
    """Revision and settings under which its plan was last empty; None when it must be planned again."""
    gone: bool = False
    first_seen: datetime | None = None
    first_finished: datetime | None = None


@dataclass(frozen=True, slots=True)
class KnownItem:
    """An item as the ledger remembers it from the last pass."""

    id: str
    """Eight hexadecimal digits, for ever."""
    document: str
    """:attr:`Document.key`."""
    line: int
    action: str
    row_id: str | None = None
    group: str | None = None
    type: str | None = None
    owner: str | None = None
    due: str | None = None
    due_date: date | None = None
    status: str | None = None
    state: State | None = None
    code: tuple[str, ...] = ()
    evidence: str | None = None
    """A ticket, pull request or commit that its row refers to, wherever in it."""
    disposition: Disposition = Disposition.PENDING
    reason: str = ""
    """Why it has this disposition, as a sentence."""
    ignored: str | None = None
    """The reason a person gave to ``syncd ignore``."""
    link: Link | None = None


class EffectKind(StrEnum):
    """What an effect does to the world."""

    CREATE = "create"
    ADOPT = "adopt"
    UPDATE = "update"
    WRITE_BACK = "write_back"


class EffectState(StrEnum):
    """Where an effect stands: prepared → sent → done | refused | unknown | ended.

    ``UNKNOWN`` and a ``SENT`` found at the start of a pass mean the same: it may have happened. ``ENDED`` is an
    effect that nobody wants any more and that certainly did not happen.
    """

    PREPARED = "prepared"
    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    ENDED = "ended"

    @property
    def open(self) -> bool:
        """Whether it still has to come to an end."""
        return self in (EffectState.PREPARED, EffectState.SENT, EffectState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing done, or to be done, to the world; written down before it is tried."""

    id: int
    kind: EffectKind
    state: EffectState
    document: str
    prepared_at: datetime
    item_id: str | None = None
    tracker: str | None = None
    marker: str | None = None
    payload: Mapping[str, object] = field(default_factory=dict)
    reason: str = ""
    """The other side's own words when it did not work."""
    attempts: int = 0
    look_ups: int = 0
    """Complete searches for the marker that found nothing since it was sent."""
    not_before: datetime | None = None
    sent_at: datetime | None = None
    ended_at: datetime | None = None


class Side(StrEnum):
    """Who moved a field."""

    DOCUMENT = "document"
    TICKET = "ticket"
    SYNCD = "syncd"
    PERSON = "person"
    """By a command: link, unlink, ignore."""


@dataclass(frozen=True, slots=True)
class Event:
    """One change of one field of one item; appended, never changed."""

    item_id: str
    field: str
    """A name of :data:`FIELDS`, or link, key, presence, disposition, ignored."""
    before: str | None
    after: str | None
    side: Side
    at: datetime
    """The tracker's own time where it has one."""
