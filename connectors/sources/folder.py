"""Documents in a folder of this machine, or a single file."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, field_validator

from connectors.clients.folder_check import check_folder
from connectors.clients.patterns import Patterns, check
from connectors.clients.replace import replace
from connectors.clients.tree import Ignored, Tree, inside, look
from syncd.core.model import Document, Markup, Problem
from syncd.errors import SourceError
from syncd.ports import Edit, Failure, Finding, Level, Reading, Saved, SaveStatus

INCLUDE = ("**/*.md", "**/*.markdown", "**/*.html", "**/*.htm")
EXCLUDE = ("**/template*",)
MAX_BYTES = 5_000_000
"""Larger files are not read: no person wrote them, and parsing them would hold up every other document."""

_SCHEME = "folder:"
_HTML = (".html", ".htm", ".xhtml")


class FolderSettings(BaseModel):
    """One ``[[teams.NAME.sources]]`` of kind ``folder``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["folder"] = "folder"
    path: Path
    include: tuple[str, ...] = INCLUDE
    exclude: tuple[str, ...] = EXCLUDE
    finished: str | None = None
    restricted: bool = False
    url_template: str | None = None

    @field_validator("include", "exclude")
    @classmethod
    def _stay_inside(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(check(pattern) for pattern in patterns)

    @field_validator("finished")
    @classmethod
    def _known_to_a_folder(cls, rule: str | None) -> str | None:
        if rule == "merged":
            raise ValueError("A folder has no merges; `merged` is known to sources of kind git and github.")
        if rule is not None and rule.startswith("label:"):
            raise ValueError("A folder has no labels; `label:NAME` is known to sources of kind github and confluence.")
        if rule not in (None, "always"):
            raise ValueError(f"`{rule}` is no such rule; write `always`, or leave it out.")
        return rule


class FolderSource:
    """A folder of Markdown and HTML documents; keeps the promises of :class:`syncd.ports.Source`.

    ``path`` may be a single file, which is then read whatever the patterns say. A document's path is ``label`` (how
    people call the root) and its place below it. Its key is its real absolute path, so that a file reached through
    two sources is one document. Hidden files and folders, and the folders in ``ignore``, are never read. Links are
    followed inside the root only. Raises ValueError when a pattern leaves the root.
    """

    def __init__(
        self,
        path: Path,
        *,
        label: str,
        include: Collection[str] = INCLUDE,
        exclude: Collection[str] = EXCLUDE,
        url_template: str | None = None,
        restricted: bool = False,
        ignore: Collection[Path] = (),
    ) -> None:
        self._path = path
        self._label = label
        self._patterns = Patterns(include=include, exclude=exclude)
        self._url_template = url_template
        self._restricted = restricted
        self._ignore = tuple(ignore)

    @property
    def location(self) -> str:
        """``folder:`` and the real absolute path of the root."""
        return _SCHEME + os.path.realpath(self._path)

    def documents(self, known: Mapping[str, str]) -> Reading:
        """What is there now, in the order of the paths; see :meth:`syncd.ports.Source.documents`."""
        tree = self._tree()
        documents: list[Document] = []
        unchanged: set[str] = set()
        failures = [self._failure(path, shown, why) for path, (shown, why) in tree.refused.items()]
        for path, shown in sorted(tree.found.items(), key=lambda found: found[1]):
            try:
                document = self._document(path, shown)
            except _Unreadable as error:
                failures.append(self._failure(path, shown, str(error), line=error.line))
                continue
            if known.get(document.key) == document.revision:
                unchanged.add(document.key)
            else:
                documents.append(document)
        return Reading(
            documents=tuple(documents),
            unchanged=frozenset(unchanged),
            failures=tuple(sorted(failures, key=lambda failure: failure.path)),
            complete=not tree.unlisted,
            problem=self._hindrance(tree),
        )

    def save(self, edits: Sequence[Edit]) -> list[Saved]:
        """Write the new texts; see :meth:`syncd.ports.Source.save`. A link to a document stays a link."""
        root = os.path.realpath(self._path)
        return [_save(edit, root=root) for edit in edits]

    def check(self) -> list[Finding]:
        """Whether the folder is there, and holds documents; see :meth:`syncd.ports.Source.check`."""
        place = check_folder(self._path, "folder", made=False)
        if place.level is Level.FAILURE:
            return [place]
        reading = self.documents({})
        about = f"documents in {self._label}"
        if reading.count == 0:
            cure = "Correct the path, or include and exclude."
            return [place, Finding(Level.WARNING, about, "There are none that include and exclude let through.", cure)]
        unread = [
            Finding(Level.WARNING, f.path, f.problem.message, "It is left out until then.") for f in reading.failures
        ]
        return [place, Finding(Level.OK, about, f"{reading.count:,} found."), *unread]

    def _tree(self) -> Tree:
        ignored = Ignored(self._ignore)
        root = self._root(ignored)
        if os.path.isfile(root):
            return Tree(found={root: ""})
        return look(root, patterns=self._patterns, ignored=ignored)

    def _root(self, ignored: Ignored) -> str:
        try:
            root = os.path.realpath(self._path, strict=True)
            mode = os.stat(root).st_mode
        except OSError as error:
            raise SourceError(
                f"{self._path} cannot be read: {error.strerror}. Correct the path of this source, or mount it."
            ) from error
        if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
            raise SourceError(f"{self._path} is neither a folder nor a file. Correct the path of this source.")
        if ignored.holds(root):
            raise SourceError(f"{self._path} holds tickets or our own data, not documents. Name another folder.")
        return root

    def _document(self, path: str, shown: str) -> Document:
        _check_name(path)
        content = _read(path)
        return Document(
            key=_SCHEME + path,
            path=self._called(shown),
            text=_decode(content),
            revision=_revision(content),
            markup=Markup.HTML if path.lower().endswith(_HTML) else Markup.MARKDOWN,
            location=self._location_of(path, shown),
            restricted=self._restricted,
        )

    def _failure(self, path: str, shown: str, why: str, *, line: int = 1) -> Failure:
        problem = Problem(line=line, message=why)
        return Failure(key=_SCHEME + _printable(path), path=_printable(self._called(shown)), problem=problem)

    def _hindrance(self, tree: Tree) -> str | None:
        folders = [f"{_printable(self._called(shown))} ({reason})" for shown, reason in sorted(tree.unlisted)]
        if not folders:
            return None
        return f"Not every folder could be listed: {', '.join(folders)}. Allow syncd to read it, or exclude it."

    def _called(self, shown: str) -> str:
        if not self._label or not shown:
            return self._label or shown
        return f"{self._label.rstrip('/')}/{shown}"

    def _location_of(self, path: str, shown: str) -> str:
        if self._url_template is None:
            return path
        return self._url_template.replace("{path}", quote(shown or os.path.basename(path)))


# --- reading --------------------------------------------------------------------------------------------------------


class _Unreadable(Exception):
    """Why one file is no document; never leaves this module."""

    def __init__(self, message: str, *, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


def _read(path: str) -> bytes:
    """The content of a regular file. A link that took its place since it was found is not followed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _Unreadable("It is no ordinary file but a pipe, a socket or a device; remove it.")
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _Unreadable(f"It cannot be read ({error.strerror}); allow syncd to read it, or exclude it.") from error
    if len(content) > MAX_BYTES:
        raise _Unreadable(f"It is larger than {MAX_BYTES // 1_000_000} MB and was not read; split it, or exclude it.")
    return content


def _decode(content: bytes) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _Unreadable(
            f"It is not UTF-8 (byte 0x{content[error.start]:02X}); save it as UTF-8.",
            line=content.count(b"\n", 0, error.start) + 1,
        ) from error
    if "\0" in text:
        raise _Unreadable(
            "It holds NUL bytes, so it is no text; save it as UTF-8, or exclude it.",
            line=text.count("\n", 0, text.index("\0")) + 1,
        )
    return text


def _check_name(path: str) -> None:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError as error:
        raise _Unreadable("Its name is not UTF-8; rename it.") from error


def _printable(path: str) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _revision(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# --- writing --------------------------------------------------------------------------------------------------------


def _save(edit: Edit, *, root: str) -> Saved:
    document = edit.document
    path = os.path.realpath(document.key.removeprefix(_SCHEME))
    if not document.key.startswith(_SCHEME) or not inside(path, root):
        return Saved(
            document.key, SaveStatus.FAILED, f"{document.path} is not inside this source; nothing was written."
        )
    try:
        content = edit.text.encode("utf-8")
        saved = replace(path, content, unchanged=lambda: _holds(path, document.revision))
    except FileNotFoundError:
        return Saved(document.key, SaveStatus.CHANGED, f"{document.path} is gone; nothing was written.")
    except (OSError, UnicodeEncodeError) as error:
        return Saved(document.key, SaveStatus.FAILED, f"{document.path} could not be written: {_reason(error)}.")
    if not saved:
        return Saved(document.key, SaveStatus.CHANGED, f"{document.path} was edited meanwhile; it will be read again.")
    return Saved(document.key, SaveStatus.SAVED, revision=_revision(content))


def _holds(path: str, revision: str) -> bool:
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        return _revision(file.read()) == revision


def _reason(error: OSError | UnicodeEncodeError) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
