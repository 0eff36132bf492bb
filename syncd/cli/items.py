"""``syncd link``, ``unlink`` and ``ignore``: what machines cannot know. Kept in the ledger, obeyed by the next pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from syncd.cli.opening import Opening, database_of, embedded_only, now, settings_of
from syncd.cli.reconcile import LOCK_WAIT
from syncd.core.model import Event, KnownItem, Side
from syncd.errors import UsageError
from syncd.find import find, find_or_plan
from syncd.store.ledger import Ledger
from syncd.store.lock import pass_lock
from syncd.wiring import application


def link(opening: Opening, item: str, ticket: str) -> int:
    """Say which ticket is an item's."""
    with _item(opening, item, "syncd link") as (ledger, known):
        ledger.hand_link(known.id, ticket, at=now(), events=[_event(known, "link", ticket)])
        if known.ignored is not None:
            ledger.ignore(known.id, None, at=now())
        print(f"{_called(known)} is {ticket}: the next pass joins them.")
    return 0


def unlink(opening: Opening, item: str) -> int:
    """Say that an item's ticket is not its own."""
    with _item(opening, item, "syncd unlink") as (ledger, known):
        if known.link is None:
            raise UsageError(f"{_called(known)} has no ticket: there is nothing to take apart.")
        ledger.hand_unlink(known.id, at=now(), events=[_event(known, "link", None)])
        print(f"{_called(known)} lets {known.link.key} go: the ticket itself is left alone.")
    return 0


def ignore(opening: Opening, item: str, reason: str) -> int:
    """Say that an item needs no ticket."""
    if not reason.strip():
        raise UsageError("--reason is empty. Say why the item needs no ticket: it is shown whenever somebody asks.")
    with _item(opening, item, "syncd ignore") as (ledger, known):
        ledger.ignore(known.id, reason.strip(), at=now(), events=[_event(known, "ignored", reason.strip())])
        print(f"{_called(known)} is left alone from now on.")
    return 0


@contextmanager
def _item(opening: Opening, text: str, command: str) -> Iterator[tuple[Ledger, KnownItem]]:
    """The ledger, locked, and the item that a person means; one that no pass has met yet is remembered first."""
    url = database_of(opening)
    with pass_lock(url, name=command, wait=LOCK_WAIT, now=now), Ledger.open(url) as ledger:
        if embedded_only(opening):
            yield ledger, find(ledger, text)
        else:
            yield ledger, find_or_plan(application(settings_of(opening), ledger=ledger, clock=now), text)


def _event(known: KnownItem, field: str, after: str | None) -> Event:
    before = known.link.key if field == "link" and known.link else known.ignored if field == "ignored" else None
    return Event(known.id, field, before, after, Side.PERSON, now())


def _called(known: KnownItem) -> str:
    return f"{known.id} “{known.action[:60]}”"
