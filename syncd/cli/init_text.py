"""The text of a new ``syncd.toml``: small, with a remark above every block, from what a person said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from syncd.errors import SettingsError, UsageError

Filling = str | int | Sequence[str]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the file: a text with gaps, and what stands in them before it is quoted."""

    text: str
    values: Mapping[str, Filling]


@dataclass(frozen=True, slots=True)
class Answers:
    """What a new configuration says."""

    sources: Sequence[str]
    """As the file writes their paths."""
    tracker: Block
    team: str = "default"
    timezone: str = "UTC"
    start_date: date | None = None
    url_template: str = ""
    notifier: Block | None = None


def configuration(answers: Answers) -> str:
    """The text. Raises UsageError when something in it is no text at all (a file name in another encoding)."""
    from syncd.settings.text import quoted, quoted_key

    try:
        team = quoted_key(answers.team)
        blocks = [
            _HEAD.format(timezone=quoted(answers.timezone)),
            _TEAM.format(team=team, start_date=_start_date(answers.start_date)),
            *_sources(answers, team=team),
            *(_filled(block, team=team) for block in (answers.tracker, answers.notifier) if block is not None),
        ]
    except UnicodeEncodeError:
        raise UsageError("A path is not valid UTF-8, which TOML cannot hold. Rename the folder.") from None
    return "\n".join(blocks)


def mistakes(text: str, file: Path) -> list[str]:
    """What is wrong with the text where it will stand in ``file``, without the lines, which nobody sees yet."""
    from syncd.settings import from_text

    try:
        from_text(text, file=file, name=file.name, environment={})
    except SettingsError as error:
        return [mistake.partition(": ")[2] for mistake in error.mistakes] or [str(error)]
    return []


# --- trackers and notifiers


def folder(*, path: str, prefix: str) -> Block:
    """Tickets in a folder."""
    return Block(_FOLDER, {"path": path, "prefix": prefix})


def jira(*, url: str, project: str, user: str = "", variable: str = "JIRA_TOKEN") -> Block:
    """Tickets in a project of Jira; with a ``user`` it is Jira Cloud."""
    values = {"url": url, "project": project, "user": user, "token": f"env:{variable}"}
    return Block(_JIRA_CLOUD if user else _JIRA, values)


def github(*, repository: str, api_url: str = "", variable: str = "GITHUB_TOKEN") -> Block:
    """Tickets as issues of a repository; with an ``api_url`` on an Enterprise Server."""
    values = {"repository": repository, "api_url": api_url, "token": f"env:{variable}"}
    return Block(_GITHUB_SERVER if api_url else _GITHUB, values)


def mail(*, host: str, port: int, user: str, variable: str, sender: str, to: Sequence[str]) -> Block:
    """Digests by mail; without a ``user`` the server asks nobody."""
    values: dict[str, Filling] = {"host": host, "port": port, "sender": sender, "to": to}
    values["security"] = {465: "tls", 25: "none"}.get(port, "starttls")
    if not user:
        return Block(_MAIL, values)
    return Block(_MAIL_KNOWN, {**values, "user": user, "password": f"env:{variable}"})


def slack(*, variable: str) -> Block:
    """Digests in a channel of Slack."""
    return Block(_SLACK, {"webhook": f"env:{variable}"})


# --- parts


def _filled(block: Block, *, team: str) -> str:
    return block.text.format(team=team, **{name: _toml(value) for name, value in block.values.items()})


def _toml(value: Filling) -> str:
    from syncd.settings.text import quoted

    if isinstance(value, str):
        return quoted(value)
    return str(value) if isinstance(value, int) else f"[{', '.join(map(quoted, value))}]"


def _sources(answers: Answers, *, team: str) -> Iterator[str]:
    for number, path in enumerate(answers.sources):
        text = _FIRST_SOURCE if number == 0 else _SOURCE
        link = _LINK if answers.url_template else ""
        yield _filled(Block(text + link, {"path": path, "url_template": answers.url_template}), team=team)


def _start_date(start_date: date | None) -> str:
    return f"start_date = {start_date}" if start_date else "# start_date = 2026-01-01"


_HEAD = """\
# The configuration of syncd. Paths start at this file. `syncd config check` tells every mistake with its line.

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
_SOURCE = """\
[[teams.{team}.sources]]
kind = "folder"
path = {path}
exclude = ["**/template*"]
"""
_FIRST_SOURCE = f"""\
# Where the postmortems are: a folder with Markdown and HTML, or one file. Templates are never read as postmortems.
{_SOURCE}"""
_LINK = """\
# Where people read them: what tickets link back to.
url_template = {url_template}
"""
_FOLDER = """\
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
token = {token}
issue_type = "Task"
"""
_JIRA = """\
# Where the tickets go. The token never stands here: it is a personal access token, in the environment.
# Jira Cloud also needs `user`, the e-mail address of the token's account.
[teams.{team}.trackers.jira]
kind = "jira"
url = {url}
project = {project}
token = {token}
issue_type = "Task"
"""
_GITHUB = """\
# Where the tickets go. The token never stands here, but in the environment: it may read and write the issues.
# For an Enterprise Server add api_url = "https://HOST/api/v3".
[teams.{team}.trackers.github]
kind = "github"
repository = {repository}
token = {token}
"""
_GITHUB_SERVER = """\
# Where the tickets go. The token never stands here, but in the environment: it may read and write the issues.
[teams.{team}.trackers.github]
kind = "github"
api_url = {api_url}
repository = {repository}
token = {token}
"""
_MAIL = """\
# Who gets the digests, each a mail of its own: weekly, at reviews and retros (see digests in syncd.example.toml).
[teams.{team}.notifiers.mail]
kind = "smtp"
host = {host}
port = {port}
security = {security}
from = {sender}
to = {to}
"""
_MAIL_KNOWN = f"""\
{_MAIL}user = {{user}}
password = {{password}}
"""
_SLACK = """\
# The channel that gets the digests: the address of its incoming webhook is a secret, in the environment.
[teams.{team}.notifiers.chat]
kind = "slack"
webhook = {webhook}
"""
