from __future__ import annotations

import re
import shlex
from datetime import date
from pathlib import Path

import pytest

from syncd.cli.init import run
from syncd.errors import UsageError
from syncd.settings import load


@pytest.fixture
def home(tmp_path):
    """A folder with postmortems in an unusual place."""
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/a.md").write_text("# A")
    return tmp_path


def test_what_init_writes_can_be_used_at_once(home, capsys):
    odd = "Nachlese \"2026\" \\ 'é' # {0} \x7e"
    (home / odd).mkdir()
    code = run(
        paths=[Path("reports"), Path(odd)],
        team="Plätze & \"co\" \\ 'x'",
        tickets=Path("out/tickets"),
        prefix="OPS",
        timezone="Europe/Berlin",
        start_date=date(2026, 1, 1),
        cwd=home,
    )
    assert code == 0
    settings = load(None, environment={}, cwd=home)
    ((name, team),) = settings.teams.items()
    assert name == "Plätze & \"co\" \\ 'x'"
    assert team.timezone.key == "Europe/Berlin"
    assert team.start_date == date(2026, 1, 1)
    assert team.write_back is True
    assert [source.path for source in team.sources] == [home / "reports", home / odd]
    assert [(key, t.path, t.prefix) for key, t in team.trackers.items()] == [("files", home / "out/tickets", "OPS")]
    assert settings.database == f"sqlite:///{home / '.syncd/syncd.db'}"


def test_without_flags_it_writes_the_defaults(home, capsys):
    (home / "reports").rename(home / "postmortems")
    run(cwd=home)
    ((name, team),) = load(None, environment={}, cwd=home).teams.items()
    assert (name, team.start_date, team.timezone.key) == ("default", None, "UTC")
    assert [source.path for source in team.sources] == [home / "postmortems"]
    assert [(t.path, t.prefix) for t in team.trackers.values()] == [(home / "tickets", "T")]


def test_every_key_it_writes_has_a_remark_above_it(home, capsys):
    run(paths=[Path("reports")], cwd=home)
    text = (home / "syncd.toml").read_text(encoding="utf-8")
    assert all(block.startswith(("#", "[teams.default]\n#")) for block in text.split("\n\n"))
    assert text.endswith("\n")


@pytest.mark.parametrize(
    ("output", "commands"),
    [
        ("syncd.toml", ["syncd plan", "syncd reconcile", "syncd run"]),
        ("my file.toml", [f"syncd {command} --config 'my file.toml'" for command in ("plan", "reconcile", "run")]),
    ],
)
def test_it_says_what_to_do_next(home, capsys, output, commands):
    run(paths=[Path("reports")], output=Path(output), cwd=home)
    said = [
        re.split(r" {3,}", line.strip())[0] for line in capsys.readouterr().out.splitlines() if line.startswith("  ")
    ]
    assert said == commands
    for command in commands:
        words = shlex.split(command)
        config = Path(words[3]) if len(words) > 2 else None
        assert [*load(config, environment={}, cwd=home).teams] == ["default"]


@pytest.mark.parametrize("folder", ["docs/postmortems", "postmortems", "docs/incidents"])
def test_a_likely_folder_with_markdown_is_found(tmp_path, capsys, folder):
    (tmp_path / folder / "2026").mkdir(parents=True)
    (tmp_path / folder / "2026/a.md").touch()
    run(cwd=tmp_path)
    source = load(None, environment={}, cwd=tmp_path).teams["default"].sources[0]
    assert source.path == tmp_path / folder


def test_a_likely_folder_without_markdown_is_passed_over(tmp_path, capsys):
    (tmp_path / "docs/postmortems").mkdir(parents=True)
    (tmp_path / "docs/postmortems/logo.png").touch()
    (tmp_path / "postmortems").mkdir()
    (tmp_path / "postmortems/a.md").touch()
    run(cwd=tmp_path)
    assert 'path = "postmortems"' in (tmp_path / "syncd.toml").read_text(encoding="utf-8")


def test_when_nothing_is_found_the_error_names_the_flag(tmp_path):
    with pytest.raises(UsageError, match="--path FOLDER"):
        run(cwd=tmp_path)
    assert [*tmp_path.iterdir()] == []


def test_a_file_that_is_there_is_kept_unless_forced(home, capsys):
    (home / "syncd.toml").write_text("# mine")
    with pytest.raises(UsageError, match=r"syncd\.toml is already there\. Replace it with --force"):
        run(paths=[Path("reports")], cwd=home)
    assert (home / "syncd.toml").read_text() == "# mine"
    run(paths=[Path("reports")], force=True, cwd=home)
    assert [*load(None, environment={}, cwd=home).teams] == ["default"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"paths": [Path("nothing")]}, "nothing does not exist. Correct --path"),
        ({"timezone": "Europe/Berln"}, 'timezone: is no known time zone; did you mean "Europe/Berlin"?'),
        ({"prefix": "t t"}, "teams.default.trackers.files.prefix: must look like"),
        ({"team": ""}, 'teams."": must be 1 to 80 characters'),
        ({"team": "a\nb"}, r'teams."a\nb": '),
        ({"tickets": Path("reports")}, "teams.default.sources[0].path: is a folder of tickets"),
        ({"tickets": Path("caf\udce9")}, "not valid UTF-8"),
        ({"output": Path("no/such/folder.toml")}, "cannot be written: No such file or directory"),
    ],
)
def test_a_value_that_cannot_be_used_is_told_before_anything_is_written(home, values, words):
    with pytest.raises(UsageError) as raised:
        run(**{"paths": [Path("reports")], "cwd": home, **values})
    assert words in str(raised.value)
    assert [path.name for path in home.iterdir()] == ["reports"]


def test_paths_are_written_as_the_file_sees_them(home, capsys):
    (home / "etc").mkdir()
    (home / "tickets").mkdir()
    run(paths=[Path("reports"), home / "reports/a.md"], output=Path("etc/syncd.toml"), cwd=home)
    team = load(Path("etc/syncd.toml"), environment={}, cwd=home).teams["default"]
    assert [source.path.resolve() for source in team.sources] == [home / "reports", home / "reports/a.md"]
    assert team.trackers["files"].path.resolve() == home / "tickets"
    assert 'path = "../reports"' in (home / "etc/syncd.toml").read_text(encoding="utf-8")
