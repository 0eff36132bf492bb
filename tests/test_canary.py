"""No secret stands in anything that syncd writes or sends, whatever the services do with it.

Real processes, every kind of connector, each secret a text of its own; services that work, that refuse and quote back
what they were sent, and that are gone.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pytest

from syncd.secrets import Redactor
from tests.canary import MARK, SecretsTold, Told, canary
from tests.cli.command import Said, document, process, row
from tests.cli.test_run import Running
from tests.emulators.certificate import WORKFLOWS, serving, trusted_in
from tests.emulators.github import GitHubEmulator
from tests.emulators.github_access import Token
from tests.emulators.http import Handler, Request, Response, Server
from tests.emulators.jira import JiraEmulator
from tests.emulators.places import KINDS, Place
from tests.emulators.slack import PATH as SLACK
from tests.emulators.slack import Slack
from tests.emulators.smtp import PASSWORD, USER, SmtpServer
from tests.emulators.teams import PATH as TEAMS
from tests.emulators.teams import QUERY, Teams
from tests.emulators.tunnel import Tunnel

TOKENS = {kind: canary(f"t0ken-{kind.replace('.', '-')}") for kind in KINDS}
CALENDAR = f"/private-{canary('calendar')}/team.ics"
HOOKS = {name: canary(name) for name in ("GITHUB_HOOK", "GITHUB_HOOK_OLD", "JIRA_HOOK")}
HOOK, APPRISE, WEB = canary("hook-secret-long-enough"), (canary("apprise"), f"/{canary('path')}"), canary("web-token")
TEAM = """
poll = "1s"

[web]
listen = "127.0.0.1:{site}"
token = "env:WEB"
github_secret = ["env:GITHUB_HOOK", "env:GITHUB_HOOK_OLD"]
jira_secret = "env:JIRA_HOOK"

[limits]
quarantine = "1s"

[[teams.core.sources]]
kind = "folder"
path = "docs"
url_template = "https://wiki.example.com/{{path}}"

[teams.core.digests]
retro = "{calendar}"

[teams.core.notifiers.mail]
kind = "smtp"
host = "127.0.0.1"
port = {mail}
user = "{user}"
password = "file:mail"
from = "syncd@example.com"
to = ["core@example.com"]

[teams.core.notifiers.slack]
kind = "slack"
webhook = "env:SLACK"

[teams.core.notifiers.teams]
kind = "teams"
webhook = "env:TEAMS"

[teams.core.notifiers.hook]
kind = "webhook"
url = "{hook}"
secret = "env:HOOK"
allow_private = true

[teams.core.notifiers.apprise]
kind = "apprise"
url = "env:APPRISE"
"""
TRACKER = """
[[teams.core.routes]]
owner = "{kind}"
tracker = "{name}"

[teams.core.trackers.{name}]
token = "env:{variable}"
"""
PLACES = {
    "jira": 'kind = "jira"\nurl = "{url}"\nproject = "OPS"\n',
    "github": 'kind = "github"\napi_url = "{url}"\nrepository = "acme/web"\n',
}


class Moody:
    """What stands before a service: lets requests through, or refuses them and quotes what they brought."""

    def __init__(self, service: Handler) -> None:
        self.service = service
        self.quotes = False
        self.quoted = 0

    def __call__(self, request: Request) -> Response:
        if not self.quotes:
            return self.service(request)
        self.quoted += 1
        brought = f"{dict(request.headers)} {request.path}?{dict(request.query)}"
        status = 403 if request.method == "POST" else 401
        return Response(status=status, json={"message": brought, "errorMessages": [brought], "error": brought})


@dataclass
class World:
    """A folder, its services, and all that was ever said."""

    folder: Path
    stack: ExitStack
    places: dict[str, Place] = field(default_factory=dict)
    moods: list[Moody] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    """What the chats and programs were sent."""

    def __post_init__(self) -> None:
        (self.folder / "docs").mkdir()
        self.slack, self.teams = Slack(), Teams()
        self.mail = self.stack.enter_context(SmtpServer())
        self.safe = self._served(self._chats, tls=True)
        self.plain = self._served(self._chats)
        self.tunnel = self.stack.enter_context(Tunnel(self.safe.port))
        self.secrets = {
            "WEB": WEB,
            **HOOKS,
            "SLACK": f"{self.safe.url}{SLACK}",
            "TEAMS": f"https://{WORKFLOWS}{TEAMS}?{QUERY}",
            "HOOK": HOOK,
            "APPRISE": f"json://syncd:{APPRISE[0]}@{self.plain.url.removeprefix('http://')}{APPRISE[1]}",
        }
        self._credentials()
        self._configure()
        self.write("a.md")

    def _served(self, service: Handler, *, tls: bool = False) -> Server:
        mood = Moody(service)
        self.moods.append(mood)
        return self.stack.enter_context(Server(mood, tls=serving() if tls else None))

    def _chats(self, request: Request) -> Response:
        """Slack, Teams, the program behind the webhook, Apprise's service and the calendar, on one server."""
        self.bodies.append(request.body)
        if request.path == SLACK:
            return self.slack(request)
        if request.path == TEAMS:
            return self.teams(request)
        return Response(status=404 if request.path == CALENDAR else 204, body=b"")

    def _credentials(self) -> None:
        folder = self.folder / "credentials"
        folder.mkdir(mode=0o700)
        (folder / "mail").write_text(f"{PASSWORD}\n")
        (folder / "mail").chmod(0o600)

    def _configure(self) -> None:
        calendar = self.safe.url.replace("https", "webcal") + CALENDAR
        self.site = free_port()
        hook = f"{self.plain.url}/hook"
        text = TEAM.format(mail=self.mail.port, user=USER, hook=hook, calendar=calendar, site=self.site)
        for kind in KINDS:
            place = self.places[kind] = Place(kind, lambda: datetime.now(UTC))
            emulator, name = place.emulator, kind.replace(".", "-")
            if isinstance(emulator, JiraEmulator):
                emulator.gate.token = TOKENS[kind]
            else:
                emulator.token = TOKENS[kind]
                emulator.add_token(Token(TOKENS[kind], "syncd-bot"))
            server = self._served(place.handler)
            url = emulator.api_url(server.url) if isinstance(emulator, GitHubEmulator) else server.url
            self.secrets[f"TOKEN_{len(self.places)}"] = TOKENS[kind]
            text += TRACKER.format(kind=kind, name=name, variable=f"TOKEN_{len(self.places)}")
            text += PLACES["jira" if place.is_jira else "github"].format(url=url)
            if kind == "cloud":
                text += f'user = "{emulator.login}"\n'
        (self.folder / "syncd.toml").write_text(text, encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        trust = trusted_in(self.folder)
        proxy = {"HTTPS_PROXY": self.tunnel.url, "https_proxy": self.tunnel.url}
        here = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "SSL_CERT_FILE": trust}
        return {**self.secrets, **proxy, **here, "CREDENTIALS_DIRECTORY": str(self.folder / "credentials")}

    def write(self, name: str) -> None:
        """A postmortem with an item for each tracker."""
        rows = [row(n, f"Add an alert to {name} number {n}", owner=kind) for n, kind in enumerate(KINDS, 1)]
        (self.folder / "docs" / name).write_text(document(*rows), encoding="utf-8")

    def syncd(self, *arguments: str) -> Said:
        said = process(*arguments, cwd=self.folder, **self.environment)
        self.said.append(said)
        return said

    def everything(self) -> Iterator[tuple[str, str]]:
        """All that came out of it, by where it was found: output, files, mails, messages, tickets."""
        yield from ((f"output {number}", said.out + said.err) for number, said in enumerate(self.said))
        for path in self.folder.rglob("*"):
            if path.is_file() and path.parent.name != "credentials" and path.name != "syncd.toml":
                yield str(path), path.read_bytes().decode("latin-1")
        yield from (("a mail", mail.content.decode("latin-1")) for mail in self.mail.mails)
        yield from (("a message", body.decode("latin-1")) for body in self.bodies)
        yield from ((f"a ticket of {kind}", repr(place.emulator.issues())) for kind, place in self.places.items())

    def assert_kept(self) -> None:
        parts = [*APPRISE, CALENDAR, MARK]
        known = Redactor([*self.secrets.values(), PASSWORD, *parts])
        told = {where: text[:3000] for where, text in self.everything() if known.redact(text) != text}
        assert told == {}


@pytest.fixture
def world(tmp_path):
    with ExitStack() as stack:
        yield World(tmp_path, stack)


@pytest.mark.parametrize("before", ["", "x", "xy", "xyz"])
def test_a_secret_is_found_in_plain_and_encoded(before):
    secret, told = f"{before}{canary('one')}{before}", Told()
    for text in (secret, repr(secret), quote(secret), b64encode(secret.encode()).decode()):
        told.look("here", f"<{text}>")
        with pytest.raises(SecretsTold, match="here: …<"):
            told.verify()
    told.look("here", "a canary sings")
    told.verify()


def test_files_are_looked_through_except_those_that_hold_secrets_by_right(tmp_path):
    given = ("syncd.toml", "core.token", "credentials/mail")
    for name in (*given, "log", "docs/.hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"a line, then {canary(name)}")
    told = Told()
    told.look_below(tmp_path)
    assert sorted(place.partition(":")[0] for place in told.places) == [
        str(tmp_path / "docs" / ".hidden"),
        str(tmp_path / "log"),
    ]
    for name in ("log", "docs/.hidden"):
        (tmp_path / name).unlink()


COMMANDS = (
    *(["config", "show"], ["config", "check"], ["plan", "--verbose"], ["doctor"], ["reconcile"], ["status", "-v"]),
    *(["digest", "weekly"], ["digest", "weekly", "--send"], ["digest", "review", "--preview", "previews"]),
    *(["notify", "test"], ["digest", "list", "--verbose"], ["simulate", "--from", "2030-01-01", "--to", "2030-02-01"]),
    *(["explain", "docs/a.md:11"], ["db", "backup", "copy.db"]),
)


def run_all(world):
    return {" ".join(words): world.syncd(*words).code for words in COMMANDS}


def run_daemon(world, event):
    daemon = Running(world.folder, **world.environment)
    try:
        daemon.until(event)
        pages = [read_page(world.site, path, WEB) for path in PAGES]
        pages += [read_page(world.site, PAGES[0], "c4n4ry of another")]
        pages += [send_webhook(world.site, HOOKS[name], name) for name in ("GITHUB_HOOK", "GITHUB_HOOK_OLD")]
        pages += [send_webhook(world.site, "c4n4ry of another", "forged")]
        assert daemon.end() == 0
    finally:
        daemon.process.kill()
        daemon.process.wait()
    assert [page.code for page in pages] == [200] * len(PAGES) + [401, 202, 202, 401]
    world.said += pages


PAGES = ("/", "/status.json", "/status.csv", "/metrics", "/healthz")


def read_page(port: int, path: str, token: str) -> Said:
    """A page of the site, as a reader with a token gets it."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    reply = connection.getresponse()
    page = Said(reply.status, reply.read().decode(), str(reply.headers))
    connection.close()
    return page


def send_webhook(port: int, secret: str, delivery: str) -> Said:
    """What the site says to a webhook that was signed with this."""
    body = json.dumps({"repository": {"full_name": "acme/web"}, "said": delivery}).encode()
    signature = f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"X-Hub-Signature-256": signature, "X-GitHub-Delivery": delivery, "X-GitHub-Event": "issues"}
    connection.request("POST", "/webhooks/github", body, headers)
    reply = connection.getresponse()
    answer = Said(reply.status, reply.read().decode(), str(reply.headers))
    connection.close()
    return answer


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def test_where_all_goes_well_no_secret_is_told(world):
    codes = run_all(world)
    assert set(codes.values()) == {0}, codes
    assert all(len(place.made()) == 1 for place in world.places.values())
    assert (len(world.mail.mails), len(world.slack.messages), len(world.teams.posted)) == (2, 2, 2)
    assert len([body for body in world.bodies if b"A test message" in body]) == 4
    world.write("b.md")
    run_daemon(world, "pass")
    world.assert_kept()


def test_services_that_quote_what_they_were_sent_quote_to_nobody(world):
    assert world.syncd("reconcile").code == 0
    for mood in world.moods:
        mood.quotes = True
    world.mail.answers["AUTH"] = f"535 5.7.8 {USER} {PASSWORD} is not right"
    world.write("b.md")
    codes = run_all(world)
    assert (codes["reconcile"], codes["doctor"], codes["notify test"], codes["config check"]) == (4, 1, 1, 0)
    assert all(mood.quoted for mood in world.moods)
    assert any(Redactor.REPLACEMENT in said.out + said.err for said in world.said), "nothing was quoted"
    run_daemon(world, "pass")
    world.assert_kept()


def test_services_that_are_gone_leave_no_secret_behind(world):
    assert world.syncd("reconcile").code == 0
    world.stack.close()
    world.write("b.md")
    codes = run_all(world)
    assert (codes["doctor"], codes["notify test"]) == (1, 1)
    run_daemon(world, "pass")
    world.assert_kept()


BROKEN = """
import jira.client

def broken(self, *given, **named):
    token = named["token_auth"] or named["basic_auth"][1]
    raise RuntimeError(f"unexpected {named} of {token!r}")

jira.client.JIRA.__init__ = broken
"""
"""A library that fails as nobody foresaw, with the token in its words and in its variables."""


def test_a_bug_shows_where_it_is_and_not_the_secret(world, tmp_path_factory):
    site = tmp_path_factory.mktemp("site")
    (site / "sitecustomize.py").write_text(BROKEN)
    world.secrets["PYTHONPATH"] = str(site)
    said = world.syncd("reconcile")
    assert said.code == 70
    assert "RuntimeError: unexpected" in said.err
    assert "[secret]" in said.err
    daemon = Running(world.folder, **world.environment)
    try:
        told = json.dumps(daemon.until("pass failed"))
        assert daemon.end() == 0
    finally:
        daemon.process.kill()
        daemon.process.wait()
    assert "RuntimeError: unexpected" in told
    assert "[secret]" in told
    world.secrets["PYTHONPATH"] = "/nowhere"
    world.assert_kept()


LEDGER = """
database = "env:DB"

[[teams.core.sources]]
kind = "folder"
path = "."

[teams.core.trackers.files]
kind = "folder"
path = "tickets"
"""


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://syncd:c4n4ry%2Fpassword@127.0.0.1:1/syncd",
        "postgresql://syncd:c4n4ry%2Fpassword@127.0.0.1:none/syncd",
        "mysql://syncd:c4n4ry%2Fpassword@127.0.0.1/syncd",
    ],
)
def test_a_ledger_out_of_reach_tells_no_password(tmp_path, address):
    (tmp_path / "syncd.toml").write_text(LEDGER, encoding="utf-8")
    for words in (["status"], ["reconcile"], ["doctor"], ["db", "upgrade"], ["config", "check"], ["config", "show"]):
        said = process(*words, cwd=tmp_path, DB=address)
        assert said.code or words[0] == "config", words
        assert "c4n4ry" not in said.out + said.err, words
