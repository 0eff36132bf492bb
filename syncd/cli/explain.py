"""``syncd explain ITEM``: where it comes from, how it was read and matched, everything done for it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from syncd.cli.opening import Opening, ledger_of
from syncd.cli.terminal import Terminal, printable
from syncd.core.model import FIELDS, Effect, EffectState, Event, KnownDocument, KnownItem, Presence
from syncd.find import find


@dataclass(frozen=True, slots=True)
class Provenance:
    """One item and all that is known about it."""

    item: KnownItem
    document: KnownDocument
    effects: tuple[Effect, ...]
    events: tuple[Event, ...]


def run(opening: Opening, text: str, terminal: Terminal, *, as_json_object: bool) -> int:
    """Print an item's provenance; returns the exit code."""
    with ledger_of(opening) as (_, ledger):
        item = find(ledger, text)
        document = next(d for d in ledger.all_documents() if d.key == item.document)
        writes = [e for e in ledger.effects(documents=[document.key]) if e.item_id == item.id or _wrote(e, item)]
        found = Provenance(item, document, tuple(writes), tuple(ledger.events(item.id)))
    if as_json_object:
        print(json.dumps(_as_json(found), ensure_ascii=False))
    else:
        _show(found, terminal)
    return 0


def _wrote(effect: Effect, item: KnownItem) -> bool:
    items = effect.payload.get("items")
    return effect.item_id is None and isinstance(items, list) and item.id in items


def _as_json(found: Provenance) -> dict[str, object]:
    item, document = found.item, found.document
    return {
        "version": 1,
        "item": item.id,
        "document": document.path,
        "line": item.line,
        "cells": dict(_cells(item)),
        "finished": document.finished,
        "finished_why": document.finished_why,
        "disposition": item.disposition.value,
        "reason": item.reason,
        "ignored": item.ignored,
        "ticket": _link_json(item),
        "effects": [_effect_json(e) for e in found.effects],
        "events": [_event_json(e) for e in found.events],
    }


def _link_json(item: KnownItem) -> dict[str, object] | None:
    link = item.link
    if link is None:
        return None
    fields = {
        n: {"document": f.document, "ticket": f.ticket, "agreed": f.agreed}
        for n in FIELDS
        if (f := link.fields[n]) is not None
    }
    return {
        "tracker": link.tracker,
        "id": link.ticket_id,
        "key": link.key,
        "url": link.url,
        "made_by_syncd": link.ours,
        "marker": link.marker,
        "presence": link.presence.value,
        "fields": fields,
    }


def _effect_json(effect: Effect) -> dict[str, object]:
    return {
        "effect": effect.kind.value,
        "state": effect.state.value,
        "attempts": effect.attempts,
        "reason": effect.reason,
        "marker": effect.marker,
        "prepared_at": effect.prepared_at.isoformat(),
        "ended_at": effect.ended_at.isoformat() if effect.ended_at else None,
    }


def _event_json(event: Event) -> dict[str, object]:
    return {
        "field": event.field,
        "before": event.before,
        "after": event.after,
        "side": event.side.value,
        "at": event.at.isoformat(),
    }


def _show(found: Provenance, terminal: Terminal) -> None:
    item, document = found.item, found.document
    terminal.out(f"{item.id}  {printable(item.action)}", "bold")
    terminal.out(f"  stands in {printable(document.path)}:{item.line}, “{printable(document.title)}”")
    for name, value in _cells(item):
        terminal.out(f"  {name:9} {printable(value) if value else '–'}")
    finished = "finished" if document.finished else "not finished"
    terminal.out(f"  document  {finished}: {printable(document.finished_why)}")
    why = f": {printable(item.reason)}" if item.reason else ""
    terminal.out(f"  item      {item.disposition.value}{why}")
    _show_link(item, terminal)
    _history(found, terminal)


def _cells(item: KnownItem) -> list[tuple[str, str | None]]:
    due = f"{item.due} → {item.due_date}" if item.due and item.due_date else item.due
    status = f"{item.status} → {item.state}" if item.status else f"nothing written → {item.state}"
    return [
        ("row", item.row_id),
        ("section", item.group),
        ("type", item.type),
        ("owner", item.owner),
        ("due", due),
        ("status", status),
    ]


def _show_link(item: KnownItem, terminal: Terminal) -> None:
    link = item.link
    if link is None:
        return
    terminal.out()
    origin = "made by syncd" if link.ours else "made by a person, only tracked"
    lost = "" if link.presence is Presence.HERE else f", {link.presence.value}"
    terminal.out(f"  ticket {link.key} ({origin}{lost})", "bold")
    terminal.out(f"  {printable(link.url)}")
    for name in FIELDS:
        field = link.fields[name]
        sides = f"row {_shown(field.document)} · ticket {_shown(field.ticket)} · agreed {_shown(field.agreed)}"
        terminal.out(f"  {name:9} {sides}")


def _shown(value: str | None) -> str:
    return printable(value) if value else "–"


def _history(found: Provenance, terminal: Terminal) -> None:
    lines = sorted((*_effect_lines(found.effects), *_event_lines(found.events)))
    if lines:
        terminal.out()
        terminal.out("  history", "bold")
    for at, line in lines:
        terminal.out(f"  {at:%Y-%m-%d %H:%M:%S} UTC  {line}")


def _effect_lines(effects: Iterable[Effect]) -> Iterable[tuple[datetime, str]]:
    for effect in effects:
        tries = f", {effect.attempts} attempts" if effect.attempts > 1 else ""
        why = f": {printable(effect.reason)}" if effect.reason else ""
        name = effect.kind.value.replace("_", " ")
        at = effect.ended_at or effect.sent_at or effect.prepared_at
        yield at, f"{name} {'done' if effect.state is EffectState.DONE else effect.state.value}{tries}{why}"


def _event_lines(events: Iterable[Event]) -> Iterable[tuple[datetime, str]]:
    for event in events:
        change = f"{_shown(event.before)} → {_shown(event.after)}"
        yield event.at, f"{event.field} {change} (by {event.side.value})"
