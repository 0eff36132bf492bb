"""Tickets, states and due dates in the rows of a table, and the columns that it lacks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from syncd.core import date_forms, state_words
from syncd.core.layout import Layout, Replacement, link, plain
from syncd.core.model import ActionItem, Role, Row, Span, State, Table
from syncd.core.wish import BOX_STATES, Draft, Wish, agree, is_blank, names, retired


class TableDraft:
    """The rows of one table that have something to say."""

    def __init__(self, wish: Wish, table: Table, rows: Sequence[int], draft: Draft) -> None:
        self.wish, self.table, self.rows, self.draft = wish, table, rows, draft
        self.text = wish.postmortem.document.text
        self.layout = Layout(self.text, table)
        self.columns = {role: table.column(role) for role in (Role.STATUS, Role.DUE)}
        self.columns[Role.TICKET] = self._ticket_column()
        self.by_end = {row.end: row for row in table.rows}
        self.cells: dict[tuple[int, int], tuple[int, str]] = {}
        """By :attr:`Row.end` and column, which need not exist yet: whose it is, and its new words."""
        self._words: dict[State, str] = {}

    def write(self) -> None:
        """Draft the cells of these rows."""
        headers = self._headers()
        for index in self.rows:
            self._ticket(index)
            self._status(index)
            self._due(index)
        old = [(self.by_end[end], column, words) for (end, column), (_, words) in self.cells.items()]
        self.draft.edits += [self.layout.put(row, c, words) for row, c, words in old if c < len(row.cells)]
        self.draft.edits += self._new_cells(headers)

    # --- columns ------------------------------------------------------------------------------------------------

    def _ticket_column(self) -> int | None:
        """The ticket column; of several, the one that holds most tickets like ours, else the first."""
        columns = [i for i, role in enumerate(self.table.roles) if role is Role.TICKET]
        if len(columns) < 2:
            return next(iter(columns), None)
        kin = {_kin(cells.ticket) for cells in self.wish.cells.values() if cells.ticket}
        places = [
            reference.span.start
            for item in self.wish.postmortem.items
            if item.table == self.table
            for reference in item.named
            if reference.span and _kin(reference.key or f"{reference.repository}#{reference.number}") in kin
        ]
        return max(columns, key=lambda column: sum(self._holds(column, place) for place in places))

    def _holds(self, column: int, place: int) -> bool:
        cells = (row.cells[column].span for row in self.table.rows if column < len(row.cells))
        return any(span.start <= place < span.end for span in cells)

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
        """The cells behind the last one of each row, in all rows if columns are added."""
        count = len(self.table.header.cells)
        if headers:
            contents = {end: self._behind(row, count + len(headers)) for end, row in self.by_end.items()}
            return self.layout.add_columns(headers, contents)
        lengths: dict[int, int] = {}
        for end, column in self.cells:
            lengths[end] = max(lengths.get(end, 0), column + 1)
        return [
            self.layout.fill(self.by_end[end], self._behind(self.by_end[end], length))
            for end, length in lengths.items()
            if length > len(self.by_end[end].cells)
        ]

    def _behind(self, row: Row, length: int) -> list[str]:
        return [self.cells.get((row.end, column), (0, ""))[1] for column in range(len(row.cells), length)]

    # --- cells --------------------------------------------------------------------------------------------------

    def _ticket_wanted(self, index: int) -> bool:
        item, cells = self._item(index), self.wish.cells[index]
        return cells.ticket is not None and not names(item, cells.ticket, cells.url) and retired(item, cells) is None

    def _ticket(self, index: int) -> None:
        item, cells = self._item(index), self.wish.cells[index]
        if cells.ticket is None or names(item, cells.ticket, cells.url):
            return
        words = link(cells.ticket, cells.url, self.table.markup)
        column = self.columns[Role.TICKET]
        if span := retired(item, cells):
            self._exchange(index, span, words)
        elif column is None:
            self.draft.refuse(index, _no_column("Ticket", words))
        else:
            old = self._shown(index, column)
            self._put(index, "ticket", column, words if self._blank(index, column) else f"{old} {words}")

    def _exchange(self, index: int, span: Span, words: str) -> None:
        """Put the link where the retired key stands, in whichever cell that is."""
        for column, cell in enumerate(self._row(index).cells):
            content = self.layout.content(cell)
            if content.start <= span.start and span.end <= content.end:
                old = content.of(self.text)
                start, end = span.start - content.start, span.end - content.start
                self._put(index, "ticket", column, old[:start] + words + old[end:])

    def _status_wanted(self, index: int) -> bool:
        return self.wish.cells[index].state is not None and is_blank(self._item(index).status)

    def _status(self, index: int) -> None:
        item, state = self._item(index), self.wish.cells[index].state
        column = self.columns[Role.STATUS]
        if state is None:
            return
        agrees = agree(item.state, state, self.wish.states)
        if column is not None and self._blank(index, column):
            if not agrees or is_blank(item.status):
                self._put(index, "state", column, self._word(state))
        elif not agrees or (column is not None and item.state is None):
            self._restate(index, column, state)

    def _restate(self, index: int, column: int | None, state: State) -> None:
        item, word = self._item(index), self._word(state)
        if column is None and is_blank(item.status):
            self.draft.refuse(index, _no_column("Status", word))
            return
        # Some write the state behind the ticket instead.
        column = self.columns[Role.TICKET] if column is None else column
        old = "" if column is None else self._shown(index, column)
        said = state_words.find(old, item.state)
        if column is None or said is None:
            self.draft.refuse(index, _elsewhere(item, word))
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
            self.draft.refuse(
                index, f"Its due cell says “{item.due}”, a form that is not known here; write {due} there."
            )
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
        """What stands in a cell, or will; as written."""
        row = self._row(index)
        if (row.end, column) in self.cells:
            return self.cells[row.end, column][1]
        return self.layout.content(row.cells[column]).of(self.text) if column < len(row.cells) else ""

    def _blank(self, index: int, column: int) -> bool:
        row = self._row(index)
        if column >= len(row.cells):
            return True
        return is_blank(row.cells[column].text) and "<!--" not in self._shown(index, column)

    def _put(self, index: int, name: str, column: int, words: str) -> None:
        place = (self._row(index).end, column)
        if words == self._shown(index, column):
            return
        if self.cells.get(place, (index, ""))[0] != index:
            self.draft.refuse(index, "Its row holds another item too; give each a row of its own.")
            return
        self.cells[place] = (index, words)
        self.draft.written.add((index, name))


def _no_column(header: str, words: str) -> str:
    return (
        f"Its table has no {header} column and none can be added, because cells are merged or a row is longer than "
        f"the header; mend the table, or write {words} into the row."
    )


def _elsewhere(item: ActionItem, word: str) -> str:
    said = f"says “{item.status}”, no state known here" if item.state is None else f"says “{item.status}” elsewhere"
    return f"Its row {said}; change that by hand to {word}."


def _kin(key: str) -> str:
    """What the keys of one tracker have in common: its project or repository."""
    return re.split(r"[-#]\d+$", key.casefold())[0]
