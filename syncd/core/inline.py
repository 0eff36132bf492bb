"""Markdown inside a paragraph → :class:`syncd.core.prose.Prose`, in one pass over the text.

Understands what changes the *words*: escapes, code spans, links of all kinds, images, emphasis, strike-through,
HTML tags and comments, entities, bare URLs. Every token is looked at once, so unclosed brackets, quotes or
backticks by the ten thousand cost no more than other text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping
from html import unescape

from syncd.core.model import Span
from syncd.core.prose import Emphasis, Prose, ProseWriter

_TOKEN = re.compile(
    r"""
    \\(?P<escape>[!-/:-@\[-`{-~])
  | (?P<ticks>`+)
  | (?P<open>!?\[)
  | (?P<close>\])
  | (?P<comment><!--)
  | <(?P<auto>[a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^\s<>]*)>
  | <(?P<end>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9]*)(?P<attributes>(?:\s[^<>]*)?)/?>
  | (?P<entity>&(?:\#\d{1,7}|\#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});)
  | (?P<run>\*+|_+|~~+)
  | (?P<url>https?://[^\s<>`|\[\]]+)
  | (?P<blank>\\?[ \t]*\n[ \t]*|[ \t\u00a0]{2,})
    """,
    re.VERBOSE,
)
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
_TAGS = frozenset(_TAG_STYLES) | frozenset(
    "a abbr big br center details div font hr img input ins kbd li mark ol p pre q small span sub summary sup"
    " table tbody td th thead tr tt u ul var wbr".split()
)
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
        self._brackets: list[tuple[int, int, bool]] = []
        self._links: list[tuple[int, int, str]] = []
        self._emphasis: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        self._tags: dict[str, list[int]] = defaultdict(list)
        self._fences: dict[int, list[int]] | None = None
        self._comments = True
        self._rules: dict[str, Callable[[re.Match[str]], int]] = {
            "escape": self._escape, "ticks": self._ticks, "open": self._open, "close": self._close,
            "comment": self._comment, "auto": self._auto, "attributes": self._tag, "entity": self._entity,
            "run": self._run, "url": self._url, "blank": self._blank,
        }  # fmt: skip
        self._raw_starts, self._starts = [0], [span.start for span in spans] or [0]
        for span in spans:
            self._raw_starts.append(self._raw_starts[-1] + span.end - span.start + 1)

    def origin(self, position: int) -> int:
        """Where a character of the joined lines stands in the document."""
        line = min(bisect_right(self._raw_starts, position) - 1, len(self._starts) - 1)
        return self._starts[line] + position - self._raw_starts[line]

    def write(self, text: str, position: int) -> None:
        self.out.write(text, self.origin(position))

    def words(self, start: int, end: int) -> None:
        """Write words as they stand, one piece for each line."""
        if start < end:
            self.write(self.raw[start:end], start)

    def read(self) -> Prose:
        raw, position = self.raw, 0
        while match := _TOKEN.search(raw, position):
            self.words(position, match.start())
            position = self._rules[match.lastgroup or ""](match)
        self.words(position, len(raw))
        return self.out.prose()

    def _escape(self, match: re.Match[str]) -> int:
        self.write(match["escape"], match.start() + 1)
        return match.end()

    def _ticks(self, match: re.Match[str]) -> int:
        close = self._fence(len(match[0]), match.end())
        if close is None:
            self.words(match.start(), match.end())
            return match.end()
        start, end = match.end(), close
        if end - start > 2 and self.raw[start] == self.raw[end - 1] == " " and self.raw[start:end].strip():
            start, end = start + 1, end - 1
        mark = self.out.mark
        self._code(start, end)
        self.out.style(Emphasis.CODE, mark, self.out.mark)
        return close + len(match[0])

    def _code(self, start: int, end: int) -> None:
        if self.cell:
            while (pipe := self.raw.find("\\|", start, end)) >= 0:
                self.words(start, pipe)
                self.words(pipe + 1, pipe + 2)
                start = pipe + 2
        while (line := self.raw.find("\n", start, end)) >= 0:
            self.words(start, line)
            self.write(" ", line)
            start = line + 1
        self.words(start, end)

    def _fence(self, length: int, start: int) -> int | None:
        if self._fences is None:
            self._fences = defaultdict(list)
            for run in re.finditer("`+", self.raw):
                self._fences[len(run[0])].append(run.start())
        runs = self._fences.get(length, [])
        index = bisect_left(runs, start)
        return runs[index] if index < len(runs) else None

    def _open(self, match: re.Match[str]) -> int:
        self._brackets.append((self.out.mark, match.start(), match["open"] == "!["))
        self.write(match["open"], match.start())
        return match.end()

    def _close(self, match: re.Match[str]) -> int:
        if not self._brackets:
            self.words(match.start(), match.end())
            return match.end()
        mark, start, _ = self._brackets.pop()
        target = self._target(start, match)
        if target is None:
            self.words(match.start(), match.end())
            return match.end()
        url, end = target
        self.out.drop(mark)
        self.out.anchor(mark + 1, self.out.mark, url=url, span=Span(self.origin(start), self.origin(end - 1) + 1))
        return end

    def _target(self, start: int, close: re.Match[str]) -> tuple[str, int] | None:
        end = close.end()
        if match := _TARGET.match(self.raw, end):
            url = match["angle"] if match["angle"] is not None else match["bare"]
            return unescape(_ESCAPED.sub(r"\1", url)), match.end()
        if not self.definitions:
            return None
        name = self.raw[start : close.start()].lstrip("!")[1:1000]
        if match := _LABEL.match(self.raw, end):
            name, end = match[1] or name, match.end()
        url = self.definitions.get(label(name), "")
        return (url, end) if url else None

    def _comment(self, match: re.Match[str]) -> int:
        close = self.raw.find("-->", match.end()) if self._comments else -1
        if close >= 0:
            return close + 3
        self._comments = False
        self.words(match.start(), match.end())
        return match.end()

    def _auto(self, match: re.Match[str]) -> int:
        return self._bare(match["auto"], match.start(), match.end(), match.start("auto"))

    def _url(self, match: re.Match[str]) -> int:
        url = trim_url(match["url"])
        return self._bare(url, match.start(), match.start() + len(url), match.start())

    def _bare(self, url: str, start: int, end: int, words: int) -> int:
        mark = self.out.mark
        self.words(words, words + len(url))
        span = Span(self.origin(start), self.origin(end - 1) + 1)
        self.out.anchor(mark, self.out.mark, url=unescape(url), span=span)
        return end

    def _tag(self, match: re.Match[str]) -> int:
        tag = match["tag"].lower()
        if tag not in _TAGS:
            self.words(match.start(), match.end())
        elif tag == "br":
            self.write("\n", match.start())
        elif tag in _TAG_STYLES:
            self._tag_style(tag, closing=bool(match["end"]))
        elif tag == "a":
            self._anchor_tag(match)
        elif tag in ("img", "input"):
            self._void(tag, match)
        return match.end()

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
                span = Span(self.origin(start), self.origin(match.end() - 1) + 1)
                self.out.anchor(mark, self.out.mark, url=url, span=span)

    def _void(self, tag: str, match: re.Match[str]) -> None:
        values = attributes(match["attributes"])
        if tag == "img":
            self.write(values.get("alt", ""), match.start())
        elif values.get("type") == "checkbox":
            self.write("☑ " if "checked" in values else "☐ ", match.start())

    def _entity(self, match: re.Match[str]) -> int:
        self.write(unescape(match["entity"]), match.start())
        return match.end()

    def _run(self, match: re.Match[str]) -> int:
        start, end, char = match.start(), match.end(), match[0][0]
        before = self.raw[start - 1] if start else " "
        after = self.raw[end] if end < len(self.raw) else " "
        opens, closes = not after.isspace(), not before.isspace()
        if char == "_":
            opens, closes = opens and not before.isalnum(), closes and not after.isalnum()
        elif opens and closes:
            opens = opens and not (_is_mark(after) and before.isalnum())
            closes = closes and not (_is_mark(before) and after.isalnum() and not self._emphasis[char])
        length = end - start
        if closes:
            length = self._close_run(char, length)
        if opens and length:
            self._emphasis[char].append((self.out.mark, length, start))
        if length:
            self.write(char * length, start)
        return end

    def _close_run(self, char: str, length: int) -> int:
        """Pair a closing run with the openers before it; how much of it is left."""
        stack = self._emphasis[char]
        while length and stack:
            mark, opened, start = stack.pop()
            used = min(length, opened)
            if used != opened:
                stack.append((mark, opened - used, start))
            self.out.drop(mark, opened - used)
            kind = Emphasis.STRIKE if char == "~" else Emphasis.BOLD if used >= 2 else Emphasis.ITALIC
            self.out.style(kind, mark + 1, self.out.mark)
            length -= used
        return length

    def _blank(self, match: re.Match[str]) -> int:
        self.write(" ", match.start())
        return match.end()


def _is_mark(char: str) -> bool:
    return not char.isalnum() and not char.isspace()
