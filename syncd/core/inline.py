"""Markdown inside a paragraph → :class:`syncd.core.prose.Prose`, in one pass over the text.

Understands what changes the *words*: escapes, code spans, links of all kinds, images, emphasis, strike-through,
HTML tags and comments, entities, bare URLs. Every token is looked at once, so unclosed brackets, quotes or
backticks by the ten thousand cost no more than other text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping
from html import unescape

from syncd.core.model import Span
from syncd.core.prose import Emphasis, Prose, ProseWriter
from syncd.core.words import phrases

_SPECIAL = re.compile(r"[\\`\[\]<&*_~!:\n]")
_ESCAPE = re.compile(r"\\[!-/:-@\[-`{-~]")
_TICKS = re.compile(r"`+")
_AUTOLINK = re.compile(r"<([a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^\s<>]*)>")
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?P<attributes>(?:\s[^<>]*)?)/?>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_RUN = re.compile(r"\*+|_+|~~+")
_URL = re.compile(r"https?://[^\s<>`|\[\]]+")
_TARGET = re.compile(
    r"""\(\s*(?:<(?P<angle>[^<>\n]*)>|(?P<bare>(?:[^\s()\\]|\\.|\([^\s()]*\))*))"""
    r"""(?:\s+(?:"[^"\n]*"|'[^'\n]*'|\([^()\n]*\)))?\s*\)"""
)
_LABEL = re.compile(r"\[([^\[\]]{0,999})\]")
_ATTRIBUTE = re.compile(r"""([a-zA-Z:-]+)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_TAG_STYLES = {
    "b": Emphasis.BOLD, "strong": Emphasis.BOLD, "em": Emphasis.ITALIC, "i": Emphasis.ITALIC,
    "s": Emphasis.STRIKE, "del": Emphasis.STRIKE, "strike": Emphasis.STRIKE, "code": Emphasis.CODE,
}  # fmt: skip
_TAGS = frozenset(_TAG_STYLES) | phrases("""
    a, abbr, big, br, center, details, div, font, hr, img, input, ins, kbd, li, mark, ol, p, pre, q, small, span, sub
    summary, sup, table, tbody, td, th, thead, tr, tt, u, ul, var, wbr
""")
"""Other names in angle brackets are words, most often a placeholder that nobody filled in."""


def label(text: str) -> str:
    """A reference label as CommonMark compares them."""
    return " ".join(text.split()).lower().upper()


def attributes(source: str) -> dict[str, str]:
    """The attributes of an HTML tag; a name without a value is its own value."""
    return {
        m[1].lower(): unescape(next((v for v in m.groups()[1:] if v is not None), m[1]))
        for m in _ATTRIBUTE.finditer(source)
    }


def read_inline(text: str, spans: tuple[Span, ...], definitions: Mapping[str, str], *, cell: bool = False) -> Prose:
    """The words of the lines at ``spans``. ``definitions`` are link targets by :func:`label`.

    ``cell``: the words are a table cell, where a pipe is escaped even inside a code span.
    """
    if len(spans) == 1 and not _SPECIAL.search(text, spans[0].start, spans[0].end):
        return Prose(spans[0].of(text).strip(), origins=((0, spans[0].start),))
    return _Inline(text, spans, definitions, cell=cell).read()


def trim_url(url: str) -> str:
    """A bare URL without the punctuation of the sentence around it."""
    url = url.rstrip("*_~.,;:!?'\"。、，")
    while url.endswith(")") and url.count("(") < url.count(")"):
        url = url[:-1].rstrip("*_~.,;:!?'\"")
    return url


def code_ranges(text: str, span: Span) -> list[tuple[int, int]]:
    """Where the code spans of a line stand: [start, end) with their backticks, in order."""
    runs = [(m.start(), m.end()) for m in re.finditer("`+", span.of(text))]
    later: dict[int, list[int]] = defaultdict(list)
    for index in range(len(runs) - 1, -1, -1):
        later[runs[index][1] - runs[index][0]].append(index)
    ranges, at = [], 0
    for index, (start, end) in enumerate(runs):
        same = later[end - start]
        while same and same[-1] <= index:
            same.pop()
        if start >= at and same:
            at = runs[same[-1]][1]
            ranges.append((span.start + start, span.start + at))
    return ranges


class _Inline:
    def __init__(self, text: str, spans: tuple[Span, ...], definitions: Mapping[str, str], *, cell: bool) -> None:
        self.raw = "\n".join([span.of(text) for span in spans])
        self.definitions = definitions
        self.cell = cell
        self.out = ProseWriter()
        self._written = 0
        """Up to here all words are written."""
        self._brackets: list[tuple[int, int, bool]] = []
        """Marks and places of open brackets, and whether they open an image."""
        self._closed = 0
        """So many of the open brackets stand around a link and are none themselves."""
        self._links: list[tuple[int, int, str]] = []
        self._emphasis: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._tags: dict[str, list[int]] = defaultdict(list)
        self._codes: dict[int, int] | None = None
        self._comments = True
        self._raw_starts, self._starts = [0], [span.start for span in spans] or [0]
        for span in spans:
            self._raw_starts.append(self._raw_starts[-1] + span.end - span.start + 1)

    def read(self) -> Prose:
        """All the words. Each rule looks at one special character and says where to go on, None if it is a word."""
        raw, position = self.raw, 0
        while match := _SPECIAL.search(raw, position):
            position = _RULES[match[0]](self, match.start()) or match.end()
        self.words(len(raw))
        return self.out.prose()

    def origin(self, position: int) -> int:
        """Where a character of the joined lines stands in the document."""
        if len(self._starts) == 1:
            return self._starts[0] + position
        line = min(bisect_right(self._raw_starts, position) - 1, len(self._starts) - 1)
        return self._starts[line] + position - self._raw_starts[line]

    def words(self, end: int, *, skip: int = 0) -> None:
        """Write the words up to ``end`` as they stand, and leave out the ``skip`` characters behind them."""
        if self._written < end:
            self.out.write(self.raw[self._written : end], self.origin(self._written))
        self._written = end + skip

    def put(self, text: str, start: int, end: int) -> int:
        """Write something in place of the characters from start to end."""
        self.words(start, skip=end - start)
        self.out.write(text, self.origin(start))
        return end

    def place(self, start: int, end: int) -> Span:
        """The place of the characters from start to end."""
        return Span(self.origin(start), self.origin(end - 1) + 1)

    # --- one rule for each special character ----------------------------------------------------------------------

    def line(self, at: int) -> int:
        """A line that is wrapped goes on after a blank."""
        return self.put(" ", at, at + 1)

    def escape(self, at: int) -> int | None:
        if self.raw.startswith("\n", at + 1):
            return self.put(" ", at, at + 2)
        if not _ESCAPE.match(self.raw, at):
            return None
        self.words(at, skip=1)
        return at + 2

    def ticks(self, at: int) -> int | None:
        if self._codes is None:
            self._codes = dict(code_ranges(self.raw, Span(0, len(self.raw))))
        ticks = _TICKS.match(self.raw, at)
        assert ticks
        close = self._codes.get(at)
        if close is None:
            return ticks.end()
        length = ticks.end() - at
        start, end = at + length, close - length
        if end - start > 2 and self.raw[start] == self.raw[end - 1] == " " and self.raw[start:end].strip():
            start, end = start + 1, end - 1
        self.words(at, skip=start - at)
        mark = self.out.mark
        self._code(start, end)
        self.out.style(Emphasis.CODE, mark, self.out.mark)
        self._written = close
        return close

    def _code(self, start: int, end: int) -> None:
        if self.cell:
            while (pipe := self.raw.find("\\|", start, end)) >= 0:
                self.words(pipe, skip=1)
                start = pipe + 2
        while (line := self.raw.find("\n", start, end)) >= 0:
            start = self.put(" ", line, line + 1)
        self.words(end)

    def image(self, at: int) -> int | None:
        return self._bracket(at, 2) if self.raw.startswith("[", at + 1) else None

    def open(self, at: int) -> int:
        return self._bracket(at, 1)

    def _bracket(self, at: int, length: int) -> int:
        self.words(at)
        self._brackets.append((self.out.mark, at, length == 2))
        self.words(at + length)
        return at + length

    def close(self, at: int) -> int | None:
        if not self._brackets:
            return None
        mark, start, image = self._brackets.pop()
        alive = image or len(self._brackets) >= self._closed
        self._closed = min(self._closed, len(self._brackets))
        target = self._target(start, at) if alive else None
        if target is None:
            return None
        if not image:
            self._closed = len(self._brackets)
        url, end = target
        self.words(at, skip=end - at)
        self.out.drop(mark)
        self.out.anchor(mark + 1, self.out.mark, url=url, span=self.place(start, end))
        return end

    def _target(self, start: int, close: int) -> tuple[str, int] | None:
        end = close + 1
        if match := _TARGET.match(self.raw, end):
            url = match["angle"] if match["angle"] is not None else match["bare"]
            return unescape(_ESCAPED.sub(r"\1", url)), match.end()
        if not self.definitions:
            return None
        name = self.raw[start : min(close, start + 1001)].lstrip("!")[1:]
        if match := _LABEL.match(self.raw, end):
            name, end = match[1] or name, match.end()
        url = self.definitions.get(label(name), "")
        return (url, end) if url else None

    def angle(self, at: int) -> int | None:
        if self._comments and self.raw.startswith("<!--", at):
            return self._comment(at)
        if match := _AUTOLINK.match(self.raw, at):
            self.words(at, skip=1)
            self._anchor(match[1], match.start(1), match.end(1), span=self.place(at, match.end()))
            self._written = match.end()
            return match.end()
        match = _TAG.match(self.raw, at)
        return self._tag(match) if match and match["name"].lower() in _TAGS else None

    def _comment(self, at: int) -> int | None:
        close = self.raw.find("-->", at + 4)
        if close < 0:
            self._comments = False
            return None
        self.words(at, skip=close + 3 - at)
        return close + 3

    def _anchor(self, url: str, start: int, end: int, *, span: Span) -> None:
        self.words(start)
        mark = self.out.mark
        self.words(end)
        self.out.anchor(mark, self.out.mark, url=unescape(url), span=span)

    def colon(self, at: int) -> int | None:
        start = max(self._written, at - 5)
        match = _URL.search(self.raw, start) if self.raw.startswith("://", at) else None
        if match is None or match.start() > at:
            return None
        url = trim_url(match[0])
        end = match.start() + len(url)
        self._anchor(url, match.start(), end, span=self.place(match.start(), end))
        return end

    def _tag(self, match: re.Match[str]) -> int:
        tag, start, end = match["name"].lower(), match.start(), match.end()
        self.words(start, skip=end - start)
        if tag == "br":
            self.out.write("\n", self.origin(start))
        elif tag in _TAG_STYLES:
            self._tag_style(tag, closing=bool(match["end"]))
        elif tag == "a":
            self._anchor_tag(match)
        elif tag in ("img", "input"):
            self._void(tag, match)
        return end

    def _tag_style(self, tag: str, *, closing: bool) -> None:
        if not closing:
            self._tags[tag].append(self.out.mark)
        elif self._tags[tag]:
            self.out.style(_TAG_STYLES[tag], self._tags[tag].pop(), self.out.mark)

    def _anchor_tag(self, match: re.Match[str]) -> None:
        if not match["end"]:
            self._links.append((self.out.mark, match.start(), attributes(match["attributes"]).get("href", "")))
        elif self._links:
            mark, start, url = self._links.pop()
            if url:
                self.out.anchor(mark, self.out.mark, url=url, span=self.place(start, match.end()))

    def _void(self, tag: str, match: re.Match[str]) -> None:
        values = attributes(match["attributes"])
        if tag == "img":
            self.out.write(values.get("alt", ""), self.origin(match.start()))
        elif values.get("type") == "checkbox":
            self.out.write("☑ " if "checked" in values else "☐ ", self.origin(match.start()))

    def entity(self, at: int) -> int | None:
        match = _ENTITY.match(self.raw, at)
        return self.put(unescape(match[0]), at, match.end()) if match else None

    def run(self, at: int) -> int | None:
        match = _RUN.match(self.raw, at)
        if match is None:
            return None
        end, char = match.end(), match[0][0]
        before = self.raw[at - 1] if at else " "
        after = self.raw[end] if end < len(self.raw) else " "
        opens, closes = not after.isspace(), not before.isspace()
        if char == "_":
            opens, closes = opens and not before.isalnum(), closes and not after.isalnum()
        elif opens and closes:
            opens = not (_is_mark(after) and before.isalnum())
            closes = not (_is_mark(before) and after.isalnum() and not self._emphasis[char])
        self.words(at, skip=end - at)
        left = self._close_run(char, end - at) if closes else end - at
        if opens and left:
            self._emphasis[char].append((self.out.mark, left))
        if left:
            self.out.write(char * left, self.origin(at))
        return end

    def _close_run(self, char: str, length: int) -> int:
        """Pair a closing run with the openers before it; how much of it is left."""
        stack = self._emphasis[char]
        while length and stack:
            mark, opened = stack.pop()
            used = min(length, opened)
            if used != opened:
                stack.append((mark, opened - used))
            self.out.drop(mark, opened - used)
            kind = Emphasis.STRIKE if char == "~" else Emphasis.BOLD if used >= 2 else Emphasis.ITALIC
            self.out.style(kind, mark + 1, self.out.mark)
            length -= used
        return length


_RULES: dict[str, Callable[[_Inline, int], int | None]] = {
    "\\": _Inline.escape, "`": _Inline.ticks, "!": _Inline.image, "[": _Inline.open, "]": _Inline.close,
    "<": _Inline.angle, "&": _Inline.entity, "*": _Inline.run, "_": _Inline.run, "~": _Inline.run,
    ":": _Inline.colon, "\n": _Inline.line,
}  # fmt: skip


def _is_mark(char: str) -> bool:
    return not char.isalnum() and not char.isspace()
