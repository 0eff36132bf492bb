"""How a command is declared: the options that all of them take, and what becomes of whatever they raise."""

from __future__ import annotations

import os
from collections.abc import Callable
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, get_type_hints

import typer

from syncd.cli.guard import guarded
from syncd.cli.options import NoColor, Quiet, Verbose

if TYPE_CHECKING:
    from syncd.cli.terminal import Terminal

P = ParamSpec("P")
Work = Callable[Concatenate["Terminal", P], int]

TALK = {"quiet": Quiet, "verbose": Verbose, "no_color": NoColor}
"""What every command takes, whatever else it does; :class:`syncd.cli.terminal.Terminal` is made of it."""


def a_group(words: str) -> typer.Typer:
    """Commands under one name."""
    return typer.Typer(help=words, no_args_is_help=True, rich_markup_mode=None)


def command(group: typer.Typer, name: str | None = None, *, words: str | None = None) -> Callable[[Work[P]], Work[P]]:
    """Register a function that is handed a terminal and returns an exit code; whatever it raises becomes both, too.

    ``words`` are its help; by default its docstring is.
    """

    def register(work: Work[P]) -> Work[P]:
        def run(*arguments: P.args, **options: P.kwargs) -> None:
            talk = {name: bool(options.pop(name)) for name in TALK}

            def asked() -> int:
                from syncd.cli.terminal import Terminal

                return work(Terminal(**talk), *arguments, **options)

            raise typer.Exit(guarded(asked))

        run.__name__, run.__doc__ = work.__name__, words or work.__doc__
        _take(run, _taken_by(work))
        group.command(name)(run)
        return work

    return register


def _taken_by(work: Callable[..., int]) -> list[Parameter]:
    """What a command takes from the command line: its own parameters but for the terminal, then those of all."""
    # Terminal is looked up here and nowhere else, so that help need not load what paints.
    hints = get_type_hints(work, localns={"Terminal": object}, include_extras=True)
    _, *given = signature(work).parameters.values()
    own = [p.replace(annotation=hints[p.name], kind=Parameter.KEYWORD_ONLY) for p in given]
    talk = [Parameter(name, Parameter.KEYWORD_ONLY, default=False, annotation=each) for name, each in TALK.items()]
    return [*own, *talk]


def _take(run: Any, parameters: list[Parameter]) -> None:
    """Tell typer what a function takes: it reads signatures."""
    run.__signature__ = signature(run).replace(parameters=parameters, return_annotation=None)
    run.__annotations__ = {p.name: p.annotation for p in parameters}


def caller() -> str:
    """Who calls, for the ledger."""
    return os.environ.get("USER") or os.environ.get("LOGNAME") or f"uid {os.getuid()}"
