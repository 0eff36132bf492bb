"""Settings → the built application: the one place that names connectors."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from connectors.notifiers.apprise_settings import AppriseSettings
from connectors.notifiers.slack_settings import SlackSettings
from connectors.notifiers.smtp_settings import SmtpSettings
from connectors.notifiers.teams_settings import TeamsSettings
from connectors.notifiers.webhook_settings import WebhookSettings
from connectors.sources.folder import FolderSettings, FolderSource
from connectors.trackers.folder import FolderTracker, FolderTrackerSettings
from connectors.trackers.github_settings import GitHubTrackerSettings
from connectors.trackers.jira_settings import JiraTrackerSettings
from syncd.core.desired import Policy, Route
from syncd.errors import AuthenticationFailed, SettingsError
from syncd.ports import Clock, Source, Tracker
from syncd.secrets import SecretReference, keep_out
from syncd.settings import Settings, TeamSettings
from syncd.settings.text import quoted_key
from syncd.store.ledger import Ledger
from syncd.store.memo import LedgerMemo
from syncd.team import Application, Channel, Digests, Team, TeamSource

if TYPE_CHECKING:
    from syncd.core.calendar import Calendar
    from syncd.core.retros import Retros


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What connectors are given beside their settings. ``environment`` is where secrets are looked up."""

    ledger: Ledger
    clock: Clock
    environment: Mapping[str, str]
    sleep: Callable[[float], None] = time.sleep


def application(settings: Settings, surroundings: Surroundings) -> Application:
    """Everything a command works with. Nothing outside is touched yet, no secret is fetched."""
    teams = tuple(_team(settings, name, surroundings) for name in settings.teams)
    return Application(surroundings.ledger, teams, surroundings.clock)


def rebuilt(app: Application, settings: Settings, name: str, surroundings: Surroundings) -> Application:
    """The same application, for work on one team: what belongs to that team uses these surroundings."""
    teams = tuple(_team(settings, name, surroundings) if team.name == name else team for team in app.teams)
    return replace(app, ledger=surroundings.ledger, teams=teams)


def _team(settings: Settings, name: str, around: Surroundings) -> Team:
    team = settings.teams[name]
    trackers = {called: _tracker(settings, name, called, around) for called in team.trackers}
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
        digests=_digests(team, around, page=_page(settings, name)),
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


# --- digests


def _page(settings: Settings, team: str) -> str | None:
    """Where readers of digests find the team's page."""
    url = settings.web.url if settings.web else None
    return f"{url.rstrip('/')}/?team={quote(team, safe='')}" if url else None


def _digests(team: TeamSettings, around: Surroundings, *, page: str | None) -> Digests:
    chosen = team.digests.channels or tuple(team.notifiers)
    return Digests(
        calendar=lambda: _calendar(team, around),
        calendar_at_hand=lambda: _calendar(team, around, ask=False),
        channels={called: _channel(team, called, around) for called in chosen},
        templates=team.digests.templates,
        all_clear=team.digests.all_clear,
        page=page,
    )


def _calendar(team: TeamSettings, around: Surroundings, *, ask: bool = True) -> Calendar:
    """The team's calendar. Where its retros cannot be had it has a remark instead: the rest goes out all the same.

    Without ``ask`` nobody is asked for a calendar that is kept elsewhere: the copy of the last time must do.
    """
    # Imported here because calendars cost 0.1 s, and most commands have no use for them.
    from syncd.core.calendar import Calendar

    weekly = (team.digests.weekly.weekday, team.digests.weekly.at)
    try:
        calendar = Calendar(team.zone, weekly, team.digests.review_after, team.holidays)
    except ValueError as error:
        raise SettingsError(f"The team's calendar cannot be used: {error}.") from None
    try:
        retros, trouble = _retros(team, around, ask=ask)
    except (SettingsError, ValueError) as error:
        return replace(calendar, remark=f"When the team's retros are is not known: {error}")
    return replace(calendar, retros=retros, remark=trouble and f"The retros are those of an older copy: {trouble}")


def _retros(team: TeamSettings, around: Surroundings, *, ask: bool) -> tuple[Retros | None, str]:
    """The team's retros, and what is wrong with them."""
    from connectors.clients.calendar_file import copied_text, file_text, kept_text
    from syncd.core.retros import retros_from_ics, retros_from_rule

    place, first = team.digests.retro, team.digests.retro_from
    if place is None:
        return None, ""
    if isinstance(place, Path):
        return retros_from_ics(file_text(place), team.zone), ""
    if "://" not in place:
        return retros_from_rule(place, first, team.zone), ""
    keep_out(place)  # the address of a private calendar is a secret in itself
    memo = LedgerMemo(around.ledger, "calendar")
    if not ask:
        return retros_from_ics(copied_text(place, memo=memo), team.zone), ""
    text, trouble = kept_text(place, memo=memo, now=around.clock(), anew=around.ledger.readonly)
    return retros_from_ics(text, team.zone), trouble


def _channel(team: TeamSettings, called: str, around: Surroundings) -> Channel:
    match settings := team.notifiers[called]:
        case SmtpSettings():
            from connectors.notifiers.smtp import SmtpNotifier

            password = _secret(settings.password, around.environment) if settings.password else None
            owners = {owner: known.email for owner, known in team.owners.items() if known.email}
            return Channel(
                SmtpNotifier(settings=settings, secret=password, clock=around.clock),
                sender=settings.sender_address,
                owners=owners if settings.to_owners else {},
            )
        case SlackSettings():
            from connectors.notifiers.slack import SlackNotifier

            secret = _secret(settings.webhook, around.environment)
            return Channel(SlackNotifier(settings=settings, secret=secret, clock=around.clock))
        case TeamsSettings():
            from connectors.notifiers.teams import TeamsNotifier

            secret = _secret(settings.webhook, around.environment)
            return Channel(TeamsNotifier(settings=settings, secret=secret, clock=around.clock))
        case WebhookSettings():
            from connectors.notifiers.webhook import WebhookNotifier

            secret = _secret(settings.secret, around.environment)
            return Channel(WebhookNotifier(settings=settings, secret=secret, clock=around.clock))
        case AppriseSettings():
            from connectors.notifiers.apprise import AppriseNotifier

            secret = _secret(settings.url, around.environment)
            return Channel(AppriseNotifier(settings=settings, secret=secret, clock=around.clock))
    raise AssertionError(f"settings of a notifier that nobody builds: {settings!r}")


# --- trackers


def _tracker(settings: Settings, name: str, called: str, around: Surroundings) -> Tracker:
    team, section = settings.teams[name], f"teams.{quoted_key(name)}.trackers.{quoted_key(called)}"
    match tracker := team.trackers[called]:
        case FolderTrackerSettings():
            return _folder_tracker(tracker, around)
        case JiraTrackerSettings():
            return _jira(tracker, team, around, section=section, quarantine=settings.limits.quarantine)
        case GitHubTrackerSettings():
            return _github(tracker, team, around, section=section, quarantine=settings.limits.quarantine)
    raise AssertionError(f"settings of a tracker that nobody builds: {tracker!r}")


def _folder_tracker(tracker: FolderTrackerSettings, around: Surroundings) -> Tracker:
    location = f"folder:{tracker.path.resolve()}"
    return FolderTracker(
        tracker.path,
        prefix=tracker.prefix,
        labels=tracker.labels,
        clock=around.clock,
        floor=_highest_number(around.ledger, location, tracker.prefix),
    )


def _jira(
    tracker: JiraTrackerSettings, team: TeamSettings, around: Surroundings, *, section: str, quarantine: timedelta
) -> Tracker:
    # Imported here because the client library costs 0.2 s, and not every team has a Jira.
    from connectors.trackers.jira import JiraTracker

    return JiraTracker(
        settings=tracker,
        token=_secret(tracker.token, around.environment),
        memo=LedgerMemo(around.ledger, "jira"),
        clock=around.clock,
        sleep=around.sleep,
        quarantine=quarantine,
        section=section,
        owners={owner: known.jira for owner, known in team.owners.items() if known.jira},
        components={owner: known.component for owner, known in team.owners.items() if known.component},
    )


def _github(
    tracker: GitHubTrackerSettings, team: TeamSettings, around: Surroundings, *, section: str, quarantine: timedelta
) -> Tracker:
    # Imported here because the client library costs 0.3 s, and not every team is on GitHub.
    from connectors.trackers.github import GitHubTracker

    alone = sum(isinstance(other, GitHubTrackerSettings) for other in team.trackers.values()) == 1
    return GitHubTracker(
        settings=tracker,
        token=_secret(tracker.token, around.environment),
        memo=LedgerMemo(around.ledger, "github"),
        clock=around.clock,
        sleep=around.sleep,
        quarantine=quarantine,
        section=section,
        owners={owner: known.github for owner, known in team.owners.items() if known.github},
        takes_bare_numbers=alone,
    )


def _secret(reference: SecretReference, environment: Mapping[str, str]) -> Callable[[], str]:
    """Fetches a secret when it is needed; one that cannot be had is one connector's failure and nobody else's."""

    def fetch() -> str:
        try:
            return reference.resolve(environment)
        except SettingsError as error:
            raise AuthenticationFailed(str(error)) from None

    return fetch


def _highest_number(ledger: Ledger, location: str, prefix: str) -> Callable[[], int]:
    """The highest number of a ticket the ledger knows in a folder, so that a lost folder uses no key twice."""
    numbered = re.compile(rf"{prefix}-([0-9]+)")

    @cache  # once: tickets made from then on stand in the folder itself
    def highest() -> int:
        found = (numbered.fullmatch(key) for key in ledger.revisions(location))
        return max((int(match[1]) for match in found if match), default=0)

    return highest
