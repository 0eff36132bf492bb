"""Two versions of a text, as the lines that differ, each pair fitted so that what changed can be seen."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import takewhile

from syncd.cli.printable import printable
from syncd.cli.terminal import Line

SHOWN = 4
"""Pairs of lines that are shown; the others are counted."""
LEAD = 24
"""Characters of a line's beginning that are kept when it is too long."""


def changed_lines(before: str, after: str, *, width: int | None) -> Iterator[Line]:
    """``-`` and ``+`` lines, for a terminal of ``width`` columns; None: as long as they are."""
    pairs = [pair for pair in _pairs(before.splitlines(), after.splitlines()) if not _only_rules(*pair)]
    for old, new in pairs[:SHOWN]:
        removed, added = _fitted(printable(old), printable(new), room=None if width is None else width - 4)
        yield ("  ", (f"- {removed}", "red"))
        yield ("  ", (f"+ {added}", "green"))
    if len(pairs) > SHOWN:
        yield (f"    … and {len(pairs) - SHOWN} more",)


def _pairs(before: list[str], after: list[str]) -> Iterator[tuple[str, str]]:
    for kind, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "replace":
            yield from zip(before[start:end], after[new_start:new_end], strict=False)


def _only_rules(old: str, new: str) -> bool:
    """Whether the lines only rule a table off."""
    return not set(old + new) - set("|-: ")


def _fitted(old: str, new: str, *, room: int | None) -> tuple[str, str]:
    """Both lines without the middle of what they begin with alike, if they are too long."""
    surplus = max(len(old), len(new)) - (room or len(old) + len(new))
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    rest = old.find(" |", LEAD + surplus + 2, alike)
    if surplus <= 0 or rest < 0:
        return old, new
    return f"{old[:LEAD].rstrip()}…{old[rest:]}", f"{new[:LEAD].rstrip()}…{new[rest:]}"
