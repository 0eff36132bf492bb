from __future__ import annotations

import re

import pytest
import yaml

from tests.deploy.place import DEPLOY, dashboard, expressions, metrics, rules

TESTS = yaml.safe_load((DEPLOY / "prometheus/syncd.rules.test.yml").read_text())["tests"]
NAMES = set(re.findall(r"^# TYPE (\w+) ", metrics(), re.MULTILINE))
OF_PROMETHEUS = {"instance"}
"""Labels that the one who asks puts there."""


def named(text):
    """The metrics that an expression names."""
    return set(re.findall(r"\bsyncd_[a-z_]+\b", text))


def labels(text):
    """The labels that an expression chooses or groups by."""
    chosen = re.findall(r"[{,]\s*(\w+)\s*(?:=~|!=|=)", text)
    grouped = [name for group in re.findall(r"\b(?:by|on) \(([^)]*)\)", text) for name in group.split(",")]
    return {*chosen, *(name.strip() for name in grouped)}


def test_alerts_and_dashboard_ask_only_for_what_is_told():
    asked = [*expressions(), *(rule["expr"] for rule in rules())]
    assert {name for text in asked for name in named(text)} - NAMES == set()
    series = [one["series"] for test in TESTS for one in test["input_series"]]
    assert {name for text in series for name in named(text)} - NAMES == set()
    known = {"team", "state", "kind", "outcome", "channel", "version"}
    assert {name for text in [*asked, *series] for name in labels(text)} - OF_PROMETHEUS <= known


def test_series_of_the_alerts_tests_have_the_labels_that_are_told():
    told = {name: labels(line) for line in metrics().splitlines() for name in named(line.partition("{")[0])}
    for test in TESTS:
        for one in test["input_series"]:
            (name,) = named(one["series"].partition("{")[0])
            if name in told and name != "syncd_deliveries_total":  # of which this ledger has none
                assert labels(one["series"]) - OF_PROMETHEUS == told[name], one


def test_everything_that_is_told_is_shown_somewhere():
    shown = {name for text in expressions() for name in named(text)}
    assert NAMES - shown == set()


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_every_alert_says_what_is_wrong_and_where_it_is_told_what_to_do(rule):
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert {"summary", "description", "runbook"} == set(rule["annotations"])
    file, _, heading = rule["annotations"]["runbook"].partition("#")
    headings = {found.lower() for found in re.findall(r"^### (\w+)$", (DEPLOY.parent / file).read_text(), re.MULTILINE)}
    assert heading == rule["alert"].lower()
    assert heading in headings


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_every_alert_is_tried_both_ways(rule):
    tried = [one for test in TESTS for one in test["alert_rule_test"] if one["alertname"] == rule["alert"]]
    assert any(one.get("exp_alerts") for one in tried)
    assert any(not one.get("exp_alerts") for one in tried)


def test_the_dashboard_can_be_imported_anywhere_and_asks_for_teams():
    shown = dashboard()
    variables = {variable["name"]: variable for variable in shown["templating"]["list"]}
    assert set(variables) == {"datasource", "team"}
    assert variables["team"]["definition"] == "label_values(syncd_items, team)"
    assert variables["team"]["multi"]
    assert "id" not in shown
    assert {panel["datasource"]["uid"] for panel in shown["panels"]} == {"${datasource}"}
    assert len({panel["id"] for panel in shown["panels"]}) == len(shown["panels"])


def test_every_panel_of_a_team_s_metric_obeys_the_choice_of_teams():
    by_team = [text for text in expressions() if re.search(r"syncd_\w+\{", text)]
    assert by_team
    assert [text for text in by_team if 'team=~"$team"' not in text] == []
    assert [panel["title"] for panel in dashboard()["panels"] if not panel["description"]] == []


def test_prometheus_presents_the_token_and_reads_the_rules():
    scrape = yaml.safe_load((DEPLOY / "prometheus/scrape.yml").read_text())
    assert scrape["rule_files"] == ["syncd.rules.yml"]
    (job,) = scrape["scrape_configs"]
    assert job["authorization"]["credentials_file"]
    assert job.get("metrics_path", "/metrics") == "/metrics"
