"""Effects: the SQL of what was, or is to be, done to the world. Each function works inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import starmap

from sqlalchemy import ColumnElement, Connection, func, select, update
from sqlalchemy.exc import IntegrityError

from syncd.core.model import Effect, EffectKind, EffectState
from syncd.errors import LedgerError
from syncd.store.rows import EFFECT, batches, columns, effect_values
from syncd.store.tables import effects

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
    """Write a new effect down; returns its id. Raises LedgerError when the item has an open create already."""
    try:
        inserted = connection.execute(effects.insert().returning(effects.c.id), effect_values(effect))
    except IntegrityError as error:
        if "unique" not in str(error.orig).lower():
            raise
        raise LedgerError(
            f"Item {effect.item_id} has a create under way already, so no second one was begun; the next pass brings "
            "the first one to its end."
        ) from error
    return int(inserted.scalar_one())


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


def end_interrupted(connection: Connection, *, at: datetime) -> None:
    """Note that nobody brings these to an end any more: everything open but creates."""
    interrupted = update(effects).where(effects.c.state.in_(OPEN), effects.c.kind != EffectKind.CREATE)
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
