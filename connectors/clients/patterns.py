"""Which paths of a source are documents: include and exclude patterns, as in ``.gitignore`` and shells.

``*`` and ``?`` stay inside one name, ``[ab]`` and ``[!ab]`` are one character, ``**`` is any number of folders, also
none. Upper and lower case are the same, so ``**/*.md`` finds ``OUTAGE.MD``. A folder that is excluded is excluded
with everything in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_PIECE = re.compile(r"\*+|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)


class Patterns:
    """Compiled patterns; paths are relative to the source's root, with ``/`` between the names."""

    def __init__(self, *, include: Iterable[str], exclude: Iterable[str]) -> None:
        """Raises ValueError, as a sentence, for a pattern that would leave the root."""
        self._include = _compile(include, tail="")
        self._exclude = _compile(exclude, tail="(?:/.*)?")

    def wanted(self, path: str) -> bool:
        """Whether a document of this path is to be read."""
        return self._include.fullmatch(path) is not None and not self.excluded(path)

    def excluded(self, path: str) -> bool:
        """Whether this document or folder, or a folder above it, is excluded."""
        return self._exclude.fullmatch(path) is not None


def check(pattern: str) -> str:
    """The pattern itself. Raises ValueError, as a sentence, when it is empty, absolute or has a ``..`` in it."""
    names = pattern.split("/")
    if pattern.startswith(("/", "~")) or ".." in names:
        raise ValueError(f"The pattern {pattern!r} leaves the source; write it relative to the source, without `..`.")
    if not any(names):
        raise ValueError("A pattern is empty; write something like `**/*.md`.")
    return pattern


def _compile(patterns: Iterable[str], *, tail: str) -> re.Pattern[str]:
    alternatives = [_translate(check(pattern)) + tail for pattern in patterns]
    return re.compile("|".join(alternatives) or r"(?!)", re.IGNORECASE | re.DOTALL)


def _translate(pattern: str) -> str:
    names = [name for name in pattern.split("/") if name not in ("", ".")]
    *folders, last = [name for i, name in enumerate(names) if name != "**" or names[i - 1 : i] != ["**"]]
    above = "".join("(?:[^/]+/)*" if name == "**" else f"{_name(name)}/" for name in folders)
    return above + (".+" if last == "**" else _name(last))


def _name(name: str) -> str:
    return "".join(_piece(match.group()) for match in _PIECE.finditer(name))


def _piece(piece: str) -> str:
    if piece.startswith("*"):
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if len(piece) > 2 and piece.startswith("["):
        return _characters(piece[1:-1])
    return re.escape(piece)


def _characters(body: str) -> str:
    negation = "^/" if body.startswith("!") else ""
    ranges = re.escape(body.removeprefix("!")).replace(r"\-", "-")
    return f"[{negation}{ranges}]"
