"""Everything that is known about one item."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from syncd.core.model import Effect, EffectKind, EffectState, Event, KnownDocument, KnownItem, Link
from syncd.find import Found
from syncd.store.reading import Reading
from syncd.store.records import Decision, DecisionKind


class Matched(StrEnum):
    """How an item came to its ticket."""

    CREATED = "created"
    NAMED = "named"
    BY_HAND = "by_hand"
    MARKER = "marker"
    """The ledger had lost it; it carries a marker of ours."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """One item, where it stands, and what was done and said about it, oldest first."""

    item: KnownItem
    document: KnownDocument
    met: bool
    """A pass has met it; else only a plan has."""
    effects: tuple[Effect, ...] = ()
    events: tuple[Event, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @property
    def matched(self) -> Matched | None:
        """How it came to the ticket it has."""
        return _matched(self.item.link, self) if self.item.link else None

    @property
    def asked_for(self) -> str | None:
        """The ticket that a person linked and the next pass is to join."""
        asked = [d.value for d in self.decisions if d.kind is DecisionKind.LINK and d.settled_at is None]
        return asked[-1] if asked else None


def provenance(ledger: Reading, found: Found) -> Provenance:
    """All that the ledger knows of an item."""
    item, document = found.item, found.document
    if not found.met:
        return Provenance(item, document, met=False)
    return Provenance(
        item=item,
        document=document,
        met=True,
        effects=tuple(e for e in ledger.effects(documents=[document.key]) if e.item_id == item.id or _wrote(e, item)),
        events=tuple(ledger.events(item.id)),
        decisions=tuple(ledger.decisions(item.id)),
    )


def _wrote(effect: Effect, item: KnownItem) -> bool:
    """Whether a write-back, which concerns a whole document, touched this item's row."""
    items = effect.payload.get("items")
    return effect.item_id is None and isinstance(items, list) and item.id in items


def _matched(link: Link, known: Provenance) -> Matched:
    done = {effect.kind for effect in known.effects if effect.state is EffectState.DONE}
    if link.ours:
        return Matched.CREATED if EffectKind.CREATE in done else Matched.MARKER
    by_hand = any(d.kind is DecisionKind.LINK and d.settled_at is not None for d in known.decisions)
    return Matched.BY_HAND if by_hand else Matched.NAMED
