from __future__ import annotations

import json
import socket
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError
from standardwebhooks import Webhook

from connectors.clients.post import Way
from connectors.notifiers.webhook import WebhookNotifier
from connectors.notifiers.webhook_settings import WebhookSettings
from syncd.errors import DeliveryDeferred, DeliveryRefused, DeliveryUnknown
from syncd.ports import Format, Level
from tests.canary import canary
from tests.connectors.clients.wire import Wire, reply
from tests.connectors.notifiers.chat import ChatWorld
from tests.contracts.notifier import HOSTILE, KEY, NotifierContract, send
from tests.emulators import proxy as faults
from tests.emulators.certificate import serving, trusting
from tests.emulators.http import Request, Response

SECRET = canary("secret-of-a-program, long enough")
PAYLOAD = {"version": 1, "type": "digest.weekly", "id": "x", "time": "2026-11-23T09:00:00Z", "data": {"say": HOSTILE}}


def now() -> datetime:
    return datetime.now(UTC)  # the verifying library compares with the real time


class Receiver:
    """A program that trusts what is signed, as the library of Standard Webhooks tells it."""

    def __init__(self, secret: str | bytes) -> None:
        self.webhook = Webhook(secret)
        self.messages: list[object] = []
        self.ids: list[str] = []
        self.trouble: Response | None = None

    def __call__(self, request: Request) -> Response:
        if request.method != "POST":
            return Response(status=405, body=b"")
        if self.trouble:
            return self.trouble
        self.messages.append(self.webhook.verify(request.body, dict(request.headers)))
        self.ids.append(request.headers["webhook-id"])
        return Response(status=204)


class WebhookWorld(ChatWorld):
    payload = PAYLOAD
    secrets = (SECRET, b64encode(SECRET.encode()).decode())
    recipient = "127.0.0.1"

    def __init__(self, *, secret: str = SECRET, key: str | bytes = SECRET.encode()) -> None:
        self._value = secret
        self.receiver = Receiver(key)
        super().__init__(self.receiver)
        settings = WebhookSettings.model_validate(
            {"kind": "webhook", "url": f"{self.url}/hook?team=x", "secret": "env:HOOK", "allow_private": True}
        )
        self.notifier = WebhookNotifier(settings=settings, secret=self.secret, clock=now, way=Way(deadline=0.5))

    def address(self) -> str:
        return self._value

    def expected(self) -> object:
        return PAYLOAD

    def arrived(self) -> list[object]:
        return list(self.receiver.messages)

    def refuse(self) -> None:
        self.receiver.trouble = Response(status=410, body=b"gone")

    def defer(self) -> None:
        self.receiver.trouble = Response(status=429, body=b"", headers={"Retry-After": "30"})


@pytest.fixture
def world():
    world = WebhookWorld()
    yield world
    world.close()


class TestAWebhookKeepsThePromises(NotifierContract):
    pass


def settings(**more):
    known = {"kind": "webhook", "url": "https://hook.example.com/x", "secret": "env:HOOK"}
    return WebhookSettings.model_validate(known | more)


def notifier(resolve, **more):
    return WebhookNotifier(
        settings=settings(**more),
        secret=lambda: SECRET,
        clock=now,
        resolve=resolve,
        way=Way(deadline=2, tls=trusting()),
    )


def test_it_carries_json_which_may_be_repeated(world):
    assert world.notifier.format is Format.WEBHOOK
    assert world.notifier.repeatable is True


def test_a_repetition_carries_the_same_id_and_another_message_another_one(world):
    world.notifier.send(world.recipient, PAYLOAD, key=KEY)
    world.notifier.send(world.recipient, PAYLOAD, key=KEY)
    world.notifier.send(world.recipient, PAYLOAD, key="another")
    first, repeated, other = world.receiver.ids
    assert first == repeated != other


@pytest.mark.parametrize("written", ["whsec_" + b64encode(b"c4n4ry" * 6).decode(), "c4n4ry" * 6])
def test_a_secret_is_written_as_base64_or_plain(written):
    world = WebhookWorld(secret=written, key=b"c4n4ry" * 6)
    try:
        send(world)
        assert world.arrived() == [PAYLOAD]
    finally:
        world.close()


@pytest.mark.parametrize("written", ["whsec_", "whsec_canary!", "whsec_====", "whsec_cänary"])
def test_a_secret_that_is_no_base64_is_refused_without_repeating_it(written):
    hook = WebhookNotifier(settings=settings(), secret=lambda: written, clock=now)
    with pytest.raises(DeliveryRefused, match="not base64") as told:
        hook.send("x", PAYLOAD, key=KEY)
    [finding] = hook.check()
    assert finding.level is Level.FAILURE
    assert "nary" not in f"{told.value} {finding}"


def test_a_short_secret_is_warned_about():
    world = WebhookWorld(secret="short")
    try:
        assert [finding.level for finding in world.notifier.check()] == [Level.OK, Level.WARNING]
    finally:
        world.close()


def test_a_check_does_not_call_the_address_itself(world):
    world.notifier.check()
    assert [(request.method, request.path, request.query) for request, _ in world.server.log] == [("GET", "/", {})]


PRIVATE = [
    *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "0.0.0.0", "255.255.255.255"),
    *("169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254"),
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1"),
    *("64:ff9b::10.0.0.1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a00:1::1", "224.0.0.1", "ff02::1", "240.0.0.1"),
    *("192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "2001:0:7f00:1::"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_in_the_internet_is_not_called(address):
    with pytest.raises(DeliveryRefused, match="allow_private = true"):
        notifier(lambda host, port: ["93.184.216.34", address]).send("x", PAYLOAD, key=KEY)


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "0", "0.0.0.0"),
        *(
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[0:0:0:0:0:0:0:1]",
            "169.254.169.254",
            "2852039166",
        ),
    ],
)
def test_no_notation_of_an_own_address_is_called(host):
    hook = WebhookNotifier(settings=settings(url=f"https://{host}:9/x"), secret=lambda: SECRET, clock=now)
    with pytest.raises(DeliveryRefused, match="was not called"):
        hook.send("x", PAYLOAD, key=KEY)
    assert [finding.level for finding in hook.check()] == [Level.FAILURE]


def test_it_connects_to_the_one_address_that_was_looked_at_and_checks_the_name():
    asked = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with Wire(lambda line: line.send(reply("204 No Content", b"")), tls=serving()) as wire:
        port = wire.address.rpartition(":")[2]
        url = f"https://hook.example.com:{port}/x"
        notifier(resolve, url=url, allow_private=True).send("x", PAYLOAD, key=KEY)
        with pytest.raises(DeliveryDeferred, match="certificate is not trusted"):
            notifier(resolve, url=f"https://other.example.com:{port}/x", allow_private=True).send("x", PAYLOAD, key=KEY)
    assert asked == ["hook.example.com", "other.example.com"]
    assert wire.requests == [b"POST /x"]


def test_without_tls_nothing_leaves_the_own_network():
    hook = notifier(lambda host, port: ["93.184.216.34"], url="http://hook.example.com/x", allow_private=True)
    with pytest.raises(DeliveryRefused, match="only https://"):
        hook.send("x", PAYLOAD, key=KEY)


def test_it_goes_past_the_proxies_of_the_environment(world, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    send(world)
    assert world.arrived() == [PAYLOAD]


def test_a_host_that_is_not_known_may_come_back():
    def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(DeliveryDeferred, match="the name of its host is not known"):
        notifier(resolve).send("x", PAYLOAD, key=KEY)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (faults.reset, DeliveryUnknown),
        (faults.hang, DeliveryUnknown),
        (faults.truncate, None),  # the status came; the rest does not count
        (faults.status(500), DeliveryUnknown),
        (faults.status(404), DeliveryRefused),
        (faults.status(301, headers={"Location": "http://169.254.169.254/"}), DeliveryRefused),
    ],
)
def test_each_fault_on_the_wire_is_told_for_what_it_is(world, fault, kind):
    world.receiver.trouble = Response(status=200, body=b"x" * 100)
    world.proxy.on("POST", ".*", fault)
    if kind is None:
        assert send(world) == ""
        return
    with pytest.raises(kind):
        send(world)
    assert world.attempts() == 1


def test_the_payload_is_posted_as_json(world):
    send(world)
    [(request, _)] = world.server.log
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert json.loads(request.body) == PAYLOAD


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"url": "http://hook.example.com/x"}, "must begin with https://"),
        ({"url": "hook.example.com"}, "must be an address"),
        ({"url": "https://user:c4n4ry2@hook.example.com/"}, "without a user"),
        ({"url": "https://hook.example.com/#c4n4ry2"}, "must be an address"),
        ({"url": "https://hook.example.com/?sig=c4n4ry2c4n4ry2c4n4ry2c4n4ry2"}, "must not hold a secret"),
        ({"url": "https://hook.example.com/a b"}, "must be an address"),
        ({"secret": "c4n4ry2"}, "a secret must not stand in the configuration"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_mistakes_in_the_configuration_are_told(wrong, words):
    with pytest.raises(ValidationError, match=words) as mistake:
        settings(**wrong)
    assert "c4n4ry2" not in str(mistake.value)
