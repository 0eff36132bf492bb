from __future__ import annotations

import os
import signal
import subprocess
import sys
from threading import Event, Thread

import pytest
from ledger_values import AT

from syncd.errors import LedgerError, LockHeld
from syncd.store.lock import pass_lock
from syncd.store.sqlite import database_path

HOLDER = """
import sys
from datetime import UTC, datetime
from syncd.store.lock import pass_lock
with pass_lock(sys.argv[1], name="syncd run", wait=0, now=lambda: datetime(2026, 3, 2, 9, 30, tzinfo=UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


def lock(url, name="syncd reconcile --team payments", wait=0.0):
    return pass_lock(url, name=name, wait=wait, now=lambda: AT)


def test_the_lock_is_held_by_one_and_names_it(url):
    with lock(url):
        with pytest.raises(LockHeld) as caught, lock(url, name="syncd link"):
            pass
        words = str(caught.value)
    assert f"`syncd reconcile --team payments` (process {os.getpid()}) holds" in words
    assert "since 2026-03-02T09:30:00+00:00" in words
    assert caught.value.exit_code == 5


def test_the_lock_is_free_again_afterwards_also_after_a_failure(url):
    with pytest.raises(ZeroDivisionError), lock(url):
        raise ZeroDivisionError
    with lock(url):
        pass
    with lock(url):
        pass


def test_who_waits_gets_the_lock_when_it_is_free(url):
    entered, leave, got = Event(), Event(), []

    def hold():
        with lock(url):
            entered.set()
            leave.wait(10)

    def wait():
        with lock(url, wait=10):
            got.append("lock")

    holder, waiter = Thread(target=hold), Thread(target=wait)
    holder.start()
    assert entered.wait(10)
    waiter.start()
    leave.set()
    holder.join(10)
    waiter.join(10)
    assert got == ["lock"]


def test_waiting_comes_to_an_end(url):
    with lock(url), pytest.raises(LockHeld, match=r"\(waited 0\.15 s\)"), lock(url, wait=0.15):
        pass


def test_the_file_says_who_only_while_it_is_held(url):
    path = database_path(url).with_name("syncd.db.lock")
    with lock(url, name="syncd run"):
        assert path.read_text() == f"{os.getpid()} syncd run 2026-03-02T09:30:00+00:00"
        assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text() == ""


def test_a_holder_that_has_not_said_who_it_is_is_another_process(url):
    with lock(url):
        os.truncate(database_path(url).with_name("syncd.db.lock"), 0)
        with pytest.raises(LockHeld, match="Another process holds"), lock(url):
            pass


def test_two_names_of_one_file_have_one_lock(url, tmp_path):
    with lock(url):
        (tmp_path / "other").symlink_to(database_path(url).parent)
        with pytest.raises(LockHeld), lock(f"sqlite:///{tmp_path}/other/syncd.db"):
            pass


def test_two_ledgers_have_two_locks(tmp_path):
    with lock(f"sqlite:///{tmp_path}/a.db"), lock(f"sqlite:///{tmp_path}/b.db"):
        assert {file.name for file in tmp_path.iterdir()} == {"a.db.lock", "b.db.lock"}


def test_a_ledger_in_memory_needs_no_lock():
    with lock("sqlite://"), lock("sqlite://"):
        pass


def test_a_place_where_no_lock_can_be_made_is_named(tmp_path):
    (tmp_path / "syncd.db.lock").mkdir()
    with pytest.raises(LedgerError, match=r"syncd\.db\.lock cannot be opened"), lock(f"sqlite:///{tmp_path}/syncd.db"):
        pass


def test_the_kernel_takes_the_lock_back_from_a_killed_process(url):
    command = [sys.executable, "-c", HOLDER, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockHeld, match=rf"`syncd run` \(process {holder.pid}\)"), lock(url):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait(10)
    with lock(url):
        pass
