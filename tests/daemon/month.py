"""A month in the life of two daemons on one PostgreSQL, with all that goes wrong in a month.

Two teams, one on Jira Cloud, one on GitHub; documents in folders, mails by SMTP. The clock is moved by a quarter of a
day at a time, and each time one waits until every team had its turn.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from syncd.core.model import Disposition, EffectKind, EffectState
from syncd.errors import LedgerError
from syncd.lease import holding
from syncd.reconcile import Request, reconcile
from syncd.settings import load
from syncd.store.ledger import Ledger
from syncd.wiring import Surroundings, application
from tests.canary import TOLD, canary
from tests.daemon.main import moved
from tests.emulators.github import BOT, Token
from tests.emulators.http import Handler, Response, Server
from tests.emulators.jira import JiraEmulator
from tests.emulators.places import Place
from tests.emulators.smtp import SmtpServer
from tests.line import table
from tests.postgres import Server as Postgres

NAMES = ("one", "two")
STEP = timedelta(hours=6)
PATIENCE = 90.0
PLACES = {"core": "cloud", "web": "github.com"}
SETTINGS = """
database = "{database}"
poll = "15m"

[teams.core]
timezone = "America/New_York"
[[teams.core.sources]]
kind = "folder"
path = "docs/core"
url_template = "https://wiki.example.com/{{path}}"
[teams.core.trackers.jira]
kind = "jira"
url = "{core}"
user = "{login}"
project = "OPS"
token = "file:{folder}/core.token"
[teams.core.digests]
retro = "FREQ=WEEKLY;BYDAY=TH;BYHOUR=14"
[teams.core.notifiers.mail]
kind = "smtp"
host = "127.0.0.1"
port = {port}
security = "none"
from = "syncd@example.com"
to = ["core@example.com"]

[teams.web]
timezone = "Asia/Tokyo"
[[teams.web.sources]]
kind = "folder"
path = "docs/web"
url_template = "https://wiki.example.com/{{path}}"
[teams.web.trackers.github]
kind = "github"
api_url = "{web}"
repository = "acme/web"
token = "file:{folder}/web.token"
[teams.web.notifiers.mail]
kind = "smtp"
host = "127.0.0.1"
port = {port}
security = "none"
from = "syncd@example.com"
to = ["web@example.com", "lead@example.com"]
"""


@dataclass
class Month:
    """The world, and what happens in it."""

    folder: Path
    postgres: Postgres
    seed: int
    chance: random.Random = field(init=False)
    daemons: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    servers: dict[str, Server] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    rows: Counter[str] = field(default_factory=Counter)
    ports: dict[str, int] = field(default_factory=dict)
    _open: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.ports = {name: free_port() for name in NAMES}
        self.ahead = self.folder / "ahead"
        self.ahead.write_text("0")
        self.mails = self._open.enter_context(SmtpServer(security="none", users=False))
        for team, kind in PLACES.items():
            place = self.places[team] = Place(kind, self.clock, behind=self._may_be_down(team))
            self.servers[team] = self._open.enter_context(place.serve())
            self.write_token(team)
            (self.folder / "docs" / team).mkdir(parents=True)
            self.write_document(team, 1)
        self.database = self.postgres.new_database()
        self.write_settings()
        self.ledger = self._open.enter_context(Ledger.open(self.database))

    def close(self) -> None:
        """End everything."""
        for name in list(self.daemons):
            self.kill(name)
        self._open.close()

    # --- time

    def clock(self) -> datetime:
        """Now, in this world."""
        return moved(self.ahead)

    def pass_time(self, by: timedelta = STEP) -> None:
        """Move the clock, and wait until every team had its turn."""
        self.move_clock(by)
        self.settle()

    def move_clock(self, by: timedelta = STEP) -> None:
        """It is later, whatever they are doing."""
        part = self.ahead.with_name("ahead.part")
        part.write_text(str(float(self.ahead.read_text()) + by.total_seconds()))
        part.replace(self.ahead)

    def settle(self) -> None:
        """Wait until nobody is due and nobody works."""
        deadline = time.monotonic() + PATIENCE
        while self._busy():
            if time.monotonic() > deadline:
                raise AssertionError(f"the daemons do not come to rest: {self.ledger.held()}, {self.tail()}")
            time.sleep(0.05)

    def _busy(self) -> bool:
        try:
            return bool(self.ledger.due(self.clock()) or self.ledger.held())
        except LedgerError:
            return True

    # --- what people do

    def write_document(self, team: str, number: int) -> None:
        """A postmortem of today, with two items."""
        rows = [f"| {n} | {self._words(team)} | {team.title()} | | Open |" for n in (1, 2)]
        today = f"{self.clock():%B} {self.clock().day}, {self.clock().year}"
        text = table(*rows).replace("October 13, 2026", today).replace("October 16, 2026", today)
        self.path(team, number).write_text(text, encoding="utf-8")

    def path(self, team: str, number: int) -> Path:
        """Of a document."""
        return self.folder / "docs" / team / f"{number:02}.md"

    def _words(self, team: str) -> str:
        self.rows[team] += 1
        return f"Mend the {self.chance.choice(['alert', 'queue', 'cache', 'vault'])} of {team}, part {self.rows[team]}"

    def add_row(self, team: str) -> None:
        """Somebody thinks of something more."""
        path = self.chance.choice(sorted((self.folder / "docs" / team).iterdir()))
        text = path.read_text(encoding="utf-8").rstrip("\n")
        columns = text.rpartition("\n")[2].count("|") - 1
        cells = ["9", self._words(team), "Core", "", "Open", ""][:columns]
        path.write_text(f"{text}\n| {' | '.join(cells)} |\n", encoding="utf-8")

    def tick_row(self, team: str) -> None:
        """Somebody says in the document that an item is done."""
        path = self.chance.choice(sorted((self.folder / "docs" / team).iterdir()))
        path.write_text(path.read_text(encoding="utf-8").replace("| Open |", "| Done |", 1), encoding="utf-8")

    def close_ticket(self, team: str) -> None:
        """Somebody closes a ticket."""
        if still_open := [made.title for made in self.places[team].made() if not made.closed]:
            self.places[team].close(self.chance.choice(still_open))

    # --- what goes wrong

    def start(self, name: str) -> None:
        """A daemon begins."""
        command = [sys.executable, "-m", "tests.daemon.main", str(self.folder / "syncd.toml"), str(self.ahead)]
        with (self.folder / f"{name}.log").open("ab") as log:
            environment = {**os.environ, "SYNCD_WEB__LISTEN": f"127.0.0.1:{self.ports[name]}"}
            self.daemons[name] = subprocess.Popen(command, stderr=log, env=environment)

    def page(self, path: str) -> httpx.Response:
        """What a daemon that is up shows, as soon as it shows anything."""
        deadline = time.monotonic() + PATIENCE
        while True:
            for name in self.daemons:
                with suppress(httpx.TransportError):
                    page = httpx.get(f"http://127.0.0.1:{self.ports[name]}{path}", timeout=PATIENCE)
                    TOLD.look(f"the page {path}", page.text)
                    return page
            assert time.monotonic() < deadline, "no daemon shows a page"
            time.sleep(0.05)

    def kill(self, name: str) -> None:
        """A power cut."""
        daemon = self.daemons.pop(name)
        daemon.kill()
        daemon.wait()

    def end(self, name: str) -> None:
        """Somebody ends it as one should."""
        daemon = self.daemons.pop(name)
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(PATIENCE) == 0

    def freeze(self, name: str) -> None:
        """A virtual machine is paused."""
        self.daemons[name].send_signal(signal.SIGSTOP)

    def go_on(self, name: str) -> None:
        """It goes on."""
        self.daemons[name].send_signal(signal.SIGCONT)

    def expire_token(self, team: str) -> None:
        """The service takes another token from now on, and not the one in the file."""
        emulator = self.places[team].emulator
        if isinstance(emulator, JiraEmulator):
            emulator.gate.token = canary(f"jira-{self.chance.random()}")
        else:
            emulator.tokens.clear()
            emulator.token = f"ghp_{canary(str(self.chance.randrange(10**12)))}"
            emulator.add_token(Token(emulator.token, BOT))

    def write_token(self, team: str) -> None:
        """The token that the service accepts stands in the file."""
        path = self.folder / f"{team}.token"
        path.write_text(self.places[team].emulator.token + "\n")
        path.chmod(0o600)

    def write_settings(self, text: str | None = None) -> None:
        """A configuration, broken or not."""
        core = self.places["core"].emulator
        assert isinstance(core, JiraEmulator)
        usual = SETTINGS.format(
            database=self.database,
            folder=self.folder,
            core=self.servers["core"].url,
            login=core.login,
            web=self.places["web"].emulator.api_url(self.servers["web"].url),  # type: ignore[union-attr]
            port=self.mails.port,
        )
        (self.folder / "syncd.toml").write_text(usual if text is None else text, encoding="utf-8")

    def restart_postgres(self) -> None:
        """The database is away for a moment."""
        self.postgres.stop()
        time.sleep(0.3)
        self.postgres.start()

    def _may_be_down(self, team: str) -> Callable[[Handler], Handler]:
        def around(handler: Handler) -> Handler:
            return lambda request: Response(status=503, body=b"down") if team in self.down else handler(request)

        return around

    def approve(self) -> None:
        """A person lets the first passes through, as `syncd reconcile` does."""
        settings = load(self.folder / "syncd.toml", environment={}, cwd=self.folder)
        teams = list(settings.teams)
        with holding(self.ledger, teams, by="syncd reconcile", wait=PATIENCE, clock=self.clock) as mine:
            done = reconcile(application(settings, Surroundings(mine, self.clock, os.environ)), Request())
        assert done.verdict == "ok", done

    # --- what must hold

    def log(self) -> list[dict[str, Any]]:
        """What the daemons said."""
        texts = (path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("*.log")))
        lines = [line for text in texts for line in text.splitlines()]
        found = []
        for line in lines:
            with suppress(ValueError):
                found.append(json.loads(line))
        return found

    def tail(self) -> list[dict[str, Any]]:
        """The last of it."""
        return sorted(self.log(), key=lambda event: event.get("timestamp", ""))[-5:]

    def check_always(self) -> None:
        """At any time: no two tickets for one item."""
        for team, place in self.places.items():
            titles = Counter(made.title for made in place.made())
            assert not [title for title, count in titles.items() if count > 1], f"{team}: {titles}"

    def check_at_rest(self) -> None:
        """When all faults are over: one ticket per item, the documents say what the tickets say, nothing is open."""
        self.check_always()
        for team, place in self.places.items():
            made = {ticket.key: ticket for ticket in place.made()}
            documents = {d.key for d in self.ledger.team_documents(team)}
            items = [i for i in self.ledger.items(list(documents)) if i.disposition is not Disposition.DETACHED]
            assert len(items) == self.rows[team], f"{team}: an item was lost"
            assert sorted(i.link.key for i in items if i.link) == sorted(made), f"{team}: tickets and items differ"
            for item in items:
                assert item.link is not None
                state = item.link.fields["state"]
                closed = made[item.link.key].closed
                assert (state.ticket == "done") is closed, f"{team}: a false status of {item.link.key}"
                assert state.document == state.ticket, f"{team}: the document says another status of {item.link.key}"
        creates = [e for e in self.ledger.effects(open_only=True) if e.kind is EffectKind.CREATE]
        assert [e for e in creates if e.state is not EffectState.PREPARED] == []

    def check_page(self) -> None:
        """When no fault is left: the page says of every ticket what its tracker says, and that all is fresh."""
        assert self.page("/readyz").status_code == 200, self.page("/readyz").text
        assert self.page("/healthz").status_code == 200
        shown = {each["ticket"]: each["state"] for each in self.page("/status.json").json()["items"] if each["ticket"]}
        made = [ticket for place in self.places.values() for ticket in place.made()]
        wrong = {t.key: (shown.get(t.key), t.closed) for t in made if (shown.get(t.key) == "done") is not t.closed}
        assert not wrong, f"the page says, of tickets that are closed or not: {wrong}"

    def check_mails(self) -> None:
        """Each digest went out; twice at most as the same mail, when the daemon died in between."""
        sent = Counter((mail.recipients, mail.message["Message-ID"]) for mail in self.mails.mails)
        assert all(count <= 2 for count in sent.values()), sent
        for team in self.places:
            assert self.weeklies(team), f"{team} heard nothing on its Monday"
        rows = self.ledger.deliveries()
        keys = Counter((d.team, d.kind, d.period, d.channel, d.recipient) for d in rows)
        assert all(count == 1 for count in keys.values())

    def weeklies(self, team: str) -> set[str]:
        """The weeks whose digest went out to somebody."""
        return {d.period for d in self.ledger.deliveries(team=team) if d.kind == "weekly" and d.state == "sent"}

    def check_log(self) -> None:
        """No bug, no secret."""
        bugs = [event for event in self.log() if "traceback" in event or event["event"] == "bug"]
        assert bugs == []
        text = "".join(path.read_text(encoding="utf-8") for path in self.folder.glob("*.log"))
        assert "Traceback" not in text
        assert all(place.emulator.token not in text for place in self.places.values())


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
