"""Numbers of the whole ledger, counted by the database: for metrics and health checks, which ask often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, FromClause, String, and_, case, cast, func, or_, select

from syncd.core.model import Disposition, EffectKind, EffectState, Presence, State
from syncd.core.standing import WANTED
from syncd.store.records import DeliveryState, PassRecord
from syncd.store.rows import columns, names
from syncd.store.tables import deliveries, documents, effects, items, link_fields, links, passes

_STATE, _DUE = link_fields.alias("state"), link_fields.alias("due")
_CLOSED = [state.value for state in State if state.closed]
_ENDED = (EffectState.DONE, EffectState.REFUSED, EffectState.UNKNOWN, EffectState.ENDED)


@dataclass(frozen=True, slots=True)
class Figures:
    """What can be counted; restricted postmortems count as all others."""

    items: Mapping[tuple[str, State], int]
    """By team and state: the items that have a ticket, or should have one."""
    overdue: Mapping[str, int]
    """By team: those that are open and past their date."""
    stuck: Mapping[str, int]
    """By team: those that wait for a person: blocked, or open and without their ticket."""
    documents: Mapping[tuple[str, str], int]
    """By team, and finished, unfinished or gone."""
    effects: Mapping[tuple[EffectKind, EffectState], int]
    """By kind and outcome; those that came to an end, and those whose outcome is unknown."""
    unknown: int
    """Tickets that may or may not have been made."""
    deliveries: Mapping[tuple[str, DeliveryState], int]
    """By channel and state."""
    passes: Mapping[str, int]
    """By outcome: the passes that came to an end."""


def read_figures(connection: Connection, today: Mapping[str, date], *, otherwise: date) -> Figures:
    """Count; ``today`` is the day it is for a team, ``otherwise`` that for teams without one."""
    late = and_(_state().not_in(_CLOSED), _due() < _today(today, otherwise))
    lost = and_(links.c.presence != Presence.HERE, _state().not_in(_CLOSED))
    stuck = or_(items.c.disposition == Disposition.BLOCKED, lost)
    return Figures(
        items=_states(connection),
        overdue=_by_team(connection, late),
        stuck=_by_team(connection, stuck),
        documents=_documents(connection),
        effects=_effects(connection),
        unknown=_unknown(connection),
        deliveries=_deliveries(connection),
        passes=_passes(connection),
    )


def read_last_passes(connection: Connection) -> dict[str | None, PassRecord]:
    """The newest pass of each team, and that over all teams (None)."""
    newest = select(func.max(passes.c.number)).group_by(passes.c.team)
    found = connection.execute(select(*columns(passes, names(PassRecord))).where(passes.c.number.in_(newest)))
    return {record.team: record for record in (PassRecord(*row) for row in found)}


def read_last_ends(connection: Connection, *outcomes: str) -> dict[str | None, datetime]:
    """When the newest pass of each team, and over all teams (None), ended with one of the outcomes; none: any."""
    ended = passes.c.outcome.in_(outcomes) if outcomes else passes.c.outcome.is_not(None)
    newest = select(func.max(passes.c.number)).where(ended).group_by(passes.c.team)
    query = select(passes.c.team, passes.c.ended_at).where(passes.c.number.in_(newest))
    return {team: at for team, at in connection.execute(query) if at is not None}


def read_undelivered(connection: Connection, *, since: datetime) -> dict[str, int]:
    """By team: messages that since a moment may not have arrived."""
    failed = deliveries.c.state.in_((DeliveryState.REFUSED, DeliveryState.UNKNOWN))
    query = select(deliveries.c.team, func.count(deliveries.c.message.distinct()))
    query = query.where(failed, deliveries.c.ended_at >= since).group_by(deliveries.c.team)
    return dict(iter(connection.execute(query)))


# --- items: as syncd.core.standing has it, the ticket's word goes before the row's ------------------------------------


def _items() -> FromClause:
    told = items.join(documents, documents.c.key == items.c.document)
    told = told.outerjoin(links, links.c.item_id == items.c.id)
    told = told.outerjoin(_STATE, and_(_STATE.c.item_id == items.c.id, _STATE.c.field == "state"))
    return told.outerjoin(_DUE, and_(_DUE.c.item_id == items.c.id, _DUE.c.field == "due"))


def _wanted() -> ColumnElement[bool]:
    return and_(documents.c.gone_at.is_(None), items.c.disposition.in_(WANTED))


def _state() -> ColumnElement[str]:
    return func.coalesce(_STATE.c.ticket, cast(items.c.state, String), State.OPEN.value)


def _due() -> ColumnElement[str]:
    """As ISO text, in which days are in order."""
    return func.coalesce(_DUE.c.ticket, cast(items.c.due_date, String))


def _today(today: Mapping[str, date], otherwise: date) -> ColumnElement[str]:
    days = [(documents.c.team == team, day.isoformat()) for team, day in today.items()]
    return case(*days, else_=otherwise.isoformat()) if days else cast(otherwise.isoformat(), String)


def _states(connection: Connection) -> dict[tuple[str, State], int]:
    state = _state()  # one expression in both places: else PostgreSQL sees two
    query = select(documents.c.team, state, func.count()).select_from(_items()).where(_wanted())
    found = connection.execute(query.group_by(documents.c.team, state))
    return {(team, State(word)): number for team, word, number in found}


def _by_team(connection: Connection, which: ColumnElement[bool]) -> dict[str, int]:
    query = select(documents.c.team, func.count()).select_from(_items()).where(_wanted(), which)
    return dict(iter(connection.execute(query.group_by(documents.c.team))))


# --- the rest ---------------------------------------------------------------------------------------------------------


def _documents(connection: Connection) -> dict[tuple[str, str], int]:
    state = case((documents.c.gone_at.is_not(None), "gone"), (documents.c.finished, "finished"), else_="unfinished")
    query = select(documents.c.team, state, func.count()).group_by(documents.c.team, state)
    return {(team, word): number for team, word, number in connection.execute(query)}


def _effects(connection: Connection) -> dict[tuple[EffectKind, EffectState], int]:
    query = select(effects.c.kind, effects.c.state, func.count()).where(effects.c.state.in_(_ENDED))
    return {(kind, state): n for kind, state, n in connection.execute(query.group_by(effects.c.kind, effects.c.state))}


def _unknown(connection: Connection) -> int:
    is_open = effects.c.state.in_([state for state in EffectState if state.open])
    tried = and_(effects.c.kind == EffectKind.CREATE, effects.c.attempts > 0, is_open)
    return connection.execute(select(func.count()).select_from(effects).where(tried)).scalar_one()


def _deliveries(connection: Connection) -> dict[tuple[str, DeliveryState], int]:
    query = select(deliveries.c.channel, deliveries.c.state, func.count())
    found = connection.execute(query.group_by(deliveries.c.channel, deliveries.c.state))
    return {(channel, state): number for channel, state, number in found}


def _passes(connection: Connection) -> dict[str, int]:
    query = select(passes.c.outcome, func.count()).where(passes.c.outcome.is_not(None)).group_by(passes.c.outcome)
    return dict(iter(connection.execute(query)))
