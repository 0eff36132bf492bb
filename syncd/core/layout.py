"""Text put into tables, paragraphs and list items without moving anything else: escaping, padding, new cells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from urllib.parse import quote, urlsplit

from syncd.core.model import Cell, Markup, Row, Span, Table

_BLANKS = " \t"
_LINE_ENDS = re.compile(r"[\s\x00-\x1f\x7f]+")
_MARKS = re.compile(r"([\\`*{}\[\]<>|~]|(?<!\w)_|_(?!\w))")
_URL_SAFE = "!#$%&'*+,-./:;=?@_~"
_OPENING = re.compile(r"(?:\s|<(?:p|div)\b[^<>]*>)*", re.IGNORECASE)
_CLOSING = re.compile(r"(?:\s|</(?:p|div)>)*\Z", re.IGNORECASE)
_LAST_CELL = re.compile(r"<(t[hd])\b[^<>]*>(\s*<p\b[^<>]*>)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Replacement:
    """``text`` instead of what stands between ``start`` and ``end``."""

    start: int
    end: int
    text: str


def replaced(text: str, replacements: Iterable[Replacement]) -> str:
    """``text`` with everything replaced; of several insertions at one place the first comes first."""
    pieces, position = [], 0
    for replacement in sorted(replacements, key=lambda r: (r.start, r.end)):
        pieces += [text[position : replacement.start], replacement.text]
        position = max(position, replacement.end)
    return "".join([*pieces, text[position:]])


# --- words ----------------------------------------------------------------------------------------------------------


def plain(words: str, markup: Markup) -> str:
    """Untrusted words as they stand for themselves, on one line."""
    words = _LINE_ENDS.sub(" ", words).strip()
    return escape(words) if markup is Markup.HTML else _MARKS.sub(r"\\\1", words)


def link(words: str, url: str | None, markup: Markup) -> str:
    """A link, or the words alone without a URL that a browser may safely follow."""
    shown = plain(words, markup)
    if not url or not _followed(url):
        return shown
    if markup is Markup.HTML:
        return f'<a href="{escape(_LINE_ENDS.sub("", url))}">{shown}</a>'
    target = quote(_LINE_ENDS.sub(lambda m: " " if m[0].strip(" ") == "" else "", url), safe=_URL_SAFE)
    return f"[{shown}]({target})"


def _followed(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("", "http", "https")
    except ValueError:
        return False


def width(text: str) -> int:
    """How many columns of a fixed-width font it takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) or char in "\u200b\u200d\ufe0f" else 2 if _wide(char) else 1 for char in text
    )


def _wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


# --- tables ---------------------------------------------------------------------------------------------------------


class Layout:
    """How one table is laid out, and what has to be replaced so that its cells say something else."""

    def __init__(self, text: str, table: Table) -> None:
        self._text = text
        self._table = table
        self._html = table.markup is Markup.HTML

    @cached_property
    def _lines(self) -> tuple[Row, ...]:
        delimiter = (self._table.delimiter,) if self._table.delimiter else ()
        return (self._table.header, *delimiter, *self._table.rows)

    def content(self, cell: Cell) -> Span:
        """The words of a cell, without the paragraph around them that HTML may have."""
        if not self._html:
            return cell.span
        raw = cell.span.of(self._text)
        opening, closing = _OPENING.match(raw), _CLOSING.search(raw)
        start, end = opening.end() if opening else 0, closing.start() if closing else len(raw)
        return Span(cell.span.start + start, cell.span.start + max(start, end))

    def put(self, row: Row, column: int, words: str) -> Replacement:
        """A cell that says ``words``. The column keeps its width where the words fit."""
        span = self.content(row.cells[column])
        if self._html:
            return Replacement(span.start, span.end, words)
        if not row.closed and column == len(row.cells) - 1:
            lead = " " if span.start == span.end and self._text[span.start - 1] == "|" else ""
            return Replacement(span.start, span.end, lead + words)
        outer = self._outer(row.cells[column])
        if span.start == span.end:
            return Replacement(outer.start, outer.end, self._padded(words, self._room(outer, column)))
        room = self._room(outer, column) - width(self._text[outer.start : span.start])
        blanks = max(room - width(words), min(outer.end - span.end, 1))
        return Replacement(span.start, outer.end, words + " " * blanks)

    def fill(self, row: Row, cells: Sequence[str]) -> Replacement:
        """More cells at the end of a row that is too short for its header."""
        first = len(row.cells)
        widths = [self._column_width(column) or 0 for column in range(first, first + len(cells))]
        return self._append(row, cells, widths)

    def add_columns(self, headers: Sequence[str], contents: Mapping[int, Sequence[str]]) -> list[Replacement]:
        """Columns at the end of the whole table.

        ``contents`` are the cells that each row needs then, by :attr:`Row.end`: for a row that is too short more than
        there are headers.
        """
        old = len(self._table.header.cells)
        columns = zip(headers, *(cells[-len(headers) :] for cells in contents.values()), strict=True)
        new = [max(map(width, column)) + 2 if self._aligned else 0 for column in columns]
        edits = [self._append(self._table.header, headers, new, tag=self._tag())]
        if self._table.delimiter:
            edits.append(self._append_delimiter(self._table.delimiter, headers, new))
        for row in self._table.rows:
            missing = [self._column_width(column) or 0 for column in range(len(row.cells), old)]
            edits.append(self._append(row, contents[row.end], [*missing, *new]))
        return edits

    def _append(self, row: Row, cells: Sequence[str], widths: Sequence[int], *, tag: str = "td") -> Replacement:
        if self._html:
            opening, closing = ("<p>", "</p>") if self._paragraphs() else ("", "")
            return Replacement(row.end, row.end, "".join(f"<{tag}>{opening}{cell}{closing}</{tag}>" for cell in cells))
        padded = [self._padded(cell, room) for cell, room in zip(cells, widths, strict=True)]
        if row.closed:
            return Replacement(row.end, row.end, "".join(f"{cell}|" for cell in padded))
        return Replacement(row.end, row.end, self._open_cells(padded))

    def _open_cells(self, padded: Sequence[str]) -> str:
        # Without a pipe after it, an empty last cell would be no cell.
        gap = "" if self._tight else " "
        text = "".join(f"{gap if i == 0 else ''}|{cell}" for i, cell in enumerate(padded))
        return text.rstrip(_BLANKS) if padded[-1].strip() else f"{text}|"

    def _append_delimiter(self, row: Row, headers: Sequence[str], widths: Sequence[int]) -> Replacement:
        last = self._outer(row.cells[-1]).of(self._text)
        dashes = last.strip()
        lead = last[: len(last) - len(last.lstrip())][:1]
        if len({cell.span.of(self._text).replace("-", "") for cell in row.cells}) > 1:
            dashes = dashes.replace(":", "-")
        cells = [
            f"{lead}{_stretched(dashes, self._dashes(header, room, len(dashes) + 2 * len(lead)) - 2 * len(lead))}{lead}"
            for header, room in zip(headers, widths, strict=True)
        ]
        if row.closed:
            return Replacement(row.end, row.end, "".join(f"{cell}|" for cell in cells))
        return Replacement(
            row.end, row.end, "".join(f"{lead if i == 0 else ''}|{c}" for i, c in enumerate(cells)).rstrip()
        )

    def _dashes(self, header: str, room: int, usual: int) -> int:
        """How wide a delimiter cell is: like its header cell where the table does that, else like the others."""
        if room:
            return room
        if self._table.delimiter and self._widths(self._table.delimiter) == self._widths(self._table.header):
            return width(self._padded(header, 0))
        return usual

    # --- measures -----------------------------------------------------------------------------------------------

    def _outer(self, cell: Cell) -> Span:
        """A Markdown cell with the blanks around it."""
        start, end = cell.span.start, cell.span.end
        while start and self._text[start - 1] in _BLANKS:
            start -= 1
        while end < len(self._text) and self._text[end] in _BLANKS:
            end += 1
        return Span(start, end)

    def _widths(self, row: Row) -> list[int]:
        return [width(self._outer(cell).of(self._text)) for cell in row.cells]

    @cached_property
    def _columns(self) -> list[int | None]:
        rows = [self._widths(row) for row in self._lines if row is not self._table.delimiter]
        columns = [[row[c] for row in rows if c < len(row)] for c in range(len(self._table.header.cells))]
        return [widths[0] if len(widths) > 1 and len(set(widths)) == 1 else None for widths in columns]

    def _column_width(self, column: int) -> int | None:
        """The width that all cells of a column have, if they have one."""
        return self._columns[column] if not self._html and column < len(self._columns) else None

    @cached_property
    def _aligned(self) -> bool:
        return not self._html and len({tuple(self._widths(row)) for row in self._lines}) == 1

    @cached_property
    def _tight(self) -> bool:
        header = self._table.header.cells
        return not any(self._text[c.span.start - 1] in _BLANKS for c in header[1:]) and len(header) > 1

    def _room(self, outer: Span, column: int) -> int:
        """The width a cell should keep: that of its column, or its own where it is padded."""
        own = width(outer.of(self._text))
        padded = outer.of(self._text).endswith("  ")
        return own if padded or self._column_width(column) == own else 0

    def _padded(self, words: str, room: int) -> str:
        gap = "" if self._tight else " "
        return f"{gap}{words}{gap}" + " " * max(0, room - width(words) - 2 * len(gap))

    def _tag(self) -> str:
        tag = self._last_cell()
        return tag[1].lower() if tag else "th"

    def _paragraphs(self) -> bool:
        tag = self._last_cell()
        return bool(tag and tag[2])

    def _last_cell(self) -> re.Match[str] | None:
        """The opening tag of the header's last cell, with the paragraph in it if there is one."""
        last = self._table.header.cells[-1].span.start
        found = list(_LAST_CELL.finditer(self._text, max(0, last - 500), last + 200))
        before = [match for match in found if match.start() < last]
        return before[-1] if before else None


def _stretched(dashes: str, length: int) -> str:
    """A delimiter of this length, with the colons of another one."""
    left, right = dashes.startswith(":"), dashes.endswith(":")
    inner = max(1, length - left - right)
    return ":" * left + "-" * inner + ":" * right
