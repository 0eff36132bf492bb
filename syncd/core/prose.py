"""Words of a document without their markup, and where each of them stands.

Both readers (Markdown, HTML) write :class:`Prose`; everything that understands documents reads only that.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from syncd.core.model import Span


def squeeze(text: str) -> str:
    """The text on one line, single blanks between its words."""
    return " ".join(text.split())


class Emphasis(StrEnum):
    """How some words stand out."""

    BOLD = "bold"
    ITALIC = "italic"
    STRIKE = "strike"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Style:
    """``plain[start:end]`` stands out."""

    kind: Emphasis
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """``plain[start:end]`` is the text of a link, or a bare URL. ``span`` is its place, markup and all."""

    start: int
    end: int
    url: str
    span: Span


@dataclass(frozen=True, slots=True)
class Prose:
    """Plain text; ``origins`` are (index into ``plain``, code point in the document) of each unbroken stretch."""

    plain: str
    anchors: tuple[Anchor, ...] = ()
    styles: tuple[Style, ...] = ()
    origins: tuple[tuple[int, int], ...] = ()

    def origin(self, index: int) -> int:
        """Where the character ``plain[index]`` comes from."""
        start, origin = self.origins[max(0, bisect_right(self.origins, (index, _FAR)) - 1)]
        return origin + index - start

    def span(self, start: int, end: int) -> Span:
        """The place in the document of ``plain[start:end]``, which must not be empty."""
        return Span(self.origin(start), self.origin(end - 1) + 1)

    def styled(self, kind: Emphasis, start: int = 0, end: int | None = None) -> bool:
        """Whether all words between start and end stand out that way."""
        words = _trim(self.plain, start, len(self.plain) if end is None else end)
        return words[0] < words[1] and any(
            s.kind is kind and s.start <= words[0] and words[1] <= s.end for s in self.styles
        )

    def code(self, start: int, end: int) -> tuple[str, ...]:
        """The code spans between start and end."""
        return tuple(
            self.plain[s.start : s.end]
            for s in self.styles
            if s.kind is Emphasis.CODE and start <= s.start and s.end <= end
        )


LONGEST = 100_000
"""Nobody writes a longer paragraph or cell."""

_FAR = 1 << 60
EMPTY = Prose("", origins=((0, 0),))


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _beginning(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """The spans that hold the first characters."""
    room, kept = LONGEST, []
    for span in spans:
        kept.append(Span(span.start, min(span.end, span.start + room)))
        room -= span.end - span.start
        if room <= 0:
            break
    return tuple(kept)


class Passage:
    """Some words of a document, line by line; located and read only when somebody asks for them.

    ``rough`` are the words with their markup: at no cost, and enough to see what cannot be there.
    """

    __slots__ = ("_locate", "_prose", "_read", "_spans", "rough")

    def __init__(
        self, rough: str, locate: Callable[[], tuple[Span, ...]], read: Callable[[tuple[Span, ...]], Prose]
    ) -> None:
        self.rough = rough
        self._locate = locate
        self._read = read
        self._spans: tuple[Span, ...] | None = None
        self._prose: Prose | None = None

    @property
    def spans(self) -> tuple[Span, ...]:
        """Where each line stands, without the blanks and markers around it."""
        if self._spans is None:
            self._spans = self._locate()
        return self._spans

    @property
    def prose(self) -> Prose:
        """The words; of very many only the first :data:`LONGEST` characters or so."""
        if self._prose is None:
            self._prose = self._read(self.spans if len(self.rough) <= LONGEST else _beginning(self.spans))
        return self._prose

    @property
    def end(self) -> int:
        """Where the last line ends."""
        return self.spans[-1].end if self.spans else 0

    @property
    def last(self) -> Passage:
        """The last line."""
        return self.lines()[-1]

    def lines(self) -> tuple[Passage, ...]:
        """Each line as a passage of its own."""
        lines = self.rough.split("\n")
        if len(lines) == 1:
            return (self,)
        return tuple(
            Passage(line.strip(), partial(self._line, number), self._read) for number, line in enumerate(lines)
        )

    def upto(self, count: int) -> Passage:
        """The first lines as a passage of their own."""
        rough = "\n".join(self.rough.split("\n")[:count])
        return self if rough == self.rough else Passage(rough, partial(self._first, count), self._read)

    def _line(self, number: int) -> tuple[Span, ...]:
        return self.spans[number : number + 1]

    def _first(self, count: int) -> tuple[Span, ...]:
        return self.spans[:count]


class ProseWriter:
    """Collects pieces of text with their origins; a piece may still be dropped while later ones are written."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._origins: list[int] = []
        self._styles: list[tuple[Emphasis, int, int]] = []
        self._anchors: list[tuple[int, int, str, Span]] = []

    @property
    def mark(self) -> int:
        """The number of pieces so far: a place between two pieces."""
        return len(self._pieces)

    def write(self, text: str, origin: int) -> None:
        """Append a piece whose characters stand in the document from ``origin`` on."""
        self._pieces.append(text)
        self._origins.append(origin)

    def drop(self, mark: int, keep: int = 0) -> None:
        """Take back the piece at a mark, but for its first ``keep`` characters."""
        self._pieces[mark] = self._pieces[mark][:keep]

    def style(self, kind: Emphasis, start: int, end: int) -> None:
        """The pieces between two marks stand out."""
        self._styles.append((kind, start, end))

    def anchor(self, start: int, end: int, *, url: str, span: Span) -> None:
        """The pieces between two marks are a link; links inside it are no links of their own."""
        while self._anchors and self._anchors[-1][0] >= start:
            self._anchors.pop()
        self._anchors.append((start, end, url, span))

    def prose(self) -> Prose:
        """What was written, without the blanks around it."""
        plain = "".join(self._pieces)
        lead = len(plain) - len(plain.lstrip())
        plain = plain.strip()
        starts, at = [], -lead
        for piece in self._pieces:
            starts.append(at)
            at += len(piece)
        starts.append(at)

        def index(mark: int) -> int:
            return min(max(starts[mark], 0), len(plain))

        origins: list[tuple[int, int]] = []
        for start, piece, origin in zip(starts, self._pieces, self._origins, strict=False):
            if not piece or start + len(piece) <= 0:
                continue
            entry = (max(start, 0), origin - min(start, 0))
            if not origins or origins[-1][1] - origins[-1][0] != entry[1] - entry[0]:
                origins.append(entry)
        return Prose(
            plain,
            tuple(Anchor(index(a), index(b), url, span) for a, b, url, span in self._anchors),
            tuple(Style(kind, index(a), index(b)) for kind, a, b in self._styles),
            tuple(origins) or ((0, self._origins[0] if self._origins else 0),),
        )
