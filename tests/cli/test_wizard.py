"""``syncd init`` on a terminal: it asks, tries it for real, writes it, and asks whether it may begin at once."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime

import pytest

from syncd.settings import load
from tests.canary import canary
from tests.cli.command import conversation, document, process, row
from tests.cli.test_run import Running
from tests.emulators.certificate import trusted_in
from tests.emulators.places import Place
from tests.emulators.smtp import PASSWORD, USER, SmtpServer

ENTER = "\n"
CANARY = canary("token-typed")
START = [("Where are the postmortems?", ENTER), ("called?", ENTER), ("time zone", "Europe/Berlin\n")]
NOBODY = [("Who gets the digests", "1\n"), ("make no tickets?", ENTER)]
FOLDER = [("Where do tickets go?", "1\n"), ("Into which folder?", ENTER), ("letters", ENTER)]


@pytest.fixture
def home(here):
    (here / "docs/postmortems").mkdir(parents=True)
    rows = (row(1, "Add an alert"), row(2, "Write the runbook"))
    (here / "docs/postmortems/a.md").write_text(document(*rows), encoding="utf-8")
    return here


def team_of(home):
    [(name, team)] = load(None, environment={}, cwd=home).teams.items()
    return name, team


def git(home, *arguments):
    subprocess.run(["git", *arguments], cwd=home, check=True, capture_output=True)


def test_enter_to_everything_gives_a_configuration_that_works(home):
    said = conversation(
        "init",
        cwd=home,
        answers=[*START[:2], ("time zone", ENTER), *FOLDER, *NOBODY, ("at once?", ENTER)],
        TZ="Asia/Tokyo",
    )
    assert said.code == 0
    assert "A pass would work." in said.out
    assert "would read 1 document and make 2 tickets" in said.out
    name, team = team_of(home)
    assert (name, team.timezone.key) == ("default", "Asia/Tokyo")
    assert [source.path for source in team.sources] == [home / "docs/postmortems"]
    assert not (home / ".syncd").exists()
    assert process("reconcile", cwd=home).code == 0
    assert len(list((home / "tickets").glob("T-*.md"))) == 2


def test_what_does_not_fit_is_asked_again(home):
    start = [
        ("postmortems?", "nowhere\n"),
        ("does not exist", ENTER),
        ("called?", "Core\n"),
        ("zone", "Europe/Berln\n"),
    ]
    start += [
        ('did you mean "Europe/Berlin"?', "Europe/Berlin\n"),
        ("Where do tickets go?", "7\n"),
        ("none of the", "1\n"),
    ]
    tracker = [("Into which folder?", ENTER), ("letters", "t t\n"), ("must look like", ENTER), ("letters", "OPS\n")]
    end = [("Who gets", "1\n"), ("make no tickets?", "soon\n"), ("is no day", "2026-01-31\n"), ("at once?", "n\n")]
    said = conversation("init", cwd=home, answers=[*start, *tracker, *end])
    assert said.code == 0
    name, team = team_of(home)
    assert (name, str(team.start_date), team.trackers["files"].prefix) == ("Core", "2026-01-31", "OPS")


@pytest.mark.parametrize(("answer", "event"), [("y", "pass"), ("n", "first contact")])
def test_the_daemon_acts_at_once_for_who_said_so_and_for_nobody_else(home, answer, event):
    answers = [*START, *FOLDER, *NOBODY, ("at once?", f"{answer}\n")]
    assert conversation("init", cwd=home, answers=answers).code == 0
    assert not (home / "tickets").exists()
    daemon = Running(home)
    try:
        daemon.until(event)
        assert daemon.end() == 0
    finally:
        daemon.process.kill()
        daemon.process.wait()
    assert (home / "tickets").exists() is (answer == "y")


@pytest.mark.parametrize("gone", ["\x03", "\x04"], ids=["ctrl-c", "ctrl-d"])
def test_who_goes_away_leaves_nothing_behind(home, gone):
    said = conversation("init", cwd=home, answers=[START[0], ("called?", gone)])
    assert said.code == 2
    assert "Nothing was written" in said.out
    assert sorted(path.name for path in home.iterdir()) == ["docs"]


def test_a_file_that_is_there_is_not_asked_about(home):
    (home / "syncd.toml").write_text("# mine")
    said = conversation("init", cwd=home, answers=[])
    assert (said.code, (home / "syncd.toml").read_text()) == (2, "# mine")


def test_flags_ask_nothing_also_on_a_terminal(home):
    said = conversation("init", "--path", "docs/postmortems", cwd=home, answers=[])
    assert said.code == 0
    assert "?" not in said.out


def test_a_jira_is_tried_with_a_token_that_is_typed_and_kept_nowhere(home):
    place = Place("datacenter", lambda: datetime.now(UTC))
    with place.serve() as server:
        first = [("Where do tickets go?", "2\n"), ("address of your Jira", f"{server.url}\n"), ("KEY", "ops\n")]
        first += [
            ("e-mail", ENTER),
            ("variable", "THE_TOKEN\n"),
            ("(Enter: without): ", f"{CANARY}\n"),
            ("Where are they read", ENTER),
        ]
        again = [("Change the answers?", ENTER), *((question, ENTER) for question, _ in START), ("tickets go?", ENTER)]
        again += [("address of your Jira", ENTER), ("KEY", ENTER), ("e-mail", ENTER), ("variable", ENTER)]
        again += [("(Enter: as before): ", f"{place.emulator.token}\n"), ("Where are they read", ENTER)]
        last = [("Who gets the digests", ENTER), ("make no tickets?", ENTER)]
        said = conversation("init", cwd=home, answers=[*START, *first, *NOBODY, *again, *last, ("at once?", ENTER)])
    assert said.code == 0
    assert "A pass would fail" in said.out
    assert "export THE_TOKEN=" in said.out
    _, team = team_of(home)
    assert (team.trackers["jira"].project, str(team.trackers["jira"].token)) == ("OPS", "env:THE_TOKEN")
    written = (home / "syncd.toml").read_text()
    assert all(token not in said.out + written for token in (CANARY, place.emulator.token))
    assert place.made() == []


def test_the_git_remote_proposes_repository_and_address(home):
    git(home, "init", "--initial-branch=trunk")
    git(home, "remote", "add", "origin", "git@github.com:acme/web.git")
    place = Place("github.com", lambda: datetime.now(UTC))
    with place.serve() as server:
        api = place.emulator.api_url(server.url)
        github = [("Where do tickets go?", ENTER), ("Which repository", ENTER), ("Enterprise Server?", f"{api}\n")]
        github += [("variable", ENTER), ("Where are they read", ENTER)]
        answers = [*START, *github, *NOBODY, ("at once?", ENTER)]
        said = conversation("init", cwd=home, answers=answers, GITHUB_TOKEN=place.emulator.token)
    assert said.code == 0, said.out
    name, team = team_of(home)
    assert (name, team.trackers["github"].repository) == ("web", "acme/web")
    assert team.sources[0].url_template == "https://github.com/acme/web/blob/trunk/docs/postmortems/{path}"
    assert place.emulator.token not in said.out


def test_digests_by_mail_are_tried_too(home):
    with SmtpServer() as server:
        mail = [
            ("Who gets", "2\n"),
            ("takes the mail?", "127.0.0.1\n"),
            ("port", f"{server.port}\n"),
            ("As which", f"{USER}\n"),
        ]
        mail += [
            ("variable", ENTER),
            ("From which", "syncd@example.com\n"),
            ("To which", "a@example.com, b@example.com\n"),
        ]
        answers = [*START, *FOLDER, *mail, NOBODY[1], ("at once?", ENTER)]
        said = conversation("init", cwd=home, answers=answers, SMTP_PASSWORD=PASSWORD, SSL_CERT_FILE=trusted_in(home))
        assert server.mails == []
    assert said.code == 0, said.out
    _, team = team_of(home)
    assert team.notifiers["mail"].to == ("a@example.com", "b@example.com")
    assert PASSWORD not in said.out
