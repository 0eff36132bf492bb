"""The daemon as a process of its own: left running, told to end, its configuration broken and mended."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import SCRIPT, clean_environment, document, row

SETTINGS = """
poll = "1s"

[[teams.core.sources]]
kind = "folder"
path = "docs"

[teams.core.trackers.files]
kind = "folder"
path = "tickets"
"""
PATIENCE = 60.0


class Running:
    """A daemon, and what its log says."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self._log = folder / "log"
        with self._log.open("wb") as log:
            command = [SCRIPT, "run", "--log", "json"]
            self.process = subprocess.Popen(command, cwd=folder, env=clean_environment(**environment), stderr=log)

    @property
    def events(self) -> list[dict[str, Any]]:
        whole = self._log.read_text(encoding="utf-8").rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines()]

    def until(self, event: str) -> dict[str, Any]:
        """The first such event, as soon as it is there."""
        return wait_for(lambda: next((e for e in self.events if e["event"] == event), None))

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


def wait_for(look: Callable[[], Any]) -> Any:
    """What ``look`` returns as soon as it is true."""
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE:
        if found := look():
            return found
        signal.sigtimedwait([], 0.05)
    raise AssertionError("it never happened")


@pytest.fixture
def folder(here):
    (here / "docs").mkdir()
    (here / "docs" / "a.md").write_text(document(row(1, "Add an alert", due="")), encoding="utf-8")
    (here / "syncd.toml").write_text(SETTINGS, encoding="utf-8")
    return here


@pytest.fixture
def running(folder):
    daemon = Running(folder)
    yield daemon
    daemon.process.kill()
    daemon.process.wait()


def text(folder: Path) -> str:
    return (folder / "docs" / "a.md").read_text(encoding="utf-8")


def test_the_first_contact_only_observes_until_a_person_approves(folder, running, syncd):
    told = running.until("first contact")
    assert (told["team"], told["changes"]) == ("core", 2)
    assert not (folder / "tickets").exists()
    assert syncd("reconcile").code == 0
    ticket = folder / "tickets" / "T-1.md"
    ticket.write_text(ticket.read_text().replace("status: open", "status: done"), encoding="utf-8")
    wait_for(lambda: "| Done |" in text(folder))
    assert running.end() == 0
    assert [e["event"] for e in running.events].count("first contact") == 1


def test_what_went_wrong_in_a_pass_is_told_in_words(folder, syncd):
    (folder / "docs" / "b.md").write_bytes(b"\xff\xfe")
    syncd("reconcile")
    daemon = Running(folder)
    try:
        told = daemon.until("pass")
        assert told["verdict"] == "failed"
        assert told["why"] == ["docs/b.md:1: It is not UTF-8 (byte 0xFF); save it as UTF-8."]
    finally:
        daemon.process.kill()
        daemon.process.wait()


def test_it_ends_when_told_and_says_so(running):
    running.until("started")
    assert running.end() == 0
    assert running.until("stopped")["in_time"] is True


def test_a_broken_configuration_leaves_the_old_one_in_force(folder, running):
    running.until("first contact")
    settings = folder / "syncd.toml"
    settings.write_text("poll = [", encoding="utf-8")
    assert "old ones stay" in running.until("settings not taken")["what_now"]
    settings.write_text(SETTINGS.replace("teams.core", "teams.web"), encoding="utf-8")
    running.process.send_signal(signal.SIGHUP)
    assert running.until("settings taken")["teams"] == 1
    assert running.process.poll() is None
    assert running.end() == 0


def test_without_a_configuration_it_does_not_start(here):
    done = subprocess.run([SCRIPT, "run"], cwd=here, env=clean_environment(), capture_output=True, timeout=PATIENCE)
    assert done.returncode == 2
    assert b"syncd init" in done.stderr
