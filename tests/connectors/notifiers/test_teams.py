from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.clients.post import Way
from connectors.notifiers.teams import TeamsNotifier
from connectors.notifiers.teams_settings import TeamsSettings
from syncd.errors import DeliveryDeferred, DeliveryRefused, DeliveryUnknown
from syncd.ports import Format, Level
from tests.connectors.notifiers.chat import HERE, NOW, ChatWorld
from tests.contracts.notifier import HOSTILE, NotifierContract, send
from tests.emulators import proxy as faults
from tests.emulators.http import Response
from tests.emulators.teams import PATH, QUERY, RUN, SIGNATURE, Teams, error

SETTINGS = TeamsSettings.model_validate({"kind": "teams", "webhook": "env:WEBHOOK"})


def card(*texts: str) -> dict[str, object]:
    body = [{"type": "TextBlock", "text": text, "wrap": True} for text in texts]
    content = {"type": "AdaptiveCard", "version": "1.4", "body": body, "fallbackText": "3 overdue"}
    return {
        "type": "message",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": content}],
    }


class TeamsWorld(ChatWorld):
    recipient = "teams"
    payload = card("3 overdue", HOSTILE)
    secrets = (SIGNATURE, "s3cr3t-c4n4ry", "0a1b2c3d4e5f")

    def __init__(self) -> None:
        self.teams = Teams()
        super().__init__(self.teams)
        self.notifier = TeamsNotifier(
            settings=SETTINGS, secret=self.secret, clock=lambda: NOW, allow_hosts=(HERE,), way=Way(deadline=0.5)
        )

    def address(self) -> str:
        return f"{self.url}{PATH}?{QUERY}"

    def expected(self) -> object:
        return self.payload

    def arrived(self) -> list[object]:
        return list(self.teams.accepted)

    def refuse(self) -> None:
        self.teams.delete()

    def defer(self) -> None:
        self.teams.limit(30)


@pytest.fixture
def world():
    world = TeamsWorld()
    yield world
    world.close()


class TestTeamsKeepsThePromises(NotifierContract):
    pass


def test_it_carries_a_card_which_is_never_repeated_blindly(world):
    assert world.notifier.format is Format.TEAMS
    assert world.notifier.repeatable is False


def test_the_run_that_posts_it_is_named_so_that_one_can_look_for_it(world):
    world.teams.run_fails = True  # what nobody tells us
    assert send(world) == RUN
    assert world.teams.posted == []


def test_too_many_messages_wait_as_long_as_teams_says(world):
    world.teams.limit(90)
    with pytest.raises(DeliveryDeferred) as told:
        send(world)
    assert told.value.not_before == NOW + timedelta(seconds=90)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (error(404, "WorkflowNotFound", "It is gone."), "The workflow is gone. Make a workflow in Teams"),
        (error(400, "WorkflowTriggerIsNotEnabled", "Not enabled."), "turn it on in the Workflows app"),
        (error(401, "DirectApiAuthorizationRequired", "No."), '"Anyone"'),
        (error(400, "TriggerInputSchemaMismatch", "Null."), "your own template"),
        (error(413, "RequestEntityTooLarge", "Large."), "too long"),
        (error(400, "SomethingNew", "?"), "run history"),
        (Response(status=403, body=b"<html><title>Forbidden</title></html>"), "Copy its address anew"),
        (Response(status=410, body=b""), "The workflow is gone"),
    ],
)
def test_a_refusal_says_what_to_do(world, answer, words):
    world.teams.trouble = answer
    with pytest.raises(DeliveryRefused) as told:
        send(world)
    assert f"Teams answered {answer.status}: " in str(told.value)
    assert words in str(told.value)


def test_a_message_beyond_the_limit_is_refused(world):
    with pytest.raises(DeliveryRefused, match="RequestEntityTooLarge"):
        world.notifier.send("teams", card("x" * 28_000), key="x")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (
            "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with x",
            DeliveryDeferred,
        ),
        (
            "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413",
            DeliveryRefused,
        ),
        ("Microsoft Teams endpoint returned HTTP error 502", DeliveryUnknown),
        ("Webhook message delivery failed.", DeliveryRefused),
        ('{"error": {"code": "WorkflowNotFound", "message": "gone"}}', DeliveryRefused),
        ('{"error": "no"}', DeliveryRefused),
        ("<!DOCTYPE html><html><title>Sign in</title></html>", DeliveryUnknown),
        ("1", None),
        ("", None),
        ('{"status": "thanks"}', None),
    ],
)
def test_a_success_is_believed_only_if_its_text_agrees(world, body, kind):
    world.teams.say(body)
    if kind is None:
        assert send(world) == ""
        return
    with pytest.raises(kind, match="Teams"):
        send(world)


@pytest.mark.parametrize(
    ("fault", "kind", "posted"),
    [
        (faults.reset, DeliveryUnknown, 0),
        (faults.hang, DeliveryUnknown, 0),
        (faults.lost_reply, DeliveryUnknown, 1),
        (faults.status(502, after=True), DeliveryUnknown, 1),
        (faults.html_200, DeliveryUnknown, 0),
        (faults.status(307, headers={"Location": "https://evil.example/"}), DeliveryRefused, 0),
    ],
)
def test_each_fault_on_the_wire_is_told_for_what_it_is(world, fault, kind, posted):
    world.proxy.on("POST", ".*", fault)
    with pytest.raises(kind):
        send(world)
    assert len(world.teams.posted) == posted


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("https://acme.webhook.office.com/webhookb2/c4n4ry", "has retired"),
        ("https://outlook.office.com/webhook/c4n4ry", "has retired"),
        ("https://logic.azure.com.evil.example/c4n4ry", "not a workflow's address"),
        ("https://evil-logic.azure.com/c4n4ry", "not a workflow's address"),
        ("http://prod-1.westeurope.logic.azure.com/c4n4ry", "not a workflow's address"),
        ("https://127.0.0.1/c4n4ry", "not a workflow's address"),
        ("https://a@prod-1.westeurope.logic.azure.com/c4n4ry", "not an address"),
        ("c4n4ry", "not an address"),
    ],
)
def test_only_addresses_of_workflows_are_called(written, words):
    notifier = TeamsNotifier(settings=SETTINGS, secret=lambda: written, clock=lambda: NOW)
    with pytest.raises(DeliveryRefused, match=words) as told:
        notifier.send("teams", card("x"), key="x")
    [finding] = notifier.check()
    assert (finding.level, finding.cause) == (Level.FAILURE, str(told.value))
    assert "c4n4ry" not in f"{told.value} {finding}"


@pytest.mark.parametrize(
    "host",
    ["prod-12.westeurope.logic.azure.com:443", "default0a1b.c2.environment.api.powerplatform.com:443"],
)
def test_both_kinds_of_addresses_of_workflows_are_called(host):
    way = Way(deadline=0.5, addresses=nowhere)
    notifier = TeamsNotifier(settings=SETTINGS, secret=lambda: f"https://{host}/x", clock=lambda: NOW, way=way)
    with pytest.raises(DeliveryDeferred, match="could not be reached"):
        notifier.send("teams", card("x"), key="x")


def nowhere(host: str, port: int) -> list[str]:
    assert host.endswith(("logic.azure.com", "powerplatform.com"))
    return []


def test_a_check_does_not_start_the_workflow(world):
    world.notifier.check()
    assert [(request.method, request.path, request.query) for request, _ in world.server.log] == [("GET", "/", {})]
