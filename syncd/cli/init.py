"""``syncd init``: writes a small commented ``syncd.toml`` that can be used at once."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from syncd.errors import SettingsError, UsageError

FILE_NAME = "syncd.toml"
LIKELY_FOLDERS = (
    "docs/postmortems",
    "docs/post-mortems",
    "docs/postmortem",
    "docs/incidents",
    "docs/incident-reports",
    "doc/postmortems",
    "postmortems",
    "post-mortems",
    "postmortem",
    "incidents",
    "incident-reports",
)
"""Where teams keep their postmortems, the likeliest first."""


def run(
    *,
    paths: Sequence[Path] = (),
    team: str = "default",
    tickets: Path = Path("tickets"),
    prefix: str = "T",
    jira: str | None = None,
    project: str | None = None,
    user: str | None = None,
    github: str | None = None,
    timezone: str = "UTC",
    start_date: date | None = None,
    output: Path = Path(FILE_NAME),
    force: bool = False,
    cwd: Path | None = None,
) -> int:
    """Write the configuration and print what to do next; 0. Paths are relative to ``cwd``, else to the process's.

    Without ``paths`` a likely folder that holds Markdown is taken. Raises UsageError, and writes nothing, when there
    is none, when a value cannot be used, or when the file is already there and ``force`` is not given.
    """
    here = cwd or Path.cwd()
    file = here / output
    if file.exists() and not force:
        raise UsageError(f"{output} is already there. Replace it with --force, or choose another --output.")
    text = _configuration(
        sources=[_seen_from(file.parent, path, here=here) for path in _existing(paths, here) or [_guess(here)]],
        team=team,
        tracker=_tracker(
            jira=jira,
            project=project,
            user=user,
            github=github,
            tickets=_seen_from(file.parent, tickets, here=here),
            prefix=prefix,
        ),
        timezone=timezone,
        start_date=start_date,
    )
    _prove(text, file)
    _write(text, file, force=force)
    print(_farewell(output, proved=jira is None and github is None))
    return 0


def _existing(paths: Sequence[Path], here: Path) -> Sequence[Path]:
    for path in paths:
        if not (here / path).exists():
            raise UsageError(f"{path} does not exist. Correct --path, or make the folder first.")
    return paths


def _guess(here: Path) -> Path:
    for folder in LIKELY_FOLDERS:
        if any((here / folder).rglob("*.md")):
            return Path(folder)
    raise UsageError(
        f"No folder of postmortems was found here: neither {', '.join(LIKELY_FOLDERS[:-1])} nor {LIKELY_FOLDERS[-1]} "
        "holds Markdown. Name yours: syncd init --path FOLDER."
    )


def _seen_from(folder: Path, path: Path, *, here: Path) -> str:
    """How a file in ``folder`` has to write the path: an absolute one as it is, others relative to the file."""
    return path.as_posix() if path.is_absolute() else Path(os.path.relpath(here / path, start=folder)).as_posix()


def _prove(text: str, file: Path) -> None:
    from syncd.settings import from_text

    try:
        from_text(text, file=file, name=file.name, environment={})
    except SettingsError as error:
        mistakes = "".join(f"\n  {mistake.partition(': ')[2]}" for mistake in error.mistakes)
        raise UsageError(f"These values cannot be used; nothing was written:{mistakes}") from None


def _write(text: str, file: Path, *, force: bool) -> None:
    try:
        with file.open("w" if force else "x", encoding="utf-8", newline="\n") as new:
            new.write(text)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}. Choose another --output.") from None


def _farewell(output: Path, *, proved: bool) -> str:
    option = "" if output == Path(FILE_NAME) else f" --config {shlex.quote(str(output))}"
    steps = {
        f"syncd doctor{option}": "proves the token and the tracker, and says what to mend",
        f"syncd plan{option}": "shows what a pass would do, and does nothing",
        f"syncd reconcile{option}": "does it",
    }
    width = max(map(len, steps))
    lines = [f"  {command:<{width}}   {words}" for command, words in steps.items()]
    return "\n".join((f"Wrote {output}. Next:", "", *(lines[1:] if proved else lines)))


# --- the text -------------------------------------------------------------------------------------------------------


def _tracker(
    *, jira: str | None, project: str | None, user: str | None, github: str | None, tickets: str, prefix: str
) -> _Template:
    """Where the tickets go: the one place that was named, else a folder."""
    if jira is not None and github is not None:
        raise UsageError("--jira and --github name two trackers. Choose one; a second may be added to the file.")
    if (jira is None) is not (project is None):
        raise UsageError(
            "--jira needs --project, the KEY of the project that gets the tickets, and the other way round."
        )
    if jira is None and user is not None:
        raise UsageError("--user is the account of a Jira Cloud; add --jira.")
    if jira is not None and project is not None:
        return (_JIRA_CLOUD if user else _JIRA), {"url": jira, "project": project, "user": user or ""}
    if github is not None:
        return _GITHUB, {"repository": github}
    return _TRACKER, {"path": tickets, "prefix": prefix}


_Template = tuple[str, dict[str, str]]
"""A text with gaps, and what stands in them before it is quoted."""


def _configuration(
    *, sources: Sequence[str], team: str, tracker: _Template, timezone: str, start_date: date | None
) -> str:
    from syncd.settings.text import quoted, quoted_key

    try:
        blocks = [
            _HEAD.format(timezone=quoted(timezone)),
            _TEAM.format(team=quoted_key(team), start_date=_start_date(start_date)),
            *_sources([quoted(source) for source in sources], team=quoted_key(team)),
            tracker[0].format(team=quoted_key(team), **{name: quoted(value) for name, value in tracker[1].items()}),
        ]
    except UnicodeEncodeError:
        raise UsageError("A path is not valid UTF-8, which TOML cannot hold. Rename the folder.") from None
    return "\n".join(blocks)


def _sources(paths: Sequence[str], *, team: str) -> Iterator[str]:
    for number, path in enumerate(paths):
        yield (_FIRST_SOURCE if number == 0 else _NEXT_SOURCE).format(team=team, path=path)


def _start_date(start_date: date | None) -> str:
    return f"start_date = {start_date}" if start_date else "# start_date = 2026-01-01"


_HEAD = """\
# The configuration of syncd. Paths start at this file. Check a change with `syncd plan`: it tells every mistake with
# its line, and changes nothing.

# By which clock "today" is meant.
timezone = {timezone}
"""
_TEAM = """\
[teams.{team}]
# Of postmortems older than this day, only the items that already name a ticket are tracked.
{start_date}
# Tickets and their states are written into the postmortems; false: they are never touched.
write_back = true
"""
_FIRST_SOURCE = """\
# Where the postmortems are: a folder with Markdown and HTML, or one file. Templates are never read as postmortems.
[[teams.{team}.sources]]
kind = "folder"
path = {path}
exclude = ["**/template*"]
"""
_NEXT_SOURCE = """\
[[teams.{team}.sources]]
kind = "folder"
path = {path}
exclude = ["**/template*"]
"""
_TRACKER = """\
# Where the tickets go: a folder with one file each. Whoever edits the `status` in one moves the ticket.
[teams.{team}.trackers.files]
kind = "folder"
path = {path}
prefix = {prefix}
"""
_JIRA_CLOUD = """\
# Where the tickets go. The token never stands here: it is an API token of the account, in the environment.
[teams.{team}.trackers.jira]
kind = "jira"
url = {url}
project = {project}
user = {user}
token = "env:JIRA_TOKEN"
issue_type = "Task"
"""
_JIRA = """\
# Where the tickets go. The token never stands here: it is a personal access token, in the environment.
# Jira Cloud also needs `user`, the e-mail address of the token's account.
[teams.{team}.trackers.jira]
kind = "jira"
url = {url}
project = {project}
token = "env:JIRA_TOKEN"
issue_type = "Task"
"""
_GITHUB = """\
# Where the tickets go. The token never stands here, but in the environment: it may read and write the issues.
# For an Enterprise Server add api_url = "https://HOST/api/v3".
[teams.{team}.trackers.github]
kind = "github"
repository = {repository}
token = "env:GITHUB_TOKEN"
"""
