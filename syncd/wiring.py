"""Settings → the built application: the one place that names connectors."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path

from connectors.sources.folder import FolderSettings, FolderSource
from connectors.trackers.folder import FolderTracker, FolderTrackerSettings
from syncd.core.desired import Policy, Route
from syncd.ports import Clock, Source, Tracker
from syncd.settings import Settings, TeamSettings
from syncd.store.ledger import Ledger
from syncd.team import Application, Team, TeamSource


def application(settings: Settings, *, ledger: Ledger, clock: Clock) -> Application:
    """Everything a command works with. Nothing outside is touched yet."""
    return Application(ledger, tuple(_team(settings, name, ledger, clock) for name in settings.teams), clock)


def _team(settings: Settings, name: str, ledger: Ledger, clock: Clock) -> Team:
    team = settings.teams[name]
    trackers = {called: _tracker(tracker, ledger, clock) for called, tracker in team.trackers.items()}
    folders = [
        tracker.path
        for any_team in settings.teams.values()
        for tracker in any_team.trackers.values()
        if isinstance(tracker, FolderTrackerSettings)
    ]
    return Team(
        policy=_policy(settings, name, team),
        sources=tuple(_source(settings, source, ignore=folders) for source in team.sources),
        trackers=trackers,
        zone=team.zone,
        fingerprint=settings.fingerprint(name),
    )


def _policy(settings: Settings, name: str, team: TeamSettings) -> Policy:
    return Policy(
        team=name,
        trackers=tuple(team.trackers),
        routes=tuple(Route(**route.model_dump()) for route in team.routes),
        start_date=team.start_date,
        push_state=team.document_status == "push",
        write_back=team.write_back,
        status_words=team.status_words.by_state(),
        creates_per_pass=settings.limits.creates_per_pass,
    )


def _source(settings: Settings, source: object, *, ignore: Collection[Path]) -> TeamSource:
    match source:
        case FolderSettings():
            label = settings.written(source.path)
            built: Source = FolderSource(
                source.path,
                label=label,
                include=source.include,
                exclude=source.exclude,
                url_template=source.url_template,
                restricted=source.restricted,
                ignore=ignore,
            )
            return TeamSource(built, label, source.finished)
    raise AssertionError(f"settings of a source that nobody builds: {source!r}")


def _tracker(tracker: object, ledger: Ledger, clock: Clock) -> Tracker:
    match tracker:
        case FolderTrackerSettings():
            location = f"folder:{tracker.path.resolve()}"
            return FolderTracker(
                tracker.path,
                prefix=tracker.prefix,
                labels=tracker.labels,
                clock=clock,
                floor=_highest_number(ledger, location, tracker.prefix),
            )
    raise AssertionError(f"settings of a tracker that nobody builds: {tracker!r}")


def _highest_number(ledger: Ledger, location: str, prefix: str) -> Callable[[], int]:
    """The highest number of a ticket the ledger knows in a folder, so that a lost folder uses no key twice."""
    numbered = re.compile(rf"{prefix}-([0-9]+)")

    @cache  # once: tickets made from then on stand in the folder itself
    def highest() -> int:
        found = (numbered.fullmatch(key) for key in ledger.revisions(location))
        return max((int(match[1]) for match in found if match), default=0)

    return highest
