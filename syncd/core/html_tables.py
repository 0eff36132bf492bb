"""A table being read from HTML: cells over several columns or rows keep the others in their columns."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncd.core.blocks import Grid, GridCell, GridRow
from syncd.core.html_words import Words, passage
from syncd.core.model import Markup, Span
from syncd.core.prose import EMPTY, Prose, ProseWriter

_WIDEST = 100
"""No cell takes more columns or rows than this."""


@dataclass
class _OpenRow:
    line: int
    end: int
    cells: list[GridCell] = field(default_factory=list)
    merged: bool = False


class OpenTable:
    """The rows of a table so far."""

    def __init__(self) -> None:
        self.cell: int | None = None
        """Where the content of the open cell starts; None between cells."""
        self._rows: list[_OpenRow] = []
        self._columns, self._lines = 1, 1
        """How many columns and rows the open cell takes."""
        self._hanging: dict[int, tuple[int, GridCell]] = {}
        """By column, the cells that reach down into so many rows more."""

    def open_row(self, line: int, end: int) -> None:
        """A row begins; ``end`` is where its tag ends."""
        self._rows.append(_OpenRow(line, end))
        self._hang(self._rows[-1])

    def open_cell(self, line: int, start: int, attributes: dict[str, str]) -> None:
        """A cell begins; ``start`` is where its content does."""
        if not self._rows:
            self._rows.append(_OpenRow(line, start))
        row = self._rows[-1]
        if not row.cells:
            row.line = line
        self._columns, self._lines = _number(attributes.get("colspan")), _number(attributes.get("rowspan"))
        row.merged = row.merged or self._columns > 1 or self._lines > 1
        self.cell = start

    def end_cell(self, content: str, words: Words, after: int) -> None:
        """The open cell ends; ``after`` is where its end tag does, or its content when it has none."""
        assert self.cell is not None
        row, start = self._rows[-1], self.cell
        lead = len(content) - len(content.lstrip())
        span = Span(start, start) if lead == len(content) else Span(start + lead, start + len(content.rstrip()))
        cell = GridCell(span, passage(span, _prose(words, start)))
        column = len(row.cells)
        row.cells.append(cell)
        empty = Span(span.end, span.end)
        row.cells.extend([GridCell(empty, passage(empty, EMPTY))] * min(self._columns - 1, self._room(row)))
        if self._lines > 1:
            self._hanging[column] = (self._lines - 1, cell)
        row.end, self.cell = after, None
        self._hang(row)

    def _room(self, row: _OpenRow) -> int:
        """So many more columns matter: those of the header."""
        first = self._rows[0]
        return max(0, (_WIDEST if row is first else len(first.cells)) - len(row.cells))

    def _hang(self, row: _OpenRow) -> None:
        """Go on with cells of rows above that reach down to here."""
        while (column := len(row.cells)) in self._hanging and self._room(row):
            left, cell = self._hanging.pop(column)
            if left > 1:
                self._hanging[column] = (left - 1, cell)
            row.cells.append(cell)
            row.merged = True

    def grid(self) -> Grid | None:
        """The whole table, its first row being the header; None when it has no row."""
        rows = [row for row in self._rows if row.cells]
        if not rows:
            return None
        width = len(rows[0].cells)
        made = [
            GridRow(row.line, tuple(row.cells), row.end, True, row.merged or len(row.cells) > width) for row in rows
        ]
        return Grid(made[0].line, Markup.HTML, made[0], lambda: tuple(made[1:]))


def _number(value: str | None) -> int:
    """How many columns or rows a cell takes, within reason."""
    return min(int(value), _WIDEST) if value and value.isdecimal() and int(value) > 0 else 1


def _prose(words: Words, start: int) -> Prose:
    if words.start is None and not words.out.mark and words.checked is None:
        return Prose("", origins=((0, start),))
    prose = words.out.prose()
    if words.checked is None:
        return prose
    out = ProseWriter()
    out.write("☑ " if words.checked == "x" else "☐ ", start)
    out.write(prose.plain, prose.origins[0][1])
    return out.prose()
