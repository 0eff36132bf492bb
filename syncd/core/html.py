"""HTML and Confluence storage format → blocks, each with its place in the text.

The tags are found by a scanner of our own: html.parser looks through the rest of the text again for each unclosed
tag, and names lines and columns instead of offsets. Nothing is fetched; unknown elements are looked through.
"""

from __future__ import annotations

from itertools import islice

from syncd.core.blocks import Block, Heading, Lines, ListItem, Page, Paragraph
from syncd.core.html_tables import OpenTable
from syncd.core.html_words import STYLES, Token, Words, passage, tokens
from syncd.core.inline import attributes
from syncd.core.model import Span
from syncd.core.prose import EMPTY, Passage
from syncd.core.words import phrases

_SKIPPED = phrases("script, style, pre, template, noscript, head, svg, ac:plain-text-body, ac:task-id, ac:task-uuid")
_BREAKS = phrases("""
    address, article, aside, blockquote, body, center, dd, details, div, dl, dt, fieldset, figure, footer, form, header
    hr, html, main, nav, p, section, summary, tbody, tfoot, thead, colgroup, caption
    ac:layout, ac:layout-section, ac:layout-cell, ac:rich-text-body, ac:task-list
""")
_DEEPEST = 40
_MOST_TOKENS = 300_000
"""Nobody writes a document with more tags; what comes after them is not read."""
_LISTS = frozenset(("ul", "ol"))
_ITEMS = frozenset(("li", "ac:task"))
_CELLS = frozenset(("td", "th"))


def read_html(text: str) -> Page:
    """The blocks of an HTML document or fragment. Any text can be read; time and memory grow with its length only."""
    return Page(tuple(read_html_blocks(text, Span(0, len(text)), Lines(text))))


def read_html_blocks(text: str, span: Span, lines: Lines, *, first: int = 0) -> list[Block]:
    """The blocks of a part of a text; ``first`` is the index that its first block will have."""
    return _Reader(text, lines, first).read(span)


class _Reader:
    def __init__(self, text: str, lines: Lines, first: int) -> None:
        self.text, self.lines, self.first = text, lines, first
        self.blocks: list[Block] = []
        self.words = Words()
        self._items: list[int] = []
        """Indices of the open list items."""
        self._waiting: int | None = None
        """The open item that has no words yet."""
        self._ordered: list[bool] = []
        self._heading: int | None = None
        self._table: OpenTable | None = None
        self._nested = 0
        """How many tables are open inside the cells of that one; they are only words of it."""
        self._skipping = ""
        self._parameter = ""
        self._quotes = 0
        self._in_task = False
        """In a Confluence task, where a time is the day it is due."""

    def read(self, span: Span) -> list[Block]:
        for token in islice(tokens(self.text, span), _MOST_TOKENS):
            if self._skipping:
                if token.closing and token.name == self._skipping:
                    self._skipping = ""
            elif not token.name:
                self._text(token)
            else:
                self._tag(token)
        self._flush()
        if self._table:
            self._end_table(self._table, span.end)
        return self.blocks

    # --- words --------------------------------------------------------------------------------------------------

    def _text(self, token: Token) -> None:
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
        if self._in_cell():
            self.words.out.write("\n", self.words.end)
            return
        words, self.words = self.words, Words()
        if words.start is None:
            self.words.checked, self.words.mark = words.checked, words.mark
            return
        prose = words.out.prose()
        words_read = passage(Span(words.start, max(words.end, words.start)), prose)
        line = self.lines.number(words.start)
        if self._heading is not None:
            self.blocks.append(Heading(line, self._heading, words_read))
        elif self._waiting is not None:
            self._fill(self._waiting, words_read, words)
        else:
            item = self.first + self._items[-1] if self._items else None
            self.blocks.append(Paragraph(line, words_read, item, self._quotes > 0))

    def _fill(self, index: int, read: Passage, words: Words) -> None:
        item = self.blocks[index]
        assert isinstance(item, ListItem)
        self.blocks[index] = ListItem(
            item.line, item.depth, read, item.parent, item.ordered, words.checked, None, words.mark
        )
        self._waiting = None

    # --- tags ---------------------------------------------------------------------------------------------------

    def _tag(self, token: Token) -> None:
        name = token.name
        if name in STYLES:
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

    def _special(self, token: Token) -> None:
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

    def _list_tag(self, token: Token) -> None:
        self._flush()
        if token.name in _LISTS:
            if token.closing and self._ordered:
                self._ordered.pop()
            elif not token.closing:
                self._ordered.append(token.name == "ol")
            if token.closing:
                self._waiting = None
        elif self._in_cell():
            return
        elif token.closing:
            self._waiting = None
            if self._items:
                self._items.pop()
        else:
            self._open_item(token)

    def _open_item(self, token: Token) -> None:
        depth = max(0, len(self._ordered) - 1)
        self._in_task = token.name == "ac:task"
        del self._items[depth if token.name == "li" else len(self._items) :]
        del self._items[_DEEPEST:]
        parent = self.first + self._items[-1] if self._items else None
        empty = passage(Span(token.end, token.end), EMPTY)
        ordered = bool(self._ordered and self._ordered[-1])
        self._waiting = len(self.blocks)
        self._items.append(self._waiting)
        line = self.lines.number(token.start)
        self.blocks.append(ListItem(line, len(self._items) - 1, empty, parent, ordered))

    # --- tables -------------------------------------------------------------------------------------------------

    def _in_cell(self) -> bool:
        return self._table is not None and self._table.cell is not None

    def _table_tag(self, token: Token) -> None:
        if token.name == "table" and (self._nested or self._in_cell()):
            self._nest(token)
        elif self._table is None or self._nested:
            self._flush()
            if token.name == "table" and not token.closing:
                self._table = OpenTable()
        elif token.name != "table":
            self._part_of_table(self._table, token)
        elif token.closing:
            self._end_table(self._table, token.start)

    def _nest(self, token: Token) -> None:
        if not token.closing:
            self._nested += 1
        elif self._nested:
            self._nested -= 1
        elif self._table:
            self._end_table(self._table, token.start)

    def _part_of_table(self, table: OpenTable, token: Token) -> None:
        ended = token.closing and token.name in _CELLS
        self._end_cell(table, token.start, token.end if ended else token.start)
        if token.closing:
            return
        line = self.lines.number(token.start)
        if token.name == "tr":
            table.open_row(line, token.end)
        else:
            self.words = Words()
            table.open_cell(line, token.end, attributes(token.source))

    def _end_cell(self, table: OpenTable, end: int, after: int) -> None:
        if table.cell is not None:
            words, self.words = self.words, Words()
            table.end_cell(self.text[table.cell : end], words, after)

    def _end_table(self, table: OpenTable, end: int) -> None:
        self._end_cell(table, end, end)
        self._table = None
        if grid := table.grid():
            self.blocks.append(grid)
