"""A folder of tickets on disk: which files there are, keys that are never used twice, whole files or none.

A new file is written under a hidden name and then linked to its own, which fails when that exists; so a crash leaves
no ticket or a whole one, and two processes never get the same key. Writers take turns by a lock on the folder, where
the file system has locks; without them only hidden leftovers are swept later.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from connectors.clients.replace import SUFFIX, replace
from syncd.errors import NotSent, OutcomeUnknown

MAX_BYTES = 1_000_000
"""What is read of one file; a larger one can be followed but not changed."""

_KEY = re.compile(r"[A-Z][A-Z0-9]*-[0-9]{1,15}", re.ASCII)
_LAST = ".last"
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)
_PERHAPS_DONE = (errno.EIO, errno.ESTALE, errno.ETIMEDOUT)
_CURES = {
    errno.ENOSPC: "Free some space there.",
    errno.EDQUOT: "Free some space there, or raise the quota.",
    errno.EROFS: "Mount it writable, or name another folder.",
    errno.ENOTDIR: "Correct the tracker's path: it has to be a folder.",
    errno.EEXIST: "Correct the tracker's path: it has to be a folder.",
}
_CURE = "Allow the user that syncd runs as to read and write it."


@dataclass(frozen=True, slots=True)
class Held:
    """A file as it was read: its first :data:`MAX_BYTES` bytes, what identifies them, and when it was changed."""

    data: bytes
    stamp: str
    changed_ns: int
    whole: bool


def is_key(text: str) -> bool:
    """Whether it has the form ``KEY-n``; only such names are ever made into paths."""
    return _KEY.fullmatch(text) is not None


def stamp(status: os.stat_result) -> str:
    """Changes with the file's content, unless that changes again within the clock tick of the file system."""
    return f"{status.st_mtime_ns:x}.{status.st_ctime_ns:x}.{status.st_size:x}.{status.st_ino:x}"


class TicketFolder:
    """The files of one folder. Reading raises OSError; writing raises NotSent or OutcomeUnknown, in whole sentences."""

    def __init__(self, path: Path) -> None:
        self.path = os.path.abspath(path)
        self._left = -1
        """The folder's own time after our last file: while it stands, nobody made or removed one since."""
        self._top: dict[str, int] = {}
        """By prefix: the highest number among the files then."""

    def file(self, key: str) -> str:
        """The absolute path of a ticket's file."""
        return os.path.join(self.path, f"{key}.md")

    def entries(self) -> Iterator[tuple[str, os.DirEntry[str]]]:
        """The key and entry of everything that is named like a ticket, in no order."""
        with os.scandir(self.path) as entries:
            for entry in entries:
                if entry.name.endswith(".md") and _KEY.fullmatch(entry.name, 0, len(entry.name) - 3):
                    yield entry.name[:-3], entry

    def read(self, key: str) -> Held:
        """The file's content now. Links are not followed, and only an ordinary file is read."""
        descriptor = os.open(self.file(key), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            # Before reading: an edit while we read must leave a stamp that does not match the next time.
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(errno.EINVAL, "it is no ordinary file")
            with open(descriptor, "rb", closefd=False) as file:
                data = file.read(MAX_BYTES + 1)
        finally:
            os.close(descriptor)
        return Held(data[:MAX_BYTES], stamp(status), status.st_mtime_ns, whole=len(data) <= MAX_BYTES)

    def create(self, prefix: str, *, above: int, content: Callable[[str], bytes]) -> str:
        """Make the file of the next free key with ``content(key)``; returns the key.

        Its number is above ``above``, every file of that prefix, and every number this folder ever gave.
        """
        with self._telling():
            os.makedirs(self.path, exist_ok=True)
            with self._turn() as alone:
                if self._changed() and alone:
                    self._sweep()
                number = 1 + max(above, self._highest(prefix), self._last())
                while not self._appears(f"{prefix}-{number}", number=number, content=content):
                    number += 1
                self._top[prefix], self._left = number, self._changed_ns()
                self._settle(f"{prefix}-{number}")
        return f"{prefix}-{number}"

    def replace(self, key: str, *, before: bytes, after: bytes) -> bool:
        """Give the file new content, only if it still is ``before``; False when a person was faster."""
        with self._telling(), self._turn():
            try:
                return replace(self.file(key), after, unchanged=lambda: self.read(key).data == before)
            except OSError as error:
                if self.read(key).data == after:
                    raise OutcomeUnknown(self._unconfirmed(key, error)) from error
                raise

    # --- creating ---------------------------------------------------------------------------------------------------

    def _changed(self) -> bool:
        """Whether others wrote here since our last file; then what is known of the folder is forgotten."""
        if self._left == self._changed_ns():
            return False
        self._top.clear()
        return True

    def _changed_ns(self) -> int:
        return os.stat(self.path).st_mtime_ns

    def _highest(self, prefix: str) -> int:
        # Listing the folder for each new file would make a thousand files cost a thousand times the folder.
        if prefix not in self._top:
            own = f"{prefix}-"
            numbers = (int(key.removeprefix(own)) for key, _ in self.entries() if key.startswith(own))
            self._top[prefix] = max(numbers, default=0)
        return self._top[prefix]

    def _last(self) -> int:
        path = os.path.join(self.path, _LAST)
        try:
            with open(path, "rb") as file:
                lines = file.read(4096).split(b"\n")
        except FileNotFoundError:
            return 0
        # A merge of two branches may have left several numbers: the highest one counts.
        numbers = [int(line) for line in lines if re.fullmatch(rb"\s*[0-9]{1,15}\s*", line)]
        if not numbers:
            raise NotSent(f"{path} holds no number. Write the highest ticket number ever used here into it.")
        return max(numbers)

    def _appears(self, key: str, *, number: int, content: Callable[[str], bytes]) -> bool:
        """Whether the file was made; False when that key is taken."""
        os.replace(self._temporary(b"%d\n" % number), os.path.join(self.path, _LAST))
        temporary = self._temporary(content(key))
        try:
            return link(temporary, self.file(key))
        finally:
            with contextlib.suppress(OSError):  # what is left over is swept by the next writer
                os.unlink(temporary)

    def _temporary(self, data: bytes) -> str:
        path = os.path.join(self.path, f".{secrets.token_hex(8)}{SUFFIX}")
        write_new(path, data)
        return path

    def _sweep(self) -> None:
        with os.scandir(self.path) as entries:
            stray = [entry.path for entry in entries if entry.name.startswith(".") and entry.name.endswith(SUFFIX)]
        for path in stray:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)

    def _settle(self, key: str) -> None:
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise OutcomeUnknown(self._unconfirmed(key, error)) from error

    def _unconfirmed(self, key: str, error: OSError) -> str:
        return f"{self.file(key)} was written, but the disk did not confirm it ({error.strerror}). Check the disk."

    # --- taking turns, telling --------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _turn(self) -> Iterator[bool]:
        """Wait until no other process writes here. False: this file system has no locks, others may be writing."""
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield _lock(descriptor)
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            cure = _CURES.get(error.errno or 0, _CURE)
            raise NotSent(f"Nothing was written in {self.path}: {error.strerror or error}. {cure}") from error


def write_new(path: str, data: bytes) -> None:
    """Make a file that did not exist, and sync it. Raises OSError; then nothing is left of it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
    except OSError:
        os.unlink(path)
        raise


def link(temporary: str, path: str) -> bool:
    """Let the finished file appear under its own name; False when that name is taken.

    Raises OutcomeUnknown when the file system (over a network) does not say whether it did.
    """
    try:
        os.link(temporary, path)
    except FileExistsError:
        # open(2): over NFS the first answer may get lost and the repeated request meet its own link.
        return os.stat(temporary).st_nlink > 1
    except OSError as error:
        if error.errno in _PERHAPS_DONE:
            raise OutcomeUnknown(f"The disk did not say whether {path} was made ({error.strerror}).") from error
        if error.errno not in _NO_LINKS:
            raise
        return _copied(temporary, path)
    return True


def _copied(temporary: str, path: str) -> bool:
    # Without hard links a crash may leave a part of a file, but still never the same key twice.
    with open(temporary, "rb") as file:
        data = file.read()
    try:
        write_new(path, data)
    except FileExistsError:
        return False
    return True


def _lock(descriptor: int) -> bool:
    # Those who wait are served in turn, and the kernel frees the lock of a process that dies.
    with contextlib.suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return True
    return False
