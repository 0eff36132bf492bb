"""One postmortem with its items, and one item with its provenance; those of restricted postmortems are not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from syncd.core.entries import Case, cases
from syncd.core.model import KnownDocument
from syncd.find import Found
from syncd.memory import memory_of, restricted_names
from syncd.provenance import Provenance, provenance
from syncd.store.reading import Reading
from syncd.team import Team
from syncd.web.board import Sheet, document_id, sheet_of


@dataclass(frozen=True, slots=True)
class Postmortem:
    """One postmortem."""

    sheet: Sheet
    day: date
    """The team's day."""
    finished: bool
    finished_why: str
    cases: Sequence[Case]
    """All its rows, in their order; also those that want no ticket."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item."""

    case: Case | None
    """None when its row is gone."""
    sheet: Sheet
    day: date
    """The team's day."""
    provenance: Provenance
    secrets: frozenset[str]
    """Names that the page does not tell."""


def postmortem(ledger: Reading, teams: Sequence[Team], name: str, *, now: datetime) -> Postmortem | None:
    """The postmortem of this id; None when there is none that may be shown."""
    document = next((d for d in ledger.all_documents() if document_id(d.key) == name), None)
    team = _shown(document, teams)
    if document is None or team is None:
        return None
    found = _cases(ledger, document, team, restricted_names(ledger), now=now)
    day = now.astimezone(team.zone).date()
    return Postmortem(sheet_of(document, found), day, document.finished, document.finished_why, found)


def item(ledger: Reading, teams: Sequence[Team], name: str, *, now: datetime) -> Item | None:
    """The item of this id; None when there is none that may be shown."""
    known = ledger.item(name)
    document = next((d for d in ledger.all_documents() if known and d.key == known.document), None)
    team = _shown(document, teams)
    if known is None or document is None or team is None:
        return None
    secrets = restricted_names(ledger)
    found = _cases(ledger, document, team, secrets, now=now)
    case = next((case for case in found if case.item.id == name), None)
    day = now.astimezone(team.zone).date()
    return Item(case, sheet_of(document, found), day, provenance(ledger, Found(known, document)), secrets)


def _shown(document: KnownDocument | None, teams: Sequence[Team]) -> Team | None:
    """The team of a document that may be shown."""
    if document is None or document.restricted or document.gone:
        return None
    return next((team for team in teams if team.name == document.team), None)


def _cases(
    ledger: Reading, document: KnownDocument, team: Team, secrets: frozenset[str], *, now: datetime
) -> list[Case]:
    memory = memory_of(ledger, document, team.zone)
    return cases(memory, day=now.astimezone(team.zone).date(), takes=lambda each: True, secrets=secrets)
