"""The lock of a pass: one process at a time is in the middle of one, and the others can say which."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from syncd.errors import LedgerError, LockHeld
from syncd.store.sqlite import database_path, make_private

_PAUSE = 0.1
"""Seconds between two tries."""


@contextmanager
def pass_lock(url: str, *, name: str, wait: float, now: Callable[[], datetime]) -> Iterator[None]:
    """Hold the lock of this ledger; ``name`` is the command, as others will read it.

    Waits up to ``wait`` seconds, then raises LockHeld naming the holder. The kernel takes the lock back when the
    process ends, however it ends. A ledger in memory belongs to one process and needs no lock.
    """
    database = database_path(url)
    if database is None:
        yield
        return
    path = database.with_name(f"{database.name}.lock")
    make_private(path)
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        _acquire(descriptor, path, wait)
        _write(descriptor, f"{os.getpid()} {name} {now().isoformat(timespec='seconds')}")
        try:
            yield
        finally:
            _write(descriptor, "")
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, path: Path, wait: float) -> None:
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            left = deadline - time.monotonic()
            if left <= 0:
                raise LockHeld(_who(descriptor, path, wait)) from None
            time.sleep(min(_PAUSE, left))
        except OSError as error:
            raise LedgerError(f"{path} cannot be locked: {error.strerror}. Keep the ledger on a local disk.") from error
        else:
            return


def _who(descriptor: int, path: Path, wait: float) -> str:
    """The sentence about the holder; it may just have come, and not have written who it is."""
    words = os.pread(descriptor, 1000, 0).decode(errors="replace").split(" ")
    waited = f" (waited {wait:g} s)" if wait else ""
    if len(words) < 3:
        return f"Another process holds {path}{waited}; try again when it has finished."
    pid, since = words[0], words[-1]
    command = " ".join(words[1:-1])
    return f"`{command}` (process {pid}) holds {path} since {since}{waited}; try again when it has finished."


def _write(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)
