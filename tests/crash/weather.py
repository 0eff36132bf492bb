"""What else goes wrong while a pass is killed: on the wire, in the service's index, beside us on the same ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

from tests.emulators.proxy import Fault, FaultProxy, lost_reply, status

WRITES = ("POST|PUT|PATCH|DELETE", r"(?!.*/search).*")
"""Requests that change something: method and path. Jira's search is a POST, too."""
WIRES: dict[str, Fault | None] = {
    "a calm wire": None,
    "lost replies": lost_reply,
    "502 after the work": status(502, after=True),
}
LAGS = tuple(timedelta(seconds=seconds) for seconds in (0, 60, 600))


@dataclass(frozen=True)
class Weather:
    """``wire`` names what becomes of every write of the pass; ``lag`` is how old searches and lists are.

    ``two``: another process waits for the ledger, and begins its pass the moment the first one is dead.
    """

    wire: str = "a calm wire"
    lag: timedelta = timedelta()
    two: bool = False

    def __str__(self) -> str:
        return f"{self.wire}, searches {self.lag.seconds} s late, {'two processes' if self.two else 'one process'}"

    @contextmanager
    def over(self, proxy: FaultProxy) -> Iterator[None]:
        """What clients write through the proxy has this weather's fault meanwhile."""
        fault = WIRES[self.wire]
        if fault is not None:
            proxy.on(*WRITES, fault, times=1000)
        try:
            yield
        finally:
            proxy.clear()


WEATHERS = tuple(Weather(*parts) for parts in product(WIRES, LAGS, (False, True)))
EACH_SIDE = tuple((weather, after) for weather in WEATHERS for after in (False, True))
"""With each weather, killed before the point and after it."""


def turns(at: int, *, seed: int, times: int) -> list[tuple[Weather, bool]]:
    """In what the ``at``-th point comes with this seed; the next seeds go on from there."""
    first = at + times * seed
    return [EACH_SIDE[turn % len(EACH_SIDE)] for turn in range(first, first + times)]
