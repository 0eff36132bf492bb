"""HTML and Confluence storage format → blocks, each with its place in the text.

The tags are found by a scanner of our own: html.parser looks through the rest of the text again for each unclosed
tag, and names lines and columns instead of offsets. Nothing is fetched; unknown elements are looked through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from syncd.core.blocks import Block, Grid, GridCell, GridRow, Heading, Lines, ListItem, Page, Paragraph
from syncd.core.inline import attributes, trim_url
from syncd.core.model import Markup, Span
from syncd.core.prose import EMPTY, Emphasis, Passage, Prose, ProseWriter, squeeze

_TAG = re.compile(r"""<(/?)([a-zA-Z][\w:.-]*)((?:[^<>"']|"[^"<]*"|'[^'<]*')*)>""")
_WORDS = re.compile(
    r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});|\s{2,}|[\n\r\t\u00a0]|https?://[^\s<>\"']+"
)
_SKIPPED = frozenset("script style pre template noscript head svg ac:plain-text-body ac:task-id ac:task-uuid".split())
_BREAKS = frozenset(
    "address article aside blockquote body center dd details div dl dt fieldset figure footer form header hr html"
    " main nav p section summary tbody tfoot thead colgroup caption ac:layout ac:layout-section ac:layout-cell"
    " ac:rich-text-body ac:task-list".split()
)
_STYLES = {
    "b": Emphasis.BOLD, "strong": Emphasis.BOLD, "em": Emphasis.ITALIC, "i": Emphasis.ITALIC,
    "s": Emphasis.STRIKE, "del": Emphasis.STRIKE, "strike": Emphasis.STRIKE, "code": Emphasis.CODE,
}  # fmt: skip
_DEEPEST = 40
_LISTS = frozenset(("ul", "ol"))
_ITEMS = frozenset(("li", "ac:task"))
_CELLS = frozenset(("td", "th"))


def read_html(text: str) -> Page:
    """The blocks of an HTML document or fragment. Any text can be read; time and memory grow with its length only."""
    return Page(tuple(read_html_blocks(text, Span(0, len(text)), Lines(text))))


def read_html_blocks(text: str, span: Span, lines: Lines, *, first: int = 0) -> list[Block]:
    """The blocks of a part of a text; ``first`` is the index that its first block will have."""
    return _Reader(text, lines, first).read(span)


@dataclass(frozen=True, slots=True)
class _Token:
    """A tag, or the words up to the next one (then ``name`` is empty)."""

    start: int
    end: int
    name: str = ""
    closing: bool = False
    source: str = ""


def _tokens(text: str, span: Span) -> Iterator[_Token]:
    position, start = span.start, span.start
    while (at := text.find("<", position, span.end)) >= 0:
        skipped = _special_end(text, at, span.end)
        tag = None if skipped else _TAG.match(text, at, span.end)
        if not skipped and not tag:
            position = at + 1
            continue
        if start < at:
            yield _Token(start, at)
        if tag:
            yield _Token(at, tag.end(), tag[2].lower(), bool(tag[1]), tag[3])
        position = start = skipped or (tag.end() if tag else at + 1)
    if start < span.end:
        yield _Token(start, span.end)


def _special_end(text: str, at: int, limit: int) -> int:
    """The end of a comment, CDATA section or declaration that starts here, else 0."""
    for opening, closing in (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<!", ">"), ("<?", ">")):
        if text.startswith(opening, at):
            end = text.find(closing, at + len(opening), limit)
            return limit if end < 0 else end + len(closing)
    return 0


@dataclass
class _OpenRow:
    line: int
    cells: list[GridCell] = field(default_factory=list)
    end: int = 0
    merged: bool = False


@dataclass
class _OpenTable:
    rows: list[_OpenRow] = field(default_factory=list)
    cell: int | None = None
    """Where the content of the cell being read starts."""
    columns: int = 1
    lines: int = 1
    hanging: dict[int, tuple[int, GridCell]] = field(default_factory=dict)
    """By column, the cells that reach down into so many rows more."""


def _passage(span: Span, prose: Prose) -> Passage:
    return Passage(squeeze(prose.plain), lambda: (span,), lambda _: prose)


class _Words:
    """The words collected since the last break, with their styles and links."""

    def __init__(self) -> None:
        self.out = ProseWriter()
        self.start: int | None = None
        self.end = 0
        self.checked: str | None = None
        self.mark: Span | None = None
        self._styles: list[tuple[str, int]] = []
        self._links: list[tuple[int, int, str]] = []

    def add(self, text: str, start: int, end: int) -> None:
        at = start
        for match in _WORDS.finditer(text, start, end):
            self._write(text[at : match.start()], at)
            at = match.end()
            if match[0].startswith("&"):
                self._write(unescape(match[0]).replace("\u00a0", " "), match.start())
            elif match[0].startswith("http"):
                at = match.start() + self._url(text, match)
            else:
                self.out.write(" ", match.start())
        self._write(text[at:end], at)

    def _url(self, text: str, match: re.Match[str]) -> int:
        url = trim_url(match[0])
        mark, start = self.out.mark, match.start()
        self._write(url, start)
        if not self._links:
            self.out.anchor(mark, self.out.mark, url=unescape(url), span=Span(start, start + len(url)))
        return len(url)

    def _write(self, words: str, origin: int) -> None:
        if not words:
            return
        if not words.isspace():
            self.start = origin if self.start is None else self.start
            self.end = origin + len(words.rstrip())
        self.out.write(words, origin)

    def put(self, words: str, start: int, end: int) -> None:
        """Write words that stand in an attribute."""
        self._write(words, start)
        self.end = max(self.end, end)

    def style(self, name: str, *, closing: bool) -> None:
        if not closing:
            self._styles.append((name, self.out.mark))
            return
        for index in range(len(self._styles) - 1, max(-1, len(self._styles) - 9), -1):
            if self._styles[index][0] == name:
                self.out.style(_STYLES[name], self._styles.pop(index)[1], self.out.mark)
                return

    def link(self, token: _Token) -> None:
        if not token.closing:
            self._links.append((self.out.mark, token.start, attributes(token.source).get("href", "")))
        elif self._links:
            mark, start, url = self._links.pop()
            if url:
                self.out.anchor(mark, self.out.mark, url=url, span=Span(start, token.end))
                self.end = max(self.end, token.end)


class _Reader:
    def __init__(self, text: str, lines: Lines, first: int) -> None:
        self.text, self.lines, self.first = text, lines, first
        self.blocks: list[Block | None] = []
        self.words = _Words()
        self._items: list[int] = []
        """Indices of the open list items."""
        self._waiting: int | None = None
        """The open item that has no words yet."""
        self._ordered: list[bool] = []
        self._heading: int | None = None
        self._tables: list[_OpenTable] = []
        self._skipping = ""
        self._parameter = ""
        self._quotes = 0
        self._in_task = False
        """In a Confluence task, where a time is the day it is due."""

    def read(self, span: Span) -> list[Block]:
        for token in _tokens(self.text, span):
            if self._skipping:
                if token.closing and token.name == self._skipping:
                    self._skipping = ""
            elif not token.name:
                self._text(token)
            else:
                self._tag(token)
        self._flush()
        while self._tables:
            self._end_table(span.end)
        return [block for block in self.blocks if block is not None]

    # --- words --------------------------------------------------------------------------------------------------

    def _text(self, token: _Token) -> None:
        if self._parameter == "-":
            return
        if self._parameter == "task-status":
            words = self.text[token.start : token.end]
            start = token.start + len(words) - len(words.lstrip())
            self.words.checked = "x" if words.strip() == "complete" else " "
            self.words.mark = Span(start, start + len(words.strip()))
            return
        self.words.add(self.text, token.start, token.end)

    def _flush(self) -> None:
        """End the current paragraph, heading or list item."""
        if self._tables and self._tables[-1].cell is not None:
            self.words.out.write("\n", self.words.end)
            return
        words, self.words = self.words, _Words()
        if words.start is None:
            self.words.checked, self.words.mark = words.checked, words.mark
            return
        prose = words.out.prose()
        passage = _passage(Span(words.start, max(words.end, words.start)), prose)
        line = self.lines.number(words.start)
        if self._heading is not None:
            self.blocks.append(Heading(line, self._heading, passage))
        elif self._waiting is not None:
            self._fill(self._waiting, passage, words)
        else:
            item = self.first + self._items[-1] if self._items else None
            self.blocks.append(Paragraph(line, passage, item, self._quotes > 0))

    def _fill(self, index: int, passage: Passage, words: _Words) -> None:
        item = self.blocks[index]
        assert isinstance(item, ListItem)
        self.blocks[index] = ListItem(
            item.line, item.depth, passage, item.parent, item.ordered, words.checked, None, words.mark
        )
        self._waiting = None

    # --- tags ---------------------------------------------------------------------------------------------------

    def _tag(self, token: _Token) -> None:
        name = token.name
        if name in _STYLES:
            self.words.style(name, closing=token.closing)
        elif name == "a":
            self.words.link(token)
        elif name in _CELLS or name in ("tr", "table"):
            self._table_tag(token)
        elif name in _ITEMS or name in _LISTS:
            self._list_tag(token)
        elif name in _SKIPPED:
            if not token.closing and not token.source.endswith("/"):
                self._skipping = name
        elif name.startswith("ac:") or name in ("time", "img", "input", "br"):
            self._special(token)
        elif len(name) == 2 and name[0] == "h" and name[1] in "123456":
            self._flush()
            self._heading = None if token.closing else int(name[1])
        if name in _BREAKS:
            self._flush()
            if name == "blockquote":
                self._quotes += -1 if token.closing else 1
            elif name == "summary":
                self._heading = None if token.closing else 6

    def _special(self, token: _Token) -> None:
        values = {} if token.closing else attributes(token.source)
        name = token.name
        if name == "br":
            self.words.out.write("\n", token.start)
        elif name == "time" and "datetime" in values:
            sign = "📅 " if self._in_task else ""
            self.words.put(sign + values["datetime"], token.start, token.end)
        elif name == "img" and values.get("alt"):
            self.words.put(values["alt"], token.start, token.end)
        elif name == "input" and values.get("type") == "checkbox":
            self.words.checked = "x" if "checked" in values else " "
        elif name == "ac:task-status":
            self._parameter = "" if token.closing else "task-status"
        elif name == "ac:parameter":
            wanted = values.get("ac:name") in ("key", "title")
            self._parameter = "" if token.closing or wanted else "-"

    def _list_tag(self, token: _Token) -> None:
        self._flush()
        if token.name in _LISTS:
            if token.closing and self._ordered:
                self._ordered.pop()
            elif not token.closing:
                self._ordered.append(token.name == "ol")
            if token.closing:
                self._waiting = None
        elif self._tables and self._tables[-1].cell is not None:
            return
        elif token.closing:
            self._waiting = None
            if self._items:
                self._items.pop()
        else:
            self._open_item(token)

    def _open_item(self, token: _Token) -> None:
        depth = max(0, len(self._ordered) - 1)
        self._in_task = token.name == "ac:task"
        del self._items[depth if token.name == "li" else len(self._items) :]
        del self._items[_DEEPEST:]
        parent = self.first + self._items[-1] if self._items else None
        empty = _passage(Span(token.end, token.end), EMPTY)
        ordered = bool(self._ordered and self._ordered[-1])
        self._waiting = len(self.blocks)
        self._items.append(self._waiting)
        line = self.lines.number(token.start)
        self.blocks.append(ListItem(line, len(self._items) - 1, empty, parent, ordered))

    # --- tables -------------------------------------------------------------------------------------------------

    def _table_tag(self, token: _Token) -> None:
        if token.name == "table":
            self._flush()
            if not token.closing:
                self._tables.append(_OpenTable())
            elif self._tables:
                self._end_table(token.start)
            return None
        if not self._tables:
            return self._flush()
        table = self._tables[-1]
        self._end_cell(table, token.start, token.end if token.closing and token.name in _CELLS else token.start)
        if token.closing:
            return None
        if token.name == "tr":
            table.rows.append(_OpenRow(self.lines.number(token.start), end=token.end))
            self._hang(table, table.rows[-1])
        else:
            self._open_cell(table, token)
        return None

    def _open_cell(self, table: _OpenTable, token: _Token) -> None:
        if not table.rows:
            table.rows.append(_OpenRow(self.lines.number(token.start)))
        row = table.rows[-1]
        if not row.cells:
            row.line = self.lines.number(token.start)
        values = attributes(token.source)
        table.columns, table.lines = _number(values.get("colspan")), _number(values.get("rowspan"))
        row.merged = row.merged or table.columns > 1 or table.lines > 1
        self.words = _Words()
        table.cell = token.end

    def _end_cell(self, table: _OpenTable, end: int, after: int) -> None:
        if table.cell is None:
            return
        row, start = table.rows[-1], table.cell
        content = self.text[start:end]
        lead = len(content) - len(content.lstrip())
        span = Span(start, start) if lead == len(content) else Span(start + lead, start + len(content.rstrip()))
        words, self.words = self.words, _Words()
        prose = words.out.prose() if words.start is not None or words.out.mark else Prose("", origins=((0, start),))
        if words.checked is not None:
            prose = _checked(prose, words.checked, start)
        cell = GridCell(span, _passage(span, prose))
        row.cells.append(cell)
        empty = Span(span.end, span.end)
        row.cells.extend(GridCell(empty, _passage(empty, EMPTY)) for _ in range(table.columns - 1))
        if table.lines > 1:
            table.hanging[len(row.cells) - table.columns] = (table.lines - 1, cell)
        row.end, table.cell = after, None
        self._hang(table, row)

    def _hang(self, table: _OpenTable, row: _OpenRow) -> None:
        """Go on with cells of rows above that reach down to here."""
        while (at := len(row.cells)) in table.hanging and table.hanging[at][1] not in row.cells:
            left, cell = table.hanging.pop(at)
            if left > 1:
                table.hanging[at] = (left - 1, cell)
            row.cells.append(cell)
            row.merged = True

    def _end_table(self, end: int) -> None:
        table = self._tables.pop()
        self._end_cell(table, end, end)
        rows = [row for row in table.rows if row.cells]
        if self._tables or len(rows) < 1:
            return
        width = len(rows[0].cells)
        grid = [
            GridRow(row.line, tuple(row.cells), row.end, True, row.merged or len(row.cells) > width) for row in rows
        ]
        self.blocks.append(Grid(grid[0].line, Markup.HTML, grid[0], lambda: tuple(grid[1:])))


def _number(value: str | None) -> int:
    """How many columns or rows a cell takes, within reason."""
    return min(int(value), 100) if value and value.isdecimal() and int(value) > 0 else 1


def _checked(prose: Prose, checked: str, start: int) -> Prose:
    out = ProseWriter()
    out.write("☑ " if checked == "x" else "☐ ", start)
    out.write(prose.plain, prose.origins[0][1])
    return out.prose()
