"""The whole line on honest fakes or on real folders, with a clock that tests move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.sources.folder import FolderSource
from connectors.trackers.folder import FolderTracker
from syncd.core.change import Change, ChangeKind
from syncd.core.desired import Policy
from syncd.core.model import State
from syncd.ports import Source, Tracker
from syncd.reconcile import Pass, Request, reconcile
from syncd.store.ledger import Ledger
from syncd.team import Application, Team, TeamSource

WRITES = (ChangeKind.CREATE, ChangeKind.ADOPT, ChangeKind.UPDATE, ChangeKind.RECORD, ChangeKind.WRITE_BACK)
WORDS = {State.OPEN: "Open", State.IN_PROGRESS: "In progress", State.DONE: "Done", State.CANCELLED: "Cancelled"}


POLICY = Policy(team="default", trackers=("files",), status_words=WORDS, creates_per_pass=1000)


@dataclass
class Clock:
    """Stands still until a test moves it."""

    moment: datetime = datetime(2026, 11, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, by: timedelta = timedelta(minutes=15)) -> None:
        self.moment += by


@dataclass
class Line:
    """One team with a folder of documents and a tracker. Each pass is a new application on the same ledger file."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    tracker: Tracker | None = None
    policy: Policy = POLICY
    url_template: str | None = None
    every: timedelta = timedelta(minutes=15)
    """Between two passes."""
    database: str | None = None
    """The URL of the ledger; None: a file beside the documents."""
    ledger: Ledger = field(init=False)
    wrap: Callable[[Application], Application] = lambda app: app

    def __post_init__(self) -> None:
        self.documents.mkdir(parents=True, exist_ok=True)
        self.ledger = Ledger.open(self.url)
        self.tracker = self.tracker or FolderTracker(self.tickets, prefix="T", clock=self.clock)

    @property
    def documents(self) -> Path:
        return self.folder / "docs"

    @property
    def tickets(self) -> Path:
        return self.folder / "tickets"

    @property
    def url(self) -> str:
        return self.database or f"sqlite:///{self.folder / 'ledger.db'}"

    def source(self) -> Source:
        return FolderSource(self.documents, label="docs", ignore=[self.tickets], url_template=self.url_template)

    def application(self) -> Application:
        assert self.tracker is not None
        team = Team(
            policy=self.policy,
            sources=(TeamSource(self.source(), "docs"),),
            trackers={"files": self.tracker},
            zone=ZoneInfo("UTC"),
            fingerprint="settings of the test",
        )
        return self.wrap(Application(self.ledger, (team,), self.clock))

    def run(self, **request: object) -> Pass:
        """One pass, at a later moment than the last."""
        self.clock.advance(self.every)
        return reconcile(self.application(), Request(**request))  # type: ignore[arg-type]

    def lose_the_ledger(self) -> None:
        self.ledger.dispose()
        for file in self.folder.glob("ledger.db*"):
            file.unlink()
        self.ledger = Ledger.open(self.url)

    # --- documents

    def write(self, name: str, text: str) -> Path:
        path = self.documents / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    def read(self, name: str) -> str:
        return (self.documents / name).read_bytes().decode()

    def edit(self, name: str, old: str, new: str) -> None:
        text = self.read(name)
        assert old in text, f"{old!r} does not stand in {name}"
        self.write(name, text.replace(old, new, 1))

    # --- tickets

    def ticket(self, key: str) -> str:
        return (self.tickets / f"{key}.md").read_text(encoding="utf-8")

    def set_status(self, key: str, word: str) -> None:
        """Do what a person does: edit the ticket's status."""
        path = self.tickets / f"{key}.md"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        changed = [f"status: {word}\n" if line.startswith("status:") else line for line in lines]
        path.write_text("".join(changed), encoding="utf-8")


def writes(done: Pass) -> list[Change]:
    """The changes of a pass that changed something; in a quiet world there are none."""
    return [c for _, c in done.changes if c.kind in WRITES]


def kinds(done: Pass) -> list[str]:
    """The kinds of a pass's changes, in order."""
    return [c.kind.value for _, c in done.changes]


def table(*rows: str, header: str = "| ID | Action | Owner | Due date | Status |") -> str:
    """An incident postmortem in the house format with these action rows."""
    columns = header.count("|") - 1
    lines = [header, "|" + "---|" * columns, *rows]
    return HEAD + "\n".join(lines) + "\n"


HEAD = """## Postmortem: Checkout outage

**Date of incident:** October 13, 2026
**Severity:** SEV-1 (Critical)
**Postmortem date:** October 16, 2026

### Summary

It was down for a while.

### Action items

"""
