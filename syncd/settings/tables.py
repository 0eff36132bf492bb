"""The tables of the configuration, as frozen models; their docstrings are what editors show.

A key that is not listed here is refused, and so is a value of another kind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, InitSettingsSource, SettingsConfigDict

from connectors import NOTIFIERS, SOURCES, TRACKERS
from syncd import __version__
from syncd.core.model import State
from syncd.core.state_words import find
from syncd.errors import SettingsError
from syncd.secrets import SecretReference
from syncd.settings.text import NESTING, PREFIX
from syncd.settings.values import (
    CellWord,
    CountryCode,
    Database,
    Duration,
    Email,
    Glob,
    HostName,
    Interval,
    ListenAddress,
    Name,
    OneOf,
    PageUrl,
    RetroTimes,
    Secrets,
    Weekly,
    WeeklyTime,
    Zone,
)

DATABASE = "sqlite:///.syncd/syncd.db"


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)


class SourceSettings(Protocol):
    """What the settings of every kind of source have."""

    @property
    def kind(self) -> str:
        """Its kind, a key of :data:`connectors.SOURCES`."""

    @property
    def finished(self) -> str | None:
        """The rule by which its documents are finished, if it has one."""

    @property
    def restricted(self) -> bool:
        """Whether shared outputs count its documents but never name them."""


class TrackerSettings(Protocol):
    """What the settings of every kind of tracker have."""

    @property
    def kind(self) -> str:
        """Its kind, a key of :data:`connectors.TRACKERS`."""


class NotifierSettings(Protocol):
    """What the settings of every kind of notifier have."""

    @property
    def kind(self) -> str:
        """Its kind, a key of :data:`connectors.NOTIFIERS`."""


AnySource = Annotated[SourceSettings, OneOf({kind: settings for kind, (settings, _) in SOURCES.items()})]
AnyTracker = Annotated[TrackerSettings, OneOf({kind: settings for kind, (settings, _) in TRACKERS.items()})]
AnyNotifier = Annotated[NotifierSettings, OneOf({kind: settings for kind, (settings, _) in NOTIFIERS.items()})]


class WebSettings(_Table):
    """The status page and the webhooks."""

    listen: ListenAddress
    """Host and port, such as "127.0.0.1:8080"."""
    token: SecretReference | None = None
    """What a reader must present; needed for any address that others can reach."""
    url: PageUrl | None = None
    """Where readers reach it, such as "https://syncd.example.com"; digests link there."""
    hosts: tuple[HostName, ...] = ()
    """More names by which readers call this site, such as "syncd.example.com"; others are turned away."""
    github_secret: Secrets = ()
    """With what GitHub signs its webhooks; a list while rotating."""
    jira_secret: Secrets = ()
    """With what Jira signs its webhooks; a list while rotating."""

    @property
    def names(self) -> tuple[str, ...]:
        """By which names readers call it, beside those of the address it listens on."""
        called = urlsplit(self.url).hostname if self.url else None
        return (*self.hosts, called) if called else self.hosts

    @model_validator(mode="after")
    def _not_open_to_all(self) -> Self:
        if self.token is None and not self.listen.loopback:
            raise ValueError('others can reach this address; add token = "env:NAME", or listen on 127.0.0.1')
        return self


class Limits(_Table):
    """The pace, and how careful to be."""

    creates_per_pass: Annotated[int, Field(ge=1)] = 25
    """At most so many new tickets in one pass; the rest follow in the next ones."""
    quarantine: Duration = timedelta(minutes=15)
    """How long the search of a tracker may lag behind, before a ticket not found is created again."""


_USUAL = {
    State.OPEN: '"Open", "To do" or "Offen"',
    State.IN_PROGRESS: '"In progress", "WIP" or "In Arbeit"',
    State.DONE: '"Done", "Closed" or "Erledigt"',
    State.CANCELLED: '"Cancelled", "Won\'t do" or "Verworfen"',
}


class StatusWords(_Table):
    """The words written into a status cell when the document shows none of its own."""

    open: CellWord = "Open"
    in_progress: CellWord = "In progress"
    done: CellWord = "Done"
    cancelled: CellWord = "Cancelled"

    @field_validator("*")
    @classmethod
    def _is_read_again(cls, word: str, info: ValidationInfo) -> str:
        # A cell whose state word is unknown is never overwritten: the next change would find no place in it.
        state = State(str(info.field_name))
        if find(word, state) is None:
            raise ValueError(f"would not be read as {state} again; write a known word, such as {_USUAL[state]}")
        return word

    def by_state(self) -> dict[State, str]:
        """Each state's word."""
        return {state: getattr(self, state.value) for state in State}


class RouteSettings(_Table):
    """Which tracker an item goes to. Patterns may hold ``*``, ``?`` and ``[ab]``; all that are given must fit."""

    owner: Glob | None = None
    """The item's owner; the first one, if there are several."""
    type: Glob | None = None
    """Prevent, Detect, Mitigate, Process, or the document's own word."""
    severity: Glob | None = None
    """The postmortem's severity, such as SEV-1."""
    kind: Glob | None = None
    """incident or project."""
    source: Glob | None = None
    """The source's path or address, as it is written in this file."""
    tracker: Name
    """The name of one of the team's trackers."""


class OwnerSettings(_Table):
    """How an owner that documents name is known elsewhere."""

    email: Email | None = None
    """Where this owner's own section of a digest goes, when a notifier says to_owners = true."""
    jira: Name | None = None
    """The accountId on Jira Cloud, the user name on Data Center."""
    github: Name | None = None
    """The login on GitHub."""
    component: Name | None = None
    """The Jira component."""


class DigestSettings(_Table):
    """What is sent when, in the team's time zone, and through which notifiers."""

    weekly: Weekly = WeeklyTime(weekday=0, at=time(9))
    """The moment of the weekly digest, such as "Mon 09:00"."""
    review_after: Duration = timedelta(days=14)
    """How long after the postmortem its items are reviewed, unless the document names a date."""
    retro: RetroTimes | None = None
    """When the team's retro takes place: an RRULE of RFC 5545, or the path or https address of an .ics file."""
    retro_from: date | None = None
    """The day of one retro, from which the rule counts."""
    channels: tuple[Name, ...] = ()
    """Names of the team's notifiers; left out: all of them."""
    all_clear: bool = False
    """Whether a weekly digest goes out that has nothing to say."""
    templates: Path | None = None
    """A folder with templates of your own; one of the same name is taken instead of ours."""

    @model_validator(mode="after")
    def _has_a_first_retro(self) -> Self:
        if isinstance(self.retro, str) and "://" not in self.retro:
            if "INTERVAL=" in self.retro and self.retro_from is None:
                raise ValueError("a retro with an INTERVAL needs the day of one; add retro_from = 2026-01-08")
            # Imported here because calendars cost 0.1 s, and most commands have no use for them.
            from syncd.core.retros import retros_from_rule

            retros_from_rule(self.retro, self.retro_from, ZoneInfo("UTC"))
        return self


class TeamSettings(_Table):
    """One team: where its postmortems are, where its tickets go, and what it wants to hear."""

    timezone: Zone | None = None
    """Overrides the time zone of the whole file."""
    start_date: date | None = None
    """Of older postmortems, only the items that already name a ticket are tracked."""
    holidays: CountryCode | None = None
    """Whose public holidays are no working days: a country such as "DE", or a part of it such as "US-CA"."""
    document_status: Literal["push", "report"] = "push"
    """An item ticked in the document moves its ticket (push), or is only shown (report)."""
    write_back: bool = True
    """Whether tickets and their states are written into the documents."""
    status_words: StatusWords = StatusWords()
    sources: tuple[AnySource, ...] = ()
    """Where the team's documents are; a document reached through two belongs to the first."""
    trackers: dict[Name, AnyTracker] = {}
    """Where the team's tickets are, each under a name of your choice."""
    routes: tuple[RouteSettings, ...] = ()
    """The first that fits decides; without routes the first tracker takes all."""
    owners: dict[Name, OwnerSettings] = {}
    """By the name that the documents use."""
    digests: DigestSettings = DigestSettings()
    notifiers: dict[Name, AnyNotifier] = {}
    """Who carries the digests, each under a name of your choice."""

    @property
    def zone(self) -> ZoneInfo:
        """The team's time zone, its own or that of the whole file."""
        assert self.timezone is not None, "filled in when the file was read"
        return self.timezone


class Settings(BaseSettings):
    """Everything that is configured. Paths are absolute; every team has its time zone."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
        case_sensitive=True,
        env_prefix=PREFIX,
        env_nested_delimiter=NESTING,
        title="The configuration of syncd",
    )

    database: Database = DATABASE
    """Where the ledger is kept: sqlite:/// and a path, which starts at this file unless it has a fourth slash; or
    postgresql://USER@HOST/NAME; or where that is written with its password, such as "env:SYNCD_DB"."""
    timezone: Zone = ZoneInfo("UTC")
    """The time zone of every team that has none of its own."""
    poll: Interval = timedelta(minutes=15)
    """How long the daemon waits between two passes."""
    web: WebSettings | None = None
    """Without this table nothing listens."""
    limits: Limits = Limits()
    teams: dict[Name, TeamSettings] = {}
    """Each team under its name."""

    _file: Path | None = PrivateAttr(default=None)
    _written: dict[Path, str] = PrivateAttr(default={})

    def __init__(self, data: dict[str, Any]) -> None:
        """The settings that ``data`` says and nothing else: no variable of this process, no file is looked at."""
        super().__init__(_build_sources=((InitSettingsSource(Settings, data),), {}))

    @property
    def file(self) -> Path | None:
        """The file that was read, as an absolute path; None for the embedded defaults."""
        return self._file

    def ledger_url(self, environment: Mapping[str, str]) -> str:
        """The address of the ledger, with its password if it has one. Raises SettingsError when it cannot be had."""
        if not self.database.startswith(("env:", "file:")):
            return self.database
        reference = SecretReference.parse(self.database)
        url = reference.resolve(environment)
        if not url.startswith(("postgresql://", "sqlite:////")):
            raise SettingsError(
                f"The database in {reference} is no address; write postgresql://USER:PASSWORD@HOST/NAME."
            )
        return url

    def written(self, path: Path) -> str:
        """A path of these settings as it was written, which is how people call it."""
        return self._written[path]

    def fingerprint(self, team: str) -> str:
        """Changes whenever plans of this team's documents might: with its settings, or with the version of syncd.

        Secrets are no part of it, nor is what only concerns digests.
        """
        planning = self.teams[team].model_dump_json(exclude={"digests", "notifiers"})
        return hashlib.sha256(f"{__version__}\n{planning}".encode()).hexdigest()
