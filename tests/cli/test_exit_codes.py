from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from syncd.cli.guard import guarded
from syncd.cli.opening import LOCK_WAIT, Opening
from syncd.cli.reconcile import exit_code, run
from syncd.cli.terminal import Terminal
from syncd.core.change import Change, ChangeKind, Outcome, Plan
from syncd.errors import AuthenticationFailed, LedgerError, SyncdError, UsageError
from syncd.reconcile import Pass, Request, SourcePass, reconcile
from tests.cli.command import document, process, row
from tests.line import Line

SOURCE = ("--source", "docs")
ONE_TEAM = """
[[teams.core.sources]]
kind = "folder"
path = "docs"

[teams.core.trackers.files]
kind = "folder"
path = "tickets"
"""

HOLDER = """
import sys
from datetime import UTC, datetime
from syncd.lease import holding
from syncd.store.ledger import Ledger
with Ledger.open(sys.argv[1]) as ledger:
    with holding(ledger, sys.argv[2:], by="syncd reconcile", wait=0, clock=lambda: datetime.now(UTC)):
        print("held", flush=True)
        sys.stdin.read()
"""


@contextmanager
def another_process_in_a_pass(ledger: Path):
    """Somebody else, really, who works for the team of this ledger."""
    command = [sys.executable, "-c", HOLDER, f"sqlite:///{ledger}", "default"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield
        other.kill()


def test_0_when_all_is_done_and_when_nothing_is_to_do(syncd, docs, here):
    assert process("reconcile", *SOURCE, cwd=here).code == 0
    again = syncd("reconcile", *SOURCE)
    assert (again.code, again.out) == (0, "Done: 1 ignored (1 document).\n")


def test_1_when_a_document_cannot_be_read(syncd, docs):
    (docs / "b.md").write_bytes(b"\xff\xfe")
    said = syncd("reconcile", *SOURCE)
    assert said.code == 1
    assert re.search(r"^! docs/b\.md:1  problem: .*UTF-8", said.out, re.MULTILINE)
    assert "2 tickets created" in said.out, "the others go on"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["reconcile", "--sauce", "docs"], "No such option: --sauce"),
        (["reconcile", "--source", "nowhere"], "nowhere does not exist. Name a folder of postmortems"),
        (["reconcile", "--source", "docs", "--config", "syncd.toml"], "Leave out --source or --config"),
        (["reconcile", "--config", "nowhere.toml"], "nowhere.toml cannot be read: No such file or directory"),
        (["reconcile"], "There is no configuration"),
        (["reconcile", "--source", "docs", "--team", "web"], "There is no team 'web'; configured are: default."),
        (["plan", "--config", "wrong.toml"], "wrong.toml:2: teams.web.sources[0].colour"),
        (["ignore", "docs/a.md:11", "--source", "docs"], "Missing option '--reason'"),
        (["ignore", "docs/a.md:11", "--source", "docs", "--reason", " "], "--reason is empty. Say why"),
        (["explain", "T-404", "--source", "docs"], "No item is known as 'T-404'"),
        (["ignore", "docs/a.md:1", "--source", "docs", "--reason", "x"], "document begin at line 11, 12, 13."),
        (["parse", "nowhere.md"], "nowhere.md: There is no such file or folder"),
        (["demo", "docs"], "docs is not empty"),
        (["frobnicate"], "No such command 'frobnicate'"),
    ],
)
def test_2_for_a_wrong_call_or_configuration(syncd, docs, here, arguments, words):
    team = '[teams.web]\nsources = [{ kind = "folder", path = "docs", colour = "red" }]\n'
    (here / "wrong.toml").write_text(team, encoding="utf-8")
    said = syncd(*arguments)
    assert (said.code, said.out) == (2, "")
    assert words in said.err


def test_3_while_a_source_is_gone_and_no_approval_is_offered_that_would_not_help(syncd, docs):
    Path("syncd.toml").write_text(ONE_TEAM, encoding="utf-8")
    syncd("reconcile")
    shutil.rmtree(docs)
    held = syncd("plan")
    assert held.code == 3
    assert "or mount it.\nNothing is done there until it can be read.\n" in held.out
    assert "--approve" not in held.out


def test_an_approval_that_nothing_waits_for_offers_no_other(syncd, docs):
    syncd("reconcile", *SOURCE)
    stale = syncd("reconcile", *SOURCE, "--approve", "0123456789ab")
    assert (stale.code, "nothing waits for one." in stale.out, "To let" in stale.out) == (3, True, False)


def test_3_while_a_brake_holds_and_the_printed_approval_lets_it_through(syncd, docs):
    syncd("reconcile", *SOURCE)
    (docs / "a.md").unlink()
    held = syncd("reconcile", *SOURCE)
    assert held.code == 3
    assert "Held: default, docs: the source is empty" in held.out
    approval = shlex.split(held.out.rpartition("through: ")[2])
    assert approval[:2] == ["syncd", "reconcile"]
    assert syncd(*approval[1:]).code == 0
    assert syncd("reconcile", *SOURCE).code == 0


def test_3_for_an_approval_of_another_plan(syncd, docs, here):
    said = syncd("reconcile", *SOURCE, "--approve", "000000000000")
    assert said.code == 3
    assert "The approval 000000000000 is for another plan; nothing was done." in said.out
    assert not (here / ".syncd/tickets").exists()


def test_5_while_another_process_is_in_a_pass(docs, here, capsys):
    opening = Opening(source=Path("docs"), lock_wait=0.0)
    with another_process_in_a_pass(here / ".syncd/syncd.db"):
        code = guarded(lambda: run(opening, Request(), Terminal()))
    assert code == 5
    assert re.search(
        r"`syncd reconcile` \(process \d+\) works for .* try again when it has finished", capsys.readouterr().err
    )


def test_commands_that_only_read_never_need_the_lock(syncd, docs, here):
    syncd("reconcile", *SOURCE)
    with another_process_in_a_pass(here / ".syncd/syncd.db"):
        codes = [syncd(*c).code for c in (["plan", *SOURCE], ["status"], ["explain", "T-1"], ["db", "backup", "copy"])]
    assert codes == [0, 0, 0, 0]


def test_a_command_waits_a_minute_for_a_pass():
    assert Opening().lock_wait == LOCK_WAIT == 60


@pytest.mark.parametrize("command", ["plan", "reconcile"])
def test_10_when_changes_are_pending_and_it_was_asked_for(syncd, docs, command):
    dry = ["--dry-run"] if command == "reconcile" else []
    assert syncd(command, *dry, *SOURCE).code == 0
    assert syncd(command, *dry, *SOURCE, "--detailed-exitcode").code == 10
    syncd("reconcile", *SOURCE)
    assert syncd(command, *dry, *SOURCE, "--detailed-exitcode").code == 0


def test_a_brake_counts_before_pending_changes(syncd, docs):
    many = document(*(row(n, f"Alert number {n} on the pool") for n in range(1, 102)))
    (docs / "a.md").write_text(many, encoding="utf-8")
    assert syncd("plan", *SOURCE, "--detailed-exitcode").code == 3


# --- what no connector of today can provoke -------------------------------------------------------------------------


class BrokenTracker:
    """One whose programmer made a mistake."""

    location = "broken:1"
    projects = frozenset()

    def listing(self, known):
        raise TypeError("nobody thought of \x1b[31mthis")


def test_70_for_a_bug_with_its_traceback(tmp_path, capsys):
    line = Line(tmp_path, tracker=BrokenTracker())
    line.write("a.md", document(row(1, "Add an alert")))
    assert guarded(lambda: exit_code(reconcile(line.application(), Request()))) == 70
    said = capsys.readouterr().err
    assert "TypeError: nobody thought of  [31mthis" in said
    assert said.endswith("this is a bug in syncd; please report it with the lines above.\n")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SyncdError("no"), 1),
        (LedgerError("no"), 1),
        (UsageError("no"), 2),
        (AuthenticationFailed("no"), 4),
        (KeyboardInterrupt(), 130),
        (RecursionError(), 70),
    ],
)
def test_every_error_has_its_code(error, code, capsys):
    def fail():
        raise error

    assert guarded(fail) == code
    assert capsys.readouterr().err.startswith("syncd: " if code != 70 else "Traceback")


FAILED = SourcePass("web", "docs", Plan(), (Change(ChangeKind.CREATE, "d", "d", 1, "no", outcome=Outcome.REFUSED),))
BRAKED = replace(FAILED, plan=Plan(brake="too many"))
QUIET = SourcePass("web", "docs", Plan())


@pytest.mark.parametrize(
    ("source", "stale", "turned_away", "code"),
    [
        (QUIET, None, (), 0),
        (FAILED, None, (), 1),
        (BRAKED, None, (), 3),
        (FAILED, "000000000000", (), 3),
        (FAILED, None, ("ops says no",), 4),
        (BRAKED, "000000000000", ("ops says no",), 4),
    ],
)
def test_when_several_apply_the_gravest_is_told(source, stale, turned_away, code):
    done = Pass("12345678", False, "0" * 12, (source,), stale=stale, turned_away=turned_away)
    assert exit_code(done, detailed=True) == code
