"""Tickets that people made by hand before syncd came: asked for before new ones are made beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syncd.core.change import Change, ChangeKind, Outcome
from syncd.core.model import DesiredTicket, Ticket
from syncd.errors import TrackerError
from syncd.reconcile import Pass
from syncd.team import Application, Team


@dataclass(frozen=True, slots=True)
class Candidates:
    """The tickets that one new row may already have. ``problem``: why its tracker could not be asked."""

    team: str
    change: Change
    tickets: tuple[Ticket, ...] = ()
    problem: str | None = None


def candidates(app: Application, planned: Pass) -> Iterator[Candidates]:
    """For each ticket that the plan would make, what looks like it; rows that nothing looks like are left out.

    A tracker that cannot be asked is asked once.
    """
    teams = {team.name: team for team in app.teams}
    mute: dict[tuple[str, str], str] = {}
    for team, change in planned.changes:
        if change.kind is not ChangeKind.CREATE or change.desired is None or change.outcome is Outcome.UNKNOWN:
            continue
        place = (team, change.desired.tracker)
        if place not in mute:
            try:
                if found := _alike(teams[team], change.desired):
                    yield Candidates(team, change, tuple(found))
                continue
            except TrackerError as error:
                mute[place] = str(error)
        yield Candidates(team, change, problem=mute[place])


def _alike(team: Team, desired: DesiredTicket) -> Sequence[Ticket]:
    return team.trackers[desired.tracker].alike(desired.title, desired.document)
