"""Command lines of syncd, wherever they are written, held to the commands that there are."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from typer.main import get_command

from syncd.cli.main import app
from tests.deploy.place import DEPLOY, compose, manifests, units

_TYPED = re.compile(r"(?:^|&& |-- |exec syncd |/opt/syncd/bin/)(syncd [^|;&<>()#]+)")
"""A command at the start of a line, after another one, in a container, or by its path."""
_QUOTED = re.compile(r"`(syncd [^`|\\[…]+)`")
_LONG = re.compile(r" \\\n\s*")


def in_units() -> Iterator[str]:
    """What systemd starts, without what another program is given."""
    for unit in units():
        joined = _LONG.sub(" ", unit.read_text())
        for line in joined.splitlines():
            if line.startswith("Exec"):
                yield from re.findall(r"/opt/syncd/bin/(syncd [^;']+)", line)


def in_containers() -> Iterator[str]:
    """What the image starts by itself, how it is asked for its health, and what Kubernetes starts."""
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    for written in re.findall(r"^(?:CMD|HEALTHCHECK .* CMD) \[(.*)\]$", dockerfile, re.MULTILINE):
        words = [word.strip(' "') for word in written.split(",")]
        yield " ".join(["syncd", *(words[1:] if words[0] == "syncd" else words)])
    for name in ("sqlite.yaml", "postgresql.yaml"):
        (container,) = manifests(name)["Deployment/syncd"]["spec"]["template"]["spec"]["containers"]
        yield " ".join(["syncd", *container["args"]])
    command = compose()["services"]["syncd"].get("command", [])
    yield " ".join(["syncd", *command]) if command else "syncd run"


def in_words(file: Path) -> Iterator[str]:
    """What a text tells people to type, in code, fenced or not."""
    text = _LONG.sub(" ", file.read_text())
    for fenced in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        for line in fenced.splitlines():
            yield from _TYPED.findall(line.strip())
    yield from (" ".join(quoted.split()) for quoted in _QUOTED.findall(text))


def mistakes(line: str) -> list[str]:
    """What of a command line does not exist: the command, or an option."""
    words = shlex.split(line)[1:]
    command: Any = get_command(app)
    while words and hasattr(command, "commands"):
        name = words.pop(0)
        if name.startswith("-"):
            words.insert(0, name)
            break
        if name not in command.commands:
            return [f"{line}: there is no {name}"]
        command = command.commands[name]
    return [f"{line}: there is no {option}" for option in _unknown(words, command)]


def _unknown(words: Sequence[str], command: Any) -> list[str]:
    known = {"--help", "-h", *(name for p in command.params for name in p.opts)}
    return [word for word in words if word.startswith("-") and word.partition("=")[0] not in known]
