"""A table of keys and values under a heading that is a task: ``| Owner | Ana |``, ``| Due | Dec 1 |``."""

from __future__ import annotations

from collections.abc import Iterator

from syncd.core.blocks import Grid, GridCell
from syncd.core.columns import HEADERS
from syncd.core.model import Role
from syncd.core.references import find_references
from syncd.core.sentence import Sentence
from syncd.core.states import state_of
from syncd.core.words import plain_words

_VALUES = frozenset((Role.OWNER, Role.DUE, Role.STATUS, Role.TICKET, Role.TYPE))


def is_form(grid: Grid) -> bool:
    """Whether a table has one key and one value a row, at least two of them what the columns of a table tell."""
    if len(grid.header.cells) != 2 or len(grid.rows) > 12:
        return False
    told = {role for role, _ in _pairs(grid)}
    return len(told & _VALUES) >= 2 and len({_role(cell) for cell in grid.header.cells} & _VALUES) < 2


def sentence_of(grid: Grid, projects: frozenset[str]) -> Sentence:
    """What such a table says of its task."""
    told = dict(reversed(list(_pairs(grid))))
    words = {role: cell.cell.text for role, cell in told.items()}
    status = words.get(Role.STATUS)
    ticket = told.get(Role.TICKET)
    return Sentence(
        owner=words.get(Role.OWNER),
        due=words.get(Role.DUE),
        type=words.get(Role.TYPE),
        status=status,
        state=state_of(status) if status else None,
        references=tuple(f.reference for f in find_references(ticket.prose, projects, column=True)) if ticket else (),
    )


def _pairs(grid: Grid) -> Iterator[tuple[Role, GridCell]]:
    for row in (grid.header, *grid.rows):
        if len(row.cells) == 2 and (role := _role(row.cells[0])):
            yield role, row.cells[1]


def _role(cell: GridCell) -> Role | None:
    return HEADERS.get(plain_words(cell.prose.plain))
