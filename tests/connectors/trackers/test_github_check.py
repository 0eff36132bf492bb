"""What ``syncd doctor`` proves about GitHub; nothing is changed by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from syncd.ports import Finding, Level
from tests.canary import canary
from tests.connectors.trackers.github_world import LOGIN, GitHubWorld
from tests.contracts.tracker import MARKER, desired
from tests.emulators.github import BOT
from tests.emulators.github_access import Token


@pytest.fixture
def world():
    world = GitHubWorld()
    yield world
    world.close()


def wrong(world: GitHubWorld) -> list[Finding]:
    return [finding for finding in world.tracker.check() if finding.level is not Level.OK]


def test_a_good_set_up_has_no_fault(world):
    assert wrong(world) == []
    causes = {finding.about: finding.cause for finding in world.tracker.check()}
    assert "answers (GitHub.com)" in causes["reachability"]
    assert BOT in causes["authentication"]
    assert "acme/web" in causes["repository"]
    assert "created" in causes["issues"]
    assert "syncd, postmortem" in causes["labels"]


def test_an_enterprise_server_says_its_version():
    world = GitHubWorld("enterprise")
    assert wrong(world) == []
    assert "Enterprise Server 3.19.0" in world.tracker.check()[0].cause
    world.close()


def test_nothing_is_made_or_changed(world):
    world.tracker.create(desired(), MARKER)
    before = world.github.issues()
    world.tracker.check()
    assert world.github.issues() == before


def _token(world: GitHubWorld, **about) -> None:
    world.github.add_token(Token(canary("other"), BOT, **about))
    world.github.token = canary("other")
    world.tracker = world.new_tracker()


TROUBLES: dict[str, tuple[Callable[[GitHubWorld], object], Level, str, str]] = {
    "a revoked token": (lambda w: w.github.revoke(w.github.token), Level.AUTHENTICATION, "authentication", "401"),
    "no such repository": (lambda w: w.break_down(), Level.FAILURE, "repository", "acme/web cannot be read"),
    "an archive": (lambda w: setattr(w.github.repository(), "archived", True), Level.FAILURE, "repository", "archived"),
    "no issues": (lambda w: setattr(w.github.repository(), "has_issues", False), Level.FAILURE, "repository", "off"),
    "another name": (lambda w: w.github.rename_repository("site"), Level.WARNING, "repository", "acme/site now"),
    "a reader": (lambda w: w.github.grant(BOT, "read"), Level.WARNING, "labels and assignees", "Triage"),
    "a triager": (lambda w: w.github.grant(BOT, "triage"), Level.WARNING, "labels and adoption", "Write"),
    "a token for reading": (
        lambda w: _token(w, kind="fine-grained", issues="read"),
        Level.FAILURE,
        "issues",
        "not created: Resource not accessible by personal access token",
    ),
    "a token without issues": (
        lambda w: _token(w, kind="fine-grained", issues="none"),
        Level.FAILURE,
        "issues",
        "cannot be read",
    ),
    "a narrow token": (lambda w: _token(w, scopes=("repo", "user")), Level.WARNING, "token", "user"),
    "a token that ends": (
        lambda w: w.github.expire(w.github.token, timedelta(days=3)),
        Level.WARNING,
        "token",
        "expires at 2026-03-04 12:00 UTC",
    ),
    "a stranger": (lambda w: w.github.grant(LOGIN, None), Level.WARNING, "owner Platform Team", LOGIN),
    "no parent": (
        lambda w: setattr(w, "tracker", w.new_tracker(parent=7)),
        Level.WARNING,
        "parent",
        "acme/web#7 cannot be read",
    ),
    "another clock": (lambda w: w.spoil_clock(timedelta(minutes=5)), Level.WARNING, "clock", "300 seconds"),
    "an outage": (lambda w: w.spoil("GET", ".*", status=503, times=99), Level.FAILURE, "reachability", "503"),
    "a limit": (lambda w: w.github.throttle(), Level.FAILURE, "reachability", "rate limit"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_each_fault_has_level_cause_and_cure(world, trouble):
    make, level, about, words = TROUBLES[trouble]
    make(world)
    found = [finding for finding in wrong(world) if finding.about == about]
    assert [finding.level for finding in found] == [level]
    assert words in found[0].cause
    assert found[0].cure


def test_an_app_s_token_is_no_person_s(world):
    _token(world, kind="installation")
    assert wrong(world) == []
    assert any("no person's" in finding.cause for finding in world.tracker.check())


def test_when_nobody_listens_that_is_a_finding():
    world = GitHubWorld()
    world.close()
    [finding] = world.tracker.check()
    assert (finding.level, finding.about) == (Level.FAILURE, "reachability")


def test_a_cure_names_the_line(world):
    world.github.grant(LOGIN, None)
    [finding] = wrong(world)
    assert '[teams.payments.owners."Platform Team"]' in finding.cure
