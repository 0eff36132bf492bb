"""Tickets and their states, written into the document's own cells; every other character stays.

What has to be replaced is worked out in :mod:`syncd.core.write_table` and :mod:`syncd.core.write_bullet`; here it is
proved: the new text is parsed again and must give the same items but for what was written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from syncd.core.layout import replaced
from syncd.core.model import ActionItem, Document, Postmortem, State, Table
from syncd.core.wish import BOX_STATES, Cells, Draft, Wish, agree, is_blank, means, names
from syncd.core.write_bullet import BulletDraft
from syncd.core.write_table import TableDraft

__all__ = ["Cells", "WriteBack", "write_back"]


@dataclass(frozen=True, slots=True)
class WriteBack:
    """What came of it. ``text`` is the old text when nothing had to, or could, be written."""

    text: str
    written: frozenset[int]
    """The items (positions in :attr:`Postmortem.items`) of which a cell changed."""
    problems: Mapping[int, str]
    """Items of which a cell could not be written: why, and what to do, in sentences."""


def write_back(
    postmortem: Postmortem,
    cells: Mapping[int, Cells],
    *,
    status_words: Mapping[State, str],
    states: frozenset[State],
    reparse: Callable[[Document], Postmortem],
) -> WriteBack:
    """The document with these cells written; ``cells`` are by the position in :attr:`Postmortem.items`.

    ``states`` are those that the tickets' tracker can tell apart: a cell is rewritten only when it disagrees there.
    ``reparse`` reads a document as ``postmortem`` was read. A row whose new cells would change how the document is
    read is left out and named in the problems; the other rows are written. Doing it again changes nothing.
    """
    wish = Wish(postmortem, cells, status_words, states)
    wanted = sorted(cells)
    kept = _sound(wish, (), wanted, reparse)
    result = _draft(wish, kept)
    spoilt = {
        index: "Writing its ticket or state here would change how the document is read; write it in by hand."
        for index in wanted
        if index not in kept
    }
    written = frozenset(index for index, _ in result.written)
    return WriteBack(_text(wish, result), written, {**result.problems, **spoilt})


def _draft(wish: Wish, chosen: Collection[int]) -> Draft:
    """The cells of the chosen items, and why some cannot be written."""
    result = Draft()
    items = wish.postmortem.items
    tables: dict[int, tuple[Table, list[int]]] = {}
    for index in sorted(chosen):
        if table := items[index].table:
            tables.setdefault(table.header.end, (table, []))[1].append(index)
        else:
            BulletDraft(wish, index, result).write()
    for table, rows in tables.values():
        TableDraft(wish, table, rows, result).write()
    return result


def _text(wish: Wish, result: Draft) -> str:
    return replaced(wish.postmortem.document.text, result.edits)


def _sound(
    wish: Wish, kept: tuple[int, ...], candidates: Sequence[int], reparse: Callable[[Document], Postmortem]
) -> tuple[int, ...]:
    """Those of the candidates that can be written together with what is kept; a bad one is found by halving."""
    both = (*kept, *candidates)
    if not candidates or _proved(wish, _draft(wish, both), reparse):
        return both
    if len(candidates) == 1:
        return kept
    middle = len(candidates) // 2
    return _sound(wish, _sound(wish, kept, candidates[:middle], reparse), candidates[middle:], reparse)


def _proved(wish: Wish, result: Draft, reparse: Callable[[Document], Postmortem]) -> bool:
    old, text = wish.postmortem, _text(wish, result)
    if text == old.document.text:
        return True
    new = reparse(replace(old.document, text=text))
    if len(new.items) != len(old.items) or _frame(new) != _frame(old):
        return False
    touched: dict[int, set[str]] = defaultdict(set)
    for index, name in result.written:
        touched[index].add(name)
    return all(_item_proved(wish, index, new.items[index], touched[index]) for index in range(len(old.items)))


def _frame(postmortem: Postmortem) -> tuple[object, ...]:
    return (
        postmortem.kind,
        postmortem.title,
        postmortem.severity,
        postmortem.incident_date,
        postmortem.postmortem_date,
        postmortem.review_date,
        postmortem.retro_date,
        postmortem.placeholders,
        postmortem.restricted,
        postmortem.sign,
    )


def _item_proved(wish: Wish, index: int, new: ActionItem, touched: Set[str]) -> bool:
    old, cells = wish.postmortem.items[index], wish.cells.get(index, Cells())
    return (
        _core(new) == _core(old)
        and (_ticket_proved(old, new, cells) if "ticket" in touched else _names(new) == _names(old))
        and (_state_proved(new, wish, cells) if "state" in touched else _status(new) == _status(old))
        and (new.due_date == cells.due if "due" in touched else _due(new) == _due(old))
    )


def _core(item: ActionItem) -> tuple[object, ...]:
    return (item.line, item.action, item.row_id, item.type, item.owner, item.owners, item.group, item.code)


def _names(item: ActionItem) -> list[tuple[str, bool]]:
    return [(reference.text, reference.named) for reference in item.references]


def _status(item: ActionItem) -> tuple[object, ...]:
    # A blank word may stand in the very cell that is written now: a ticket cell that says TBD.
    return () if is_blank(item.status) else (item.state, item.status)


def _due(item: ActionItem) -> tuple[object, ...]:
    return (item.due, item.due_date)


def _ticket_proved(old: ActionItem, new: ActionItem, cells: Cells) -> bool:
    """Whether the row names the ticket now, and still has its other references."""
    kept = {r.text for r in old.references if cells.retired is None or not means(r, cells.retired)}
    return (
        cells.ticket is not None
        and names(new, cells.ticket, cells.url)
        and kept <= {reference.text for reference in new.references}
    )


def _state_proved(new: ActionItem, wish: Wish, cells: Cells) -> bool:
    states = wish.states if new.table is not None else BOX_STATES & {*wish.states, State.OPEN}
    return agree(new.state, cells.state, states)
