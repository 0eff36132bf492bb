"""Standard output and error as they are in the wild: closed, full, read by someone who has gone, in any encoding."""

from __future__ import annotations

import io
import os
import sys
from typing import TextIO

from syncd.errors import SyncdError


def prepare() -> None:
    """Make the streams take whatever a document holds, and keep their places from files that are opened later."""
    for place in (0, 1, 2):
        try:
            os.fstat(place)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free place: this one
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def put(stream: TextIO | None, text: str) -> None:
    """Write a line. That its reader has gone is no error. Raises SyncdError when there is no room."""
    if stream is None:
        return
    try:
        stream.write(f"{text}\n")
    except BrokenPipeError:
        _silence(stream)
    except OSError as error:
        _silence(stream)
        raise SyncdError(f"The output cannot be written: {error.strerror}.") from None


def flush() -> None:
    """Write what is still held back, so that nothing can fail later. Raises SyncdError when there is no room."""
    for stream in (sys.stdout, sys.stderr):
        if stream is None:
            continue
        try:
            stream.flush()
        except BrokenPipeError:
            _silence(stream)
        except OSError as error:
            _silence(stream)
            raise SyncdError(f"The output cannot be written: {error.strerror}.") from None


def _silence(stream: TextIO) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
