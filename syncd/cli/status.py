"""``syncd status``: items by state, what is overdue, what is stuck, the last pass."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from syncd.cli.opening import Opening, ledger_of, now
from syncd.cli.terminal import Terminal, counted, printable, shortened
from syncd.core.model import Disposition, EffectKind, KnownDocument, KnownItem, Presence, State
from syncd.store.ledger import Ledger
from syncd.store.records import PassRecord

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Status:
    """What the ledger says about the items of some teams, as of a day."""

    documents: dict[str, KnownDocument]
    items: Sequence[KnownItem]
    """Those that have a row."""
    last: PassRecord | None
    today: date
    unknown: int
    """Creates whose outcome nobody knows yet."""

    @property
    def by_state(self) -> dict[str, int]:
        """How many items are in each state; a ticket's word counts before its row's."""
        found = Counter(state_of(i) for i in self.items if i.disposition is not Disposition.IGNORED or i.state)
        return {state.value: found[state] for state in State}

    @property
    def overdue(self) -> list[KnownItem]:
        """Open items past their due date, oldest first."""
        late = [i for i in self.items if (due := due_of(i)) and due < self.today and not state_of(i).closed]
        return sorted(late, key=lambda i: due_of(i) or date.max)

    @property
    def stuck(self) -> list[KnownItem]:
        """Items that need a person."""
        return [i for i in self.items if i.disposition is Disposition.BLOCKED or _lost(i)]


def run(opening: Opening, terminal: Terminal, *, team: str | None, as_json_object: bool) -> int:
    """Print the status; returns the exit code."""
    with ledger_of(opening) as (_, ledger):
        status = status_of(ledger, team=team)
    if as_json_object:
        print(json.dumps(_as_json(status), ensure_ascii=False))
    else:
        _show(status, terminal)
    return 0


def status_of(ledger: Ledger, *, team: str | None) -> Status:
    """The status of one team, or of all."""
    documents = {d.key: d for d in ledger.all_documents() if not d.gone and team in (None, d.team)}
    items = [i for i in ledger.items(list(documents)) if i.disposition is not Disposition.DETACHED]
    unknown = [e for e in ledger.effects(open_only=True) if e.kind is EffectKind.CREATE and e.attempts]
    last = next(iter(ledger.passes(1)), None)
    return Status(documents, items, last, now().date(), len([e for e in unknown if e.document in documents]))


def state_of(item: KnownItem) -> State:
    """The state of an item: its ticket's, else its row's."""
    if item.link is not None and (there := item.link.fields["state"].ticket):
        return State(there)
    return item.state or State.OPEN


def due_of(item: KnownItem) -> date | None:
    """The due date of an item: its ticket's, else its row's."""
    there = item.link.fields["due"].ticket if item.link else None
    return date.fromisoformat(there) if there else item.due_date


def _lost(item: KnownItem) -> bool:
    return item.link is not None and item.link.presence is not Presence.HERE


def _as_json(status: Status) -> dict[str, object]:
    return {
        "version": 1,
        "documents": len(status.documents),
        "items": len(status.items),
        "by_state": status.by_state,
        "by_disposition": {d.value: sum(i.disposition is d for i in status.items) for d in Disposition},
        "overdue": [_item_json(status, i) for i in status.overdue],
        "stuck": [_item_json(status, i) for i in status.stuck],
        "unknown": status.unknown,
        "last_pass": _pass_json(status.last),
    }


def _item_json(status: Status, item: KnownItem) -> dict[str, object]:
    due = due_of(item)
    return {
        "item": item.id,
        "document": status.documents[item.document].path,
        "line": item.line,
        "action": item.action,
        "owner": item.owner,
        "state": state_of(item).value,
        "due_date": due.isoformat() if due else None,
        "ticket": item.link.key if item.link else None,
        "reason": item.reason,
    }


def _pass_json(last: PassRecord | None) -> dict[str, object] | None:
    if last is None:
        return None
    return {
        "pass": last.id,
        "started_at": last.started_at.isoformat(),
        "ended_at": last.ended_at.isoformat() if last.ended_at else None,
        "outcome": last.outcome,
        "brake": last.brake,
    }


def _show(status: Status, terminal: Terminal) -> None:
    states = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in status.by_state.items() if number)
    documents, items = counted(len(status.documents), "document"), counted(len(status.items), "item")
    terminal.out(f"{items} in {documents}: {states or 'none'}.", "bold")
    _show_last(status.last, terminal)
    overdue = [f"{(status.today - (due_of(i) or status.today)).days} days late" for i in status.overdue]
    _section(status, terminal, "Overdue", status.overdue, overdue)
    _section(status, terminal, "Needs a person", status.stuck, [i.reason for i in status.stuck])
    if status.unknown:
        terminal.out(f"{counted(status.unknown, 'ticket')} may or may not have been made; each pass looks for them.")


def _show_last(last: PassRecord | None, terminal: Terminal) -> None:
    if last is None:
        terminal.out("No pass yet.")
    elif last.ended_at is None:
        terminal.out(
            f"The last pass began {last.started_at:%Y-%m-%d %H:%M} UTC and did not end: it runs, or was killed."
        )
    else:
        held = f"; held: {last.brake}" if last.brake else ""
        terminal.out(f"Last pass {last.ended_at:%Y-%m-%d %H:%M} UTC: {last.outcome}{held}.")


def _section(
    status: Status, terminal: Terminal, title: str, items: Sequence[KnownItem], remarks: Sequence[str]
) -> None:
    if not items:
        return
    terminal.out()
    terminal.out(f"{title} ({len(items)})", "bold")
    for item, remark in list(zip(items, remarks, strict=True))[:SHOWN]:
        place = f"{printable(status.documents[item.document].path)}:{item.line}"
        ticket = item.link.key if item.link else "no ticket"
        owner = printable(item.owner or "no owner")
        terminal.out(f"  {place}  {ticket}  “{shortened(item.action, 60)}”, {owner}: {printable(remark)}")
    if len(items) > SHOWN:
        terminal.out(f"  and {len(items) - SHOWN} more; --json lists all")
