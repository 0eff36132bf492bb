"""``syncd plan`` and ``syncd reconcile``."""

from __future__ import annotations

from syncd.cli.opening import Opening, opened, opened_to_look
from syncd.cli.pass_json import pass_json
from syncd.cli.pass_text import show
from syncd.cli.progress import progress
from syncd.cli.terminal import Terminal
from syncd.contact import let_act
from syncd.core.change import WRITING, Outcome
from syncd.reconcile import Pass, Request, Verdict, reconcile
from syncd.team import Application

CHANGES_PENDING = 10

EXIT = {Verdict.OK: 0, Verdict.FAILED: 1, Verdict.BRAKE: 3, Verdict.STALE: 3, Verdict.AUTHENTICATION: 4}


def run(
    opening: Opening, request: Request, terminal: Terminal, *, as_json: bool = False, detailed_exit_code: bool = False
) -> int:
    """Do one pass, or only plan it, and print it; returns the exit code."""
    done = _pass(opening, request, terminal)
    if as_json:
        terminal.data(pass_json(done, opening))
    else:
        show(done, terminal, request=request, opening=opening)
    for words in (*done.turned_away, *done.out_of_reach):
        terminal.warn(words)
    return exit_code(done, detailed=detailed_exit_code)


def _pass(opening: Opening, request: Request, terminal: Terminal) -> Pass:
    if request.dry_run:
        with opened_to_look(opening) as app:
            return reconcile(app, request)
    with opened(opening, "syncd reconcile", team=request.team) as app, progress(terminal) as bar:
        done = reconcile(app, request, progress=bar)
        if done.verdict is Verdict.OK:
            _approve(app, request)
        return done


def _approve(app: Application, request: Request) -> None:
    """A pass by hand says that the daemon may go on with these sources, also with those that are still empty."""
    for source in (source for team in app.chosen(request.team) for source in team.sources):
        let_act(app.ledger, source.source.location, at=app.clock(), by=request.by)


def exit_code(done: Pass, *, detailed: bool = False) -> int:
    """What the caller's exit code says of a pass."""
    code = EXIT[done.verdict]
    pending = any(c.kind in WRITING and c.outcome is Outcome.PLANNED for _, c in done.changes)
    return CHANGES_PENDING if detailed and code == 0 and pending else code
