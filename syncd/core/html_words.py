"""The tags of an HTML text, and the words between them → :class:`syncd.core.prose.Prose`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from syncd.core.inline import attributes, trim_url
from syncd.core.model import Span
from syncd.core.prose import LONGEST, Emphasis, Passage, Prose, ProseWriter, squeeze

STYLES = {
    "b": Emphasis.BOLD, "strong": Emphasis.BOLD, "em": Emphasis.ITALIC, "i": Emphasis.ITALIC,
    "s": Emphasis.STRIKE, "del": Emphasis.STRIKE, "strike": Emphasis.STRIKE, "code": Emphasis.CODE,
}  # fmt: skip
_TAG = re.compile(r"""<(/?)([a-zA-Z][\w:.-]*)((?:[^<>"']|"[^"<]*"|'[^'<]*')*)>""")
_WORDS = re.compile(
    r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});|\s{2,}|[\n\r\t\u00a0]|https?://[^\s<>\"']+"
)
_INNERMOST = 9
"""So many open styles are looked through for the one that a tag closes."""


@dataclass(frozen=True, slots=True)
class Token:
    """A tag, or the words up to the next one (then ``name`` is empty)."""

    start: int
    end: int
    name: str = ""
    closing: bool = False
    source: str = ""


def tokens(text: str, span: Span) -> Iterator[Token]:
    """The tags and the words of a part of a text; comments, CDATA sections and declarations are left out."""
    position, start = span.start, span.start
    while (at := text.find("<", position, span.end)) >= 0:
        skipped = _special_end(text, at, span.end)
        tag = None if skipped else _TAG.match(text, at, span.end)
        if not skipped and not tag:
            position = at + 1
            continue
        if start < at:
            yield Token(start, at)
        if tag:
            yield Token(at, tag.end(), tag[2].lower(), bool(tag[1]), tag[3])
        position = start = skipped or (tag.end() if tag else at + 1)
    if start < span.end:
        yield Token(start, span.end)


def _special_end(text: str, at: int, limit: int) -> int:
    """The end of a comment, CDATA section or declaration that starts here, else 0."""
    for opening, closing in (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<!", ">"), ("<?", ">")):
        if text.startswith(opening, at):
            end = text.find(closing, at + len(opening), limit)
            return limit if end < 0 else end + len(closing)
    return 0


_LONGEST_HEADING = 120
"""A paragraph that is all bold and no longer than this may be a heading: its markup is kept."""


def passage(span: Span, prose: Prose) -> Passage:
    """Words that were read already."""
    rough = squeeze(prose.plain)
    bold = 0 < len(rough) <= _LONGEST_HEADING and prose.styled(Emphasis.BOLD, 0, len(prose.plain.rstrip()))
    return Passage(f"<b>{rough}</b>" if bold else rough, lambda: (span,), lambda _: prose)


class Words:
    """The words collected since the last break, with their styles and links."""

    def __init__(self) -> None:
        self.out = ProseWriter()
        self.start: int | None = None
        self.end = 0
        self._room = LONGEST
        self.checked: str | None = None
        self.mark: Span | None = None
        self._styles: list[tuple[str, int]] = []
        self._links: list[tuple[int, int, str]] = []

    def add(self, text: str, start: int, end: int) -> None:
        """Write the words that stand from start to end, entities decoded, blanks joined, URLs as links."""
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
        if not words or self._room <= 0:
            return
        self._room -= len(words)
        if not words.isspace():
            self.start = origin if self.start is None else self.start
            self.end = origin + len(words.rstrip())
        self.out.write(words, origin)

    def put(self, words: str, start: int, end: int) -> None:
        """Write words that stand in an attribute."""
        self._write(words, start)
        self.end = max(self.end, end)

    def style(self, name: str, *, closing: bool) -> None:
        """Begin or end a style."""
        if not closing:
            self._styles.append((name, self.out.mark))
            return
        for index in range(len(self._styles) - 1, max(-1, len(self._styles) - _INNERMOST), -1):
            if self._styles[index][0] == name:
                self.out.style(STYLES[name], self._styles.pop(index)[1], self.out.mark)
                return

    def link(self, token: Token) -> None:
        """Begin or end a link."""
        if not token.closing:
            self._links.append((self.out.mark, token.start, attributes(token.source).get("href", "")))
        elif self._links:
            mark, start, url = self._links.pop()
            if url:
                self.out.anchor(mark, self.out.mark, url=url, span=Span(start, token.end))
                self.end = max(self.end, token.end)
