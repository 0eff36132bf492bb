"""The roles that the outside world plays, as small Protocols with their promises.

Connectors inherit nothing; constructors touch no network and no disk. Every promise here is held by one contract
suite under ``tests/contracts/`` that the honest fakes pass too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from syncd.core.model import DesiredTicket, Document, Problem, Reference, State, Ticket
from syncd.core.model import Features as Features

Clock = Callable[[], datetime]
"""Now, as an aware datetime in UTC. Time is always handed in."""


class Memo(Protocol):
    """What a connector has to remember between passes (pacing, ETags, where it stopped reading); small texts.

    It may be lost at any time: then a connector looks at everything again.
    """

    def get(self, key: str) -> str | None:
        """What was put there last."""

    def put(self, key: str, value: str) -> None:
        """Keep it."""

    def swap(self, key: str, seen: str | None, value: str) -> bool:
        """Keep it if what was put there last is still ``seen`` (None: nothing), and say whether it was.

        Of several threads and processes that saw the same, one is told True.
        """


class Level(StrEnum):
    """How grave a finding is."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"
    """A pass, or a digest, would fail."""
    AUTHENTICATION = "authentication"
    """The same, because we are not known or not allowed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that ``syncd doctor`` proved, or found wanting."""

    level: Level
    about: str
    """What was looked at: ``reachability``, ``project``, ``owner Platform Team``."""
    cause: str
    """What was seen, as a sentence."""
    cure: str = ""
    """What to do about it, with the configuration's line where one would fix it."""


# --- sources --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that is there but could not be read, and why; it has not vanished."""

    key: str
    path: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source holds now."""

    documents: tuple[Document, ...]
    """New, or with another revision than the known one."""
    unchanged: frozenset[str] = frozenset()
    """Keys of the known documents whose revision is still the same; their text was not kept."""
    failures: tuple[Failure, ...] = ()
    complete: bool = True
    """False: something hindered the look (a folder could not be listed), so absence says nothing."""
    problem: str | None = None
    """Why it is not complete, as a sentence."""

    @property
    def count(self) -> int:
        """How many documents are there, read or not."""
        return len(self.documents) + len(self.unchanged) + len(self.failures)


@dataclass(frozen=True, slots=True)
class Edit:
    """A document as it was read, and the text it should have."""

    document: Document
    text: str


class SaveStatus(StrEnum):
    """How saving one document went."""

    SAVED = "saved"
    CHANGED = "changed"
    """Somebody edited it meanwhile; nothing was written. Read it again."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Saved:
    """The outcome of one edit. ``revision`` is the new revision when it was saved."""

    key: str
    status: SaveStatus
    reason: str = ""
    revision: str | None = None


class Source(Protocol):
    """Where documents live."""

    @property
    def location(self) -> str:
        """Source kind and real place, for ever: ``folder:/srv/postmortems``. Not the configured name."""

    def documents(self, known: Mapping[str, str]) -> Reading:
        """What is there now; ``known`` maps document keys to the revisions that need not be handed out again.

        One unreadable document is a :class:`Failure`, never an exception. Raises SourceError when the source as a
        whole cannot be looked at (its root is gone).
        """

    def save(self, edits: Sequence[Edit]) -> list[Saved]:
        """Write the new texts, each only if the document is still at the revision it was read at.

        At any moment, also after a crash, each document is byte for byte the old or the new version.
        """

    def check(self) -> Sequence[Finding]:
        """Prove the set-up without changing anything. Never raises for what is wrong outside."""


# --- trackers -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Listing:
    """What a tracker says about the tickets we care for."""

    tickets: tuple[Ticket, ...]
    """Each ticket carrying a marker of ours, and each known one, that is new or changed, or cannot be had any more.

    What was handed out is handed out again until it is known at that revision.
    """
    complete: bool = True
    """False: some could not be looked at, so absence says nothing."""
    problem: str | None = None


class Tracker(Protocol):
    """Where tickets live. Every call may raise AuthenticationFailed or NotSent."""

    @property
    def location(self) -> str:
        """Tracker kind and real place, for ever: ``folder:/srv/tickets``, ``jira:https://…#OPS``."""

    @property
    def features(self) -> Features:
        """What it has."""

    @property
    def projects(self) -> frozenset[str]:
        """The KEYs of bare ``KEY-12`` references that mean this tracker."""

    def resolve(self, reference: Reference) -> str | None:
        """The ticket key that a reference in a document means here; None when it is not this tracker's. Pure."""

    def listing(self, known: Mapping[str, str]) -> Listing:
        """What changed; ``known`` maps ticket ids to the revision last seen ("" to have it in any case).

        That a ticket is gone may show only after a day, where it takes a look at each of them.
        """

    def look_up(self, keys: Collection[str]) -> Mapping[str, Ticket]:
        """The tickets of these keys; absent ones are left out. Raises when it could not look."""

    def find(self, marker: str) -> Ticket | None:
        """The ticket carrying this marker, or None when it is certainly not to be found now. Raises otherwise."""

    def create(self, ticket: DesiredTicket, marker: str) -> Ticket:
        """Make exactly one ticket, with the marker inside the call; at most one request that makes it on the wire.

        What is refused but not needed (an assignee, a label) is left out and told in ``Ticket.notes``.
        Raises Refused (nothing was made), NotSent (nothing was made), OutcomeUnknown.
        """

    def update(
        self,
        ticket_id: str,
        *,
        title: str | None = None,
        state: State | None = None,
        due: date | None = None,
        document: str | None = None,
        incident: Sequence[str] = (),
    ) -> Ticket:
        """Change only what is given; saying it twice is harmless. Returns the ticket as it is afterwards.

        ``document`` is where it links back to; beside it ``incident`` names the incident's own tickets and pages, as
        the document's header gives them, which only a tracker with ``features.links`` is told.
        Raises Refused when the tracker does not allow it.
        """

    def adopt(self, ticket_id: str, marker: str) -> Ticket:
        """Put our label and marker on a person's ticket, and nothing else; where that is forbidden, Refused."""

    def alike(self, title: str, document: str) -> Sequence[Ticket]:
        """Tickets without a marker of ours that may be what people made by hand: of just this title, or linking to
        the document. Raises when it could not look."""

    def check(self) -> Sequence[Finding]:
        """Prove the set-up without changing anything. Never raises for what is wrong outside."""


# --- notifiers ------------------------------------------------------------------------------------------------------


class Format(StrEnum):
    """What a notifier carries; ``syncd.render`` makes it."""

    MAIL = "mail"
    """``subject html text message_id references list_id unsubscribe`` and, with an invitation, ``calendar``."""
    SLACK = "slack"
    """The body of an incoming webhook: ``text`` and ``blocks``."""
    TEAMS = "teams"
    """The body of a Workflows webhook: a message with one Adaptive Card."""
    WEBHOOK = "webhook"
    """Versioned JSON about the digest: ``version type id time data``."""
    TEXT = "text"
    """``title`` and ``body``, plain."""


Payload = Mapping[str, object]
"""A rendered message as JSON values: what is stored before sending, so that a repetition sends the same."""


class Notifier(Protocol):
    """Who carries messages. Constructors touch no network."""

    @property
    def format(self) -> Format:
        """What it carries."""

    @property
    def repeatable(self) -> bool:
        """Whether a message that may have arrived is sent again (mail: its Message-ID tells that it is the same)."""

    @property
    def recipients(self) -> tuple[str, ...]:
        """Who gets each message, one delivery for each: mail addresses, or one name for the channel. No secret."""

    def send(self, recipient: str, payload: Payload, *, key: str) -> str:
        """Deliver one message to one recipient; returns the other side's own id for it, or "".

        ``key`` is the same for every repetition. At most one request that delivers it on the wire.
        Raises DeliveryRefused, DeliveryDeferred or DeliveryUnknown.
        """

    def check(self) -> Sequence[Finding]:
        """Prove the set-up without delivering anything. Never raises for what is wrong outside."""
