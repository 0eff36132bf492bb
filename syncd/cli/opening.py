"""Which configuration a command works with, and the application built from it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from syncd.errors import LedgerError, SettingsError, UsageError
from syncd.settings import Settings, embedded, load
from syncd.store.ledger import Ledger
from syncd.team import Application
from syncd.wiring import application

EMBEDDED_LEDGER = Path(".syncd/syncd.db")
MEMORY = "sqlite://"


@dataclass(frozen=True, slots=True)
class Opening:
    """The flags that say where to look."""

    config: Path | None = None
    source: Path | None = None


def now() -> datetime:
    """The clock of every command."""
    return datetime.now(UTC)


def settings_of(opening: Opening) -> Settings:
    """The settings of ``--source``, else of the configuration. Raises SettingsError or UsageError."""
    if opening.source is not None:
        if opening.config is not None:
            raise UsageError("--source works without a configuration. Leave out --source or --config.")
        return embedded(opening.source, cwd=Path.cwd())
    return load(opening.config, environment=os.environ, cwd=Path.cwd())


@contextmanager
def opened(opening: Opening, *, writing: bool) -> Iterator[tuple[Settings, Application]]:
    """The settings and what is built from them. Without ``writing`` nothing is left behind, not even a ledger."""
    settings = settings_of(opening)
    with _ledger(settings.database, writing=writing) as ledger:
        yield settings, application(settings, ledger=ledger, clock=now)


def _ledger(url: str, *, writing: bool) -> Ledger:
    if writing:
        return Ledger.open(url)
    return Ledger.open(url, readonly=True) if Path(url.removeprefix("sqlite:///")).exists() else Ledger.open(MEMORY)


def database_of(opening: Opening) -> str:
    """The URL of the ledger; without any configuration, of the one that ``--source`` left in ``./.syncd``."""
    try:
        return settings_of(opening).database
    except SettingsError as error:
        if error.mistakes or opening.config or opening.source or not EMBEDDED_LEDGER.exists():
            raise
        return f"sqlite:///{EMBEDDED_LEDGER.resolve()}"


def embedded_only(opening: Opening) -> bool:
    """Whether only the ledger that ``--source`` left is there, and no settings to plan with."""
    try:
        settings_of(opening)
    except SettingsError as error:
        return not error.mistakes
    return False


@contextmanager
def ledger_of(opening: Opening, *, writing: bool = False) -> Iterator[tuple[str, Ledger]]:
    """The ledger alone and its URL, for commands that touch nothing else. Raises LedgerError when there is none."""
    url = database_of(opening)
    if not Path(url.removeprefix("sqlite:///")).exists():
        raise LedgerError("There is no ledger yet. It is made by the first pass: syncd reconcile.")
    with Ledger.open(url, readonly=not writing) as ledger:
        yield url, ledger
