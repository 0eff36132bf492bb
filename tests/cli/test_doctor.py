from __future__ import annotations

import pytest

from syncd.cli.doctor import exit_code
from syncd.ports import Level
from tests.cli.shapes import DOCTOR, hold

SETTINGS = """
[[teams.core.sources]]
kind = "folder"
path = "docs"

[teams.core.trackers.files]
kind = "folder"
path = "tickets"
"""


@pytest.fixture
def configured(here, docs):
    (here / "syncd.toml").write_text(SETTINGS, encoding="utf-8")
    return here


def test_it_proves_every_connector_and_leaves_nothing_behind(syncd, configured):
    said = syncd("doctor")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines() == [
        f"core · docs  folder:{configured}/docs",
        f"  ✓ folder {configured}/docs: It can be read and written.",
        "  ✓ documents in docs: 1 found.",
        "",
        f"core · files  folder:{configured}/tickets",
        f"  ✓ folder of tickets {configured}/tickets: It does not exist yet; the first ticket makes it.",
        "",
        "A pass would work.",
    ]
    assert sorted(path.name for path in configured.iterdir()) == ["docs", "syncd.toml"]


def test_a_source_that_is_missing_is_a_failure_with_its_cure(syncd, configured):
    (configured / "docs").rename(configured / "elsewhere")
    said = syncd("doctor")
    assert said.code == 1
    assert "✗ folder" in said.out
    assert "Mount or restore it, or correct its path." in said.out
    assert said.out.endswith("A pass would fail: 1 to mend.\n")


def test_a_source_without_documents_is_a_warning(syncd, configured):
    (configured / "docs" / "a.md").unlink()
    said = syncd("doctor")
    assert said.code == 0
    assert said.out.endswith("A pass would work; 1 warning.\n")


MAIL = """
[teams.core.notifiers.mail]
kind = "smtp"
host = "127.0.0.1"
port = 9
security = "none"
from = "syncd@example.com"
to = ["core@example.com"]
"""


def test_a_notifier_that_is_out_of_reach_hinders_a_digest_and_no_pass(syncd, configured):
    (configured / "syncd.toml").write_text(SETTINGS + MAIL, encoding="utf-8")
    said = syncd("doctor")
    assert said.code == 1
    assert said.out.endswith("A pass would work, but not every digest would go out: 1 to mend.\n")
    (configured / "docs").rename(configured / "elsewhere")
    assert syncd("doctor").out.endswith("A pass would fail, and not every digest would go out: 2 to mend.\n")


def test_its_json_has_the_documented_shape(syncd, configured):
    said = syncd("doctor", "--json")
    hold(said.json, DOCTOR)
    assert said.json["ok"] is True
    assert [f["connector"] for f in said.json["findings"]] == ["docs", "docs", "files"]


def test_a_team_that_is_not_configured_is_a_usage_error(syncd, configured):
    said = syncd("doctor", "--team", "web")
    assert said.code == 2
    assert "configured are: core" in said.err


@pytest.mark.parametrize(
    ("levels", "code"),
    [
        ([], 0),
        ([Level.OK, Level.WARNING], 0),
        ([Level.AUTHENTICATION, Level.OK], 4),
        ([Level.AUTHENTICATION, Level.FAILURE], 1),
    ],
)
def test_the_exit_code_says_whether_a_pass_would_fail(levels, code):
    assert exit_code(levels) == code
