"""A folder of documents and tickets in the middle of its life, and what must hold in it whatever was killed."""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

from syncd.core.model import Disposition
from tests.line import Clock, Line, table, writes

MARKER = re.compile(r"^marker: ['\"]?([0-9a-f]{12})", re.MULTILINE)
TITLE = re.compile(r"^title: (.*)$", re.MULTILINE)
KEY = re.compile(r"T-\d+")


def lived_in(folder: Path, seed: int, database: str | None = None) -> Clock:
    """A world with linked items, a closed ticket, a reworded row, new rows, a list, a rename: work of every kind."""
    chance = random.Random(seed)
    line = Line(folder, database=database)
    rows = [f"| {n} | Task {_word(chance)} number {n} | Team {n % 3} | Dec {n} | Open |" for n in range(1, 5)]
    line.write("a.md", table(*rows))
    line.write(
        "list.md", "# Outage\n\nStatus: final\n\n## Action items\n\n- [ ] Check the backups (@ann)\n- [ ] Page us\n"
    )
    line.write("old-name.md", table("| 1 | Rename the queue | Core | Dec 9 | Open |"))
    line.run()
    line.run()
    line.set_status(chance.choice(["T-1", "T-2"]), "done")
    line.set_status("T-5", "done")
    line.edit("a.md", "Task", "Chore")
    line.edit("a.md", "number 4", "number four")
    line.write("a.md", line.read("a.md") + f"| 9 | New task {_word(chance)} | Team 9 | Dec 20 | Open |\n")
    fresh = f"| 1 | Fresh {_word(chance)} | Core | | Open |"
    line.write("b.md", table(fresh, "| 2 | Another one | Core | Jan 3 | In progress |"))
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


Texts = dict[str, str]
"""Document name → its text, without the numbers of tickets: a crash may cost a number, never a ticket."""


def texts(folder: Path) -> Texts:
    """What the documents say now, hidden files included: none may be left behind."""
    return {p.name: KEY.sub("T-n", p.read_bytes().decode()) for p in (folder / "docs").iterdir()}


def recover(folder: Path, clock: Clock, *, undisturbed: Texts, database: str | None = None) -> None:
    """Passes after the crash: they end in quiet, with one ticket per item and the documents as without a crash."""
    line = Line(folder, clock=clock, database=database)
    try:
        line.run()
        line.run()
        assert writes(line.run()) == [], "two passes after the crash there is still something to write"
        _check_tickets(line)
        assert texts(folder) == undisturbed, "the documents are not what they are without a crash"
    finally:
        line.ledger.dispose()


def _check_tickets(line: Line) -> None:
    tickets = [p.read_text() for p in line.tickets.glob("T-*.md")]
    markers = [m[1] for t in tickets if (m := MARKER.search(t))]
    titles = [m[1] for t in tickets if (m := TITLE.search(t))]
    assert len(markers) == len(set(markers)) == len(tickets), "a ticket without a marker of its own"
    assert len(titles) == len(set(titles)), f"two tickets for one item: {sorted(titles)}"
    items = [i for i in line.ledger.items() if i.disposition is not Disposition.DETACHED]
    assert all(i.link for i in items), "an item was lost"
    assert len({i.link.ticket_id for i in items if i.link}) == len(items) == len(tickets)
