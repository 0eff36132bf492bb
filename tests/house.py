"""Several teams with several sources on one ledger, on honest fakes."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from syncd.core.desired import Policy
from syncd.reconcile import Request, reconcile
from syncd.store.ledger import Ledger
from syncd.team import Application, Team, TeamSource
from tests.fakes.source import MemorySource
from tests.fakes.tracker import MemoryTracker
from tests.line import WORDS, Clock, table


@dataclass
class House:
    """Teams on one ledger, each with its sources and trackers; a test changes them between passes."""

    clock: Clock = field(default_factory=Clock)
    ledger: Ledger = field(default_factory=lambda: Ledger.open("sqlite://"))
    teams: dict[str, Team] = field(default_factory=dict)

    def team(self, name, *sources, trackers=None, **decided):
        trackers = trackers or {"ops": MemoryTracker(clock=self.clock, name=name, project=name.upper())}
        policy = Policy(**{"team": name, "trackers": tuple(trackers), "status_words": WORDS, **decided})
        read = tuple(TeamSource(s, label) for label, s in zip("abcdefgh", sources, strict=False))
        self.teams[name] = Team(policy, read, trackers, ZoneInfo("UTC"), f"settings of {name}")
        return trackers

    def run(self, **request):
        self.clock.advance()
        return reconcile(Application(self.ledger, tuple(self.teams.values()), self.clock), Request(**request))


def row(text="Add an alert", *, owner="Core", state="Open"):
    return f"| 1 | {text} | {owner} | | {state} |"


def memory(name, **documents):
    return MemorySource({f"{path}.md": table(row(text)) for path, text in documents.items()}, name=name)
