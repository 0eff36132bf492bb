"""Rows of an action table → action items."""

from __future__ import annotations

from dataclasses import replace

from syncd.core.blocks import Grid, GridCell, GridRow
from syncd.core.columns import HEADERS, is_timeline, roles, with_action
from syncd.core.fields import (
    all_options,
    is_blank,
    is_cell_placeholder,
    is_nothing,
    is_numbered,
    is_placeholder,
    split_owners,
)
from syncd.core.forms import is_form
from syncd.core.item import Findings, Reading, state_of_heading
from syncd.core.model import ActionItem, Problem, Reference, Role, State, Table
from syncd.core.prose import Prose, squeeze
from syncd.core.references import find_references, is_commit, named_first, tail, whole
from syncd.core.sections import Place
from syncd.core.sentence import Sentence, read_sentence
from syncd.core.states import state_of, whole_state
from syncd.core.words import TYPES, phrases, plain_words


def action_roles(grid: Grid, place: Place) -> tuple[Role | None, ...] | None:
    """What the columns of an action table hold; None for a table about something else."""
    if place.denied or (place.section is None and is_timeline(grid)) or (place.group is not None and is_form(grid)):
        return None
    found = roles(grid)
    others = {Role.OWNER, Role.DUE, Role.STATUS, Role.TICKET} & set(found)
    if place.section is not None:
        found = with_action(grid, found)
        certain = Role.ACTION in found and (others or place.sure or Role.TYPE in found)
        return found if certain and not _only_time(grid, found) else None
    named = found.index(Role.ACTION) if Role.ACTION in found else None
    return found if named is not None and _stands_alone(grid, named, others) else None


def only_proposes(found: tuple[Role | None, ...]) -> bool:
    """Whether a table only weighs what could be done: nobody does it, no day, no state, no ticket."""
    return not {Role.OWNER, Role.DUE, Role.STATUS, Role.TICKET} & set(found)


def _only_time(grid: Grid, found: tuple[Role | None, ...]) -> bool:
    return is_timeline(grid) and not {Role.STATUS, Role.TICKET, Role.OWNER} & set(found)


_TASK_HEADERS = phrases("""
    action item, action items, action, actions, follow-up, follow up, corrective action, remediation, todo, task
    アクション, アクションアイテム, 行动项, acción, maßnahme, ação, azione, действие, 조치 사항
""")
"""What a column is called that holds action items wherever its table stands."""


def _stands_alone(grid: Grid, action: int, others: set[Role]) -> bool:
    """Whether a table under no action heading tells by its columns alone that it holds action items."""
    name = squeeze(grid.header.cells[action].prose.plain).strip(" *:").lower()
    others &= {HEADERS.get(plain_words(cell.prose.plain)) for cell in grid.header.cells}
    return name in _TASK_HEADERS and (len(others) >= 2 or (bool(others) and "item" in name) or Role.STATUS in others)


def read_rows(grid: Grid, place: Place, roles_: tuple[Role | None, ...], reading: Reading, findings: Findings) -> None:
    """Add the items of an action table."""
    table = Table(grid.markup, grid.header.row, roles_, tuple(row.row for row in grid.rows), grid.delimiter)
    findings.tables.append(table)
    if grid.problem:
        findings.problems.append(Problem(grid.line, grid.problem))
    for row in grid.rows:
        _Row(row, table, place, reading, findings).read()


class _Row:
    def __init__(self, row: GridRow, table: Table, place: Place, reading: Reading, findings: Findings) -> None:
        self.row, self.table, self.place, self.reading, self.findings = row, table, place, reading, findings

    def cell(self, role: Role) -> GridCell | None:
        column = self.table.column(role)
        return self.row.cells[column] if column is not None and column < len(self.row.cells) else None

    def prose(self, role: Role) -> Prose | None:
        cell = self.cell(role)
        return cell.prose if cell else None

    def words(self, role: Role) -> str | None:
        """The cell's text as written; None when it is empty or a dash."""
        cell = self.cell(role)
        text = cell.cell.text if cell else ""
        return None if is_blank(text) else text

    def read(self) -> None:
        line = self.row.line
        prose = self.prose(Role.ACTION)
        text = squeeze(prose.plain) if prose else ""
        if all(is_blank(c.prose.plain) for c in self.row.cells) or (is_nothing(text) and text):
            return
        if self._unfilled(text):
            self.findings.placeholders.append(line)
            return
        if prose is None or is_blank(text):
            self.findings.problems.append(Problem(line, "This row names no action."))
            return
        if self.row.merged and self.table.delimiter and len(self.row.cells) > len(self.table.header.cells):
            slipped = self._slipped()
            left_out = "; its cells stand under the wrong headers, so it is left out" if slipped else ""
            self.findings.problems.append(
                Problem(line, f"This row has more cells than the header{left_out}; a | in a cell is written \\|.")
            )
            if slipped:
                return
        self.findings.items.append(self._item(prose))

    def _slipped(self) -> bool:
        """Whether nothing that can be recognized stands under its header: a | in the action moved the cells."""
        due, status = self.words(Role.DUE), self.words(Role.STATUS)
        fits = [self.reading.dates.due(due)[0] is not None] if due else []
        fits += [state_of(status) is not None] if status else []
        return bool(fits) and not any(fits)

    def _unfilled(self, text: str) -> bool:
        """Whether nobody filled in this row."""
        filled = [w for role in (Role.OWNER, Role.DUE, Role.TICKET) if (w := self.words(role))]
        samples = [w for w in filled if is_cell_placeholder(w)]
        real = [w for w in filled if w not in samples and w.lower() != "tbd"]
        if is_placeholder(text):
            return bool(samples) or not real or not is_numbered(text)
        kind = self.words(Role.TYPE)
        if kind and all_options(kind, TYPES):
            return True
        if samples and not (samples[0].lower() == "team" and len(samples) == 1):
            return not real or any(not w[:1].isalpha() for w in samples)
        return is_blank(text) and not real

    def _item(self, prose: Prose) -> ActionItem:
        sentence = read_sentence(prose, self.reading.projects, people=self.reading.people)
        due = self.words(Role.DUE) or sentence.due
        owner = self._owner(sentence)
        status, state = self._state(sentence)
        due_date, problem = self.reading.dates.due(due) if due else (None, None)
        if problem:
            self.findings.problems.append(Problem(self.row.line, problem))
        return ActionItem(
            line=self.row.line,
            action=sentence.action,
            row_id=self.words(Role.ID) or sentence.row_id,
            type=self.words(Role.TYPE) or sentence.type,
            owner=owner,
            owners=split_owners(owner) if owner else (),
            due=due,
            due_date=due_date,
            status=status,
            state=state,
            references=self._references(sentence),
            group=self.place.group,
            code=sentence.code,
            table=self.table,
            row=self.row.row,
        )

    def _owner(self, sentence: Sentence) -> str | None:
        if Role.OWNER not in self.table.roles:
            return sentence.owner
        return self.words(Role.OWNER)

    def _state(self, sentence: Sentence) -> tuple[str | None, State | None]:
        """The status as written, and what it means: its own column, marks of the action, a word beside a ticket."""
        status = self.words(Role.STATUS)
        if status and (state := state_of(status)):
            return status, state
        if sentence.state:
            return status or sentence.status, sentence.state
        for prose in self._ticket_cells():
            beside = _beside(prose, self.reading.projects)
            if beside and (state := state_of(beside)):
                return status or beside, state
        told = state_of_heading(self.place.group) if self.place.group and Role.STATUS not in self.table.roles else None
        return told or (status, None)

    def _ticket_cells(self) -> list[Prose]:
        columns = [i for i, role in enumerate(self.table.roles) if role is Role.TICKET and i < len(self.row.cells)]
        return [self.row.cells[i].prose for i in columns]

    def _references(self, sentence: Sentence) -> tuple[Reference, ...]:
        """Ticket cells first, then the other cells; each reference once."""
        found: list[Reference] = []
        for index, (cell, role) in enumerate(zip(self.row.cells, self.table.roles, strict=False)):
            if role is Role.TICKET:
                found.extend(
                    _named(f.reference) for f in find_references(cell.prose, self.reading.projects, column=True)
                )
            elif role is Role.ACTION and index == self.table.column(Role.ACTION):
                continue
            else:
                found.extend(self._mentioned(cell.prose, role))
        return named_first([*found, *sentence.references])

    def _mentioned(self, prose: Prose, role: Role | None) -> list[Reference]:
        if role is Role.ID:
            references = [f for f in find_references(prose, self.reading.projects) if f.linked or f.reference.key]
        else:
            references = find_references(prose, self.reading.projects)
        all_named = whole(prose, references)
        closing = tail(prose, references, len(prose.plain))[1]
        return [_named(f.reference) if all_named or f in closing else f.reference for f in references]


def _named(reference: Reference) -> Reference:
    return replace(reference, named=not is_commit(reference))


def _beside(prose: Prose, projects: frozenset[str]) -> str:
    """The words of a ticket cell that are no reference; of several those that stand out as a state."""
    plain = prose.plain
    if whole_state(plain):
        return squeeze(plain)
    for style in prose.styles:
        if whole_state(words := squeeze(plain[style.start : style.end])):
            return words
    for found in reversed(find_references(prose, projects, column=True)):
        plain = plain[: found.start] + " " + plain[found.end :]
    return squeeze(plain).strip(" ()[],;:.-–—")
