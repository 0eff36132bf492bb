"""The command line as people meet it: in this process where that is enough, else as a process of its own."""

from __future__ import annotations

import io
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import ioctl
from pathlib import Path
from typing import Any

import pytest

from syncd.cli.main import main
from tests.canary import TOLD

SCRIPT = Path(sys.executable).with_name("syncd")
"""What the package installs."""

HEAD = """\
## Postmortem: Checkout outage

**Date of incident:** October 13, 2026
**Severity:** SEV-1 (Critical)
**Postmortem date:** October 16, 2026

### Action items

| ID | Action | Owner | Due date | Status |
|----|--------|-------|----------|--------|
"""
FIRST_ROW = 11
"""The line of the first row below :data:`HEAD`."""


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    def __post_init__(self) -> None:
        TOLD.look("what a command said", f"{self.out}{self.err}")

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Syncd:
    """Calls ``main`` here, in the present working directory."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str | Path) -> Said:
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        said = self._capsys.readouterr()
        return Said(int(left.value.code or 0), said.out, said.err)


class Screen(io.StringIO):
    """A stream that calls itself a terminal."""

    def isatty(self) -> bool:
        return True


def process(*arguments: str | Path, cwd: Path, **environment: str) -> Said:
    """The installed command, its output in pipes."""
    done = subprocess.run(
        [SCRIPT, *map(str, arguments)], cwd=cwd, env=clean_environment(**environment), capture_output=True, timeout=60
    )
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())


def clean_environment(**more: str) -> dict[str, str]:
    """Ours, without what would tell syncd anything."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SYNCD_")}
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM"):
        kept.pop(name, None)
    return {**kept, "TERM": "xterm-256color", **more}


@contextmanager
def on_a_terminal(
    *arguments: str | Path, cwd: Path, columns: int = 80, **environment: str
) -> Iterator[tuple[subprocess.Popen[bytes], Iterator[str]]]:
    """The installed command on a terminal of its own, and what appears there until the command ends."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    command = [SCRIPT, *map(str, arguments)]
    environment = clean_environment(**environment)
    streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    with subprocess.Popen(command, cwd=cwd, env=environment, preexec_fn=_interruptible, **streams) as running:
        os.close(theirs)
        try:
            yield running, read_terminal(ours)
        finally:
            running.kill()
            os.close(ours)


def _interruptible() -> None:
    """As a terminal starts it: what runs in the background may have been told to ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def conversation(*arguments: str | Path, cwd: Path, answers: Sequence[tuple[str, str]], **environment: str) -> Said:
    """The installed command on a terminal of its own, where each text that appears gets its answer, in this order.

    Returns its exit code and all that appeared. Fails when it ends, or waits, before everything was asked.
    """
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 200, 0, 0))
    streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    command = [SCRIPT, *map(str, arguments)]
    waiting, heard, answered = list(answers), "", 0
    with subprocess.Popen(
        command, cwd=cwd, env=clean_environment(**environment), preexec_fn=_at_its_terminal, **streams
    ) as running:
        os.close(theirs)
        try:
            for piece in read_terminal(ours, patience=30):
                heard += piece
                while waiting and waiting[0][0] in heard[answered:]:
                    answered = len(heard)
                    os.write(ours, waiting.pop(0)[1].encode())
            assert not waiting, f"it was not asked {waiting[0][0]!r} after {heard[answered:]!r}"
            try:
                code = running.wait(5)
            except subprocess.TimeoutExpired:
                raise AssertionError(f"it waits: {heard[answered:]!r}") from None
        finally:
            running.kill()
            os.close(ours)
    return Said(code, heard.replace("\r\n", "\n"), "")


def _at_its_terminal() -> None:
    """Passwords are asked for at the terminal that a process belongs to, whatever its streams are."""
    os.setsid()
    ioctl(0, termios.TIOCSCTTY, 0)
    _interruptible()


def read_terminal(descriptor: int, *, patience: float | None = None) -> Iterator[str]:
    """What appears on a terminal, as it appears, until nobody writes to it any more, or for so many seconds."""
    while select.select([descriptor], [], [], patience)[0]:
        try:
            piece = os.read(descriptor, 65536)
        except OSError:  # the way Linux says that the other end is closed
            return
        if not piece:
            return
        yield piece.decode(errors="replace")


def document(*rows: str, head: str = HEAD) -> str:
    """A postmortem with these rows."""
    return head + "".join(f"{row}\n" for row in rows)


def row(number: int, action: str, *, owner: str = "Platform Team", due: str = "Oct 23", status: str = "Open") -> str:
    """A row of the house format."""
    return f"| {number} | {action} | {owner} | {due} | {status} |"
