"""Markdown → blocks, each with its place in the text.

markdown-it finds the blocks. Its inline and table rules are off: they know no columns and cost most of its time.
So is its rule for underlined headings, which looks at every line of every paragraph once more: it is done here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from markdown_it import MarkdownIt
from markdown_it.token import Token

from syncd.core.blocks import Block, Grid, Heading, Lines, ListItem, Page, Paragraph
from syncd.core.front_matter import read_front_matter
from syncd.core.html import read_html_blocks
from syncd.core.inline import read_inline
from syncd.core.model import Span
from syncd.core.prose import Passage, Prose
from syncd.core.tables import find_table, may_hold_table, reflowed_table

_PARSER = MarkdownIt("commonmark").disable(["table", "lheading"], ignoreInvalid=True)
_PARSER.core.ruler.enableOnly(["normalize", "block"])

_UNDERLINE = re.compile(r"\n[ \t]*(?:=+|--?)[ \t]*$", re.MULTILINE)
_BOX = re.compile(r"\[(.?)\](?=\s|$)")
_HTML = re.compile(r"<(table|ul|ol|h[1-6]|dl|details|summary|p|div|li|ac:task-list)\b", re.IGNORECASE)


def read_markdown(text: str) -> Page:
    """The blocks of a Markdown text. Any text can be read; time and memory grow with its length only."""
    front = read_front_matter(text)
    reader = _Reader(text, body=front.end)
    problems = (front.problem,) if front.problem else ()
    return Page(reader.blocks(), front.values, problems)


class _Reader:
    def __init__(self, text: str, *, body: int) -> None:
        self.text = text
        self.lines = Lines(text)
        self.definitions: dict[str, str] = {}
        self._first = self.lines.number(body) if body else 0
        self._blocks: list[Block] = []
        self._open: list[int] = []
        """The indices of the list items around the current token."""
        self._quotes = 0
        self._unclosed: set[str] = set()
        """HTML elements that nothing closes any more."""
        self._skip = 0
        """Lines before this one belong to an HTML element that was already read."""

    def blocks(self) -> tuple[Block, ...]:
        environment: dict[str, Mapping[str, Mapping[str, str]]] = {}
        source = "\n" * self._first + self.text[self.lines.span(self._first).start :] if self._first else self.text
        tokens = _PARSER.parse(source.replace("\ufeff", " ", 1) if source.startswith("\ufeff") else source, environment)
        self.definitions = {key: str(value["href"]) for key, value in environment.get("references", {}).items()}
        for index, token in enumerate(tokens):
            if token.map and token.map[0] < self._skip and token.type != "list_item_open":
                continue
            self._token(token, tokens, index)
        return tuple(self._blocks)

    def _token(self, token: Token, tokens: list[Token], index: int) -> None:
        kind = token.type
        if kind == "inline":
            self._inline(token, tokens, index)
        elif kind == "list_item_open":
            self._item(token, tokens, index)
        elif kind == "list_item_close":
            self._open.pop()
        elif kind == "blockquote_open":
            self._quotes += 1
        elif kind == "blockquote_close":
            self._quotes -= 1
        elif kind == "html_block":
            self._html(token)

    # --- words --------------------------------------------------------------------------------------------------

    def _prose(self, spans: tuple[Span, ...]) -> Prose:
        return read_inline(self.text, spans, self.definitions)

    def _cell_prose(self, spans: tuple[Span, ...]) -> Prose:
        return read_inline(self.text, spans, self.definitions, cell=True)

    def _passage(self, token: Token) -> Passage:
        return Passage(token.content, partial(self._spans, token), self._prose)

    def _of(self, spans: tuple[Span, ...]) -> Passage:
        return Passage("\n".join([span.of(self.text) for span in spans]), lambda: spans, self._prose)

    def _spans(self, token: Token) -> tuple[Span, ...]:
        """Where each line of a token's content stands in the text."""
        first = token.map[0] if token.map else 0
        return tuple([self._line_span(first + n, line.strip()) for n, line in enumerate(token.content.split("\n"))])

    def _line_span(self, index: int, words: str) -> Span:
        line = self.lines.span(min(index, len(self.lines) - 1))
        start = self.text.rfind(words, line.start, line.end)
        if start < 0:
            # Markdown replaces NUL and expands tabs; both keep the end of the line where it is.
            end = line.start + len(line.of(self.text).rstrip())
            return Span(max(line.start, end - len(words)), end)
        return Span(start, start + len(words))

    # --- blocks -------------------------------------------------------------------------------------------------

    def _inline(self, token: Token, tokens: list[Token], index: int) -> None:
        before = tokens[index - 1]
        if before.type == "heading_open":
            self._blocks.append(Heading((token.map or [0])[0] + 1, int(before.tag[1]), self._passage(token)))
        elif tokens[index - 2].type != "list_item_open":
            self._paragraph(token, tokens, index)

    def _paragraph(self, token: Token, tokens: list[Token], index: int) -> None:
        first = (token.map or [0])[0]
        if may_hold_table(token.content):
            self._split(self._spans(token))
        elif _UNDERLINE.search(token.content) or self._is_ruled(token, tokens, index):
            self._underlined(self._passage(token).lines(), first, ruled=self._is_ruled(token, tokens, index))
        else:
            self._text(first + 1, self._passage(token))

    def _is_ruled(self, token: Token, tokens: list[Token], index: int) -> bool:
        """Whether the rule under a paragraph is the underline of its last line."""
        rule = tokens[index + 2] if index + 2 < len(tokens) else None
        if rule is None or rule.type != "hr" or rule.level != tokens[index - 1].level or not rule.map or not token.map:
            return False
        line = self.lines.span(rule.map[0]).of(self.text).strip(" \t>")
        return rule.map[0] == token.map[1] and not line.strip("-")

    def _underlined(self, lines: tuple[Passage, ...], first: int, *, ruled: bool) -> None:
        """Headings are the lines above underlines; lines before them only stand too close."""
        at = 0
        for number, line in enumerate(lines):
            if number > at and not line.rough.strip("=" if line.rough[0] == "=" else "-"):
                self._text_of(lines[at : number - 1])
                self._blocks.append(Heading(first + number, 1 if line.rough[0] == "=" else 2, lines[number - 1]))
                at = number + 1
        if ruled and at < len(lines):
            self._text_of(lines[at:-1])
            self._blocks.append(Heading(first + len(lines), 2, lines[-1]))
        else:
            self._text_of(lines[at:])

    def _text_of(self, lines: tuple[Passage, ...]) -> None:
        self._split(tuple(span for line in lines for span in line.spans))

    def _text(self, line: int, passage: Passage) -> None:
        parent = self._open[-1] if self._open else None
        self._blocks.append(Paragraph(line, passage, parent, self._quotes > 0))

    def _split(self, spans: tuple[Span, ...]) -> None:
        """Add lines as paragraphs and the tables among them."""
        while spans:
            before, grid, spans = self._table(spans)
            if before:
                self._text(self.lines.number(before[0].start), self._of(before))
            if grid:
                self._blocks.append(replace(grid, item=self._open[-1] if self._open else None))

    def _table(self, spans: tuple[Span, ...]) -> tuple[tuple[Span, ...], Grid | None, tuple[Span, ...]]:
        found = find_table(self.text, spans, self._cell_prose, self.lines)
        if found is None:
            reflowed = reflowed_table(self.text, spans, self._cell_prose, self.lines)
            return ((), reflowed, ()) if reflowed else (spans, None, ())
        start, grid, end = found
        return spans[:start], grid, spans[end:]

    def _item(self, token: Token, tokens: list[Token], index: int) -> None:
        parent = self._open[-1] if self._open else None
        first = token.map[0] if token.map else 0
        content = tokens[index + 2] if index + 2 < len(tokens) and tokens[index + 1].type == "paragraph_open" else None
        spans: tuple[Span, ...] = ()
        checked, box = None, None
        if content is None or first < self._skip:
            passage = self._nothing(first)
        elif content.content[:1] != "[" and not may_hold_table(content.content):
            passage = self._passage(content)
        else:
            passage, checked, box, spans = self._item_words(content, first)
        self._open.append(len(self._blocks))
        self._blocks.append(
            ListItem(
                line=first + 1,
                depth=len(self._open) - 1,
                passage=passage,
                parent=parent,
                ordered=token.markup in (".", ")"),
                checked=checked,
                box=box,
            )
        )
        self._split(spans)

    def _nothing(self, first: int) -> Passage:
        """The words of an item that has none: a place at the end of its line."""
        line = self.lines.span(first)
        end = line.start + len(line.of(self.text).rstrip())
        return self._of((Span(end, end),))

    def _item_words(self, content: Token, first: int) -> tuple[Passage, str | None, Span | None, tuple[Span, ...]]:
        """An item's words, what stands in its box and where, and the lines of a table that follows at once."""
        spans = self._spans(content)
        found = find_table(self.text, spans, self._cell_prose, self.lines) if len(spans) > 2 else None
        words, checked, box = self._box(spans[: found[0]] if found else spans)
        return self._of(words) if words else self._nothing(first), checked, box, spans[found[0] :] if found else ()

    def _box(self, spans: tuple[Span, ...]) -> tuple[tuple[Span, ...], str | None, Span | None]:
        """A paragraph without its checkbox, what stands in the box, and where."""
        match = _BOX.match(self.text, spans[0].start, spans[0].end) if spans else None
        if match is None:
            return spans, None, None
        rest = Span(match.end(), spans[0].end)
        start = rest.start + len(rest.of(self.text)) - len(rest.of(self.text).lstrip())
        words = (Span(start, rest.end), *spans[1:]) if start < rest.end else spans[1:]
        return words, match[1] or " ", Span(match.start(1), match.end(1))

    # --- HTML between the Markdown ------------------------------------------------------------------------------

    def _html(self, token: Token) -> None:
        if not token.map:
            return
        start, end = self.lines.span(token.map[0]).start, self.lines.span(min(token.map[1], len(self.lines)) - 1).end
        opening = _HTML.search(self.text, start, end)
        if not opening or token.content.lstrip().startswith("<!--"):
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
