from __future__ import annotations

import subprocess
import sys

import pytest
from typer.main import get_command

from syncd import __version__
from syncd.cli.main import app

HEAVY = {
    "alembic",
    "apprise",
    "apscheduler",
    "httpcore",
    "github",
    "httpx",
    "jira",
    "pydantic",
    "requests",
    "rich",
    "sqlalchemy",
    "sqlmodel",
    "prometheus_client",
    "starlette",
    "uvicorn",
}
LOADED = """
import sys
from syncd.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit as left:
    print(left.code, *sys.modules, file=sys.stderr)
"""


@pytest.mark.parametrize("flag", ["--version", "--help"])
def test_help_and_version_load_no_client_no_database_and_no_settings(flag):
    done = subprocess.run([sys.executable, "-c", LOADED, flag], capture_output=True, text=True, timeout=60)
    code, *modules = done.stderr.split()
    assert code == "0"
    assert HEAVY.isdisjoint(modules)
    assert {m for m in modules if m.startswith(("syncd.", "connectors"))} == {
        "syncd.cli",
        "syncd.cli.command",
        "syncd.cli.completion",
        "syncd.cli.groups",
        "syncd.cli.guard",
        "syncd.cli.main",
        "syncd.cli.options",
        "syncd.cli.printable",
        "syncd.cli.streams",
        "syncd.core",
        "syncd.core.plain",
        "syncd.errors",
    }


def test_the_version_is_the_package_s(syncd):
    said = syncd("--version")
    assert (said.code, said.out) == (0, f"syncd {__version__}\n")


COMMANDS = ["demo", "init", "parse", "plan", "reconcile", "link", "unlink", "ignore", "status", "explain"]


def test_help_lists_every_command_in_lines_that_fit(syncd):
    said = syncd("--help")
    listed = [line.split()[0] for line in said.out.splitlines() if line.startswith("  ") and line[2:3].isalpha()]
    assert [c for c in COMMANDS if c not in listed] == []
    assert "..." not in said.out.replace("[ARGS]...", ""), "no description is cut"
    assert max(map(len, said.out.splitlines())) <= 80


def every_command(group=None, *above):
    """The words of each command."""
    for name, each in (group or get_command(app)).commands.items():
        if hasattr(each, "commands"):
            yield from every_command(each, *above, name)
        else:
            yield [*above, name], each


@pytest.mark.parametrize("command", [pytest.param(each, id=" ".join(words)) for words, each in every_command()])
def test_every_command_takes_the_options_of_all(command):
    taken = {name for parameter in command.params for name in parameter.opts}
    assert taken >= {"-q", "--quiet", "-v", "--verbose", "--no-color"}


@pytest.mark.parametrize("command", [*([c] for c in COMMANDS), ["db"], ["db", "restore"]])
def test_every_command_explains_itself(syncd, command):
    said = syncd(*command, "--help")
    assert said.code == 0
    assert said.out.startswith("Usage: syncd " + " ".join(command))
