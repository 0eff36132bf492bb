"""``make deploy-check``: what is deployed, before the judges of each kind. A judge that is not here is named."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.deploy.place import CHECKOUT, DEPLOY, expressions, metrics, units

TOOLS = CHECKOUT / ".deploy/bin"
EXPOSURE = "15"
"""At most 1.5 of 10: what is left is the network, and a root file system that is the machine's own."""
KUBERNETES = ("1.29", "1.37")
"""The oldest and the newest that the manifests are for."""


@dataclass(frozen=True)
class Check:
    """A command that must succeed and, where asked, say nothing."""

    tool: str
    arguments: tuple[str | Path, ...]
    quiet: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    told: str = ""
    """What it reads."""


def main() -> int:
    """Returns 1 when a check failed; what could not be checked is only told."""
    with tempfile.TemporaryDirectory(prefix="syncd-deploy-") as folder:
        outcomes = [(check.tool, _judged(check)) for check in checks(Path(folder))]
    missing = sorted({tool for tool, held in outcomes if held is None})
    failed = sum(held is False for _, held in outcomes)
    print(f"{sum(held is True for _, held in outcomes)} checks held, {failed} failed.")
    if missing:
        print(f"NOT CHECKED, because these are not here: {', '.join(missing)}")
    return int(failed > 0)


def checks(place: Path) -> Iterator[Check]:
    """All there is to check; ``place`` is an empty folder for what has to be made for it."""
    yield Check("hadolint", (DEPLOY / "Dockerfile",))
    compose = DEPLOY / "compose.yaml"
    yield Check("check-jsonschema", ("--builtin-schema", "vendor.compose-spec", compose))
    yield Check("compose-lint", ("check", compose))
    yield Check("docker compose", ("--file", compose, "config", "--quiet"))
    for version in KUBERNETES:
        manifests = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
        yield Check("kubernetes-validate", ("--strict", "--kubernetes-version", version, *manifests))
    yield from _of_prometheus(place)
    yield from _of_systemd(place)


def _of_prometheus(place: Path) -> Iterator[Check]:
    rules = DEPLOY / "prometheus"
    yield Check("promtool", ("check", "config", "--syntax-only", rules / "scrape.yml"))
    yield Check("promtool", ("check", "rules", rules / "syncd.rules.yml"))
    yield Check("promtool", ("test", "rules", rules / "syncd.rules.test.yml"))
    yield Check("promtool", ("check", "metrics"), quiet=True, told=metrics())
    asked = place / "dashboard.rules.yml"
    asked.write_text("groups: [{name: dashboard, rules: [" + ", ".join(_recorded(expressions())) + "]}]")
    yield Check("promtool", ("check", "rules", asked))


def _recorded(asked: list[str]) -> Iterator[str]:
    """What a dashboard asks, as rules that promtool can read."""
    for number, expression in enumerate(asked):
        plain = expression.replace("$__rate_interval", "5m").replace("$team", ".*").replace("'", "''")
        yield f"{{record: 'dashboard:{number}', expr: '{plain}'}}"


def _of_systemd(place: Path) -> Iterator[Check]:
    """With the command where it really is: systemd looks whether it can be run, and whether there is a manual."""
    (place / "man/man1").mkdir(parents=True)
    shutil.copy(DEPLOY / "man/syncd.1", place / "man/man1")
    for unit in units():
        (place / unit.name).write_text(unit.read_text().replace("/opt/syncd/bin/", f"{Path(sys.executable).parent}/"))
    here = sorted(place / unit.name for unit in units())
    yield Check("systemd-analyze", ("verify", *here), quiet=True, environment={"MANPATH": str(place / "man")})
    for service in (unit for unit in here if unit.suffix == ".service"):
        limit = f"--threshold={EXPOSURE}"
        yield Check("systemd-analyze", ("security", "--offline=true", "--no-pager", limit, service))


def _judged(check: Check) -> bool | None:
    """Whether it holds; None when nobody is here to tell."""
    tool = _found(check.tool)
    if tool is None:
        return None
    command = [*tool, *map(str, check.arguments)]
    environment = {**os.environ, **check.environment}
    streams = {"input": check.told, "capture_output": True, "text": True}
    done = subprocess.run(command, env=environment, cwd=CHECKOUT, timeout=120, **streams)
    held = done.returncode == 0 and not (check.quiet and done.stdout + done.stderr)
    names = [a.name if isinstance(a, Path) else a for a in check.arguments]
    print("ok    " if held else "FAILED", check.tool, *names)
    if not held:
        print(done.stdout + done.stderr)
    return held


def _found(tool: str) -> list[str] | None:
    """The command of a tool: ours, or the machine's."""
    name, *plugin = tool.split()
    path = shutil.which(name, path=f"{TOOLS}{os.pathsep}{os.environ['PATH']}")
    if path is None:
        return None
    asked = subprocess.run([path, *plugin, "version"], capture_output=True, timeout=60) if plugin else None
    return None if asked and asked.returncode else [path, *plugin]


if __name__ == "__main__":
    sys.exit(main())
