"""A folder of documents and tickets in the middle of its life, and what must hold in it whatever was killed."""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

from tests.line import Clock, Line, table, writes

MARKER = re.compile(r"^marker: ['\"]?([0-9a-f]{12})", re.MULTILINE)


def lived_in(folder: Path, seed: int) -> Clock:
    """A world with linked items, a closed ticket, a reworded row, new rows, a list, a rename: work of every kind."""
    chance = random.Random(seed)  # noqa: S311 - tests want the same world again
    line = Line(folder)
    rows = [f"| {n} | Task {_word(chance)} number {n} | Team {n % 3} | Dec {n} | Open |" for n in range(1, 5)]
    line.write("a.md", table(*rows))
    line.write("list.md", "# Outage\n\nStatus: final\n\n## Action items\n\n- [ ] Check the backups (@ann)\n- [ ] Page earlier\n")
    line.write("old-name.md", table("| 1 | Rename the queue | Core | Dec 9 | Open |"))
    line.run()
    line.run()
    line.set_status(chance.choice(["T-1", "T-2"]), "done")
    line.set_status("T-5", "done")
    line.edit("a.md", "Task", "Chore")
    line.edit("a.md", "number 4", "number four")
    line.write("a.md", line.read("a.md") + f"| 9 | New task {_word(chance)} | Team 9 | Dec 20 | Open |\n")
    line.write("b.md", table(f"| 1 | Fresh {_word(chance)} | Core | | Open |", "| 2 | Another one | Core | Jan 3 | In progress |"))
    (line.documents / "old-name.md").rename(line.documents / "new-name.md")
    line.ledger.dispose()
    return line.clock


def _word(chance: random.Random) -> str:
    return "".join(chance.choices("abcdefghijklmnop", k=8))


def copied(folder: Path, target: Path) -> Path:
    """The same world again, elsewhere; ledgers name absolute paths, so the copy takes the original's place."""
    if target.exists():
        shutil.rmtree(target)
    shutil.copytree(folder, target)
    return target


def recover(folder: Path, clock: Clock) -> None:
    """Passes after the crash: they end in quiet, with one ticket per item and whole documents."""
    line = Line(folder, clock=clock)
    try:
        before = {p.name: p.read_text() for p in line.documents.glob("*.md")}
        line.run()
        line.run()
        assert writes(line.run()) == [], "two passes after the crash there is still something to write"
        _check(line, before)
    finally:
        line.ledger.dispose()


def _check(line: Line, before: dict[str, str]) -> None:
    tickets = [p.read_text() for p in line.tickets.glob("T-*.md")]
    markers = [m[1] for t in tickets if (m := MARKER.search(t))]
    assert len(markers) == len(set(markers)) == len(tickets)
    titles = [re.search(r"^title: (.*)$", t, re.MULTILINE)[1] for t in tickets]  # type: ignore[index]
    assert len(titles) == len(set(titles)), f"two tickets for one item: {sorted(titles)}"
    items = [i for i in line.ledger.items() if i.disposition != "detached"]
    assert all(i.link for i in items), "an item was lost"
    assert len({i.link.ticket_id for i in items if i.link}) == len(items) == len(tickets)
    assert not list(line.documents.glob(".*"))
    assert all(_without_our_cells(line.read(name)) == _without_our_cells(text) for name, text in before.items())


def _without_our_cells(text: str) -> str:
    """The text but for the links to tickets, the columns for them, boxes and states."""
    text = re.sub(r" ?\[T-\d+\]\([^)]*\)", "", text)
    text = re.sub(r"\| (Open|Done|In progress) +(?=\|)", "| STATE ", text).replace("[x]", "[ ]")
    return re.sub(r"(\| Ticket +\|$)|(\|-+\|$)|(\|\s*\|$)|(\|$)", "|", text, flags=re.MULTILINE)
