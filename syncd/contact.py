"""First contact: a source that nobody looked at yet is only observed by passes that nobody asked for.

A wrong path must not make two hundred tickets at night. What a person said is kept in the ledger under the source's
real place: another path is another source, and a lost ledger asks again.
"""

from __future__ import annotations

from datetime import datetime

from syncd.store.ledger import Ledger
from syncd.store.reading import Reading


def may_act(ledger: Reading, location: str) -> bool:
    """Whether a pass that nobody asked for may change something for the source at this location.

    It may once a pass has kept documents of it, or a person let it.
    """
    return ledger.meta(_name(location)) is not None or bool(ledger.documents(location))


def let_act(ledger: Ledger, location: str, *, at: datetime, by: str) -> None:
    """A person lets the source at this location be acted upon; who did it first, and when, is kept."""
    ledger.put_meta_once(_name(location), f"{at.isoformat(timespec='seconds')} {by}")


def _name(location: str) -> str:
    return f"may act: {location}"
