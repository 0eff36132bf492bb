"""Which item a person means by its id, by PATH:LINE or by its ticket's key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from syncd.core.change import PlannedDocument
from syncd.core.decide import unclaimed_item
from syncd.core.model import Disposition, KnownDocument, KnownItem
from syncd.errors import UsageError
from syncd.look import look_at
from syncd.reconcile import Request, reconcile
from syncd.store.ledger import Ledger
from syncd.team import Application


def find(ledger: Ledger, text: str) -> KnownItem:
    """The item of the ledger that ``text`` means. Raises UsageError when there is none, or more than one."""
    found = _in_ledger(ledger, text)
    if not found:
        raise UsageError(f"No item is known as {text!r}. `syncd status` and `syncd plan --verbose` list them.")
    return _only(found, text, {d.key: d.path for d in ledger.all_documents()})


def find_or_plan(app: Application, text: str) -> KnownItem:
    """Like :func:`find`; an item that no pass has met yet is looked for in a plan, and remembered."""
    if _in_ledger(app.ledger, text):
        return find(app.ledger, text)
    planned = [d for s in reconcile(app, Request(dry_run=True)).sources for d in s.plan.documents]
    met = [(d, i) for d in planned for i in d.items if i.id == text or _at(d.record.path, i.line) == _place(text)]
    met = met or list(_unclaimed(app, planned, text))
    if not met:
        return find(app.ledger, text)
    document, item = met[0]
    app.ledger.remember_many([(replace(document.record, clean=None), [item])], at=app.clock())
    if item.link is not None:
        app.ledger.save_link(item.link, app.clock())
    return item


def _in_ledger(ledger: Ledger, text: str) -> list[KnownItem]:
    item = ledger.item(text)
    if item is not None:
        return [item]
    place = _place(text)
    if place is None:
        return ledger.find_items(text)
    documents = [d for d in ledger.all_documents() if _same_path(d, place[0])]
    return [i for i in ledger.items([d.key for d in documents]) if i.line == place[1] and _has_row(i)]


def _has_row(item: KnownItem) -> bool:
    return item.disposition is not Disposition.DETACHED


def _same_path(document: KnownDocument, path: str) -> bool:
    return path == document.path or document.key.endswith(str(Path(path).resolve()))


def _place(text: str) -> tuple[str, int] | None:
    path, _, line = text.rpartition(":")
    return (path, int(line)) if path and line.isdecimal() else None


def _at(path: str, line: int) -> tuple[str, int]:
    return path, line


def _unclaimed(
    app: Application, planned: Sequence[PlannedDocument], text: str
) -> Iterable[tuple[PlannedDocument, KnownItem]]:
    """A ticket of ours that the ledger does not know, as an item of its document without a row."""
    for team in app.teams:
        for place, ticket in look_at(team, app.ledger).unclaimed:
            for document in planned:
                if ticket.key == text and ticket.document == document.record.location:
                    item = unclaimed_item(place, ticket, document.record.key)
                    yield document, _detached(item)


def _detached(item: KnownItem) -> KnownItem:
    assert item.link is not None, "an unclaimed item stands for its ticket"
    id_ = item.link.marker[:8] if item.link.marker else item.id
    return replace(item, id=id_, disposition=Disposition.DETACHED, link=replace(item.link, item_id=id_))


def _only(found: Sequence[KnownItem], text: str, paths: dict[str, str]) -> KnownItem:
    if len(found) > 1:
        listed = "".join(f"\n  {i.id}  {paths.get(i.document, i.document)}:{i.line}  {i.action[:60]}" for i in found)
        raise UsageError(f"{text!r} means several items; name one by its id:{listed}")
    return found[0]
