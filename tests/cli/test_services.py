"""The installed command on Jira and GitHub: real processes, real client libraries, services emulated on loopback."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.canary import canary
from tests.cli.command import SCRIPT, Said, clean_environment, document, process, row
from tests.cli.shapes import DOCTOR, PASS, hold
from tests.emulators.http import Server
from tests.emulators.jira import JiraEmulator
from tests.emulators.places import KINDS, Place

TEAM = """
[[teams.core.sources]]
kind = "folder"
path = "docs"
url_template = "https://wiki.example.com/{path}"

[teams.core.trackers.there]
"""
JIRA = """kind = "jira"
url = "{url}"
project = "OPS"
token = "env:TOKEN"
"""
GITHUB = """kind = "github"
api_url = "{url}"
repository = "acme/web"
token = "env:TOKEN"
"""
DOCUMENT = document(row(1, "Add an alert on pool use above 75%"), row(2, "Freeze deploys around peak events", due=""))


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Desk:
    """A folder with documents and a configuration, and a service."""

    folder: Path
    place: Place
    server: Server

    def syncd(self, *arguments: str, **environment: str) -> Said:
        """The command as its own process, with the right token unless another one is given."""
        return process(*arguments, cwd=self.folder, **{"TOKEN": self.place.emulator.token, **environment})

    def text(self) -> str:
        return (self.folder / "docs" / "a.md").read_text(encoding="utf-8")

    @property
    def posts(self) -> int:
        return self.server.count(*self.place.creating)


@pytest.fixture(params=["datacenter", "github.com"])
def desk(request, tmp_path):
    yield from a_desk(tmp_path, Place(request.param, now))


@pytest.fixture(params=KINDS)
def any_desk(request, tmp_path):
    yield from a_desk(tmp_path, Place(request.param, now))


def a_desk(tmp_path, place):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text(DOCUMENT, encoding="utf-8")
    with place.serve() as server:
        url = server.url if isinstance(place.emulator, JiraEmulator) else place.emulator.api_url(server.url)
        text = TEAM + (JIRA if place.is_jira else GITHUB).format(url=url)
        if place.kind == "cloud":
            text += f'user = "{place.emulator.login}"\n'
        (tmp_path / "syncd.toml").write_text(text, encoding="utf-8")
        yield Desk(tmp_path, place, server)


def test_tickets_are_made_once_and_their_state_comes_back(any_desk):
    desk = any_desk
    planned = desk.syncd("plan", "--json")
    hold(planned.json, PASS)
    assert (planned.code, len(desk.place.made())) == (0, 0)
    done = desk.syncd("reconcile")
    assert (done.code, done.err) == (0, "")
    keys = [made.key for made in desk.place.made()]
    assert len(keys) == desk.posts == 2
    assert all(key in desk.text() for key in keys)
    desk.place.close("Freeze deploys around peak events")
    assert desk.syncd("reconcile").code == 0
    assert "| Done |" in desk.text()
    assert "nothing to do" in desk.syncd("reconcile").out
    assert desk.posts == 2


def test_two_processes_at_once_make_no_ticket_twice(any_desk):
    desk = any_desk
    environment = clean_environment(TOKEN=desk.place.emulator.token)
    both = [
        subprocess.Popen([SCRIPT, "reconcile"], cwd=desk.folder, env=environment, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    for each in both:
        each.communicate(timeout=60)
    assert [each.returncode for each in both] == [0, 0]
    assert len(desk.place.made()) == desk.posts == 2


def test_two_processes_for_two_teams_keep_the_pace_of_their_host_together(tmp_path):
    for desk in a_desk(tmp_path, Place("github.com", now)):
        settings = (tmp_path / "syncd.toml").read_text(encoding="utf-8")
        other = settings.replace("teams.core", "teams.other").replace('"docs"', '"other"')
        (tmp_path / "syncd.toml").write_text(settings + other, encoding="utf-8")
        (tmp_path / "other").mkdir()
        (tmp_path / "other" / "b.md").write_text(document(row(1, "Add a panel"), row(2, "Page earlier")))
        command = [SCRIPT, "reconcile", "--team"]
        environment = clean_environment(TOKEN=desk.place.emulator.token)
        both = [subprocess.Popen([*command, team], cwd=tmp_path, env=environment) for team in ("core", "other")]
        assert [each.wait(60) for each in both] == [0, 0]
        assert len(desk.place.made()) == desk.posts == 4
        # A second lies between two writes where they set out; on the way a busy machine may push two together.
        moments = desk.place.emulator.limits().creations
        assert len(moments) >= 8
        assert (moments[-1] - moments[0]).total_seconds() > len(moments) - 3


@pytest.mark.parametrize("token", ["", canary("wrong-token")])
def test_without_the_right_token_nothing_is_made_and_it_says_so(desk, token):
    said = desk.syncd("reconcile", TOKEN=token)
    assert said.code == 4
    assert said.err
    assert token == "" or token not in said.out + said.err
    assert desk.posts == 0
    assert desk.text() == DOCUMENT


def test_a_quiet_pass_says_that_it_could_not_look_at_the_tracker(desk):
    desk.syncd("reconcile")
    desk.server.close()
    said = desk.syncd("reconcile")
    assert (said.code, said.out) == (1, "Done: nothing to do (1 document).\n")
    assert said.err.startswith("Tracker there: 127.0.0.1:")
    assert "refuses connections" in said.err


def test_the_doctor_finds_a_usable_set_up_usable_and_a_wrong_token_wrong(desk):
    said = desk.syncd("doctor", "--json")
    hold(said.json, DOCTOR)
    assert said.code == 0, said.out
    assert desk.syncd("doctor", TOKEN=canary("wrong-token")).code == 4
    assert desk.place.made() == []


def test_no_output_and_no_file_of_ours_holds_the_token(desk):
    said = [desk.syncd(*words) for words in (["doctor"], ["reconcile"], ["plan", "--verbose"], ["status"])]
    token = desk.place.emulator.token
    assert all(token not in each.out + each.err for each in said)
    for path in desk.folder.rglob("*"):
        assert not path.is_file() or token.encode() not in path.read_bytes(), path


def test_the_doctor_says_when_tickets_cannot_link_to_the_documents(desk):
    settings = desk.folder / "syncd.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text("".join(line for line in text.splitlines(True) if "url_template" not in line), encoding="utf-8")
    said = desk.syncd("doctor")
    assert said.code == 0
    assert ("url_template" in said.out) is desk.place.is_jira
