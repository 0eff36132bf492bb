"""Talking to a person: what goes to the terminal, in which colours, and what never does."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

LONG_PASS = 20
"""Effects from which a pass shows a progress bar."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """Results go to standard output, talk to standard error. Colours only on a terminal, and not if NO_COLOR is set."""

    quiet: bool = False
    verbose: bool = False
    no_color: bool = False

    def out(self, text: str = "", style: str = "") -> None:
        """A line of the result."""
        self._print(sys.stdout, text, style)

    def say(self, text: str = "", style: str = "") -> None:
        """A line of talk; --quiet leaves it out."""
        if not self.quiet:
            self._print(sys.stderr, text, style)

    def warn(self, text: str) -> None:
        """A line of talk that matters even when quiet."""
        self._print(sys.stderr, text, "yellow")

    def _print(self, stream: TextIO, text: str, style: str) -> None:
        console = Console(file=stream, highlight=False, soft_wrap=True, no_color=self.no_color or None)
        console.print(Text(text, style=style if console.is_terminal else ""))

    @contextmanager
    def progress(self) -> Iterator[_Bar]:
        """A bar that shows itself only when there is much to do and somebody to watch."""
        console = Console(stderr=True, no_color=self.no_color or None)
        columns = (TextColumn("syncd"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True, disable=self.quiet or not console.is_terminal) as bar:
            yield _Bar(bar)


class _Bar:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: int | None = None

    def __call__(self, done: int, total: int) -> None:
        if self._task is None and total >= LONG_PASS:
            self._task = self._progress.add_task("", total=total)
        if self._task is not None:
            self._progress.update(self._progress.task_ids[self._task], completed=done, total=total)


def printable(text: str) -> str:
    """Untrusted text on one line, without characters that move the cursor, colour, hide or turn what follows."""
    return " ".join("".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") else c for c in text).split())


def shortened(text: str, width: int = 72) -> str:
    """Printable text, cut at a width in characters."""
    line = printable(text)
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"


def counted(number: int, noun: str) -> str:
    """``1 ticket``, ``3 tickets``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
