"""Items under headings: each under the first that takes it, by owner, and no more than a reader can take in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from syncd.core.digest import Entry, Section
from syncd.core.entries import Case

LEAST = 3
"""Entries that every section shows before the graver ones are shown in full."""

Order = tuple[int, str, int, str]


@dataclass(frozen=True, slots=True)
class Heading:
    """A section to be filled."""

    key: str
    title: str
    takes: Callable[[Case], bool]
    order: Callable[[Case], int]
    """The smaller, the sooner an item of it is shown."""


def place(cases: Sequence[Case], headings: Sequence[Heading], *, limit: int) -> tuple[Section, ...]:
    """The sections that are not empty, in the order of the headings, with at most ``limit`` entries in all.

    Owners are in the order of the gravest item of each; an item that no heading takes is left out.
    """
    taken: list[list[Case]] = [[] for _ in headings]
    for case in cases:
        at = next((n for n, heading in enumerate(headings) if heading.takes(case)), None)
        if at is not None:
            taken[at].append(case)
    shares = _shares([len(found) for found in taken], limit)
    return tuple(
        _section(heading, found, share) for heading, found, share in zip(headings, taken, shares, strict=True) if found
    )


def total(sections: Sequence[Section], key: str) -> int:
    """How many items a section has, shown or not; 0 when it is not there."""
    return sum(len(s.entries) + s.more for s in sections if s.key == key)


def first(sections: Sequence[Section], key: str) -> Entry | None:
    """The gravest entry that a section shows."""
    return next((e for s in sections if s.key == key for e in s.entries), None)


def oldest(case: Case) -> int:
    """Order: the longest known first."""
    return -case.entry.age


def soonest(case: Case) -> int:
    """Order: what is due first; what has no date, last."""
    return case.due_in if case.due_in is not None else 1_000_000


def _section(heading: Heading, found: Sequence[Case], share: int) -> Section:
    def order(case: Case) -> Order:
        entry = case.entry
        return heading.order(case), entry.path, entry.line, entry.item

    shown = sorted(found, key=order)[:share]
    return Section(heading.key, heading.title, tuple(_by_owner(shown)), more=len(found) - len(shown))


def _by_owner(cases: Sequence[Case]) -> list[Entry]:
    """Those of one owner together; who has none, last."""
    owners: dict[str, list[Entry]] = {}
    for case in cases:
        owners.setdefault((case.entry.owner or "").casefold(), []).append(case.entry)
    nobody = owners.pop("", [])
    return [entry for entries in (*owners.values(), nobody) for entry in entries]


def _shares(sizes: Sequence[int], limit: int) -> list[int]:
    """How many entries each section shows: first something of each, then the gravest in full."""
    shares = [0] * len(sizes)
    for most in (LEAST, limit):
        for n, size in enumerate(sizes):
            shares[n] += max(min(size, most, shares[n] + limit - sum(shares)) - shares[n], 0)
    return shares
