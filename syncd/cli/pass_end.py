"""The end of what is said about a pass: a summary, and what a person would type next."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence

from syncd.cli.listing import wrapped
from syncd.cli.opening import Opening
from syncd.cli.printable import counted, printable
from syncd.cli.terminal import Terminal
from syncd.core.change import TROUBLE, WRITING, Change, ChangeKind, Outcome
from syncd.reconcile import Pass, Request


def show_end(done: Pass, terminal: Terminal, *, request: Request, opening: Opening) -> None:
    """Print it, unless the terminal is quiet."""
    _say(summary(done), terminal, style="bold")
    for words, command in next_steps(done, request=request, opening=opening, verbose=terminal.verbose):
        _say(words, terminal, command=command)


def _say(words: str, terminal: Terminal, *, style: str = "", command: str = "") -> None:
    """A sentence and a command to paste: on one line if both fit, else each on its own, the command whole."""
    words = printable(words)
    together = terminal.width is None or len(words) + 1 + len(command) <= terminal.width
    if command and together:
        terminal.hint((words, style), " ", (command, "cyan"))
        return
    for line in (words,) if terminal.width is None else wrapped(words, terminal.width):
        terminal.hint((line, style))
    if command:
        terminal.hint("  ", (command, "cyan"))


def summary(done: Pass) -> str:
    """A sentence about the whole pass."""
    changes = [change for _, change in done.changes]
    future = done.dry_run or done.stale is not None
    said = [words for words in _counts(changes, future=future) if words]
    read = counted(sum(s.read for s in done.sources), "document")
    return f"{'Plan' if future else 'Done'}: {', '.join(said) or 'nothing to do'} ({read})."


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
        (_not_written(changes), "not written"),
        (sum(outcomes[o] for o in TROUBLE), "failed"),
        (kinds[ChangeKind.REPORT], "to check"),
        (kinds[ChangeKind.IGNORE], "ignored"),
    ):
        if number:
            yield f"{number:,} {words}"


def _not_written(changes: Sequence[Change]) -> int:
    """Rows that did not get the link of a ticket that they have since this pass."""
    new = {c.item_id for c in changes if c.kind in (ChangeKind.CREATE, ChangeKind.ADOPT) and c.outcome is Outcome.DONE}
    return sum(c.kind is ChangeKind.WRITE_BACK and c.outcome is Outcome.SKIPPED and c.item_id in new for c in changes)


def next_steps(done: Pass, *, request: Request, opening: Opening, verbose: bool) -> Iterator[tuple[str, str]]:
    """What a person should know now, and the command that they would paste, or none."""
    yield from _to_run(done, again=f"syncd reconcile{opening.flags}{_flags(request)}")
    if empty := [s.label for s in done.sources if not (s.read or s.failed or s.plan.brake)]:
        own = opening.source is not None
        cure = "name a folder of Markdown or HTML" if own else "correct the path, or include and exclude"
        yield f"No documents in {', '.join(empty)}: {cure}.", ""
    free = (change for source in done.sources if not source.plan.brake for change in source.changes)
    if paced := next((c.reason for c in free if c.outcome is Outcome.PENDING and c.desired is not None), None):
        yield f"Later: {paced}.", ""
    if done.dry_run and not verbose and any(c.kind is ChangeKind.IGNORE for _, c in done.changes):
        yield "--verbose lists what is ignored, and why.", ""


def _to_run(done: Pass, *, again: str) -> Iterator[tuple[str, str]]:
    """What is held or comes next, and the command that lets it go on; ``again`` is that of a pass like this one."""
    approved = f"{again} --approve {done.plan_hash}"
    planned = any(c.kind in WRITING and c.outcome is Outcome.PLANNED for _, c in done.changes)
    if done.stale and not (planned or done.approvable):
        yield f"The approval {done.stale} is for another plan; nothing was done, and nothing waits for one.", ""
    elif done.stale:
        yield f"The approval {done.stale} is for another plan; nothing was done. To let this plan through:", approved
    elif done.brake:
        yield f"Held: {done.brake}.", ""
        nothing = "A pass would do nothing of it" if done.dry_run else "Nothing of it was done"
        if done.approvable:
            yield f"{nothing}. To let just this plan through:", approved
        else:
            yield "Nothing is done there until it can be read.", ""
    elif done.dry_run and planned:
        yield "Next:", again
    elif any(c.kind is ChangeKind.CREATE and c.outcome is Outcome.PENDING for _, c in done.changes):
        yield "For those that come later:", again


def _flags(request: Request) -> str:
    team = f" --team {shlex.quote(request.team)}" if request.team else ""
    return f"{team}{' --retry' if request.retry else ''}"
