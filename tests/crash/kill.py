"""A pass in a process of its own that kills itself at its n-th call to ledger, tracker, source or clock."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from syncd.team import Application, Team
from tests.line import Clock, Line


class Killed(BaseException):
    """A death that the same process survives, for tests that make thousands."""


def kill() -> None:
    """Die at once, as in a power cut."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Countdown:
    """Counts calls; at the n-th it dies, before the call is made or just after it returned or raised."""

    at: int
    after: bool = False
    die: Callable[[], None] = kill
    calls: int = 0

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **named: Any) -> Any:
            self.calls += 1
            due = self.calls == self.at
            if due and not self.after:
                self.die()
            try:
                return call(*args, **named)
            finally:
                if due:
                    self.die()

        return counted


class Watched:
    """Stands before an object; each method call goes through the countdown."""

    def __init__(self, wrapped: Any, countdown: Countdown) -> None:
        self._wrapped = wrapped
        self._countdown = countdown

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._wrapped, name)
        return self._countdown.around(value) if callable(value) else value


def watched(app: Application, countdown: Countdown) -> Application:
    """The application with everything that touches the world behind the countdown."""
    return Application(
        ledger=Watched(app.ledger, countdown),  # type: ignore[arg-type]
        teams=tuple(_watched_team(team, countdown) for team in app.teams),
        clock=countdown.around(app.clock),
    )


def _watched_team(team: Team, countdown: Countdown) -> Team:
    return replace(
        team,
        sources=tuple(replace(s, source=Watched(s.source, countdown)) for s in team.sources),  # type: ignore[arg-type]
        trackers={name: Watched(tracker, countdown) for name, tracker in team.trackers.items()},
    )


def calls_of_a_pass(folder: Path, clock: Clock, database: str | None = None) -> int:
    """How many calls one undisturbed pass makes over the folder; it is done."""
    countdown = Countdown(at=0)
    line = Line(folder, clock=clock, database=database)
    line.wrap = lambda app: watched(app, countdown)
    line.run()
    line.ledger.dispose()
    return countdown.calls


def killed_pass(folder: Path, clock: Clock, *, at: int, after: bool, database: str | None = None) -> bool:
    """Run a pass in a child process that kills itself; returns whether it was killed, not merely done."""
    child = os.fork()
    if child == 0:
        _die_in_a_pass(Line(folder, clock=clock, database=database), at=at, after=after)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "the pass failed before it was killed"
    return False


def _die_in_a_pass(line: Line, *, at: int, after: bool) -> None:
    code = 1
    try:
        line.wrap = lambda app: watched(app, Countdown(at=at, after=after))
        line.run()
        code = 0
    finally:
        os._exit(code)
