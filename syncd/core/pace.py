"""How many tickets one pass makes: over all teams and sources, oldest postmortem first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from syncd.core.change import Change, ChangeKind, Outcome, Plan
from syncd.core.model import Postmortem


def age(postmortem: Postmortem) -> tuple[date, str]:
    """What sorts the oldest postmortem first, those without a date last."""
    return postmortem.postmortem_date or postmortem.incident_date or date.max, postmortem.document.path


def paced(plans: Sequence[Plan], limit: int, *, made: int = 0) -> list[Plan]:
    """The plans of one pass with at most ``limit`` creates in all; the others are pending, and wait for the next pass.

    ``made`` is how many of these were made before, in the same pass.
    A plan under a brake comes after all others: while it is held it takes nothing from them.
    """
    waiting = {_item(change) for change in _queue(plans)[max(0, limit - made) :]}
    words = f"{limit} ticket{'' if limit == 1 else 's'} a pass (creates_per_pass): the next pass makes it"
    return [replace(plan, changes=tuple(_delayed(plan.changes, waiting, words))) for plan in plans]


def _queue(plans: Sequence[Plan]) -> list[Change]:
    """The creates of all plans in the order in which they come to their turn."""
    queue = []
    for plan in plans:
        ages = {d.record.key: age(d.postmortem) for d in plan.documents if d.postmortem}
        creates = (c for c in plan.changes if c.kind is ChangeKind.CREATE and c.outcome is Outcome.PLANNED)
        queue += [((plan.brake is not None, ages[c.document], c.line), c) for c in creates]
    return [change for _, change in sorted(queue, key=lambda turn: turn[0])]


def _delayed(changes: Iterable[Change], waiting: set[tuple[str, str | None]], words: str) -> Iterable[Change]:
    for change in changes:
        if _item(change) not in waiting:
            yield change
        elif change.kind is ChangeKind.CREATE:
            yield replace(change, outcome=Outcome.PENDING, reason=words)
        elif change.kind is not ChangeKind.WRITE_BACK:
            yield change


def _item(change: Change) -> tuple[str, str | None]:
    return change.document, change.item_id
