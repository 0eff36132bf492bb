"""What the ledger remembers of teams: all that digests, pages and exports are made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from syncd.core.digest import Memory
from syncd.core.entries import names_to_keep
from syncd.core.model import Disposition, Effect, EffectKind, Event, KnownDocument
from syncd.store.reading import Reading
from syncd.team import Team

UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Belonging:
    """What is a team's: its day, and the locations of its sources; None: whatever the ledger has under its name."""

    zone: ZoneInfo = UTC
    sources: Collection[str] | None = None


def remembered(ledger: Reading, team: Team) -> Memory:
    """What is remembered of one team."""
    return memories(ledger, {team.name: belonging(team)})[team.name]


def belonging(team: Team) -> Belonging:
    """What is a configured team's."""
    return Belonging(team.zone, frozenset(source.source.location for source in team.sources))


def memories(ledger: Reading, teams: Mapping[str, Belonging]) -> dict[str, Memory]:
    """What is remembered of these teams, by name."""
    return {name: _of_team(ledger, name, of) for name, of in teams.items()}


def _of_team(ledger: Reading, name: str, of: Belonging) -> Memory:
    found = [d for d in ledger.team_documents(name) if not d.gone and (of.sources is None or d.source in of.sources)]
    documents = {d.key: d for d in found}
    items = [i for i in ledger.items(list(documents)) if i.disposition is not Disposition.DETACHED]
    known = {item.id for item in items}
    events: defaultdict[str, list[Event]] = defaultdict(list)
    for event in ledger.team_events(name):
        if event.item_id in known:
            events[event.item_id].append(event)
    return Memory(name, of.zone, documents, items, events, refusals(ledger, list(documents)))


def memory_of(ledger: Reading, document: KnownDocument, zone: ZoneInfo) -> Memory:
    """What is remembered of one document."""
    items = [i for i in ledger.items([document.key]) if i.disposition is not Disposition.DETACHED]
    return Memory(
        team=document.team,
        zone=zone,
        documents={document.key: document},
        items=items,
        events={i.id: ledger.events(i.id) for i in items},
        refusals=refusals(ledger, [document.key]),
    )


def restricted_names(ledger: Reading) -> frozenset[str]:
    """Names of all restricted postmortems, also of those that are gone: no shared output tells them."""
    hidden = {document.key: document for document in ledger.all_documents() if document.restricted}
    return names_to_keep(hidden.values(), ledger.items(list(hidden)) if hidden else [])


def refusals(ledger: Reading, documents: Collection[str]) -> dict[str, list[Effect]]:
    """By item: its newest creates and updates, where they were refused."""
    found: defaultdict[str, list[Effect]] = defaultdict(list)
    for kind in (EffectKind.CREATE, EffectKind.UPDATE):
        for item, effect in ledger.last_refusals(documents, kind).items():
            found[item].append(effect)
    return found
