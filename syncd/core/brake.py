"""When a plan is so large that a person should look at it first.

A brake holds one team's source: zero effects there, the others go on. Moving to done is never braked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from syncd.core.change import Change, ChangeKind, Outcome

FLOOD = 4
"""Creates in one pass may be this many times ``creates_per_pass``."""
VANISHING = (5, 0.20)
REOPENING = (5, 0.30)
"""More than the first number and more than the share of all tracked (or done) items."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ledger knows of a source before the pass."""

    documents: int = 0
    tracked: int = 0
    done: int = 0


def brake(
    changes: Sequence[Change],
    *,
    standing: Standing,
    documents_now: int,
    shuffled: Sequence[str] = (),
    creates_per_pass: int,
) -> str | None:
    """Why the changes of one source must not be made without a person's word, or None.

    ``shuffled`` are the paths of documents that lose over half their links while gaining new rows. Creates that are
    prepared already were counted, or let through by a person, in an earlier pass.
    """
    reasons = [
        _emptied(standing, documents_now),
        _flood([c for c in changes if c.effect is None], creates_per_pass),
        _vanishing(changes, standing),
        _reopening(changes, standing),
        *(f"{path} loses over half its links while new rows appear" for path in shuffled),
    ]
    return "; ".join(r for r in reasons if r) or None


def _emptied(standing: Standing, documents_now: int) -> str | None:
    if standing.documents and not documents_now:
        held = "1 document" if standing.documents == 1 else f"{standing.documents} documents"
        return f"the source is empty; it held {held}"
    return None


def _flood(changes: Sequence[Change], creates_per_pass: int) -> str | None:
    wanted = Counter(c.kind for c in changes)[ChangeKind.CREATE]
    if wanted > FLOOD * creates_per_pass:
        return f"{wanted} tickets would be created, more than {FLOOD} × creates_per_pass ({creates_per_pass})"
    return None


def _vanishing(changes: Sequence[Change], standing: Standing) -> str | None:
    vanishing = sum(c.detach for c in changes)
    if vanishing > max(VANISHING[0], VANISHING[1] * standing.tracked):
        return f"{vanishing} of {standing.tracked} tracked items would lose their row"
    return None


def _reopening(changes: Sequence[Change], standing: Standing) -> str | None:
    reopening = len({c.item_id for c in changes if c.out_of_done and c.outcome is Outcome.PLANNED})
    if reopening > max(REOPENING[0], REOPENING[1] * standing.done):
        return f"{reopening} of {standing.done} done items would be open again"
    return None
