from __future__ import annotations

import os

import pytest

from tests.cli.command import Syncd, document, row


@pytest.fixture(autouse=True)
def _nothing_in_the_environment(monkeypatch):
    for name in [n for n in os.environ if n.startswith("SYNCD_")]:
        monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def syncd(capsys):
    """The command line in this process."""
    return Syncd(capsys)


@pytest.fixture
def docs(here):
    """A folder with one postmortem of three rows, one of them done."""
    folder = here / "docs"
    folder.mkdir()
    text = document(
        row(1, "Add an alert on pool use above 75%"),
        row(2, "Freeze deploys around peak events", owner="Eng Leadership", due="Oct 30"),
        row(3, "Write the runbook", status="Done"),
    )
    (folder / "a.md").write_text(text, encoding="utf-8")
    return folder
