"""A service over HTTP on loopback, with a proxy before it that breaks what it is told to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from syncd.errors import SettingsError
from tests.emulators.http import Handler, Server
from tests.emulators.proxy import FaultProxy, lost_reply

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HERE = "127.0.0.1"


class Secret:
    """A secret that counts who asks for it, and can be lost."""

    def __init__(self, value: Callable[[], str]) -> None:
        self._value = value
        self.fetched = 0
        self.is_lost = False

    def __call__(self) -> str:
        self.fetched += 1
        if self.is_lost:
            raise SettingsError("The secret env:WEBHOOK is missing; set the environment variable WEBHOOK.")
        return self._value()


class ChatWorld:
    """What the worlds of Slack, Teams, a webhook and Apprise have in common."""

    def __init__(self, service: Handler) -> None:
        self.server = Server(service)
        self.proxy = FaultProxy(self.server.url)
        self.url = self.proxy.url
        self._is_open = True
        self.secret = Secret(self.address)

    def address(self) -> str:
        """What the secret holds."""
        raise NotImplementedError

    def attempts(self) -> int:
        return self.proxy.count("POST", ".*")

    def secrets_fetched(self) -> int:
        return self.secret.fetched

    def lose_reply(self) -> None:
        self.proxy.on("POST", ".*", lost_reply)

    def vanish(self) -> None:
        self.close()

    def lose_secret(self) -> None:
        self.secret.is_lost = True

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            self.proxy.close()
            self.server.close()
