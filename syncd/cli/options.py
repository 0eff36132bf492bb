"""The options that commands share."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer


def day(text: str) -> date:
    """A day as people type it in a command."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write it as 2026-01-31.") from None


Config = Annotated[
    Path | None,
    typer.Option(
        "--config", help="The configuration; else $SYNCD_CONFIG, ./syncd.toml, /etc/syncd/syncd.toml.", metavar="FILE"
    ),
]
Source = Annotated[
    Path | None,
    typer.Option(
        "--source",
        help="Postmortems, without any configuration: tickets and ledger in ./.syncd.",
        metavar="PATH",
    ),
]
Team = Annotated[str | None, typer.Option("--team", help="Only this team.", metavar="NAME")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No summaries, no hints.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print all there is to say.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours, as with NO_COLOR=1.")]
Item = Annotated[str, typer.Argument(help="An item's id, PATH:LINE, or a ticket key.", metavar="ITEM")]
Retry = Annotated[bool, typer.Option("--retry", help="Try again what a tracker refused.")]
Approve = Annotated[
    str | None, typer.Option("--approve", help="Let the plan of this hash through a brake.", metavar="HASH")
]
Adopt = Annotated[
    bool, typer.Option("--adopt", help="Look for tickets that people made by hand, and print how to link them.")
]
Day = Annotated[date | None, typer.Option("--as-of", help="For this day instead of today.", metavar="DATE", parser=day)]
About = Annotated[str | None, typer.Option("--postmortem", help="Only about this document.", metavar="PATH")]
Preview = Annotated[
    Path | None, typer.Option("--preview", help="Write it as .html .txt .eml .json; send nothing.", metavar="DIR")
]
Send = Annotated[bool, typer.Option("--send", help="Send it, to whom it was not sent before.")]
Detailed = Annotated[bool, typer.Option("--detailed-exitcode", help="Exit with 10 when changes are pending.")]
