"""What the trackers of a team say at the start of a pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from syncd.core.identity import TicketId
from syncd.core.model import Ticket
from syncd.core.world import Place
from syncd.errors import AuthenticationFailed, TrackerError
from syncd.ports import Listing, Tracker
from syncd.store.ledger import Ledger
from syncd.team import Team


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
    """Ask each tracker once what changed. One that cannot be asked is noted, never raised."""
    places: dict[str, Place] = {}
    tickets: dict[TicketId, Ticket] = {}
    unclaimed: list[tuple[Place, Ticket]] = []
    turned_away: list[str] = []
    for name, tracker in team.trackers.items():
        known = ledger.revisions(tracker.location)
        listing, barred = _listing(tracker, known)
        turned_away += barred
        listed = [replace(t, was=None) if t.id in known else t for t in listing.tickets]
        places[name] = Place(name, tracker.location, tracker.features, _problem(name, listing))
        tickets |= {(tracker.location, t.known_as): t for t in listed if t.known_as in known}
        lost = [t for t in listed if t.known_as not in known and t.marker is not None]
        claimed = ledger.markers(tracker.location, [t.marker for t in lost if t.marker])
        unclaimed += [(places[name], t) for t in lost if t.marker not in claimed]
    return Look(places, tickets, tuple(unclaimed), tuple(turned_away))


def _listing(tracker: Tracker, known: Mapping[str, str]) -> tuple[Listing, list[str]]:
    try:
        return tracker.listing(known), []
    except AuthenticationFailed as error:
        return Listing((), complete=False, problem=str(error)), [str(error)]
    except TrackerError as error:
        return Listing((), complete=False, problem=str(error)), []


def _problem(name: str, listing: Listing) -> str | None:
    if listing.complete:
        return None
    return listing.problem or f"{name} could not be looked at completely"
