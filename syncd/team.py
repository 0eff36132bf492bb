"""The built application: teams with their sources and trackers, ready for a pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from syncd.core.desired import Policy
from syncd.core.model import Document, Features, Postmortem
from syncd.core.plan import WriteBackOf
from syncd.core.postmortem import parse
from syncd.core.write_back import Cells, WriteBack, write_back
from syncd.errors import UsageError
from syncd.ports import Clock, Notifier, Source, Tracker
from syncd.store.ledger import Ledger

if TYPE_CHECKING:  # calendars cost 0.1 s to import, and most commands have no use for them
    from syncd.core.calendar import Calendar


@dataclass(frozen=True, slots=True)
class TeamSource:
    """A source of a team. ``finished`` is its rule (see :func:`syncd.core.postmortem.finished`)."""

    source: Source
    label: str
    """How the configuration calls it; routes match it."""
    finished: str | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """A notifier of a team."""

    notifier: Notifier
    sender: str = ""
    """The mail address that messages come from."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """Owner → address: each also gets only their own items."""


def _usual_calendar() -> Calendar:
    from syncd.core.calendar import Calendar

    return Calendar(zone=ZoneInfo("UTC"), weekly=(0, time(9)))


@dataclass(frozen=True, slots=True)
class Digests:
    """What is said when, and through whom."""

    calendar: Callable[[], Calendar] = _usual_calendar
    """Reads the calendar file of the retros where there is one; where it cannot be had, the calendar says why."""
    calendar_at_hand: Callable[[], Calendar] = _usual_calendar
    """The same without asking anybody else: for a page, which must not wait for a calendar on another machine."""
    channels: Mapping[str, Channel] = field(default_factory=dict)
    templates: Path | None = None
    """A folder with templates of one's own."""
    all_clear: bool = False
    """Whether a weekly goes out that has nothing to say."""
    page: str | None = None
    """Where the team's items are listed, for who reads a digest."""


@dataclass(frozen=True, slots=True)
class Team:
    """Everything one team has configured, built."""

    policy: Policy
    sources: tuple[TeamSource, ...]
    trackers: Mapping[str, Tracker]
    zone: ZoneInfo
    fingerprint: str
    """Changes whenever a setting that matters for planning, or syncd itself, changes."""
    digests: Digests = field(default_factory=Digests)

    @property
    def name(self) -> str:
        """As configured."""
        return self.policy.team

    @property
    def parse(self) -> Callable[[Document], Postmortem]:
        """Reads a document, knowing the KEYs of this team's trackers."""
        projects = frozenset().union(*(t.projects for t in self.trackers.values()))
        return lambda document: parse(document, projects=projects)

    @property
    def write_back(self) -> WriteBackOf:
        """Writes cells in this team's words."""
        read = self.parse

        def write(postmortem: Postmortem, cells: Mapping[int, Cells], features: Features) -> WriteBack:
            words = self.policy.status_words
            return write_back(postmortem, cells, status_words=words, states=features.states, reparse=read)

        return write


@dataclass(frozen=True, slots=True)
class Application:
    """What a command works with."""

    ledger: Ledger
    teams: tuple[Team, ...]
    clock: Clock

    def chosen(self, name: str | None) -> tuple[Team, ...]:
        """All teams, or the one of this name. Raises UsageError when there is none."""
        chosen = tuple(team for team in self.teams if name in (None, team.name))
        if not chosen and name is not None:
            known = ", ".join(team.name for team in self.teams)
            raise UsageError(f"There is no team {name!r}; configured are: {known}.")
        return chosen
