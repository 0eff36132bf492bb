from __future__ import annotations

import json
import re
import tomllib
from datetime import date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

import jsonschema
import pytest
from pydantic import ValidationError

from connectors import NOTIFIERS, SOURCES, TRACKERS
from syncd.core.model import State
from syncd.errors import SettingsError, UsageError
from syncd.settings import embedded, load, schema

from .conftest import TEAM

CONFIG = Path(__file__).parents[2] / "config"
EXAMPLE = CONFIG / "syncd.example.toml"


@pytest.fixture
def loaded(tmp_path):
    """The settings of a text, read from a file in an otherwise empty folder."""

    def load_text(text, **environment):
        file = tmp_path / "syncd.toml"
        file.write_text(text)
        return load(None, environment=environment, cwd=tmp_path)

    return load_text


# --- a small file, and the defaults ---------------------------------------------------------------------------------


def test_one_team_with_a_source_and_a_tracker_is_enough(loaded, tmp_path):
    settings = loaded(TEAM)
    team = settings.teams["payments"]
    assert settings.file == tmp_path / "syncd.toml"
    assert settings.database == f"sqlite:///{tmp_path / '.syncd/syncd.db'}"
    assert settings.timezone == ZoneInfo("UTC")
    assert settings.poll == timedelta(minutes=15)
    assert settings.web is None
    assert settings.limits.creates_per_pass == 25
    assert settings.limits.quarantine == timedelta(minutes=15)
    assert team.document_status == "push"
    assert team.write_back is True
    assert team.start_date is None
    assert team.status_words.by_state() == {
        State.OPEN: "Open",
        State.IN_PROGRESS: "In progress",
        State.DONE: "Done",
        State.CANCELLED: "Cancelled",
    }
    assert team.digests.channels == ()


def test_relative_paths_start_at_the_file_and_are_still_called_as_they_were_written(tmp_path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/syncd.toml").write_text(TEAM.replace('"tickets"', '"/srv/tickets"'))
    settings = load(Path("etc/syncd.toml"), environment={}, cwd=tmp_path)
    team = settings.teams["payments"]
    assert team.sources[0].path == tmp_path / "etc/docs"
    assert team.trackers["files"].path == Path("/srv/tickets")
    assert settings.written(team.sources[0].path) == "docs"
    assert settings.written(team.trackers["files"].path) == "/srv/tickets"


def test_a_team_has_the_time_zone_of_the_file_unless_it_has_its_own(loaded):
    text = (
        'timezone = "Europe/Berlin"\n'
        + TEAM
        + TEAM.replace("payments", "web").replace("[teams.web]\n", '[teams.web]\ntimezone = "Asia/Tokyo"\n')
    )
    settings = loaded(text)
    assert settings.teams["payments"].zone == ZoneInfo("Europe/Berlin")
    assert settings.teams["web"].zone == ZoneInfo("Asia/Tokyo")


def test_single_status_words_can_be_replaced(loaded):
    settings = loaded(TEAM.replace("[teams.payments]\n", '[teams.payments]\nstatus_words = { done = "✅ Erledigt" }\n'))
    words = settings.teams["payments"].status_words.by_state()
    assert words[State.DONE] == "✅ Erledigt"
    assert words[State.OPEN] == "Open"


def test_settings_cannot_be_changed(loaded):
    settings = loaded(TEAM)
    for frozen in (settings, settings.limits, settings.teams["payments"], settings.teams["payments"].sources[0]):
        with pytest.raises(ValidationError, match="frozen"):
            frozen.timezone = "UTC"


def test_every_kind_of_connector_takes_its_own_settings():
    for kinds in (SOURCES, TRACKERS, NOTIFIERS):
        for kind, (settings, connector) in kinds.items():
            assert settings.model_fields["kind"].default == kind
            module, _, name = connector.partition(":")
            assert isinstance(getattr(import_module(module), name), type)


# --- which file -----------------------------------------------------------------------------------------------------


def test_the_file_named_by_the_command_comes_before_the_variable_and_that_before_the_folder(tmp_path):
    for name in ("named", "variable", "syncd"):
        (tmp_path / f"{name}.toml").write_text(TEAM.replace("payments", name))

    def team(path, **environment):
        return [*load(path, environment=environment, cwd=tmp_path).teams]

    assert team(Path("named.toml"), SYNCD_CONFIG="variable.toml") == ["named"]
    assert team(None, SYNCD_CONFIG="variable.toml") == ["variable"]
    assert team(None, SYNCD_CONFIG=str(tmp_path / "variable.toml")) == ["variable"]
    assert team(None, SYNCD_CONFIG="") == ["syncd"]
    assert team(None) == ["syncd"]


def test_without_any_file_the_error_says_how_to_get_one(tmp_path):
    with pytest.raises(SettingsError) as raised:
        load(None, environment={}, cwd=tmp_path)
    assert "syncd init" in str(raised.value)
    assert "--source" in str(raised.value)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize("name", ["nothing.toml", "."])
def test_a_named_file_that_cannot_be_read_is_an_error_and_no_other_is_taken(tmp_path, name):
    (tmp_path / "syncd.toml").write_text(TEAM)
    with pytest.raises(SettingsError, match="cannot be read"):
        load(Path(name), environment={}, cwd=tmp_path)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    (tmp_path / "syncd.toml").write_bytes(b"\xef\xbb\xbf" + TEAM.replace("\n", "\r\n").encode())
    assert [*load(None, environment={}, cwd=tmp_path).teams] == ["payments"]


def test_a_file_in_another_encoding_is_an_error(tmp_path):
    (tmp_path / "syncd.toml").write_bytes(b"# caf\xe9\n" + TEAM.encode())
    with pytest.raises(SettingsError, match=r"not UTF-8 \(byte 5\)"):
        load(None, environment={}, cwd=tmp_path)


def test_a_file_elsewhere_is_called_by_its_whole_path(tmp_path):
    file = tmp_path / "etc/syncd.toml"
    file.parent.mkdir()
    file.write_text("poll = 3\n" + TEAM)
    with pytest.raises(SettingsError, match=re.escape(f"{file}:1: poll: ")):
        load(file, environment={}, cwd=tmp_path / "home")
    with pytest.raises(SettingsError, match=r"^etc/syncd\.toml cannot be used"):
        load(file, environment={}, cwd=tmp_path)


# --- variables ------------------------------------------------------------------------------------------------------


def test_variables_override_the_file(loaded, tmp_path):
    settings = loaded(
        TEAM.replace("payments", "Payments"),
        SYNCD_DATABASE="sqlite:///elsewhere.db",
        SYNCD_POLL="1m",
        SYNCD_LIMITS__QUARANTINE="4s",
        SYNCD_LIMITS__CREATES_PER_PASS="3",
        SYNCD_TEAMS__PAYMENTS__WRITE_BACK="false",
        SYNCD_TEAMS__PAYMENTS__START_DATE="2026-01-01",
        SYNCD_TEAMS__PAYMENTS__SOURCES__0__PATH="other",
        SYNCD_TEAMS__PAYMENTS__SOURCES__0__INCLUDE='["*.md"]',
        SYNCD_TEAMS__PAYMENTS__TRACKERS__FILES__PREFIX="OPS",
        SYNCD_WEB__LISTEN="127.0.0.1:80",
        SYNCD_WEB__GITHUB_SECRET='["env:NEW", "env:OLD"]',
        SYNCD_WEB__JIRA_SECRET="env:JIRA",
    )
    team = settings.teams["Payments"]
    assert settings.database == f"sqlite:///{tmp_path / 'elsewhere.db'}"
    assert settings.poll == timedelta(minutes=1)
    assert settings.limits.quarantine == timedelta(seconds=4)
    assert settings.limits.creates_per_pass == 3
    assert team.write_back is False
    assert team.start_date == date(2026, 1, 1)
    assert team.sources[0].path == tmp_path / "other"
    assert team.sources[0].include == ("*.md",)
    assert team.trackers["files"].prefix == "OPS"
    assert settings.web is not None
    assert [str(secret) for secret in settings.web.github_secret] == ["env:NEW", "env:OLD"]
    assert [str(secret) for secret in settings.web.jira_secret] == ["env:JIRA"]


def test_a_team_can_come_from_variables_alone(loaded):
    settings = loaded("", SYNCD_TEAMS=json.dumps(tomllib.loads(TEAM)["teams"]))
    assert [*settings.teams] == ["payments"]


def test_an_empty_variable_sets_nothing_and_the_process_is_not_asked(loaded, monkeypatch):
    monkeypatch.setenv("SYNCD_POLL", "3h")
    assert loaded(TEAM, SYNCD_POLL="").poll == timedelta(minutes=15)


def test_variables_of_others_that_begin_alike_are_left_in_peace(loaded):
    others = {"SYNCD_PORT": "tcp://10.0.0.1:80", "SYNCD_SERVICE_HOST": "10.0.0.1", "SYNCD_WEB_TOKEN": "c4n4ry"}
    assert loaded(TEAM, **others) == loaded(TEAM)


# --- the embedded defaults ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["docs", "docs/a.md"])
def test_a_folder_or_a_file_is_enough_for_the_embedded_defaults(tmp_path, name, monkeypatch):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.md").touch()
    (tmp_path / "syncd.toml").write_text("not even TOML")
    monkeypatch.setenv("SYNCD_TIMEZONE", "Asia/Tokyo")
    settings = embedded(Path(name), cwd=tmp_path)
    ((team, only),) = settings.teams.items()
    assert team == "default"
    assert settings.file is None
    assert settings.timezone == ZoneInfo("UTC")
    assert settings.database == f"sqlite:///{tmp_path / '.syncd/syncd.db'}"
    assert [(s.kind, s.path) for s in only.sources] == [("folder", tmp_path / name)]
    assert [(t.kind, t.path, t.prefix) for t in only.trackers.values()] == [
        ("folder", tmp_path / ".syncd/tickets", "T")
    ]
    assert settings.written(only.sources[0].path) == name


@pytest.mark.parametrize("given", ["..", "/"])
def test_the_embedded_source_may_lie_anywhere_and_around_the_tickets(tmp_path, given):
    settings = embedded(Path(given), cwd=tmp_path)
    assert settings.written(settings.teams["default"].sources[0].path) == given


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nothing", "nothing does not exist"),
        (".syncd/tickets", "holds tickets"),
        (".syncd/tickets/T-1.md", "holds tickets"),
    ],
)
def test_a_path_without_documents_is_a_wrong_argument(tmp_path, name, words):
    (tmp_path / ".syncd/tickets").mkdir(parents=True)
    (tmp_path / ".syncd/tickets/T-1.md").touch()
    with pytest.raises(UsageError, match=words):
        embedded(Path(name), cwd=tmp_path)


# --- fingerprints ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[teams.payments]\n", "[teams.payments]\nwrite_back = false\n"),
        ("[teams.payments]\n", "[teams.payments]\nstart_date = 2026-01-01\n"),
        ("[teams.payments]\n", '[teams.payments]\ntimezone = "Asia/Tokyo"\n'),
        ("[teams.payments]\n", '[teams.payments]\nowners.A.component = "x"\n'),
        ("[teams.payments]\n", '[teams.payments]\nroutes = [{ tracker = "files" }]\n'),
        ('path = "docs"', 'path = "docs"\nfinished = "always"'),
        ('path = "tickets"', 'path = "tickets"\nprefix = "OPS"'),
        ("\n[teams.payments]", 'timezone = "Asia/Tokyo"\n[teams.payments]'),
    ],
)
def test_the_fingerprint_of_a_team_changes_with_what_matters_for_planning(loaded, old, new):
    assert TEAM.count(old) == 1
    before, after = loaded(TEAM), loaded(TEAM.replace(old, new))
    assert before.fingerprint("payments") == loaded(TEAM).fingerprint("payments")
    assert before.fingerprint("payments") != after.fingerprint("payments")


@pytest.mark.parametrize(
    "text",
    [
        TEAM + '\n[teams.payments.digests]\nweekly = "Fri 17:00"\n',
        TEAM.replace("payments", "checkout"),
        TEAM + TEAM.replace("payments", "web"),
        'poll = "1h"\n' + TEAM,
        "# a remark\n" + TEAM,
    ],
)
def test_the_fingerprint_stays_when_something_else_changes(loaded, text):
    settings = loaded(text)
    assert settings.fingerprint(next(iter(settings.teams))) == loaded(TEAM).fingerprint("payments")


# --- the files for people -------------------------------------------------------------------------------------------


def test_the_example_can_be_used_as_it_is():
    settings = load(EXAMPLE, environment={}, cwd=CONFIG)
    assert [*settings.teams["payments"].trackers] == ["ops", "web", "files"]


def test_the_example_shows_every_key():
    text = EXAMPLE.read_text(encoding="utf-8")
    tables = [schema(), *schema()["$defs"].values()]
    keys = {key for table in tables for key in table.get("properties", ())}
    assert {key for key in keys if f"{key} = " not in text and f"{key}]" not in text and f"{key}." not in text} == set()


def test_the_schema_for_editors_is_up_to_date():
    written = (CONFIG / "syncd.schema.json").read_text(encoding="utf-8")
    assert written == json.dumps(schema(), indent=2) + "\n", "run `make schema`"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("creates_per_pass", "creates_per_pas"),
        ('poll = "15m"', 'poll = "15 minutes"'),
        ('kind = "folder"', 'kind = "confluence"'),
        ('project = "OPS"', 'project = "ops"'),
        ('"acme/web"', '"web"'),
        ('"Mon 09:00"', '"Monday"'),
        ('channels = ["mail", "chat"]', "channels = [1]"),
        ('security = "starttls"', 'security = "ssl"'),
        ('"env:SYNCD_WEB_TOKEN"', '"c4n4ry2"'),
        ('"US"', '"usa"'),
    ],
)
def test_the_schema_accepts_the_example_and_refuses_its_misspellings(old, new):
    jsonschema.Draft202012Validator.check_schema(schema())
    validator = jsonschema.Draft202012Validator(schema())
    written = tomllib.loads(EXAMPLE.read_text(encoding="utf-8").replace(old, new, 1) if old else EXAMPLE.read_text())
    as_json = json.loads(json.dumps(written, default=lambda day: day.isoformat()))
    assert validator.is_valid(as_json) is (old == new)


def test_the_examples_dates_are_days_and_not_moments():
    days = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))["teams"]["payments"]
    assert not isinstance(days["start_date"], datetime)
    assert isinstance(days["start_date"], date)
