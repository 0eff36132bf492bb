"""Markdown tables: where each cell stands. GitHub's rules, and the ways in which people miss them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import takewhile

from syncd.core.blocks import Grid, GridCell, GridRow, Lines
from syncd.core.inline import code_ranges
from syncd.core.model import Markup, Span
from syncd.core.prose import LONGEST, Passage, Prose

Reader = Callable[[tuple[Span, ...]], Prose]

_DELIMITER = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?")
_PIPE = re.compile(r"\\.|(\|)", re.DOTALL)
_INLINE_DELIMITER = re.compile(r"\|(?:\s*:?-{3,}:?\s*\|){2,}")
_WIDEST = 100
"""Nobody writes a table with more columns; further cells of a row are not cut."""


def may_hold_table(rough: str) -> bool:
    """Whether a paragraph has what a table cannot do without."""
    return "|" in rough and "-" in rough


def find_table(text: str, spans: Sequence[Span], reader: Reader, lines: Lines) -> tuple[int, Grid, int] | None:
    """The first table among a paragraph's lines: the index of its header, the table, the index after its last row."""
    for index in range(1, len(spans)):
        if _is_delimiter(text, spans[index]) and "|" in spans[index - 1].of(text):
            cut = _Cutter(text, reader, lines)
            delimiter = cut.row(spans[index])
            header = cut.row(spans[index - 1], columns=len(delimiter.cells))
            body = tuple(takewhile(lambda span: "|" in span.of(text), spans[index + 1 :]))
            rows = partial(cut.rows, body, len(header.cells))
            grid = Grid(header.line, Markup.MARKDOWN, header, rows, delimiter.row, _mismatch(header, delimiter))
            return index - 1, grid, index + 1 + len(body)
    return None


def _is_delimiter(text: str, span: Span) -> bool:
    return (
        text[span.start] in "|:-"
        and 0 < text.count("|", span.start, span.end) <= _WIDEST
        and _DELIMITER.fullmatch(text, span.start, span.end) is not None
    )


def _mismatch(header: GridRow, delimiter: GridRow) -> str | None:
    if len(header.cells) == len(delimiter.cells):
        return None
    return (
        f"The header has {len(header.cells)} columns and the line below it {len(delimiter.cells)}; "
        "most renderers show no table here."
    )


class _Cutter:
    def __init__(self, text: str, reader: Reader, lines: Lines) -> None:
        self.text, self.reader, self.lines = text, reader, lines

    def rows(self, spans: Sequence[Span], columns: int) -> tuple[GridRow, ...]:
        """Lines as rows of a table with so many columns."""
        return tuple(self.row(span, columns=columns) for span in spans)

    def row(self, span: Span, *, columns: int | None = None) -> GridRow:
        """One line as a row. With ``columns``, a pipe in a code span ends a cell only if it has to."""
        pipes = [m.start(1) for m in _PIPE.finditer(self.text, span.start, span.end) if m[1]]
        cells, closed = self._cells(span, pipes)
        if columns is not None and len(cells) > columns and "`" in span.of(self.text):
            codes = code_ranges(self.text, span)
            outside = [pipe for pipe in pipes if not _within(pipe, codes)]
            fewer, closed_too = self._cells(span, outside)
            if len(fewer) <= columns:
                cells, closed = fewer, closed_too
        longer = columns is not None and len(cells) > columns
        return GridRow(self.lines.number(span.start), cells, span.end, closed, longer)

    def _cells(self, span: Span, pipes: list[int]) -> tuple[tuple[GridCell, ...], bool]:
        closed = len(pipes) > 1 and pipes[-1] == span.end - 1
        inner = pipes[1:] if pipes and pipes[0] == span.start else pipes
        start = span.start + 1 if inner is not pipes else span.start
        edges = inner if closed else [*inner, span.end]
        return tuple(self.cells(start, edges[:_WIDEST])), closed

    def cells(self, start: int, edges: Sequence[int]) -> Iterator[GridCell]:
        """The cells between pipes."""
        for edge in edges:
            yield self.cell(start, edge)
            start = edge + 1

    def cell(self, start: int, end: int) -> GridCell:
        """The content between two pipes; an empty one stands after the first blank."""
        words = self.text[start:end]
        lead = len(words) - len(words.lstrip())
        if lead == len(words):
            at = start + 1 if len(words) > 1 else start
            span = Span(at, at)
        else:
            span = Span(start + lead, start + len(words.rstrip()))
        return GridCell(span, Passage(span.of(self.text), lambda: (span,), self.reader))


def _within(position: int, ranges: Sequence[tuple[int, int]]) -> bool:
    index = bisect_right(ranges, (position, position)) - 1
    return index >= 0 and position < ranges[index][1]


def reflowed_table(text: str, spans: Sequence[Span], reader: Reader, lines: Lines) -> Grid | None:
    """A table that a formatter took for prose: its rows follow each other on re-wrapped lines.

    Cells are found by count. Its rows count as merged, since no column can be added to it.
    """
    if not spans or spans[-1].end - spans[0].start > LONGEST:
        return None
    if not (found := _INLINE_DELIMITER.search(text, spans[0].start, spans[-1].end)):
        return None
    columns = found[0].count("|") - 1
    cut = _Cutter(text, reader, lines)
    before = [m.start(1) for m in _PIPE.finditer(text, spans[0].start, found.start()) if m[1]]
    after = [m.start(1) for m in _PIPE.finditer(text, found.end(), spans[-1].end) if m[1]]
    if columns > _WIDEST or len(before) < columns + 1 or text[before[-1] + 1 : found.start()].strip():
        return None
    header = _reflowed_row(cut, before[-columns - 1 :])
    rows = tuple(_reflowed_row(cut, after[at : at + columns + 1]) for at in range(0, len(after) - columns, columns + 1))
    problem = "This table was re-wrapped like prose; most renderers show no table here."
    return Grid(header.line, Markup.MARKDOWN, header, lambda: rows, None, problem)


def _reflowed_row(cut: _Cutter, pipes: Sequence[int]) -> GridRow:
    cells = tuple(cut.cells(pipes[0] + 1, pipes[1:]))
    first = next((c.span.start for c in cells if c.span.start < c.span.end), pipes[0])
    return GridRow(cut.lines.number(first), cells, pipes[-1] + 1, closed=True, merged=True)
