"""The command line. Each command imports its work when it runs, so that help and version are quick."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec

import typer

from syncd import __version__
from syncd.cli.completion import Shell, get_ready
from syncd.cli.guard import guarded
from syncd.cli.options import (
    About,
    Adopt,
    Approve,
    AsJson,
    Config,
    Day,
    Detailed,
    Item,
    NoColor,
    Preview,
    Quiet,
    Retry,
    Send,
    Source,
    Team,
    Verbose,
    day,
)
from syncd.cli.streams import prepare

if TYPE_CHECKING:
    from syncd.cli.terminal import Terminal

P = ParamSpec("P")

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
Exit codes: 0 done, 1 some changes failed, 2 usage or configuration,
3 a brake holds or an approval is stale, 4 authentication, 5 another
process is at work, 10 changes pending (--detailed-exitcode), 70 a bug
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
database = typer.Typer(help="Upgrade, copy or restore the ledger.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(database, name="db")
digests = typer.Typer(help="Print, preview or send digests.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(digests, name="digest")
configuration = typer.Typer(help="Check or show the configuration.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(configuration, name="config")
notifiers = typer.Typer(help="Try the notifiers.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(notifiers, name="notify")


def command(group: typer.Typer, name: str | None = None) -> Callable[[Callable[P, int]], Callable[P, int]]:
    """Register a function that returns an exit code; whatever it raises becomes words and one, too."""

    def register(work: Callable[P, int]) -> Callable[P, int]:
        @wraps(work)
        def run(*args: P.args, **options: P.kwargs) -> None:
            raise typer.Exit(guarded(lambda: work(*args, **options)))

        group.command(name)(run)
        return work

    return register


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
    folder: Annotated[
        Path | None, typer.Argument(help="An empty or new folder; else a temporary one.", metavar="DIR")
    ] = None,
    no_color: NoColor = False,
) -> int:
    """Show the whole job on sample postmortems."""
    from syncd.cli.demo import run

    return run(folder, _terminal(no_color=no_color))


@command(app)
def init(
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

        return ask(_terminal(), output=output, force=force, user=_user())
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
    paths: Annotated[list[Path], typer.Argument(help="Documents, or folders of them.", metavar="PATH")],
    as_json: AsJson = False,
    no_color: NoColor = False,
) -> int:
    """Print what is understood of documents."""
    from syncd.cli.parse import run

    return run(paths, _terminal(no_color=no_color), as_json=as_json)


@command(app)
def plan(
    config: Config = None,
    source: Source = None,
    team: Team = None,
    as_json: AsJson = False,
    retry: Retry = False,
    adopt: Adopt = False,
    detailed_exitcode: Detailed = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> int:
    """Print what a pass would change, and why."""
    from syncd.cli.adopt import run as look_for_tickets
    from syncd.cli.opening import Opening
    from syncd.cli.reconcile import run
    from syncd.reconcile import Request

    opening, request = Opening(config, source), Request(team=team, dry_run=True, retry=retry)
    terminal = _terminal(quiet=quiet, verbose=verbose, no_color=no_color)
    if adopt:
        return look_for_tickets(opening, request, terminal, as_json=as_json)
    return run(opening, request, terminal, as_json=as_json, detailed_exit_code=detailed_exitcode)


@command(app)
def reconcile(
    config: Config = None,
    source: Source = None,
    team: Team = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only plan, as `syncd plan`.")] = False,
    as_json: AsJson = False,
    approve: Approve = None,
    retry: Retry = False,
    detailed_exitcode: Detailed = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> int:
    """Do one pass: tickets for items, states for documents."""
    from syncd.cli.opening import Opening
    from syncd.cli.reconcile import run
    from syncd.reconcile import Request

    return run(
        Opening(config, source),
        Request(team=team, dry_run=dry_run, approve=approve, retry=retry, by=_user()),
        _terminal(quiet=quiet, verbose=verbose, no_color=no_color),
        as_json=as_json,
        detailed_exit_code=detailed_exitcode,
    )


@command(app)
def run(
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
    item: Item,
    ticket: Annotated[str, typer.Argument(help="The ticket, as a document would name it.", metavar="TICKET")],
    config: Config = None,
    source: Source = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> int:
    """Say which ticket is an item's."""
    from syncd.cli.items import link as run
    from syncd.cli.opening import Opening

    return run(Opening(config, source), item, ticket, _terminal(quiet=quiet, no_color=no_color), as_json=as_json)


@command(app)
def unlink(
    item: Item,
    config: Config = None,
    source: Source = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> int:
    """Say that an item's ticket is not its own."""
    from syncd.cli.items import unlink as run
    from syncd.cli.opening import Opening

    return run(Opening(config, source), item, _terminal(quiet=quiet, no_color=no_color), as_json=as_json)


@command(app)
def ignore(
    item: Item,
    reason: Annotated[str, typer.Option("--reason", help="Why it needs no ticket.", metavar="TEXT")],
    config: Config = None,
    source: Source = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> int:
    """Say that an item needs no ticket; `link` takes it back."""
    from syncd.cli.items import ignore as run
    from syncd.cli.opening import Opening

    return run(Opening(config, source), item, reason, _terminal(quiet=quiet, no_color=no_color), as_json=as_json)


@command(app)
def status(
    config: Config = None,
    source: Source = None,
    team: Team = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the items as a table, for spreadsheets.")] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> int:
    """Print what is open, overdue or stuck, and the last pass."""
    from syncd.cli.opening import Opening
    from syncd.cli.status import run

    terminal = _terminal(quiet=quiet, verbose=verbose, no_color=no_color)
    return run(Opening(config, source), terminal, team=team, as_json=as_json, as_csv=as_csv)


@command(app)
def health(config: Config = None, source: Source = None, quiet: Quiet = False) -> int:
    """Say whether passes come to their end, for a container."""
    from syncd.cli.health import run
    from syncd.cli.opening import Opening

    return run(Opening(config, source), _terminal(quiet=quiet))


@command(app)
def explain(
    item: Item,
    config: Config = None,
    source: Source = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> int:
    """Print where an item comes from, and all done for it."""
    from syncd.cli.explain import run
    from syncd.cli.opening import Opening

    return run(Opening(config, source), item, _terminal(verbose=verbose, no_color=no_color), as_json=as_json)


@command(app)
def doctor(
    config: Config = None,
    source: Source = None,
    team: Team = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> int:
    """Prove each connector against the real service."""
    from syncd.cli.doctor import run
    from syncd.cli.opening import Opening

    return run(Opening(config, source), _terminal(quiet=quiet, no_color=no_color), team=team, as_json=as_json)


@command(digests)
def weekly(
    config: Config = None,
    source: Source = None,
    team: Team = None,
    as_of: Day = None,
    postmortem: About = None,
    preview: Preview = None,
    send: Send = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> int:
    """Print the weekly digest: what is late, due, done."""
    terminal = _terminal(quiet=quiet, no_color=no_color)
    return _digest("weekly", (config, source), team, as_of, postmortem, terminal, preview=preview, send=send)


@command(digests)
def review(
    config: Config = None,
    source: Source = None,
    team: Team = None,
    as_of: Day = None,
    postmortem: About = None,
    preview: Preview = None,
    send: Send = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> int:
    """Print the action-item reviews that are due."""
    terminal = _terminal(quiet=quiet, no_color=no_color)
    return _digest("review", (config, source), team, as_of, postmortem, terminal, preview=preview, send=send)


@command(digests)
def retro(
    config: Config = None,
    source: Source = None,
    team: Team = None,
    as_of: Day = None,
    postmortem: About = None,
    preview: Preview = None,
    send: Send = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> int:
    """Print the check-in for a retro."""
    terminal = _terminal(quiet=quiet, no_color=no_color)
    return _digest("retro", (config, source), team, as_of, postmortem, terminal, preview=preview, send=send)


def _digest(
    kind: str,
    where: tuple[Path | None, Path | None],
    team: str | None,
    as_of: date | None,
    postmortem: str | None,
    terminal: Terminal,
    *,
    preview: Path | None,
    send: bool,
) -> int:
    from syncd.cli.digest import Asked, run
    from syncd.cli.opening import Opening
    from syncd.core.digest import DigestKind

    what = Asked(DigestKind(kind), team, as_of, postmortem)
    return run(Opening(*where), what, terminal, preview=preview, send=send)


@command(digests)
def resend(
    message: Annotated[str, typer.Argument(help="A message, as `syncd digest list` calls it.", metavar="KEY")],
    config: Config = None,
    source: Source = None,
    no_color: NoColor = False,
) -> int:
    """Send a message again that may not have arrived."""
    from syncd.cli.digest import run_again
    from syncd.cli.opening import Opening

    return run_again(Opening(config, source), message, _terminal(no_color=no_color))


@command(digests, "list")
def list_digests(
    config: Config = None,
    source: Source = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> int:
    """Print what went out, and what did not."""
    from syncd.cli.digest import run_list
    from syncd.cli.opening import Opening

    return run_list(Opening(config, source), _terminal(verbose=verbose, no_color=no_color), as_json=as_json)


@command(app)
def simulate(
    start: Annotated[date, typer.Option("--from", help="The first day.", metavar="DATE", parser=day)],
    end: Annotated[date, typer.Option("--to", help="The last day.", metavar="DATE", parser=day)],
    config: Config = None,
    source: Source = None,
    team: Team = None,
    ics: Annotated[Path | None, typer.Option("--ics", help="Write them as a calendar, too.", metavar="FILE")] = None,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> int:
    """Print every digest that would go out in a time."""
    from syncd.cli.digest import Time
    from syncd.cli.digest import simulate as run
    from syncd.cli.opening import Opening

    terminal = _terminal(quiet=quiet, no_color=no_color)
    return run(Opening(config, source), terminal, Time(start, end), team=team, calendar=ics)


@command(notifiers, "test")
def try_notifiers(config: Config = None, team: Team = None, no_color: NoColor = False) -> int:
    """Send one short message through every notifier."""
    from syncd.cli.notify import run
    from syncd.cli.opening import Opening

    return run(Opening(config), _terminal(no_color=no_color), team=team)


@command(configuration)
def check(config: Config = None, as_json: AsJson = False, quiet: Quiet = False, no_color: NoColor = False) -> int:
    """Tell every mistake, and which secrets cannot be had."""
    from syncd.cli.config import check as run
    from syncd.cli.opening import Opening

    return run(Opening(config), _terminal(quiet=quiet, no_color=no_color), as_json=as_json)


@command(configuration)
def show(config: Config = None, as_json: AsJson = False, no_color: NoColor = False) -> int:
    """Print each value and where it comes from."""
    from syncd.cli.config import show as run
    from syncd.cli.opening import Opening

    return run(Opening(config), _terminal(no_color=no_color), as_json=as_json)


@command(configuration)
def schema() -> int:
    """Print the JSON Schema of the file, for editors."""
    from syncd.cli.config import print_schema as run

    return run(_terminal())


@command(database)
def upgrade(config: Config = None, source: Source = None, quiet: Quiet = False) -> int:
    """Bring the ledger to this version, after copying it."""
    from syncd.cli.db import upgrade as run
    from syncd.cli.opening import Opening

    return run(Opening(config, source), _terminal(quiet=quiet))


@command(database)
def backup(
    target: Annotated[Path, typer.Argument(help="The file to write.", metavar="FILE")],
    config: Config = None,
    source: Source = None,
    quiet: Quiet = False,
) -> int:
    """Copy the ledger, also while a daemon is at work."""
    from syncd.cli.db import backup as run
    from syncd.cli.opening import Opening

    return run(Opening(config, source), target, _terminal(quiet=quiet))


@command(database)
def restore(
    copy: Annotated[Path, typer.Argument(help="A copy made by `syncd db backup`.", metavar="FILE")],
    config: Config = None,
    source: Source = None,
    quiet: Quiet = False,
) -> int:
    """Put a copy in the ledger's place, and keep that too."""
    from syncd.cli.db import restore as run
    from syncd.cli.opening import Opening

    return run(Opening(config, source), copy, _terminal(quiet=quiet))


@command(app)
def completion(
    shell: Annotated[Shell, typer.Argument(help="bash, zsh or fish.", metavar="SHELL")],
) -> int:
    """Print a script that lets your shell complete syncd."""
    from syncd.cli.completion import run

    return run(shell)


def _terminal(*, quiet: bool = False, verbose: bool = False, no_color: bool = False) -> Terminal:
    from syncd.cli.terminal import Terminal

    return Terminal(quiet=quiet, verbose=verbose, no_color=no_color)


def _user() -> str:
    return os.environ.get("USER") or os.environ.get("LOGNAME") or f"uid {os.getuid()}"


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script. Raises SystemExit with the exit code."""
    prepare()
    get_ready()
    app(arguments, prog_name="syncd")
