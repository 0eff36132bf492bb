"""A Jira on loopback, Cloud or Data Center: as strict as the vendor's, with time in the hands of the test.

    emulator = JiraEmulator(clock, flavour="cloud")
    with Server(emulator) as server:
        client = JIRA(server=server.url, basic_auth=(emulator.login, emulator.token), max_retries=0)

It holds REST v2, and on Cloud `search/jql` and `issue/bulkfetch` of v3 too. What people do to it is in
`jira_people.People`; what is not emulated answers 404.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from tests.canary import canary
from tests.emulators.http import Request, Response
from tests.emulators.jira_errors import JiraError
from tests.emulators.jira_gate import Gate
from tests.emulators.jira_people import People
from tests.emulators.jira_routes import answer
from tests.emulators.jira_site import Project, Site, Status, User, default_statuses

Flavour = Literal["cloud", "datacenter"]

BOT = User("5b10ac8d82e05b22cc7d4ef5", "syncd-bot", "bot@example.com", "Syncd Bot")
ALICE = User("5b10a2844c20165700ede21g", "alice", "alice@example.com", "Alice Ames")
BOB = User("70121:8b6e1f0c-1f5c-4a5c-bb4e-0d3c9f1f9d11", "bob", "bob@example.com", "Bob Byrd")
CAROL = User("5c1a2b3c4d5e6f7a8b9c0d1e", "carol", "carol@example.com", "Carol Cho", assignable=False)


class JiraEmulator(People):
    """A handler for `tests.emulators.http.Server`."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        flavour: Flavour = "cloud",
        *,
        projects: tuple[str, ...] = ("OPS", "WEB"),
        statuses: tuple[Status, ...] = (),
        zone: str = "Etc/UTC",
    ) -> None:
        cloud = flavour == "cloud"
        self.site = Site(clock=clock, cloud=cloud, account=BOT, statuses=statuses or default_statuses())
        self.gate = Gate(cloud=cloud, login=BOT.email, token=canary("jira-token-of-the-bot"))
        for user in (BOT, ALICE, BOB, CAROL):
            self.add_user(user)
        for place, key in enumerate(projects):
            self.add_project(Project(id=str(10000 + place), key=key, name=f"{key.title()} project"))
        self.account_zone(zone)

    @property
    def login(self) -> str:
        """The account's user name for Basic authentication on Cloud."""
        return self.gate.login

    @property
    def token(self) -> str:
        """The API token (Cloud) or personal access token (Data Center)."""
        return self.gate.token

    def __call__(self, request: Request) -> Response:
        self.site.base_url = f"http://{request.headers.get('host', 'localhost')}"
        return self.gate.throttled(request) or self.gate.marked(self._answer(request))

    def _answer(self, request: Request) -> Response:
        try:
            self.gate.admit(request)
            return answer(self.site, request)
        except JiraError as refusal:
            return refusal.response
