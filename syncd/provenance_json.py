"""An item's provenance for programs: what ``syncd explain --json`` prints and the item's page has beside it."""

from __future__ import annotations

from syncd.core.model import FIELDS, Effect, Event
from syncd.provenance import Provenance
from syncd.store.records import Decision


def as_object(known: Provenance) -> dict[str, object]:
    """Everything, as values of JSON."""
    item, document = known.item, known.document
    return {
        "version": 1,
        "item": item.id,
        "team": document.team,
        "document": document.path,
        "line": item.line,
        "action": item.action,
        "id": item.row_id,
        "section": item.group,
        "type": item.type,
        "owner": item.owner,
        "due": item.due,
        "due_date": item.due_date.isoformat() if item.due_date else None,
        "status": item.status,
        "state": item.state,
        "finished": document.finished,
        "finished_why": document.finished_why,
        "disposition": item.disposition,
        "reason": item.reason or None,
        "ignored": item.ignored,
        "asked_for": known.asked_for,
        "ticket": _ticket(known),
        "decisions": [_decision(d) for d in known.decisions],
        "effects": [_effect(e) for e in known.effects],
        "events": [_event(e) for e in known.events],
    }


def _ticket(known: Provenance) -> dict[str, object] | None:
    link = known.item.link
    if link is None:
        return None
    sides = {name: link.fields[name] for name in FIELDS}
    return {
        "tracker": link.tracker,
        "id": link.ticket_id,
        "key": link.key,
        "url": link.url,
        "matched": known.matched,
        "marker": link.marker,
        "presence": link.presence,
        "fields": {n: {"document": f.document, "ticket": f.ticket, "agreed": f.agreed} for n, f in sides.items()},
    }


def _decision(decision: Decision) -> dict[str, object]:
    return {
        "decision": decision.kind,
        "value": decision.value,
        "at": decision.at.isoformat(),
        "settled_at": decision.settled_at.isoformat() if decision.settled_at else None,
    }


def _effect(effect: Effect) -> dict[str, object]:
    return {
        "effect": effect.kind,
        "state": effect.state,
        "attempts": effect.attempts,
        "reason": effect.reason or None,
        "marker": effect.marker,
        "prepared_at": effect.prepared_at.isoformat(),
        "ended_at": effect.ended_at.isoformat() if effect.ended_at else None,
    }


def _event(event: Event) -> dict[str, object]:
    return {
        "field": event.field,
        "before": event.before,
        "after": event.after,
        "side": event.side,
        "at": event.at.isoformat(),
    }
