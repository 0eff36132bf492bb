"""Lines about places in documents: grouped and fitted on a terminal, one whole line each in a file or a pipe.

As ripgrep does it: a person reads each document's name once, a program finds ``document:line`` in every line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from rich.cells import cell_len, set_cell_size

from syncd.cli.printable import printable
from syncd.cli.terminal import Line, Span

NARROW = 24
"""Columns that text and detail have at least."""
SIDE = 0.55
"""The part of both that a detail may take beside the text; a longer one stands below."""
WIDE = 120
"""Columns from which a terminal has room for whole details."""
_WORD = re.compile(r"`[^`]*`\S*|\S+")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something about one line of one document. The strings may be untrusted."""

    path: str
    line: int
    sign: str
    style: str
    what: str
    """What happens, in words: the sign alone is for those who know it."""
    text: str = ""
    """The action item."""
    detail: str = ""
    brief: str | None = None
    """The detail where there is little room."""
    team: str = ""
    """Shown with the document, where there are several."""

    @property
    def heading(self) -> str:
        """What the entries of one document stand under."""
        return f"{self.team} · {self.path}" if self.team else self.path


def listing(entries: Iterable[Entry], *, width: int | None) -> Iterator[Line]:
    """The lines of a listing, for a terminal of ``width`` columns; None: for a file or a pipe."""
    entries = [_printable(entry) for entry in entries]
    return _flat(entries) if width is None else _grouped(entries, width)


def _printable(entry: Entry) -> Entry:
    return replace(
        entry,
        path=printable(entry.path),
        what=printable(entry.what),
        text=printable(entry.text),
        detail=printable(entry.detail),
        brief=None if entry.brief is None else printable(entry.brief),
        team=printable(entry.team),
    )


def _flat(entries: Sequence[Entry]) -> Iterator[Line]:
    for entry in entries:
        said = f"{entry.what} “{entry.text}”" if entry.text else entry.what
        yield (f"{entry.sign} {entry.path}:{entry.line}  {said}: {entry.detail}",)


def _grouped(entries: Sequence[Entry], width: int) -> Iterator[Line]:
    if width < WIDE:
        entries = [replace(e, detail=e.detail if e.brief is None else e.brief) for e in entries]
    line = max((len(str(e.line)) for e in entries), default=1)
    what = max((cell_len(e.what) for e in entries), default=0)
    text = max((cell_len(e.text) for e in entries), default=0)
    for number, (heading, group) in enumerate(groupby(entries, lambda entry: entry.heading)):
        if number:
            yield ()
        yield ((heading, "bold"),)
        here = [*group]
        yield from _document(here, _Grid.of(here, line=line, what=what, text=text, width=width))


def _document(entries: Sequence[Entry], grid: _Grid) -> Iterator[Line]:
    before = None
    for entry in entries:
        same = before is not None and (entry.line, entry.text) == (before.line, before.text)
        yield from grid.lines(entry, again=same)
        before = entry


@dataclass(frozen=True, slots=True)
class _Grid:
    """The columns of a grouped listing: sign, line, what, text, detail."""

    line: int
    what: int
    text: int
    room: int
    """For text and detail together."""

    @classmethod
    def of(cls, entries: Sequence[Entry], *, line: int, what: int, text: int, width: int) -> _Grid:
        """As wide as all of a listing needs, but for the details: one document's give way to no other's."""
        room = max(width - (line + what + 8), NARROW)
        short = [n for n in (cell_len(e.detail) for e in entries) if n <= room * SIDE]
        return cls(line, what, min(text, room - 2 - max(short, default=0)), room)

    def lines(self, entry: Entry, *, again: bool) -> Iterator[Line]:
        """The line of an entry, and more of them where its detail is a long sentence."""
        text = "" if again else entry.text
        place = f"{entry.sign} {entry.line:>{self.line}}"
        head: Line = ("  ", (place, entry.style), "  ", (_cell(entry.what, self.what), entry.style), "  ")
        if entry.text and cell_len(entry.detail) <= self.room - self.text - 2:
            yield (*head, _cell(text, self.text), "  ", (entry.detail, "dim"))
        elif entry.text and cell_len(entry.text) + 2 + cell_len(entry.detail) <= self.room:
            yield (*head, text, "  ", (entry.detail, "dim"))
        else:
            below = list(wrapped(entry.detail, self.room))
            yield (*head, *((_cut(entry.text, self.room),) if entry.text else _marked(below.pop(0))))
            for line in below:
                yield (" " * (self.line + self.what + 8), *_marked(line))


def _marked(line: str) -> Iterator[Span]:
    """The line, with the commands in it made visible."""
    for number, part in enumerate(line.split("`")):
        yield part if number % 2 == 0 else (f"`{part}`", "cyan")


def _cell(text: str, width: int) -> str:
    cut = _cut(text, width)
    return cut + " " * (width - cell_len(cut))


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"


def wrapped(text: str, width: int) -> Iterator[str]:
    """Text in lines of at most ``width`` columns; a `command` in it is never broken, so that it can be copied."""
    line = ""
    for word in _WORD.findall(text):
        if line and cell_len(line) + 1 + cell_len(word) > width:
            yield line
            line = ""
        line = f"{line} {word}" if line else word
    yield line
