"""What the ledger knows of a source before it is read, and which documents need not be read again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from syncd.core.brake import Standing
from syncd.core.change import Change, ChangeKind
from syncd.core.model import KnownDocument, KnownItem
from syncd.core.world import View
from syncd.look import Look
from syncd.store.ledger import Ledger
from syncd.team import Team, TeamSource


@dataclass(frozen=True, slots=True)
class Recalled:
    """One source as of the last pass."""

    records: Mapping[str, KnownDocument]
    """By key, gone ones included."""
    settled: Mapping[str, str]
    """Key → revision of the documents that need no planning unless they changed."""
    numbers: Standing
    quiet: tuple[KnownItem, ...]
    """Items of clean documents that get no ticket: said again in each plan, without reading their documents."""

    def standing(self, *, except_for: Iterable[View]) -> list[Change]:
        """The lines of the last plan that still hold."""
        planned = {view.key for view in except_for}
        return [
            Change(
                kind=ChangeKind.IGNORE,
                document=item.document,
                path=self.records[item.document].path,
                line=item.line,
                reason=item.reason,
                item_id=item.id,
                text=item.action,
            )
            for item in self.quiet
            if item.document not in planned and item.document in self.settled
        ]


def recall(team: Team, source: TeamSource, *, ledger: Ledger, look: Look) -> Recalled:
    """Everything remembered of a source, and what the trackers' news leave settled of it."""
    location = source.source.location
    records = ledger.documents(location)
    touched = _touched(ledger, look)
    news = {ticket.document for _, ticket in look.unclaimed}
    settled = {
        key: record.revision
        for key, record in records.items()
        if record.clean == clean_as(record.revision, team.fingerprint)
        and not record.gone
        and key not in touched
        and record.location not in news
    }
    counts = ledger.counts(location)
    here = sum(not record.gone for record in records.values())
    numbers = Standing(documents=here, tracked=counts.tracked, done=counts.done)
    return Recalled(records, settled, numbers, tuple(ledger.standing(location)))


def clean_as(revision: str, fingerprint: str) -> str:
    """Under what a document's plan was empty: planned again as soon as either changes."""
    return f"{revision}:{fingerprint}"


def _touched(ledger: Ledger, look: Look) -> set[str]:
    """Documents whose tickets changed."""
    changed: dict[str, list[str]] = {}
    for tracker, ticket in look.tickets:
        changed.setdefault(tracker, []).append(ticket)
    return {key for tracker, ids in changed.items() for key in ledger.documents_of(tracker, ids)}
