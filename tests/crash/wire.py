"""A pass over trackers that speak HTTP, killed at a call of its own or at a request, in every weather.

At a request: before the service did anything, or after all of it.
"""

from __future__ import annotations

import os
import random
import re
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from itertools import count
from pathlib import Path

from syncd.core.model import Disposition, EffectKind
from syncd.lease import holding
from syncd.store.ledger import Ledger
from syncd.store.memo import LedgerMemo
from tests.crash.kill import Countdown, watched
from tests.crash.weather import EACH_SIDE, Weather, turns
from tests.crash.world import Texts, copied
from tests.emulators.http import Handler, Request, Response, Server
from tests.emulators.places import Place
from tests.emulators.proxy import FaultProxy
from tests.line import Clock, Line, table, writes

SOON = (timedelta(minutes=1),) * 2
"""The first passes after a crash follow so close that a search that lags knows nothing yet."""
LATER = (timedelta(minutes=15),) * 8
"""After these all must be quiet: an attempt without an answer is looked for three times, then sent again."""
KEY = re.compile(r"OPS-\d+|acme/web#\d+|(?<=/issues/)\d+")


@dataclass
class Reaper:
    """Stands in the service and kills who asks, at the n-th request."""

    victim: int | None = None
    at: int = 0
    after: bool = False
    requests: int = 0

    def arm(self, at: int, *, after: bool) -> None:
        self.victim, self.at, self.after, self.requests = None, at, after, 0

    def around(self, handler: Handler) -> Handler:
        def answered(request: Request) -> Response:
            self.requests += 1
            due = self.victim is not None and self.requests == self.at
            if due and not self.after:
                return self._kill(Response(503))
            response = handler(request)
            return self._kill(response) if due else response

        return answered

    def _kill(self, unheard: Response) -> Response:
        assert self.victim is not None, "only a victim is due"
        os.kill(self.victim, signal.SIGKILL)
        return unheard


@dataclass
class WireWorld:
    """Documents in a folder, a ledger beside them, tickets in a service; all can be taken back to an earlier one.

    Clients reach the service through the proxy, which makes the weather.
    """

    folder: Path
    place: Place
    reaper: Reaper
    server: Server
    proxy: FaultProxy
    clock: Clock
    _kept: object = None
    _then: Clock = field(default_factory=Clock)

    @classmethod
    def open(cls, folder: Path, kind: str) -> WireWorld:
        clock, reaper = Clock(), Reaper()
        place = Place(kind, clock, behind=reaper.around)
        server = place.serve()
        return cls(folder, place, reaper, server, FaultProxy(server.url), clock)

    def close(self) -> None:
        self.proxy.close()
        self.server.close()

    def line(self) -> Line:
        """As of a new process."""
        line = Line(self.folder / "live", clock=self.clock, url_template="https://wiki.example.com/{path}")
        line.tracker = self.place.tracker(self.proxy.url, LedgerMemo(line.ledger, self.place.kind))
        return line

    @contextmanager
    def alone(self, line: Line, *, wait: float) -> Iterator[None]:
        """The line's passes under a lease, as a command does them; waits so many seconds for another one's end."""
        with holding(line.ledger, [line.policy.team], by="syncd reconcile", wait=wait, clock=line.clock) as ledger:
            line.ledger = ledger
            line.tracker = self.place.tracker(self.proxy.url, LedgerMemo(ledger, self.place.kind))
            yield

    def keep(self) -> None:
        self._kept, self._then = self.place.kept(), deepcopy(self.clock)
        copied(self.folder / "live", self.folder / "kept")

    def go_back(self, weather: Weather) -> None:
        """As it was when it was kept, but for the age of what searches find."""
        self.place.bring_back(self._kept)
        self.place.lag(weather.lag)
        self.clock.moment = self._then.moment
        copied(self.folder / "kept", self.folder / "live")

    def texts(self) -> Texts:
        """What the documents say, without the numbers of tickets: a crash may cost a number, never a ticket."""
        folder = self.folder / "live" / "docs"
        return {path.name: KEY.sub("n", path.read_bytes().decode()) for path in folder.iterdir()}


def live(world: WireWorld, seed: int) -> None:
    """Linked items, a ticket that a person closed, a reworded row, a ticked row, two new rows."""
    chance = random.Random(seed)
    rows = ["Add an alert on the pool", "Rotate the keys of the vault", "Write a runbook"]
    new = ["| 1 | Page the team | Web | Dec 9 | Open |", "| 2 | Test the backups | Core | | In progress |"]
    chance.shuffle(rows)
    chance.shuffle(new)
    line = world.line()
    line.write("a.md", table(*(f"| {n} | {words} | Core | | Open |" for n, words in enumerate(rows, 1))))
    for _ in range(3):
        line.run()
    closed, reworded, ticked = chance.sample(rows, 3)
    world.place.close(closed)
    line.edit("a.md", f"{ticked} | Core | | Open", f"{ticked} | Core | | Done")
    line.edit("a.md", reworded, f"{reworded}, twice")
    line.write("b.md", table(*new))
    line.ledger.dispose()


def undisturbed(world: WireWorld) -> Texts:
    """What the documents say when all is quiet again after a pass that nothing disturbed."""
    world.go_back(Weather())
    line = world.line()
    line.run()
    line.run()
    assert writes(line.run()) == [], "the second pass after a quiet one still writes"
    line.ledger.dispose()
    return world.texts()


# --- dying


@dataclass(frozen=True)
class AtCalls:
    """A pass kills itself at its n-th call to ledger, tracker, source or clock."""

    name = "call"

    def points(self, world: WireWorld, weather: Weather) -> int:
        """How many calls a pass makes in this weather."""
        countdown = Countdown(at=0)
        _survive(world, weather, lambda line: setattr(line, "wrap", lambda app: watched(app, countdown)))
        return countdown.calls

    def kill(self, world: WireWorld, at: int, weather: Weather, *, after: bool) -> bool:
        """Whether it was killed, not merely done."""
        world.reaper.arm(0, after=False)

        def deadly(line: Line) -> None:
            line.wrap = lambda app: watched(app, Countdown(at=at, after=after))

        return _in_a_child(world, weather, deadly, lambda child: None)


@dataclass(frozen=True)
class AtRequests:
    """The service kills a pass at its n-th request."""

    name = "request"

    def points(self, world: WireWorld, weather: Weather) -> int:
        """How many requests a pass makes in this weather."""
        world.reaper.arm(0, after=False)
        _survive(world, weather, lambda line: None)
        return world.reaper.requests

    def kill(self, world: WireWorld, at: int, weather: Weather, *, after: bool) -> bool:
        """Whether it was killed, not merely done."""
        world.reaper.arm(at, after=after)
        return _in_a_child(world, weather, lambda line: None, lambda child: setattr(world.reaper, "victim", child))


Death = AtCalls | AtRequests


def _survive(world: WireWorld, weather: Weather, prepare: Callable[[Line], None]) -> None:
    world.go_back(weather)
    line = world.line()
    prepare(line)
    with weather.over(world.proxy):
        line.run()
    line.ledger.dispose()


def _in_a_child(
    world: WireWorld, weather: Weather, prepare: Callable[[Line], None], armed: Callable[[int], None]
) -> bool:
    """Run a pass in a child process; whether it was killed. In a weather of two, another pass waits for its end."""
    world.clock.advance()  # here, where the service looks at it, and whoever waits
    (ready, go), (told, tell) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.read(ready, 1)
            line = world.line()
            line.every = timedelta()
            prepare(line)
            with world.alone(line, wait=0):
                os.write(tell, b"!")
                line.run()
            code = 0
        finally:
            os._exit(code)
    os.close(tell)
    armed(child)
    with weather.over(world.proxy):
        os.write(go, b"!")
        os.read(told, 1)
        with ThreadPoolExecutor(1) as undertaker:  # a dead process that nobody buries counts as alive
            ended = undertaker.submit(os.waitpid, child, 0)
            if weather.two:
                _next_in_line(world)
            _, status = ended.result()
    for end in (ready, go, told):
        os.close(end)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "the pass failed before it was killed"
    return False


def _next_in_line(world: WireWorld) -> None:
    """A pass of this process as soon as the other one lets go of the ledger."""
    line = world.line()
    line.every = timedelta()
    with world.alone(line, wait=60):
        line.run()
    line.ledger.dispose()


# --- and what becomes of it


def recover(world: WireWorld, expected: Texts) -> int:
    """Passes after the crash: they end in quiet, with one ticket per item and the documents as without a crash.

    Returns how often a pass tried to make a ticket, ever.
    """
    world.reaper.arm(0, after=False)
    line = world.line()
    try:
        settle(line)
        check_tickets(world, line)
        assert world.texts() == expected, "the documents are not what they are without a crash"
        return attempts(line.ledger)
    finally:
        line.ledger.dispose()


def settle(line: Line) -> None:
    """Passes until two in a row write nothing and no attempt is without an end."""
    quiet = 0
    for line.every in (*SOON, *LATER):
        quiet = 0 if writes(line.run()) or line.ledger.effects(open_only=True) else quiet + 1
        if quiet >= 2 and line.every in LATER:
            return
    raise AssertionError("long after the crash there is still something to write")


def check_tickets(world: WireWorld, line: Line) -> None:
    """One ticket per item, each with a marker of its own, and no more calls that make one than attempts."""
    made = world.place.made()
    assert len({ticket.marker for ticket in made}) == len(made), "two tickets with one marker"
    assert len({ticket.title for ticket in made}) == len(made), f"two tickets for one item: {[t.title for t in made]}"
    items = [i for i in line.ledger.items() if i.disposition is not Disposition.DETACHED]
    assert all(i.link for i in items), "an item was lost"
    assert {i.link.key for i in items if i.link} == {ticket.key for ticket in made}
    assert len(made) <= attempts(line.ledger)


def attempts(ledger: Ledger) -> int:
    """How often passes tried to make a ticket."""
    return sum(e.attempts for e in ledger.effects() if e.kind is EffectKind.CREATE)


@dataclass
class Sweep:
    """Kills at the points of a pass, each in the weather that is asked for, and checks every promise."""

    world: WireWorld
    death: Death
    seed: int

    def __post_init__(self) -> None:
        live(self.world, self.seed)
        self.world.keep()
        with self.world.line().ledger as ledger:
            self.tried = attempts(ledger)
        self.expected = undisturbed(self.world)
        self._points = cache(lambda weather: self.death.points(self.world, weather))

    def points(self, weather: Weather) -> int:
        """How many there are in this weather; another process that waits changes nothing about that."""
        return self._points(replace(weather, two=False))

    def kill(self, at: int, weather: Weather, *, after: bool) -> None:
        """Raises AssertionError when a promise is broken."""
        world = self.world
        world.go_back(weather)
        posts, there = self._posts(), len(world.place.made())
        try:
            assert self.death.kill(world, at, weather, after=after), "it was never reached"
            tried = recover(world, self.expected) - self.tried
            posts, made = self._posts() - posts, len(world.place.made()) - there
            # A request may have been killed before the service did anything, and a pass before it sent any.
            unheard = isinstance(self.death, AtRequests) and not after
            assert made <= posts <= made + unheard, f"{posts} calls that make a ticket for {made} tickets"
            assert posts <= tried <= posts + 1, f"{posts} calls that make a ticket in {tried} attempts"
        except AssertionError as error:
            point = f"{'after' if after else 'before'} {self.death.name} {at}"
            raise AssertionError(f"{world.place.kind}, seed {self.seed}, {weather}, killed {point}: {error}") from error

    def _posts(self) -> int:
        return self.world.proxy.count(*self.world.place.creating)


def sweep(folder: Path, kind: str, death: Death, *, seed: int, times: int | None = None) -> int:
    """Kill a pass at each of its points; returns how often.

    Every point comes ``times`` times, each time in other weather: so that of as many seeds as it takes each point meets
    every weather, before and after. Without ``times`` each point of a calm pass comes once, in a weather that has it.
    """
    world = WireWorld.open(folder, kind)
    try:
        sweeping = Sweep(world, death, seed)
        return _once(sweeping) if times is None else _by_turns(sweeping, times)
    finally:
        world.close()


def _once(sweeping: Sweep) -> int:
    """A pass that is disturbed may have fewer points than a calm one."""
    points = sweeping.points(Weather())
    for at in range(1, points + 1):
        # By sevens, so that a few points meet weather of every kind.
        order = (EACH_SIDE[turn % len(EACH_SIDE)] for turn in count(7 * at))
        weather, after = next((w, side) for w, side in order if at <= sweeping.points(w))
        sweeping.kill(at, weather, after=after)
    return points


def _by_turns(sweeping: Sweep, times: int) -> int:
    kills = 0
    for at in count(1):
        if all(at > sweeping.points(weather) for weather, _ in EACH_SIDE):
            return kills
        for weather, after in turns(at, seed=sweeping.seed, times=times):
            if at <= sweeping.points(weather):
                sweeping.kill(at, weather, after=after)
                kills += 1
    return kills
