"""A pass over trackers that speak HTTP, killed at a request: before the service did anything, or after all of it."""

from __future__ import annotations

import os
import random
import re
import signal
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from syncd.core.model import Disposition, EffectKind
from syncd.store.memo import LedgerMemo
from tests.crash.kill import Countdown, watched
from tests.crash.world import Texts, copied
from tests.emulators.http import Handler, Request, Response, Server
from tests.emulators.places import Place
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
    """Documents in a folder, a ledger beside them, tickets in a service; all can be taken back to an earlier one."""

    folder: Path
    place: Place
    reaper: Reaper
    server: Server
    clock: Clock
    _kept: object = None
    _then: Clock = field(default_factory=Clock)

    @classmethod
    def open(cls, folder: Path, kind: str) -> WireWorld:
        clock, reaper = Clock(), Reaper()
        place = Place(kind, clock, behind=reaper.around)
        return cls(folder, place, reaper, place.serve(), clock)

    def line(self) -> Line:
        """As of a new process."""
        line = Line(self.folder / "live", clock=self.clock, url_template="https://wiki.example.com/{path}")
        line.tracker = self.place.tracker(self.server.url, LedgerMemo(line.ledger, self.place.kind))
        return line

    def keep(self) -> None:
        self._kept, self._then = self.place.kept(), deepcopy(self.clock)
        copied(self.folder / "live", self.folder / "kept")

    def go_back(self) -> None:
        self.place.bring_back(self._kept)
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


def undisturbed(world: WireWorld) -> tuple[int, Texts]:
    """How many requests one pass makes, and what the documents say when all is quiet again."""
    world.reaper.arm(0, after=False)
    line = world.line()
    line.run()
    requests = world.reaper.requests
    line.run()
    assert writes(line.run()) == [], "the second pass after a quiet one still writes"
    line.ledger.dispose()
    return requests, world.texts()


def killed_at_request(world: WireWorld, at: int, *, after: bool) -> bool:
    """Run a pass in a child process that the service kills; whether it was killed, not merely done."""
    world.reaper.arm(at, after=after)
    return _in_a_child(world, lambda line: None, lambda child: setattr(world.reaper, "victim", child))


def killed_at_call(world: WireWorld, at: int, *, after: bool) -> bool:
    """Run a pass in a child process that kills itself at its n-th call to ledger, tracker, source or clock."""
    world.reaper.arm(0, after=False)

    def deadly(line: Line) -> None:
        line.wrap = lambda app: watched(app, Countdown(at=at, after=after))

    return _in_a_child(world, deadly, lambda child: None)


def calls_of_a_pass(world: WireWorld) -> int:
    """How many calls one undisturbed pass makes to ledger, tracker, source and clock."""
    countdown = Countdown(at=0)
    line = world.line()
    line.wrap = lambda app: watched(app, countdown)
    line.run()
    line.ledger.dispose()
    return countdown.calls


def _in_a_child(world: WireWorld, prepare: Callable[[Line], None], armed: Callable[[int], None]) -> bool:
    before = world.clock.moment
    world.clock.advance()  # here, where the service looks at it; the child does it once more, from where we were
    ready, go = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.read(ready, 1)
            world.clock.moment = before
            line = world.line()
            prepare(line)
            line.run()
            code = 0
        finally:
            os._exit(code)
    armed(child)
    os.write(go, b"!")
    _, status = os.waitpid(child, 0)
    os.close(ready)
    os.close(go)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "the pass failed before it was killed"
    return False


def recover(world: WireWorld, expected: Texts) -> None:
    """Passes after the crash: they end in quiet, with one ticket per item and the documents as without a crash."""
    world.reaper.arm(0, after=False)
    line = world.line()
    try:
        settle(line)
        check_tickets(world, line)
        assert world.texts() == expected, "the documents are not what they are without a crash"
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
    attempts = sum(e.attempts for e in line.ledger.effects() if e.kind is EffectKind.CREATE)
    assert len(made) <= attempts


def sweep(folder: Path, kind: str, *, seed: int, lag: timedelta, after: bool, calls: bool = False) -> int:
    """Returns the number of points; raises AssertionError at the first that breaks a promise."""
    world = WireWorld.open(folder, kind)
    die = killed_at_call if calls else killed_at_request
    with world.server:
        live(world, seed)
        world.place.lag(lag)
        world.keep()
        points = calls_of_a_pass(world) if calls else 0
        world.go_back()
        requests, expected = undisturbed(world)
        for at in range(1, (points or requests) + 1):
            world.go_back()
            before, there = _posts(world), len(world.place.made())
            try:
                assert die(world, at, after=after), "it was never reached"
                recover(world, expected)
                made = len(world.place.made()) - there
                assert made <= _posts(world) - before <= made + 1, "a call that makes a ticket was repeated"
            except AssertionError as error:
                point = f"{'after' if after else 'before'} {'call' if calls else 'request'} {at}"
                raise AssertionError(f"{kind}, seed {seed}, lag {lag}, killed {point}: {error}") from error
    return points or requests


def _posts(world: WireWorld) -> int:
    return world.server.count(*world.place.creating)
