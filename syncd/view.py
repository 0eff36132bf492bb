"""What a source holds now, side by side with what the ledger knows: the views that a plan is made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from syncd.core.change import Change, ChangeKind, Plan
from syncd.core.identity import TicketId
from syncd.core.inline import read_inline
from syncd.core.merge import last_seen
from syncd.core.model import (
    Disposition,
    Document,
    Effect,
    EffectKind,
    EffectState,
    KnownDocument,
    KnownItem,
    Problem,
    Reference,
    Span,
    Ticket,
)
from syncd.core.plan import Vanished
from syncd.core.postmortem import finished
from syncd.core.references import find_references
from syncd.core.world import Named, Place, View, World
from syncd.errors import AuthenticationFailed, SourceError, TrackerError
from syncd.look import Look
from syncd.ports import Reading
from syncd.recall import Recalled, clean_as
from syncd.store.ledger import Ledger
from syncd.team import Team, TeamSource


@dataclass(frozen=True, slots=True)
class Seen:
    """One source, read."""

    reading: Reading
    views: tuple[View, ...] = ()
    vanished: tuple[Vanished, ...] = ()
    retired: tuple[Vanished, ...] = ()
    problems: tuple[tuple[str, Problem], ...] = ()
    """Path and problem, of documents that could not be read."""
    notes: tuple[Change, ...] = ()
    """Documents that another team reads."""
    unreadable: str | None = None
    """Why the source as a whole could not be read."""

    @property
    def changed(self) -> list[View]:
        """The documents that are new or were edited since the last pass."""
        return [v for v in self.views if v.record is None or v.record.revision != v.postmortem.document.revision]


def see(reader: SourceReader, recalled: Recalled) -> Seen:
    """Read a source and join what it holds to what the ledger knows. A source out of reach is noted, never raised."""
    try:
        reading = reader.source.source.documents(recalled.settled)
    except SourceError as error:
        return Seen(Reading((), complete=False, problem=str(error)), unreadable=str(error))
    reader.leave_to_others(reading, recalled)
    mine, notes = reader.take(reading)
    views = reader.views(mine, recalled)
    vanished = reader.vanished(reading, recalled)
    retired = reader.retired() if any(v.record is None for v in views) else ()
    failures = [(f.path, f.problem) for f in reading.failures]
    if reading.problem:
        failures.append((reader.source.label, Problem(1, reading.problem)))
    return Seen(reading, views, vanished, retired, tuple(failures), tuple(notes))


def reader_name(team: Team, source: TeamSource) -> str:
    """Who reads a document: a team, and one of its sources."""
    return f"{team.name}\0{source.label}"


@dataclass(frozen=True, slots=True)
class SourceReader:
    """What reading one source needs to know."""

    team: Team
    source: TeamSource
    ledger: Ledger
    now: datetime
    taken: dict[str, str]
    """Document key → who reads it (see :func:`reader_name`); filled as sources are read, in the file's order."""
    configured: frozenset[str]
    """The locations of all sources of all teams."""
    earlier: Mapping[str, str] = field(default_factory=dict)
    """Location → who reads it, of teams before ours that are not in this pass: their documents stay with them."""

    def leave_to_others(self, reading: Reading, recalled: Recalled) -> None:
        """Note which of these documents an earlier team reads."""
        if self.earlier:
            here = {d.key for d in reading.documents} | reading.unchanged | {f.key for f in reading.failures}
            known = self.ledger.sources_of({*here, *recalled.records})
            self.taken.update({key: self.earlier[at] for key, at in known.items() if at in self.earlier})

    def take(self, reading: Reading) -> tuple[list[Document], list[Change]]:
        """The documents that nobody before us reads, and a line for each of the others."""
        for key in (*reading.unchanged, *(f.key for f in reading.failures)):
            self.owns(key)
        mine = [d for d in reading.documents if self.owns(d.key)]
        notes = [
            Change(ChangeKind.IGNORE, d.key, d.path, 1, f"read by {self.taken[d.key].partition(chr(0))[0]}")
            for d in reading.documents
            if not self.owns(d.key)
        ]
        return mine, notes

    def owns(self, key: str) -> bool:
        """Whether nobody before us reads this document."""
        me = reader_name(self.team, self.source)
        return self.taken.setdefault(key, me) == me

    def own(self, recalled: Recalled) -> Recalled:
        """What is remembered, without the lines of documents that somebody before us reads."""
        return replace(recalled, quiet=tuple(i for i in recalled.quiet if self.owns(i.document)))

    def views(self, documents: Sequence[Document], recalled: Recalled) -> tuple[View, ...]:
        items = _by_document(self.ledger.items([d.key for d in documents]))
        today = self.now.astimezone(self.team.zone).date()
        views = []
        for document in documents:
            postmortem = self.team.parse(document)
            view = View(
                postmortem=postmortem,
                finished=finished(postmortem, rule=self.source.finished, today=today),
                source=self.source.source.location,
                label=self.source.label,
                record=recalled.records.get(document.key),
                items=tuple(items.get(document.key, ())),
            )
            views.append(view)
        return tuple(views)

    def vanished(self, reading: Reading, recalled: Recalled) -> tuple[Vanished, ...]:
        """Documents the source held and holds no more, or whose creates came to no end before they were gone.

        None while it could not be looked at completely.
        """
        if not reading.complete:
            return ()
        here = {d.key for d in reading.documents} | reading.unchanged | {f.key for f in reading.failures}
        unended = {e.document for e in self.ledger.effects(open_only=True) if e.kind is EffectKind.CREATE}
        gone = [r for r in recalled.records.values() if r.key not in here and (not r.gone or r.key in unended)]
        return self._with_items([r for r in gone if self.owns(r.key)])

    def retired(self) -> tuple[Vanished, ...]:
        """Documents of sources that are not configured any more: a checkout may have moved."""
        records = self.ledger.all_documents()
        return self._with_items([r for r in records if r.source not in self.configured and not r.gone])

    def _with_items(self, records: Sequence[KnownDocument]) -> tuple[Vanished, ...]:
        items = _by_document(self.ledger.items([r.key for r in records])) if records else {}
        return tuple(Vanished(r, tuple(items.get(r.key, ()))) for r in records)


def _by_document(items: Sequence[KnownItem]) -> dict[str, list[KnownItem]]:
    found = defaultdict(list)
    for item in items:
        found[item.document].append(item)
    return found


@dataclass(slots=True)
class Asker:
    """Asks the trackers what the rows of some views make one want to know."""

    team: Team
    ledger: Ledger
    look: Look
    turned_away: list[str] = field(default_factory=list)
    looked: list[Effect] = field(default_factory=list)
    """Open creates whose marker a complete search did not find."""

    @property
    def out_of_reach(self) -> list[str]:
        """Trackers that could not be looked at, or not completely, and why; not those that turned us away."""
        problems = {place.name: place.problem for place in self.look.places.values() if place.problem}
        return [f"Tracker {name}: {why}" for name, why in problems.items() if why not in self.turned_away]

    def name_tickets(self, views: Sequence[View]) -> tuple[View, ...]:
        """The views with the tickets that their rows name."""
        keys: dict[str, dict[tuple[int, int, str], None]] = defaultdict(dict)
        for number, view in enumerate(views):
            for row, item in enumerate(view.postmortem.items):
                for ref in item.named:
                    if resolved := self._resolve(ref):
                        keys[resolved[0]][number, row, resolved[1]] = None
        named: dict[int, dict[int, list[Named]]] = defaultdict(lambda: defaultdict(list))
        for tracker, rows in keys.items():
            found = self._tickets(tracker, {key for _, _, key in rows}, views)
            for number, row, key in rows:
                named[number][row].append(found[key])
        return tuple(
            replace(view, named={row: tuple(n) for row, n in named[number].items()})
            for number, view in enumerate(views)
        )

    def _resolve(self, ref: Reference) -> tuple[str, str] | None:
        """The first tracker that serves a reference, and the ticket's key there."""
        for name, tracker in self.team.trackers.items():
            if key := tracker.resolve(ref):
                return name, key
        return None

    def _tickets(self, tracker: str, keys: Collection[str], views: Sequence[View]) -> dict[str, Named]:
        """By key; tickets of known links are not asked for again."""
        place = self.look.places[tracker]
        links = {
            item.link.key: item.link
            for view in views
            for item in view.items
            if item.link and item.link.tracker == place.location
        }
        known = {
            key: self.look.tickets.get((place.location, links[key].ticket_id)) or last_seen(links[key])
            for key in keys
            if key in links
        }
        missing = [key for key in keys if key not in known]
        try:
            asked = self.team.trackers[tracker].look_up(missing) if missing else {}
        except TrackerError as error:
            self._note(error)
            unread = replace(place, problem=str(error))
            return {
                key: Named(place, key, known[key]) if key in known else Named(unread, key, unread=True) for key in keys
            }
        return {key: Named(place, key, known.get(key) or asked.get(key)) for key in keys}

    def _note(self, error: TrackerError) -> None:
        if isinstance(error, AuthenticationFailed):
            self.turned_away.append(str(error))

    def find(self, effects: Sequence[Effect]) -> dict[str, Ticket | None]:
        """Look for the tickets of creates that got no answer, by marker; without those that could not be looked for."""
        found: dict[str, Ticket | None] = {}
        for effect in effects:
            tracker = self._at(effect.tracker)
            if effect.state is EffectState.PREPARED or effect.marker is None or tracker is None:
                continue
            try:
                found[effect.marker] = self.team.trackers[tracker.name].find(effect.marker)
            except TrackerError as error:
                self._note(error)
                continue
            if found[effect.marker] is None:
                self.looked.append(effect)
        return found

    def _at(self, location: str | None) -> Place | None:
        return next((p for p in self.look.places.values() if p.location == location), None)

    def by_hand(self, items: Collection[str]) -> dict[str, Named]:
        """The tickets that people linked to these items by command."""
        linked: dict[str, Named] = {}
        for item, text in self.ledger.hand_links().items():
            ref = typed_reference(text)
            resolved = self._resolve(ref) if ref and item in items else None
            if resolved:
                linked[item] = self._tickets(resolved[0], [resolved[1]], ())[resolved[1]]
        return linked


def typed_reference(text: str) -> Reference | None:
    """A ticket as a person types it in a command, understood as in a ticket column."""
    found = find_references(read_inline(text, (Span(0, len(text)),), {}), frozenset(), column=True)
    return found[0].reference if found else None


def world_of(asker: Asker, seen: Seen, recalled: Recalled, reader: SourceReader, *, retry: bool) -> World:
    """Everything else that planning these views may look at. ``seen.views`` must name their tickets already."""
    ledger, team = asker.ledger, asker.team
    keys = [v.key for v in seen.views] + [v.record.key for v in (*seen.vanished, *seen.retired)]
    effects = [e for e in ledger.effects(open_only=True, documents=keys) if e.kind is EffectKind.CREATE]
    lost = [i for v in seen.vanished for i in v.items]
    items = {i.id for v in seen.views for i in v.items} | {i.id for i in lost}
    named = {
        (n.place.location, n.ticket.known_as): n.ticket
        for view in seen.views
        for tickets in view.named.values()
        for n in tickets
        if n.ticket is not None
    }
    by_hand = asker.by_hand(items)
    wanted = {*named, *((n.place.location, n.ticket.known_as) for n in by_hand.values() if n.ticket)}
    records = {r.key: r for r in ledger.all_documents()} if wanted or seen.vanished else dict(recalled.records)
    gone = [r.key for r in recalled.records.values() if r.gone]
    strays = [*ledger.items(gone), *lost] if seen.views else []
    return World(
        policy=team.policy,
        places=asker.look.places,
        now=reader.now,
        tickets=asker.look.tickets,
        unclaimed=asker.look.unclaimed,
        found=asker.find(effects),
        effects={e.item_id: e for e in effects if e.item_id},
        refusals=ledger.last_refusals([v.key for v in seen.views], EffectKind.CREATE),
        refused_updates=ledger.last_refusals([v.key for v in seen.views], EffectKind.UPDATE),
        holders=_holders(ledger, wanted, records, reader.configured),
        paths={key: record.path for key, record in records.items()},
        hand_links=by_hand,
        hand_unlinked=frozenset((i, t) for i, tickets in ledger.hand_unlinks().items() for t in tickets),
        strays=tuple(strays),
        retry=retry,
    )


def _holders(
    ledger: Ledger, tickets: Collection[TicketId], records: Mapping[str, KnownDocument], configured: frozenset[str]
) -> dict[TicketId, tuple[KnownItem, ...]]:
    """Who holds these tickets; items of retired sources hold them no more than detached ones do."""
    by_tracker = defaultdict(list)
    for tracker, ticket in tickets:
        by_tracker[tracker].append(ticket)
    return {
        (tracker, ticket): tuple(
            i if records[i.document].source in configured else replace(i, disposition=Disposition.DETACHED)
            for i in holding
        )
        for tracker, ids in by_tracker.items()
        for ticket, holding in ledger.holders(tracker, ids).items()
    }


def clean_documents(plan: Plan, fingerprint: str) -> dict[str, str | None]:
    """Which planned documents need no planning until something changes."""
    return {
        d.record.key: clean_as(d.record.revision, fingerprint) if d.clean and not d.record.gone else None
        for d in plan.documents
    }
