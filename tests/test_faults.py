"""The whole line on services whose answers get lost, broken or late: one ticket per item, one request per attempt."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syncd.core.change import Outcome
from syncd.core.model import EffectKind
from syncd.store.memo import LedgerMemo
from tests.crash.wire import check_tickets, settle
from tests.emulators import proxy as faults
from tests.emulators.places import KINDS, Place
from tests.line import Clock, Line, table

ROWS = ("| 1 | Add an alert | Core | Dec 1 | Open |", "| 2 | Rotate the keys | Web | | Open |")
BROKEN = {
    "reset before anything": faults.reset,
    "the answer is lost": faults.lost_reply,
    "half an answer": faults.truncate,
    "502 after the work": faults.status(502, after=True),
    "503 with a time after the work": faults.status(503, headers={"Retry-After": "120"}, after=True),
    "504 without the work": faults.status(504),
    "no JSON after the work": faults.status(201, body=b"{", after=True),
    "a login page": faults.html_200,
    "garbage": faults.garbage,
    "429 without a time": faults.status(429),
    "429 with a date": faults.status(429, headers={"Retry-After": "Mon, 02 Nov 2026 09:40:00 GMT"}),
}


class World:
    """A folder, a service behind a proxy, and the real connector."""

    def __init__(self, folder, kind):
        self.clock = Clock()
        self.place = Place(kind, self.clock)
        self.server = self.place.serve()
        self.proxy = faults.FaultProxy(self.server.url)
        self.line = Line(folder, clock=self.clock, url_template="https://wiki.example.com/{path}")
        self.line.tracker = self.place.tracker(self.proxy.url, LedgerMemo(self.line.ledger, kind))
        self.line.write("a.md", table(*ROWS))

    def close(self):
        self.line.ledger.dispose()
        self.proxy.close()
        self.server.close()

    @property
    def attempts(self):
        return sum(e.attempts for e in self.line.ledger.effects() if e.kind is EffectKind.CREATE)

    @property
    def posts(self):
        return self.proxy.count(*self.place.creating)


@pytest.fixture(params=KINDS)
def world(request, tmp_path):
    world = World(tmp_path, request.param)
    yield world
    world.close()


@pytest.mark.parametrize("lag", [timedelta(), timedelta(minutes=10)], ids=["fresh", "late"])
@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN)
def test_a_broken_create_makes_no_second_ticket(world, fault, lag):
    world.place.lag(lag)
    world.proxy.on(*world.place.creating, fault)
    settle(world.line)
    assert len(world.place.made()) == len(ROWS)
    check_tickets(world, world.line)
    assert world.posts <= world.attempts, "an attempt that was put off sends nothing, no other sends more than one"


@pytest.mark.parametrize("fault", [faults.reset, faults.status(502), faults.truncate, faults.html_200])
def test_when_nothing_can_be_read_nothing_is_made_or_declared_gone(world, fault):
    world.line.run()
    before = world.line.read("a.md")
    world.line.write("b.md", table("| 1 | Page the team | Core | | Open |"))
    world.proxy.on("GET", ".*", fault, times=1000)
    world.proxy.on("POST", r".*/search(/jql)?", fault, times=1000)
    world.clock.advance(timedelta(days=2))
    done = world.line.run()
    assert [c for _, c in done.changes if c.outcome is Outcome.DONE] == []
    assert world.posts == len(ROWS)
    assert world.line.read("a.md") == before
    assert [c.kind for _, c in done.changes if "delete" in c.reason or "cannot be read" in c.reason] == []


def test_a_storm_of_errors_ends_in_quiet(world):
    world.proxy.on(".*", ".*", faults.status(503), nth=3, times=6)
    settle(world.line)
    assert len(world.place.made()) == len(ROWS)
    check_tickets(world, world.line)
    assert world.posts <= world.attempts, "an attempt that was put off sends nothing, no other sends more than one"
