"""``make wheel-check``: what is built is the same each time, and works alone, without the checkout."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from syncd import __version__
from tests.deploy.place import CHECKOUT

UV = str(CHECKOUT / ".uv/bin/uv")
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("SYNCD_", "PYTHON", "VIRTUAL_ENV"))}
MOMENT = "1577836800"
"""What is built as of the same moment must be the same."""


def main() -> int:
    """Returns 0; whatever is wrong is told by an exception."""
    with tempfile.TemporaryDirectory(prefix="syncd-wheel-") as folder:
        place = Path(folder)
        wheel = _built_twice(place)
        _complete_source(next((place / "first").glob("*.tar.gz")))
        _works_alone(_installed(wheel, place), place)
    return 0


def _built_twice(place: Path) -> Path:
    """A wheel, built from a source archive, that is the same when it is built again."""
    for name in ("first", "second"):
        _run(UV, "build", "--quiet", "--out-dir", place / name, CHECKOUT, SOURCE_DATE_EPOCH=MOMENT)
    first, second = ({file.name: _hash(file) for file in (place / name).iterdir()} for name in ("first", "second"))
    assert first == second, f"built twice, and not the same: {first} {second}"
    (wheel,) = (place / "first").glob("*.whl")
    print(f"{wheel.name} and its source archive are the same when built twice: sha256 {first[wheel.name]}")
    return wheel


def _complete_source(archive: Path) -> None:
    with tarfile.open(archive) as source:
        names = {name.partition("/")[2] for name in source.getnames()}
    wanted = {"LICENSE", "README.md", "CHANGELOG.md", "uv.lock", "deploy/man/syncd.1", "config/syncd.example.toml"}
    assert wanted <= names, f"missing in {archive.name}: {wanted - names}"
    unwanted = [name for name in names if name.startswith((".venv", ".uv", ".git/", "dist", "node_modules"))]
    assert not unwanted, f"{archive.name} holds what nobody asked for: {unwanted[:5]}"
    print(f"{archive.name} is complete: {len(names)} files")


def _installed(wheel: Path, place: Path) -> Path:
    """A new environment with the wheel and what the lock file names, each package by its hash."""
    home, locked = place / "home", place / "requirements.txt"
    export = (UV, "export", "--quiet", "--locked", "--no-dev", "--no-emit-project", "--output-file", locked)
    _run(*export, "--project", CHECKOUT)
    _run(UV, "venv", "--quiet", "--python", sys.executable, home)
    install = (UV, "pip", "install", "--quiet", "--python", home / "bin/python")
    _run(*install, "--require-hashes", "--requirement", locked)
    _run(*install, "--no-deps", wheel)
    return home


def _works_alone(home: Path, place: Path) -> None:
    syncd = home / "bin/syncd"
    assert _run(syncd, "--version") == f"syncd {__version__}\n"
    package = Path(_run(home / "bin/python", "-I", "-c", "import syncd; print(syncd.__path__[0])").strip())
    assert package.is_relative_to(home), f"{package} is not what was installed"
    for inside in ("store/migrations/versions", "render/templates", "samples"):
        assert any((package / inside).iterdir()), f"{inside} is empty"
    assert (home / "share/man/man1/syncd.1").exists()
    assert "Try next" in _run(syncd, "demo", place / "demo", NO_COLOR="1")
    copies = shutil.copytree(package / "samples", place / "docs")
    assert "plan" in _run(syncd, "plan", "--source", copies, cwd=place).lower()
    print(f"syncd {__version__} works alone: version, demo, plan, samples, migrations, templates, manual")


def _run(*command: str | Path, cwd: Path | None = None, **more: str) -> str:
    done = subprocess.run(command, cwd=cwd, env={**CLEAN, **more}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
