"""Reading the ledger: what reading commands are handed, and what a pass asks before it decides."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import ColumnElement

from syncd.core.model import Effect, EffectKind, Event, KnownDocument, KnownItem
from syncd.store import tables
from syncd.store.database import Database
from syncd.store.deliveries import read_deliveries
from syncd.store.documents import (
    count_items,
    read_documents,
    read_item_documents,
    read_items,
    read_items_of,
    read_sources,
    read_standing,
)
from syncd.store.effects import OPEN, read_effects, read_effects_of, read_last_refusals
from syncd.store.figures import Figures, read_figures, read_last_ends, read_last_passes, read_undelivered
from syncd.store.journal import (
    is_approved,
    read_decisions,
    read_events,
    read_hand_links,
    read_hand_unlinks,
    read_meta,
    read_passes,
    read_team_events,
)
from syncd.store.leases import read_due, read_held
from syncd.store.links import read_documents_of, read_holders, read_markers, read_revisions
from syncd.store.records import Counts, Decision, Delivery, DeliveryState, Lease, PassRecord


class Reading:
    """Each method is one snapshot, in one short transaction that hinders no writer. All moments are aware, in UTC.

    Every method raises LedgerError when the database cannot be read.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def readonly(self) -> bool:
        """Whether it was opened to look only."""
        return self._database.readonly

    def documents(self, source: str) -> dict[str, KnownDocument]:
        """The documents of a source by key, also those that are gone."""
        with self._database.reading() as connection:
            found = read_documents(connection, tables.documents.c.source == source)
        return {document.key: document for document in found}

    def team_documents(self, team: str) -> list[KnownDocument]:
        """The documents that a team read last, also those that are gone, in the order of their keys."""
        with self._database.reading() as connection:
            return read_documents(connection, tables.documents.c.team == team)

    def sources_of(self, documents: Collection[str]) -> dict[str, str]:
        """Key → source, of those of these documents that are there."""
        with self._database.reading() as connection:
            return read_sources(connection, documents)

    def all_documents(self) -> list[KnownDocument]:
        """The documents of all sources, also those that are gone, in the order of their keys."""
        with self._database.reading() as connection:
            return read_documents(connection)

    def items(self, documents: Collection[str] | None = None) -> list[KnownItem]:
        """The items of these documents (None: of all), detached ones too, with their links, by document and line."""
        with self._database.reading() as connection:
            return read_items(connection) if documents is None else read_items_of(connection, documents)

    def item_documents(self) -> dict[str, str]:
        """Item id → the key of its document, of all items, detached ones too."""
        with self._database.reading() as connection:
            return read_item_documents(connection)

    def item(self, item_id: str) -> KnownItem | None:
        """One item, with its link."""
        with self._database.reading() as connection:
            return next(iter(read_items(connection, tables.items.c.id == item_id)), None)

    def find_items(self, ticket_key: str) -> list[KnownItem]:
        """The items whose ticket bears this key now."""
        with self._database.reading() as connection:
            return read_items(connection, tables.links.c.key == ticket_key)

    def standing(self, source: str) -> list[KnownItem]:
        """The items that were not linked and not detached when their document, clean and still there, was last planned.

        Their lines are said again though nothing is read again.
        """
        with self._database.reading() as connection:
            return read_standing(connection, source)

    def counts(self, source: str) -> Counts:
        """How many items of the source have a ticket and a row, and how many of them are done."""
        with self._database.reading() as connection:
            return count_items(connection, source)

    def revisions(self, tracker: str) -> dict[str, str]:
        """Ticket id → revision last seen, of all links of a tracker; "" where two items saw different ones."""
        with self._database.reading() as connection:
            return read_revisions(connection, tracker)

    def documents_of(self, tracker: str, ticket_ids: Collection[str]) -> set[str]:
        """The keys of the documents whose items hold these tickets."""
        with self._database.reading() as connection:
            return read_documents_of(connection, tracker, ticket_ids)

    def holders(self, tracker: str, ticket_ids: Collection[str]) -> dict[str, tuple[KnownItem, ...]]:
        """The items that hold these tickets, by ticket id; a ticket that nobody holds is left out."""
        with self._database.reading() as connection:
            return read_holders(connection, tracker, ticket_ids)

    def markers(self, tracker: str, markers: Collection[str]) -> set[str]:
        """Those of the markers that the ledger knows: of a link, or of an effect in any state."""
        with self._database.reading() as connection:
            return read_markers(connection, tracker, markers)

    def effects(
        self, *, open_only: bool = False, documents: Collection[str] | None = None, item_id: str | None = None
    ) -> list[Effect]:
        """The effects that meet all that is given, oldest first."""
        where: list[ColumnElement[bool]] = []
        if open_only:
            where.append(tables.effects.c.state.in_(OPEN))
        if item_id is not None:
            where.append(tables.effects.c.item_id == item_id)
        with self._database.reading() as connection:
            if documents is None:
                return read_effects(connection, *where)
            return read_effects_of(connection, documents, *where)

    def last_refusals(self, documents: Collection[str], kind: EffectKind) -> dict[str, Effect]:
        """Item id → its newest effect of this kind, for the items of these documents where that one was refused."""
        with self._database.reading() as connection:
            return read_last_refusals(connection, documents, kind)

    def events(self, item_id: str | None = None, since: datetime | None = None) -> list[Event]:
        """The events of one item or of all, at or after a moment, oldest first."""
        with self._database.reading() as connection:
            return read_events(connection, item_id=item_id, since=since)

    def team_events(self, team: str) -> list[Event]:
        """The events of all items in documents that a team read last, oldest first."""
        with self._database.reading() as connection:
            return read_team_events(connection, team)

    def passes(self, limit: int) -> list[PassRecord]:
        """The last passes, newest first."""
        with self._database.reading() as connection:
            return read_passes(connection, limit)

    def last_passes(self) -> dict[str | None, PassRecord]:
        """The newest pass of each team, and the newest over all teams (None)."""
        with self._database.reading() as connection:
            return read_last_passes(connection)

    def last_ends(self, *outcomes: str) -> dict[str | None, datetime]:
        """When the newest pass of each team, and over all teams (None), ended with one of the outcomes; none: any."""
        with self._database.reading() as connection:
            return read_last_ends(connection, *outcomes)

    def undelivered(self, *, since: datetime) -> dict[str, int]:
        """By team: messages that since a moment were refused, or may not have arrived."""
        with self._database.reading() as connection:
            return read_undelivered(connection, since=since)

    def figures(self, today: Mapping[str, date], *, otherwise: date) -> Figures:
        """What can be counted; ``today`` is the day it is for a team, ``otherwise`` that for teams without one."""
        with self._database.reading() as connection:
            return read_figures(connection, today, otherwise=otherwise)

    def decisions(self, item_id: str) -> list[Decision]:
        """What people said about an item by commands, oldest first."""
        with self._database.reading() as connection:
            return read_decisions(connection, item_id)

    def hand_links(self) -> dict[str, str]:
        """Item id → ticket as a person typed it, of the links by hand that no pass obeyed yet."""
        with self._database.reading() as connection:
            return read_hand_links(connection)

    def hand_unlinks(self) -> dict[str, frozenset[tuple[str, str]]]:
        """Item id → the (tracker, ticket id) pairs that a person took away from it: it must not get them again."""
        with self._database.reading() as connection:
            return read_hand_unlinks(connection)

    def approved(self, plan_hash: str) -> bool:
        """Whether a person let this plan through."""
        with self._database.reading() as connection:
            return is_approved(connection, plan_hash)

    def deliveries(
        self, *, team: str | None = None, state: DeliveryState | None = None, message: str | None = None
    ) -> list[Delivery]:
        """The deliveries of a team, in a state, of a message, oldest first; None: of all."""
        asked = (
            (tables.deliveries.c.team, team),
            (tables.deliveries.c.state, state),
            (tables.deliveries.c.message, message),
        )
        with self._database.reading() as connection:
            return read_deliveries(connection, *(column == value for column, value in asked if value is not None))

    def held(self) -> list[Lease]:
        """The leases that somebody holds, or did not give back, in the order of their teams."""
        with self._database.reading() as connection:
            return read_held(connection)

    def due(self, at: datetime) -> list[str]:
        """The teams that nobody works for and whose time has come, the longest waiting first."""
        with self._database.reading() as connection:
            return read_due(connection, at)

    def meta(self, name: str) -> str | None:
        """A named value, if it was ever set."""
        with self._database.reading() as connection:
            return read_meta(connection, name)
