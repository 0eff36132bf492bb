"""The block structure of a Markdown text, line by line: https://spec.commonmark.org/0.31.2/#blocks-and-inlines.

Written by hand because whoever edits cells must know where each line's words stand, and because only headings,
paragraphs, list items and HTML matter here: code and rules only end what was before them. markdown-it-py judges it
in the tests. Each line is looked at once; containers are never deeper than :data:`DEEPEST`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from syncd.core.blocks import Lines
from syncd.core.cursor import Cursor
from syncd.core.html_start import html_block

DEEPEST = 50

_ATX = re.compile(r"(#{1,6})(?:[ \t]+|$)")
_ATX_END = re.compile(r"(?<=[ \t])#+[ \t]*$")
_FENCE = re.compile(r"(`{3,})[^`]*$|(~{3,})")
_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*$")
_RULE = re.compile(r"([-*_])(?:[ \t]*\1){2,}[ \t]*$")
_MARKER = re.compile(r"(?:[-+*]|(\d{1,9})[.)])(?=[ \t]|$)")
_SIGNS = frozenset("#>`~<=-+*_0123456789")
_MORE_THAN_WORDS = _SIGNS | {" ", "\t"}
"""What a line begins with that is more than words."""


class LeafKind(Enum):
    """What the scanner tells apart."""

    ITEM = "item"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    HTML = "html"


@dataclass(slots=True)
class Leaf:
    """A piece of the text. ``line`` counts from 0; ``places`` are start and end of each line's words.

    ``item`` is the number of the innermost list item around it, of itself for an item. ``first``: it is the first
    thing in that item. ``last_line`` is an HTML block's last one.
    """

    kind: LeafKind
    line: int
    places: list[tuple[int, int]]
    item: int | None
    quoted: bool
    first: bool = False
    level: int = 0
    parent: int | None = None
    ordered: bool = False
    last_line: int = 0


@dataclass(slots=True)
class _Container:
    """A quotation (``indent`` 0), or a list item: so many columns its content is indented."""

    indent: int
    item: int | None
    """The innermost list item: of a list item its own number."""
    quoted: bool
    """It is a quotation or stands in one."""
    opened: int
    """The line it begins on."""
    filled: bool = False
    """Something stands in it."""


@dataclass
class Scanner:
    """Scans a text from a line on; :meth:`scan` hands out its leaves in order."""

    text: str
    lines: Lines
    first: int = 0
    _containers: list[_Container] = field(default_factory=list)
    _items: int = 0
    _paragraph: Leaf | None = None
    _fence: str = ""
    """The fence that is open."""
    _html: tuple[Leaf, str | None] | None = None
    _ready: list[Leaf] = field(default_factory=list)

    def scan(self) -> Iterator[Leaf]:
        """The leaves; an item comes before what stands in it."""
        for index in range(self.first, len(self.lines)):
            start, end = self.lines.bounds(index)
            if index == 0 and self.text.startswith("\ufeff"):
                start += 1
            if self._containers or self._fence or self._html:
                self._line(index, Cursor(self.text, start, end))
            elif start == end:
                self._close(0)
            elif self.text[start] in _MORE_THAN_WORDS:
                self._line(index, Cursor(self.text, start, end))
            else:
                self._plain(index, start, end)
            if self._ready:
                yield from self._ready
                self._ready.clear()
        self._close(0)
        yield from self._ready

    def _plain(self, index: int, start: int, end: int) -> None:
        """Words that stand in nothing."""
        if self._paragraph:
            self._paragraph.places.append(self._trimmed(start, end))
        else:
            self._paragraph = Leaf(LeafKind.PARAGRAPH, index, [self._trimmed(start, end)], None, False)

    # --- one line -----------------------------------------------------------------------------------------------

    def _line(self, index: int, cursor: Cursor) -> None:
        matched = self._match(index, cursor)
        everything = matched == len(self._containers)
        if everything and (self._fence or self._html):
            self._continue(index, cursor)
            return
        start, column = cursor.blanks()
        if start == cursor.end:
            self._close(matched)
            return
        opened = False
        while column - cursor.column < 4 and self.text[start] in _SIGNS:
            if not opened and everything and self._paragraph and self._underline(start, cursor.end):
                return
            if self._leaf(index, start, cursor, matched, interrupts=self._paragraph is not None):
                return
            in_paragraph = not opened and everything and self._paragraph is not None
            if len(self._containers) >= DEEPEST or not self._open(index, start, column, cursor, matched, in_paragraph):
                break
            opened, everything = True, True
            matched = len(self._containers)
            start, column = cursor.blanks()
            if start == cursor.end:
                return
        self._words(index, start, column - cursor.column, cursor, matched, lazy=not opened)

    def _match(self, index: int, cursor: Cursor) -> int:
        """Go past the marks of the open containers; how many of them this line belongs to."""
        for number, container in enumerate(self._containers):
            start, column = cursor.blanks()
            if not container.indent:
                if start == cursor.end or self.text[start] != ">" or column - cursor.column >= 4:
                    return number
                self._quote(start, column, cursor)
            elif start == cursor.end:
                if not container.filled and index > container.opened:
                    return number
            elif column - cursor.column >= container.indent:
                cursor.skip(container.indent)
            else:
                return number
        return len(self._containers)

    def _quote(self, start: int, column: int, cursor: Cursor) -> None:
        """Go past a quotation's mark and the blank behind it."""
        cursor.at, cursor.column = start + 1, column + 1
        if cursor.at < cursor.end and self.text[cursor.at] in " \t":
            cursor.skip(1)

    def _continue(self, index: int, cursor: Cursor) -> None:
        """A line of a code block or an HTML block."""
        if self._fence:
            start, column = cursor.blanks()
            words = self.text[start : cursor.end].rstrip(" \t")
            closes = words.startswith(self._fence) and not words.strip(self._fence[0]) and column - cursor.column < 4
            self._fence = "" if closes else self._fence
        elif self._html:
            leaf, ending = self._html
            if ending is None and not self.text[cursor.at : cursor.end].strip():
                self._end_html()
                return
            leaf.last_line = index
            if ending and self.text.find(ending, cursor.at, cursor.end) >= 0:
                self._end_html()

    def _end_html(self) -> None:
        assert self._html
        self._ready.append(self._html[0])
        self._html = None

    # --- leaves -------------------------------------------------------------------------------------------------

    def _leaf(self, index: int, start: int, cursor: Cursor, matched: int, *, interrupts: bool) -> bool:
        """A heading, code, HTML or a rule that begins here."""
        sign = self.text[start]
        if sign == "#" and (match := _ATX.match(self.text, start, cursor.end)):
            self._begin(matched)
            end = _ATX_END.search(self.text, match.end(), cursor.end)
            place = self._trimmed(match.end(), end.start() if end else cursor.end)
            self._ready.append(self._made(LeafKind.HEADING, index, [place], level=len(match[1])))
        elif sign in "`~" and (match := _FENCE.match(self.text, start, cursor.end)):
            self._begin(matched)
            self._fence = match[1] or match[2]
        elif sign == "<" and (found := html_block(self.text, start, cursor.end, interrupts=interrupts)):
            self._begin(matched)
            leaf = self._made(LeafKind.HTML, index, [(start, cursor.end)])
            leaf.last_line = index
            self._html = (leaf, found[0])
            if found[0] and self.text.find(found[0], start + 2, cursor.end) >= 0:
                self._end_html()
        elif sign in "-*_" and _RULE.match(self.text, start, cursor.end):
            self._begin(matched)
        else:
            return False
        return True

    def _underline(self, start: int, end: int) -> bool:
        """Make a heading of the open paragraph's last line; lines before it only stand too close."""
        paragraph = self._paragraph
        if paragraph is None or self.text[start] not in "=-" or not _UNDERLINE.match(self.text, start, end):
            return False
        if "|" in self.text[slice(*paragraph.places[-1])]:
            return False
        place = paragraph.places.pop()
        line = paragraph.line + len(paragraph.places)
        first = paragraph.first and not paragraph.places
        if paragraph.places:
            self._ready.append(paragraph)
        self._paragraph = None
        level = 1 if self.text[start] == "=" else 2
        self._ready.append(Leaf(LeafKind.HEADING, line, [place], paragraph.item, paragraph.quoted, first, level))
        return True

    def _words(self, index: int, start: int, indent: int, cursor: Cursor, matched: int, *, lazy: bool) -> None:
        place = self._trimmed(start, cursor.end)
        if self._paragraph and lazy:
            self._paragraph.places.append(place)
            return
        if indent >= 4:
            self._begin(matched)
            return
        self._close(matched)
        self._paragraph = self._made(LeafKind.PARAGRAPH, index, [place])

    def _trimmed(self, start: int, end: int) -> tuple[int, int]:
        words = self.text[start:end]
        lead = len(words) - len(words.lstrip())
        return (start + lead, start + max(lead, len(words.rstrip())))

    def _made(self, kind: LeafKind, line: int, places: list[tuple[int, int]], *, level: int = 0) -> Leaf:
        """A leaf in the open containers, which are not empty from now on."""
        if not self._containers:
            return Leaf(kind, line, places, None, False, level=level)
        inner = self._containers[-1]
        first = inner.indent > 0 and not inner.filled
        self._fill()
        return Leaf(kind, line, places, inner.item, inner.quoted, first, level)

    def _fill(self) -> None:
        for container in self._containers:
            container.filled = True

    # --- containers ---------------------------------------------------------------------------------------------

    def _begin(self, matched: int) -> None:
        """Something other than a paragraph begins."""
        self._close(matched)
        self._fill()

    def _close(self, matched: int) -> None:
        """End the open leaf, and the containers that the line does not belong to."""
        if self._paragraph:
            self._ready.append(self._paragraph)
            self._paragraph = None
        if matched < len(self._containers) or not self._containers:
            if self._html:
                self._end_html()
            self._fence = "" if matched < len(self._containers) else self._fence
            del self._containers[matched:]

    def _open(self, index: int, start: int, column: int, cursor: Cursor, matched: int, in_paragraph: bool) -> bool:
        """A quotation or list item that begins here."""
        if self.text[start] == ">":
            self._begin(matched)
            self._containers.append(_Container(0, self._inside(), True, index))
            self._quote(start, column, cursor)
            return True
        marker = _MARKER.match(self.text, start, cursor.end)
        if not marker:
            return False
        words = self.text[marker.end() : cursor.end].strip(" \t")
        if in_paragraph and (not words or marker[1] not in (None, "1")):
            return False
        self._begin(matched)
        self._item(index, start, column, cursor, marker, empty=not words)
        return True

    def _item(self, index: int, start: int, column: int, cursor: Cursor, marker: re.Match[str], *, empty: bool) -> None:
        parent = self._inside()
        quoted = bool(self._containers) and self._containers[-1].quoted
        width = marker.end() - start
        before = column - cursor.column
        cursor.at, cursor.column = marker.end(), column + width
        _, behind = cursor.blanks()
        blanks = behind - cursor.column
        gap = 1 if empty or blanks > 4 else blanks
        cursor.skip(gap)
        self._containers.append(_Container(before + width + gap, self._items, quoted, index))
        leaf = Leaf(LeafKind.ITEM, index, [(marker.end(), marker.end())], self._items, quoted)
        leaf.parent, leaf.ordered = parent, marker[1] is not None
        self._ready.append(leaf)
        self._items += 1

    def _inside(self) -> int | None:
        """The innermost list item that is open."""
        return self._containers[-1].item if self._containers else None
