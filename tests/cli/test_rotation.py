"""A secret that changes while the daemon runs is seen without a restart."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.cli.command import document, process, row
from tests.cli.test_run import Running, wait_for
from tests.emulators.places import Place

SETTINGS = """
poll = "1s"

[[teams.core.sources]]
kind = "folder"
path = "docs"
url_template = "https://wiki.example.com/{{path}}"

[teams.core.trackers.ops]
kind = "jira"
url = "{url}"
project = "OPS"
token = "file:jira"
"""


@pytest.fixture
def desk(here):
    """A folder, a Jira and a daemon's credentials as systemd gives them."""
    place = Place("datacenter", lambda: datetime.now(UTC))
    (here / "docs").mkdir()
    (here / "docs" / "a.md").write_text(document(row(1, "Add an alert")), encoding="utf-8")
    (here / "credentials").mkdir(mode=0o700)
    with place.serve() as server:
        (here / "syncd.toml").write_text(SETTINGS.format(url=server.url), encoding="utf-8")
        yield here, place


def keep(folder, secret):
    file = folder / "credentials" / "jira"
    file.write_text(f"{secret}\n")
    file.chmod(0o600)


def test_a_token_that_is_rotated_is_used_from_the_next_pass_on(desk):
    folder, place = desk
    environment = {"CREDENTIALS_DIRECTORY": str(folder / "credentials")}
    keep(folder, place.emulator.token)
    assert process("reconcile", cwd=folder, **environment).code == 0
    keep(folder, "an-old-token")
    (folder / "docs" / "b.md").write_text(document(row(1, "Write the runbook")), encoding="utf-8")
    daemon = Running(folder, **environment)
    try:
        assert daemon.until("pass")["verdict"] == "authentication"
        assert len(place.made()) == 1
        keep(folder, place.emulator.token)
        wait_for(lambda: len(place.made()) == 2)
        assert daemon.end() == 0
    finally:
        daemon.process.kill()
        daemon.process.wait()
