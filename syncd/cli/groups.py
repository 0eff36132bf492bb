"""The commands that stand in groups: ``syncd digest``, ``notify``, ``config`` and ``db``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syncd.cli.command import a_group, command
from syncd.cli.options import About, AsJson, Config, Day, Preview, Send, Source, Team

if TYPE_CHECKING:
    from syncd.cli.terminal import Terminal

database = a_group("Upgrade, copy or restore the ledger.")
digests = a_group("Print, preview or send digests.")
configuration = a_group("Check or show the configuration.")
notifiers = a_group("Try the notifiers.")

GROUPS = {"db": database, "digest": digests, "config": configuration, "notify": notifiers}

DIGESTS = {
    "weekly": "Print the weekly digest: what is late, due, done.",
    "review": "Print the action-item reviews that are due.",
    "retro": "Print the check-in for a retro.",
}
"""The kinds that one can ask for."""


def _show(kind: str, words: str) -> None:
    @command(digests, kind, words=words)
    def show_digest(
        terminal: Terminal,
        config: Config = None,
        source: Source = None,
        team: Team = None,
        as_of: Day = None,
        postmortem: About = None,
        preview: Preview = None,
        send: Send = False,
    ) -> int:
        from syncd.cli.digest import Asked, run
        from syncd.cli.opening import Opening
        from syncd.core.digest import DigestKind

        what = Asked(DigestKind(kind), team, as_of, postmortem)
        return run(Opening(config, source), what, terminal, preview=preview, send=send)


for _kind, _words in DIGESTS.items():
    _show(_kind, _words)


@command(digests)
def resend(
    terminal: Terminal,
    message: Annotated[str, typer.Argument(help="A message, as `syncd digest list` calls it.", metavar="KEY")],
    config: Config = None,
    source: Source = None,
) -> int:
    """Send a message again that may not have arrived."""
    from syncd.cli.digest import run_again
    from syncd.cli.opening import Opening

    return run_again(Opening(config, source), message, terminal)


@command(digests, "list")
def list_digests(
    terminal: Terminal,
    config: Config = None,
    source: Source = None,
    as_json: AsJson = False,
) -> int:
    """Print what went out, and what did not."""
    from syncd.cli.digest import run_list
    from syncd.cli.opening import Opening

    return run_list(Opening(config, source), terminal, as_json=as_json)


@command(notifiers, "test")
def try_notifiers(terminal: Terminal, config: Config = None, team: Team = None) -> int:
    """Send one short message through every notifier."""
    from syncd.cli.notify import run
    from syncd.cli.opening import Opening

    return run(Opening(config), terminal, team=team)


@command(configuration)
def check(terminal: Terminal, config: Config = None, as_json: AsJson = False) -> int:
    """Tell every mistake, and which secrets cannot be had."""
    from syncd.cli.config import check as run
    from syncd.cli.opening import Opening

    return run(Opening(config), terminal, as_json=as_json)


@command(configuration)
def show(terminal: Terminal, config: Config = None, as_json: AsJson = False) -> int:
    """Print each value and where it comes from."""
    from syncd.cli.config import show as run
    from syncd.cli.opening import Opening

    return run(Opening(config), terminal, as_json=as_json)


@command(configuration)
def schema(terminal: Terminal) -> int:
    """Print the JSON Schema of the file, for editors."""
    from syncd.cli.config import print_schema as run

    return run(terminal)


@command(database)
def upgrade(terminal: Terminal, config: Config = None, source: Source = None) -> int:
    """Bring the ledger to this version, after copying it."""
    from syncd.cli.db import upgrade as run
    from syncd.cli.opening import Opening

    return run(Opening(config, source), terminal)


@command(database)
def backup(
    terminal: Terminal,
    target: Annotated[Path, typer.Argument(help="The file to write.", metavar="FILE")],
    config: Config = None,
    source: Source = None,
) -> int:
    """Copy the ledger, also while a daemon is at work."""
    from syncd.cli.db import backup as run
    from syncd.cli.opening import Opening

    return run(Opening(config, source), target, terminal)


@command(database)
def restore(
    terminal: Terminal,
    copy: Annotated[Path, typer.Argument(help="A copy made by `syncd db backup`.", metavar="FILE")],
    config: Config = None,
    source: Source = None,
) -> int:
    """Put a copy in the ledger's place, and keep that too."""
    from syncd.cli.db import restore as run
    from syncd.cli.opening import Opening

    return run(Opening(config, source), copy, terminal)
