"""What a stranger installs: the wheel alone, without the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
UV = shutil.which("uv") or str(CHECKOUT / ".uv/bin/uv")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """The files of a freshly built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [UV, "build", "--wheel", "--quiet", "--out-dir", str(folder), str(CHECKOUT)]
    subprocess.run(build, check=True, timeout=120)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_brings_samples_migrations_and_types(unpacked):
    assert len(list((unpacked / "syncd/samples").glob("*.md"))) == 3
    assert list((unpacked / "syncd/store/migrations/versions").glob("*.py"))
    assert (unpacked / "syncd/render/templates/mail.html.j2").exists()
    assert (unpacked / "syncd/web/templates/site.css").exists()
    assert (unpacked / "syncd/py.typed").exists()
    assert not (unpacked / "tests").exists()


def test_the_demo_runs_from_the_wheel_alone(unpacked, tmp_path):
    code = "import syncd.cli.main as m; m.main()"
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "NO_COLOR": "1"}
    command = [sys.executable, "-c", code, "demo", str(tmp_path / "demo")]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    where = "import syncd; print(syncd.__file__)"
    imported = subprocess.run(
        [sys.executable, "-c", where], env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert imported.stdout.startswith(str(unpacked))
    assert "Try next" in done.stdout
    assert list((tmp_path / "demo/digests").glob("*weekly*.html"))
    assert len(list((tmp_path / "demo/.syncd/tickets").glob("T-*.md"))) == 7
