"""doctor(app): each connector proved against the real service, without changing anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from syncd.errors import SyncdError
from syncd.ports import Finding, Level, Source, Tracker
from syncd.team import Application


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What one connector of a team was found to be like."""

    team: str
    name: str
    """How the configuration calls it."""
    location: str
    findings: tuple[Finding, ...]


def diagnose(app: Application, team: str | None = None) -> Iterator[Diagnosis]:
    """Every source and tracker of all teams, or of one, in the order of the file; each as soon as it was proved."""
    for each in app.chosen(team):
        for source in each.sources:
            yield Diagnosis(each.name, source.label, source.source.location, _findings(source.source))
        for name, tracker in each.trackers.items():
            yield Diagnosis(each.name, name, tracker.location, _findings(tracker))


def _findings(connector: Source | Tracker) -> tuple[Finding, ...]:
    try:
        return tuple(connector.check())
    except SyncdError as error:
        level = Level.AUTHENTICATION if error.exit_code == 4 else Level.FAILURE
        return (Finding(level, "set-up", str(error)),)
