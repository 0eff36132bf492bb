"""What the pages show, as values: read from the ledger at one moment, nothing kept between two readers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256

from syncd.core.charts import ages, trend
from syncd.core.digest import Bar, Memory, PostmortemFacts, Week
from syncd.core.entries import Case, cases, facts, restricted, wanted
from syncd.core.model import EffectKind, KnownDocument
from syncd.memory import belonging, memories, restricted_names
from syncd.store.reading import Reading
from syncd.store.records import PassRecord
from syncd.team import Team
from syncd.web.asked import Asked, owners_of
from syncd.web.coming import Comings, comings
from syncd.web.passes import LastPass, last_pass

RECENT = timedelta(days=8)
"""A digest that may not have arrived is told so long."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An item and whose it is."""

    team: str
    day: date
    """The team's day."""
    case: Case


@dataclass(frozen=True, slots=True)
class Sheet:
    """A postmortem and how many of its items are where."""

    id: str
    """Eight hexadecimal digits, for its address."""
    team: str
    facts: PostmortemFacts
    open: int
    overdue: int
    stuck: int
    closed: int

    @property
    def all(self) -> int:
        """Its items that have a ticket, or should have one."""
        return self.open + self.closed


@dataclass(frozen=True, slots=True)
class TeamBoard:
    """One team: its items that may be named, and how it goes with its passes and digests."""

    team: str
    day: date
    cases: Sequence[Case]
    hidden: int
    """Open items of restricted postmortems."""
    last: LastPass
    comings: Comings
    undelivered: int
    """Digests of the last days that may not have arrived."""
    trend: tuple[Week, ...]
    ages: tuple[Bar, ...]

    @property
    def open(self) -> int:
        """How many are open."""
        return sum(case.open for case in self.cases)

    @property
    def overdue(self) -> int:
        """How many are open and past their date."""
        return sum(case.late for case in self.cases)

    @property
    def stuck(self) -> int:
        """How many wait for a person."""
        return sum(case.disputed for case in self.cases)

    @property
    def closed(self) -> int:
        """How many are closed."""
        return sum(not case.open for case in self.cases)


@dataclass(frozen=True, slots=True)
class Board:
    """All teams that were asked for."""

    at: datetime
    asked: Asked
    known: tuple[str, ...]
    """The names of all configured teams."""
    owners: tuple[str, ...]
    """Who has items in the teams asked for."""
    teams: tuple[TeamBoard, ...]
    sheets: tuple[Sheet, ...]
    """Their postmortems: the gravest first."""
    unknown: int
    """Tickets that may or may not have been made, of all teams."""

    @property
    def items(self) -> list[Placed]:
        """The items that were asked for: the latest first, then what is due soonest."""
        found = [Placed(t.team, t.day, case) for t in self.teams for case in t.cases if self.asked.takes(case)]
        return sorted(found, key=_urgency)

    @property
    def hidden(self) -> int:
        """Open items of restricted postmortems."""
        return sum(team.hidden for team in self.teams)

    @property
    def open(self) -> int:
        """How many are open."""
        return sum(team.open for team in self.teams)

    @property
    def overdue(self) -> int:
        """How many are open and past their date."""
        return sum(team.overdue for team in self.teams)

    @property
    def stuck(self) -> int:
        """How many wait for a person."""
        return sum(team.stuck for team in self.teams)

    @property
    def trend(self) -> tuple[Week, ...]:
        """The weeks of all teams together."""
        return tuple(
            Week(
                weeks[0].label,
                *(sum(column) for column in zip(*((w.opened, w.closed, w.open) for w in weeks), strict=True)),
            )
            for weeks in zip(*(team.trend for team in self.teams), strict=True)
        )

    @property
    def ages(self) -> tuple[Bar, ...]:
        """How old the open items of all teams are; nothing when there are none."""
        found: Counter[str] = Counter()
        for team in self.teams:
            found.update({bar.label: bar.count for bar in team.ages})
        return tuple(Bar(label, count) for label, count in found.items())


@dataclass(frozen=True, slots=True)
class _Known:
    """What all teams of one board share."""

    asked: Asked
    now: datetime
    poll: timedelta
    secrets: frozenset[str]
    newest: Mapping[str | None, PassRecord]
    ends: Mapping[str | None, datetime]
    undelivered: Mapping[str, int]


def board(ledger: Reading, teams: Sequence[Team], asked: Asked, *, now: datetime, poll: timedelta) -> Board:
    """What is known of the teams asked for. Raises LedgerError when the ledger cannot be read."""
    chosen = [team for team in teams if asked.team in (None, team.name)]
    remembered = memories(ledger, {team.name: belonging(team) for team in chosen})
    known = _Known(
        asked=asked,
        now=now,
        poll=poll,
        secrets=restricted_names(ledger),
        newest=ledger.last_passes(),
        ends=ledger.last_ends(),
        undelivered=ledger.undelivered(since=now - RECENT),
    )
    every = {team.name: _named(remembered[team.name], known) for team in chosen}
    shown = tuple(_team(team, remembered[team.name], every[team.name], known) for team in chosen)
    sheets = [sheet for team in shown for sheet in _sheets(remembered[team.team], team.cases)]
    names = {name for found in every.values() for case in found for name in owners_of(case)}
    return Board(
        at=now,
        asked=asked,
        known=tuple(team.name for team in teams),
        owners=tuple(sorted(names, key=str.casefold)),
        teams=shown,
        sheets=tuple(sorted(sheets, key=_gravity)),
        unknown=sum(e.kind is EffectKind.CREATE and e.attempts > 0 for e in ledger.effects(open_only=True)),
    )


def _named(memory: Memory, known: _Known) -> list[Case]:
    """The items of a team that may be named."""
    return cases(memory, day=known.now.astimezone(memory.zone).date(), secrets=known.secrets)


def _team(team: Team, memory: Memory, every: Sequence[Case], known: _Known) -> TeamBoard:
    day = known.now.astimezone(team.zone).date()
    mine = [case for case in every if known.asked.owned(case)]
    return TeamBoard(
        team=team.name,
        day=day,
        cases=mine,
        hidden=0 if known.asked.owner else restricted(memory),
        last=_discreet(last_pass(team.name, known.newest, known.ends, now=known.now, poll=known.poll), known.secrets),
        comings=comings(memory, team, now=known.now),
        undelivered=known.undelivered.get(team.name, 0),
        trend=trend(mine, day=day, zone=team.zone),
        ages=ages(mine),
    )


def document_id(key: str) -> str:
    """Names a document in an address, without telling where it is kept; as the period of its review has it."""
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def sheet_of(document: KnownDocument, found: Sequence[Case]) -> Sheet:
    """A postmortem and its items that have a ticket, or should have one."""
    mine = [case for case in found if wanted(case.item)]
    return Sheet(
        id=document_id(document.key),
        team=document.team,
        facts=facts(document),
        open=sum(case.open for case in mine),
        overdue=sum(case.late for case in mine),
        stuck=sum(case.disputed for case in mine),
        closed=sum(not case.open for case in mine),
    )


def _sheets(memory: Memory, found: Sequence[Case]) -> Iterator[Sheet]:
    by_document: defaultdict[str, list[Case]] = defaultdict(list)
    for case in found:
        by_document[case.item.document].append(case)
    for key, mine in by_document.items():
        yield sheet_of(memory.documents[key], mine)


def _together(weeks: Sequence[Week]) -> Week:
    opened, closed, left = (sum(column) for column in zip(*((w.opened, w.closed, w.open) for w in weeks), strict=True))
    return Week(weeks[0].label, opened, closed, left)


def _discreet(last: LastPass, secrets: frozenset[str]) -> LastPass:
    """A brake may tell which document made it hold."""
    if not any(name in last.brake for name in secrets):
        return last
    brake = "`syncd plan` says why"
    return replace(last, brake=brake, troubles=tuple(t.replace(last.brake, brake) for t in last.troubles))


def _urgency(placed: Placed) -> tuple[bool, int, str, str, int]:
    case = placed.case
    due = case.due_in if case.due_in is not None else 1_000_000
    return not case.open, due if case.open else 0, placed.team, case.entry.path, case.entry.line


def _gravity(sheet: Sheet) -> tuple[int, int, int, str]:
    day = sheet.facts.incident_date or sheet.facts.postmortem_date or date.min
    return -sheet.overdue, -min(sheet.open, 1), -day.toordinal(), sheet.facts.path
