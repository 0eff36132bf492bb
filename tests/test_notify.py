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
from syncd.errors import DeliveryDeferred, DeliveryRefused, DeliveryUnknown, Refused, UsageError
from syncd.notices import RECENT
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
    assert [recipient for recipient, _, _ in mail.arrived] == ["b@example.com", "b@example.com"]
    assert "Not delivered on mail" in str(mail.arrived[1][2]["title"])


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


def said(payload):
    return " ".join(f"{payload['title']} {payload['body']}".split())


def test_what_may_not_have_arrived_is_told_in_the_next_digest_of_another_channel(world):
    chat, mail = world.channel(), world.channel("mail")
    chat.fail_next(DeliveryUnknown("The connection broke."))
    world.notify()
    world.clock.advance(timedelta(days=7))
    world.notify()
    assert len(mail.arrived) == 2
    assert "The connection broke." in said(mail.arrived[1][2])


def test_what_is_refused_for_good_is_told_at_once_on_another_channel_and_once(world):
    chat, mail = world.channel(), world.channel("mail")
    world.channel("pager")
    chat.fail_next(DeliveryRefused("The channel is archived."))
    world.notify()
    [refused] = {d.message for d in world.line.ledger.deliveries(state=DeliveryState.REFUSED)}
    assert len(mail.arrived) == 2
    told = said(mail.arrived[1][2])
    assert "Not delivered on chat: the weekly digest 2026-W45" in told
    assert "Why: The channel is archived." in told
    assert f"syncd digest resend {refused}" in told
    assert all(command in told for command in ("syncd doctor", "syncd digest list"))
    world.clock.advance(timedelta(days=7))
    world.notify()
    assert len(mail.arrived) == 3
    assert "archived" not in said(mail.arrived[2][2])
    assert [d.channel for d in world.line.ledger.deliveries() if d.kind == "notice"] == ["mail"]


def test_a_notice_that_is_refused_goes_through_the_next_channel_and_makes_no_notice(world):
    chat, mail, pager = world.channel(), world.channel("mail"), world.channel("pager")
    chat.fail_next(DeliveryUnknown("Lost."), arrived=True)
    world.notify()
    world.clock.advance(timedelta(days=7))
    chat.fail_next(DeliveryRefused("Gone."))
    mail.fail_next(DeliveryDeferred("Busy."))
    mail.fail_next(DeliveryRefused("Not that either."))
    for _ in range(5):
        world.notify()
        world.clock.advance(timedelta(hours=1))
    notices = [(d.channel, d.state.value) for d in world.line.ledger.deliveries() if d.kind == "notice"]
    assert notices == [("mail", "refused"), ("pager", "sent")]
    assert "Not delivered on chat" in said(pager.arrived[-1][2])


def test_who_just_refused_gets_no_notice(world):
    chat, mail, pager = world.channel(), world.channel("mail"), world.channel("pager")
    for notifier in (chat, mail):
        notifier.fail_next(DeliveryRefused("No."))
    world.notify()
    world.notify()
    assert (len(chat.arrived), len(mail.arrived), len(pager.arrived)) == (0, 0, 3)


def test_where_no_channel_works_nothing_is_said(world):
    world.channel().fail_next(DeliveryRefused("No."))
    world.notify()
    assert {kind for kind, _, _ in world.states()} == {"weekly", "review"}


def test_a_refusal_of_long_ago_is_told_no_more(world):
    world.channel().fail_next(DeliveryRefused("No."))
    world.notify()
    world.clock.advance(RECENT)
    mail = world.channel("mail")
    world.notify()
    assert all("Not delivered" not in said(payload) for _, _, payload in mail.arrived)


def test_what_a_tracker_refused_is_told_until_it_is_settled(world):
    chat, tracker = world.channel(), world.line.tracker
    world.notify()
    tracker.fail_next("update", Refused("The workflow has no way to Done."))
    tracker.fail_next("create", Refused("Component is required."))
    world.line.edit("a.md", "| Core | Oct 20, 2026 | Open |", "| Core | Oct 20, 2026 | Done |")
    world.line.write("b.md", table("| 3 | Write a runbook | Web | | Open |"))
    world.line.run()
    world.clock.moment += timedelta(weeks=1)
    world.notify()
    told = said(chat.arrived[1][2])
    assert "MEM-1 does not take the state done: The workflow has no way to Done." in told
    assert "Its ticket was refused: Component is required." in told
    world.line.run()
    world.clock.moment += timedelta(weeks=1)
    world.notify()
    assert "does not take" not in said(chat.arrived[2][2])
    assert "refused" not in said(chat.arrived[2][2])


def test_what_a_person_settled_in_the_ticket_is_told_no_more(world):
    chat, tracker = world.channel(), world.line.tracker
    tracker.fail_next("update", Refused("The workflow has no way to Done."))
    world.line.edit("a.md", "| Open |", "| Done |")
    world.line.run()
    tracker.person_moves("MEM-1", State.DONE)
    world.line.run()
    world.notify()
    assert "does not take" not in said(chat.arrived[0][2])


def test_a_closed_row_with_a_commit_in_any_cell_is_not_without_evidence(world):
    chat = world.channel()
    commit = "[1a2b3c4d](https://github.com/acme/web/commit/1a2b3c4d5e)"
    rows = (f"| 1 | Limit the retries | Core | | Done {commit} |", "| 2 | Tell support | Core | | Done |", ROWS[1])
    world.line.write("a.md", table(*rows))
    world.line.run()
    world.notify()
    told = said(chat.arrived[0][2])
    assert told.count("with neither a ticket nor a link") == 1
    assert [i.evidence for i in world.line.ledger.items() if i.action == "Limit the retries"] == [
        "https://github.com/acme/web/commit/1a2b3c4d5e"
    ]


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
        st.tuples(
            st.integers(1, 40),
            st.sampled_from(["tick", "tick", "two", "dies", "dies after", "busy", "no", "no to mail"]),
        ),
        min_size=20,
        max_size=60,
    )
)
def test_whatever_happens_no_period_is_told_twice(tmp_path_factory, steps):
    """Ticks hours apart, of one or two processes that die in the middle, of services that are busy or refuse."""
    world = World(tmp_path_factory.mktemp("notify"))
    chat, mail = world.channel(), world.channel("mail")
    other = Ledger.open(world.line.url)
    for hours, what in steps:
        world.clock.advance(timedelta(hours=hours))
        if what == "busy":
            chat.fail_next(DeliveryDeferred("Busy."))
        elif what.startswith("no"):
            (mail if "mail" in what else chat).fail_next(DeliveryRefused("No."))
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
    keys = [(d.kind, d.period, d.channel) for d in deliveries]
    assert len(keys) == len(set(keys))
    messages = [key for notifier in (chat, mail) for _, key, _ in notifier.arrived]
    assert len(messages) == len(set(messages)), "a message that may have arrived was sent again"
    notices = [d for d in deliveries if d.kind == "notice"]
    told = {d.message for d in deliveries if d.kind != "notice"}
    assert {d.period for d in notices} <= told, "a notice was told of a notice, or of nothing"
    arrived = [d.period for d in notices if d.state is DeliveryState.SENT]
    assert len(arrived) == len(set(arrived)), "a refusal was told twice"
    world.line.ledger.dispose()
