"""What the items of a document should say, and what has been drafted of it so far."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from syncd.core.layout import Replacement
from syncd.core.model import ActionItem, Postmortem, Reference, Span, State
from syncd.core.words import phrases

_BLANK = phrases("-, –, —, --, ---, ?, …, ..., tbd, tba, tbc, n/a, na, none, none yet, 未定, なし, 无") | {""}


@dataclass(frozen=True, slots=True)
class Cells:
    """What the row of one item should say; None leaves a cell alone."""

    ticket: str | None = None
    """The ticket's key, as people call it; no markup."""
    url: str | None = None
    """Where the key links to: a URL or a relative path. Without one the bare key is written."""
    state: State | None = None
    due: date | None = None
    retired: str | None = None
    """An earlier key of the same ticket, which the new one replaces."""


@dataclass(frozen=True)
class Wish:
    """A document, what its items should say, and in which words."""

    postmortem: Postmortem
    cells: Mapping[int, Cells]
    """By the position in :attr:`Postmortem.items`."""
    status_words: Mapping[State, str]
    states: frozenset[State]
    """What the tickets' tracker can tell apart."""

    @cached_property
    def cross(self) -> str:
        """How the document ticks its boxes."""
        boxes = [item.bullet.box for item in self.postmortem.items if item.bullet and item.bullet.box]
        ticks = {box.of(self.postmortem.document.text) for box in boxes}
        return "X" if "X" in ticks and "x" not in ticks else "x"


@dataclass
class Draft:
    """What is to be replaced; not yet proved."""

    edits: list[Replacement] = field(default_factory=list)
    written: set[tuple[int, str]] = field(default_factory=set)
    """Item and cell: ``ticket``, ``state`` or ``due``."""
    problems: dict[int, str] = field(default_factory=dict)

    def refuse(self, index: int, why: str) -> None:
        """Add a sentence about a cell of this item that cannot be written."""
        self.problems[index] = f"{self.problems[index]} {why}" if index in self.problems else why


def is_blank(words: str | None) -> bool:
    """Whether that is what stands in a cell which nobody filled in yet."""
    return words is None or words.strip().casefold() in _BLANK


def names(item: ActionItem, key: str, url: str | None = None) -> bool:
    """Whether the item's row names the ticket of this key."""
    return any(means(reference, key, url) for reference in item.named)


def agree(one: State | None, other: State | None, states: Collection[State]) -> bool:
    """Whether two states are the same for somebody who can tell only ``states`` apart; no state counts as open."""
    return _poorer(one, states) is _poorer(other, states)


BOX_STATES = frozenset((State.OPEN, State.DONE, State.CANCELLED))
"""What a checkbox or a bullet can say."""


def _poorer(state: State | None, states: Collection[State]) -> State:
    if state is None or (state is State.IN_PROGRESS and state not in states):
        return State.OPEN
    return State.DONE if state is State.CANCELLED and state not in states else state


def means(reference: Reference, key: str, url: str | None = None) -> bool:
    """Whether a reference means the ticket of this key. A number without its repository may be any repository's."""
    repository, _, number = key.casefold().rpartition("#")
    if reference.key is not None:
        return reference.key.casefold() == key.casefold()
    if reference.number is not None and number.isdecimal():
        known = (reference.repository or repository).casefold()
        return reference.number == int(number) and (not repository or known == repository)
    return reference.text.casefold() == key.casefold() or (url is not None and reference.url == url)


def retired(item: ActionItem, cells: Cells) -> Span | None:
    """Where the row names the ticket by the key that it no longer has."""
    if cells.retired is None:
        return None
    return next((r.span for r in item.named if means(r, cells.retired) and r.span), None)
