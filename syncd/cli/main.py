"""The command line. Each command imports its work when it runs, so that help and version are quick."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syncd import __version__
from syncd.cli.command import caller, command
from syncd.cli.completion import Shell, get_ready
from syncd.cli.groups import GROUPS
from syncd.cli.options import (
    Adopt,
    Approve,
    AsJson,
    Config,
    Detailed,
    Item,
    Retry,
    Source,
    Team,
    day,
)
from syncd.cli.streams import prepare

if TYPE_CHECKING:
    from syncd.cli.terminal import Terminal

INIT_DEFAULTS = ("default", Path("tickets"), "T", "UTC")
"""Team, tickets, prefix and time zone of ``syncd init``."""

PURPOSE = "Keeps the action items of postmortems and their tickets in step, in the postmortem itself."
EPILOG = """\
\b
Start here:
  syncd demo                   the whole job on samples; nothing to set up
  syncd plan --source FOLDER   what would happen to your postmortems
  syncd init                   write a configuration, to keep it running

\b
Exit codes: 0 done, 1 some changes failed or a tracker was out of reach,
2 usage or configuration, 3 a brake holds or an approval is stale,
4 authentication, 5 another process is at work, 10 changes pending
(--detailed-exitcode), 70 a bug
"""

app = typer.Typer(
    name="syncd",
    help=PURPOSE,
    epilog=EPILOG,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _name, _group in GROUPS.items():
    app.add_typer(_group, name=_name)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"syncd {__version__}")
        raise typer.Exit


@app.callback(help=PURPOSE)
def root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Options before any command."""


@command(app)
def demo(
    terminal: Terminal,
    folder: Annotated[
        Path | None, typer.Argument(help="An empty or new folder; else a temporary one.", metavar="DIR")
    ] = None,
) -> int:
    """Show the whole job on sample postmortems."""
    from syncd.cli.demo import run

    return run(folder, terminal)


@command(app)
def init(
    terminal: Terminal,
    path: Annotated[
        list[Path] | None, typer.Option("--path", help="A folder of postmortems; may be repeated.", metavar="DIR")
    ] = None,
    team: Annotated[str, typer.Option(help="The team's name.", metavar="NAME")] = "default",
    tickets: Annotated[Path, typer.Option(help="The folder for tickets.", metavar="DIR")] = Path("tickets"),
    prefix: Annotated[str, typer.Option(help="What ticket keys begin with.", metavar="KEY")] = "T",
    jira: Annotated[str | None, typer.Option(help="Tickets go to this Jira instead.", metavar="URL")] = None,
    project: Annotated[str | None, typer.Option(help="… into this project.", metavar="KEY")] = None,
    user: Annotated[str | None, typer.Option(help="… as this account (Jira Cloud).", metavar="EMAIL")] = None,
    github: Annotated[
        str | None, typer.Option(help="Tickets go to this GitHub repository instead.", metavar="OWNER/NAME")
    ] = None,
    timezone: Annotated[str, typer.Option(help="The team's time zone, such as Europe/Berlin.", metavar="ZONE")] = "UTC",
    start_date: Annotated[
        date | None, typer.Option(help="Older postmortems make no tickets.", metavar="DATE", parser=day)
    ] = None,
    output: Annotated[Path, typer.Option(help="The file to write.", metavar="FILE")] = Path("syncd.toml"),
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> int:
    """Write a commented configuration; a terminal asks."""
    said = any((path, jira, project, user, github, start_date)) or (team, tickets, prefix, timezone) != INIT_DEFAULTS
    if not said and sys.stdin.isatty() and sys.stdout.isatty():
        from syncd.cli.wizard import run as ask

        return ask(terminal, output=output, force=force, user=caller())
    from syncd.cli.init import run

    return run(
        paths=path or [],
        team=team,
        tickets=tickets,
        prefix=prefix,
        jira=jira,
        project=project,
        user=user,
        github=github,
        timezone=timezone,
        start_date=start_date,
        output=output,
        force=force,
    )


@command(app)
def parse(
    terminal: Terminal,
    paths: Annotated[list[Path], typer.Argument(help="Documents, or folders of them.", metavar="PATH")],
    as_json: AsJson = False,
) -> int:
    """Print what is understood of documents."""
    from syncd.cli.parse import run

    return run(paths, terminal, as_json=as_json)


@command(app)
def plan(
    terminal: Terminal,
    config: Config = None,
    source: Source = None,
    team: Team = None,
    as_json: AsJson = False,
    retry: Retry = False,
    adopt: Adopt = False,
    detailed_exitcode: Detailed = False,
) -> int:
    """Print what a pass would change, and why."""
    from syncd.cli.adopt import run as look_for_tickets
    from syncd.cli.opening import Opening
    from syncd.cli.reconcile import run
    from syncd.reconcile import Request

    opening, request = Opening(config, source), Request(team=team, dry_run=True, retry=retry)
    if adopt:
        return look_for_tickets(opening, request, terminal, as_json=as_json)
    return run(opening, request, terminal, as_json=as_json, detailed_exit_code=detailed_exitcode)


@command(app)
def reconcile(
    terminal: Terminal,
    config: Config = None,
    source: Source = None,
    team: Team = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only plan, as `syncd plan`.")] = False,
    as_json: AsJson = False,
    approve: Approve = None,
    retry: Retry = False,
    detailed_exitcode: Detailed = False,
) -> int:
    """Do one pass: tickets for items, states for documents."""
    from syncd.cli.opening import Opening
    from syncd.cli.reconcile import run
    from syncd.reconcile import Request

    return run(
        Opening(config, source),
        Request(team=team, dry_run=dry_run, approve=approve, retry=retry, by=caller()),
        terminal,
        as_json=as_json,
        detailed_exit_code=detailed_exitcode,
    )


@command(app)
def run(
    terminal: Terminal,
    config: Config = None,
    log: Annotated[
        str | None, typer.Option("--log", help="json or text; else by where it goes.", metavar="FORM")
    ] = None,
) -> int:
    """Keep going: a pass every poll, digests when due."""
    from syncd.cli.opening import Opening
    from syncd.cli.run import run as keep_going

    return keep_going(Opening(config), log=log)


@command(app)
def link(
    terminal: Terminal,
    item: Item,
    ticket: Annotated[str, typer.Argument(help="The ticket, as a document would name it.", metavar="TICKET")],
    config: Config = None,
    source: Source = None,
    as_json: AsJson = False,
) -> int:
    """Say which ticket is an item's."""
    from syncd.cli.items import link as run
    from syncd.cli.opening import Opening

    return run(Opening(config, source), item, ticket, terminal, as_json=as_json)


@command(app)
def unlink(
    terminal: Terminal,
    item: Item,
    config: Config = None,
    source: Source = None,
    as_json: AsJson = False,
) -> int:
    """Say that an item's ticket is not its own."""
    from syncd.cli.items import unlink as run
    from syncd.cli.opening import Opening

    return run(Opening(config, source), item, terminal, as_json=as_json)


@command(app)
def ignore(
    terminal: Terminal,
    item: Item,
    reason: Annotated[str, typer.Option("--reason", help="Why it needs no ticket.", metavar="TEXT")],
    config: Config = None,
    source: Source = None,
    as_json: AsJson = False,
) -> int:
    """Say that an item needs no ticket; `link` takes it back."""
    from syncd.cli.items import ignore as run
    from syncd.cli.opening import Opening

    return run(Opening(config, source), item, reason, terminal, as_json=as_json)


@command(app)
def status(
    terminal: Terminal,
    config: Config = None,
    source: Source = None,
    team: Team = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the items as a table, for spreadsheets.")] = False,
) -> int:
    """Print what is open, overdue or stuck, and the last pass."""
    from syncd.cli.opening import Opening
    from syncd.cli.status import run

    return run(Opening(config, source), terminal, team=team, as_json=as_json, as_csv=as_csv)


@command(app)
def health(terminal: Terminal, config: Config = None, source: Source = None) -> int:
    """Say whether passes come to their end, for a container."""
    from syncd.cli.health import run
    from syncd.cli.opening import Opening

    return run(Opening(config, source), terminal)


@command(app)
def explain(
    terminal: Terminal,
    item: Item,
    config: Config = None,
    source: Source = None,
    as_json: AsJson = False,
) -> int:
    """Print where an item comes from, and all done for it."""
    from syncd.cli.explain import run
    from syncd.cli.opening import Opening

    return run(Opening(config, source), item, terminal, as_json=as_json)


@command(app)
def doctor(
    terminal: Terminal,
    config: Config = None,
    source: Source = None,
    team: Team = None,
    as_json: AsJson = False,
) -> int:
    """Prove each connector against the real service."""
    from syncd.cli.doctor import run
    from syncd.cli.opening import Opening

    return run(Opening(config, source), terminal, team=team, as_json=as_json)


@command(app)
def simulate(
    terminal: Terminal,
    start: Annotated[date, typer.Option("--from", help="The first day.", metavar="DATE", parser=day)],
    end: Annotated[date, typer.Option("--to", help="The last day.", metavar="DATE", parser=day)],
    config: Config = None,
    source: Source = None,
    team: Team = None,
    ics: Annotated[Path | None, typer.Option("--ics", help="Write them as a calendar, too.", metavar="FILE")] = None,
) -> int:
    """Print every digest that would go out in a time."""
    from syncd.cli.digest import Time
    from syncd.cli.digest import simulate as run
    from syncd.cli.opening import Opening

    return run(Opening(config, source), terminal, Time(start, end), team=team, calendar=ics)


@command(app)
def completion(
    terminal: Terminal,
    shell: Annotated[Shell, typer.Argument(help="bash, zsh or fish.", metavar="SHELL")],
) -> int:
    """Print a script that lets your shell complete syncd."""
    from syncd.cli.completion import run

    return run(shell)


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script. Raises SystemExit with the exit code."""
    prepare()
    get_ready()
    app(arguments, prog_name="syncd")
