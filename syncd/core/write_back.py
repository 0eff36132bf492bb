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

ATTEMPTS = 40
"""How often one document is read again at most; what is not proved by then is left to a person."""


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
    kept = _Proof(wish, reparse).sound((), wanted)
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


class _Proof:
    """Finds out which items can be written, by reading the document again with their cells in it."""

    def __init__(self, wish: Wish, reparse: Callable[[Document], Postmortem]) -> None:
        self.wish, self.reparse = wish, reparse
        self.attempts = ATTEMPTS

    def sound(self, kept: tuple[int, ...], candidates: Sequence[int]) -> tuple[int, ...]:
        """Those of the candidates that can be written together with what is kept.

        When something is misread, those that are read rightly are tried first; if that tells nothing, the first half.
        """
        if not candidates or not self.attempts:
            return kept
        both = (*kept, *candidates)
        misread = self._misread(_draft(self.wish, both))
        if not misread:
            return both
        if len(candidates) == 1:
            return kept
        first = [index for index in candidates if index not in misread]
        if len(first) in (0, len(candidates)):
            first = list(candidates[: len(candidates) // 2])
        rest = sorted(set(candidates).difference(first))
        return self.sound(self.sound(kept, first), rest)

    def _misread(self, result: Draft) -> frozenset[int]:
        """The items that would be read as something else than was meant; all of them when nothing fits together."""
        old, text = self.wish.postmortem, _text(self.wish, result)
        if text == old.document.text:
            return frozenset()
        self.attempts -= 1
        new = self.reparse(replace(old.document, text=text))
        everything = range(len(old.items))
        if len(new.items) != len(old.items) or _frame(new) != _frame(old):
            return frozenset(everything)
        touched: dict[int, set[str]] = defaultdict(set)
        for index, name in result.written:
            touched[index].add(name)
        return frozenset(i for i in everything if not _item_proved(self.wish, i, new.items[i], touched[i]))


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
