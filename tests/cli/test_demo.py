from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest


@pytest.fixture
def shown(syncd, here):
    """What the demo says, run in a new folder whose name needs quotes."""
    said = syncd("demo", here / "a new folder")
    assert (said.code, said.err) == (0, "")
    return said.out


def test_the_demo_shows_the_whole_job(shown):
    in_this_order = (
        r"3 postmortems in .*/a new folder/postmortems",
        r"\$ syncd plan --source postmortems\n\+ postmortems/.*:\d+  create ",
        r"Next: syncd reconcile --source postmortems\n",
        r"\$ syncd reconcile --source postmortems\n\+ postmortems/.*:\d+  created T-1 ",
        r"\n  \+ \| ID \| Action .* \| Ticket \|\n",
        r"\n  \+ \| 1 \| .* \| Open \| \[T-\d\]\(\.\./\.syncd/tickets/T-\d\.md\) \|\n",
        r"\n  - status: open\n  \+ status: done\n",
        r"\n= postmortems/.*  noted T-\d .*: state open → done\n~ postmortems/.*  wrote row ",
        r"\n  - \| 1 \| .* \| Open \| (.*) \|\n  \+ \| 1 \| .* \| Done \| \1 \|\n",
        r"\nTry next:\n",
    )
    rest = shown
    for expected in in_this_order:
        found = re.search(expected, rest)
        assert found, f"{expected} is missing in:\n{rest}"
        rest = rest[found.end() :]


def test_nothing_is_left_to_do_or_to_check_after_the_demo(shown, here, syncd, monkeypatch):
    assert "!" not in {line[:1] for line in shown.splitlines()}
    monkeypatch.chdir(here / "a new folder")
    again = syncd("reconcile", "--source", "postmortems", "--json").json
    assert {change["change"] for change in again["changes"]} == {"ignore"}


def test_the_commands_it_suggests_work_when_pasted(shown, here, syncd, monkeypatch):
    suggested = [line for line in shown.partition("Try next:\n")[2].splitlines() if line.startswith("  ")]
    change, read, *commands = [shlex.split(line, comments=True) for line in suggested]
    assert change == ["cd", str(here / "a new folder")]
    monkeypatch.chdir(change[1])
    assert (read[0], Path(read[1]).is_file()) == ("cat", True)
    assert [command[:2] for command in commands] == [["syncd", "status"], ["syncd", "explain"], ["syncd", "reconcile"]]
    for command in commands:
        said = syncd(*command[1:])
        assert (said.code, said.err) == (0, ""), command


def test_the_digest_commands_it_shows_are_the_three_and_work(shown, here, syncd, monkeypatch):
    commands = [shlex.split(line) for line in re.findall(r"^\$ (syncd digest .*)$", shown, re.MULTILINE)]
    assert [command[2] for command in commands] == ["weekly", "review", "retro"]
    monkeypatch.chdir(here / "a new folder")
    for command in commands:
        said = syncd(*command[1:])
        assert (said.code, said.err) == (0, ""), command
        assert all(Path(line).is_file() for line in said.out.split())


def test_it_runs_in_a_folder_of_its_own_without_one(syncd, here, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(here))
    monkeypatch.setattr("tempfile.tempdir", None)
    said = syncd("demo")
    assert said.code == 0
    assert [path.name[:11] for path in here.iterdir()] == ["syncd-demo-"]


def test_it_leaves_the_working_directory_alone(syncd, here):
    (here / "syncd.toml").write_text("nonsense", encoding="utf-8")
    assert syncd("demo", "new/folder").code == 0
    assert sorted(path.name for path in here.iterdir()) == ["new", "syncd.toml"]


@pytest.mark.parametrize("there", ["a file in it", "a file in its place", "a hidden file in it"])
def test_a_folder_that_is_not_empty_is_refused_and_left_alone(syncd, here, there):
    place = here / "mine"
    file = place if there == "a file in its place" else place / (".git" if "hidden" in there else "notes.md")
    file.parent.mkdir(exist_ok=True)
    file.write_text("mine", encoding="utf-8")
    said = syncd("demo", "mine")
    assert (said.code, said.out) == (2, "")
    assert "mine is not empty. Name a new or an empty folder" in said.err
    assert file.read_text(encoding="utf-8") == "mine"
