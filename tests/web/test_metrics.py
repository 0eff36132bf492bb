"""Metrics as Prometheus reads them, and that what the database counts is what the pages count."""

from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as parsed

from syncd import __version__
from syncd.core.model import EffectKind, EffectState
from syncd.overview import overview
from syncd.store.ledger import Ledger
from tests.web.samples import SAMPLES, braked, restricted, some_late
from tests.web.world import NOW, TODAY, World, row

OPENMETRICS = {"accept": "application/openmetrics-text;version=1.0.0"}


def metrics(world):
    """Every sample by its name and labels."""
    answer = world.client().get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in parsed(answer.text)
        for sample in family.samples
    }


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_exposition_is_read_by_prometheus_own_parsers(sample):
    world = SAMPLES[sample]()
    families = list(parsed(world.client().get("/metrics").text))
    assert all(family.documentation and family.name.startswith("syncd_") for family in families)
    assert len({family.name for family in families}) == len(families)
    answer = world.client().get("/metrics", headers=OPENMETRICS)
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert {f.name for f in openmetrics(answer.text)} == {f.name.removesuffix("_total") for f in families} - {
        "syncd_build_info"
    } | {"syncd_build"}


def test_the_numbers_are_those_of_the_ledger():
    found = metrics(some_late())
    assert found["syncd_build_info", ("version", __version__)] == 1
    assert found["syncd_config_reload_success",] == 1
    assert found["syncd_items", ("state", "open"), ("team", "search")] == 3
    assert found["syncd_items", ("state", "done"), ("team", "search")] == 0
    assert found["syncd_overdue_items", ("team", "payments")] == 1
    assert found["syncd_overdue_items", ("team", "identity")] == 0
    assert found["syncd_stuck_items", ("team", "search")] == 1
    assert found["syncd_documents", ("state", "finished"), ("team", "payments")] == 1
    assert found["syncd_last_success_timestamp_seconds", ("team", "search")] == (NOW - timedelta(minutes=4)).timestamp()
    assert found["syncd_pass_duration_seconds", ("team", "search")] == 12
    assert found["syncd_passes_total", ("outcome", "ok")] == 3
    assert found["syncd_brake_active", ("team", "payments")] == 0


def test_a_brake_and_an_unknown_outcome_are_counted():
    found = metrics(braked())
    assert found["syncd_brake_active", ("team", "payments")] == 1
    assert found["syncd_brake_active", ("team", "search")] == 0
    assert found["syncd_unknown_outcomes",] == 1
    assert found["syncd_effects_total", ("kind", "create"), ("outcome", "unknown")] == 1
    assert found["syncd_passes_total", ("outcome", "brake")] == 1
    assert found["syncd_last_success_timestamp_seconds", ("team", "payments")] < NOW.timestamp()


def test_effects_that_ended_are_counted_by_how(world):
    known = world.postmortem("a", row(1, "Add an alert"))
    for state in (EffectState.DONE, EffectState.REFUSED, EffectState.REFUSED):
        effect = world.ledger.prepare(
            EffectKind.UPDATE, document=known.key, item_id="00000001", tracker="t", payload={}, at=NOW
        )
        world.ledger.close(effect.id, state, reason="", at=NOW)
    found = metrics(world)
    assert found["syncd_effects_total", ("kind", "update"), ("outcome", "refused")] == 2
    assert found["syncd_effects_total", ("kind", "update"), ("outcome", "done")] == 1


def test_there_is_no_title_and_no_name_of_a_person_in_them():
    text = restricted().client().get("/metrics").text
    for word in ("Platform", "SRE", "Search", "alert", "Alert", "queue", "Checkout", "PAY-", "secret", "checkout.md"):
        assert word not in text


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_database_counts_what_the_items_say(sample):
    world = SAMPLES[sample]()
    figures = world.ledger.figures({}, otherwise=TODAY)
    known = overview(world.ledger, team=None, today={}, otherwise=TODAY)
    by_team = {}
    for late in known.overdue:
        team = known.documents[late.document].team
        by_team[team] = by_team.get(team, 0) + 1
    assert figures.overdue == by_team
    assert sum(figures.items.values()) == len(known.items)
    assert sum(figures.stuck.values()) == len(known.stuck)
    assert figures.unknown == known.unknown


@pytest.mark.parametrize("path", ["/metrics", "/", "/status.json", "/items/00000001", "/readyz"])
def test_a_ledger_that_cannot_be_read_is_told_and_gives_no_half_of_anything(tmp_path, path):
    file = tmp_path / "damaged.db"
    world = World(ledger=Ledger.open(f"sqlite:///{file}"))
    world.ledger.dispose()
    file.write_bytes(b"not a database at all" * 1000)
    answer = world.client().get(path)
    assert answer.status_code == 503
    assert "log" in answer.text
    assert str(file) not in answer.text
