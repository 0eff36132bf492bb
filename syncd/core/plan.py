"""plan(views, world) → Plan: what a pass over one source would do, and why. Pure.

====================================================  ==========  ===========  =======================================
document wants it                                     ledger      tracker      change
====================================================  ==========  ===========  =======================================
yes                                                   no          no           create
yes, its row says done or cancelled, names no ticket  no          –            ignore: already done in the document
yes                                                   no          by marker    adopt, then push what differs
yes, and its row names a ticket                       no          yes          adopt: link and track only
yes, and its row names a ticket                       no          no           report unknown ticket, never create
yes, unchanged                                        yes         same         nothing
yes, changed                                          yes         yes          update the fields that changed
yes                                                   yes         moved        record it, write back
yes                                                   yes         gone         report missing, never create again
no                                                    yes         any          report detached; never close or delete
placeholder, unfinished, ambiguous, elsewhere, old    –           –            ignore or block, with a reason
====================================================  ==========  ===========  =======================================

One row is decided in ``decide``; identity is per document in ``identity``; a plan too large to trust is held by
``brake``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from syncd.core.brake import Standing, brake
from syncd.core.change import Change, ChangeKind, Plan, PlannedDocument
from syncd.core.decide import RowDecider, may_exist, unclaimed_item
from syncd.core.decision import Decision
from syncd.core.identity import Matching, TicketId, is_unclaimed, item_id, match, normal
from syncd.core.merge import created_link, values
from syncd.core.model import (
    ActionItem,
    Disposition,
    Effect,
    Event,
    Features,
    KnownDocument,
    KnownItem,
    Postmortem,
    Side,
    State,
    Ticket,
)
from syncd.core.pace import age
from syncd.core.world import View, World
from syncd.core.write_back import Cells, WriteBack

WriteBackOf = Callable[[Postmortem, Mapping[int, Cells], Features], WriteBack]
"""``write_back`` with the team's words: asked which rows would really change."""

NOTHING = Standing()

SHUFFLED = 2
"""From this many lost links on, losing over half of a document's links while new rows appear is suspicious."""


@dataclass(frozen=True, slots=True)
class Vanished:
    """A document that the ledger knows and the source no longer holds."""

    record: KnownDocument
    items: tuple[KnownItem, ...]


def plan(
    views: Sequence[View],
    world: World,
    *,
    write_back: WriteBackOf,
    vanished: Sequence[Vanished] = (),
    retired: Sequence[Vanished] = (),
    standing: Standing = NOTHING,
    documents_now: int = 0,
    claimed: dict[TicketId, str] | None = None,
    owners: dict[str, str] | None = None,
) -> Plan:
    """Decide everything about the documents that changed, or whose tickets did, or that are not clean yet.

    How many tickets one pass makes is not decided here but over all plans together, in ``pace``.

    ``vanished`` documents lose their rows unless they moved; ``retired`` ones may only have moved. ``claimed`` collects
    the tickets that rows adopt, so that no two sources of one pass adopt the same; ``owners`` collects item id →
    document likewise, and holds all that the ledger knows.
    """
    moves = _moves([v for v in views if v.record is None and not v.items], [*vanished, *retired])
    views = [_as_moved(v, moves.get(v.key)) for v in views]
    present = frozenset(v.location for v in views)
    matched = sorted(((view, _match(view, world, present)) for view in views), key=_age)
    moved = {m.record.key for m in moves.values()}
    gone = [v for v in vanished if v.record.key not in moved]
    frozen = frozenset(v.key for v in views if not v.finished.finished)
    freed = frozenset(k.id for v, m in matched if v.key not in frozen for k in m.free)
    freed |= {i.id for v in gone for i in v.items}
    claimed = {} if claimed is None else claimed
    claimed |= _lost_and_found(matched)
    homeless = {normal(t.title): t for _, t in world.unclaimed if t.document not in present}
    decider = _Decider(world, freed, claimed, homeless, write_back, {} if owners is None else owners)
    decided = [decider.decide(view, matching) for view, matching in matched]
    decided += [_decide_vanished(v, world) for v in gone]
    changes = [c for d in decided for c in d.changes]
    reason = brake(
        changes,
        standing=standing,
        documents_now=documents_now,
        shuffled=[d.path for d in decided if d.shuffled],
        creates_per_pass=world.policy.creates_per_pass,
    )
    return Plan(
        changes=tuple(sorted(changes, key=lambda c: (c.path, c.line, c.index if c.index is not None else -1))),
        documents=tuple(
            replace(d.document, moved_from=moves[d.document.record.key].record.key)
            if d.document.record.key in moves
            else d.document
            for d in decided
        ),
        problems=tuple((v.postmortem.document.path, p) for v, _ in matched for p in v.postmortem.problems),
        brake=reason,
    )


@dataclass(frozen=True, slots=True)
class _Decided:
    document: PlannedDocument
    changes: tuple[Change, ...]
    path: str
    shuffled: bool = False


def _age(matched: tuple[View, Matching]) -> tuple[date, str]:
    return age(matched[0].postmortem)


# --- moves


def _moves(new: Sequence[View], vanished: Sequence[Vanished]) -> dict[str, Vanished]:
    """New documents that are vanished ones under another path: at least half their items match.

    Where a vanished document has two such successors, or a new one two such predecessors, it is no rename: rows that
    name tickets get their links all the same, and for the others a person is asked.
    """
    where = _where(vanished)
    likely = [
        (view, old)
        for view in new
        for old in _akin(view, vanished, where)
        if _same_items(view, old) * 2 >= len(view.postmortem.items)
    ]
    heirs = Counter(old.record.key for _, old in likely)
    origins = Counter(v.key for v, _ in likely)
    return {v.key: old for v, old in likely if heirs[old.record.key] == 1 and origins[v.key] == 1}


_Sign = str | TicketId
"""The text of an item, or its ticket."""


def _where(vanished: Sequence[Vanished]) -> Mapping[_Sign, Sequence[int]]:
    """Which of the documents have an item with that sign: a whole tree may have been renamed."""
    found = defaultdict(list)
    for number, old in enumerate(vanished):
        signs: set[_Sign] = {normal(k.action) for k in old.items}
        for sign in signs.union((k.link.tracker, k.link.ticket_id) for k in old.items if k.link):
            found[sign].append(number)
    return found


def _akin(view: View, vanished: Sequence[Vanished], where: Mapping[_Sign, Sequence[int]]) -> list[Vanished]:
    """The documents of which some item bears a sign of this one's rows."""
    signs: set[_Sign] = {normal(item.action) for item in view.postmortem.items}
    signs.update(ticket for row in view.named for ticket in view.tickets_of(row))
    return [vanished[number] for number in sorted({n for sign in signs for n in where.get(sign, ())})]


def _same_items(view: View, old: Vanished) -> int:
    """How many rows of a new document name a ticket of a vanished one, or say the same as one of its rows."""
    texts = Counter(normal(k.action) for k in old.items)
    tickets = {(k.link.tracker, k.link.ticket_id) for k in old.items if k.link}
    same = 0
    for row, item in enumerate(view.postmortem.items):
        text = normal(item.action)
        if texts[text] > 0 or view.tickets_of(row) & tickets:
            texts[text] -= 1
            same += 1
    return same


def _as_moved(view: View, old: Vanished | None) -> View:
    if old is None:
        return view
    return replace(view, record=old.record, items=tuple(replace(i, document=view.key) for i in old.items))


def _lost_and_found(matched: Sequence[tuple[View, Matching]]) -> dict[TicketId, str]:
    """Whose row gets a ticket that the ledger lost: the one it links back to, not a copy that names it too."""
    claims = [
        (known.link.fields["document"].ticket != view.location, view.place(row), known.link)
        for view, matching in matched
        for row, known in matching.pairs.items()
        if is_unclaimed(known) and known.link
    ]
    found: dict[TicketId, str] = {}
    for _, place, link in sorted(claims, key=lambda claim: claim[:2]):
        found.setdefault((link.tracker, link.ticket_id), place)
    return found


# --- one document


def _match(view: View, world: World, present: frozenset[str]) -> Matching:
    items = view.postmortem.items
    homes = _homes(view, world, present)
    lost = [
        unclaimed_item(place, ticket, view.key)
        for home in sorted(homes)
        for place, ticket in world.lost_by_document.get(home, ())
    ]
    return match(
        items,
        [*view.items, *lost],
        named=[view.tickets_of(row) for row in range(len(items))],
        weighty=lambda known: _has_weight(known, world),
    )


def _has_weight(known: KnownItem, world: World) -> bool:
    """Whether it has, or may have, a ticket."""
    return known.link is not None or known.id in world.effects


def _homes(view: View, world: World, present: frozenset[str]) -> set[str]:
    """Where tickets that the ledger lost say that this document stands: here, or where it was before it moved."""
    named = {t for row in view.named for t in view.tickets_of(row)}
    before = {document for ticket in named if ticket in world.lost and (document := world.lost[ticket][1].document)}
    return {view.location} | (before - present)


@dataclass(frozen=True, slots=True)
class _Decider:
    """Decides document after document; what one of them claims, the next cannot."""

    world: World
    freed: frozenset[str]
    claimed: dict[TicketId, str]
    homeless: Mapping[str, Ticket]
    write_back: WriteBackOf
    owners: dict[str, str]

    def decide(self, view: View, matching: Matching) -> _Decided:
        rows = RowDecider(view, self.world, matching, self.freed, self.claimed, self.homeless)
        ids = _ids(view, matching, self.world, self.owners)
        decisions = [rows.decide(row, ids[row], matching.pairs.get(row)) for row in range(len(ids))]
        changes = _really_writing(view, [c for d in decisions for c in d.changes], self.world, self.write_back)
        path = view.postmortem.document.path
        left = [k for k in matching.free if not is_unclaimed(k) and k.id not in ids] if view.finished.finished else []
        detached = [_detach(known, path, self.world) for known in left]
        changes += [d.change for d in detached if d.change] + _placeholders(view)
        document = PlannedDocument(
            record=_record(view, team=self.world.policy.team),
            items=(*_remember(view, ids, decisions, matching), *(d.item for d in detached)),
            postmortem=view.postmortem,
            ids=tuple(ids),
            links=tuple(d.link for d in decisions if d.link),
            ended=tuple(e for e in (*(d.ended for d in decisions), *(d.ended for d in detached)) if e),
            clean=_is_clean(view, changes, decisions) and not any(d.waits for d in detached),
        )
        return _Decided(document, tuple(changes), path, _shuffled(view, matching))


def _is_clean(view: View, changes: Sequence[Change], decisions: Sequence[Decision]) -> bool:
    """Nothing to do and nothing to wait for; only edits, tickets and settings can change that."""
    waiting = view.finished.waits or any(d.waits for d in decisions)
    return not waiting and all(c.kind is ChangeKind.IGNORE for c in changes)


def _ids(view: View, matching: Matching, world: World, owners: dict[str, str]) -> list[str]:
    """The ids of the rows. One whose ticket was lost and found keeps the id that it had without it."""
    taken = {k.id for k in view.items} - {k.id for k in matching.free if not _has_weight(k, world)}
    ids: list[str] = []
    same: Counter[tuple[str, str | None, str | None]] = Counter()
    for row, item in enumerate(view.postmortem.items):
        known = matching.pairs.get(row)
        fresh = known is None or is_unclaimed(known)
        text = (normal(item.action), item.group, item.owner)
        ids.append(_new_id(view.key, item, taken, same[text], owners) if fresh or known is None else known.id)
        taken.add(ids[-1])
        same[text] += 1
    return ids


def _new_id(document: str, item: ActionItem, taken: set[str], before: int, owners: dict[str, str]) -> str:
    """An id that no item has, in no document: eight digits are few where there are many items."""
    while owners.setdefault(id_ := item_id(document, item, taken, before=before), document) != document:
        taken.add(id_)
    return id_


def _shuffled(view: View, matching: Matching) -> bool:
    held = [k for k in view.items if k.link and k.disposition is not Disposition.DETACHED]
    free = {k.id for k in matching.free}
    lost = [k for k in held if k.id in free]
    appeared = [
        row for row in range(len(view.postmortem.items)) if row not in matching.pairs and not view.tickets_of(row)
    ]
    return len(lost) >= SHUFFLED and len(lost) * 2 > len(held) and bool(appeared)


def _really_writing(view: View, changes: list[Change], world: World, write_back: WriteBackOf) -> list[Change]:
    """Without the write-backs that would change no cell; with a report for each cell that cannot be written."""
    wanted = {
        c.index: c for c in changes if c.kind is ChangeKind.WRITE_BACK and c.index is not None and c.link and c.cells
    }
    if not wanted:
        return changes
    dropped: set[int] = set()
    reports = []
    for features, rows in _by_features(wanted, world):
        tried = write_back(view.postmortem, {row: c.cells for row, c in rows.items() if c.cells}, features)
        dropped |= rows.keys() - tried.written
        reports += [
            replace(rows[row], kind=ChangeKind.REPORT, reason=why, cells=None, link=None, out_of_done=False)
            for row, why in tried.problems.items()
        ]
    kept = [c for c in changes if not (c.kind is ChangeKind.WRITE_BACK and c.index in dropped and c.link)]
    return kept + reports


def _by_features(wanted: Mapping[int, Change], world: World) -> list[tuple[Features, dict[int, Change]]]:
    places = dict.fromkeys(c.tracker for c in wanted.values())
    return [
        (world.places[name].features, {row: c for row, c in wanted.items() if c.tracker == name})
        for name in places
        if name is not None
    ]


def _placeholders(view: View) -> list[Change]:
    document = view.postmortem.document
    return [
        Change(ChangeKind.IGNORE, document.key, document.path, line, "a placeholder that nobody filled in")
        for line in view.postmortem.placeholders
    ]


# --- rows that are gone


@dataclass(frozen=True, slots=True)
class _Detached:
    item: KnownItem
    change: Change | None = None
    ended: Effect | None = None
    waits: bool = False
    """Its ticket may still appear."""


def _decide_vanished(old: Vanished, world: World) -> _Decided:
    detached = [_detach(known, old.record.path, world) for known in old.items]
    document = PlannedDocument(
        record=replace(old.record, gone=True, clean=None),
        items=tuple(d.item for d in detached),
        ended=tuple(d.ended for d in detached if d.ended),
    )
    return _Decided(document, tuple(d.change for d in detached if d.change), old.record.path)


def _detach(known: KnownItem, path: str, world: World) -> _Detached:
    """An item whose row is gone. Its ticket, if any, is left alone; it is said once."""
    item = replace(known, disposition=Disposition.DETACHED, reason="its row is gone")
    effect = world.effects.get(known.id)
    made = world.found.get(effect.marker or "") if effect else None
    if effect and made:
        return _Detached(item, _late(known, path, effect, made, world))
    waits = effect is not None and may_exist(effect, world) is not None
    ended = None if waits else effect
    if known.disposition is Disposition.DETACHED or known.link is None:
        return _Detached(item, ended=ended, waits=waits)
    change = Change(
        kind=ChangeKind.REPORT,
        document=known.document,
        path=path,
        line=known.line,
        reason=f"its row is gone; {known.link.key} is left alone",
        item_id=known.id,
        text=known.action,
        ticket=known.link.key,
        url=known.link.url,
        detach=True,
    )
    return _Detached(item, change, ended, waits)


def _late(known: KnownItem, path: str, effect: Effect, made: Ticket, world: World) -> Change:
    """The ticket of a create without an answer is found, but meanwhile its row is gone."""
    place = world.place_of(effect.tracker or "")
    sent = effect.payload or values(made)
    features = place.features if place else Features()
    link = created_link(known.id, effect.tracker or "", made, marker=effect.marker or "", sent=sent, features=features)
    return Change(
        kind=ChangeKind.ADOPT,
        document=known.document,
        path=path,
        line=known.line,
        reason=f"{made.key} was made by an attempt that got no answer; its row is gone",
        item_id=known.id,
        text=known.action,
        tracker=place.name if place else None,
        ticket=made.key,
        url=made.url,
        detach=True,
        effect=effect,
        found=made,
        link=link,
        events=(Event(known.id, "link", None, made.key, Side.SYNCD, world.now),),
    )


# --- what is remembered


def _remember(view: View, ids: Sequence[str], decisions: Sequence[Decision], matching: Matching) -> list[KnownItem]:
    """The document's rows as the ledger is to remember them."""
    rows = zip(view.postmortem.items, ids, decisions, strict=True)
    return [
        KnownItem(
            id=id_,
            document=view.key,
            line=item.line,
            action=item.action,
            row_id=item.row_id,
            group=item.group,
            type=item.type,
            owner=item.owner,
            due=item.due,
            due_date=item.due_date,
            status=item.status,
            state=item.state or State.OPEN,
            code=item.code,
            evidence=next((reference.url or reference.text for reference in item.references), None),
            disposition=decision.disposition,
            reason=decision.reason,
            ignored=matching.pairs[row].ignored if row in matching.pairs else None,
        )
        for row, (item, id_, decision) in enumerate(rows)
    ]


def _record(view: View, *, team: str) -> KnownDocument:
    postmortem, document = view.postmortem, view.postmortem.document
    old = view.record
    return KnownDocument(
        key=document.key,
        source=view.source,
        team=team,
        path=document.path,
        revision=document.revision,
        location=document.location,
        title=postmortem.title,
        kind=postmortem.kind,
        severity=postmortem.severity,
        incident_date=postmortem.incident_date,
        postmortem_date=postmortem.postmortem_date,
        review_date=postmortem.review_date,
        retro_date=postmortem.retro_date,
        finished=view.finished.finished,
        finished_why=view.finished.why,
        restricted=postmortem.restricted or document.restricted,
        first_seen=old.first_seen if old else None,
        first_finished=old.first_finished if old else None,
    )
