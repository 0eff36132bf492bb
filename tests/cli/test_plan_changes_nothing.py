from __future__ import annotations

import pytest

from tests.cli.command import FIRST_ROW, process


def tree(folder):
    """Everything below a folder: names, kinds, modes, and of files bytes and the time they were last written."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        written = (path.read_bytes(), status.st_mtime_ns) if path.is_file() else None
        found[str(path.relative_to(folder))] = (status.st_mode, written)
    return found


@pytest.mark.parametrize("command", [["plan"], ["reconcile", "--dry-run"], ["plan", "--json"]])
def test_a_first_plan_leaves_no_ledger_no_lock_and_no_folder(docs, here, syncd, command):
    before = tree(here)
    assert syncd(*command, "--source", "docs").code == 0
    assert tree(here) == before
    assert [path.name for path in here.iterdir()] == ["docs"]


@pytest.mark.parametrize(
    "command",
    [
        ["plan", "--source", "docs"],
        ["status"],
        ["explain", "T-1"],
        ["explain", f"docs/a.md:{FIRST_ROW}", "--source", "docs"],
    ],
)
def test_between_passes_looking_changes_nothing_either(docs, here, syncd, command):
    syncd("reconcile", "--source", "docs")
    (docs / "a.md").write_text((docs / "a.md").read_text().replace("Open", "Done"), encoding="utf-8")
    (here / ".syncd/tickets/T-1.md").unlink()
    before = tree(here)
    assert syncd(*command).code == 0
    assert tree(here) == before


def test_the_installed_command_leaves_nothing_either(docs, here, syncd):
    syncd("reconcile", "--source", "docs")
    before = tree(here)
    assert process("plan", "--source", "docs", cwd=here).code == 0
    assert tree(here) == before
