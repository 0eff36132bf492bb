"""What probes are told is true."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.health import LOOKED, STARTED, ago, alive, good
from tests.web.world import NOW, World

POLL = timedelta(minutes=15)


def probe(world, path):
    answer = world.client().get(path)
    return answer.status_code, answer.text


def test_it_is_alive_while_the_loop_goes_on_whatever_trackers_do(world):
    world.passed(outcome="authentication", ago=timedelta(days=2))
    assert probe(world, "/healthz") == (200, "ok: The loop went on 0 s ago.\n")


def test_it_is_not_alive_when_the_loop_hangs(world):
    world.pulse = replace(world.pulse, progress=NOW - timedelta(minutes=3))
    assert probe(world, "/healthz") == (503, "not ok: The loop made no progress for 3 min.\n")


def test_a_ledger_that_cannot_be_read_does_not_make_it_dead(world):
    world.ledger.dispose()
    assert world.client().get("/healthz").status_code == 200


def test_it_is_ready_after_a_good_pass(world):
    world.passed(ago=timedelta(minutes=44))
    assert probe(world, "/readyz") == (200, "ok: The last good pass ended 44 min ago.\n")


@pytest.mark.parametrize("outcome", ["failed", "brake", "authentication", "stale"])
def test_only_a_good_pass_counts(world, outcome):
    world.passed(ago=timedelta(hours=2))
    world.passed(outcome=outcome)
    told = "not ok: The last good pass ended 2 h ago; it should be no longer ago than 45 min.\n"
    assert probe(world, "/readyz") == (503, told)


def test_one_that_has_only_just_started_is_given_time(world):
    world.pulse = replace(world.pulse, started=NOW - timedelta(minutes=2))
    assert world.client().get("/readyz").status_code == 200
    world.clock.advance(timedelta(hours=1))
    assert probe(world, "/readyz")[0] == 503


def test_a_poll_in_a_hurry_leaves_five_minutes(world):
    world.configure('poll = "5s"\n' + world.text)
    world.passed(ago=timedelta(minutes=4))
    assert world.client().get("/readyz").status_code == 200


# --- what the container's check is told


def test_before_anything_there_is_no_health():
    told = alive(World().ledger, now=NOW, poll=POLL)
    assert (told.ok, told.words) == (False, "No pass yet, and `syncd run` was never started on this ledger.")


@pytest.mark.parametrize("outcome", ["ok", "failed", "brake", "authentication"])
def test_passes_that_come_to_their_end_are_life_enough(world, outcome):
    world.passed(outcome=outcome, ago=timedelta(minutes=40))
    assert alive(world.ledger, now=NOW, poll=POLL).ok
    assert not alive(world.ledger, now=NOW + timedelta(minutes=6), poll=POLL).ok


@pytest.mark.parametrize("name", [STARTED, LOOKED])
def test_a_daemon_that_started_or_looked_a_moment_ago_is_alive(world, name):
    world.passed(ago=timedelta(days=3))
    world.ledger.put_meta(name, (NOW - timedelta(minutes=1)).isoformat())
    assert alive(world.ledger, now=NOW, poll=POLL).ok
    assert not alive(world.ledger, now=NOW + POLL * 3, poll=POLL).ok


def test_what_is_late_is_told_with_what_was_expected(world):
    world.passed(ago=timedelta(hours=5))
    told = alive(world.ledger, now=NOW, poll=POLL).words
    assert told == "The last pass ended 5 h ago; it should be no longer ago than 45 min."
    assert good(world.ledger, now=NOW, poll=POLL).since == NOW - timedelta(hours=5)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (0, "0 s"),
        (-5, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (172_799, "47 h"),
        (172_800, "2 days"),
    ],
)
def test_spans_are_told_in_one_unit(span, words):
    assert ago(timedelta(seconds=span)) == words
