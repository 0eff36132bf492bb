"""What the ledger says about the items of the teams, as of a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from syncd.core.dispute import dispute
from syncd.core.model import Disposition, Effect, EffectKind, KnownDocument, KnownItem, Presence, State
from syncd.core.standing import WANTED, due_of, state_of
from syncd.errors import UsageError
from syncd.memory import refusals
from syncd.store.reading import Reading
from syncd.store.records import PassRecord


@dataclass(frozen=True, slots=True)
class Overview:
    """The items of one team, or of all, that have a row."""

    documents: Mapping[str, KnownDocument]
    """By key; those that are still there."""
    items: Sequence[KnownItem]
    """By document and line."""
    last: PassRecord | None
    unknown: int
    """Tickets that an attempt without an answer may or may not have made."""
    today: Mapping[str, date]
    """By team."""
    refusals: Mapping[str, Sequence[Effect]] = field(default_factory=dict)
    """By item: its last create and its last update, where they were refused."""

    @property
    def by_state(self) -> dict[State, int]:
        """How many items are in each state."""
        found = Counter(state_of(i) for i in self.items)
        return {state: found[state] for state in State}

    @property
    def by_disposition(self) -> dict[Disposition, int]:
        """How many items the last pass linked, left waiting, blocked or ignored."""
        found = Counter(i.disposition for i in self.items)
        return {disposition: found[disposition] for disposition in (*WANTED, Disposition.IGNORED)}

    @property
    def overdue(self) -> list[KnownItem]:
        """Open items past their due date, oldest first."""
        late = [i for i in self.items if i.disposition in WANTED and self.days_late(i) > 0]
        return sorted(late, key=self.days_late, reverse=True)

    @property
    def stuck(self) -> list[KnownItem]:
        """Items that a person has to do something about."""
        return [i for i in self.items if i.disposition is Disposition.BLOCKED or _lost(i)]

    @property
    def to_settle(self) -> list[tuple[KnownItem, str]]:
        """Items of which the row and the ticket tell different things, and which: a person says what is true."""
        stuck = {item.id for item in self.stuck}
        told = ((item, dispute(item, self.refusals.get(item.id, ()))) for item in self.items if item.id not in stuck)
        return [(item, words) for item, words in told if words]

    def days_late(self, item: KnownItem) -> int:
        """Days since an item was due; 0 when it is not, or is closed."""
        due, today = due_of(item), self.today[self.documents[item.document].team]
        return 0 if due is None or state_of(item).closed else max((today - due).days, 0)


def overview(ledger: Reading, *, team: str | None, today: Mapping[str, date], otherwise: date) -> Overview:
    """The items of one team, or of all; ``otherwise`` is the day for teams without one of their own.

    Raises UsageError for a team that has no documents.
    """
    everything = [document for document in ledger.all_documents() if not document.gone]
    documents = {d.key: d for d in everything if team in (None, d.team)}
    if team is not None and not documents:
        known = ", ".join(sorted({d.team for d in everything})) or "none"
        raise UsageError(f"No document of a team {team!r} is known. Teams with documents: {known}.")
    attempts = ledger.effects(open_only=True, documents=list(documents))
    return Overview(
        documents=documents,
        items=[i for i in ledger.items(list(documents)) if i.disposition is not Disposition.DETACHED],
        last=next(iter(ledger.passes(1)), None),
        unknown=sum(e.kind is EffectKind.CREATE and e.attempts > 0 for e in attempts),
        today={d.team: today.get(d.team, otherwise) for d in documents.values()},
        refusals=refusals(ledger, list(documents)),
    )


def _lost(item: KnownItem) -> bool:
    return item.link is not None and item.link.presence is not Presence.HERE
