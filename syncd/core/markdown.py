"""Markdown → blocks, each with its place in the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise

from syncd.core.blocks import Block, Heading, Lines, ListItem, Page, Paragraph
from syncd.core.front_matter import read_front_matter
from syncd.core.html import read_html_blocks
from syncd.core.inline import label, read_inline
from syncd.core.model import Span
from syncd.core.prose import Passage
from syncd.core.sections import headed_lines
from syncd.core.structure import Leaf, LeafKind, Scanner
from syncd.core.tables import find_table, may_hold_table, reflowed_table

_BOX = re.compile(r"\[(.?)\](?=\s|$)")
_HTML = re.compile(r"<(table|ul|ol|h[1-6]|dl|details|summary|p|div|li|ac:task-list)\b", re.IGNORECASE)
_DEFINITION = re.compile(
    r"\[((?:[^\[\]\\]|\\.){1,999})\]:[ \t]*(?:<([^<>]*)>|(\S+))(?:[ \t]+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?$"
)


def read_markdown(text: str) -> Page:
    """The blocks of a Markdown text. Any text can be read; time and memory grow with its length only."""
    front = read_front_matter(text)
    problems = (front.problem,) if front.problem else ()
    return Page(_Reader(text, body=front.end).blocks(), front.values, problems)


class _Reader:
    def __init__(self, text: str, *, body: int) -> None:
        self.text = text
        self.lines = Lines(text)
        self.definitions: dict[str, str] = {}
        self._prose = partial(read_inline, text, definitions=self.definitions)
        self._cell_prose = partial(read_inline, text, definitions=self.definitions, cell=True)
        self._first = self.lines.number(body) if body else 0
        self._blocks: list[Block] = []
        self._items: list[int] = []
        """The index of each list item, by its number."""
        self._unclosed: set[str] = set()
        """HTML elements that nothing closes any more."""
        self._skip = 0
        """Lines before this one belong to an HTML element that was already read."""

    def blocks(self) -> tuple[Block, ...]:
        """All blocks; links are looked up in definitions only when words are read, so those may stand anywhere."""
        for leaf in Scanner(self.text, self.lines, self._first).scan():
            if leaf.kind is LeafKind.ITEM:
                self._item(leaf)
            elif leaf.line < self._skip:
                continue
            elif leaf.kind is LeafKind.PARAGRAPH:
                self._paragraph(leaf)
            elif leaf.kind is LeafKind.HEADING:
                self._blocks.append(Heading(leaf.line + 1, leaf.level, self._passage(leaf.places)))
            else:
                self._html(leaf)
        return tuple(self._blocks)

    # --- words --------------------------------------------------------------------------------------------------

    def _passage(self, places: Sequence[tuple[int, int]]) -> Passage:
        rough = (
            "\n".join([self.text[start:end] for start, end in places]) if places[1:] else self.text[slice(*places[0])]
        )
        return Passage(rough, partial(_spans, places), self._prose)

    # --- blocks -------------------------------------------------------------------------------------------------

    def _paragraph(self, leaf: Leaf) -> None:
        places = self._without_definitions(leaf)
        if leaf.first and leaf.item is not None and places:
            places = self._fill(leaf.item, places)
        if places:
            item = None if leaf.item is None else self._items[leaf.item]
            self._text(leaf.line + len(leaf.places) - len(places), places, item, quoted=leaf.quoted)

    def _without_definitions(self, leaf: Leaf) -> list[tuple[int, int]]:
        """A paragraph's lines without the link definitions that it begins with, which are kept."""
        places = leaf.places
        while places and self.text.startswith("[", places[0][0]):
            match = _DEFINITION.match(self.text, *places[0])
            if match is None:
                break
            target = match[3] if match[2] is None else match[2]
            self.definitions.setdefault(label(match[1]), target)
            places = places[1:]
        return places

    def _text(self, line: int, places: list[tuple[int, int]], item: int | None, *, quoted: bool) -> None:
        """Add lines as paragraphs and the tables among them."""
        passage = self._passage(places)
        if not may_hold_table(passage.rough):
            self._plain(line, places, item, quoted=quoted)
            return
        spans = _spans(places)
        found = find_table(self.text, spans, self._cell_prose, self.lines)
        if found:
            start, grid, end = found
            if start:
                self._blocks.append(Paragraph(line + 1, self._passage(places[:start]), item, quoted))
            self._blocks.append(replace(grid, item=item))
            if places[end:]:
                self._text(line + end, places[end:], item, quoted=quoted)
        elif reflowed := reflowed_table(self.text, spans, self._cell_prose, self.lines):
            self._blocks.append(replace(reflowed, item=item))
        else:
            self._blocks.append(Paragraph(line + 1, passage, item, quoted))

    def _plain(self, line: int, places: list[tuple[int, int]], item: int | None, *, quoted: bool) -> None:
        """Add lines without a table; a heading among them that has no markup stands for itself."""
        passage = self._passage(places)
        heading = headed_lines(passage.rough) if item is None and len(places) > 3 else None
        cuts = [0, len(places)] if heading is None else [0, heading, heading + 1, len(places)]
        for start, end in pairwise(cuts):
            self._blocks.append(Paragraph(line + start + 1, self._passage(places[start:end]), item, quoted))

    def _item(self, leaf: Leaf) -> None:
        """A list item, without words as yet: their place would be the end of its line."""
        start = leaf.places[0][0]
        end = start + len(self.text[start : self.lines.bounds(leaf.line)[1]].rstrip())
        parent = None if leaf.parent is None else self._items[leaf.parent]
        depth = 0 if parent is None else self._depth(parent) + 1
        self._items.append(len(self._blocks))
        self._blocks.append(
            ListItem(leaf.line + 1, depth, self._passage([(end, end)]), parent=parent, ordered=leaf.ordered)
        )

    def _depth(self, index: int) -> int:
        block = self._blocks[index]
        assert isinstance(block, ListItem)
        return block.depth

    def _fill(self, number: int, places: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Give an item the words of its first paragraph, but for a table in it; those lines are left."""
        index = self._items[number]
        item = self._blocks[index]
        assert isinstance(item, ListItem)
        left: list[tuple[int, int]] = []
        if len(places) > 2 and (found := find_table(self.text, _spans(places), self._cell_prose, self.lines)):
            places, left = places[: found[0]], places[found[0] :]
        words, checked, box = self._box(places)
        passage = self._passage(words) if words else item.passage
        self._blocks[index] = ListItem(item.line, item.depth, passage, item.parent, item.ordered, checked, box)
        return left

    def _box(self, places: list[tuple[int, int]]) -> tuple[list[tuple[int, int]], str | None, Span | None]:
        """A paragraph without its checkbox, what stands in the box, and where."""
        match = _BOX.match(self.text, *places[0]) if places else None
        if match is None:
            return places, None, None
        end = places[0][1]
        start = end - len(self.text[match.end() : end].lstrip())
        words = [(start, end), *places[1:]] if start < end else places[1:]
        return words, match[1] or " ", Span(match.start(1), match.end(1))

    # --- HTML between the Markdown ------------------------------------------------------------------------------

    def _html(self, leaf: Leaf) -> None:
        start, end = self.lines.bounds(leaf.line)[0], self.lines.bounds(leaf.last_line)[1]
        opening = _HTML.search(self.text, start, end)
        if not opening or self.text.startswith("<!--", leaf.places[0][0]):
            return
        end = self._element_end(opening[1], start, end)
        self._skip = max(self._skip, self.lines.number(end))
        self._blocks.extend(read_html_blocks(self.text, Span(start, end), self.lines, first=len(self._blocks)))

    def _element_end(self, tag: str, start: int, end: int) -> int:
        """Markdown ends an HTML block at an empty line; a table or list goes on to its closing tag."""
        if tag.lower() not in ("table", "ul", "ol"):
            return end
        close = re.compile(rf"</{tag}\s*>", re.IGNORECASE)
        match = close.search(self.text, start) if tag.lower() not in self._unclosed else None
        if match is None:
            self._unclosed.add(tag.lower())
            return end
        return max(end, match.end())


def _spans(places: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    return tuple([Span(start, end) for start, end in places])
