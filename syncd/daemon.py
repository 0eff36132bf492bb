"""``syncd run``: the line and the digests, over and over.

The scheduler is only an alarm clock: what is due is computed from dates and the ledger at each tick, so a tick that
comes late, twice or not at all changes nothing. What goes wrong for one team is told, and the others go on.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import threading
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import FrameType

from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]
from structlog.typing import FilteringBoundLogger

from syncd.contact import may_act
from syncd.core.change import WRITING
from syncd.errors import LockHeld, SettingsError, SyncdError
from syncd.notify import notify
from syncd.ports import Clock
from syncd.reconcile import Pass, Request, reconcile
from syncd.settings import Settings
from syncd.team import Application, Team

TICK = timedelta(seconds=30)
"""How often it looks whether something is due; more often where ``poll`` is shorter."""
STOP_WITHIN = 30.0
"""Seconds that a pass is given to come to the end of its present effect."""
HUNG = timedelta(minutes=30)
"""A tick that takes longer hangs: the watchdog of systemd is no longer told that all is well."""
_JITTER = 0.1
_PING = 5.0


class Stopped(Exception):
    """Somebody asked the daemon to end; raised between two effects of a pass."""


Opened = Callable[[Settings], AbstractContextManager[Application]]
"""The application of these settings, for one tick. Raises LockHeld while another command is at work."""


@dataclass(slots=True)
class Daemon:
    """Runs until SIGTERM or SIGINT. ``load`` reads the settings, ``changed`` tells whether their file did change."""

    load: Callable[[], Settings]
    changed: Callable[[], bool]
    opened: Opened
    clock: Clock
    log: FilteringBoundLogger
    _settings: Settings = field(init=False)
    _stop: threading.Event = field(default_factory=threading.Event)
    _reload: threading.Event = field(default_factory=threading.Event)
    _idle: threading.Event = field(default_factory=threading.Event)
    _next_pass: datetime | None = None
    _busy_since: datetime | None = None
    _observed: dict[str, str] = field(default_factory=dict)
    """By team: the plan that waits for a person, so that it is told once."""

    def run(self) -> int:
        """Returns the exit code. Raises SettingsError when the first settings cannot be used."""
        self._settings = self.load()
        self._idle.set()
        for number, handler in ((signal.SIGTERM, self._end), (signal.SIGINT, self._end), (signal.SIGHUP, self._again)):
            signal.signal(number, handler)
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        scheduler = BackgroundScheduler(timezone=UTC, job_defaults=defaults)
        every = min(TICK, self._settings.poll).total_seconds()
        scheduler.add_job(self.tick, "interval", seconds=every, next_run_time=datetime.now(UTC))
        scheduler.start()
        tell_systemd("READY=1")
        self.log.info("started", teams=len(self._settings.teams), poll=str(self._settings.poll))
        while not self._stop.wait(_PING):
            if self._busy_since is None or self.clock() - self._busy_since < HUNG:
                tell_systemd("WATCHDOG=1")
        tell_systemd("STOPPING=1")
        scheduler.shutdown(wait=False)
        ended = self._idle.wait(STOP_WITHIN)
        self.log.info("stopped", in_time=ended)
        return 0

    def tick(self) -> None:
        """Look what is due, and do it."""
        self._idle.clear()
        self._busy_since = self.clock()
        try:
            self._refresh()
            with self.opened(self._settings) as app:
                if self._next_pass is None or self.clock() >= self._next_pass:
                    self._passes(app)
                    spread = random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - only spreads the load
                    self._next_pass = self.clock() + self._settings.poll * spread
                self._speak(app)
        except Stopped:
            self.log.info("pass interrupted", why="asked to stop; the next pass takes up what was left")
        except LockHeld as error:
            self.log.info("waiting", why=str(error))
        except SyncdError as error:
            self.log.error("tick failed", why=str(error))
        except Exception:
            self.log.error("bug", traceback=traceback.format_exc())
        finally:
            self._busy_since = None
            self._idle.set()

    # --- the parts of a tick

    def _passes(self, app: Application) -> None:
        for team in app.teams:
            self._guarded(team, "pass failed", lambda team=team: self._pass(app, team))  # type: ignore[misc]

    def _pass(self, app: Application, team: Team) -> None:
        if self._only_observes(app, team):
            return
        done = reconcile(app, Request(team=team.name, by="syncd run"), progress=self._checkpoint)
        self._observed.pop(team.name, None)
        self.log.info("pass", team=team.name, **_summary(done))

    def _only_observes(self, app: Application, team: Team) -> bool:
        """Whether a source of the team was never met before and a pass would change something: a person approves."""
        new = [s.label for s in team.sources if not may_act(app.ledger, s.source.location)]
        if not new:
            return False
        planned = reconcile(app, Request(team=team.name, dry_run=True))
        changes = sum(change.kind in WRITING for _, change in planned.changes)
        if changes and self._observed.get(team.name) != planned.plan_hash:
            self._observed[team.name] = planned.plan_hash
            what = "look with `syncd plan`, then let it through with `syncd reconcile`"
            self.log.warning("first contact", team=team.name, sources=new, changes=changes, what_to_do=what)
        return changes > 0

    def _speak(self, app: Application) -> None:
        for team in app.teams:
            self._guarded(team, "digests failed", lambda team=team: self._send(app, team))  # type: ignore[misc]

    def _send(self, app: Application, team: Team) -> None:
        for delivery in notify(app, team=team.name):
            told = {"kind": delivery.kind, "period": delivery.period, "channel": delivery.channel}
            self.log.info("digest", team=team.name, state=delivery.state.value, reason=delivery.reason, **told)

    def _guarded(self, team: Team, event: str, work: Callable[[], None]) -> None:
        """One team's work: whatever goes wrong in it is told, and is nobody else's."""
        self._checkpoint(0, 0)
        try:
            work()
        except Stopped:
            raise
        except SyncdError as error:
            self.log.error(event, team=team.name, why=str(error))
        except Exception:
            self.log.error(event, team=team.name, traceback=traceback.format_exc())

    def _refresh(self) -> None:
        """Take new settings as a whole; wrong ones change nothing."""
        if not self._reload.is_set() and not self.changed():
            return
        self._reload.clear()
        try:
            self._settings = self.load()
        except SettingsError as error:
            self.log.error("settings not taken", why=str(error), what_now="the old ones stay in force")
        else:
            self._next_pass = None
            self.log.info("settings taken", teams=len(self._settings.teams))

    def _checkpoint(self, done: int, total: int) -> None:
        if self._stop.is_set():
            raise Stopped

    # --- signals

    def _end(self, number: int, frame: FrameType | None) -> None:
        if self._stop.is_set():
            os._exit(128 + number)  # a second time: at once, as in a power cut, which a pass survives
        self._stop.set()

    def _again(self, number: int, frame: FrameType | None) -> None:
        self._reload.set()


def _summary(done: Pass) -> dict[str, object]:
    """What a log line says of a pass."""
    outcomes: dict[str, int] = {}
    for _, change in done.changes:
        if change.kind in WRITING:
            outcomes[change.outcome.value] = outcomes.get(change.outcome.value, 0) + 1
    return {"pass_id": done.id, "verdict": done.verdict.value, "brake": done.brake, **outcomes}


def tell_systemd(words: str) -> None:
    """Say how it goes, where systemd (Type=notify) listens: https://systemd.io, sd_notify(3)."""
    address = os.environ.get("NOTIFY_SOCKET")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.connect(address.replace("@", "\0", 1) if address.startswith("@") else address)
            systemd.sendall(words.encode())
