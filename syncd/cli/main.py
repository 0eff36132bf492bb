"""The command line. Each command imports its work when it runs, so that help and version are quick."""

from __future__ import annotations

import os
import sys
import traceback
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from syncd import __version__
from syncd.errors import SyncdError

BUG = 70
INTERRUPTED = 130

app = typer.Typer(
    name="syncd",
    help="Keeps the action items of postmortems and their tickets in step, in the postmortem itself.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
database = typer.Typer(help="Upgrade, copy and restore the ledger.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(database, name="db")

Config = Annotated[
    Path | None,
    typer.Option(
        "--config", help="The configuration; else $SYNCD_CONFIG, ./syncd.toml, /etc/syncd/syncd.toml.", metavar="FILE"
    ),
]
Source = Annotated[
    Path | None,
    typer.Option("--source", help="A folder or file of postmortems, with tickets in ./.syncd; no configuration."),
]
Team = Annotated[str | None, typer.Option("--team", help="Only this team.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print results only.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print also what is ignored, and why.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours, as with NO_COLOR=1.")]
Item = Annotated[str, typer.Argument(help="An item's id, PATH:LINE, or a ticket key.", metavar="ITEM")]
Approve = Annotated[
    str | None, typer.Option("--approve", help="Let the plan of this hash through a brake.", metavar="HASH")
]
Retry = Annotated[bool, typer.Option("--retry", help="Try again what a tracker refused.")]
Detailed = Annotated[bool, typer.Option("--detailed-exitcode", help="Exit with 10 when changes are pending.")]


def _version(value: bool) -> None:
    if value:
        typer.echo(f"syncd {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Keeps the action items of postmortems and their tickets in step, in the postmortem itself."""


@app.command()
def demo(
    folder: Annotated[
        Path | None, typer.Argument(help="An empty or new folder; else a temporary one.", metavar="[DIR]")
    ] = None,
    no_color: NoColor = False,
) -> None:
    """Show the main job on sample postmortems: no account, no network."""
    from syncd.cli.demo import run

    raise typer.Exit(run(folder, _terminal(no_color=no_color)))


@app.command()
def init(
    path: Annotated[list[Path] | None, typer.Option("--path", help="A folder of postmortems; may be repeated.")] = None,
    team: Annotated[str, typer.Option(help="The team's name.")] = "default",
    tickets: Annotated[Path, typer.Option(help="The folder for tickets.")] = Path("tickets"),
    prefix: Annotated[str, typer.Option(help="What ticket keys begin with.")] = "T",
    timezone: Annotated[str, typer.Option(help="The team's time zone, such as Europe/Berlin.")] = "UTC",
    start_date: Annotated[
        datetime | None,
        typer.Option(help="Older postmortems make no tickets.", metavar="YYYY-MM-DD", formats=["%Y-%m-%d"]),
    ] = None,
    output: Annotated[Path, typer.Option(help="The file to write.")] = Path("syncd.toml"),
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write a commented configuration."""
    from syncd.cli.init import run

    raise typer.Exit(
        run(
            paths=path or [],
            team=team,
            tickets=tickets,
            prefix=prefix,
            timezone=timezone,
            start_date=start_date.date() if start_date else None,
            output=output,
            force=force,
        )
    )


@app.command()
def parse(
    paths: Annotated[list[Path], typer.Argument(help="Documents, or folders of them.", metavar="PATH...")],
    as_json: AsJson = False,
) -> None:
    """Read documents and print what was understood; needs no configuration."""
    from syncd.cli.parse import run

    raise typer.Exit(run(paths, as_json=as_json))


@app.command()
def plan(
    config: Config = None,
    source: Source = None,
    team: Team = None,
    as_json: AsJson = False,
    retry: Retry = False,
    detailed_exitcode: Detailed = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """Print what a pass would change, and why; changes nothing."""
    from syncd.cli.opening import Opening
    from syncd.cli.reconcile import run
    from syncd.reconcile import Request

    request = Request(team=team, dry_run=True, retry=retry)
    terminal = _terminal(quiet=quiet, verbose=verbose, no_color=no_color)
    opening = Opening(config, source)
    raise typer.Exit(run(opening, request, terminal, as_json_object=as_json, detailed_exit_code=detailed_exitcode))


@app.command()
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
) -> None:
    """Do one pass: tickets for new items, states back into the documents."""
    from syncd.cli.opening import Opening
    from syncd.cli.reconcile import run
    from syncd.reconcile import Request

    request = Request(team=team, dry_run=dry_run, approve=approve, retry=retry, by=_user())
    terminal = _terminal(quiet=quiet, verbose=verbose, no_color=no_color)
    opening = Opening(config, source)
    raise typer.Exit(run(opening, request, terminal, as_json_object=as_json, detailed_exit_code=detailed_exitcode))


@app.command()
def link(
    item: Item,
    ticket: Annotated[str, typer.Argument(help="The ticket, as a document would name it.", metavar="TICKET")],
    config: Config = None,
    source: Source = None,
) -> None:
    """Say which ticket is an item's; the next pass joins them."""
    from syncd.cli.items import link as run
    from syncd.cli.opening import Opening

    raise typer.Exit(run(Opening(config, source), item, ticket))


@app.command()
def unlink(item: Item, config: Config = None, source: Source = None) -> None:
    """Say that an item's ticket is not its own."""
    from syncd.cli.items import unlink as run
    from syncd.cli.opening import Opening

    raise typer.Exit(run(Opening(config, source), item))


@app.command()
def ignore(
    item: Item,
    reason: Annotated[str, typer.Option("--reason", help="Why it needs no ticket.")],
    config: Config = None,
    source: Source = None,
) -> None:
    """Say that an item needs no ticket; `syncd link` takes it back."""
    from syncd.cli.items import ignore as run
    from syncd.cli.opening import Opening

    raise typer.Exit(run(Opening(config, source), item, reason))


@app.command()
def status(
    config: Config = None, source: Source = None, team: Team = None, as_json: AsJson = False, no_color: NoColor = False
) -> None:
    """Print the items by state, what is overdue, what is stuck, and the last pass."""
    from syncd.cli.opening import Opening
    from syncd.cli.status import run

    raise typer.Exit(run(Opening(config, source), _terminal(no_color=no_color), team=team, as_json_object=as_json))


@app.command()
def explain(
    item: Item, config: Config = None, source: Source = None, as_json: AsJson = False, no_color: NoColor = False
) -> None:
    """Print where an item comes from, how it was read and matched, and everything done for it."""
    from syncd.cli.explain import run
    from syncd.cli.opening import Opening

    raise typer.Exit(run(Opening(config, source), item, _terminal(no_color=no_color), as_json_object=as_json))


@database.command("upgrade")
def upgrade(config: Config = None, source: Source = None) -> None:
    """Bring the ledger to this version's tables, after copying it."""
    from syncd.cli.db import upgrade as run
    from syncd.cli.opening import Opening

    raise typer.Exit(run(Opening(config, source)))


@database.command("backup")
def backup(
    target: Annotated[Path, typer.Argument(help="The file to write.", metavar="FILE")],
    config: Config = None,
    source: Source = None,
) -> None:
    """Copy the ledger, also while a daemon is at work."""
    from syncd.cli.db import backup as run
    from syncd.cli.opening import Opening

    raise typer.Exit(run(Opening(config, source), target))


@database.command("restore")
def restore(
    copy: Annotated[Path, typer.Argument(help="A copy made by `syncd db backup`.", metavar="FILE")],
    config: Config = None,
    source: Source = None,
) -> None:
    """Put a copy in the ledger's place; what it replaces is kept beside it."""
    from syncd.cli.db import restore as run
    from syncd.cli.opening import Opening

    raise typer.Exit(run(Opening(config, source), copy))


def _terminal(*, quiet: bool = False, verbose: bool = False, no_color: bool = False) -> Any:
    from syncd.cli.terminal import Terminal

    return Terminal(quiet=quiet, verbose=verbose, no_color=no_color)


def _user() -> str:
    return os.environ.get("USER") or os.environ.get("LOGNAME") or f"uid {os.getuid()}"


def main() -> None:
    """The console script: whatever happens becomes words and an exit code."""
    try:
        app()
    except SyncdError as error:
        print(f"syncd: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone: nobody to tell
        sys.exit(0)
    except KeyboardInterrupt:
        print("syncd: interrupted; the next pass takes up what was left.", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except Exception:
        traceback.print_exc()
        print("syncd: this is a bug in syncd; please report it with the lines above.", file=sys.stderr)
        sys.exit(BUG)
