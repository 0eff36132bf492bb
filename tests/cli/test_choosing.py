"""Which configuration, and which ledger, a command works with."""

from __future__ import annotations

import pytest

from tests.cli.command import FIRST_ROW, document, row

CONFIG = """\
database = "sqlite:///{name}.db"

[teams.{name}]
sources = [{{ kind = "folder", path = "{name}" }}]
trackers = {{ files = {{ kind = "folder", path = "{name}-tickets", prefix = "{prefix}" }} }}
"""


@pytest.fixture
def teams(here):
    """Three configurations, each with a folder of its own."""
    for name in ("flag", "variable", "cwd"):
        (here / name).mkdir()
        (here / name / "a.md").write_text(document(row(1, f"Found by the {name}")), encoding="utf-8")
        text = CONFIG.format(name=name, prefix=name.upper())
        (here / f"{name}.toml").write_text(text, encoding="utf-8")
    return here


def read(said):
    """The folders whose documents a plan talks about."""
    return sorted({change["document"].split("/")[0] for change in said.json["changes"]})


def test_the_flag_comes_before_the_variable_and_that_before_the_folder(teams, syncd, monkeypatch):
    (teams / "cwd.toml").rename(teams / "syncd.toml")
    assert read(syncd("plan", "--json")) == ["cwd"]
    monkeypatch.setenv("SYNCD_CONFIG", "variable.toml")
    assert read(syncd("plan", "--json")) == ["variable"]
    assert read(syncd("plan", "--json", "--config", "flag.toml")) == ["flag"]


def test_a_source_needs_no_configuration_and_heeds_none(teams, syncd, monkeypatch):
    (teams / "syncd.toml").write_text("this is no TOML", encoding="utf-8")
    monkeypatch.setenv("SYNCD_CONFIG", "nowhere.toml")
    monkeypatch.setenv("SYNCD_LIMITS__CREATES_PER_PASS", "0")
    plan = syncd("plan", "--source", "cwd", "--json")
    assert (plan.code, read(plan)) == (0, ["cwd"])
    assert [c["outcome"] for c in plan.json["changes"] if c["change"] == "create"] == ["planned"]


@pytest.mark.parametrize("command", [["status"], ["explain", "T-1"], ["db", "backup", "copy.db"], ["db", "upgrade"]])
def test_without_a_configuration_the_ledger_here_is_used(docs, syncd, command):
    refused = syncd(*command)
    assert (refused.code, "There is no configuration" in refused.err) == (2, True)
    syncd("reconcile", "--source", "docs")
    assert syncd(*command).code == 0


@pytest.mark.parametrize(
    "command",
    [
        ["ignore", "T-1", "--reason", "no"],
        ["ignore", f"docs/a.md:{FIRST_ROW}", "--reason", "no"],
        ["unlink", "T-1"],
        ["link", "T-1", "T-2"],
    ],
)
def test_without_a_configuration_people_can_still_say_what_machines_cannot_know(docs, syncd, command):
    syncd("reconcile", "--source", "docs")
    said = syncd(*command)
    assert (said.code, said.err) == (0, "")


@pytest.mark.parametrize("broken", ["variable", "cwd"])
def test_a_configuration_that_cannot_be_used_is_never_passed_over(docs, here, syncd, monkeypatch, broken):
    syncd("reconcile", "--source", "docs")
    if broken == "variable":
        monkeypatch.setenv("SYNCD_CONFIG", "nowhere.toml")
    else:
        (here / "syncd.toml").write_text("nonsense = true\n", encoding="utf-8")
    for command in (["status"], ["explain", "T-1"], ["unlink", "T-1"], ["db", "upgrade"]):
        said = syncd(*command)
        assert said.code == 2, command
        assert ("nowhere.toml" if broken == "variable" else "syncd.toml:1: nonsense") in said.err


def test_before_the_first_pass_a_reading_command_says_what_to_do(docs, here, syncd):
    said = syncd("status", "--source", "docs")
    assert said.code == 1
    assert said.err.endswith("The first pass makes it: syncd reconcile --source docs\n")
    assert not (here / ".syncd").exists()


def test_a_team_without_documents_is_told_from_one_in_step(docs, syncd):
    syncd("reconcile", "--source", "docs")
    assert syncd("status", "--team", "default").out.startswith("3 items in 1 document: 2 open, 1 done.")
    said = syncd("status", "--team", "web")
    assert (said.code, "Teams with documents: default." in said.err) == (2, True)
