"""Whole copies of a ledger's file: private, complete on the disk before they bear their name, never over another."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from urllib.parse import quote

from syncd.errors import LedgerError
from syncd.store.sqlite import speaking_of


def free_name(path: Path, suffix: str) -> Path:
    """A name beside the file that nothing bears yet: ``syncd.db.SUFFIX``, else ``syncd.db.SUFFIX-2``, and so on."""
    for number in count(1):
        name = path.with_name(f"{path.name}.{suffix}" if number == 1 else f"{path.name}.{suffix}-{number}")
        if not name.exists():
            return name
    raise AssertionError("numbers do not end")


def vacuum_into(source: Path, target: Path) -> None:
    """Write a consistent copy of a database, also while others write to it. Raises LedgerError when target exists.

    The name appears at once and empty, which claims it; the copy takes it when it is complete and on the disk.
    """
    part = target.with_name(f".{target.name}.part")
    claim(target)
    try:
        part.unlink(missing_ok=True)
        claim(part)
        with speaking_of(source), closing(_read_only(source)) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
        put_in_place(part, target)
    except BaseException:
        for path in (part, target):
            with suppress(FileNotFoundError):
                path.unlink()
        raise


def claim(path: Path) -> None:
    """Make an empty file for the owner only. Raises LedgerError when the name is taken, or cannot be had."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError as error:
        raise LedgerError(f"{path} exists already and was not overwritten; choose another name.") from error
    except OSError as error:
        raise LedgerError(f"{path} cannot be written: {error.strerror}.") from error


def put_in_place(part: Path, target: Path) -> None:
    """Let a finished file take a name, in one step, and see both to the disk."""
    sync(part)
    part.replace(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """See a file, or the names in a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, isolation_level=None)
