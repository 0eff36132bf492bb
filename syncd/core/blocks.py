"""What both readers make of a document: headings, paragraphs, list items and tables, in order."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import TypeAlias

from syncd.core.model import Cell, Markup, Problem, Row, Span
from syncd.core.prose import Passage, Prose, squeeze

_LINE_END = re.compile(r"\r\n|\n|\r")


class Lines:
    """The lines of a text by number and by offset; ``\\n``, ``\\r\\n`` and ``\\r`` end one."""

    def __init__(self, text: str) -> None:
        if "\r" in text:
            ends = [(m.start(), m.end()) for m in _LINE_END.finditer(text)]
            self._starts = [0, *(end for _, end in ends)]
            self._ends = [*(start for start, _ in ends), len(text)]
        else:
            self._starts = list(accumulate([len(line) + 1 for line in text.split("\n")], initial=0))[:-1]
            self._ends = [*[start - 1 for start in self._starts[1:]], len(text)]

    def __len__(self) -> int:
        return len(self._starts)

    def number(self, offset: int) -> int:
        """The 1-based line that holds an offset."""
        return bisect_right(self._starts, offset)

    def bounds(self, index: int) -> tuple[int, int]:
        """Start and end of the line of a 0-based index, without its line end."""
        return self._starts[index], self._ends[index]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; levels 1 to 6 as in HTML."""

    line: int
    level: int
    passage: Passage

    @property
    def prose(self) -> Prose:
        """Its words."""
        return self.passage.prose


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph. ``item`` is the index of the list item that holds it; its first paragraph is the item itself."""

    line: int
    passage: Passage
    item: int | None = None
    quoted: bool = False

    @property
    def prose(self) -> Prose:
        """Its words."""
        return self.passage.prose


@dataclass(frozen=True, slots=True)
class ListItem:
    """A list item: its first paragraph without marker and checkbox.

    ``parent`` is the index of the item around it. ``checked`` is what stands in its box, None when it has none.
    ``box`` spans the one character between the brackets; no character when they touch; None for a box that is an
    HTML element. ``mark`` spans a word of the markup that tells its state (Confluence's ``complete``).
    """

    line: int
    depth: int
    passage: Passage
    parent: int | None = None
    ordered: bool = False
    checked: str | None = None
    box: Span | None = None
    mark: Span | None = None

    @property
    def prose(self) -> Prose:
        """Its words."""
        return self.passage.prose


@dataclass(frozen=True)
class GridCell:
    """A table cell. ``span`` is its content without the blanks around it."""

    span: Span
    passage: Passage

    @property
    def prose(self) -> Prose:
        """Its words."""
        return self.passage.prose

    @cached_property
    def cell(self) -> Cell:
        """The cell as the rest of the program knows it."""
        return Cell(self.span, squeeze(self.prose.plain))


@dataclass(frozen=True)
class GridRow:
    """A table row; the fields are those of :class:`syncd.core.model.Row`."""

    line: int
    cells: tuple[GridCell, ...]
    end: int
    closed: bool = True
    merged: bool = False

    @cached_property
    def row(self) -> Row:
        """The row as the rest of the program knows it."""
        return Row(self.line, tuple(c.cell for c in self.cells), self.end, self.closed, self.merged)


@dataclass(frozen=True)
class Grid:
    """A table, whatever it is about. ``problem`` says what is wrong with its form."""

    line: int
    markup: Markup
    header: GridRow
    cut: Callable[[], tuple[GridRow, ...]] = field(repr=False, compare=False)
    delimiter: Row | None = None
    problem: str | None = None
    item: int | None = None
    """The index of the list item that holds it."""

    @cached_property
    def rows(self) -> tuple[GridRow, ...]:
        """The rows under the header; cut into cells only when somebody asks for them."""
        return self.cut()


Block: TypeAlias = Heading | Paragraph | ListItem | Grid


@dataclass(frozen=True, slots=True)
class Page:
    """A document's blocks in order. ``front`` is its front matter, keys in lower case, with the line of each."""

    blocks: tuple[Block, ...]
    front: dict[str, tuple[str, int]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
