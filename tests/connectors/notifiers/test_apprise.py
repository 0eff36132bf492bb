from __future__ import annotations

import logging

import pytest
from pydantic import ValidationError

from connectors.notifiers.apprise import AppriseNotifier
from connectors.notifiers.apprise_settings import AppriseSettings
from syncd.errors import DeliveryDeferred, DeliveryRefused
from syncd.ports import Format, Level
from tests.connectors.notifiers.chat import NOW, ChatWorld
from tests.contracts.notifier import HOSTILE, NotifierContract
from tests.emulators.http import Request, Response

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # imported by Apprise
SETTINGS = AppriseSettings.model_validate({"kind": "apprise", "url": "env:URL"})
PAYLOAD = {"title": "3 overdue", "body": HOSTILE}


class Receiver:
    """What Apprise's own JSON service speaks to."""

    def __init__(self) -> None:
        self.messages: list[object] = []
        self.status = 200

    def __call__(self, request: Request) -> Response:
        if self.status == 200:
            sent = request.json
            self.messages.append({"title": sent["title"], "body": sent["message"]})
        return Response(status=self.status, body=b"")


class AppriseWorld(ChatWorld):
    recipient = "apprise"
    payload = PAYLOAD
    secrets = ("c4n4ry-password", "c4n4ry-path")

    def __init__(self) -> None:
        self.receiver = Receiver()
        self._scheme = "json"
        super().__init__(self.receiver)
        self.notifier = AppriseNotifier(settings=SETTINGS, secret=self.secret, clock=lambda: NOW)

    def address(self) -> str:
        return f"{self._scheme}://syncd:c4n4ry-password@{self.url.removeprefix('http://')}/c4n4ry-path"

    def expected(self) -> object:
        return PAYLOAD

    def arrived(self) -> list[object]:
        return list(self.receiver.messages)

    def refuse(self) -> None:
        self._scheme = "unheard-of"

    def defer(self) -> None:
        self.receiver.status = 503


@pytest.fixture
def world():
    world = AppriseWorld()
    yield world
    world.close()


class TestAppriseKeepsThePromises(NotifierContract):
    lost = DeliveryDeferred  # Apprise does not tell why it failed

    def test_a_check_tells_what_is_wrong_and_how_to_mend_it(self, world):
        """Whether anybody listens shows only a message."""
        world.lose_secret()
        [finding] = world.notifier.check()
        assert finding.level is Level.FAILURE
        assert finding.cure


def test_it_carries_plain_text_which_is_never_repeated_blindly(world):
    assert world.notifier.format is Format.TEXT
    assert world.notifier.repeatable is False


@pytest.mark.parametrize(
    "written",
    [
        "c4n4ry",
        "https//c4n4ry",
        "json://127.0.0.1:1/c4n4ry, json://127.0.0.1:2/c4n4ry",
        "json://127.0.0.1:1/c4n4ry json://127.0.0.1:2/c4n4ry",
        "slack://c4n4ry",
    ],
)
def test_only_one_service_that_apprise_knows_is_called(written, caplog):
    caplog.set_level(logging.DEBUG)
    notifier = AppriseNotifier(settings=SETTINGS, secret=lambda: written, clock=lambda: NOW)
    with pytest.raises(DeliveryRefused) as told:
        notifier.send("apprise", PAYLOAD, key="x")
    [finding] = notifier.check()
    assert finding.level is Level.FAILURE
    assert "c4n4ry" not in f"{told.value} {finding} {caplog.text}"


def test_the_check_names_the_service(world):
    [finding] = world.notifier.check()
    assert "JSON" in finding.cause


def test_an_address_in_the_configuration_itself_is_a_mistake():
    with pytest.raises(ValidationError, match="a secret must not stand in the configuration"):
        AppriseSettings.model_validate({"url": "ntfy://c4n4ry2@example.com"})
