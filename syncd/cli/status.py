"""``syncd status``: items by state, what is overdue, what is stuck, the last pass."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from syncd.cli.export import export
from syncd.cli.opening import Opening, ledger_to_read, now
from syncd.cli.status_text import show
from syncd.cli.terminal import Terminal
from syncd.core.model import KnownItem
from syncd.core.standing import due_of, state_of
from syncd.errors import UsageError
from syncd.overview import Overview, overview
from syncd.store.records import PassRecord


def run(
    opening: Opening, terminal: Terminal, *, team: str | None = None, as_json: bool = False, as_csv: bool = False
) -> int:
    """Print the status; returns the exit code."""
    if as_json and as_csv:
        raise UsageError("--json and --csv are two forms of the same. Leave one out.")
    with ledger_to_read(opening) as ledger:
        if as_csv:
            return export(ledger, terminal, team=team, zones=_zones(opening))
        found = overview(ledger, team=team, today=_today(opening), otherwise=now().date())
    if as_json:
        terminal.data(_object(found, opening))
    else:
        show(found, terminal, opening)
    return 0


def _today(opening: Opening) -> Mapping[str, date]:
    """The day it is for each configured team."""
    return {name: now().astimezone(zone).date() for name, zone in _zones(opening).items()}


def _zones(opening: Opening) -> Mapping[str, ZoneInfo]:
    """The time zone of each configured team."""
    return {name: team.zone for name, team in opening.settings().teams.items()} if opening.configured else {}


def _object(found: Overview, opening: Opening) -> dict[str, object]:
    return {
        "version": 1,
        "documents": len(found.documents),
        "items": len(found.items),
        "by_state": found.by_state,
        "by_disposition": found.by_disposition,
        "overdue": [_item_json(found, i, opening) for i in found.overdue],
        "stuck": [_item_json(found, i, opening) for i in found.stuck],
        "to_settle": [{**_item_json(found, i, opening), "reason": words} for i, words in found.to_settle],
        "unknown": found.unknown,
        "last_pass": _pass_json(found.last),
    }


def _item_json(found: Overview, item: KnownItem, opening: Opening) -> dict[str, object]:
    due = due_of(item)
    return {
        "item": item.id,
        "team": found.documents[item.document].team,
        "document": found.documents[item.document].path,
        "line": item.line,
        "action": item.action,
        "owner": item.owner,
        "state": state_of(item),
        "due_date": due.isoformat() if due else None,
        "ticket": item.link.key if item.link else None,
        "disposition": item.disposition,
        "reason": opening.pasteable(item.reason) or None,
    }


def _pass_json(last: PassRecord | None) -> dict[str, object] | None:
    if last is None:
        return None
    return {
        "pass": last.id,
        "team": last.team,
        "started_at": last.started_at.isoformat(),
        "ended_at": last.ended_at.isoformat() if last.ended_at else None,
        "outcome": last.outcome,
        "brake": last.brake,
    }
