"""``syncd health``: what a container's check asks. It reads the ledger and nothing else."""

from __future__ import annotations

from datetime import timedelta

from syncd.cli.opening import Opening, ledger_to_read, now
from syncd.cli.terminal import Terminal
from syncd.health import alive

POLL = timedelta(minutes=15)
"""Without a configuration."""


def run(opening: Opening, terminal: Terminal) -> int:
    """Print whether passes come to their end; returns 0 when they do, else 1."""
    poll = opening.settings().poll if opening.configured else POLL
    with ledger_to_read(opening) as ledger:
        told = alive(ledger, now=now(), poll=poll)
    if told.ok:
        terminal.out(told.words)
    else:
        terminal.warn(told.words)
    return 0 if told.ok else 1
