"""Prints the manual page syncd(1), made from the commands themselves: ``make man``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from syncd import __version__
from syncd.cli.main import EPILOG, PURPOSE, app

EXIT_CODES = (
    ("0", "Done, or nothing to do."),
    ("1", "Some changes failed."),
    ("2", "Wrong usage, or a configuration that cannot be used."),
    ("3", "A brake holds, or an approval is stale."),
    ("4", "A tracker or source did not accept who we are."),
    ("5", "Another process holds the lock."),
    ("10", "Changes are pending (plan --detailed-exitcode)."),
    ("70", "A bug in syncd."),
)
ENVIRONMENT = (
    ("SYNCD_CONFIG", "The configuration, where --config is not given."),
    ("SYNCD_...", "Any key of the configuration, its tables joined by two underscores: SYNCD_LIMITS__QUARANTINE=2m."),
    ("CREDENTIALS_DIRECTORY", "Where secrets written as file:NAME are kept; systemd sets it."),
    ("NO_COLOR", "Print no colours."),
)
FILES = (
    ("./syncd.toml", "The configuration."),
    ("/etc/syncd/syncd.toml", "The configuration, where there is none in the working directory."),
    (".syncd/syncd.db", "The ledger, unless the configuration names another place."),
)


def page() -> str:
    """The whole page, in the man macros of roff: man(7)."""
    root = get_command(app)
    lines = [
        f'.TH SYNCD 1 "" "syncd {__version__}" "User Commands"',
        ".SH NAME",
        f"syncd \\- {_text(PURPOSE[0].lower() + PURPOSE[1:].rstrip('.'))}",
        ".SH SYNOPSIS",
        ".B syncd",
        ".I COMMAND",
        "[\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]",
        ".SH DESCRIPTION",
        _text("Postmortems end in a table of action items. syncd reads them where they are written, gives each item a"),
        _text("ticket in Jira, GitHub or a folder, and brings the ticket's state back into the document's own table."),
        *_examples(),
        ".SH COMMANDS",
        *_commands(root, ("syncd",)),
        ".SH EXIT STATUS",
        *_entries(EXIT_CODES),
        ".SH ENVIRONMENT",
        *_entries(ENVIRONMENT),
        ".SH FILES",
        *_entries(FILES),
    ]
    return "\n".join(lines) + "\n"


def _examples() -> Iterator[str]:
    """The lines of ``syncd --help`` that say where to start."""
    yield from (".SH EXAMPLES", ".nf")
    yield from (_text(line.strip()) for line in EPILOG.splitlines() if line.startswith("  syncd "))
    yield ".fi"


def _commands(group: Any, above: tuple[str, ...]) -> Iterator[str]:
    for name, command in group.commands.items():
        called = (*above, name)
        if hasattr(command, "commands"):
            yield from _commands(command, called)
        elif not command.hidden:
            yield from _command(command, called)


def _command(command: Any, called: tuple[str, ...]) -> Iterator[str]:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    words = [f"\\fB{_text(' '.join(called))}\\fR", *map(_name, arguments)]
    yield from (f".SS {' '.join(words)}", _text(command.help))
    for parameter in (*arguments, *options):
        yield from (".TP", _name(parameter), _text(parameter.help))


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        asked = f"{parameter.metavar}{'...' if parameter.nargs != 1 else ''}"
        return f"\\fI{_text(asked if parameter.required else f'[{asked}]')}\\fR"
    names = ", ".join(f"\\fB{_text(name)}\\fR" for name in parameter.opts)
    value = "" if parameter.is_flag else f" \\fI{_text(parameter.metavar or 'VALUE')}\\fR"
    return names + value


def _entries(entries: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for name, meaning in entries:
        yield from (".TP", f"\\fB{_text(name)}\\fR", _text(meaning))


def _text(text: str) -> str:
    """Words that mean themselves: no request, no escape, hyphens that can be copied, other scripts by code point."""
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga").replace("'", "\\(aq")
    safe = "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in plain)
    return f"\\&{safe}" if safe.startswith(".") else safe


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201
