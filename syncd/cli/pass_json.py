"""A pass for programs: the object that design and README document."""

from __future__ import annotations

from syncd.cli.opening import Opening
from syncd.core.change import Change
from syncd.reconcile import Pass


def pass_json(done: Pass, opening: Opening) -> dict[str, object]:
    """The object of ``syncd plan --json`` and ``syncd reconcile --json``."""
    return {
        "pass": done.id,
        "dry_run": done.dry_run,
        "plan_hash": done.plan_hash,
        "brake": done.brake,
        "documents": {
            "read": sum(s.read for s in done.sources),
            "changed": sum(s.changed for s in done.sources),
            "failed": sum(s.failed for s in done.sources),
        },
        "changes": [_change(team, change, opening) for team, change in done.changes],
        "problems": [{"document": path, "line": p.line, "message": p.message} for path, p in done.problems],
    }


def _change(team: str, change: Change, opening: Opening) -> dict[str, object]:
    return {
        "change": change.kind.value,
        "team": team,
        "document": change.path,
        "line": change.line,
        "item": change.item_id,
        "action": change.text,
        "tracker": change.tracker,
        "ticket": change.ticket,
        "url": change.url,
        "outcome": change.outcome.value,
        "reason": opening.pasteable(change.told),
    }
