"""``syncd run``: every team has its turn when its time has come, over and over.

The scheduler is only an alarm clock. When a team is due stands in the ledger, beside who works for it, so any number of
daemons on one ledger share the teams, and a tick that comes late, twice or not at all changes nothing. Each turn has a
thread of its own: one that hangs or fails is nobody else's.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
import traceback
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import TYPE_CHECKING

from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]
from structlog.typing import FilteringBoundLogger

from syncd.errors import LedgerError, LockHeld, SettingsError, SyncdError
from syncd.health import LOOKED, STARTED
from syncd.lease import LENGTH, Holder, bury, keeping
from syncd.ports import Clock
from syncd.settings import Settings
from syncd.store.ledger import Ledger
from syncd.store.records import Lease
from syncd.team import Application
from syncd.turn import Stopped, Turn
from syncd.wiring import Surroundings, application, rebuilt

if TYPE_CHECKING:
    from syncd.web.front import Front
    from syncd.web.given import Pulse

COMMAND = "syncd run"
TICK = timedelta(seconds=2)
"""How often it looks whose time has come; a webhook is heard within that time."""
AT_ONCE = 8
"""How many teams have their turn side by side."""
STOP_WITHIN = 20.0
"""Seconds that turns are given to come to the end of their present effect."""
HUNG = timedelta(minutes=30)
"""A turn that takes longer hangs: its team is left to others, and its writes are refused from then on."""
NO_TICK = timedelta(minutes=2)
"""Without a tick for so long the daemon itself hangs: the watchdog of systemd is no longer told that all is well."""
_BURY = timedelta(seconds=30)
_SAY = timedelta(minutes=1)
"""How often the ledger is told that we are there."""
_PING = 5.0
_LOOK = 0.05
_OUT_OF_REACH = {True: "ledger out of reach", False: "tick failed"}
_AGAIN = "it is tried again and again"


@dataclass(frozen=True, slots=True)
class Place:
    """What the daemon works with until the settings change."""

    settings: Settings
    url: str
    ledger: Ledger
    app: Application


@dataclass(slots=True)
class Work:
    """A turn in its thread."""

    team: str
    limit: timedelta
    """A turn that takes longer hangs."""
    begun: float = field(default_factory=time.monotonic)
    told: bool = False
    over: bool = False

    @property
    def hangs(self) -> bool:
        """Whether it takes longer than any turn should."""
        return time.monotonic() - self.begun > self.limit.total_seconds()


@dataclass(slots=True)
class Daemon:
    """Runs until SIGTERM or SIGINT. ``load`` reads the settings, ``changed`` tells whether their file did change."""

    load: Callable[[], Settings]
    changed: Callable[[], bool]
    clock: Clock
    log: FilteringBoundLogger
    environment: Mapping[str, str]
    """Where secrets are looked up."""
    every: timedelta = TICK
    hung: timedelta = HUNG
    reload_worked: bool = True
    """Whether the last change of the settings could be taken."""
    _settings: Settings = field(init=False)
    _place: Place | None = None
    _works: dict[str, Work] = field(default_factory=dict)
    """By team; changed by who holds ``_beginning``."""
    _beginning: threading.Lock = field(default_factory=threading.Lock)
    _observed: dict[str, str] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _reload: threading.Event = field(default_factory=threading.Event)
    _ticked: float = field(default_factory=time.monotonic)
    _buried: float = 0.0
    _started: datetime | None = None
    _said: float | None = None
    """When the ledger was last told that we are there."""
    _front: Front | None = None
    _seen: datetime | None = None
    """What the clock last showed."""
    _trouble: str = ""
    """What was last told of the ledger; the same is not told again."""

    def run(self) -> int:
        """Returns the exit code. Raises SettingsError when the first settings cannot be used, or nobody can listen."""
        self._settings = self.load()
        self._started = self.clock()
        with suppress(LedgerError):  # told, and tried again, by each tick
            self._show()
        for number, handler in ((signal.SIGTERM, self._end), (signal.SIGINT, self._end), (signal.SIGHUP, self._again)):
            signal.signal(number, handler)
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        scheduler = BackgroundScheduler(timezone=UTC, job_defaults=defaults)
        every = min(self.every, self._settings.poll).total_seconds()
        scheduler.add_job(self.tick, "interval", seconds=every, next_run_time=datetime.now(UTC))
        scheduler.start()
        tell_systemd("READY=1")
        self.log.info("started", teams=len(self._settings.teams), poll=str(self._settings.poll))
        while not self._stop.wait(_PING):
            if self.idle_for < NO_TICK:
                tell_systemd("WATCHDOG=1")
        tell_systemd("STOPPING=1")
        self.log.info("stopping", turns=self._under_way())
        scheduler.shutdown(wait=False)
        if self._front is not None:
            self._front.stop()
        in_time = self._all_ended(STOP_WITHIN)
        self.log.info("stopped", in_time=in_time)
        return 0

    @property
    def idle_for(self) -> timedelta:
        """How long ago the last tick came to its end."""
        return timedelta(seconds=time.monotonic() - self._ticked)

    def hint(self, teams: Collection[str]) -> None:
        """Somebody saw something change: look at these teams now."""
        if self._place is not None:
            self._place.ledger.hint(teams, self.clock())

    def tick(self) -> None:
        """See whose time has come, and begin their turns."""
        try:
            self._refresh()
            self._begin_turns(self._open())
            self._show()
            self._trouble = ""
        except SyncdError as error:
            if self._trouble != str(error):
                self._trouble = str(error)
                self.log.error(_OUT_OF_REACH[isinstance(error, LedgerError)], why=str(error), what_now=_AGAIN)
        except Exception:
            self.log.error("bug", traceback=traceback.format_exc())
        finally:
            self._ticked = time.monotonic()

    # --- the parts of a tick

    def _refresh(self) -> None:
        """Take new settings as a whole; wrong ones change nothing."""
        if not self._reload.is_set() and not self.changed():
            return
        self._reload.clear()
        try:
            self._settings = self.load()
        except SettingsError as error:
            self.reload_worked = False
            self.log.error("settings not taken", why=str(error), what_now="the old ones stay in force")
        else:
            self.reload_worked = True
            self.log.info("settings taken", teams=len(self._settings.teams))

    def _open(self) -> Place:
        """The application of the present settings, on its ledger. Every team of new settings is due at once."""
        old = self._place
        if old is not None and old.settings is self._settings:
            return old
        url = self._settings.ledger_url(self.environment)
        same = old is not None and old.url == url
        ledger = old.ledger if old is not None and same else Ledger.open(url)
        app = application(self._settings, Surroundings(ledger, self.clock, self.environment))
        teams = list(self._settings.teams)
        ledger.enlist(teams)
        ledger.hint(teams, self.clock())
        self._place = Place(self._settings, url, ledger, app)
        if old is not None and not same:
            old.ledger.dispose()  # turns that still use it get its connections back one by one
        return self._place

    def _begin_turns(self, place: Place) -> None:
        self._say(place)
        self._mind_the_clock(place)
        if time.monotonic() - self._buried > _BURY.total_seconds():
            bury(place.ledger)
            self._buried = time.monotonic()
        self._fill(place)

    def _fill(self, place: Place, *, but: str | None = None) -> None:
        """Begin as many turns as there is room for, of the teams that wait longest."""
        with self._beginning:
            self._look_after_works()
            free = AT_ONCE - sum(not work.hangs for work in self._works.values())
            for team in place.ledger.due(self.clock()) if free > 0 else ():
                if free <= 0 or self._stop.is_set():
                    break
                if team in place.settings.teams and team not in self._works and team != but:
                    free -= self._claimed(place, team)

    def _show(self) -> None:
        """Serve the site where the settings in force say. Raises SettingsError when nothing can listen there."""
        if self._front is None and self._settings.web is not None:
            # Imported here because a server costs 0.3 s and some memory, and not every daemon has one.
            from syncd.web.front import Front

            self._front = Front(lambda: self._settings, self.clock, self.environment, self._pulse, self.hint)
        if self._front is not None:
            before = self._front.address
            self._front.keep()
            if (now := self._front.address) != before:
                self.log.info("site", address=str(now) if now else None)

    def _pulse(self) -> Pulse:
        from syncd.web.given import Pulse

        now = self.clock()
        return Pulse(started=self._started or now, progress=now - self.idle_for, reloaded=self.reload_worked)

    def _say(self, place: Place) -> None:
        """Tell the ledger that we are there: what `syncd health` reads."""
        now = time.monotonic()
        if self._said is None:
            place.ledger.put_meta(STARTED, self.clock().isoformat())
        elif now - self._said < _SAY.total_seconds():
            return
        place.ledger.put_meta(LOOKED, self.clock().isoformat())
        self._said = now

    def _mind_the_clock(self, place: Place) -> None:
        """A clock that was set back must not let teams wait for the time it showed before."""
        now = self.clock()
        if self._seen is not None and now < self._seen - LENGTH:
            place.ledger.hint(list(place.settings.teams), now)
        self._seen = now

    def _claimed(self, place: Place, team: str) -> bool:
        now = self.clock()
        lease = place.ledger.claim(team, holder=str(Holder.here(COMMAND)), at=now, until=now + LENGTH, due=True)
        if lease is None:
            return False  # another daemon was quicker
        work = Work(team, self.hung)
        threading.Thread(target=self._turn, args=(place, lease, work), name=team, daemon=True).start()
        self._works[team] = work
        return True

    def _look_after_works(self) -> None:
        for team, work in list(self._works.items()):
            if work.over:
                del self._works[team]
            elif work.hangs and not work.told:
                work.told = True
                self.log.error("turn hangs", team=team, what_now="its team is left to others, its writes are refused")

    # --- one turn, in a thread of its own

    def _turn(self, place: Place, lease: Lease, work: Work) -> None:
        again: datetime | None = None
        log = self.log.bind(team=lease.team)
        try:
            with keeping(place.ledger, [lease], clock=self.clock, hung=lambda: work.hangs):
                again = self._taken(place, lease, log)
        except Stopped:
            log.info("pass interrupted", why="asked to stop; the next pass takes up what was left")
        except LockHeld as error:
            log.warning("team lost", why=str(error))
        except LedgerError as error:
            log.error("pass failed", why=str(error))
            again = self.clock() + min(place.settings.poll, LENGTH)
        except Exception:
            log.error("bug", traceback=traceback.format_exc())
            again = self.clock() + place.settings.poll
        finally:
            with suppress(LedgerError):  # then it ends by itself
                place.ledger.release(lease, due_at=again)
            work.over = True
        self._go_on(place, lease.team)

    def _go_on(self, place: Place, ended: str) -> None:
        """Give the room to the next team. The one whose turn ended waits for the next tick, whatever became of it."""
        if self._stop.is_set() or place is not self._place:
            return
        try:
            self._fill(place, but=ended)
        except LedgerError:
            return  # the next tick tells it
        except Exception:
            self.log.error("bug", traceback=traceback.format_exc())

    def _taken(self, place: Place, lease: Lease, log: FilteringBoundLogger) -> datetime:
        around = Surroundings(place.ledger.under([lease]), self.clock, self.environment)
        app = rebuilt(place.app, place.settings, lease.team, around)
        (team,) = app.chosen(lease.team)
        return Turn(app, team, place.settings.poll, log, self._observed, self._checkpoint).take()

    def _checkpoint(self) -> None:
        if self._stop.is_set():
            raise Stopped

    def _all_ended(self, within: float) -> bool:
        deadline = time.monotonic() + within
        while self._under_way() and time.monotonic() < deadline:
            time.sleep(_LOOK)
        return not self._under_way()

    def _under_way(self) -> list[str]:
        return sorted(team for team, work in list(self._works.items()) if not work.over)

    # --- signals

    def _end(self, number: int, frame: FrameType | None) -> None:
        if self._stop.is_set():
            os._exit(128 + number)  # a second time: at once, as in a power cut, which a pass survives
        self._stop.set()

    def _again(self, number: int, frame: FrameType | None) -> None:
        self._reload.set()


def tell_systemd(words: str) -> None:
    """Say how it goes, where systemd (Type=notify) listens: https://systemd.io, sd_notify(3)."""
    address = os.environ.get("NOTIFY_SOCKET")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.connect(address.replace("@", "\0", 1) if address.startswith("@") else address)
            systemd.sendall(words.encode())
