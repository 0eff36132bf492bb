"""Which configuration a command works with, and the application built from it."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from syncd.errors import LedgerError, UsageError
from syncd.lease import holding
from syncd.settings import Settings, embedded, embedded_again, load
from syncd.settings.reading import FILE_NAME, SYSTEM_FILE
from syncd.settings.text import CONFIG_VARIABLE
from syncd.store.ledger import Ledger
from syncd.store.opening import is_there
from syncd.store.sqlite import database_path
from syncd.team import Application
from syncd.wiring import Surroundings, application

EMBEDDED_LEDGER = Path(".syncd/syncd.db")
MEMORY = "sqlite://"
LOCK_WAIT = 60.0
"""Seconds that a command waits for a pass of another process."""

_COMMAND = re.compile(r"`(syncd [^`]+)`")


def now() -> datetime:
    """The clock of every command."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Opening:
    """The flags that say where to look, and how long to wait for another process."""

    config: Path | None = None
    source: Path | None = None
    lock_wait: float = LOCK_WAIT

    def __post_init__(self) -> None:
        if self.config is not None and self.source is not None:
            raise UsageError("--source works without a configuration. Leave out --source or --config.")

    @property
    def flags(self) -> str:
        """The same flags for the next command, with a blank before them; they can be pasted."""
        given = [("--config", self.config), ("--source", self.source)]
        return "".join(f" {flag} {shlex.quote(str(path))}" for flag, path in given if path is not None)

    def pasteable(self, text: str) -> str:
        """A sentence in which the `syncd …` commands look where this one did."""
        return _COMMAND.sub(lambda command: f"`{command[1]}{self.flags}`", text)

    @property
    def configured(self) -> bool:
        """Whether there is anything to read settings from."""
        given = self.source or self.config or os.environ.get(CONFIG_VARIABLE)
        return bool(given) or Path(FILE_NAME).exists() or SYSTEM_FILE.exists()

    def settings(self) -> Settings:
        """The settings of ``--source``, else of the configuration. Raises SettingsError or UsageError."""
        if self.source is not None:
            return embedded(self.source, cwd=Path.cwd())
        return load(self.config, environment=os.environ, cwd=Path.cwd())

    def database(self) -> str:
        """The URL of the ledger; without any configuration, of the one that ``--source`` left in ``./.syncd``."""
        if not self.configured and EMBEDDED_LEDGER.exists():
            return f"sqlite:///{EMBEDDED_LEDGER.resolve()}"
        return self.settings().ledger_url(os.environ)


@contextmanager
def opened(opening: Opening, command: str, *, team: str | None = None) -> Iterator[Application]:
    """The application on its ledger, made if need be, while nobody else works for its teams, or for this one.

    Raises LockHeld when somebody takes too long.
    """
    settings = opening.settings()
    teams = [name for name in settings.teams if team in (None, name)]
    with (
        Ledger.open(settings.ledger_url(os.environ)) as ledger,
        working_for(ledger, teams, opening, command) as mine,
    ):
        yield application(settings, Surroundings(mine, now, os.environ))


@contextmanager
def opened_to_find(opening: Opening) -> Iterator[Application]:
    """The application on its ledger, made if need be, before it is known for which team there is something to do."""
    settings = opening.settings()
    with Ledger.open(settings.ledger_url(os.environ)) as ledger:
        yield application(settings, Surroundings(ledger, now, os.environ))


def working_for(
    ledger: Ledger, teams: Collection[str], opening: Opening, command: str
) -> AbstractContextManager[Ledger]:
    """Nobody else works for these teams meanwhile; yields the ledger to write with. Raises LockHeld."""
    return holding(ledger, teams, by=command, wait=opening.lock_wait, clock=now)


@contextmanager
def opened_to_look(opening: Opening) -> Iterator[Application]:
    """The application, to look only: nothing is left behind, not even a ledger where there was none."""
    settings = opening.settings()
    url = settings.ledger_url(os.environ)
    with Ledger.open(url, readonly=True) if is_there(url) else Ledger.open(MEMORY) as ledger:
        yield application(settings, Surroundings(ledger, now, os.environ))


@contextmanager
def opened_to_recall(opening: Opening) -> Iterator[Application]:
    """The application, to tell what its ledger holds; without any configuration, of what ``--source`` left here."""
    if opening.configured or not EMBEDDED_LEDGER.exists():
        with opened_to_look(opening) as app:
            yield app
        return
    with ledger_to_read(opening) as ledger:
        folders: dict[str, dict[str, None]] = {}
        for document in ledger.all_documents():
            folders.setdefault(document.team, {})[document.source.removeprefix("folder:")] = None
        settings = embedded_again(folders, cwd=Path.cwd()) if folders else opening.settings()
        yield application(settings, Surroundings(ledger, now, os.environ))


@contextmanager
def ledger_to_read(opening: Opening) -> Iterator[Ledger]:
    """The ledger alone, for commands that touch nothing else. Raises LedgerError when there is none yet."""
    url = opening.database()
    _refuse_absent(url, opening)
    with Ledger.open(url, readonly=True) as ledger:
        yield ledger


@contextmanager
def ledger_to_change(opening: Opening) -> Iterator[Ledger]:
    """The ledger alone. Raises LedgerError when there is none yet."""
    url = opening.database()
    _refuse_absent(url, opening)
    with Ledger.open(url) as ledger:
        yield ledger


def _refuse_absent(url: str, opening: Opening) -> None:
    if not is_there(url):
        where = f" at {path}" if (path := database_path(url)) else ""
        raise LedgerError(f"There is no ledger{where} yet. The first pass makes it: syncd reconcile{opening.flags}")
