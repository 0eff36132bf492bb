"""Twice the items cost twice the work: counted in executed lines, so that no machine is too slow and none too fast."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.trackers.folder import FolderTracker
from syncd.core.model import Document
from syncd.core.postmortem import parse
from syncd.core.write_back import Cells, write_back
from tests.core.planning import DEFAULT, OPS, item, location, planned, ticket, vanished, view
from tests.line import WORDS, table

SIZES = (60, 120, 240)
LINEAR = 2.3
"""What each doubling may add, as a multiple of what the one before added; twice is linear, four times quadratic."""

TICKETS = "| ID | Action | Owner | Due date | Status | Ticket |"


def text(number, words="Add an alert on pool"):
    return f"{words} {number}"


def rows(count, *, words="Add an alert on pool"):
    return table(*(f"| {n} | {text(n, words)} | Core | Dec 1 | Open |" for n in range(1, count + 1)))


def linked_rows(count, words="Add an alert on pool", *, first=1):
    numbers = range(first, first + count)
    return table(*(f"| {n} | {text(n, words)} | Core | Dec 1 | Open | OPS-{n} |" for n in numbers), header=TICKETS)


def tickets(count):
    return [ticket(f"OPS-{n}", text(n)) for n in range(1, count + 1)]


def known(there):
    return [item(t.title, t, id=f"{n:08x}", row_id=str(n), line=n) for n, t in enumerate(there, start=1)]


# --- what grows, as a function to be counted


def parsing(count):
    document = Document("a.md", "a.md", rows(count), "1")
    return lambda: parse(document)


def writing_back(count):
    postmortem = parse(Document("a.md", "a.md", rows(count), "1"))
    cells = {row: Cells(ticket=f"OPS-{row}", url=f"https://tickets.example.com/OPS-{row}") for row in range(count)}
    states = OPS.features.states
    return lambda: write_back(postmortem, cells, status_words=WORDS, states=states, reparse=parse)


def planning_new_rows(count):
    seen = view(rows(count), new=True)
    return lambda: planned(seen)


def planning_rows_that_say_the_same(count):
    seen = view(table(*["| | Add an alert | Core | Dec 1 | Open |"] * count), new=True)
    return lambda: planned(seen)


def planning_unchanged_rows(count):
    there = tickets(count)
    seen = view(linked_rows(count), *known(there), tickets=there)
    return lambda: planned(seen)


def planning_reworded_rows(count):
    there = tickets(count)
    seen = view(linked_rows(count, "Make an alert for the pool"), *known(there), tickets=there)
    return lambda: planned(seen)


def planning_reworded_rows_that_all_have_one_id(count):
    there = tickets(count)
    reworded = table(*(f"| 1 | Adding an alert on pool {n} | Core | Dec 1 | Open |" for n in range(1, count + 1)))
    seen = view(reworded, *(replace(k, row_id="1") for k in known(there)))
    return lambda: planned(seen)


def planning_without_a_ledger(count):
    there = [ticket(f"OPS-{n}", text(n), path=f"{n}.md", marker=f"{n:012x}") for n in range(1, count + 1)]
    views = [view(linked_rows(1, first=n), path=f"{n}.md", tickets=[t], new=True) for n, t in enumerate(there, start=1)]
    lost = replace(DEFAULT, unclaimed=tuple((OPS, t) for t in there))
    return lambda: planned(*views, world=lost)


def planning_a_renamed_folder(count):
    there = [ticket(f"OPS-{n}", text(n), path=f"old/{n}.md") for n in range(1, count + 1)]
    old = [
        vanished(f"old/{n}.md", item(t.title, t, id=f"{n:08x}", path=f"old/{n}.md"))
        for n, t in enumerate(there, start=1)
    ]
    new = [
        view(linked_rows(1, first=n), path=f"new/{n}.md", tickets=[t], new=True) for n, t in enumerate(there, start=1)
    ]
    return lambda: planned(*new, vanished=old)


def planning_beside_documents_that_are_gone(count):
    there = tickets(count)
    strays = tuple(item(t.title, t, id=f"{n:08x}", path="gone.md") for n, t in enumerate(there, start=1))
    seen = view(rows(count, words="Write the runbook for node"), new=True)
    return lambda: planned(seen, world=replace(DEFAULT, strays=strays))


WORK = (
    parsing,
    writing_back,
    planning_new_rows,
    planning_rows_that_say_the_same,
    planning_unchanged_rows,
    planning_reworded_rows,
    planning_reworded_rows_that_all_have_one_id,
    planning_without_a_ledger,
    planning_a_renamed_folder,
    planning_beside_documents_that_are_gone,
)


@pytest.mark.parametrize("work", WORK, ids=lambda work: work.__name__)
def test_it_grows_with_the_items_and_no_faster(work):
    assert growth(work) < LINEAR


def test_a_ticket_after_the_first_costs_no_more_beside_many_than_beside_few(tmp_path):
    def creating_another(count):
        folder = tmp_path / str(count)
        folder.mkdir()
        for n in range(1, count + 1):
            (folder / f"T-{n}.md").write_text("---\ntitle: Another\nstatus: open\n---\n")
        tracker = FolderTracker(folder, prefix="T", clock=lambda: datetime.now(UTC) + timedelta(hours=1))
        wanted = planned(view(rows(1), new=True)).changes[0].desired
        tracker.create(wanted, f"{1:012x}")
        return lambda: tracker.create(wanted, f"{2:012x}")

    assert executed(creating_another(10)) >= executed(creating_another(1000))


def test_a_quadratic_loop_would_be_noticed():
    def scanning(count):
        entries = [location(str(n)) for n in range(count)]
        return lambda: [sum(1 for other in entries if other == entry) for entry in entries]

    assert growth(scanning) > 3


def growth(work: Callable[[int], Callable[[], object]]) -> float:
    """What the second doubling adds, as a multiple of what the first one added."""
    small, middle, big = (executed(work(count)) for count in SIZES)
    return (big - middle) / (middle - small)


def executed(work: Callable[[], object]) -> int:
    """How many lines of Python run; a loop within one line counts each time round."""
    count = 0

    def trace(frame, event, argument):
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count
