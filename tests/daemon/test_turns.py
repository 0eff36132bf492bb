"""Turns of teams in one daemon, as a process: one that hangs is nobody else's, and it ends as it should."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest
import structlog

from syncd.daemon import AT_ONCE, Daemon
from syncd.errors import LockHeld
from syncd.lease import LENGTH, holding
from syncd.settings import load
from syncd.store.ledger import Ledger
from tests.canary import canary
from tests.cli.command import document, row
from tests.cli.test_run import PATIENCE, Running, wait_for

TOKEN = canary("token-of-turns")
SETTINGS = """
poll = "1s"

[[teams.slow.sources]]
kind = "folder"
path = "docs/slow"
url_template = "https://wiki.example.com/{{path}}"
[teams.slow.trackers.jira]
kind = "jira"
url = "{url}"
project = "OPS"
token = "env:TOKEN"

[[teams.quick.sources]]
kind = "folder"
path = "docs/quick"
[teams.quick.trackers.files]
kind = "folder"
path = "tickets"
"""
OF_FOLDERS = """
[[teams.{team}.sources]]
kind = "folder"
path = "docs"
[teams.{team}.trackers.files]
kind = "folder"
path = "tickets"
"""


class Silence:
    """A service that takes every connection and never says a word."""

    def __init__(self):
        self.connections = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self):
        for each in (self._listener, *self.connections):
            each.close()

    def _accept(self):
        with suppress(OSError):
            while True:
                self.connections.append(self._listener.accept()[0])


@pytest.fixture
def silence():
    service = Silence()
    yield service
    service.close()


@pytest.fixture
def folder(tmp_path, silence):
    for team in ("slow", "quick"):
        (tmp_path / "docs" / team).mkdir(parents=True)
        (tmp_path / "docs" / team / "a.md").write_text(document(row(1, "Add an alert", due="")), encoding="utf-8")
    (tmp_path / "syncd.toml").write_text(SETTINGS.format(url=silence.url), encoding="utf-8")
    return tmp_path


@contextmanager
def running(folder, **environment):
    daemon = Running(folder, TOKEN=TOKEN, **environment)
    try:
        yield daemon
    finally:
        daemon.process.kill()
        daemon.process.wait()


def test_a_tracker_that_hangs_delays_no_other_team_and_no_end(folder, silence):
    with running(folder) as daemon:
        wait_for(lambda: silence.connections)
        wait_for(lambda: [e for e in daemon.events if e["event"] == "first contact" and e["team"] == "quick"])
        begun = time.monotonic()
        daemon.process.send_signal(signal.SIGTERM)
        assert daemon.process.wait(PATIENCE) == 0
        assert time.monotonic() - begun < 30


def test_a_second_signal_ends_it_at_once(folder, silence):
    with running(folder) as daemon:
        wait_for(lambda: silence.connections)
        daemon.process.send_signal(signal.SIGTERM)
        daemon.until("stopping")
        daemon.process.send_signal(signal.SIGTERM)
        assert daemon.process.wait(5) == 128 + signal.SIGTERM


def test_systemd_is_told_that_it_is_ready_that_it_is_well_and_that_it_stops(folder, tmp_path_factory):
    address = str(tmp_path_factory.mktemp("systemd") / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.settimeout(PATIENCE)
        with running(folder, NOTIFY_SOCKET=address) as daemon:
            assert systemd.recv(100) == b"READY=1"
            assert systemd.recv(100) == b"WATCHDOG=1"
            daemon.process.send_signal(signal.SIGTERM)
            while (word := systemd.recv(100)) == b"WATCHDOG=1":
                pass
            assert word == b"STOPPING=1"


def test_a_turn_that_hangs_is_told_and_its_team_is_left_to_others(folder, silence):
    clock, log = folder / "clock", folder / "log"
    clock.write_text("0")
    command = [sys.executable, "-m", "tests.daemon.main", str(folder / "syncd.toml"), str(clock), "0.5"]
    with (
        log.open("wb") as out,
        subprocess.Popen(command, stderr=out, env={**os.environ, "TOKEN": TOKEN}) as daemon,
    ):
        try:
            wait_for(lambda: silence.connections)
            wait_for(lambda: '"turn hangs"' in log.read_text())
            with Ledger.open(f"sqlite:///{folder / '.syncd' / 'syncd.db'}") as ledger:
                with pytest.raises(LockHeld), holding(ledger, ["slow"], by="syncd link", wait=0, clock=now):
                    pass
                clock.write_text(str(2 * LENGTH.total_seconds()))
                with holding(ledger, ["slow"], by="syncd link", wait=0, clock=lambda: now() + 2 * LENGTH):
                    pass
        finally:
            daemon.kill()


def now():
    return datetime.now(UTC)


def test_a_team_whose_time_has_come_waits_for_room_and_not_for_a_tick(tmp_path):
    text = "".join(OF_FOLDERS.format(team=f"t{number}") for number in range(3 * AT_ONCE))
    (tmp_path / "docs").mkdir()
    (tmp_path / "syncd.toml").write_text(text, encoding="utf-8")
    first = [True]
    daemon = Daemon(
        load=lambda: load(tmp_path / "syncd.toml", environment={}, cwd=tmp_path),
        changed=lambda: bool(first) and first.pop(),
        clock=now,
        log=structlog.get_logger(),
        environment={},
    )
    daemon.tick()
    with Ledger.open(f"sqlite:///{tmp_path / '.syncd' / 'syncd.db'}") as ledger:
        wait_for(lambda: not ledger.due(now()) and not ledger.held())
        assert len(ledger.passes(100)) == 3 * AT_ONCE
