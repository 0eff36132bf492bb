"""apply(plan) → outcomes: does what a plan says, one ledger row per effect, each safe to repeat.

Every effect is written down before it is tried (``prepared``, then ``sent``) and again when it ended, so a crash at
any point leaves something the next pass can take up. No ledger transaction is open while the world is touched.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from syncd.core.change import Change, ChangeKind, Outcome, Plan, PlannedDocument
from syncd.core.decide import url_in
from syncd.core.merge import created_link, linkable, payload, settled, values
from syncd.core.model import (
    Disposition,
    Document,
    Effect,
    EffectKind,
    EffectState,
    Event,
    Features,
    Link,
    Postmortem,
    Side,
    State,
    ThreeWay,
    Ticket,
)
from syncd.core.plan import WriteBackOf
from syncd.core.write_back import Cells
from syncd.errors import AuthenticationFailed, NotSent, Refused, TrackerError, UnderWay
from syncd.ports import Clock, Edit, Saved, SaveStatus, Source, Tracker
from syncd.store.ledger import Ledger

Progress = Callable[[int, int], None]
"""Told how many effects are done, of how many."""

ORDER = (ChangeKind.RECORD, ChangeKind.ADOPT, ChangeKind.UPDATE, ChangeKind.CREATE)
"""A ticket is joined before it is told what differs; what is new comes last."""


@dataclass(slots=True)
class Applier:
    """The outside world of one team's source while a plan is applied."""

    ledger: Ledger
    source: Source
    trackers: Mapping[str, Tracker]
    clock: Clock
    parse: Callable[[Document], Postmortem]
    write_back: WriteBackOf
    progress: Progress = lambda done, total: None
    barred: dict[str, str] = field(default_factory=dict)
    """Trackers that turned us away in this pass, and their words: not asked again before the next."""
    _postmortems: dict[str, Postmortem] = field(default_factory=dict)
    """By document key."""
    _markers: dict[str, str] = field(default_factory=dict)
    """By item: what its ticket was marked with in this pass."""

    def apply(self, plan: Plan) -> tuple[Change, ...]:
        """Do all planned changes; each comes back with its outcome. One failed change never stops the others."""
        self._postmortems |= {d.record.key: d.postmortem for d in plan.documents if d.postmortem is not None}
        self._remember(plan.documents)
        outcomes: dict[int, Change] = {}
        effects = [n for kind in ORDER for n, c in enumerate(plan.changes) if c.kind is kind]
        for done, number in enumerate(effects):
            self.progress(done, len(effects))
            outcomes[number] = self._do(plan.changes[number])
        changes = [outcomes.get(n, c) for n, c in enumerate(plan.changes)]
        changes = self._write_back(changes)
        self._settle(plan.documents, changes)
        self.progress(len(effects), len(effects))
        return tuple(changes)

    def _remember(self, documents: Sequence[PlannedDocument]) -> None:
        now = self.clock()
        for document in documents:
            if document.moved_from and document.moved_from != document.record.key:
                self.ledger.move_document(document.moved_from, document.record, at=now)
        self.ledger.remember_many([(d.record, d.items) for d in documents], at=now)
        self.ledger.save_links([link for d in documents for link in d.links], at=now)
        for document in documents:
            for effect in document.ended:
                self._close(effect, EffectState.ENDED, "its row no longer asks for a ticket")

    def _do(self, change: Change) -> Change:
        if change.outcome is not Outcome.PLANNED:
            return change
        if change.tracker in self.barred:
            return replace(change, outcome=Outcome.FAILED, reason=self.barred[change.tracker])
        steps = {
            ChangeKind.RECORD: self._record,
            ChangeKind.UPDATE: self._update,
            ChangeKind.ADOPT: self._adopt,
            ChangeKind.CREATE: self._create,
        }
        return steps[change.kind](change)

    # --- tickets

    def _record(self, change: Change) -> Change:
        assert change.link is not None, "a record carries the link it records"
        self.ledger.save_link(change.link, at=self.clock(), events=change.events)
        return replace(change, outcome=Outcome.DONE)

    def _update(self, change: Change) -> Change:
        assert change.link is not None, "an update carries its link"
        link, tracker = change.link, self.trackers[change.tracker or ""]
        link = replace(link, marker=self._markers.get(link.item_id, link.marker))
        effect = self._prepare(EffectKind.UPDATE, change, link.tracker, dict(change.push), marker=link.marker)
        self.ledger.sent(effect.id, self.clock())
        try:
            ticket = self._tell(tracker, change)
        except TrackerError as error:
            return self._failed(change, effect, error)
        link = settled(_seen(link, ticket), change.push)
        events = [
            Event(link.item_id, name, _old(change, name), value, Side.SYNCD, self.clock())
            for name, value in change.push.items()
        ]
        self.ledger.done(effect.id, self.clock(), link=link, events=events, reason=_noted(ticket))
        return replace(change, outcome=Outcome.DONE, link=link, ticket=link.key, url=link.url, notes=ticket.notes)

    def _tell(self, tracker: Tracker, change: Change) -> Ticket:
        """Tell the ticket the fields that the row moved."""
        assert change.link is not None, "an update carries its link"
        push = change.push
        return tracker.update(
            change.link.ticket_id,
            title=push.get("title"),
            state=State(push["state"]) if "state" in push else None,
            due=date.fromisoformat(push["due"]) if "due" in push else None,
            document=push.get("document"),
            incident=self._postmortems[change.document].links if "document" in push else (),
        )

    def _adopt(self, change: Change) -> Change:
        assert change.link is not None, "an adoption carries its link"
        assert change.found is not None, "an adoption carries its ticket"
        link = change.link
        marker = None if link.ours or change.found.marker or change.detach else new_marker()
        content = {"ticket": link.key}
        effect = change.effect or self._prepare(EffectKind.ADOPT, change, link.tracker, content, marker=marker)
        if marker is not None:
            self.ledger.sent(effect.id, self.clock())
            try:
                link = _seen(replace(link, marker=marker), self._mark(change, marker))
                self._markers[link.item_id] = marker
            except Refused:
                link = change.link  # it may not be labelled; it is asked for by its id
            except TrackerError as error:
                return self._failed(change, effect, error)
        for item in change.release:
            self.ledger.unlink(item)
        self.ledger.done(effect.id, self.clock(), link=link, events=change.events)
        if change.by_hand:
            self.ledger.obeyed(link.item_id, self.clock())
        return replace(change, outcome=Outcome.DONE, link=link)

    def _mark(self, change: Change, marker: str) -> Ticket:
        assert change.found is not None, "an adoption carries its ticket"
        return self.trackers[change.tracker or ""].adopt(change.found.id, marker)

    def _create(self, change: Change) -> Change:
        assert change.desired is not None, "a create carries what it asks for"
        tracker = self.trackers[change.tracker or ""]
        marker = change.effect.marker if change.effect and change.effect.marker else new_marker()
        sent = payload(change.desired)
        try:
            effect = change.effect or self._prepare(EffectKind.CREATE, change, tracker.location, sent, marker=marker)
        except UnderWay as error:
            return replace(change, outcome=Outcome.PENDING, reason=str(error))
        self.ledger.sent(effect.id, self.clock(), payload=sent)
        try:
            ticket = tracker.create(change.desired, marker)
        except TrackerError as error:
            return self._failed(change, effect, error)
        item, features = change.item_id or "", tracker.features
        link = created_link(item, tracker.location, ticket, marker=marker, sent=sent, features=features)
        event = Event(link.item_id, "link", None, link.key, Side.SYNCD, self.clock())
        self.ledger.done(effect.id, self.clock(), link=link, events=(event,), reason=_noted(ticket))
        made = replace(change, outcome=Outcome.DONE, link=link, ticket=link.key, url=link.url, notes=ticket.notes)
        return self._linked_back(made) if features.links and linkable(change.desired.document) else made

    def _linked_back(self, made: Change) -> Change:
        """A link back that is a thing of its own follows at once; where that fails, the next pass makes it."""
        assert made.desired is not None, "a create carries what it asks for"
        follow = replace(made, kind=ChangeKind.UPDATE, effect=None, push={"document": made.desired.document})
        told = self._update(follow)
        if told.outcome is Outcome.DONE:
            return replace(made, link=told.link, notes=(*made.notes, *told.notes))
        return replace(made, notes=(*made.notes, f"its link to the postmortem is still missing: {told.reason}"))

    def _prepare(
        self,
        kind: EffectKind,
        change: Change,
        tracker: str | None,
        content: Mapping[str, object],
        *,
        marker: str | None = None,
    ) -> Effect:
        return self.ledger.prepare(
            kind,
            document=change.document,
            item_id=change.item_id,
            tracker=tracker,
            marker=marker,
            payload=content,
            at=self.clock(),
        )

    def _failed(self, change: Change, effect: Effect, error: TrackerError) -> Change:
        """File a failure by what it says about the world; whatever is not certain is unknown.

        Only a create has to be taken up again as it was: other effects are planned anew from what is seen then.
        """
        words = str(error)
        again = EffectState.PREPARED if effect.kind is EffectKind.CREATE else EffectState.ENDED
        if isinstance(error, AuthenticationFailed):
            self.barred[change.tracker or ""] = words
            self._close(effect, again, words)
            return replace(change, outcome=Outcome.FAILED, reason=words)
        if isinstance(error, NotSent):
            self._close(effect, again, words, not_before=error.not_before)
            return replace(change, outcome=Outcome.PENDING, reason=words)
        if isinstance(error, Refused):
            self._close(effect, EffectState.REFUSED, words)
            return replace(change, outcome=Outcome.REFUSED, reason=words)
        self._close(effect, EffectState.UNKNOWN, words)
        return replace(change, outcome=Outcome.UNKNOWN, reason=words)

    def _close(self, effect: Effect, state: EffectState, reason: str, *, not_before: datetime | None = None) -> None:
        self.ledger.close(effect.id, state, reason=reason, at=self.clock(), not_before=not_before)

    # --- documents

    def _write_back(self, changes: list[Change]) -> list[Change]:
        """Write each document's rows in one edit, all documents of the source in one save."""
        by_document = defaultdict(list)
        for number, change in enumerate(changes):
            if change.kind is ChangeKind.WRITE_BACK and change.outcome is Outcome.PLANNED:
                by_document[change.document].append(number)
        links = {c.item_id: c.link for c in changes if c.link and c.outcome is Outcome.DONE}
        edits: dict[str, tuple[Edit, Effect]] = {}
        for key, numbers in by_document.items():
            prepared = self._edit(self._postmortems[key], numbers, changes, links)
            if prepared is not None:
                edits[key] = prepared
        for saved in self.source.save([edit for edit, _ in edits.values()]) if edits else ():
            self._saved(saved, edits[saved.key][1], by_document[saved.key], changes)
        return changes

    def _edit(
        self,
        postmortem: Postmortem,
        numbers: Iterable[int],
        changes: list[Change],
        links: Mapping[str | None, Link],
    ) -> tuple[Edit, Effect] | None:
        """The new text of one document, written down as an effect; None when none of its rows can be written."""
        old = text = postmortem.document.text
        for features, rows in self._cells(postmortem, numbers, changes, links):
            current = postmortem if text == old else self.parse(replace(postmortem.document, text=text))
            done = self.write_back(current, {i: cells for i, (_, cells) in rows.items()}, features)
            for index, (number, _) in rows.items():
                if index not in done.written:
                    why = done.problems.get(index, "the row says so already")
                    changes[number] = replace(changes[number], outcome=Outcome.SKIPPED, reason=why)
            text = done.text
        if text == old:
            return None
        written = [changes[n] for n in numbers if changes[n].outcome is Outcome.PLANNED]
        effect = self.ledger.prepare(
            EffectKind.WRITE_BACK,
            document=postmortem.document.key,
            payload={"lines": [c.line for c in written], "items": [c.item_id for c in written]},
            at=self.clock(),
        )
        self.ledger.sent(effect.id, self.clock())
        return Edit(postmortem.document, text), effect

    def _cells(
        self,
        postmortem: Postmortem,
        numbers: Iterable[int],
        changes: list[Change],
        links: Mapping[str | None, Link],
    ) -> list[tuple[Features, dict[int, tuple[int, Cells]]]]:
        """By tracker, since trackers differ in the states they know: row index → number of its change, its cells."""
        found: dict[str, dict[int, tuple[int, Cells]]] = defaultdict(dict)
        for number in numbers:
            change = changes[number]
            link = links.get(change.item_id) or change.link
            if link is None or change.cells is None or change.index is None:
                changes[number] = replace(change, outcome=Outcome.SKIPPED, reason="its ticket was not created")
                continue
            cells = change.cells
            if change.link is None or cells.ticket is not None:
                cells = replace(cells, ticket=link.key, url=url_in(link.url, postmortem.document.location))
            changes[number] = replace(change, link=link, cells=cells, ticket=link.key, url=link.url)
            found[change.tracker or ""][change.index] = (number, cells)
        return [(self.trackers[name].features, rows) for name, rows in found.items()]

    def _saved(self, saved: Saved, effect: Effect, numbers: Iterable[int], changes: list[Change]) -> None:
        now = self.clock()
        written = [n for n in numbers if changes[n].outcome is Outcome.PLANNED]
        if saved.status is SaveStatus.SAVED:
            links = [_written(changes[n]) for n in written]
            self.ledger.save_links([link for link in links if link is not None], at=now)
            self.ledger.done(effect.id, now)
        else:
            self._close(effect, EffectState.ENDED, saved.reason)
        outcome = {
            SaveStatus.SAVED: Outcome.DONE,
            SaveStatus.CHANGED: Outcome.PENDING,
            SaveStatus.FAILED: Outcome.FAILED,
        }[saved.status]
        for number in written:
            reason = changes[number].reason if saved.status is SaveStatus.SAVED else saved.reason
            changes[number] = replace(changes[number], outcome=outcome, reason=reason)

    # --- what became of each item

    def _settle(self, documents: Sequence[PlannedDocument], changes: Sequence[Change]) -> None:
        became = {}
        for change in changes:
            if change.kind in (ChangeKind.CREATE, ChangeKind.ADOPT) and change.item_id:
                became[change.item_id] = _disposition(change)
        touched = []
        for document in documents:
            items = [
                replace(item, disposition=became[item.id][0], reason=became[item.id][1])
                for item in document.items
                if item.id in became and item.disposition is not Disposition.DETACHED
            ]
            if items:
                touched.append((document.record, items))
        if touched:
            self.ledger.remember_many(touched, at=self.clock())


def new_marker() -> str:
    """Twelve random hexadecimal digits."""
    return secrets.token_hex(6)


def _disposition(change: Change) -> tuple[Disposition, str]:
    if change.outcome is Outcome.DONE:
        return Disposition.LINKED, ""
    if change.outcome is Outcome.REFUSED:
        return Disposition.BLOCKED, change.reason
    return Disposition.PENDING, change.reason


def _noted(ticket: Ticket) -> str:
    return " ".join(ticket.notes)


def _old(change: Change, name: str) -> str | None:
    return change.link.fields[name].ticket if change.link else None


def _seen(link: Link, ticket: Ticket) -> Link:
    """The link with the ticket's side as it was just returned."""
    there = values(ticket)
    fields = {name: ThreeWay(value.document, there[name], value.agreed) for name, value in link.fields.items()}
    return replace(
        link,
        ticket_id=ticket.id,
        key=ticket.key,
        url=ticket.url,
        fields=fields,
        revision=ticket.revision,
        presence=ticket.presence,
    )


def _written(change: Change) -> Link | None:
    """The link once its row says what its ticket says."""
    if change.link is None or change.cells is None:
        return None
    link = replace(change.link, named=True)
    fields = dict(link.fields)
    for name, value in (("state", change.cells.state), ("due", change.cells.due)):
        if value is not None:
            there = fields[name].ticket
            fields[name] = ThreeWay(there, there, there)
    return replace(link, fields=fields)
