"""Replacing a file's content so that at any moment, also after a crash, it is the old or the new one.

The new content is written and synced to a hidden file beside the old one, which then takes its place in one rename.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Callable

SUFFIX = ".syncd-tmp"
"""How our temporary files end. One that is found was left by a crash: never read, removed by the next write."""


def replace(path: str, content: bytes, *, unchanged: Callable[[], bool]) -> bool:
    """Give the regular file at ``path`` (an absolute path without links) this content.

    ``unchanged`` is asked just before the rename whether the old content is still what it was; if not, nothing is
    written and the answer is False. Mode, owner (where allowed) and extended attributes are kept. Raises OSError.
    """
    folder = os.path.dirname(path)
    _forbid_read_only(path, "it is read-only")
    _forbid_read_only(folder, "its folder is read-only")
    _sweep(folder)
    temporary = os.path.join(folder, f".{secrets.token_hex(8)}{SUFFIX}")
    try:
        _write(temporary, content, like=path)
        if not unchanged():
            return False
        os.replace(temporary, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
    _sync_folder(folder)
    return True


def _forbid_read_only(path: str, reason: str) -> None:
    # A rename asks only the folder's permission, and the superuser is not asked at all: what its owner made read-only
    # would be replaced all the same.
    if not stat.S_IMODE(os.stat(path).st_mode) & 0o222 or not os.access(path, os.W_OK):
        raise PermissionError(reason)


def _sweep(folder: str) -> None:
    with os.scandir(folder) as entries:
        stray = [e.path for e in entries if e.name.startswith(".") and e.name.endswith(SUFFIX)]
    for path in stray:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def _write(path: str, content: bytes, *, like: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
        _copy_metadata(like, descriptor)
        file.flush()
        os.fsync(descriptor)


def _copy_metadata(path: str, descriptor: int) -> None:
    old = os.stat(path)
    with contextlib.suppress(PermissionError):
        os.fchown(descriptor, old.st_uid, old.st_gid)
    for name in _attributes(path):
        # Some attributes belong to the system (security.*) and some file systems have none: neither is a reason
        # to leave the document unwritten.
        with contextlib.suppress(OSError):
            os.setxattr(descriptor, name, os.getxattr(path, name))
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode))


def _attributes(path: str) -> list[str]:
    if not hasattr(os, "listxattr"):
        return []
    with contextlib.suppress(OSError):
        return os.listxattr(path)
    return []


def _sync_folder(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
