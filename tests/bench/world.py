"""Worlds of any size: a folder of postmortems in the house format, a folder of tickets, a ledger file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.clients.ticket_file import compose
from syncd.core.desired import Policy
from syncd.reconcile import Pass
from tests.line import WORDS, Clock, Line, writes

ROWS = 5
"""Action items of one document."""
FOLDERS = 50
OWNERS = ("Platform Team", "Storage Team", "Checkout Team", "SRE", "Platform + Eng Leadership")
STEPS = ("Alert on", "Write a runbook for", "Add a dashboard for", "Load-test", "Rotate the keys of")
HEAD = """## Postmortem: Outage {number} of checkout

**Date of incident:** October 13, 2025
**Severity:** SEV-2 (Major)
**Duration:** {number} minutes
**Author:** Platform Team
**Postmortem date:** October 16, 2025

### Summary

The cache of node {number} went cold during a deploy, and every request went to the database.

### Timeline

| Time | Event |
|------|-------|
| 10:00 | The alert fires |
| 10:10 | The deploy is rolled back |

### What went well

- The rollback was quick
- Roles were clear

### Action items

| ID | Action | Type | Owner | Due date | Status |{ticket}
|----|--------|------|-------|----------|--------|{rule}
"""
TAIL = "\n### Follow-up schedule\n\n- **Action item review:** October 30, 2025\n"


@dataclass(frozen=True, slots=True)
class Item:
    """The n-th action item of a world."""

    number: int

    @property
    def action(self) -> str:
        return f"{STEPS[self.number % len(STEPS)]} pool {self.number} of service-{self.number // ROWS}"

    @property
    def owner(self) -> str:
        return OWNERS[self.number % len(OWNERS)]

    @property
    def day(self) -> int:
        return 1 + self.number % 28

    def row(self, *, ticket: str = "") -> str:
        return f"| {self.number} | {self.action} | Detect | {self.owner} | Dec {self.day} | Open |{ticket}\n"

    def linked_row(self) -> str:
        return self.row(ticket=f" [T-{self.number}](../../tickets/T-{self.number}.md) |")

    def ticket(self, document: str) -> bytes:
        """Its ticket, as the folder tracker would have made it."""
        fields = {
            "key": f"T-{self.number}",
            "title": self.action,
            "status": "open",
            "owner": self.owner,
            "due": f"2025-12-{self.day:02}",
            "postmortem": f"../docs/{document}",
            "marker": f"{self.number:012x}",
        }
        return compose(fields, labels=("postmortem", "syncd"), description="From a postmortem.\n")


def document(items: Iterable[Item], *, number: int, linked: bool) -> str:
    """A postmortem with these items; with their tickets in a column of their own, if linked."""
    extra = {"ticket": " Ticket |", "rule": "--------|"} if linked else {"ticket": "", "rule": ""}
    rows = (item.linked_row() if linked else item.row() for item in items)
    return HEAD.format(number=number, **extra) + "".join(rows) + TAIL


def line_in(folder: Path) -> Line:
    """The line of a world that is there, an hour from now: its files are not too young to be trusted."""
    policy = Policy(team="bench", trackers=("files",), status_words=WORDS, creates_per_pass=1_000_000)
    return Line(folder, clock=Clock(datetime.now(UTC) + timedelta(hours=1)), policy=policy)


def lay_out(folder: Path, items: int) -> None:
    """Documents whose rows name their tickets, and these tickets; no ledger yet."""
    line = line_in(folder)
    line.tickets.mkdir()
    for number, name, rows in _documents(0, items):
        line.write(name, document(rows, number=number, linked=True))
        for item in rows:
            (line.tickets / f"T-{item.number}.md").write_bytes(item.ticket(name))


def add_new(line: Line, items: int) -> None:
    """Documents whose rows have no tickets yet."""
    for number, name, rows in _documents(1_000_000, items):
        line.write(f"new/{name}", document(rows, number=number, linked=False))


def _documents(first: int, items: int) -> Iterator[tuple[int, str, list[Item]]]:
    for number in range(items // ROWS):
        start = first + number * ROWS + 1
        yield number, f"{number % FOLDERS:02}/{number}.md", [Item(n) for n in range(start, start + ROWS)]


def adopt_all(line: Line, planned: Pass) -> None:
    """Fill the ledger with what such a pass would write, in two transactions instead of two per ticket."""
    documents = [d for s in planned.sources for d in s.plan.documents]
    links = [c.link for c in writes(planned) if c.link]
    line.ledger.remember_many([(d.record, d.items) for d in documents], at=line.clock())
    line.ledger.save_links(links, line.clock())
