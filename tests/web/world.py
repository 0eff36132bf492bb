"""A ledger in memory with a site over it: what a pass would have left behind, put there directly."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
from starlette.applications import Starlette

from syncd.core.model import Disposition, EffectKind, EffectState, Event, KnownDocument, KnownItem, Link, State
from syncd.settings import Settings, from_text
from syncd.store.ledger import Ledger
from syncd.web.given import Pulse
from syncd.web.site import site
from tests.core.remembering import document, item
from tests.line import Clock
from tests.web.asgi import client

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
TODAY = NOW.date()
FOLDER = Path("/srv/syncd")
WEB = '[web]\nlisten = "127.0.0.1:8080"\n'
TEAM = """
[[teams.{name}.sources]]
kind = "folder"
path = "{name}"

[teams.{name}.trackers.files]
kind = "folder"
path = "tickets"

[teams.{name}.digests]
retro = "FREQ=WEEKLY;BYDAY=TH"

[teams.{name}.notifiers.mail]
kind = "smtp"
host = "mail.example.com"
from = "syncd@example.com"
to = ["team@example.com"]
"""


def team(name: str) -> str:
    """The tables of a team with one folder, one tracker and a mail."""
    return TEAM.format(name=name)


@dataclass
class World:
    """A site and what it is given; everything may be changed between two requests."""

    text: str = WEB + team("payments")
    clock: Clock = field(default_factory=lambda: Clock(NOW))
    environment: dict[str, str] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=lambda: Ledger.open("sqlite://"))
    hints: list[frozenset[str]] = field(default_factory=list)
    waiting: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    """Hints that are told later, and when."""
    pulse: Pulse = field(default_factory=lambda: Pulse(started=NOW - timedelta(days=3), progress=NOW))
    settings: Settings = field(init=False)
    _site: Starlette | None = None

    def __post_init__(self) -> None:
        self.configure(self.text)

    def configure(self, text: str) -> None:
        """These settings are in force from now on."""
        self.settings = from_text(text, file=FOLDER / "syncd.toml", name="syncd.toml", environment={})

    def site(self) -> Starlette:
        """The one site over it."""
        self._site = self._site or site(
            ledger=self.ledger,
            settings=lambda: self.settings,
            clock=self.clock,
            environment=self.environment,
            pulse=lambda: self.pulse,
            hint=self.hint,
            later=lambda seconds, call: self.waiting.append((seconds, call)),
        )
        return self._site

    def wait(self) -> None:
        """Let the time pass that hints wait."""
        while self.waiting:
            self.waiting.pop(0)[1]()

    def client(self, **options) -> httpx.Client:
        return client(self.site(), **options)

    def hint(self, teams: Collection[str]) -> None:
        self.hints.append(frozenset(teams))

    # --- what a pass leaves behind

    def postmortem(self, key: str, *items: KnownItem, of: str = "payments", **given: object) -> KnownDocument:
        known = document(key, path=f"{of}/{key}.md", **given)
        known = replace(known, key=f"folder:{FOLDER}/{of}/{key}.md", source=f"folder:{FOLDER}/{of}", team=of)
        rows = [replace(row, document=known.key, line=20 + n) for n, row in enumerate(items)]
        self.ledger.remember(known, rows, at=self.clock())
        self.ledger.save_links([row.link for row in rows if row.link], self.clock())
        return known

    def happened(self, *events: Event) -> None:
        for each in events:
            known = self.ledger.item(each.item_id)
            assert known is not None
            if known.link:
                self.ledger.save_link(known.link, each.at, events=[each])

    def passed(
        self,
        *,
        ago: timedelta = timedelta(minutes=4),
        of: str | None = None,
        outcome: str = "ok",
        brake: str | None = None,
    ) -> None:
        at = self.clock() - ago
        pass_id = self.ledger.begin_pass(at - timedelta(seconds=12), of)
        self.ledger.end_pass(pass_id, at, outcome=outcome, brake=brake, counts={"read": 3})

    def unknown_create(self, known: KnownDocument, item_id: str) -> None:
        at = self.clock()
        effect = self.ledger.prepare(
            EffectKind.CREATE, document=known.key, item_id=item_id, tracker="t", marker="m" * 12, payload={}, at=at
        )
        self.ledger.sent(effect.id, at)
        self.ledger.close(effect.id, EffectState.UNKNOWN, reason="the answer was lost", at=at)


def row(
    number: int,
    action: str,
    *,
    late: int | None = None,
    due: date | None = None,
    state: State = State.OPEN,
    owner: str | None = "Platform Team",
    **given: object,
) -> KnownItem:
    """An item with a ticket PAY-n; ``late`` days late today."""
    day = TODAY - timedelta(days=late) if late is not None else due
    known = item(f"{number:08x}", due=day, state=state, owner=owner, action=action, ticket=f"PAY-{number}", **given)
    return replace(known, type="Prevent", due=day.isoformat() if day else None, status=state.value)


def blocked(number: int, action: str, reason: str, **given: object) -> KnownItem:
    """An item that waits for a person."""
    known = item(f"{number:08x}", ticket=None, action=action, **given)
    return replace(known, disposition=Disposition.BLOCKED, reason=reason)


def linked(known: KnownItem, **changes: object) -> KnownItem:
    """The same item, its link changed."""
    assert isinstance(known.link, Link)
    return replace(known, link=replace(known.link, **changes))
