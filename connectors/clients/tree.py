"""Looking through a folder of untrusted files without ever leaving it."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from connectors.clients.patterns import Patterns


@dataclass(slots=True)
class Tree:
    """What stands below a root. Paths are given twice: the real one, and the one relative to the root as people see it.

    The two differ only behind a link. A file that is reached in several ways is found once, without a link if possible.
    """

    found: dict[str, str] = field(default_factory=dict)
    """Regular files that the patterns want: real path → seen path."""
    refused: dict[str, tuple[str, str]] = field(default_factory=dict)
    """What would be wanted but is no file inside the root: path → seen path, and why as a sentence."""
    unlisted: list[tuple[str, str]] = field(default_factory=list)
    """Folders that could not be listed: seen path, and the system's reason."""


class Ignored:
    """Folders that are never read, by whatever way one comes to them.

    They are known by device and number: to resolve the paths of a thousand folders would take longer than the looking.
    """

    def __init__(self, folders: Collection[Path]) -> None:
        # What the system does not find may still be written in a way that leads somewhere, as `missing/../tickets`.
        known = (_identity(folder) or _identity(os.path.realpath(folder)) for folder in folders)
        self._known = {identity for identity in known if identity}

    def has(self, folder: str) -> bool:
        """Whether it is one of them."""
        return bool(self._known) and _identity(folder) in self._known

    def holds(self, path: str) -> bool:
        """Whether it is one of them or below one; ``path`` is real and absolute."""
        return any(map(self.has, (path, *map(str, Path(path).parents))))


def _identity(folder: str | Path) -> tuple[int, int] | None:
    try:
        found = os.stat(folder)
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def look(root: str, *, patterns: Patterns, ignored: Ignored) -> Tree:
    """Every file below ``root`` (a real absolute path) that the patterns want.

    Hidden files and folders and what is ignored are left out. Links are followed only to places inside the root.
    """
    walk = _Walk(root, patterns=patterns, ignored=ignored)
    walk.descend(root, "", linked=False)
    # Links come last, so that a document which is reached without one keeps its own path.
    while walk.links:
        walk.follow(*walk.links.popleft())
    return walk.tree


def inside(path: str, folder: str) -> bool:
    """Whether the first is the second, or below it; both are real absolute paths."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


class _Walk:
    def __init__(self, root: str, *, patterns: Patterns, ignored: Ignored) -> None:
        self.tree = Tree()
        self.links: deque[tuple[str, str]] = deque()
        self._root = root
        self._patterns = patterns
        self._ignored = ignored
        self._linked: set[str] = set()

    def descend(self, path: str, seen: str, *, linked: bool) -> None:
        """Everything below one folder, except what is behind links: that is kept for later."""
        pending = [(path, seen)]
        while pending:
            folder, shown = pending.pop()
            if linked and folder in self._linked:
                continue
            if linked:
                self._linked.add(folder)
            for entry in self._entries(folder, shown):
                self._sort_in(entry, f"{shown}/{entry.name}" if shown else entry.name, pending)

    def follow(self, link: str, shown: str) -> None:
        """What one link leads to, if that is inside the root."""
        try:
            target = os.path.realpath(link, strict=True)
        except OSError as error:
            self._refuse(link, shown, f"It is a link that leads nowhere ({error.strerror}); mend it or remove it.")
            return
        if not inside(target, self._root):
            self._refuse_outside(link, shown, target)
        elif self._hidden(target) or inside(link, target):
            return
        elif os.path.isdir(target):
            self.descend(target, shown, linked=True)
        elif self._patterns.wanted(shown):
            self.tree.found.setdefault(target, shown)

    def _entries(self, folder: str, shown: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self.tree.unlisted.append((shown, error.strerror or str(error)))
            return []

    def _sort_in(self, entry: os.DirEntry[str], shown: str, pending: list[tuple[str, str]]) -> None:
        if entry.name.startswith("."):
            return
        if entry.is_symlink():
            self.links.append((entry.path, shown))
        elif entry.is_dir(follow_symlinks=False):
            if not self._patterns.excluded(shown) and not self._ignored.has(entry.path):
                pending.append((entry.path, shown))
        elif entry.is_file(follow_symlinks=False):
            if self._patterns.wanted(shown):
                self.tree.found.setdefault(entry.path, shown)
        else:
            self._refuse(entry.path, shown, "It is no ordinary file but a pipe, a socket or a device; remove it.")

    def _refuse(self, path: str, shown: str, why: str) -> None:
        if self._patterns.wanted(shown):
            self.tree.refused[path] = (shown, why)

    def _refuse_outside(self, link: str, shown: str, target: str) -> None:
        # A folder has no name that the patterns could want, yet it may hold documents: it is named in any case.
        if self._patterns.wanted(shown) or (os.path.isdir(target) and not self._patterns.excluded(shown)):
            why = f"It is a link to {target}, outside this source, and is not followed; make that a source of its own."
            self.tree.refused[link] = (shown, why)

    def _hidden(self, target: str) -> bool:
        below = target[len(self._root) :].split("/")
        return any(name.startswith(".") for name in below) or self._ignored.holds(target)
