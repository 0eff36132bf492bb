"""A pass for people: one line per change, a summary, the next command. And for programs: one JSON object."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from syncd.cli.terminal import Terminal, counted, printable, shortened
from syncd.core.change import WRITING, Change, ChangeKind, Outcome
from syncd.core.decide import UNFINISHED
from syncd.reconcile import Pass

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
    ChangeKind.CREATE: ("create a ticket in {tracker}", "created {ticket}"),
    ChangeKind.ADOPT: ("track {ticket}", "tracking {ticket}"),
    ChangeKind.UPDATE: ("update {ticket}", "updated {ticket}"),
    ChangeKind.WRITE_BACK: ("write the row", "wrote the row"),
    ChangeKind.RECORD: ("record {ticket}", "recorded {ticket}"),
    ChangeKind.REPORT: ("look at this", "look at this"),
    ChangeKind.IGNORE: ("no ticket", "no ticket"),
}
"""Before and after."""

TROUBLE = (Outcome.FAILED, Outcome.REFUSED, Outcome.UNKNOWN)


def as_json(done: Pass) -> str:
    """The documented object; see the README."""
    return json.dumps(
        {
            "pass": done.id,
            "dry_run": done.dry_run,
            "plan_hash": done.plan_hash,
            "brake": done.brake,
            "documents": {
                "read": sum(s.read for s in done.sources),
                "changed": sum(s.changed for s in done.sources),
                "failed": sum(s.failed for s in done.sources),
            },
            "changes": [_change_json(team, change) for team, change in done.changes],
            "problems": [{"document": path, "line": p.line, "message": p.message} for path, p in done.problems],
        },
        ensure_ascii=False,
    )


def _change_json(team: str, change: Change) -> dict[str, object]:
    return {
        "change": change.kind.value,
        "team": team,
        "document": change.path,
        "line": change.line,
        "item": change.item_id,
        "tracker": change.tracker,
        "ticket": change.ticket,
        "url": change.url,
        "outcome": change.outcome.value,
        "reason": change.reason,
    }


def show(done: Pass, terminal: Terminal, *, again: str) -> None:
    """Print a pass. ``again`` is the command as it was called, without its verb, for the next one to paste."""
    for path, problem in done.problems:
        terminal.out(f"! {printable(path)}:{problem.line}  {printable(problem.message)}", "yellow")
    changes = [change for _, change in done.changes]
    for change in _worth_a_line(changes, verbose=terminal.verbose):
        sign, style = SIGNS[change.kind]
        trouble = change.outcome in TROUBLE
        terminal.out(f"{'!' if trouble else sign} {_line(change)}", "red" if trouble else style)
    for line in _unfinished(changes):
        terminal.out(f"- {line}", "dim")
    if terminal.quiet:
        return
    if changes or done.problems:
        terminal.out()
    terminal.out(_summary(done, changes), "bold")
    for line in _next(done, changes, again):
        terminal.out(line)


def _worth_a_line(changes: Iterable[Change], *, verbose: bool) -> list[Change]:
    """Without the write-back of a ticket just made, which goes without saying, and what is ignored unless asked for."""
    changes = list(changes)
    new = {c.item_id for c in changes if c.kind in (ChangeKind.CREATE, ChangeKind.ADOPT)}
    return [
        c
        for c in changes
        if (verbose or c.kind is not ChangeKind.IGNORE)
        and not (c.kind is ChangeKind.WRITE_BACK and c.item_id in new and c.outcome not in TROUBLE)
    ]


def _line(change: Change) -> str:
    where = f"{printable(change.path)}:{change.line}"
    text = f" “{shortened(change.text, 60)}”" if change.text else ""
    return f"{where}  {_words(change)}{text}: {printable(change.reason)}"


def _words(change: Change) -> str:
    before, after = (
        words.format(tracker=change.tracker, ticket=change.ticket or "a ticket") for words in WORDS[change.kind]
    )
    if change.outcome in TROUBLE:
        return f"{change.outcome}: {before}"
    if change.outcome is Outcome.PENDING:
        return f"later: {before}"
    return after if change.outcome is Outcome.DONE else before


def _unfinished(changes: Iterable[Change]) -> list[str]:
    """One line for each document that is not finished, with the reason and how much waits for it."""
    waiting = Counter((c.path, c.reason) for c in changes if c.reason.startswith(UNFINISHED))
    return [
        f"{printable(path)}  {printable(reason)}; {counted(number, 'item')} wait{'s' if number == 1 else ''}"
        for (path, reason), number in waiting.items()
    ]


def _summary(done: Pass, changes: list[Change]) -> str:
    kinds = Counter(c.kind for c in changes if c.outcome in (Outcome.PLANNED, Outcome.DONE, Outcome.SKIPPED))
    rows = sum(c.kind is ChangeKind.WRITE_BACK and c.outcome in (Outcome.PLANNED, Outcome.DONE) for c in changes)
    later = sum(c.outcome is Outcome.PENDING for c in changes)
    trouble = sum(c.outcome in TROUBLE for c in changes)
    future = done.dry_run or done.brake is not None or done.stale is not None
    parts = [
        (kinds[ChangeKind.CREATE], "to create" if future else "created"),
        (kinds[ChangeKind.ADOPT], "to track" if future else "newly tracked"),
        (kinds[ChangeKind.UPDATE], "to update" if future else "updated"),
        (kinds[ChangeKind.RECORD], "to record" if future else "recorded"),
        (rows, "to write" if future else "written"),
        (later, "later"),
        (trouble, "failed"),
        (kinds[ChangeKind.REPORT], "for a person to look at"),
        (kinds[ChangeKind.IGNORE], "ignored"),
    ]
    said = ", ".join(f"{number} {words}" for number, words in parts if number)
    read = counted(sum(s.read for s in done.sources), "document")
    return f"{'Plan' if future else 'Done'}: {said or 'nothing to do'} ({read} read)."


def _next(done: Pass, changes: list[Change], again: str) -> list[str]:
    """What a person would type now."""
    approve = f"syncd reconcile{again} --approve {done.plan_hash}"
    if done.stale:
        return [f"The approval {done.stale} is for another plan; nothing was done. To let this one through: {approve}"]
    if done.brake:
        return [
            f"Held, nothing was written: {done.brake}.",
            f"Look at the plan; to let just this one through: {approve}",
        ]
    if done.dry_run and any(c.kind in WRITING and c.outcome is Outcome.PLANNED for c in changes):
        return [f"Next: syncd reconcile{again}"]
    if not done.dry_run and any(c.kind is ChangeKind.CREATE and c.outcome is Outcome.PENDING for c in changes):
        return [f"Next: syncd reconcile{again} again, for those that wait"]
    ignored = any(c.kind is ChangeKind.IGNORE for c in changes)
    return ["--verbose lists what is ignored, and why."] if ignored and done.dry_run else []
