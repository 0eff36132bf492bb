"""What has to be replaced in a document so that some of its items say what their tickets say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from syncd.core import date_forms, state_words
from syncd.core.layout import Layout, Replacement, link, plain, replaced
from syncd.core.model import ActionItem, Bullet, Postmortem, Reference, Role, Row, Span, State, Table

_BLANK = frozenset(
    (
        "",
        "-",
        "–",
        "—",
        "--",
        "---",
        "tbd",
        "tba",
        "tbc",
        "n/a",
        "na",
        "none",
        "none yet",
        "?",
        "…",
        "...",
        "未定",
        "なし",
        "无",
    )
)
_TASK_STATUS = {State.DONE: "complete", State.OPEN: "incomplete"}
"""What Confluence writes into the status of a task: https://confluence.atlassian.com/doc/confluence-storage-format-790796544.html"""


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
    """A new text, not yet proved."""

    text: str
    written: set[tuple[int, str]] = field(default_factory=set)
    """Item and cell: ``ticket``, ``state`` or ``due``."""
    problems: dict[int, str] = field(default_factory=dict)


def draft(wish: Wish, chosen: Collection[int]) -> Draft:
    """The document with the cells of the chosen items written, and why some could not be."""
    result = Draft(wish.postmortem.document.text)
    edits: list[Replacement] = []
    items = wish.postmortem.items
    tables: dict[int, tuple[Table, list[int]]] = {}
    for index in sorted(chosen):
        if table := items[index].table:
            tables.setdefault(table.header.end, (table, []))[1].append(index)
    for table, rows in tables.values():
        edits += _TableDraft(wish, table, rows, result).edits()
    for index in sorted(chosen):
        if items[index].table is None:
            edits += _BulletDraft(wish, index, result).edits()
    result.text = replaced(result.text, edits)
    return result


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


def _retired(item: ActionItem, cells: Cells) -> Span | None:
    """Where the row names the ticket by the key that it no longer has."""
    if cells.retired is None:
        return None
    return next((r.span for r in item.named if means(r, cells.retired) and r.span), None)


# --- tables ---------------------------------------------------------------------------------------------------------


class _TableDraft:
    def __init__(self, wish: Wish, table: Table, rows: Sequence[int], draft: Draft) -> None:
        self.wish, self.table, self.rows, self.draft = wish, table, rows, draft
        self.text = wish.postmortem.document.text
        self.layout = Layout(self.text, table)
        self.columns = {role: table.column(role) for role in (Role.STATUS, Role.DUE)}
        self.columns[Role.TICKET] = self._ticket_column()
        self.cells: dict[tuple[int, int], Replacement] = {}
        self._words: dict[State, str] = {}
        self.new: dict[int, dict[int, str]] = {}
        """Cells that do not exist yet: by :attr:`Row.end`, by column."""

    def edits(self) -> list[Replacement]:
        """All replacements in this table."""
        headers = self._headers()
        for index in self.rows:
            self._status(index)
            self._ticket(index)
            self._due(index)
        return [*self.cells.values(), *self._new_cells(headers)]

    # --- columns ------------------------------------------------------------------------------------------------

    def _ticket_column(self) -> int | None:
        """The ticket column; of several, the one that already holds tickets of ours."""
        columns = [i for i, role in enumerate(self.table.roles) if role is Role.TICKET]
        return max(columns, key=self._ours, default=None) if len(columns) > 1 else next(iter(columns), None)

    def _ours(self, column: int) -> int:
        return sum(
            1
            for index, cells in self.wish.cells.items()
            if (row := self._item(index).row) and column < len(row.cells) and self._item(index).table == self.table
            for r in self._item(index).named
            if cells.ticket and r.span and means(r, cells.ticket, cells.url) and _within(r.span, row.cells[column].span)
        )

    def _headers(self) -> list[str]:
        """The columns to add, Status before Ticket; none when the table cannot take one."""
        wanted = []
        if self.columns[Role.STATUS] is None and any(self._status_wanted(i) for i in self.rows):
            wanted.append(Role.STATUS)
        if self.columns[Role.TICKET] is None and any(self._ticket_wanted(i) for i in self.rows):
            wanted.append(Role.TICKET)
        if any(row.merged for row in (self.table.header, *self.table.rows)):
            return []
        for column, role in enumerate(wanted, start=len(self.table.header.cells)):
            self.columns[role] = column
        return [role.value.capitalize() for role in wanted]

    def _new_cells(self, headers: Sequence[str]) -> Iterable[Replacement]:
        count = len(self.table.header.cells)
        if headers:
            contents = {
                row.end: [
                    self.new.get(row.end, {}).get(column, "") for column in range(len(row.cells), count + len(headers))
                ]
                for row in self.table.rows
            }
            return self.layout.add_columns(headers, contents)
        rows = {row.end: row for row in self.table.rows}
        return [
            self.layout.fill(rows[end], [cells.get(c, "") for c in range(len(rows[end].cells), max(cells) + 1)])
            for end, cells in self.new.items()
        ]

    # --- cells --------------------------------------------------------------------------------------------------

    def _ticket_wanted(self, index: int) -> bool:
        item, cells = self._item(index), self.wish.cells[index]
        return cells.ticket is not None and not names(item, cells.ticket, cells.url) and _retired(item, cells) is None

    def _ticket(self, index: int) -> None:
        item, cells = self._item(index), self.wish.cells[index]
        if cells.ticket is None or names(item, cells.ticket, cells.url):
            return
        words = link(cells.ticket, cells.url, self.table.markup)
        column = self.columns[Role.TICKET]
        if span := _retired(item, cells):
            self._claim(index, "ticket", span.start, Replacement(span.start, span.end, words))
        elif column is None:
            self._refuse(index, _no_column("Ticket", words))
        else:
            old = self._shown(index, column)
            self._put(index, "ticket", column, words if self._blank(index, column) else f"{old} {words}")

    def _status_wanted(self, index: int) -> bool:
        return self.wish.cells[index].state is not None and self._item(index).status is None

    def _status(self, index: int) -> None:
        item, state = self._item(index), self.wish.cells[index].state
        column = self.columns[Role.STATUS]
        if state is None:
            return
        agrees = agree(item.state, state, self.wish.states)
        if column is not None and self._blank(index, column):
            if not agrees or (item.status or "").casefold() in _BLANK:
                self._put(index, "state", column, self._word(state))
        elif not agrees or (column is not None and item.state is None):
            self._restate(index, column, state)

    def _restate(self, index: int, column: int | None, state: State) -> None:
        item, word = self._item(index), self._word(state)
        if column is None:
            self._refuse(index, _no_column("Status", word) if item.status is None else _elsewhere(item, word))
            return
        old = self._shown(index, column)
        said = state_words.find(old, item.state)
        if said is None:
            self._refuse(index, _elsewhere(item, word))
        elif not (said.boxed and agree(item.state, state, BOX_STATES)):
            new = state_words.replace(old, said, state=state, word=word, cross=self.wish.cross)
            self._put(index, "state", column, new)

    def _word(self, state: State) -> str:
        """How the document says a state: as this table does, else its other tables, else in the team's words."""
        if state not in self._words:
            here, there = self._said
            usual = state_words.usual(here, state) or state_words.usual(there, state)
            self._words[state] = usual or plain(self.wish.status_words[state], self.table.markup)
        return self._words[state]

    @cached_property
    def _said(self) -> tuple[list[tuple[str, State | None]], list[tuple[str, State | None]]]:
        """The status cells of this table and of the others, each with its state."""
        here: list[tuple[str, State | None]] = []
        there: list[tuple[str, State | None]] = []
        for item in self.wish.postmortem.items:
            cell = item.cell(Role.STATUS)
            if cell and item.table and item.table.markup is self.table.markup:
                (here if item.table == self.table else there).append((cell.span.of(self.text), item.state))
        return here, there

    def _due(self, index: int) -> None:
        item, due = self._item(index), self.wish.cells[index].due
        column = self.columns[Role.DUE]
        if due is None or column is None or item.due_date == due:
            return
        if self._blank(index, column):
            self._put(index, "due", column, date_forms.like_the_others(due, self._dates))
            return
        new = date_forms.rewrite(self._shown(index, column), item.due_date, due, self._dates)
        if new is None:
            self._refuse(index, f"Its due cell says “{item.due}”, a form that is not known here; write {due} there.")
        else:
            self._put(index, "due", column, new)

    @cached_property
    def _dates(self) -> date_forms.Column:
        postmortem = self.wish.postmortem
        cells = [
            (cell.span.of(self.text), item.due_date)
            for item in postmortem.items
            if item.table == self.table and (cell := item.cell(Role.DUE))
        ]
        return date_forms.Column(tuple(cells), postmortem.postmortem_date or postmortem.incident_date)

    # --- access -------------------------------------------------------------------------------------------------

    def _item(self, index: int) -> ActionItem:
        return self.wish.postmortem.items[index]

    def _row(self, index: int) -> Row:
        row = self._item(index).row
        assert row is not None, "an item of a table has a row"
        return row

    def _shown(self, index: int, column: int) -> str:
        """What stands in a cell, as written."""
        return self.layout.content(self._row(index).cells[column]).of(self.text)

    def _blank(self, index: int, column: int) -> bool:
        row = self._row(index)
        if column >= len(row.cells):
            return True
        words = row.cells[column].text.strip().casefold()
        return words in _BLANK and "<!--" not in self._shown(index, column)

    def _put(self, index: int, name: str, column: int, words: str) -> None:
        row = self._row(index)
        if column < len(row.cells):
            self._claim(index, name, column, self.layout.put(row, column, words))
        else:
            self.new.setdefault(row.end, {})[column] = words
            self.draft.written.add((index, name))

    def _claim(self, index: int, name: str, place: int, replacement: Replacement) -> None:
        if self.cells.setdefault((self._row(index).end, place), replacement) is not replacement:
            self._refuse(index, "Its row holds another item too; give each a row of its own.")
        else:
            self.draft.written.add((index, name))

    def _refuse(self, index: int, why: str) -> None:
        self.draft.problems[index] = " ".join(filter(None, (self.draft.problems.get(index), why)))


def _no_column(header: str, words: str) -> str:
    return (
        f"Its table has no {header} column and none can be added, because cells are merged or a row is longer than "
        f"the header; mend the table, or write {words} into the row."
    )


def _elsewhere(item: ActionItem, word: str) -> str:
    said = f"says “{item.status}”, no state known here" if item.state is None else f"says “{item.status}” elsewhere"
    return f"Its row {said}; change that by hand to {word}."


def _within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


# --- bullets --------------------------------------------------------------------------------------------------------


class _BulletDraft:
    """An item that is no row: its link and our mark go to the end of its first paragraph."""

    def __init__(self, wish: Wish, index: int, draft: Draft) -> None:
        self.wish, self.index, self.draft = wish, index, draft
        self.item, self.cells = wish.postmortem.items[index], wish.cells[index]
        self.text = wish.postmortem.document.text

    def edits(self) -> list[Replacement]:
        """All replacements in this item."""
        bullet = self.item.bullet
        if bullet is None:
            self.draft.problems[self.index] = "Its place in the document is not known; write the ticket there by hand."
            return []
        return [*self._ticket(bullet), *self._state(bullet)]

    def _ticket(self, bullet: Bullet) -> list[Replacement]:
        key, url = self.cells.ticket, self.cells.url
        if key is None or names(self.item, key, url):
            return []
        self.draft.written.add((self.index, "ticket"))
        words = link(key, url, bullet.markup)
        if words == plain(key, bullet.markup):
            words = f"[{words}]"
        if span := _retired(self.item, self.cells):
            return [Replacement(span.start, span.end, words)]
        if (own := self._own(bullet)) and own.end == bullet.end:
            return [Replacement(own.start, own.start, f"{words} ")]
        return [Replacement(bullet.end, bullet.end, f" {words}")]

    def _state(self, bullet: Bullet) -> list[Replacement]:
        state = self.cells.state
        if state is None or agree(self.item.state, state, BOX_STATES & {*self.wish.states, State.OPEN}):
            return []
        state = State.OPEN if state is State.IN_PROGRESS else state
        edits = [*self._tick(bullet, state), *self._mark(bullet, state)]
        if edits:
            self.draft.written.add((self.index, "state"))
        else:
            word = self.wish.status_words[state]
            self.draft.problems[self.index] = f"It says “{self.item.status}” elsewhere; change that by hand to {word}."
        return edits

    def _tick(self, bullet: Bullet, state: State) -> list[Replacement]:
        """The box: done ticks it, open clears it, cancelled leaves it."""
        if bullet.box and state is not State.CANCELLED:
            return [Replacement(bullet.box.start, bullet.box.end, self.wish.cross if state is State.DONE else " ")]
        if bullet.mark and bullet.mark.of(self.text) in _TASK_STATUS.values() and state in _TASK_STATUS:
            return [Replacement(bullet.mark.start, bullet.mark.end, _TASK_STATUS[state])]
        return []

    def _mark(self, bullet: Bullet, state: State) -> list[Replacement]:
        """The words beside the box: only where no box says it, and those that would say something else."""
        boxed = bullet.box is not None or self._task(bullet)
        needed = state is State.CANCELLED or (state is State.DONE and not boxed)
        own, mark = self._own(bullet), f"({state.value})"
        if own:
            start = own.start if needed else len(self.text[: own.start].rstrip(" \t"))
            return [Replacement(start, own.end, mark if needed else "")]
        if bullet.mark and not self._task(bullet):
            return self._restated(bullet.mark, state)
        return [Replacement(bullet.end, bullet.end, f" {mark}")] if needed else []

    def _restated(self, mark: Span, state: State) -> list[Replacement]:
        """A person's own word for the state (``TODO:``), with another word in its place."""
        old = mark.of(self.text)
        said = state_words.find(old, self.item.state)
        if said is None or not any(char.isalpha() for char in old[said.start : said.end]):
            return []
        word = self.wish.status_words[state]
        word = word.upper() if old[said.start : said.end].isupper() else word
        return [Replacement(mark.start, mark.end, state_words.replace(old, said, state=state, word=word))]

    def _own(self, bullet: Bullet) -> Span | None:
        """A mark in brackets at the end, as we write it."""
        mark = bullet.mark
        return mark if mark and mark.of(self.text).startswith("(") and mark.of(self.text).endswith(")") else None

    def _task(self, bullet: Bullet) -> bool:
        return bullet.mark is not None and bullet.mark.of(self.text) in _TASK_STATUS.values()
