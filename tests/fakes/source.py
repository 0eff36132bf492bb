"""A source that is honest and lives in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from syncd.core.model import Document, Markup, Problem
from syncd.errors import SourceError
from syncd.ports import Edit, Failure, Finding, Level, Reading, Saved, SaveStatus


class MemorySource:
    """Documents in a dictionary. What a test sets on it happens: ``unreadable``, ``problem``, ``gone``, ``refuses``."""

    def __init__(self, texts: Mapping[str, str] | None = None, *, name: str = "memory") -> None:
        self.texts = dict(texts or {})
        self.unreadable: dict[str, str] = {}
        """Path → why it cannot be read now."""
        self.problem: str | None = None
        """Why the look is not complete."""
        self.gone = False
        """The source as a whole cannot be looked at."""
        self.refuses: str | None = None
        """Why nothing can be saved."""
        self._name = name

    @property
    def location(self) -> str:
        return f"memory:{self._name}"

    def documents(self, known: Mapping[str, str]) -> Reading:
        if self.gone:
            raise SourceError(f"{self.location} is gone.")
        documents = [self._document(path) for path in sorted(self.texts) if path not in self.unreadable]
        return Reading(
            documents=tuple(d for d in documents if known.get(d.key) != d.revision),
            unchanged=frozenset(d.key for d in documents if known.get(d.key) == d.revision),
            failures=tuple(
                Failure(key=self._key(path), path=path, problem=Problem(line=1, message=why))
                for path, why in sorted(self.unreadable.items())
            ),
            complete=self.problem is None,
            problem=self.problem,
        )

    def save(self, edits: Sequence[Edit]) -> list[Saved]:
        return [self._save(edit) for edit in edits]

    def check(self) -> list[Finding]:
        return [Finding(Level.OK, "memory", f"{len(self.texts)} documents.")]

    def _save(self, edit: Edit) -> Saved:
        document = edit.document
        if self.refuses is not None:
            return Saved(document.key, SaveStatus.FAILED, self.refuses)
        if document.path not in self.texts or self._document(document.path).revision != document.revision:
            return Saved(document.key, SaveStatus.CHANGED, f"{document.path} was edited meanwhile.")
        self.texts[document.path] = edit.text
        return Saved(document.key, SaveStatus.SAVED, revision=self._document(document.path).revision)

    def _document(self, path: str) -> Document:
        text = self.texts[path]
        return Document(
            key=self._key(path),
            path=path,
            text=text,
            revision=hashlib.sha256(text.encode("utf-8")).hexdigest(),
            markup=Markup.HTML if path.endswith(".html") else Markup.MARKDOWN,
            location=f"https://documents.example.com/{path}",
        )

    def _key(self, path: str) -> str:
        return f"{self.location}:{path}"
