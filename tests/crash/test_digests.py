"""Sending digests, killed for real at each call to ledger, notifier and clock."""

from __future__ import annotations

import os
import signal
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syncd.core.calendar import Calendar
from syncd.notify import LEASE, notify
from syncd.ports import Finding, Format, Payload
from syncd.store.records import DeliveryState
from syncd.team import Application, Channel, Digests
from tests.crash.kill import Countdown, Watched
from tests.line import Clock, Line, table

MONDAY = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
CALENDAR = Calendar(ZoneInfo("UTC"), (0, time(9)))


class Postbox:
    """A notifier whose messages outlive the process: each is a line in a file."""

    format = Format.TEXT

    def __init__(self, file: Path, *, repeatable: bool) -> None:
        self._file = file
        self.repeatable = repeatable
        self.recipients = ("a", "b")

    def send(self, recipient: str, payload: Payload, *, key: str) -> str:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(f"{recipient} {key}\n")
        return ""

    def check(self) -> list[Finding]:
        return []

    def arrived(self) -> Counter[str]:
        return Counter(self._file.read_text(encoding="utf-8").splitlines()) if self._file.exists() else Counter()


def application(line: Line, box: object) -> Application:
    app = line.application()
    digests = Digests(calendar=lambda: CALENDAR, channels={"box": Channel(box)})  # type: ignore[arg-type]
    return replace(app, teams=tuple(replace(team, digests=digests) for team in app.teams))


def a_world(folder: Path) -> tuple[Line, Clock]:
    clock = Clock(MONDAY - timedelta(days=1))
    line = Line(folder, clock=clock)
    line.write("a.md", table("| 1 | Add an alert | Core | Oct 20, 2026 | Open |"))
    line.run()
    clock.moment = MONDAY
    return line, clock


def tick(line: Line, box: Postbox, countdown: Countdown) -> None:
    app = application(line, Watched(box, countdown))
    notify(replace(app, ledger=Watched(app.ledger, countdown), clock=countdown.around(app.clock)))  # type: ignore[arg-type]


def killed(line: Line, box: Postbox, *, at: int, after: bool) -> None:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            again = Line(line.folder, clock=line.clock)
            tick(again, box, Countdown(at=at, after=after))
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"call {at} was never made"
    assert os.WTERMSIG(status) == signal.SIGKILL


def calls(folder: Path) -> int:
    line, _ = a_world(folder)
    countdown = Countdown(at=0)
    tick(line, Postbox(folder / "box", repeatable=False), countdown)
    line.ledger.dispose()
    return countdown.calls


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("repeatable", [False, True], ids=["chat", "mail"])
def test_killed_at_each_call_every_digest_is_told_once_or_shown_as_unknown(tmp_path, repeatable, after):
    points = calls(tmp_path / "counted")
    assert points > 10
    for at in range(1, points + 1):
        line, clock = a_world(tmp_path / str(at))
        box = Postbox(line.folder / "box", repeatable=repeatable)
        killed(line, box, at=at, after=after)
        for _ in range(3):
            clock.advance(LEASE)
            notify(application(line, box))
        deliveries = line.ledger.deliveries()
        unknown = {f"{d.recipient} {d.message}" for d in deliveries if d.state is DeliveryState.UNKNOWN}
        arrived = box.arrived()
        assert all(d.state in (DeliveryState.SENT, DeliveryState.UNKNOWN) for d in deliveries)
        assert {f"{d.recipient} {d.message}" for d in deliveries} == arrived.keys() | unknown, f"lost at call {at}"
        assert all(number == 1 or (repeatable and number == 2) for number in arrived.values()), (
            f"told twice at call {at}"
        )
        assert not unknown or not repeatable
        line.ledger.dispose()
