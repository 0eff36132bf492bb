"""What is measured, each step in a process of its own: ``python -m tests.bench.steps STEP FOLDER ITEMS``."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from markdown_it import MarkdownIt

from syncd.core.model import Document
from syncd.core.postmortem import parse
from syncd.reconcile import Pass
from tests.bench import world
from tests.bench.parsing import seconds, texts
from tests.line import kinds, writes

CREATED = 1000
"""Tickets that one measured pass creates; fewer in a smaller world."""
ROUNDS = 3


class Measured(dict[str, float]):
    """Seconds on the clock and of the processor, peak memory in megabytes, and what else a step found out."""

    @contextmanager
    def measuring(self) -> Iterator[None]:
        """Measure what is done inside; the peak includes everything before."""
        gc.collect()
        wall, processor = time.perf_counter(), time.process_time()
        yield
        self["wall"] = time.perf_counter() - wall
        self["processor"] = time.process_time() - processor
        self["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def lay_out(folder: Path, items: int) -> Measured:
    """Write the documents and tickets of a world."""
    measured = Measured()
    with measured.measuring():
        world.lay_out(folder, items)
    return measured


def lost(folder: Path, items: int) -> Measured:
    """Plan everything without a ledger: each document is new, each ticket is found again. Then fill the ledger."""
    line, measured = world.line_in(folder), Measured()
    with measured.measuring():
        planned = line.run(dry_run=True)
    assert kinds(planned) == ["adopt"] * items, "every row finds its ticket again"
    world.adopt_all(line, planned)
    return measured


def everything(folder: Path, items: int) -> Measured:
    """A pass that parses and plans every document, as after a change of the settings, and finds nothing to do."""
    line, measured = world.line_in(folder), Measured()
    with measured.measuring():
        done = line.run()
    assert _read(done) == items // world.ROWS
    assert not writes(done), "nothing was edited"
    return measured


def quiet(folder: Path, items: int) -> Measured:
    """A pass over documents of which none changed."""
    line, measured = world.line_in(folder), Measured()
    with measured.measuring():
        done = line.run()
    assert _read(done) == items // world.ROWS, "every document is read"
    assert not done.changes, "nothing was edited"
    return measured


def hashing(folder: Path, items: int) -> Measured:
    """Merely find, read and hash the documents."""
    measured = Measured()
    with measured.measuring():
        digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / "docs").rglob("*.md")]
    assert len(digests) == items // world.ROWS
    return measured


def creating(folder: Path, items: int) -> Measured:
    """A pass that makes tickets for new documents, beside the items that are there already."""
    line, measured, new = world.line_in(folder), Measured(), min(CREATED, items)
    world.add_new(line, new)
    with measured.measuring():
        done = line.run()
    assert kinds(done).count("create") == new
    assert all(c.outcome == "done" for _, c in done.changes), "each ticket is made and linked"
    assert len(list(line.tickets.glob("*.md"))) == items + new
    return measured


def writing(folder: Path, items: int) -> Measured:
    """Merely write and sync as many files as tickets are created."""
    measured, scratch = Measured(), folder / "scratch"
    scratch.mkdir()
    with measured.measuring():
        for number in range(min(CREATED, items)):
            with open(scratch / f"{number}.md", "xb") as file:
                file.write(world.Item(number).ticket("new.md"))
                file.flush()
                os.fsync(file.fileno())
    return measured


def rows(folder: Path, items: int) -> Measured:
    """Parse one document with so many rows."""
    text = world.document([world.Item(n) for n in range(items)], number=1, linked=False)
    measured = Measured()
    with measured.measuring():
        postmortem = parse(Document("one", "one.md", text, ""))
    assert len(postmortem.items) == items
    return measured


def parsing(folder: Path, items: int) -> Measured:
    """Parse the Markdown below a folder, and then the same with markdown-it-py alone: all of CommonMark and tables."""
    sources = texts(folder)
    markdown = MarkdownIt("commonmark").enable("table")
    full = ours = float("inf")
    for _ in range(ROUNDS):  # by turns: what slows the machine down slows down both
        full = min(full, seconds(lambda: [markdown.parse(text) for text in sources], 1))
        ours = min(ours, seconds(lambda: [parse(Document("", "", text, "")) for text in sources], 1))
    return Measured(processor=ours, full=full, documents=len(sources))


def _read(done: Pass) -> int:
    return sum(source.read for source in done.sources)


STEPS: dict[str, Callable[[Path, int], Measured]] = {
    step.__name__: step for step in (lay_out, lost, everything, quiet, hashing, creating, writing, rows, parsing)
}

if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))))
