"""A pass for people: what changes where, and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from syncd.cli.listing import Entry, listing
from syncd.cli.opening import Opening
from syncd.cli.pass_end import show_end
from syncd.cli.printable import counted
from syncd.cli.terminal import Line, Terminal
from syncd.core.change import TROUBLE, Change, ChangeKind, Outcome
from syncd.core.decide import UNFINISHED
from syncd.core.model import Kind, Problem
from syncd.reconcile import Pass, Request

SIGNS = {
    ChangeKind.CREATE: ("+", "green"),
    ChangeKind.ADOPT: ("+", "green"),
    ChangeKind.UPDATE: ("~", "cyan"),
    ChangeKind.WRITE_BACK: ("~", "cyan"),
    ChangeKind.RECORD: ("=", "blue"),
    ChangeKind.REPORT: ("!", "yellow"),
    ChangeKind.IGNORE: ("-", "dim"),
}
"""As in a diff: new, changed, noted, for a person, nothing."""

WORDS = {
    ChangeKind.CREATE: ("create", "created {ticket}"),
    ChangeKind.ADOPT: ("track {ticket}", "tracking {ticket}"),
    ChangeKind.UPDATE: ("update {ticket}", "updated {ticket}"),
    ChangeKind.WRITE_BACK: ("write row", "wrote row"),
    ChangeKind.RECORD: ("note {ticket}", "noted {ticket}"),
    ChangeKind.REPORT: ("check", "check"),
    ChangeKind.IGNORE: ("ignore", "ignored"),
}
"""Before and after."""

_LINE = re.compile(r" \(line (\d+)\)$")


def show(done: Pass, terminal: Terminal, *, request: Request, opening: Opening) -> None:
    """Print a pass, as it was asked for."""
    said = [*lines(done, width=terminal.width, verbose=terminal.verbose, opening=opening)]
    for line in said:
        terminal.out(*line)
    if said:
        terminal.hint()
    show_end(done, terminal, request=request, opening=opening)


def lines(done: Pass, *, width: int | None, verbose: bool, opening: Opening) -> Iterator[Line]:
    """What is to be said of each document."""
    changes = [*_new_rows_once(done.changes)]
    several = len({s.team for s in done.sources}) > 1
    trackers = {c.tracker for _, c in changes if c.kind is ChangeKind.CREATE}
    entries = [
        *(_problem(path, problem) for path, problem in done.problems),
        *_unfinished(done),
        *(_no_postmortems(done) if verbose else ()),
        *(
            _entry(change, team=team if several else "", name_tracker=len(trackers) > 1)
            for team, change in changes
            if verbose or change.kind is not ChangeKind.IGNORE
        ),
    ]
    entries = [replace(e, detail=opening.pasteable(e.detail)) for e in entries]
    yield from listing(sorted(entries, key=lambda e: (e.team, e.path, e.line)), width=width)


def _new_rows_once(changes: Iterable[tuple[str, Change]]) -> list[tuple[str, Change]]:
    """Without the write-back of a ticket that is new to its row, which goes without saying unless it did not work."""
    changes = list(changes)
    new = {c.item_id: c.outcome for _, c in changes if c.kind in (ChangeKind.CREATE, ChangeKind.ADOPT)}
    return [
        (team, change)
        for team, change in changes
        if change.kind is not ChangeKind.WRITE_BACK or change.item_id not in new or _not_written(change, new)
    ]


def _not_written(change: Change, new: dict[str | None, Outcome]) -> bool:
    skipped = change.outcome is Outcome.SKIPPED and new[change.item_id] is Outcome.DONE
    return skipped or change.outcome in TROUBLE


def _problem(path: str, problem: Problem) -> Entry:
    return Entry(path, problem.line, "!", "yellow", "problem", detail=problem.message)


def _entry(change: Change, *, team: str, name_tracker: bool) -> Entry:
    sign, style = SIGNS[change.kind]
    if change.outcome in TROUBLE:
        sign, style = "!", "red"
    elif change.outcome is Outcome.SKIPPED and change.kind is ChangeKind.WRITE_BACK:
        sign, style = "!", "yellow"
    asked = _asked(change)
    detail = replace(change, reason=asked) if asked and change.outcome is not Outcome.PLANNED else change
    return Entry(
        path=change.path,
        line=change.line,
        sign=sign,
        style=style,
        what=_what(change, name_tracker=name_tracker),
        text=change.text,
        detail=detail.told,
        brief=None if change.notes else asked,
        team=team,
    )


def _what(change: Change, *, name_tracker: bool) -> str:
    before, after = (words.format(ticket=change.ticket or "a ticket") for words in WORDS[change.kind])
    if change.kind is ChangeKind.CREATE and name_tracker:
        before = f"create in {change.tracker}"
    match change.outcome:
        case Outcome.DONE:
            return after
        case Outcome.PENDING:
            return f"later: {before}"
        case Outcome.SKIPPED:
            return "not written" if change.kind is ChangeKind.WRITE_BACK else f"not done: {before}"
        case Outcome.FAILED | Outcome.REFUSED | Outcome.UNKNOWN:
            return f"{change.outcome}: {before}"
        case Outcome.PLANNED:
            return before


def _asked(change: Change) -> str | None:
    """Who is asked and until when, of a ticket that is made, or will be: why is clear, or the same for many."""
    if change.kind is not ChangeKind.CREATE or change.desired is None or change.outcome in TROUBLE:
        return None
    owner, due = change.desired.owner, change.desired.due
    return f"{owner or 'no owner'}, {due or 'no date'}"


# --- documents that are not finished


def _unfinished(done: Pass) -> list[Entry]:
    """One line for each document that is not finished: why, where it says so, and how much waits for it."""
    told = [c for _, c in done.changes if c.reason.startswith(UNFINISHED)]
    waiting = Counter(c.path for c in told)
    said = {c.path: _said(c.reason) for c in told} | dict(_seen_unfinished(done))
    return [
        Entry(
            path=path,
            line=line,
            sign="-",
            style="dim",
            what="not finished",
            detail=f"{why} {_on_hold(waiting[path])}",
        )
        for path, (line, why) in said.items()
    ]


def _no_postmortems(done: Pass) -> Iterator[Entry]:
    """Documents, of those read in this pass, that are none, so that nobody looks in vain for the tasks in them."""
    for record in (d.record for s in done.sources for d in s.plan.documents if d.postmortem is not None):
        if record.kind is Kind.OTHER:
            why = "It reads like a template, a plan or a how-to: nothing in it becomes a ticket."
            yield Entry(record.path, 1, "-", "dim", "no postmortem", detail=why)


def _on_hold(waiting: int) -> str:
    return f"{counted(waiting, 'item')} on hold." if waiting else "The tickets it has are still tracked."


def _said(reason: str) -> tuple[int, str]:
    """Line and words out of the reason that each row of such a document is given."""
    why = reason.removeprefix(f"{UNFINISHED}: ")
    found = _LINE.search(why)
    return (int(found[1]), why[: found.start()]) if found else (1, why)


def _seen_unfinished(done: Pass) -> Iterator[tuple[str, tuple[int, str]]]:
    """The same of the documents that were read in this pass, also of those whose rows all have tickets."""
    for document in (d for s in done.sources for d in s.plan.documents):
        postmortem, record = document.postmortem, document.record
        if postmortem is None or record.finished or record.kind is Kind.OTHER:
            continue
        if postmortem.items or postmortem.placeholders:
            marked = postmortem.sign.line if postmortem.sign else next(iter(postmortem.placeholders), 1)
            yield record.path, (marked, record.finished_why)
