"""doctor(app): each connector proved against the real service, without changing anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from syncd.core.merge import linkable
from syncd.errors import SyncdError
from syncd.ports import Finding, Level, Notifier, Source, Tracker
from syncd.team import Application


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What one connector of a team was found to be like."""

    team: str
    name: str
    """How the configuration calls it."""
    location: str
    findings: tuple[Finding, ...]
    carries_digests: bool = False
    """A pass works without it: what fails is a digest."""


def diagnose(app: Application, team: str | None = None) -> Iterator[Diagnosis]:
    """Each connector of all teams, or of one, in the order of the file; each as soon as it was proved."""
    for each in app.chosen(team):
        linking = any(tracker.features.links for tracker in each.trackers.values())
        for source in each.sources:
            findings = (*_findings(source.source), *(_addresses(source.source) if linking else ()))
            yield Diagnosis(each.name, source.label, source.source.location, findings)
        for name, tracker in each.trackers.items():
            yield Diagnosis(each.name, name, tracker.location, _findings(tracker))
        for name, channel in each.digests.channels.items():
            to = ", ".join(channel.notifier.recipients)
            location = f"{channel.notifier.format}:{to}"
            yield Diagnosis(each.name, name, location, _findings(channel.notifier), carries_digests=True)


def _addresses(source: Source) -> tuple[Finding, ...]:
    """Whether tickets that link by address can link to the documents of this source."""
    try:
        first = next(iter(source.documents({}).documents), None)
    except SyncdError:
        return ()
    if first is None or linkable(first.location):
        return ()
    cure = 'Add url_template = "https://…/{path}" to the source: where people read these documents.'
    return (Finding(Level.WARNING, "links", f"Tickets cannot link to {first.location}: it is no address.", cure),)


def _findings(connector: Source | Tracker | Notifier) -> tuple[Finding, ...]:
    try:
        return tuple(connector.check())
    except SyncdError as error:
        level = Level.AUTHENTICATION if error.exit_code == 4 else Level.FAILURE
        return (Finding(level, "set-up", str(error)),)
