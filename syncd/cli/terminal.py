"""Talking to a person: results on standard output, talk on standard error, colours only where they are seen."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from typing import TextIO

from rich.color import ColorSystem
from rich.style import Style

from syncd.cli.printable import json_text, printable_lines
from syncd.cli.streams import put

Span = str | tuple[str, str]
"""Text, or text and its style (``bold``, ``green``, ``dim`` …)."""
Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where a command's output goes. What is printed must be harmless already (see :mod:`syncd.cli.printable`)."""

    quiet: bool = False
    verbose: bool = False
    no_color: bool = False

    @property
    def width(self) -> int | None:
        """The columns of the terminal that shows the results; None when they go to a file or a pipe."""
        return shutil.get_terminal_size().columns if _is_terminal(sys.stdout) else None

    def out(self, *spans: Span) -> None:
        """A line of the result."""
        self._put(sys.stdout, spans)

    def data(self, value: object) -> None:
        """The result for programs: one line of JSON."""
        put(sys.stdout, json_text(value))

    def hint(self, *spans: Span) -> None:
        """A line of the result that only helps; --quiet leaves it out."""
        if not self.quiet:
            self.out(*spans)

    def warn(self, text: str) -> None:
        """A line of talk that matters even when quiet."""
        self._put(sys.stderr, ((printable_lines(text), "yellow"),))

    def coloured(self, stream: TextIO | None) -> bool:
        """Whether a stream shows colours: on a terminal that knows them, unless NO_COLOR or --no-color says no."""
        plain = self.no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        return _is_terminal(stream) and not plain

    def _put(self, stream: TextIO | None, spans: Line) -> None:
        coloured = self.coloured(stream)
        put(stream, "".join(_painted(span, coloured=coloured) for span in spans))


def _painted(span: Span, *, coloured: bool) -> str:
    text, style = (span, "") if isinstance(span, str) else span
    return Style.parse(style).render(text, color_system=ColorSystem.STANDARD) if coloured and style else text


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()
