"""What is done for one team when its time has come: a pass, what is to be said, and when to look again."""

from __future__ import annotations

import random
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from structlog.typing import FilteringBoundLogger

from syncd.contact import may_act
from syncd.core.change import WRITING
from syncd.errors import LedgerError, LockHeld, SyncdError
from syncd.notify import next_moment, notify
from syncd.reconcile import Pass, Request, Verdict, reconcile
from syncd.team import Application, Team

_JITTER = 0.1


class Stopped(Exception):
    """Somebody asked the daemon to end; raised between two effects of a pass."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One team's turn, under its lease."""

    app: Application
    """For this team: its ledger refuses our writes once the lease is lost."""
    team: Team
    poll: timedelta
    log: FilteringBoundLogger
    observed: dict[str, str]
    """By team: the plan that waits for a person, so that it is told once."""
    checkpoint: Callable[[], None]
    """Called between two effects; raises Stopped when the daemon is to end."""

    def take(self) -> datetime:
        """Do it all; whatever goes wrong in one part is told, and hinders no other. Returns when to look again, in UTC.

        Raises Stopped, and LockHeld when somebody took the team over.
        """
        self._guarded("pass failed", self._pass)
        self._guarded("digests failed", self._speak)
        again = self.app.clock() + self.poll * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - spreads the load
        try:
            sooner = next_moment(self.app, self.team)
        except (SyncdError, ValueError):  # told by the digests themselves
            sooner = None
        return min(again, sooner) if sooner else again

    def _pass(self) -> None:
        if self._only_observes():
            return
        request = Request(team=self.team.name, by="syncd run")
        done = reconcile(self.app, request, progress=lambda done, total: self.checkpoint())
        self.observed.pop(self.team.name, None)
        told = _summary(done)
        quiet = done.verdict is Verdict.OK and len(told) == _QUIET
        (self.log.debug if quiet else self.log.info)("pass", **told)

    def _only_observes(self) -> bool:
        """Whether a source of the team was never met before and a pass would change something: a person approves."""
        new = [s.label for s in self.team.sources if not may_act(self.app.ledger, s.source.location)]
        if not new:
            return False
        planned = reconcile(self.app, Request(team=self.team.name, dry_run=True))
        changes = sum(change.kind in WRITING for _, change in planned.changes)
        if changes and self.observed.get(self.team.name) != planned.plan_hash:
            self.observed[self.team.name] = planned.plan_hash
            what = "look with `syncd plan`, then let it through with `syncd reconcile`"
            self.log.warning("first contact", sources=new, changes=changes, what_to_do=what)
        return changes > 0

    def _speak(self) -> None:
        for delivery in notify(self.app, team=self.team.name):
            told = {"kind": delivery.kind, "period": delivery.period, "channel": delivery.channel}
            self.log.info("digest", state=delivery.state.value, reason=delivery.reason, **told)

    def _guarded(self, event: str, work: Callable[[], None]) -> None:
        self.checkpoint()
        try:
            work()
        except (Stopped, LockHeld, LedgerError):  # nothing else can be done for the team now, either
            raise
        except SyncdError as error:
            self.log.error(event, why=str(error))
        except Exception:
            self.log.error(event, traceback=traceback.format_exc())


_QUIET = 3
"""What is said of every pass; more is said of those that did something."""
_TOLD = 5
"""Troubles of a pass that its line in the log spells out; the rest is counted."""


def _summary(done: Pass) -> dict[str, object]:
    """What a log line says of a pass."""
    outcomes: dict[str, int] = {}
    for _, change in done.changes:
        if change.kind in WRITING:
            outcomes[change.outcome.value] = outcomes.get(change.outcome.value, 0) + 1
    said: dict[str, object] = {"pass_id": done.id, "verdict": done.verdict.value, "brake": done.brake, **outcomes}
    why, more = done.troubles[:_TOLD], len(done.troubles[_TOLD:])
    return said | ({"why": [*why, *([f"and {more} more"] if more else [])]} if why else {})
