"""Random lives of documents, tickets, ledgers and passes: what must hold after every pass, and in the end."""

from __future__ import annotations

import os
import random
import re
import tempfile
from collections import defaultdict
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from syncd.core.change import ChangeKind, Outcome
from syncd.core.model import Disposition
from syncd.reconcile import Pass
from tests.crash.kill import Countdown, Killed, watched
from tests.line import Line, table, writes

WORDS = ["alert", "backup", "cache", "deploy", "email", "failover", "gateway", "host", "index", "journal", "kernel"]
STATES = ["open", "in_progress", "done", "cancelled"]
OWN = {"due date", "status", "ticket"}
"""The columns that syncd may write."""


def die() -> None:
    raise Killed


class Sheet:
    """The table of one document, as a person edits it: lines of text, each with the item it truly is."""

    def __init__(self, line: Line, name: str) -> None:
        self.line = line
        self.name = name
        self.truths: list[int] = []

    def rows(self) -> tuple[list[str], list[str]]:
        """The text up to the table's delimiter, and its rows."""
        lines = self.line.read(self.name).split("\n")
        start = next(n for n, text in enumerate(lines) if text.startswith("|---")) + 1
        return lines[:start], [text for text in lines[start:] if text.startswith("|")]

    def write(self, rows: list[str], truths: list[int]) -> None:
        self.line.write(self.name, "\n".join([*self.rows()[0], *rows]) + "\n")
        self.truths = truths

    def cells(self, row: str) -> list[str]:
        return [cell.strip() for cell in row.strip().strip("|").split("|")]

    def columns(self) -> list[str]:
        return [cell.lower() for cell in self.cells(self.rows()[0][-2])]

    def changed(self, at: int, column: str, value: str) -> None:
        rows = self.rows()[1]
        cells = self.cells(rows[at])
        cells[self.columns().index(column)] = value
        rows[at] = f"| {' | '.join(cells)} |"
        self.write(rows, self.truths)

    def theirs(self) -> list[list[str]]:
        """The cells that are none of syncd's business, header included."""
        columns = self.columns()
        return [
            [cell for name, cell in zip(columns, self.cells(row), strict=False) if name not in OWN]
            for row in (self.rows()[0][-2], *self.rows()[1])
        ]


class Life(RuleBasedStateMachine):
    """People edit rows and tickets, ledgers are lost, passes run and die."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.line = Line(Path(self.folder.name))
        self.sheets: dict[str, Sheet] = {}
        self.made: dict[int, set[str]] = defaultdict(set)
        """Which tickets were created for which item."""
        self.buried: list[tuple[str, int, str]] = []
        """Deleted rows that may come back: document, item, text."""
        self.seen: dict[int, str] = {}
        """The text by which the last whole pass knew an item."""
        self.names = 0
        self.truth = 0

    def teardown(self) -> None:
        try:
            self.end_in_quiet()
        finally:
            self.line.ledger.dispose()
            self.folder.cleanup()

    # --- people edit documents

    @initialize()
    def begin(self) -> None:
        self.new_document(rows=3)

    @precondition(lambda self: len(self.sheets) < 4)
    @rule(rows=st.integers(1, 4))
    def new_document(self, rows: int) -> None:
        self.names += 1
        sheet = Sheet(self.line, f"pm-{self.names}.md")
        truths = [self.next_truth() for _ in range(rows)]
        texts = [f"| {n} | {self.words(t)} | Team {t % 3} | Dec {n} | Open |" for n, t in enumerate(truths, 1)]
        self.line.write(sheet.name, table(*texts).replace("Checkout", f"Outage {self.names} of checkout"))
        sheet.truths = truths
        self.sheets[sheet.name] = sheet

    def next_truth(self) -> int:
        self.truth += 1
        return self.truth

    def words(self, truth: int) -> str:
        """Texts that resemble each other; only every third tells itself apart by a number."""
        first, second = WORDS[truth % len(WORDS)], WORDS[(truth // len(WORDS) + truth) % len(WORDS)]
        return f"Improve the {first} of the {second}" + (
            f" to {truth * 10} ms" if truth % 3 == 0 else f" {'x' * truth}"
        )

    @rule(data=st.data())
    def add_row(self, data: st.DataObject) -> None:
        sheet = self.any_sheet(data)
        rows = sheet.rows()[1]
        truth = self.next_truth()
        rows.append(f"| {len(rows) + 1} | {self.words(truth)} | Team {truth % 3} | Jan {truth % 28 + 1} | Open |")
        sheet.write(rows, [*sheet.truths, truth])

    @rule(data=st.data())
    def delete_row(self, data: st.DataObject) -> None:
        sheet = self.any_sheet(data)
        rows, truths = sheet.rows()[1], list(sheet.truths)
        if len(rows) > 1:
            at = data.draw(st.integers(0, len(rows) - 1))
            text = sheet.cells(rows[at])[1]
            self.buried.append((sheet.name, truths.pop(at), text))
            del rows[at]
            sheet.write(rows, truths)

    @precondition(lambda self: self.buried)
    @rule()
    def bring_a_row_back(self) -> None:
        name, truth, text = self.buried.pop()
        if name in self.sheets:
            sheet = self.sheets[name]
            same = truth if self.seen.get(truth) == text and not self.moved_on(truth) else self.next_truth()
            rows = [*sheet.rows()[1], f"| 77 | {text} | Team {truth % 3} | | Open |"]
            sheet.write(rows, [*sheet.truths, same])

    def moved_on(self, truth: int) -> bool:
        """Whether a copy that names the item's ticket has got it, since the row was gone."""
        return any(
            i.link.key in self.made[truth] for i in self.line.ledger.items() if i.link and i.disposition == "linked"
        )

    @rule(data=st.data(), seed=st.integers(0, 99))
    def shuffle_and_renumber(self, data: st.DataObject, seed: int) -> None:
        sheet = self.any_sheet(data)
        pairs = list(zip(sheet.rows()[1], sheet.truths, strict=True))
        random.Random(seed).shuffle(pairs)
        sheet.write([row for row, _ in pairs], [truth for _, truth in pairs])
        for at in range(len(pairs)):
            sheet.changed(at, "id", str(at + 1))

    @rule(data=st.data())
    def reword(self, data: st.DataObject) -> None:
        sheet = self.any_sheet(data)
        at = data.draw(st.integers(0, len(sheet.truths) - 1))
        sheet.changed(at, "action", sheet.cells(sheet.rows()[1][at])[1].replace("Improve", "Harden") + " soon")

    @rule(data=st.data(), word=st.sampled_from(["Open", "In progress", "Done", "Cancelled", "Done (see chat)"]))
    def change_a_status(self, data: st.DataObject, word: str) -> None:
        sheet = self.any_sheet(data)
        sheet.changed(data.draw(st.integers(0, len(sheet.truths) - 1)), "status", word)

    @rule(data=st.data())
    def rename_a_document(self, data: st.DataObject) -> None:
        sheet = self.any_sheet(data)
        self.names += 1
        new = f"renamed-{self.names}.md"
        (self.line.documents / sheet.name).rename(self.line.documents / new)
        self.sheets[new] = self.sheets.pop(sheet.name)
        self.buried = [(new if name == sheet.name else name, t, text) for name, t, text in self.buried]
        sheet.name = new

    @precondition(lambda self: len(self.sheets) < 4)
    @rule(data=st.data())
    def copy_a_document(self, data: st.DataObject) -> None:
        sheet = self.any_sheet(data)
        self.names += 1
        copy = Sheet(self.line, f"copy-{self.names}.md")
        self.line.write(copy.name, self.line.read(sheet.name))
        copy.truths = [self.next_truth() for _ in sheet.truths]
        self.sheets[copy.name] = copy

    def any_sheet(self, data: st.DataObject) -> Sheet:
        return self.sheets[data.draw(st.sampled_from(sorted(self.sheets)))]

    # --- people edit tickets

    @precondition(lambda self: self.keys())
    @rule(data=st.data(), state=st.sampled_from(STATES))
    def move_a_ticket(self, data: st.DataObject, state: str) -> None:
        self.line.set_status(data.draw(st.sampled_from(self.keys())), state)

    @precondition(lambda self: self.keys())
    @rule(data=st.data(), day=st.integers(10, 28))
    def edit_a_ticket(self, data: st.DataObject, day: int) -> None:
        path = self.line.tickets / f"{data.draw(st.sampled_from(self.keys()))}.md"
        path.write_text(re.sub(r"(?m)^due:.*$", f"due: 2026-12-{day}", path.read_text()))

    def keys(self) -> list[str]:
        return sorted(p.stem for p in self.line.tickets.glob("T-*.md"))

    # --- passes

    @rule()
    def a_pass(self) -> None:
        before = {name: sheet.theirs() for name, sheet in self.sheets.items()}
        done = self.line.run()
        if done.brake:
            done = self.approve_after_nothing_happened(done)
        self.note_creates(done)
        for sheet in self.sheets.values():
            self.seen |= {t: sheet.cells(row)[1] for row, t in zip(sheet.rows()[1], sheet.truths, strict=True)}
        assert {name: sheet.theirs() for name, sheet in self.sheets.items()} == before, "a cell of theirs was touched"
        self.check_that_no_item_is_lost()

    def approve_after_nothing_happened(self, held: Pass) -> Pass:
        assert all(c.outcome is not Outcome.DONE for _, c in held.changes)
        state = self.everything()
        again = self.line.run()
        assert self.everything() == state, "a brake held, and yet something was written"
        return self.line.run(approve=again.plan_hash)

    def everything(self) -> dict[str, str]:
        files = [*self.line.documents.iterdir(), *self.line.tickets.glob("*.md")]
        return {str(p): p.read_text() for p in files}

    @rule(at=st.integers(1, 60), after=st.booleans())
    def a_pass_that_dies(self, at: int, after: bool) -> None:
        known = set(self.keys())
        self.line.wrap = lambda app: watched(app, Countdown(at=at, after=after, die=die))
        try:
            self.line.run()
        except Killed:
            pass
        finally:
            self.line.wrap = lambda app: app
        for key in set(self.keys()) - known:
            self.note_create_by_title(key)

    @rule()
    def lose_the_ledger(self) -> None:
        """After a whole pass: what nobody had read or written down when it was lost, nobody can know."""
        self.a_pass()
        self.line.lose_the_ledger()

    def note_creates(self, done: Pass) -> None:
        for _, change in done.changes:
            if change.kind is ChangeKind.CREATE and change.outcome is Outcome.DONE:
                sheet = self.sheets[os.path.basename(change.path)]
                self.made[sheet.truths[change.index or 0]].add(change.ticket or "")
        doubled = {truth: keys for truth, keys in self.made.items() if len(keys) > 1}
        assert not doubled, f"more than one ticket for an item: {doubled}\n{self.described(done)}"

    def described(self, done: Pass) -> str:
        """The world, for whoever has to find out why."""
        items = [
            f"{Path(i.document).name}:{i.line} {i.disposition} {i.link and i.link.key} {i.action!r} {i.reason}"
            for i in self.line.ledger.items()
        ]
        changes = [f"{c.kind} {c.outcome} {c.path}:{c.line} {c.ticket} {c.reason}" for _, c in done.changes]
        effects = [
            f"{e.kind} {e.state} {e.item_id} {Path(e.document).name} {e.reason}" for e in self.line.ledger.effects()
        ]
        return "\n".join((*items, *changes, *effects, *(f"{s.name} {s.truths}" for s in self.sheets.values())))

    def note_create_by_title(self, key: str) -> None:
        """A pass that died told nobody which row the ticket was for: its title and document do."""
        text = self.line.ticket(key)
        for sheet in self.sheets.values():
            for row, truth in zip(sheet.rows()[1], sheet.truths, strict=True):
                if sheet.name in text and f"title: {sheet.cells(row)[1]}\n" in text:
                    self.made[truth].add(key)

    def check_that_no_item_is_lost(self) -> None:
        items = [i for i in self.line.ledger.items() if i.disposition is not Disposition.DETACHED]
        rows = sum(len(sheet.truths) for sheet in self.sheets.values())
        assert len(items) == rows, f"{rows} rows, {len(items)} items"
        assert all(i.link for i in items if i.disposition is Disposition.LINKED)
        assert all(i.reason for i in items if i.disposition in (Disposition.BLOCKED, Disposition.IGNORED))

    def end_in_quiet(self) -> None:
        if not self.sheets:
            return
        self.a_pass()
        self.a_pass()
        quiet = self.line.run()
        assert [c for c in writes(quiet) if c.outcome is not Outcome.PENDING] == [], "it never comes to rest"
        self.check_that_no_status_is_false(quiet)

    def check_that_no_status_is_false(self, quiet: Pass) -> None:
        told = {c.item_id for _, c in quiet.changes if c.kind is ChangeKind.REPORT}
        for item in self.line.ledger.items():
            if item.link and item.disposition is Disposition.LINKED and item.id not in told:
                there = re.search(r"(?m)^status: (\w+)", self.line.ticket(item.link.key))
                assert there
                assert item.state == there[1], f"{item.action}: the row says {item.state}, its ticket {there[1]}"


Life.TestCase.settings = settings(
    max_examples=int(os.environ.get("LIVES", "40")),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
TestLife = Life.TestCase
