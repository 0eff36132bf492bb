"""``syncd run``: the daemon, its settings and its log."""

from __future__ import annotations

import logging
import os
import sys
from datetime import timedelta
from pathlib import Path

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from syncd.cli.opening import Opening, now
from syncd.daemon import HUNG, TICK, Daemon
from syncd.errors import UsageError
from syncd.ports import Clock
from syncd.secrets import redacted
from syncd.settings import Settings


def run(
    opening: Opening, *, log: str | None = None, clock: Clock = now, every: timedelta = TICK, hung: timedelta = HUNG
) -> int:
    """Run until told to end; returns the exit code. ``log`` is json or text; None: by where it goes.

    ``every`` and ``hung`` are what :class:`syncd.daemon.Daemon` has them for.
    """
    if log not in (None, "json", "text"):
        raise UsageError(f"--log {log} is unknown. Write json or text.")
    watched = _Watched(opening)
    as_json = log == "json" or (log is None and not sys.stderr.isatty())
    daemon = Daemon(watched.load, watched.changed, clock, _logger(as_json=as_json), os.environ, every=every, hung=hung)
    return daemon.run()


class _Watched:
    """The configuration and the time of its file."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._file: Path | None = None
        self._seen: tuple[int, int] | None = None

    def load(self) -> Settings:
        self._seen = self._stamp()
        settings = self._opening.settings()
        self._file = settings.file
        self._seen = self._stamp()
        return settings

    def changed(self) -> bool:
        return self._stamp() != self._seen

    def _stamp(self) -> tuple[int, int] | None:
        try:
            status = self._file.stat() if self._file else None
        except OSError:
            return None
        return (status.st_mtime_ns, status.st_size) if status else None


def _take_in(*, libraries: logging.Formatter) -> None:
    """What libraries have to warn of goes into the same log, in the same form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(libraries)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    # A tick that is still at work when the next one comes is no news.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)


def _without_secrets(logger: WrappedLogger, method: str, line: EventDict) -> str:
    """The line as it was rendered, without any secret: a traceback may quote one."""
    return redacted(str(line))


def _logger(*, as_json: bool) -> FilteringBoundLogger:
    """One line an event on standard error, with the time in UTC."""
    shown = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    common: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = [shown, _without_secrets]
    structlog.configure(processors=[*common, *last], logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    without_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    _take_in(libraries=structlog.stdlib.ProcessorFormatter(processors=[without_meta, *last], foreign_pre_chain=common))
    logger: FilteringBoundLogger = structlog.get_logger()
    return logger
