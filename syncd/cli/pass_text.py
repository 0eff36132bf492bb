"""A pass for people: what changes where and why, a summary, the next command."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from syncd.cli.listing import Entry, listing
from syncd.cli.opening import Opening
from syncd.cli.printable import counted
from syncd.cli.terminal import Line, Terminal
from syncd.core.change import WRITING, Change, ChangeKind, Outcome
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

TROUBLE = (Outcome.FAILED, Outcome.REFUSED, Outcome.UNKNOWN)

_LINE = re.compile(r" \(line (\d+)\)$")


def show(done: Pass, terminal: Terminal, *, request: Request, opening: Opening) -> None:
    """Print a pass, as it was asked for."""
    said = [*lines(done, width=terminal.width, verbose=terminal.verbose, opening=opening)]
    for line in said:
        terminal.out(*line)
    if said:
        terminal.hint()
    terminal.hint(*summary(done))
    for words in next_steps(done, request=request, opening=opening, verbose=terminal.verbose):
        terminal.hint(words)


def lines(done: Pass, *, width: int | None, verbose: bool, opening: Opening) -> Iterator[Line]:
    """What is to be said of each document."""
    changes = [*_new_rows_once(done.changes)]
    several = len({s.team for s in done.sources}) > 1
    trackers = {c.tracker for _, c in changes if c.kind is ChangeKind.CREATE}
    entries = [
        *(_problem(path, problem) for path, problem in done.problems),
        *_unfinished(done),
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
    brief = _brief(change)
    return Entry(
        path=change.path,
        line=change.line,
        sign=sign,
        style=style,
        what=_what(change, name_tracker=name_tracker),
        text=change.text,
        detail=brief if brief and change.outcome is Outcome.DONE else change.reason,
        brief=brief,
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


def _brief(change: Change) -> str | None:
    """Of a ticket that is to be made, who and when: why is clear."""
    if change.kind is not ChangeKind.CREATE or change.desired is None or change.outcome in TROUBLE:
        return None
    if change.outcome is Outcome.PENDING:
        return None
    wanted = change.desired
    return f"{wanted.owner or 'no owner'}, {wanted.due or 'no due date'}"


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


# --- the end


def summary(done: Pass) -> Line:
    """One line about the whole pass."""
    changes = [change for _, change in done.changes]
    future = done.dry_run or done.stale is not None
    said = [words for words in _counts(changes, future=future) if words]
    read = counted(sum(s.read for s in done.sources), "document")
    return ((f"{'Plan' if future else 'Done'}: {', '.join(said) or 'nothing to do'} ({read}).", "bold"),)


def _counts(changes: Sequence[Change], *, future: bool) -> Iterator[str]:
    went = (Outcome.PLANNED, Outcome.DONE)
    kinds = Counter(c.kind for c in changes if c.outcome in went)
    for kind, noun, before, after in (
        (ChangeKind.CREATE, "ticket", "to create", "created"),
        (ChangeKind.ADOPT, "ticket", "to track", "newly tracked"),
        (ChangeKind.UPDATE, "ticket", "to update", "updated"),
        (ChangeKind.RECORD, "change", "to note", "noted"),
        (ChangeKind.WRITE_BACK, "row", "to write", "written"),
    ):
        if kinds[kind]:
            yield f"{counted(kinds[kind], noun)} {before if future else after}"
    outcomes = Counter(c.outcome for c in changes if c.kind in WRITING)
    for number, words in (
        (outcomes[Outcome.PENDING], "later"),
        (sum(outcomes[o] for o in TROUBLE), "failed"),
        (kinds[ChangeKind.REPORT], "to check"),
        (kinds[ChangeKind.IGNORE], "ignored"),
    ):
        if number:
            yield f"{number:,} {words}"


def next_steps(done: Pass, *, request: Request, opening: Opening, verbose: bool) -> Iterator[str]:
    """What a person would type now; it can be pasted."""
    again = f"syncd reconcile{opening.flags}{_flags(request)}"
    changes = [change for _, change in done.changes]
    if done.stale:
        yield f"The approval {done.stale} is for another plan; nothing was done."
        yield f"To let this plan through: {again} --approve {done.plan_hash}"
    elif done.brake:
        yield f"Held: {done.brake}."
        yield f"Nothing of it was done. To let just this plan through: {again} --approve {done.plan_hash}"
    elif done.dry_run and any(c.kind in WRITING and c.outcome is Outcome.PLANNED for c in changes):
        yield f"Next: {again}"
    elif any(c.kind is ChangeKind.CREATE and c.outcome is Outcome.PENDING for c in changes):
        yield f"Next: {again}, for those that come later"
    if done.dry_run and not verbose and any(c.kind is ChangeKind.IGNORE for c in changes):
        yield "--verbose lists what is ignored, and why."


def _flags(request: Request) -> str:
    team = f" --team {shlex.quote(request.team)}" if request.team else ""
    return f"{team}{' --retry' if request.retry else ''}"
