"""Which item a person means by its id, by PATH:LINE or by its ticket's key."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from syncd.core.change import PlannedDocument
from syncd.core.decide import unclaimed_item
from syncd.core.model import Disposition, KnownDocument, KnownItem
from syncd.errors import TrackerError, UsageError
from syncd.look import look_at
from syncd.reconcile import Pass, Request, reconcile
from syncd.store.ledger import Ledger
from syncd.store.reading import Reading
from syncd.team import Application
from syncd.view import typed_reference

SHOWN = 60
"""Characters of an action by which a person recognises it."""


@dataclass(frozen=True, slots=True)
class Found:
    """An item and its document. ``met``: a pass has met it, the ledger knows it; else only a plan has."""

    item: KnownItem
    document: KnownDocument
    met: bool = True


def find(ledger: Reading, text: str) -> Found:
    """The item of the ledger that ``text`` means. Raises UsageError when there is none, or more than one."""
    found = _in_ledger(ledger, text)
    return _only(found, text, lines=() if found else _lines_there(ledger, text))


def find_now(app: Application, text: str) -> Found:
    """The same in the documents as they stand now, so that a line means what stands there and not what once did.

    Also finds items that no pass has met yet. Raises UsageError when there is none, or more than one.
    """
    place = _place(text)
    known = _in_ledger(app.ledger, text)
    if known and place is None:
        return _only(known, text)
    done = reconcile(app, Request(dry_run=True))
    planned = [document for source in done.sources for document in source.plan.documents]
    if place is None:
        return _only(_by_handle(app, planned, done, text), text)
    here = [document for document in planned if _is_at(document.record, place[0])]
    if not here:
        return _only(known, text)
    rows = [(d, i) for d in here for i in d.items if _has_row(i)]
    there = [_met(app.ledger, d, i) for d, i in rows if i.line == place[1]]
    return _only(there, text, lines=[i.line for _, i in rows])


def remember(ledger: Ledger, found: Found, at: datetime) -> None:
    """Let the ledger know an item that only a plan has met, so that a person's word about it can be kept."""
    if found.met:
        return
    ledger.remember_many([(replace(found.document, clean=None), [found.item])], at=at)
    if found.item.link is not None:
        ledger.save_link(found.item.link, at)


def check_ticket(app: Application, text: str) -> None:
    """Raise UsageError unless a tracker serves the ticket that a person typed, and has it as far as can be told."""
    reference = typed_reference(text)
    trackers = {name: tracker for team in app.teams for name, tracker in team.trackers.items()}
    keys = {name: tracker.resolve(reference) for name, tracker in trackers.items()} if reference else {}
    serving = {name: key for name, key in keys.items() if key is not None}
    if not serving:
        raise UsageError(
            f"{text!r} is no ticket of {' or '.join(trackers)}. Name it as a document would: its key, or its URL."
        )
    if not any(_may_have(app, name, key) for name, key in serving.items()):
        raise UsageError(f"{text} is not in {' or '.join(serving)}: correct it, or make it there first.")


def _may_have(app: Application, name: str, key: str) -> bool:
    try:
        return any(key in t.trackers[name].look_up([key]) for t in app.teams if name in t.trackers)
    except TrackerError:
        return True  # it cannot be asked now; the next pass will say


def _in_ledger(ledger: Reading, text: str) -> list[Found]:
    documents = {document.key: document for document in ledger.all_documents()}
    return [Found(item, documents[item.document]) for item in _items(ledger, documents.values(), text)]


def _items(ledger: Reading, documents: Iterable[KnownDocument], text: str) -> list[KnownItem]:
    if (item := ledger.item(text)) is not None:
        return [item]
    place = _place(text)
    if place is None:
        return ledger.find_items(text)
    here = [document.key for document in documents if _is_at(document, place[0])]
    return [item for item in ledger.items(here) if item.line == place[1] and _has_row(item)]


def _lines_there(ledger: Reading, text: str) -> list[int]:
    """Where items begin in the document of a ``PATH:LINE``."""
    place = _place(text)
    here = [d.key for d in ledger.all_documents() if place and _is_at(d, place[0])]
    return [item.line for item in ledger.items(here) if _has_row(item)] if here else []


def _has_row(item: KnownItem) -> bool:
    return item.disposition is not Disposition.DETACHED


def _is_at(document: KnownDocument, path: str) -> bool:
    """Whether a path means this document: as it is shown, or as the file is reached from here."""
    return path == document.path or document.key == f"folder:{Path(path).resolve()}"


def _place(text: str) -> tuple[str, int] | None:
    path, _, line = text.rpartition(":")
    return (path, int(line)) if path and line.isdecimal() else None


def _by_handle(app: Application, planned: Sequence[PlannedDocument], done: Pass, text: str) -> list[Found]:
    """Planned items with this id, or whose row names this ticket; else a lost ticket of ours with this key."""
    naming = {change.item_id for _, change in done.changes if change.ticket == text}
    found = [_met(app.ledger, d, i) for d in planned for i in d.items if i.id == text or i.id in naming]
    return found or list(_unclaimed(app, planned, text))


def _met(ledger: Reading, document: PlannedDocument, item: KnownItem) -> Found:
    before = ledger.item(item.id)
    if before is None:
        return Found(item, document.record, met=False)
    return Found(replace(before, line=item.line), document.record)


def _unclaimed(app: Application, planned: Sequence[PlannedDocument], text: str) -> Iterator[Found]:
    """A ticket of ours that the ledger does not know, as an item of its document without a row."""
    for team in app.teams:
        for place, ticket in look_at(team, app.ledger).unclaimed:
            for document in planned:
                if ticket.key == text and ticket.document == document.record.location:
                    item = unclaimed_item(place, ticket, document.record.key)
                    yield Found(_detached(item), document.record, met=False)


def _detached(item: KnownItem) -> KnownItem:
    assert item.link is not None, "an unclaimed item stands for its ticket"
    id_ = item.link.marker[:8] if item.link.marker else item.id
    return replace(item, id=id_, disposition=Disposition.DETACHED, link=replace(item.link, item_id=id_))


def _only(found: Sequence[Found], text: str, *, lines: Collection[int] = ()) -> Found:
    """``lines`` are where items begin in the document that ``text`` names, if it names one."""
    if not found and lines:
        begins = ", ".join(str(line) for line in sorted(set(lines)))
        raise UsageError(f"No item is known as {text!r}. Items of that document begin at line {begins}.")
    if not found:
        raise UsageError(
            f"No item is known as {text!r}. `syncd status --verbose` and `syncd plan --verbose` list them."
        )
    if len(found) > 1:
        listed = "".join(f"\n  {f.item.id}  {f.document.path}:{f.item.line}  {f.item.action[:SHOWN]}" for f in found)
        raise UsageError(f"{text!r} means several items; name one by its id:{listed}")
    return found[0]
