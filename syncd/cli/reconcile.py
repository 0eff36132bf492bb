"""``syncd plan`` and ``syncd reconcile``."""

from __future__ import annotations

from pathlib import Path

from syncd.cli.opening import Opening, opened
from syncd.cli.pass_text import as_json, show
from syncd.cli.terminal import Terminal
from syncd.core.change import WRITING, Outcome
from syncd.reconcile import Pass, Request, Verdict, reconcile
from syncd.store.lock import pass_lock

LOCK_WAIT = 60.0
"""Seconds that a command waits for a pass of another process."""
CHANGES_PENDING = 10

EXIT = {Verdict.OK: 0, Verdict.FAILED: 1, Verdict.BRAKE: 3, Verdict.STALE: 3, Verdict.AUTHENTICATION: 4}


def run(
    opening: Opening,
    request: Request,
    terminal: Terminal,
    *,
    as_json_object: bool = False,
    detailed_exit_code: bool = False,
) -> int:
    """Do one pass, or only plan it, and print it; returns the exit code."""
    with opened(opening, writing=not request.dry_run) as (settings, app), terminal.progress() as progress:
        if request.dry_run:
            done = reconcile(app, request)
        else:
            with pass_lock(settings.database, name="syncd reconcile", wait=LOCK_WAIT, now=app.clock):
                done = reconcile(app, request, progress=progress)
    if as_json_object:
        print(as_json(done))
    else:
        show(done, terminal, again=_again(opening, request))
    for words in done.turned_away:
        terminal.warn(words)
    return _exit_code(done, detailed=detailed_exit_code)


def _exit_code(done: Pass, *, detailed: bool) -> int:
    code = EXIT[done.verdict]
    pending = any(c.kind in WRITING and c.outcome is Outcome.PLANNED for _, c in done.changes)
    return CHANGES_PENDING if detailed and code == 0 and pending else code


def _again(opening: Opening, request: Request) -> str:
    parts = [("--source", _quoted(opening.source)), ("--config", _quoted(opening.config)), ("--team", request.team)]
    return "".join(f" {flag} {value}" for flag, value in parts if value)


def _quoted(path: Path | None) -> str | None:
    if path is None:
        return None
    return f"'{path}'" if " " in str(path) else str(path)
