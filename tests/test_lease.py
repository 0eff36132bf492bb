from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest

from syncd.errors import LeaseLost, LockHeld
from syncd.lease import LENGTH, Holder, bury, holding, wait_until_idle
from syncd.store.ledger import Ledger

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HOLDER = """
import sys
from datetime import UTC, datetime
from syncd.lease import holding
from syncd.store.ledger import Ledger
at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
with Ledger.open(sys.argv[1]) as ledger, holding(ledger, ["a"], by="syncd run", wait=0, clock=lambda: at) as mine:
    print("held", flush=True)
    sys.stdin.readline()
    mine.put_meta("late", "yes")
"""


@pytest.fixture(params=["sqlite", "postgres"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def ledger(url):
    with Ledger.open(url) as opened:
        yield opened


def work(ledger, *teams, by="syncd reconcile", wait=0.0, at=AT):
    return holding(ledger, teams, by=by, wait=wait, clock=lambda: at)


@contextmanager
def another_process(url):
    command = [sys.executable, "-c", HOLDER, url]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "held\n"
        try:
            yield other
        finally:
            other.kill()


def test_a_team_is_worked_for_by_one_who_is_named(ledger):
    with work(ledger, "a", by="syncd reconcile --team a"), pytest.raises(LockHeld) as caught, work(ledger, "a"):
        pass
    words = str(caught.value)
    assert words.startswith(f"`syncd reconcile --team a` (process {os.getpid()}) works for a since 2026-03-02T09:30")
    assert caught.value.exit_code == 5


def test_other_teams_are_free_meanwhile(ledger):
    with work(ledger, "a"), work(ledger, "b", "c"):
        pass


def test_a_team_is_free_afterwards_also_after_a_failure(ledger):
    with pytest.raises(ZeroDivisionError), work(ledger, "a", "b"):
        raise ZeroDivisionError
    with pytest.raises(LockHeld), work(ledger, "b"), work(ledger, "a", "b"):
        pass
    with work(ledger, "a", "b"):
        pass


def test_who_waits_gets_the_team_when_it_is_free(ledger):
    entered, leave, got = Event(), Event(), []

    def hold():
        with work(ledger, "a"):
            entered.set()
            leave.wait(10)

    def wait():
        with work(ledger, "a", wait=10):
            got.append("a")

    holder, waiter = Thread(target=hold), Thread(target=wait)
    holder.start()
    assert entered.wait(10)
    waiter.start()
    leave.set()
    holder.join(10)
    waiter.join(10)
    assert got == ["a"]


def test_waiting_comes_to_an_end(ledger):
    with work(ledger, "a"), pytest.raises(LockHeld, match=r"\(waited 0\.15 s\)"), work(ledger, "a", wait=0.15):
        pass


def test_a_killed_process_is_not_waited_for(url, ledger):
    with another_process(url) as other:
        with pytest.raises(LockHeld, match=rf"`syncd run` \(process {other.pid}\)"), work(ledger, "a"):
            pass
        other.send_signal(signal.SIGKILL)
        other.wait(10)
        with work(ledger, "a", wait=5):
            pass


def test_a_stopped_process_loses_its_team_and_its_late_write_is_refused(url, ledger):
    with another_process(url) as other:
        other.send_signal(signal.SIGSTOP)
        with work(ledger, "a", at=AT + LENGTH) as mine:
            mine.put_meta("early", "yes")
        other.send_signal(signal.SIGCONT)
        _, words = other.communicate("go on\n", timeout=30)
    assert "syncd.errors.LeaseLost: Another process took over a," in words
    assert (ledger.meta("early"), ledger.meta("late")) == ("yes", None)


def test_a_process_of_another_machine_is_waited_for_until_its_lease_ends(ledger):
    ledger.enlist(["a"])
    ledger.claim("a", holder="elsewhere/12345678 1 syncd run", at=AT, until=AT + LENGTH)
    bury(ledger)
    with pytest.raises(LockHeld, match=r"`syncd run` \(process 1 on elsewhere\) works for a"), work(ledger, "a"):
        pass
    with work(ledger, "a", at=AT + LENGTH):
        pass


def test_a_holder_reads_as_it_was_written():
    here = Holder.here("syncd reconcile --team 'a b'")
    assert Holder.read(str(here)) == here
    assert not here.gone
    assert not Holder.read("written by somebody else").gone


def test_one_waits_until_nobody_works_for_any_team(ledger):
    with work(ledger, "a"):
        with pytest.raises(LockHeld, match="works for a"):
            wait_until_idle(ledger, wait=0, clock=lambda: AT)
        wait_until_idle(ledger, wait=0, clock=lambda: AT + LENGTH)
    wait_until_idle(ledger, wait=0, clock=lambda: AT)


def test_the_ledger_of_a_lost_lease_is_useless_for_writing(ledger):
    with work(ledger, "a") as late:
        ledger.claim("a", holder="elsewhere/1 1 syncd run", at=AT + LENGTH, until=AT + LENGTH + timedelta(minutes=1))
        with pytest.raises(LeaseLost):
            late.begin_pass(AT)
