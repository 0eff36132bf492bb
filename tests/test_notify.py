"""Digests go out once for each team, kind, period, channel and recipient, whatever happens on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.core.calendar import Calendar
from syncd.core.model import State
from syncd.errors import DeliveryDeferred, DeliveryRefused, DeliveryUnknown, UsageError
from syncd.notify import GIVE_UP, LEASE, notify, resend
from syncd.store.ledger import Ledger
from syncd.store.records import DeliveryState
from syncd.team import Application, Channel, Digests
from tests.crash.kill import Killed
from tests.fakes.notifier import MemoryNotifier
from tests.fakes.tracker import MemoryTracker
from tests.line import Clock, Line, table

ZONE = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
ROWS = ("| 1 | Add an alert | Core | Oct 20, 2026 | Open |", "| 2 | Rotate the keys | Web | | Open |")


class World:
    """A line with a finished postmortem, and channels."""

    def __init__(self, folder, *, at=MONDAY):
        self.clock = Clock(at - timedelta(days=1))
        self.line = Line(folder, clock=self.clock, tracker=MemoryTracker(clock=self.clock))
        self.line.write("a.md", table(*ROWS))
        self.line.run()
        self.clock.moment = at
        self.channels: dict[str, Channel] = {}
        self.calendar = Calendar(ZONE, (0, time(9)))

    def channel(self, name="chat", **given):
        notifier = MemoryNotifier(**given)
        self.channels[name] = Channel(notifier)
        return notifier

    def application(self, ledger=None):
        app = self.line.application()
        team = replace(app.teams[0], zone=ZONE, digests=Digests(calendar=lambda: self.calendar, channels=self.channels))
        return Application(ledger or app.ledger, (team,), self.clock)

    def notify(self):
        return notify(self.application())

    def states(self):
        return [(d.kind, d.period, d.state.value) for d in self.line.ledger.deliveries()]


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.line.ledger.dispose()


def test_what_is_due_goes_out_once(world):
    chat = world.channel()
    world.notify()
    world.notify()
    assert {(kind, state) for kind, _, state in world.states()} == {("weekly", "sent"), ("review", "sent")}
    assert len(chat.arrived) == 1, "what is due to one channel on one day goes as one message"
    assert "1 overdue" in str(chat.arrived[0][2]["title"])


def test_nothing_goes_out_before_its_time(tmp_path):
    world = World(tmp_path, at=datetime(2026, 10, 19, 6, 0, tzinfo=UTC))
    chat = world.channel()
    world.notify()
    assert [period for _, period, _ in world.states()] == []
    assert chat.arrived == []
    world.line.ledger.dispose()


def test_each_recipient_is_told_once(world):
    mail = MemoryNotifier("a@example.com", "b@example.com", repeatable=True)
    world.channels["mail"] = Channel(mail)
    mail.fail_next(DeliveryRefused("No such mailbox."))
    world.notify()
    world.notify()
    assert [recipient for recipient, _, _ in mail.arrived] == ["b@example.com"]


def test_an_owner_gets_only_their_own_items(world):
    mail = MemoryNotifier("all@example.com", repeatable=True)
    world.channels["mail"] = Channel(mail, owners={"Web": "web@example.com", "Nobody": "nobody@example.com"})
    world.notify()
    told = {recipient: str(payload["body"]) for recipient, _, payload in mail.arrived}
    assert set(told) == {"all@example.com", "web@example.com"}
    assert "Rotate the keys" in told["web@example.com"]
    assert "Add an alert" not in told["web@example.com"]


def test_what_was_turned_away_for_now_is_sent_again_as_it_was(world):
    chat = world.channel()
    chat.fail_next(DeliveryDeferred("Busy.", world.clock() + timedelta(minutes=30)))
    world.notify()
    world.clock.advance(timedelta(minutes=29))
    assert world.notify() == []
    world.clock.advance(timedelta(minutes=2))
    world.line.edit("a.md", "Add an alert", "Add two alerts")
    world.line.run()
    world.notify()
    assert "Add an alert" in str(chat.arrived[0][2]["body"])
    assert {state for _, _, state in world.states()} == {"sent"}


def test_what_is_turned_away_for_days_is_given_up(world):
    chat = world.channel()
    for _ in range(200):
        chat.fail_next(DeliveryDeferred("Greylisted."))
    first = world.clock()
    while world.clock() - first < GIVE_UP + timedelta(hours=8):
        world.notify()
        world.clock.advance(timedelta(hours=1))
    assert ("weekly", "2026-W45", "refused") in world.states()


@pytest.mark.parametrize(("repeatable", "arrived", "state"), [(True, 2, "sent"), (False, 1, "unknown")])
def test_what_may_have_arrived_is_sent_again_only_where_that_does_no_harm(world, repeatable, arrived, state):
    chat = world.channel(repeatable=repeatable)
    chat.fail_next(DeliveryUnknown("The connection broke."), arrived=True)
    for _ in range(4):
        world.notify()
        world.clock.advance(timedelta(hours=4))
    assert len(chat.arrived) == arrived
    assert {found for _, _, found in world.states()} == {state}


def test_a_person_may_say_that_it_is_sent_again(world):
    chat = world.channel()
    chat.fail_next(DeliveryUnknown("The connection broke."))
    [delivery, *_] = world.notify()
    assert delivery.state is DeliveryState.UNKNOWN
    resend(world.application(), delivery.message)
    assert len(chat.arrived) == 1
    assert {state for _, _, state in world.states()} == {"sent"}
    with pytest.raises(UsageError, match="digest list"):
        resend(world.application(), "00000000")


@pytest.mark.parametrize("repeatable", [True, False])
@pytest.mark.parametrize("arrived", [True, False])
def test_a_process_that_is_killed_while_it_sends_is_noticed_later(world, repeatable, arrived):
    chat = world.channel(repeatable=repeatable)
    chat.fail_next(Killed(), arrived=arrived)
    with pytest.raises(Killed):
        world.notify()
    assert world.notify() == [], "another process may still be sending it"
    world.clock.advance(LEASE)
    world.notify()
    world.notify()
    assert len(chat.arrived) == arrived + repeatable
    assert {state for _, _, state in world.states()} == {"sent" if repeatable else "unknown"}


def test_trouble_on_one_channel_is_told_on_another(world):
    chat, mail = world.channel(), world.channel("mail")
    chat.fail_next(DeliveryRefused("The channel is archived."))
    world.notify()
    world.clock.advance(timedelta(days=7))
    world.notify()
    assert len(mail.arrived) == 2
    assert "The channel is archived." in " ".join(str(mail.arrived[1][2]["body"]).split())


def test_a_weekly_that_is_four_days_late_is_skipped(tmp_path):
    world = World(tmp_path, at=MONDAY)
    chat = world.channel()
    world.clock.moment = MONDAY + timedelta(days=4)
    world.notify()
    assert ("weekly", "2026-W45", "skipped") in world.states()
    assert all("weekly" not in str(payload["title"]) for _, _, payload in chat.arrived)
    world.line.ledger.dispose()


def test_where_all_is_closed_nothing_is_said(tmp_path):
    world = World(tmp_path)
    chat = world.channel()
    for key in ("MEM-1", "MEM-2"):
        world.line.tracker.person_moves(key, State.DONE)
    world.line.run()
    world.clock.moment = MONDAY + timedelta(weeks=3)
    world.notify()
    world.clock.moment += timedelta(weeks=1)
    world.notify()
    assert world.states()[-1] == ("weekly", "2026-W49", "skipped")
    assert [payload for _, _, payload in chat.arrived if "W49" in str(payload)] == []
    world.line.ledger.dispose()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(1, 40), st.sampled_from(["tick", "tick", "two", "dies", "dies after", "busy"])),
        min_size=20,
        max_size=60,
    )
)
def test_whatever_happens_no_period_is_told_twice(tmp_path_factory, steps):
    """Ticks hours apart, of one or two processes, that die in the middle, of a service that is busy at times."""
    world = World(tmp_path_factory.mktemp("notify"))
    chat = world.channel()
    other = Ledger.open(world.line.url)
    for hours, what in steps:
        world.clock.advance(timedelta(hours=hours))
        if what == "busy":
            chat.fail_next(DeliveryDeferred("Busy."))
        elif what.startswith("dies"):
            chat.fail_next(Killed(), arrived=what == "dies after")
        try:
            world.notify()
            if what == "two":
                notify(world.application(other))
        except Killed:
            pass
    other.dispose()
    deliveries = world.line.ledger.deliveries()
    keys = [(d.kind, d.period) for d in deliveries]
    assert len(keys) == len(set(keys))
    messages = [key for _, key, _ in chat.arrived]
    assert len(messages) == len(set(messages)), "a message that may have arrived was sent again"
    world.line.ledger.dispose()
