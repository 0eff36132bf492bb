"""A sentence being peeled: what is left of it, and what came off."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncd.core.fields import is_blank
from syncd.core.model import Span, State
from syncd.core.prose import Prose, squeeze
from syncd.core.references import Found

SEPARATORS = " \t\n-–—:,;|·•→/"
HANDLE = r"@[A-Za-z0-9](?:[\w.-]*\w)?(?:/[\w.-]+\w)?"
HANDLES = rf"{HANDLE}(?:(?:\s*(?:,|&|\+|/|and)\s*|\s+){HANDLE})*"
NAME = r"[A-ZÀ-ÖØ-ÞА-Я][\w.'’-]*"
NAMES = rf"{NAME}(?:\s(?:{NAME}|team|squad|guild)){{0,2}}(?:\s*(?:,|/|&|\+|\band\b)\s*{NAME}(?:\s{NAME}){{0,2}})*"
PRIORITY = (
    r"(?:p[0-5]|(?:priority|prio)\s*[:=]?\s*\w+|high|medium|low|critical|urgent|must|should|nice to have|高|中|低)"
)


@dataclass
class Peel:
    """``prose.plain[start:end]`` is left. ``values`` are the words of id, owner, due, type and status, once known."""

    prose: Prose
    projects: frozenset[str]
    people: frozenset[str]
    found: list[Found]
    start: int = 0
    end: int = 0
    values: dict[str, str] = field(default_factory=dict)
    state: State | None = None
    mark: Span | None = None
    box: Span | None = None
    named: list[Found] = field(default_factory=list)

    @property
    def plain(self) -> str:
        """The whole sentence."""
        return self.prose.plain

    def set(self, name: str, value: str) -> None:
        """Keep a value, unless an earlier one is known."""
        value = squeeze(value).strip(" .,;")
        if value and not is_blank(value):
            self.values.setdefault(name, value)

    def tell(self, state: State | None, words: str, place: tuple[int, int] | None) -> None:
        """Keep the state that a mark tells, unless an earlier one did."""
        if self.state is None and state is not None:
            self.state = state
            self.set("status", words)
            self.mark = self.prose.span(*place) if place else None

    def advance(self, end: int) -> bool:
        """Go on behind a mark, unless nothing but marks and tickets would be left."""
        if not self._says(end, self.end):
            return False
        self.start = end
        return True

    def retreat(self, start: int) -> bool:
        """Go back before a mark, unless nothing would be left."""
        if start >= self.end or not self.plain[self.start : start].strip(SEPARATORS + "([（【"):
            return False
        self.end = start
        return True

    def _says(self, start: int, end: int) -> bool:
        """Whether there are words between two places."""
        at = start
        for found in self.found:
            if start <= found.start and found.end <= end:
                if self.plain[at : found.start].strip(SEPARATORS + "([（【)]）】"):
                    return True
                at = found.end
        return bool(self.plain[at:end].strip(SEPARATORS + "([（【)]）】"))
