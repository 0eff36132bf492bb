"""A bar on standard error, for long passes that somebody watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from syncd.apply import Progress as Report
from syncd.cli.terminal import Terminal

LONG_PASS = 20
"""Effects from which a pass shows a bar."""


@contextmanager
def progress(terminal: Terminal) -> Iterator[Report]:
    """What a pass reports to. The bar shows itself when there is much to do, and is wiped away at the end."""
    console = Console(stderr=True, no_color=not terminal.coloured(sys.stderr))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    watched = console.is_terminal and not terminal.quiet
    with Progress(*columns, console=console, transient=True, disable=not watched) as bar:
        yield _Bar(bar)


class _Bar:
    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task: TaskID | None = None

    def __call__(self, done: int, total: int) -> None:
        if self._task is None and total >= LONG_PASS:
            self._task = self._bar.add_task("tickets", total=total)
        if self._task is not None:
            self._bar.update(self._task, completed=done, total=total)
