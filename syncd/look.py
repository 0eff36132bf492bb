"""What the trackers of a team say at the start of a pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Thread

from syncd.core.identity import TicketId
from syncd.core.model import Ticket
from syncd.core.world import Place
from syncd.errors import AuthenticationFailed, TrackerError
from syncd.ports import Listing, Tracker
from syncd.store.ledger import Ledger
from syncd.team import Team

Said = tuple[Listing, tuple[str, ...]]
"""What a tracker lists, and its words when it does not accept our credentials."""


@dataclass(frozen=True, slots=True)
class Look:
    """The trackers of one team."""

    places: Mapping[str, Place] = field(default_factory=dict)
    tickets: Mapping[TicketId, Ticket] = field(default_factory=dict)
    """Tickets of known links that changed, or that cannot be had any more."""
    unclaimed: tuple[tuple[Place, Ticket], ...] = ()
    """Tickets with a marker of ours that the ledger does not know."""
    turned_away: tuple[str, ...] = ()
    """The words of trackers that do not accept our credentials."""


def look_at(team: Team, ledger: Ledger) -> Look:
    """Ask each tracker once what changed, hosts side by side. One that cannot be asked is noted, never raised."""
    revisions = {name: ledger.revisions(tracker.location) for name, tracker in team.trackers.items()}
    said = _listings(team.trackers, revisions)
    places: dict[str, Place] = {}
    tickets: dict[TicketId, Ticket] = {}
    unclaimed: list[tuple[Place, Ticket]] = []
    turned_away: list[str] = []
    for name, tracker in team.trackers.items():
        known = revisions[name]
        listing, barred = said[name]
        turned_away += barred
        listed = [replace(t, was=None) if t.id in known else t for t in listing.tickets]
        places[name] = Place(name, tracker.location, tracker.features, _problem(name, listing))
        tickets |= {(tracker.location, t.known_as): t for t in listed if t.known_as in known}
        lost = [t for t in listed if t.known_as not in known and t.marker is not None]
        claimed = ledger.markers(tracker.location, [t.marker for t in lost if t.marker])
        unclaimed += [(places[name], t) for t in lost if t.marker not in claimed]
    return Look(places, tickets, tuple(unclaimed), tuple(turned_away))


def _listings(trackers: Mapping[str, Tracker], revisions: Mapping[str, Mapping[str, str]]) -> dict[str, Said]:
    """Each host is a lane: asked by one thread, one thing after the other, while the others are asked theirs."""
    lanes: dict[str, list[str]] = {}
    for name, tracker in trackers.items():
        lanes.setdefault(_host(tracker), []).append(name)

    def drive(lane: Sequence[str]) -> dict[str, Said]:
        return {name: _listing(trackers[name], revisions[name]) for name in lane}

    driving = [_begun(partial(drive, lane)) for lane in lanes.values()]
    return {name: said for lane in driving for name, said in lane.result().items()}


def _begun(work: Callable[[], dict[str, Said]]) -> Future[dict[str, Said]]:
    """What a thread of its own makes of it. It ends with the process: who interrupts a pass waits for no host."""
    future: Future[dict[str, Said]] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # raised where the result is asked for
            future.set_exception(error)

    Thread(target=run, name="lane", daemon=True).start()
    return future


def _host(tracker: Tracker) -> str:
    """What stands before the project or repository."""
    return tracker.location.partition("#")[0]


def _listing(tracker: Tracker, known: Mapping[str, str]) -> Said:
    try:
        return tracker.listing(known), ()
    except AuthenticationFailed as error:
        return Listing((), complete=False, problem=str(error)), (str(error),)
    except TrackerError as error:
        return Listing((), complete=False, problem=str(error)), ()


def _problem(name: str, listing: Listing) -> str | None:
    if listing.complete:
        return None
    return listing.problem or f"{name} could not be looked at completely"
