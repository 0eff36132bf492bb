"""What reaches a terminal, and what a file or a pipe."""

from __future__ import annotations

import io
import re
import sys
import unicodedata

import pytest

from syncd.cli.main import main
from syncd.cli.progress import LONG_PASS, progress
from syncd.cli.terminal import Terminal
from tests.cli.command import Screen, document, on_a_terminal, row

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
HOSTILE = "Add \x1b]0;owned\x07 an \x1b[2J\x1b[31malert\u202e gnihtyna \u2066\x9b5mfor &#27;[31m pools"


def disturbing(text):
    """Characters that could move, colour, hide or turn what a terminal shows."""
    return {c for c in text if c not in "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")}


def test_a_terminal_gets_colours_lines_that_fit_and_a_bar_that_leaves_nothing_behind(docs, here):
    rows = [row(n, f"Alert number {n} on the connection pool of the checkout") for n in range(1, 25)]
    (docs / "a.md").write_text(document(*rows), encoding="utf-8")
    with on_a_terminal("reconcile", "--source", "docs", cwd=here) as (running, pieces):
        appeared = "".join(pieces).replace("\r\n", "\n")
        assert running.wait(30) == 0
    bar, _, result = appeared.rpartition("\x1b[1mdocs/a.md")
    assert re.search(r"tickets .*\d+/24", COLOUR.sub("", bar))
    assert "\x1b[32m+ 11\x1b[0m  \x1b[32mcreated T-1 \x1b[0m  Alert number 1 on the" in result
    lines = COLOUR.sub("", result).splitlines()
    assert lines[1] == "  + 11  created T-1   Alert number 1 on the connecti…  Platform Team, 2026-10-23"
    assert max(map(len, lines)) <= 80
    assert disturbing("".join(lines)) == set()


@pytest.mark.parametrize(
    ("flags", "environment"),
    [([], {}), (["--no-color"], {}), ([], {"NO_COLOR": "1"}), ([], {"TERM": "dumb"})],
)
def test_a_terminal_gets_colours_unless_they_are_refused(docs, monkeypatch, flags, environment):
    for variable, value in ({"TERM": "xterm-256color", "COLUMNS": "80"} | environment).items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr(sys, "stdout", screen := Screen())
    with pytest.raises(SystemExit):
        main(["plan", "--source", "docs", *flags])
    said = screen.getvalue()
    assert ("\x1b" in said) is (not flags and not environment)
    assert COLOUR.sub("", said).splitlines()[:2] == [
        "docs/a.md",
        "  + 11  create  Add an alert on pool use above 75%  Platform Team, 2026-10-23",
    ]


def test_a_pipe_gets_no_colours_and_whole_lines(docs, syncd, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert syncd("plan", "--source", "docs").out.splitlines() == [
        "+ docs/a.md:11  create “Add an alert on pool use above 75%”: no ticket yet: Platform Team, due 2026-10-23",
        "+ docs/a.md:12  create “Freeze deploys around peak events”: no ticket yet: Eng Leadership, due 2026-10-30",
        "",
        "Plan: 2 tickets to create, 2 rows to write, 1 ignored (1 document).",
        "Next: syncd reconcile --source docs",
        "--verbose lists what is ignored, and why.",
    ]


@pytest.mark.parametrize(
    ("terminal", "on_screen", "effects", "shown"),
    [
        (Terminal(), True, LONG_PASS, True),
        (Terminal(), True, LONG_PASS - 1, False),
        (Terminal(quiet=True), True, LONG_PASS, False),
        (Terminal(), False, LONG_PASS, False),
    ],
)
def test_the_bar_is_for_long_passes_that_somebody_watches(monkeypatch, terminal, on_screen, effects, shown):
    stream = Screen() if on_screen else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with progress(terminal) as report:
        for done in range(effects + 1):
            report(done, effects)
    assert (f"/{effects}" in stream.getvalue()) is shown


def test_nothing_in_a_document_disturbs_the_terminal(here, syncd):
    folder = here / "docs"
    folder.mkdir()
    head = document().replace("Checkout outage", HOSTILE).replace("SEV-1 (Critical)", f"SEV-1 {HOSTILE}")
    rows = (row(1, HOSTILE, owner=HOSTILE, due=HOSTILE), row(2, "Rotate keys", status=HOSTILE))
    name = "a\x1b[31m\u202e.md"
    (folder / name).write_text(document(*rows, head=head), encoding="utf-8")
    (folder / "draft.md").write_text(f"---\nstatus: draft {HOSTILE}\n---\n" + document(*rows), encoding="utf-8")
    commands = [
        ["parse", "docs"],
        ["plan", "--source", "docs", "-v"],
        ["reconcile", "--source", "docs"],
        ["explain", "T-1"],
        ["explain", f"docs/{name}:11"],
        ["ignore", "T-1", "--reason", HOSTILE],
        ["status", "-v"],
        ["explain", "T-404" + HOSTILE],
    ]
    commands += [[*c, "--json"] for c in commands if c[0] != "reconcile"]
    for command in commands:
        said = syncd(*command)
        assert disturbing(said.out + said.err) == set(), command


def test_a_hostile_ticket_does_not_either(docs, here, syncd):
    syncd("reconcile", "--source", "docs")
    ticket = here / ".syncd/tickets/T-1.md"
    text = ticket.read_text(encoding="utf-8").replace("status: open", "status: done\x1b[31m\u202e")
    ticket.write_text(re.sub("(?m)^title: .*$", f"title: {HOSTILE}", text), encoding="utf-8")
    for command in (["plan", "--source", "docs"], ["reconcile", "--source", "docs"], ["explain", "T-1"]):
        said = syncd(*command)
        assert said.code == 0
        assert disturbing(said.out + said.err) == set(), command


def test_quiet_leaves_the_changes_and_verbose_adds_the_rest(docs, syncd):
    said = {flag: syncd("plan", "--source", "docs", *flag.split()).out for flag in ("", "--quiet", "--verbose")}
    changes = [line for line in said[""].splitlines() if line.startswith("+")]
    assert said["--quiet"].splitlines() == changes
    assert "- docs/a.md:13  ignore “Write the runbook”: already done in the document" in said["--verbose"]
    assert "runbook" not in said[""]


def test_whether_a_stream_is_coloured(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    assert Terminal().coloured(Screen())
    assert not Terminal(no_color=True).coloured(Screen())
    assert not Terminal().coloured(None), "a closed stream"
    monkeypatch.setenv("NO_COLOR", "")
    assert Terminal().coloured(Screen()), "an empty NO_COLOR says nothing"
