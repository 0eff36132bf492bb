"""Effects: the SQL of what was, or is to be, done to the world. Each function works inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import starmap

from sqlalchemy import ColumnElement, Connection, func, select, update
from sqlalchemy.exc import IntegrityError

from syncd.core.model import Effect, EffectKind, EffectState
from syncd.errors import LedgerError, UnderWay
from syncd.store.rows import EFFECT, batches, columns, effect_values
from syncd.store.tables import documents, effects, links

OPEN = tuple(state for state in EffectState if state.open)


def read_effects(connection: Connection, *where: ColumnElement[bool]) -> list[Effect]:
    """The effects that meet the conditions, oldest first."""
    query = select(*columns(effects, EFFECT)).where(*where).order_by(effects.c.id)
    return list(starmap(Effect, connection.execute(query)))


def read_effects_of(connection: Connection, keys: Collection[str], *where: ColumnElement[bool]) -> list[Effect]:
    """The effects of these documents that meet the conditions, oldest first."""
    found = [e for batch in batches(keys) for e in read_effects(connection, effects.c.document.in_(batch), *where)]
    return sorted(found, key=lambda effect: effect.id)


def read_last_refusals(connection: Connection, keys: Collection[str], kind: EffectKind) -> dict[str, Effect]:
    """For each item of these documents whose newest effect of this kind was refused: that effect."""
    newest = select(func.max(effects.c.id)).where(effects.c.kind == kind).group_by(effects.c.item_id)
    refused = read_effects_of(connection, keys, effects.c.id.in_(newest), effects.c.state == EffectState.REFUSED)
    return {effect.item_id: effect for effect in refused if effect.item_id is not None}


def insert_effect(connection: Connection, effect: Effect) -> int:
    """Write a new effect down; returns its id.

    Raises UnderWay for a create whose item has one under way already, or got its ticket meanwhile.
    """
    try:
        inserted = connection.execute(effects.insert().returning(effects.c.id), effect_values(effect)).scalar_one()
    except IntegrityError as error:
        if "unique" not in str(error.orig).lower():
            raise
        raise UnderWay(
            f"Item {effect.item_id} has a create under way already, so no second one was begun; the next pass brings "
            "the first one to its end."
        ) from error
    # Looked at last: until here another create may have been about to end, and the insert waited for it.
    if effect.kind is EffectKind.CREATE and _has_ticket(connection, effect.item_id):
        raise UnderWay(f"Item {effect.item_id} got its ticket from another process meanwhile; none was made.")
    return int(inserted)


def _has_ticket(connection: Connection, item_id: str | None) -> bool:
    return connection.execute(select(links.c.item_id).where(links.c.item_id == item_id)).first() is not None


def change_effect(connection: Connection, effect_id: int, **values: object) -> None:
    """Change an open effect. Raises LedgerError when it does not exist or came to its end: that end is final."""
    statement = update(effects).where(effects.c.id == effect_id, effects.c.state.in_(OPEN)).values(**values)
    if connection.execute(statement).rowcount != 1:
        raise LedgerError(
            f"Effect {effect_id} is not open (any more): another process must have brought it to its end."
        )


def send_effect(
    connection: Connection, effect_id: int, *, at: datetime, payload: Mapping[str, object] | None = None
) -> None:
    """Note that it goes over the wire now; what was looked for before says nothing about this attempt."""
    change_effect(
        connection,
        effect_id,
        **({} if payload is None else {"payload": dict(payload)}),
        state=EffectState.SENT,
        sent_at=at,
        attempts=effects.c.attempts + 1,
        look_ups=0,
        not_before=None,
    )


def count_look_up(connection: Connection, effect_id: int, *, at: datetime) -> None:
    """Note that a complete search for it found nothing."""
    change_effect(connection, effect_id, look_ups=effects.c.look_ups + 1, looked_at=at)


def end_interrupted(connection: Connection, team: str | None, *, at: datetime) -> None:
    """Note that nobody brings these to an end any more: everything open of a team (None: of all) but creates."""
    interrupted = update(effects).where(effects.c.state.in_(OPEN), effects.c.kind != EffectKind.CREATE)
    if team is not None:
        theirs = select(documents.c.key).where(documents.c.team == team)
        interrupted = interrupted.where(effects.c.document.in_(theirs))
    connection.execute(
        interrupted.values(state=EffectState.ENDED, reason="interrupted; the next pass planned it anew", ended_at=at)
    )


def settle_effect(
    connection: Connection,
    effect_id: int,
    state: EffectState,
    *,
    reason: str = "",
    at: datetime,
    not_before: datetime | None = None,
) -> None:
    """Note how an attempt went; closed states are final."""
    ended_at = None if state.open else at
    change_effect(connection, effect_id, state=state, reason=reason, ended_at=ended_at, not_before=not_before)
