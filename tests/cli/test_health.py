from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syncd.health import LOOKED
from syncd.store.ledger import Ledger

URL = "sqlite:///.syncd/syncd.db"
TEAM = """
[[teams.core.sources]]
kind = "folder"
path = "docs"

[teams.core.trackers.files]
kind = "folder"
path = "tickets"
"""


@pytest.fixture
def passed(docs):
    """A ledger whose last pass ended that long ago, in that way."""

    def make(ago, outcome="ok"):
        with Ledger.open(URL) as ledger:
            at = datetime.now(UTC) - ago
            ledger.end_pass(ledger.begin_pass(at), at, outcome=outcome, counts={})

    return make


@pytest.mark.parametrize("outcome", ["ok", "failed", "authentication"])
def test_passes_that_end_are_healthy_however_they_end(syncd, passed, outcome):
    passed(timedelta(minutes=3), outcome)
    said = syncd("health")
    assert (said.code, said.out, said.err) == (0, "The last pass ended 3 min ago.\n", "")


def test_a_pass_that_is_long_ago_is_not(syncd, passed):
    passed(timedelta(hours=2))
    said = syncd("health")
    assert (said.code, said.out) == (1, "")
    assert said.err == "The last pass ended 2 h ago; it should be no longer ago than 45 min.\n"


def test_the_poll_of_the_configuration_counts(syncd, passed, here):
    (here / "syncd.toml").write_text('poll = "4h"\n' + TEAM, encoding="utf-8")
    passed(timedelta(hours=2))
    assert syncd("health").code == 0


def test_a_daemon_that_only_observes_is_healthy(syncd, passed):
    passed(timedelta(days=2))
    with Ledger.open(URL) as ledger:
        ledger.put_meta(LOOKED, datetime.now(UTC).isoformat())
    assert syncd("health").code == 0


def test_without_a_ledger_there_is_no_health(syncd, here):
    (here / "syncd.toml").write_text(TEAM, encoding="utf-8")
    said = syncd("health")
    assert said.code == 1
    assert "no ledger" in said.err
