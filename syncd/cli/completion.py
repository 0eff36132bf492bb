"""``syncd completion``: what a shell must read to complete commands and options."""

from __future__ import annotations

import sys
from enum import StrEnum

from typer.completion import completion_init, get_completion_script  # type: ignore[attr-defined]

from syncd.cli.streams import put

VARIABLE = "_SYNCD_COMPLETE"
"""By this variable a shell asks for completions: https://typer.tiangolo.com/tutorial/options-autocompletion/."""


class Shell(StrEnum):
    """The shells that are known."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def get_ready() -> None:
    """Answer shells that ask; typer does so by itself only where it offers to change people's start-up files."""
    completion_init()


def run(shell: Shell) -> int:
    """Print the script for a shell."""
    put(sys.stdout, get_completion_script(prog_name="syncd", complete_var=VARIABLE, shell=shell.value))
    return 0
