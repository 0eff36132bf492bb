from __future__ import annotations

import json
import logging
from datetime import timedelta

import pytest
from pydantic import ValidationError

from connectors.clients.post import Way
from connectors.notifiers.slack import SlackNotifier
from connectors.notifiers.slack_settings import SlackSettings
from syncd.errors import DeliveryDeferred, DeliveryRefused, DeliveryUnknown
from syncd.ports import Format, Level
from tests.connectors.notifiers.chat import HERE, NOW, ChatWorld
from tests.contracts.notifier import HOSTILE, NotifierContract, assert_hidden, send
from tests.emulators import proxy as faults
from tests.emulators.http import Response
from tests.emulators.slack import Slack

SETTINGS = SlackSettings.model_validate({"kind": "slack", "webhook": "env:WEBHOOK"})
MESSAGE = {
    "text": "3 overdue",
    "unfurl_links": False,
    "blocks": [
        {"type": "header", "text": {"type": "plain_text", "text": "3 overdue"}},
        {"type": "section", "text": {"type": "plain_text", "text": HOSTILE}},
        {"type": "divider"},
    ],
}


class SlackWorld(ChatWorld):
    recipient = "slack"
    payload = MESSAGE
    secrets = ("s3cr3t-c4n4ry", "T0CANARY", "B0CANARY")

    def __init__(self) -> None:
        self.slack = Slack()
        super().__init__(self.slack)
        self.notifier = SlackNotifier(
            settings=SETTINGS, secret=self.secret, clock=lambda: NOW, allow_hosts=(HERE,), way=Way(deadline=0.5)
        )

    def address(self) -> str:
        return f"{self.url}{self.slack.path}"

    def expected(self) -> object:
        return MESSAGE

    def arrived(self) -> list[object]:
        return list(self.slack.messages)

    def refuse(self) -> None:
        self.slack.archive()

    def defer(self) -> None:
        self.slack.limit(30)


@pytest.fixture
def world():
    world = SlackWorld()
    yield world
    world.close()


class TestSlackKeepsThePromises(NotifierContract):
    pass


def test_it_carries_block_kit_which_is_never_repeated_blindly(world):
    assert world.notifier.format is Format.SLACK
    assert world.notifier.repeatable is False


def test_a_message_goes_as_json_in_utf_8(world):
    send(world)
    [(request, _)] = world.server.log
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert "キャッシュ".encode() in request.body


def test_half_a_pair_in_a_text_does_not_stop_the_message(world):
    world.notifier.send("slack", {"text": "broken \ud83d pair"}, key="x")
    assert world.slack.messages == [{"text": "broken ? pair"}]


@pytest.mark.parametrize(("header", "seconds"), [("30", 30), ("Mon, 23 Nov 2026 09:05:00 GMT", 300), (None, 60)])
def test_too_many_messages_wait_as_long_as_slack_says(world, header, seconds):
    world.slack.trouble = Response(status=429, headers={"Retry-After": header} if header else {}, body=b"rate_limited")
    with pytest.raises(DeliveryDeferred, match="Slack answered 429: rate_limited") as told:
        send(world)
    assert told.value.not_before == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("status", "error", "cure"),
    [
        (404, "no_service", "Make a new incoming webhook"),
        (403, "invalid_token", "Make a new incoming webhook"),
        (404, "", "The webhook is not there any more. Make a new incoming webhook"),
        (410, "<html><title>Gone</title></html>", "The webhook is not there any more"),
        (410, "channel_is_archived", "take it out of the archive"),
        (404, "channel_not_found", "The channel is gone"),
        (403, "action_prohibited", "administrator"),
        (403, "posting_to_general_channel_denied", "administrator"),
        (400, "invalid_blocks", "your own template"),
        (400, "msg_blocks_too_long", "too long"),
        (403, "team_disabled", "The workspace is disabled"),
        (400, "something_new", "Check the address of the webhook"),
    ],
)
def test_a_refusal_says_what_to_do(world, status, error, cure):
    world.slack.fail(status, error)
    with pytest.raises(DeliveryRefused) as told:
        send(world)
    assert f"Slack answered {status}: " in str(told.value)
    assert cure in str(told.value)
    assert world.attempts() == 1


@pytest.mark.parametrize(
    "blocks",
    [
        [{"type": "divider"}] * 51,
        [{"type": "section", "text": {"type": "plain_text", "text": "x" * 3001}}],
        [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
        [{"type": "section", "text": {"type": "plain_text", "text": "x" * 2999}}] * 5,
    ],
    ids=["too many blocks", "long section", "long header", "too long in all"],
)
def test_a_message_beyond_the_limits_is_refused(world, blocks):
    with pytest.raises(DeliveryRefused, match=r"invalid_blocks|msg_blocks_too_long"):
        world.notifier.send("slack", {"text": "x", "blocks": blocks}, key="x")
    assert world.arrived() == []


@pytest.mark.parametrize("status", [500, 502, 504, 408])
def test_a_failure_of_the_server_leaves_it_open(world, status):
    world.slack.fail(status, "rollup_error")
    with pytest.raises(DeliveryUnknown, match="may or may not have arrived"):
        send(world)


def test_a_server_that_asks_to_come_again_is_tried_again(world):
    world.slack.trouble = Response(status=503, headers={"Retry-After": "120"}, body=b"service_unavailable")
    with pytest.raises(DeliveryDeferred) as told:
        send(world)
    assert told.value.not_before == NOW + timedelta(seconds=120)


@pytest.mark.parametrize(
    ("fault", "error", "posted"),
    [
        (faults.reset, DeliveryUnknown, 0),
        (faults.lost_reply, DeliveryUnknown, 1),
        (faults.hang, DeliveryUnknown, 0),
        (faults.hang_after, DeliveryUnknown, 1),
        (faults.drip, DeliveryUnknown, 1),
        (faults.truncate, DeliveryUnknown, 1),
        (faults.garbage, DeliveryUnknown, 0),
        (faults.html_200, DeliveryUnknown, 0),
        (faults.status(503, after=True), DeliveryUnknown, 1),
        (faults.status(407), DeliveryDeferred, 0),
        (faults.status(302, headers={"Location": "https://evil.example/"}), DeliveryRefused, 0),
    ],
)
def test_each_fault_on_the_wire_is_told_for_what_it_is(world, fault, error, posted):
    world.proxy.on("POST", ".*", fault)
    with pytest.raises(error):
        send(world)
    assert len(world.slack.messages) == posted
    assert world.attempts() == 1


def test_a_reply_that_repeats_the_address_is_neither_told_nor_logged(world, caplog):
    caplog.set_level(logging.DEBUG)
    url = world.address()
    world.slack.trouble = Response(status=302, headers={"Location": url}, body=f"Moved to {url}".encode())
    with pytest.raises(DeliveryRefused, match="points to another address") as told:
        send(world)
    assert_hidden(world, str(told.value) + caplog.text)


def test_an_answer_without_end_is_not_kept(world):
    world.proxy.on("POST", ".*", faults.status(404, body=b"no_service " * 100_000))
    with pytest.raises(DeliveryRefused) as told:
        send(world)
    assert len(str(told.value)) < 500


@pytest.mark.parametrize(
    ("answer", "error"),
    [({"ok": True}, None), ({"ok": False, "error": "invalid_workflow"}, "Slack refused the message: invalid_workflow")],
)
def test_the_trigger_of_a_workflow_answers_in_json(world, answer, error):
    world.slack.trouble = Response(json=answer)
    if error is None:
        assert send(world) == ""
        return
    with pytest.raises(DeliveryRefused, match=error):
        send(world)


@pytest.mark.parametrize(
    "written",
    [
        "http://hooks.slack.com/services/c4n4ry",
        "hooks.slack.com/services/c4n4ry",
        "ftp://hooks.slack.com/c4n4ry",
        "https://user:c4n4ry@hooks.slack.com/services/x",
        "https://hooks.slack.com/services/c4n4ry\r\nX: y",
        "https://hooks.slack.com:port/services/c4n4ry",
        "https://höoks.slack.com/c4n4ry",
        "https:///services/c4n4ry",
        "xoxb-c4n4ry-token",
    ],
)
def test_a_webhook_that_is_none_is_refused_without_repeating_it(written):
    notifier = SlackNotifier(settings=SETTINGS, secret=lambda: written, clock=lambda: NOW)
    with pytest.raises(DeliveryRefused) as told:
        notifier.send("slack", MESSAGE, key="x")
    [finding] = notifier.check()
    assert finding.level is Level.FAILURE
    assert "env:WEBHOOK" in finding.cure
    assert "c4n4ry" not in f"{told.value} {finding}"


def test_a_check_finds_out_that_the_webhook_is_retired(world):
    world.slack.retire()
    [finding] = world.notifier.check()
    assert finding.level is Level.FAILURE
    assert "no_service" in finding.cause
    assert world.slack.messages == []


def test_a_check_does_not_take_a_sign_on_page_for_slack(world):
    world.proxy.on("POST", ".*", faults.html_200)
    [finding] = world.notifier.check()
    assert finding.level is Level.FAILURE


@pytest.mark.parametrize("path", ["/triggers/T0/1/x", "/workflows/T0/1/x", "/hooks/x"])
def test_a_check_starts_nothing_where_an_empty_message_might(world, path):
    notifier = SlackNotifier(
        settings=SETTINGS, secret=lambda: f"{world.url}{path}", clock=lambda: NOW, allow_hosts=(HERE,)
    )
    [finding] = notifier.check()
    assert finding.level is Level.OK
    assert [(request.method, request.path) for request, _ in world.server.log] == [("GET", "/")]


def test_a_check_posts_nothing_that_could_be_read(world):
    world.notifier.check()
    assert [json.loads(request.body) for request, _ in world.server.log] == [{"text": ""}]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"webhook": "https://hooks.slack.com/services/x"}, "a secret must not stand in the configuration"),
        ({"webhook": "env:WEBHOOK", "channel": "#x"}, "Extra inputs"),
    ],
)
def test_mistakes_in_the_configuration_are_told(wrong, words):
    with pytest.raises(ValidationError, match=words):
        SlackSettings.model_validate(wrong)
