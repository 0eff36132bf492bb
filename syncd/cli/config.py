"""``syncd config``: whether the configuration is right, what it says and where, and its schema."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from syncd.cli.opening import Opening
from syncd.cli.printable import counted, printable
from syncd.cli.terminal import Terminal
from syncd.errors import SettingsError
from syncd.settings import Settings, schema
from syncd.settings.reading import load_with_text
from syncd.settings.showing import Secret, Value, secrets, values
from syncd.settings.text import Written

MISTAKEN, WITHOUT_SECRET = 2, 4


def check(opening: Opening, terminal: Terminal, *, as_json: bool = False) -> int:
    """Read all of it, and see whether its secrets can be had; returns the exit code."""
    try:
        settings = opening.settings()
    except SettingsError as error:
        if not as_json:
            raise
        mistakes = error.mistakes or (str(error),)
        terminal.data({"version": 1, "ok": False, "file": None, "mistakes": [*mistakes], "secrets": []})
        return MISTAKEN
    found = list(secrets(settings, os.environ))
    missing = [secret for secret in found if secret.problem]
    if as_json:
        kept = [{**asdict(secret), "ok": not secret.problem} for secret in found]
        terminal.data(
            {"version": 1, "ok": not missing, "file": str(settings.file), "mistakes": [], "secrets": kept},
        )
    else:
        _tell(settings, found, missing, terminal)
    return WITHOUT_SECRET if missing else 0


def show(opening: Opening, terminal: Terminal, *, as_json: bool = False) -> int:
    """Print each value and where it comes from, secrets as their references."""
    settings, written = load_with_text(opening.config, environment=os.environ, cwd=Path.cwd())
    found = list(values(settings, written))
    if as_json:
        shown = [_object(value) for value in found]
        terminal.data({"version": 1, "file": str(settings.file), "values": shown})
        return 0
    lines = [(printable(f"{v.key} = {v.toml}"), _from(v, written)) for v in found if v.shown is not None]
    width = min(max(len(said) for said, _ in lines), 60)
    for said, origin in lines:
        terminal.out(f"{said:<{width}}  ", (f"# {origin}", "dim"))
    return 0


def print_schema(terminal: Terminal) -> int:
    """Print the JSON Schema of the file."""
    terminal.out(json.dumps(schema(), indent=2))
    return 0


def _tell(settings: Settings, found: Sequence[Secret], missing: Sequence[Secret], terminal: Terminal) -> None:
    for secret in found:
        sign = ("✗", "red") if secret.problem else ("!", "yellow") if secret.warning else ("✓", "green")
        words = secret.problem or secret.warning or f"{secret.reference} is there"
        terminal.out(sign, f" {printable(f'{secret.key}: {words}')}")
    teams = counted(len(settings.teams), "team")
    verdict = f"but {counted(len(missing), 'secret')} cannot be had" if missing else "and every secret is there"
    ending = f", {verdict}" if found else ""
    terminal.hint((printable(f"{settings.file} is right: {teams}{ending}."), "bold"))


def _from(value: Value, written: Written) -> str:
    """Where a value comes from, in a few words."""
    if value.origin.variable:
        return f"${value.origin.variable}"
    return printable(f"{written.name}:{value.origin.line}") if value.origin.line else "default"


def _object(value: Value) -> dict[str, object]:
    origin = value.origin
    return {
        "key": value.key,
        "value": value.shown,
        "from": "variable" if origin.variable else "file" if origin.line else "default",
        "variable": origin.variable,
        "line": origin.line,
        "secret": value.secret,
    }
