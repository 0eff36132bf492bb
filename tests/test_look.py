"""What trackers say at the start of a pass: hosts side by side, each asked by one thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pytest

from syncd.core.model import DesiredTicket
from syncd.errors import AuthenticationFailed, LedgerError, NotSent
from syncd.look import Look, look_at
from syncd.ports import Listing
from syncd.store.ledger import Ledger
from syncd.team import Team
from tests.fakes.tracker import MemoryTracker
from tests.line import POLICY, Clock

PATIENCE = 10.0
"""Seconds after which a thread that nobody meets gives up, and the test fails."""


@dataclass
class Watched:
    """Stands before a tracker, and does something first when that is asked for a listing."""

    tracker: MemoryTracker
    first: Callable[[], object]

    def listing(self, known: dict[str, str]) -> Listing:
        self.first()
        return self.tracker.listing(known)

    def __getattr__(self, name: str) -> object:
        return getattr(self.tracker, name)


@pytest.fixture
def ledger():
    with Ledger.open("sqlite://") as opened:
        yield opened


def tracker(host: str, project: str = "OPS") -> MemoryTracker:
    """With one ticket that the ledger does not know."""
    made = MemoryTracker(clock=Clock(), name=host, project=project)
    made.create(DesiredTicket("ops", f"On {host}", (), "a.md"), marker="0123456789ab")
    return made


def look(ledger: Ledger, **trackers: object) -> Look:
    return look_at(Team(POLICY, (), trackers, ZoneInfo("UTC"), "settings"), ledger)  # type: ignore[arg-type]


def titles(seen: Look) -> list[str]:
    return [ticket.title for _, ticket in seen.unclaimed]


def test_hosts_are_asked_side_by_side_and_told_in_the_order_of_the_configuration(ledger):
    """Each listing waits until the other two are under way."""
    meeting = threading.Barrier(3)
    hosts = {name: Watched(tracker(name), lambda: meeting.wait(PATIENCE)) for name in ("c", "a", "b")}
    seen = look(ledger, **hosts)
    assert list(seen.places) == ["c", "a", "b"]
    assert titles(seen) == ["On c", "On a", "On b"]


def test_a_host_is_asked_one_thing_after_the_other(ledger):
    threads = []
    projects = {
        project.lower(): Watched(tracker("one", project), lambda: threads.append(threading.current_thread()))
        for project in ("OPS", "WEB", "DATA")
    }
    assert len(look(ledger, **projects).unclaimed) == 3
    assert len(threads) == 3
    assert len(set(threads)) == 1


def test_a_host_that_fails_takes_nothing_from_the_others(ledger):
    away, barred, here = tracker("away"), tracker("barred"), tracker("here")
    away.fail_next("listing", NotSent("It hangs."))
    barred.fail_next("listing", AuthenticationFailed("It does not know us."))
    seen = look(ledger, away=away, barred=barred, here=here)
    assert titles(seen) == ["On here"]
    assert [place.problem for place in seen.places.values()] == ["It hangs.", "It does not know us.", None]
    assert seen.turned_away == ("It does not know us.",)


def test_what_no_tracker_can_help_is_raised(ledger):
    def fail() -> None:
        raise LedgerError("The disk is full.")

    with pytest.raises(LedgerError, match="The disk is full"):
        look(ledger, ops=Watched(tracker("a"), fail), web=tracker("b"))


def test_without_trackers_there_is_nothing_to_see(ledger):
    assert look(ledger) == Look()
