"""The ledger: what syncd remembers between passes."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from syncd.core.model import Effect, EffectKind, EffectState, Event, KnownDocument, KnownItem, Link
from syncd.store import leases
from syncd.store.database import BUSY_TIMEOUT
from syncd.store.deliveries import claim_message, end_message, insert_deliveries
from syncd.store.documents import (
    forget_clean,
    update_clean,
    update_gone,
    update_ignored,
    update_key,
    write_documents,
    write_items,
)
from syncd.store.effects import count_look_up, end_interrupted, insert_effect, send_effect, settle_effect
from syncd.store.journal import (
    finish_pass,
    insert_approval,
    insert_decision,
    insert_meta,
    insert_pass,
    overrule_unlinks,
    settle_decisions,
    swap_meta,
    write_events,
    write_meta,
)
from syncd.store.links import delete_link, write_links
from syncd.store.opening import open_database
from syncd.store.reading import Reading
from syncd.store.records import DecisionKind, Delivery, DeliveryState, Lease
from syncd.store.webhooks import forget_webhooks, insert_webhook


class Ledger(Reading):
    """Each method is one short transaction, on the disk when it returns; none is open between two calls.

    Several threads and processes may use one ledger. A method that changes several tables does so in the order
    documents, items, links, so that two of them never wait for each other crosswise. All moments go in and come out
    aware, in UTC; a naive one is refused. Every method raises LedgerError when the database cannot be used, or stays
    locked for too long.
    """

    @classmethod
    def open(cls, url: str, *, readonly: bool = False, busy_timeout: float = BUSY_TIMEOUT) -> Self:
        """The ledger at ``sqlite:///PATH``, or ``sqlite://`` for one in memory.

        Makes what is missing (a folder and a file for the owner only, the tables) and upgrades older tables, after
        copying the file beside itself. Readonly, it makes and upgrades nothing. ``busy_timeout`` is in seconds.
        Raises LedgerError, with what to do, when there is no usable ledger.
        """
        return cls(open_database(url, readonly=readonly, busy_timeout=busy_timeout).database)

    def dispose(self) -> None:
        """Let go of the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.dispose()

    # --- leases -----------------------------------------------------------------------------------------------------

    def enlist(self, teams: Collection[str]) -> None:
        """Let these teams be claimed; those that are new are due at once."""
        with self._database.writing() as connection:
            leases.enlist(connection, teams)

    def claim(self, team: str, *, holder: str, at: datetime, until: datetime, due: bool = False) -> Lease | None:
        """Work for a team that is enlisted; None while somebody else does. It is nobody else's ``until`` then.

        ``due``: only if the team's time has come; that time is used up with it. Of several processes one is told Yes.
        """
        with self._database.writing() as connection:
            return leases.claim(connection, team, holder=holder, at=at, until=until, due=due)

    def renew(self, lease: Lease, until: datetime) -> bool:
        """Keep a lease until then; False when it was lost."""
        with self._database.writing() as connection:
            return leases.renew(connection, lease, until)

    def release(self, lease: Lease, *, due_at: datetime | None = None) -> None:
        """Give a lease back, if it was not lost. ``due_at``: when the team's time comes again, unless hinted at."""
        with self._database.writing() as connection:
            leases.release(connection, lease, due_at)

    def hint(self, teams: Collection[str], at: datetime) -> None:
        """Have these teams looked at now; once more, if somebody is just looking."""
        with self._database.writing() as connection:
            leases.hint(connection, teams, at)

    def under(self, held: Sequence[Lease]) -> Ledger:
        """The same ledger, for one who holds these leases: a write raises LeaseLost once one of them is lost."""
        return Ledger(self._database.guarded(lambda connection: leases.check(connection, held)))

    # --- passes -----------------------------------------------------------------------------------------------------

    def begin_pass(self, at: datetime, team: str | None = None) -> str:
        """Note that a pass began, over one team or all; returns its id, eight hexadecimal digits.

        What a killed pass over these teams left under way ends with it, and is planned anew; only creates are taken up
        as they are.
        """
        pass_id = secrets.token_hex(4)
        with self._database.writing() as connection:
            insert_pass(connection, pass_id, at=at, team=team)
            end_interrupted(connection, team, at=at)
        return pass_id

    def end_pass(
        self,
        pass_id: str,
        at: datetime,
        *,
        outcome: str,
        plan_hash: str | None = None,
        brake: str | None = None,
        counts: Mapping[str, int],
    ) -> None:
        """Note how a pass ended."""
        end = {"ended_at": at, "outcome": outcome, "plan_hash": plan_hash, "brake": brake, "counts": dict(counts)}
        with self._database.writing() as connection:
            finish_pass(connection, pass_id, end)

    def approve(self, plan_hash: str, at: datetime, *, by: str) -> None:
        """A person lets this plan through."""
        with self._database.writing() as connection:
            insert_approval(connection, plan_hash, at=at, by=by)

    # --- documents and items ----------------------------------------------------------------------------------------

    def remember(
        self, document: KnownDocument, items: Sequence[KnownItem], *, at: datetime, events: Sequence[Event] = ()
    ) -> None:
        """Keep a document and these of its items as they were read now; see remember_many."""
        self.remember_many([(document, items)], at=at, events=events)

    def remember_many(
        self,
        read: Collection[tuple[KnownDocument, Sequence[KnownItem]]],
        *,
        at: datetime,
        events: Sequence[Event] = (),
    ) -> None:
        """Keep documents and these of their items as they were read now; other items and all links stay as they are.

        What happened first stays: when a document was first seen (new ones: the document's own moment, else now), first
        finished, gone. The reason a person gave to ignore an item stays too: only ``ignore`` changes it.
        """
        with self._database.writing() as connection:
            write_documents(connection, [document for document, _ in read], at=at)
            write_items(connection, [item for _, items in read for item in items])
            write_events(connection, events)

    def set_clean(self, clean: Mapping[str, str | None]) -> None:
        """Document key → the revision and settings under which its plan was empty, or None to have it planned again."""
        with self._database.writing() as connection:
            update_clean(connection, clean)

    def mark_gone(self, keys: Collection[str], at: datetime) -> None:
        """These documents are gone; they are remembered, and are no longer clean."""
        with self._database.writing() as connection:
            update_gone(connection, keys, at=at)

    def move_document(self, old_key: str, document: KnownDocument, *, at: datetime) -> None:
        """A rename: the document gets a new key, and its items, links and effects go along.

        Raises LedgerError when the old key is unknown, or when there are items under the new one.
        """
        with self._database.writing() as connection:
            update_key(connection, old_key, document, at=at)

    # --- effects ----------------------------------------------------------------------------------------------------

    def prepare(
        self,
        kind: EffectKind,
        *,
        document: str,
        item_id: str | None = None,
        tracker: str | None = None,
        marker: str | None = None,
        payload: Mapping[str, object],
        at: datetime,
    ) -> Effect:
        """Write an effect down before it is tried. Document and item must be remembered before; the payload is JSON.

        Raises LedgerError when the item has an open create already.
        """
        effect = Effect(
            id=0,
            kind=kind,
            state=EffectState.PREPARED,
            document=document,
            prepared_at=at,
            item_id=item_id,
            tracker=tracker,
            marker=marker,
            payload=payload,
        )
        with self._database.writing() as connection:
            return replace(effect, id=insert_effect(connection, effect))

    def sent(self, effect_id: int, at: datetime, *, payload: Mapping[str, object] | None = None) -> None:
        """The effect is about to go over the wire: one attempt more, and look-ups count from zero again.

        ``payload`` replaces what was prepared, when the row changed since.
        """
        with self._database.writing() as connection:
            send_effect(connection, effect_id, at=at, payload=payload)

    def looked(self, effect_id: int, at: datetime) -> None:
        """A complete search for the effect's marker found nothing."""
        with self._database.writing() as connection:
            count_look_up(connection, effect_id, at=at)

    def close(
        self, effect_id: int, state: EffectState, *, reason: str, at: datetime, not_before: datetime | None = None
    ) -> None:
        """How an attempt went, in the other side's words.

        PREPARED: certainly not sent, again from ``not_before`` on. UNKNOWN: still open, to be looked for. REFUSED,
        ENDED and DONE are final: whatever follows is another effect.
        """
        with self._database.writing() as connection:
            settle_effect(connection, effect_id, state, reason=reason, at=at, not_before=not_before)

    def done(
        self,
        effect_id: int,
        at: datetime,
        *,
        link: Link | None = None,
        events: Sequence[Event] = (),
        reason: str = "",
    ) -> None:
        """The effect happened, and this is the link as it is now; ``reason`` says what of it was left out."""
        with self._database.writing() as connection:
            settle_effect(connection, effect_id, EffectState.DONE, reason=reason, at=at)
            _save(connection, [] if link is None else [link], at=at)
            write_events(connection, events)

    # --- links ------------------------------------------------------------------------------------------------------

    def save_link(self, link: Link, at: datetime, *, events: Sequence[Event] = ()) -> None:
        """Keep a link as it is now; see save_links."""
        self.save_links([link], at, events=events)

    def save_links(self, links: Sequence[Link], at: datetime, *, events: Sequence[Event] = ()) -> None:
        """Keep links as they are now, each instead of the one its item had, with exactly these fields.

        A link that a person had taken away before is allowed again from then on.
        """
        with self._database.writing() as connection:
            _save(connection, links, at=at)
            write_events(connection, events)

    def unlink(self, item_id: str, *, events: Sequence[Event] = ()) -> None:
        """The item has no ticket (any more); nothing keeps it from getting the same one again."""
        with self._database.writing() as connection:
            delete_link(connection, item_id)
            write_events(connection, events)

    # --- what people say --------------------------------------------------------------------------------------------

    def ignore(self, item_id: str, reason: str | None, *, at: datetime, events: Sequence[Event] = ()) -> None:
        """A person wants no ticket for the item, and why; None takes it back.

        Raises LedgerError for an unknown item.
        """
        with self._database.writing() as connection:
            forget_clean(connection, item_id)
            insert_decision(connection, item_id, DecisionKind.IGNORE, value=reason, at=at)
            update_ignored(connection, item_id, reason)
            write_events(connection, events)

    def hand_link(self, item_id: str, ticket: str, *, at: datetime, events: Sequence[Event] = ()) -> None:
        """A person says which ticket is the item's, as typed; the next pass makes the link and calls ``obeyed``.

        Raises LedgerError for an unknown item.
        """
        with self._database.writing() as connection:
            forget_clean(connection, item_id)
            settle_decisions(connection, item_id, DecisionKind.LINK, at=at)
            insert_decision(connection, item_id, DecisionKind.LINK, value=ticket, at=at)
            write_events(connection, events)

    def hand_unlink(self, item_id: str, *, at: datetime, events: Sequence[Event] = ()) -> None:
        """A person says that the item's ticket is not its own: the link goes now, and hand_unlinks remembers the pair.

        Raises LedgerError for an unknown item, and for one without a link.
        """
        with self._database.writing() as connection:
            forget_clean(connection, item_id)
            settle_decisions(connection, item_id, DecisionKind.LINK, at=at)
            insert_decision(connection, item_id, DecisionKind.UNLINK, at=at)
            delete_link(connection, item_id)
            write_events(connection, events)

    def obeyed(self, item_id: str, at: datetime) -> None:
        """The link by hand was made, or can never be: hand_links does not name the item any more."""
        with self._database.writing() as connection:
            settle_decisions(connection, item_id, DecisionKind.LINK, at=at)

    # --- deliveries -------------------------------------------------------------------------------------------------

    def prepare_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        """Write deliveries down before they are tried; those that were written down before stay as they are."""
        with self._database.writing() as connection:
            insert_deliveries(connection, deliveries)

    def claim_message(self, message: str, *, at: datetime, until: datetime) -> bool:
        """Take a message whose time has come to send it now: of several processes, one is told True.

        It is nobody else's ``until`` then; who takes it after that finds out what became of it.
        """
        with self._database.writing() as connection:
            return claim_message(connection, message, at=at, until=until)

    def end_message(
        self,
        message: str,
        state: DeliveryState,
        *,
        reason: str = "",
        at: datetime,
        not_before: datetime | None = None,
        receipt: str = "",
    ) -> None:
        """How sending a message went. PREPARED: certainly not sent, again from ``not_before`` on."""
        with self._database.writing() as connection:
            end_message(connection, message, state, reason=reason, at=at, not_before=not_before, receipt=receipt)

    # --- webhooks ---------------------------------------------------------------------------------------------------

    def take_webhook(self, sender: str, delivery: str, *, digest: str, at: datetime, forget: datetime) -> bool:
        """Note a webhook; False when one with this id, or with content of this digest, was noted since ``forget``."""
        try:
            with self._database.writing() as connection:
                forget_webhooks(connection, before=forget)
                return insert_webhook(connection, sender=sender, delivery=delivery, digest=digest, at=at)
        except IntegrityError:  # the same one came twice at once, where writers do not wait for each other
            return False

    # --- named values -----------------------------------------------------------------------------------------------

    def put_meta(self, name: str, value: str) -> None:
        """Set a named value."""
        with self._database.writing() as connection:
            write_meta(connection, name, value)

    def put_meta_once(self, name: str, value: str) -> str:
        """Set a named value unless it is set; returns what is set then. Of several processes, one wins."""
        with self._database.writing() as connection:
            return insert_meta(connection, name, value)

    def swap_meta(self, name: str, seen: str | None, value: str) -> bool:
        """Set a named value if it is still the one that was seen (None: not set), and say whether it was.

        Of several threads and processes that saw the same, one is told True.
        """
        with self._database.writing() as connection:
            return swap_meta(connection, name, seen, value)


def _save(connection: Connection, links: Sequence[Link], *, at: datetime) -> None:
    write_links(connection, links, at=at)
    overrule_unlinks(connection, links, at=at)
