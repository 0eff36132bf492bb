"""Readers that go away, full disks, closed streams, other encodings, and Ctrl-C."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import signal
import subprocess
import sys

import pytest

from syncd.cli.guard import guarded
from syncd.cli.terminal import Terminal
from tests.cli.command import SCRIPT, clean_environment, document, on_a_terminal, process, row

MANY = """\
[limits]
creates_per_pass = 1000

[teams.web]
sources = [{ kind = "folder", path = "docs" }]
trackers = { files = { kind = "folder", path = "tickets", prefix = "T" } }
"""


def run(*arguments, cwd, **options):
    return subprocess.run([SCRIPT, *arguments], cwd=cwd, env=clean_environment(), timeout=60, **options)


@pytest.mark.parametrize("command", [["parse", "docs"], ["parse", "--json", "docs"]])
def test_a_reader_who_has_gone_is_no_trouble(docs, here, command):
    rows = [row(n, f"Alert number {n} on the pool") for n in range(1, 90)]
    (docs / "a.md").write_text(document(*rows), encoding="utf-8")
    reading, writing = os.pipe()
    os.close(reading)
    done = run(*command, cwd=here, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_pass_tells_its_exit_code_even_if_nobody_reads_what_it_says(docs, here):
    (docs / "b.md").write_bytes(b"\xff")
    reading, writing = os.pipe()
    os.close(reading)
    done = run("reconcile", "--source", "docs", cwd=here, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")
    assert len([*here.glob(".syncd/tickets/T-*.md")]) == 2


class Full(io.StringIO):
    """Standard output on a disk without room, which is noticed when it is ``written`` or only when it is flushed."""

    def __init__(self, file, *, written):
        super().__init__()
        self._file = file
        self._full = {written}

    def fileno(self):
        return self._file.fileno()

    def write(self, text):
        if True in self._full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return len(text)

    def flush(self):
        if self._full:
            self._full.clear()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("written", [True, False])
def test_a_full_disk_is_told(tmp_path, monkeypatch, capsys, written):
    with (tmp_path / "out").open("w") as file:
        monkeypatch.setattr(sys, "stdout", Full(file, written=written))
        code = guarded(lambda: Terminal().out("a result") or 0)
    assert code == 1
    assert "syncd: The output cannot be written: No space left on device." in capsys.readouterr().err


def test_closed_streams_hurt_neither_the_pass_nor_the_ledger(docs, here, syncd):
    closed = subprocess.run(
        ["sh", "-c", f"exec '{SCRIPT}' reconcile --source docs <&- >&- 2>&-"],
        cwd=here,
        env=clean_environment(),
        timeout=60,
    )
    assert closed.returncode == 0
    assert syncd("status").out.startswith("3 items in 1 document")


def test_output_is_utf_8_whatever_the_locale(docs, here):
    text = document(row(1, "Überlast ±20 % 東京"))
    (docs / "a.md").write_text(text, encoding="utf-8")
    for locale in ({"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "latin-1"}):
        said = process("parse", "docs/a.md", "--json", cwd=here, **locale)
        assert (said.code, json.loads(said.out)["items"][0]["action"]) == (0, "Überlast ±20 % 東京"), said.err


def test_a_file_whose_name_is_in_no_encoding_is_a_problem_and_no_crash(docs, syncd):
    (docs / "b\udcff.md").write_bytes(document(row(1, "Named in no encoding")).encode())
    said = syncd("plan", "--source", "docs", "--json")
    assert (said.code, said.json["documents"]["failed"]) == (1, 1)
    assert syncd("plan", "--source", "docs").code == 1


def test_ctrl_c_stops_a_pass_and_the_next_one_makes_each_ticket_once(docs, here, syncd):
    count = 600
    rows = [row(n, f"Alert number {n} on the pool", due="") for n in range(count)]
    (docs / "a.md").write_text(document(*rows), encoding="utf-8")
    (here / "syncd.toml").write_text(MANY, encoding="utf-8")
    with on_a_terminal("reconcile", cwd=here) as (running, pieces):
        for piece in pieces:
            if re.search(rf"[1-9]\d*/{count}", piece):
                running.send_signal(signal.SIGINT)
                break
        appeared = "".join(pieces)
        assert running.wait(30) == 130
    assert "interrupted. Nothing is lost: the next pass takes up what was left." in appeared
    made = len([*here.glob("tickets/T-*.md")])
    assert 0 < made < count
    assert syncd("reconcile").code == 0
    markers = [re.findall("(?m)^marker: (.*)$", t.read_text()) for t in here.glob("tickets/T-*.md")]
    assert len(markers) == len({m for (m,) in markers}) == count
    assert [c for c in syncd("plan", "--json").json["changes"] if c["change"] != "ignore"] == []
