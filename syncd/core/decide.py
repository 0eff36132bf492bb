"""What becomes of one row: which change it asks for, and what the ledger is to remember of it."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syncd.core.change import Change, ChangeKind, Outcome
from syncd.core.decision import Decision, Row
from syncd.core.desired import NotWanted, desired_ticket
from syncd.core.identity import UNCLAIMED, Matching, TicketId, is_unclaimed, most_alike, normal
from syncd.core.merge import UNSETTLED, Merge, adopted_link, created_link, gone, last_seen, merge, payload, values
from syncd.core.model import (
    FIELDS,
    ActionItem,
    DesiredTicket,
    Disposition,
    Effect,
    EffectState,
    Event,
    KnownItem,
    Link,
    Presence,
    Side,
    State,
    Ticket,
)
from syncd.core.postmortem import Finished
from syncd.core.world import Named, Place, View, World
from syncd.core.write_back import Cells

CLEAN_LOOK_UPS = 3
"""Complete searches that must find nothing before a create of unknown outcome is sent again, where search lags."""
UNFINISHED = "the document is not finished"
RETRY_REFUSED = timedelta(days=1)


@dataclass(slots=True)
class RowDecider:
    """Decides the rows of one document, one after the other."""

    view: View
    world: World
    matching: Matching
    freed: frozenset[str]
    """Items, of any document, whose row is gone in this pass."""
    claimed: dict[TicketId, str]
    """Tickets adopted so far in this plan → where; shared by all documents of the plan."""
    homeless: Mapping[str, Ticket]
    """Tickets that the ledger lost and whose document is none of those here, by title as identity compares it."""
    shared: frozenset[TicketId] = field(init=False)

    def __post_init__(self) -> None:
        held = Counter(t for row in self.view.named for t in self.view.tickets_of(row))
        self.shared = frozenset(t for t, rows in held.items() if rows > 1)

    def decide(self, index: int, item_id: str, known: KnownItem | None) -> Decision:
        """Decide the row at this index of ``postmortem.items``; ``known`` is the item it was matched with."""
        row = Row(self.view, self.world, index, item_id)
        if known is not None and known.ignored is not None:
            return row.ignore(f"by hand: {known.ignored}")
        if known is not None and known.link is not None and not is_unclaimed(known):
            return self._linked(row, known, known.link)
        if not self.view.finished.finished:
            return row.ignore(_unfinished(self.view.finished))
        if item_id in self.world.effects:
            return self._resume(row, self.world.effects[item_id])
        if item_id in self.world.hand_links:
            return self._adopt(row, self.world.hand_links[item_id], by_hand=True)
        if known is not None and known.link is not None:
            return self._readopt(row, known.link)
        if named := self._named(index, item_id):
            return self._adopt(row, named[0])
        if row.item.named and not self.view.named.get(index):
            return row.ignore(f"tracked elsewhere: {row.item.named[0].text}")
        if row.item.named:
            return row.ignore(f"taken apart by hand: remove {row.item.named[0].text} from the row to get a new ticket")
        return self._unticketed(row)

    def _named(self, index: int, item_id: str) -> list[Named]:
        """The tickets a row names, existing ones first, without those a person took from it."""
        named = [
            n
            for n in self.view.named.get(index, ())
            if n.ticket is None or (item_id, (n.place.location, n.ticket.known_as)) not in self.world.hand_unlinked
        ]
        return sorted(named, key=lambda n: n.ticket is None)

    # --- rows that have a ticket

    def _linked(self, row: Row, known: KnownItem, link: Link) -> Decision:
        by_hand = self.world.hand_links.get(row.item_id)
        if by_hand and by_hand.ticket:
            return self._adopt(row, by_hand, by_hand=True)
        named = self._named(row.index, row.item_id)
        if self.view.finished.finished and named and not any(_is(n, link) for n in named) and not by_hand:
            return self._adopt(row, named[0])
        return self._tracked(row, known, link)

    def _tracked(self, row: Row, known: KnownItem, link: Link) -> Decision:
        place = self.world.place_of(link.tracker)
        if place is None:
            return Decision(Disposition.LINKED, "its tracker is not configured any more; the ticket is left alone")
        ticket = self.world.tickets.get((link.tracker, link.ticket_id)) or last_seen(link)
        if ticket.presence is not Presence.HERE:
            return self._missing(row, place, link, ticket)
        merged = merge(row.item, link, ticket, features=place.features, location=self.view.location)
        named_now = any(_is(n, link) for n in self.view.named.get(row.index, ()))
        seen = replace(merged.link, named=named_now or (link.named and not _reattached(known)))
        changes = [
            *self._record(row, place, link, seen, ticket),
            *self._push(row, place, merged, seen),
            *self._write(row, place, merged, seen, named=named_now),
            *(
                row.report(words, place=place, link=seen)
                for words in (*_new_owner(row.item, known, seen), *self._disputes(row, merged, seen, ticket, named_now))
            ),
        ]
        quiet = seen if seen != link and not any(c.link for c in changes) else None
        return Decision(Disposition.LINKED, changes=tuple(changes), link=quiet)

    def _missing(self, row: Row, place: Place, link: Link, ticket: Ticket) -> Decision:
        seen = replace(link, presence=ticket.presence, revision=ticket.revision)
        words = gone(ticket.presence, link.key, tells_deleted=place.features.tells_deleted)
        changes = [row.report(words, place=place, link=seen)]
        if seen.presence is not link.presence:
            changes.insert(
                0, row.record(f"{link.key} is {ticket.presence.value}", place, seen, self._events(link, seen, ticket))
            )
        return Decision(Disposition.LINKED, words, tuple(changes))

    def _record(self, row: Row, place: Place, before: Link, after: Link, ticket: Ticket) -> list[Change]:
        """The tracker's side moved, or both sides came to agree: that is news, to be kept."""
        moved = [
            name
            for name in FIELDS
            if before.fields[name].ticket != after.fields[name].ticket
            or (
                before.fields[name].agreed != after.fields[name].agreed
                and before.fields[name].document != after.fields[name].document
            )
        ]
        news = [f"{name} {_moved(before, after, name)}" for name in moved]
        if before.key != after.key:
            news.append(f"{before.key} is now {after.key}")
        if before.presence is not after.presence:
            news.append(f"{after.key} is back")
        if not news:
            return []
        record = row.record(", ".join(news), place, after, self._events(before, after, ticket))
        was_done = before.fields["state"].ticket == State.DONE and after.fields["state"].ticket != State.DONE
        return [replace(record, out_of_done=was_done)]

    def _events(self, before: Link, after: Link, ticket: Ticket) -> tuple[Event, ...]:
        when = ticket.changed_at or self.world.now
        return tuple(_events(before, after, ticket_time=when, now=self.world.now))

    def _push(self, row: Row, place: Place, merged: Merge, seen: Link) -> list[Change]:
        push = {name: value for name, value in merged.push.items() if name != "state" or self.world.policy.push_state}
        if not push or not self.view.finished.finished or (seen.tracker, seen.ticket_id) in self.shared:
            return []
        if self._refused_update(row.item_id, push):
            return []
        reopened = seen.fields["state"].ticket == State.DONE and push.get("state") == State.CANCELLED
        words = _pushed(push, seen)
        return [row.change(ChangeKind.UPDATE, words, place=place, link=seen, push=push, out_of_done=reopened)]

    def _refused_update(self, item_id: str, push: Mapping[str, str]) -> str | None:
        """Why the ticket is not told the same again so soon."""
        refused = self.world.refused_updates.get(item_id)
        return None if refused is None or dict(refused.payload) != push else self._not_yet(refused)

    def _write(self, row: Row, place: Place, merged: Merge, seen: Link, *, named: bool) -> list[Change]:
        """The cells that the row should have. Whether any really differs, ``write_back`` tells."""
        if not self.world.policy.write_back or not self.view.finished.finished:
            return []
        link_it = not named and not seen.named
        retired = next((n.key for n in self.view.named.get(row.index, ()) if _is(n, seen) and n.key != seen.key), None)
        if not (link_it or retired or merged.state or merged.due):
            return []
        cells = Cells(
            ticket=seen.key if link_it or retired or named else None,
            url=url_in(seen.url, self.view.location),
            state=merged.state,
            due=merged.due,
            retired=retired,
        )
        reasons = [f"link {seen.key}"] if link_it or retired else []
        reasons += [f"its ticket is {merged.state.value.replace('_', ' ')}"] if merged.state else []
        reasons += [f"due {merged.due}"] if merged.due else []
        was_done = row.item.state is State.DONE and merged.state not in (None, State.DONE)
        return [
            row.change(
                ChangeKind.WRITE_BACK, ", ".join(reasons), place=place, link=seen, cells=cells, out_of_done=was_done
            )
        ]

    def _disputes(self, row: Row, merged: Merge, seen: Link, ticket: Ticket, named: bool) -> list[str]:
        disputes = list(merged.conflicts)
        if "state" in merged.push and (
            not self.world.policy.push_state or (seen.tracker, seen.ticket_id) in self.shared
        ):
            there = _shown("state", seen.fields["state"].ticket)
            disputes.append(f"the row says {merged.push['state']}, its ticket says {there}: a person moves the ticket")
        elif refused := self._refused_update(row.item_id, merged.push):
            disputes.append(refused)
        if ticket.problem:
            disputes.append(ticket.problem)
        if seen.named and not named and self.world.policy.write_back:
            disputes.append(
                f"its row no longer names {seen.key}: put it back, or let it go with `syncd unlink {row.item_id}`"
            )
        return disputes

    # --- rows that get one

    def _adopt(self, row: Row, named: Named, *, by_hand: bool = False) -> Decision:
        """A person made this ticket, or linked it: join the two."""
        ticket, place = named.ticket, named.place
        if ticket is None and named.unread:
            return row.wait(f"{named.key} could not be looked up: {place.problem}", place=place, ticket=named.key)
        if ticket is None:
            return row.block(
                f"{named.key} is not in {place.name}: correct it, or remove it to get a new ticket", place=place
            )
        if ticket.presence is not Presence.HERE:
            return row.block(gone(ticket.presence, named.key, tells_deleted=place.features.tells_deleted), place=place)
        where = (place.location, ticket.known_as)
        if holder := self._held_elsewhere(where, row.item_id):
            return row.block(f"{ticket.key} belongs to {holder}; remove it here to get a new ticket", place=place)
        self.claimed[where] = self.view.place(row.index)
        ours = any(h.link.ours for h in self.world.holders.get(where, ()) if h.link)
        link = adopted_link(row.item, row.item_id, place.location, ticket, ours=ours, features=place.features)
        reason = f"{ticket.key}, linked by hand" if by_hand else f"the row names {ticket.key}"
        return self._join(row, place, ticket, link, reason=reason, by_hand=by_hand)

    def _readopt(self, row: Row, unclaimed: Link) -> Decision:
        """A ticket of ours that the ledger has lost."""
        place, ticket = self.world.lost[unclaimed.tracker, unclaimed.ticket_id]
        owner = self.claimed[place.location, ticket.id]
        if owner != self.view.place(row.index):
            return row.block(f"{ticket.key} belongs to {owner}; remove it here to get a new ticket", place=place)
        link = adopted_link(row.item, row.item_id, place.location, ticket, ours=True, features=place.features)
        return self._join(row, place, ticket, link, reason=f"{ticket.key} carries our marker and is this item's")

    def _join(
        self,
        row: Row,
        place: Place,
        ticket: Ticket,
        link: Link,
        *,
        reason: str,
        effect: Effect | None = None,
        by_hand: bool = False,
    ) -> Decision:
        where = (place.location, ticket.known_as)
        releases = tuple(h.id for h in self.world.holders.get(where, ()) if h.id != row.item_id)
        if where in self.shared:
            releases = tuple(r for r in releases if r in self.freed)
        adoption = row.change(
            ChangeKind.ADOPT,
            reason,
            place=place,
            link=link,
            found=ticket,
            release=releases,
            effect=effect,
            events=(Event(row.item_id, "link", None, ticket.key, Side.SYNCD, self.world.now),),
        )
        adoption = replace(adoption, by_hand=by_hand)
        merged = merge(row.item, link, ticket, features=place.features, location=self.view.location)
        named = any(_is(n, link) for n in self.view.named.get(row.index, ()))
        joined = replace(merged.link, named=named)
        after = [
            *self._push(row, place, merged, joined),
            *self._write(row, place, merged, joined, named=named),
            *(row.report(words, place=place, link=link) for words in merged.conflicts),
        ]
        return Decision(Disposition.LINKED, changes=(adoption, *after))

    def _held_elsewhere(self, ticket: TicketId, item_id: str) -> str | None:
        """Where the row stands that has this ticket already."""
        if (where := self.claimed.get(ticket)) and not where.startswith(f"{self.view.postmortem.document.path}:"):
            return where
        for holder in self.world.holders.get(ticket, ()):
            here = holder.document == self.view.key
            gone_row = holder.disposition is Disposition.DETACHED or holder.id in self.freed
            if holder.id != item_id and not here and not gone_row:
                return f"{self.world.paths.get(holder.document, holder.document)}:{holder.line}"
        return None

    def _resume(self, row: Row, effect: Effect) -> Decision:
        """A create that has not come to an end: look first, send again only when it certainly did not happen."""
        place = self.world.place_of(effect.tracker or "")
        if place is None or effect.marker is None:
            return row.wait(f"its tracker {effect.tracker} is not configured any more")
        ticket = self.world.found.get(effect.marker)
        if ticket is not None:
            link = created_link(
                row.item_id,
                place.location,
                ticket,
                marker=effect.marker,
                sent=effect.payload,
                features=place.features,
            )
            return self._join(
                row,
                place,
                ticket,
                link,
                reason=f"{ticket.key} was made by an attempt that got no answer",
                effect=effect,
            )
        if reason := may_exist(effect, self.world):
            return row.wait(reason, place=place, outcome=Outcome.UNKNOWN)
        if reason := self._must_wait(effect, place):
            return row.wait(reason, place=place)
        wanted = desired_ticket(self.view.postmortem, row.item, policy=self.world.policy, source=self.view.label)
        if isinstance(wanted, NotWanted):
            return replace(row.not_wanted(wanted), ended=effect)
        return row.create(replace(wanted, tracker=place.name), place, effect=effect)

    def _must_wait(self, effect: Effect, place: Place) -> str | None:
        if effect.not_before is not None and self.world.now < effect.not_before:
            return f"{effect.reason}; tried again from {effect.not_before:%Y-%m-%d %H:%M} UTC"
        return place.problem

    def _unticketed(self, row: Row) -> Decision:
        """A row that has no ticket and names none."""
        if row.index in self.matching.twins:
            twin = self.view.postmortem.items[self.matching.twins[row.index]]
            return row.block(f"line {twin.line} says the same: reword one, or give one another owner or sub-heading")
        if row.index in self.matching.doubts:
            return row.block(_question(row.item_id, self.matching.doubts[row.index]))
        wanted = desired_ticket(self.view.postmortem, row.item, policy=self.world.policy, source=self.view.label)
        if isinstance(wanted, NotWanted):
            return row.not_wanted(wanted)
        if same := self._same_text_elsewhere(row):
            return row.block(same)
        place = self.world.places[wanted.tracker]
        if place.problem:
            return row.wait(place.problem, place=place)
        if refused := self._still_refused(row.item_id, wanted):
            return row.block(refused, place=place, waits=True)
        return row.create(wanted, place)

    def _same_text_elsewhere(self, row: Row) -> str | None:
        """A ticket whose document is gone or unknown and whose text is this row's: it may be this item's."""
        for stray in self.world.strays_by_text.get(normal(row.item.action), ()):
            if stray.id in self.world.effects or not _finished(stray.link):
                path = self.world.paths.get(stray.document, stray.document)
                handle = stray.link.key if stray.link else stray.id
                ask = f"`syncd link {row.item_id} {handle}` if it is this one, else `syncd unlink {stray.id}`"
                return f"{handle} had the same text in {path}, which is gone: {ask}"
        if title := most_alike(row.item.action, self.homeless.keys()):
            ticket = self.homeless[title]
            ask = f"`syncd link {row.item_id} {ticket.key}` if it is this one, else take the marker out of the ticket"
            return f"{ticket.key} (“{ticket.title[:60]}”) carries a marker of ours: {ask}"
        return None

    def _still_refused(self, item_id: str, wanted: DesiredTicket) -> str | None:
        refused = self.world.refusals.get(item_id)
        return None if refused is None or dict(refused.payload) != payload(wanted) else self._not_yet(refused)

    def _not_yet(self, refused: Effect) -> str | None:
        """Why what was refused is not tried again; None when it is."""
        again = (refused.ended_at or self.world.now) + RETRY_REFUSED
        if self.world.retry or self.world.now >= again:
            return None
        when = f"from {again:%Y-%m-%d %H:%M} UTC, when the row changes, or with --retry"
        return f"refused: {refused.reason} (tried again {when})"


def may_exist(effect: Effect, world: World) -> str | None:
    """Why the ticket of a create may exist though it is not found; None when it certainly was not made."""
    if effect.state is EffectState.PREPARED:
        return None
    place = world.place_of(effect.tracker or "")
    if place is None:
        return f"an attempt got no answer, and its tracker {effect.tracker} is not configured any more"
    if effect.marker not in world.found:
        why = place.problem or "the next pass looks again"
        return f"an attempt got no answer, and {place.name} could not be searched for it: {why}"
    lag = place.features.quarantine
    over = lag is None or (effect.sent_at is not None and world.now - effect.sent_at >= lag)
    looked = effect.look_ups + 1
    if lag is None or (over and looked >= CLEAN_LOOK_UPS):
        return None
    return f"an attempt got no answer; looked {looked} times for its ticket, which may still appear"


def _unfinished(finished: Finished) -> str:
    where = f" (line {finished.line})" if finished.line else ""
    return f"{UNFINISHED}: {finished.why}{where}"


def unclaimed_item(place: Place, ticket: Ticket, document: str) -> KnownItem:
    """A ticket that the ledger does not know, as an item that rows can be matched with."""
    sent = {**values(ticket), "due": None}
    id_ = f"{UNCLAIMED}{place.location}#{ticket.id}"
    link = created_link(id_, place.location, ticket, marker=ticket.marker or "", sent=sent, features=place.features)
    return KnownItem(id=id_, document=document, line=0, action=ticket.title, link=link)


def url_in(url: str, document: str) -> str:
    """A ticket's URL as a document at that location writes it: files are linked relative to each other."""
    if url.startswith("/") and document.startswith("/"):
        return posixpath.relpath(url, posixpath.dirname(document))
    return url


def _new_owner(item: ActionItem, known: KnownItem, link: Link) -> Iterable[str]:
    """Said once, in the pass that sees it: whose work a ticket is, the tracker knows better."""
    if item.owner != known.owner:
        yield f"the owner changed from {known.owner or 'none'} to {item.owner or 'none'}: {link.key} keeps its assignee"


def _is(named: Named, link: Link) -> bool:
    here, ticket = named.place.location == link.tracker, named.ticket
    return here and ticket is not None and link.ticket_id in (ticket.id, ticket.was)


def _reattached(known: KnownItem) -> bool:
    return known.disposition is Disposition.DETACHED


def _finished(link: Link | None) -> bool:
    """Whether no ticket is at stake any more."""
    return link is None or link.fields["state"].ticket in (State.DONE, State.CANCELLED)


def _pushed(push: Mapping[str, str], seen: Link) -> str:
    """What the ticket is told, and why."""
    moved = [n for n in push if n != "document" or seen.fields[n].agreed != UNSETTLED]
    words = [f"{name} {_shown(name, seen.fields[name].ticket)} → {_shown(name, push[name])}" for name in moved]
    reasons = [f"the row changed: {', '.join(words)}"] if words else []
    return "; ".join(reasons + [f"link {seen.key} to {_shown(n, push[n])}" for n in push if n not in moved])


def _moved(before: Link, after: Link, name: str) -> str:
    return f"{_shown(name, before.fields[name].ticket)} → {_shown(name, after.fields[name].ticket)}"


def _shown(name: str, value: str | None) -> str:
    if value is None:
        return "none"
    if name == "document":
        return posixpath.basename(value)
    return f"“{value}”" if name == "title" else value.replace("_", " ")


def _events(before: Link, after: Link, *, ticket_time: datetime, now: datetime) -> Iterable[Event]:
    for name in FIELDS:
        old, new = before.fields[name], after.fields[name]
        if old.ticket != new.ticket:
            yield Event(after.item_id, name, old.ticket, new.ticket, Side.TICKET, ticket_time)
        if old.document != new.document:
            yield Event(after.item_id, name, old.document, new.document, Side.DOCUMENT, now)
    if before.key != after.key:
        yield Event(after.item_id, "key", before.key, after.key, Side.TICKET, ticket_time)
    if before.presence is not after.presence:
        yield Event(after.item_id, "presence", before.presence, after.presence, Side.TICKET, ticket_time)


def _question(item_id: str, candidates: Iterable[KnownItem]) -> str:
    linked = {k.link.key: k.action[:60] for k in candidates if k.link}
    if not linked:
        return "it may be a row that is gone and whose ticket may still appear: the next passes tell"
    handle = next(iter(linked))
    return (
        f"it may be {' or '.join(f'{key} (“{text}”)' for key, text in linked.items())}, whose row is gone: "
        f"`syncd link {item_id} {handle}` if it is, `syncd unlink {handle}` to give it a ticket of its own, "
        f"or `syncd ignore {item_id} --reason …`"
    )
