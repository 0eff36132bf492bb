"""Working for a team: nobody else does meanwhile, and whoever was taken for dead can write no more.

One row a team in the ledger says who works for it and until when. The holder prolongs that while it is alive; a process
of this machine that is no more is not waited for.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Self

from syncd.errors import LedgerError, LockHeld
from syncd.ports import Clock
from syncd.store.ledger import Ledger
from syncd.store.reading import Reading
from syncd.store.records import Lease

LENGTH = timedelta(seconds=60)
"""How long a holder that gives no sign is waited for."""
_PAUSE = 0.1
"""Seconds between two tries."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that works for teams: its command, as people typed it, and where it runs."""

    machine: str
    process: int
    command: str

    @classmethod
    def here(cls, command: str) -> Self:
        """This process."""
        return cls(_machine(), os.getpid(), command)

    @classmethod
    def read(cls, text: str) -> Self:
        """The holder whose ``str()`` it is; what somebody else wrote there names nobody of this machine."""
        machine, _, rest = text.partition(" ")
        process, _, command = rest.partition(" ")
        return cls(machine, int(process), command) if process.isdecimal() else cls("", 0, text)

    def __str__(self) -> str:
        return f"{self.machine} {self.process} {self.command}"

    @property
    def gone(self) -> bool:
        """Whether it certainly ended; of another machine nobody here can tell."""
        if self.machine != _machine():
            return False
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False

    @property
    def called(self) -> str:
        """For people: the command, its process, and its machine unless it is this one."""
        host = self.machine.partition("/")[0]
        where = "" if self.machine == _machine() else f" on {host}"
        return f"`{self.command}` (process {self.process}{where})"


@cache
def _machine() -> str:
    """Names this machine since it was started, as far as process numbers mean the same: a container is one itself."""
    host = socket.gethostname() or "localhost"
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
        own = os.readlink("/proc/self/ns/pid")
    except OSError:  # no Linux: then nobody is ever taken for dead before time
        boot, own = os.urandom(8).hex(), ""
    return f"{host}/{sha256(f'{boot}{own}'.encode()).hexdigest()[:8]}"


@contextmanager
def holding(ledger: Ledger, teams: Collection[str], *, by: str, wait: float, clock: Clock) -> Iterator[Ledger]:
    """Work for these teams; yields the ledger to do it with, whose writes are refused once a lease is lost.

    ``by`` is the command. Waits up to ``wait`` seconds for others, then raises LockHeld, which names the holder.
    """
    held: list[Lease] = []
    deadline = time.monotonic() + wait
    ledger.enlist(teams)
    try:
        for team in sorted(teams):  # everybody in the same order, so that two never wait for each other
            held.append(_taken(ledger, team, by=by, deadline=deadline, wait=wait, clock=clock))
        with keeping(ledger, held, clock=clock):
            yield ledger.under(held)
    finally:
        with suppress(LedgerError):  # then they end by themselves
            for lease in held:
                ledger.release(lease)


def _taken(ledger: Ledger, team: str, *, by: str, deadline: float, wait: float, clock: Clock) -> Lease:
    holder = str(Holder.here(by))
    while True:
        now = clock()
        if lease := ledger.claim(team, holder=holder, at=now, until=now + LENGTH):
            return lease
        bury(ledger)
        left = deadline - time.monotonic()
        if left <= 0:
            raise LockHeld(_who(ledger, team, wait))
        time.sleep(min(_PAUSE, left))


def bury(ledger: Ledger) -> None:
    """Give back what processes of this machine held that are no more."""
    for lease in ledger.held():
        if Holder.read(lease.holder or "").gone:
            ledger.release(lease)


def wait_until_idle(ledger: Reading, *, wait: float, clock: Clock) -> None:
    """Return when nobody works for any team. Raises LockHeld, which names a holder, after ``wait`` seconds."""
    deadline = time.monotonic() + wait
    while busy := [lease for lease in ledger.held() if _alive(lease, clock)]:
        left = deadline - time.monotonic()
        if left <= 0:
            raise LockHeld(_held_by(busy[0], wait))
        time.sleep(min(_PAUSE, left))


def _alive(lease: Lease, clock: Clock) -> bool:
    late = lease.expires_at is not None and lease.expires_at <= clock()
    return not late and not Holder.read(lease.holder or "").gone


def _who(ledger: Reading, team: str, wait: float) -> str:
    held = next((lease for lease in ledger.held() if lease.team == team), None)
    return _held_by(held or Lease(team, 0, None, None, None), wait)


def _held_by(lease: Lease, wait: float) -> str:
    """The sentence about the holder; it may just have gone."""
    who = Holder.read(lease.holder).called if lease.holder else "Another process"
    since = f" since {lease.claimed_at.isoformat(timespec='seconds')}" if lease.claimed_at else ""
    waited = f" (waited {wait:g} s)" if wait else ""
    return f"{who} works for {lease.team}{since}{waited}; try again when it has finished."


@contextmanager
def keeping(
    ledger: Ledger, held: Sequence[Lease], *, clock: Clock, hung: Callable[[], bool] = lambda: False
) -> Iterator[None]:
    """Prolong these leases in the background, until the work is done or ``hung`` says that it never will be."""
    done = threading.Event()

    def prolong() -> None:
        while not done.wait(LENGTH.total_seconds() / 3) and not hung():
            with suppress(LedgerError):  # the next time it may go; if not, the lease ends, and every write is refused
                for lease in held:
                    ledger.renew(lease, clock() + LENGTH)

    threading.Thread(target=prolong, name="leases", daemon=True).start()
    try:
        yield
    finally:
        done.set()
