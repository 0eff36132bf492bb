"""What a plan is made from: the documents as they are, what the ledger knows, what the trackers say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from syncd.core.desired import Policy
from syncd.core.identity import TicketId, normal
from syncd.core.model import Effect, Features, KnownDocument, KnownItem, Postmortem, Ticket
from syncd.core.postmortem import Finished


@dataclass(frozen=True, slots=True)
class Place:
    """A configured tracker, as far as deciding needs it."""

    name: str
    location: str
    features: Features = field(default_factory=Features)
    problem: str | None = None
    """Why it could not be looked at completely in this pass; then absence says nothing, and nothing is created."""


@dataclass(frozen=True, slots=True)
class Named:
    """A ticket that a row names, as its tracker knows it. ``ticket`` is None when it certainly does not exist."""

    place: Place
    key: str
    ticket: Ticket | None = None
    unread: bool = False
    """The tracker could not be asked."""


@dataclass(frozen=True, slots=True)
class View:
    """One document: what was read in it, and what the ledger remembers of it."""

    postmortem: Postmortem
    finished: Finished
    source: str
    """The source's location."""
    label: str
    """What routes call the source."""
    record: KnownDocument | None = None
    items: tuple[KnownItem, ...] = ()
    named: Mapping[int, tuple[Named, ...]] = field(default_factory=dict)
    """By row index: the tickets it names that a configured tracker serves."""

    @property
    def key(self) -> str:
        """The document's key."""
        return self.postmortem.document.key

    @property
    def location(self) -> str:
        """The document's location, as tickets link back to it."""
        return self.postmortem.document.location

    def place(self, row: int) -> str:
        """Where a row stands, as people are told: path and line."""
        return f"{self.postmortem.document.path}:{self.postmortem.items[row].line}"

    def tickets_of(self, row: int) -> frozenset[TicketId]:
        """The existing tickets that a row names."""
        tickets = ((n.place, n.ticket) for n in self.named.get(row, ()))
        return frozenset((place.location, ticket.known_as) for place, ticket in tickets if ticket is not None)


@dataclass(frozen=True)
class World:
    """Everything that one plan over one source may look at."""

    policy: Policy
    places: Mapping[str, Place]
    """By configured name."""
    now: datetime
    tickets: Mapping[TicketId, Ticket] = field(default_factory=dict)
    """Known tickets that changed, and tickets that rows name."""
    unclaimed: tuple[tuple[Place, Ticket], ...] = ()
    """Tickets with a marker of ours that the ledger does not know: it was lost, or somebody else runs syncd here."""
    found: Mapping[str, Ticket | None] = field(default_factory=dict)
    """By marker of an open create: the ticket, or None when a complete search found nothing. Missing: not looked."""
    effects: Mapping[str, Effect] = field(default_factory=dict)
    """Open creates by item id."""
    refusals: Mapping[str, Effect] = field(default_factory=dict)
    """The last refused create by item id."""
    refused_updates: Mapping[str, Effect] = field(default_factory=dict)
    """The last update by item id, where it was refused."""
    holders: Mapping[TicketId, tuple[KnownItem, ...]] = field(default_factory=dict)
    """Who holds the tickets that rows name."""
    paths: Mapping[str, str] = field(default_factory=dict)
    """Document key → how people call it, for every document the ledger knows."""
    hand_links: Mapping[str, Named] = field(default_factory=dict)
    """By item id: the ticket a person linked by hand."""
    hand_unlinked: frozenset[tuple[str, TicketId]] = frozenset()
    """Item and ticket that a person took apart."""
    strays: tuple[KnownItem, ...] = ()
    """Linked items of documents that are gone."""
    retry: bool = False
    """Refused creates are tried again now."""

    @cached_property
    def lost(self) -> Mapping[TicketId, tuple[Place, Ticket]]:
        """The unclaimed tickets by id."""
        return {(place.location, ticket.id): (place, ticket) for place, ticket in self.unclaimed}

    @cached_property
    def lost_by_document(self) -> Mapping[str | None, list[tuple[Place, Ticket]]]:
        """The unclaimed tickets by the document that they link back to."""
        found = defaultdict(list)
        for place, ticket in self.unclaimed:
            found[ticket.document].append((place, ticket))
        return found

    @cached_property
    def strays_by_text(self) -> Mapping[str, list[KnownItem]]:
        """The strays by their text, as identity compares it."""
        found = defaultdict(list)
        for stray in self.strays:
            found[normal(stray.action)].append(stray)
        return found

    def place_of(self, location: str) -> Place | None:
        """The configured tracker at that location; None when it is not configured any more."""
        return next((p for p in self.places.values() if p.location == location), None)
