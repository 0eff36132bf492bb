"""Incoming webhooks of Slack's, with the limits of Block Kit and the errors of the documentation.

    slack = Slack()
    with Server(slack) as server:
        post(f"{server.url}{slack.path}", ...)
        assert slack.messages == [{"text": "Hello"}]

Limits: docs.slack.dev, Block Kit reference; errors: Sending messages using incoming webhooks, Handling errors.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.canary import canary
from tests.emulators.http import Request, Response

PATH = f"/services/T0CANARY/B0CANARY/s3cr3t-{canary('0123456789')}"
MAX_BLOCKS = 50
MAX_CHARACTERS = 13_000
"""So much text in all blocks; more is refused as msg_blocks_too_long, as people saw it."""
LONGEST = {"section": 3000, "header": 150, "context": 3000, "fields": 2000}


class Slack:
    """One webhook, and the channel behind it."""

    path = PATH

    def __init__(self) -> None:
        self.messages: list[Mapping[str, Any]] = []
        self.trouble: Response | None = None
        """What it answers instead of posting."""

    def __call__(self, request: Request) -> Response:
        if request.path != PATH:
            return Response(status=302, headers={"location": "https://slack.com/"}, body=b"")
        if request.method != "POST":
            return _text(405, "method_not_allowed")
        return self.trouble or self._post(request)

    def archive(self) -> None:
        """Somebody archives the channel."""
        self.trouble = _text(410, "channel_is_archived")

    def retire(self) -> None:
        """Somebody removes the app."""
        self.trouble = _text(404, "no_service")

    def limit(self, seconds: int) -> None:
        """Too many messages."""
        self.trouble = Response(status=429, json={"retry_after": seconds}, headers={"Retry-After": str(seconds)})

    def fail(self, status: int, error: str) -> None:
        """Any other answer."""
        self.trouble = _text(status, error)

    def _post(self, request: Request) -> Response:
        try:
            message = json.loads(request.body)
        except ValueError:
            return _text(400, "invalid_payload")
        if not isinstance(message, dict) or not request.headers.get("content-type", "").startswith("application/json"):
            return _text(400, "invalid_payload")
        error = _mistake(message)
        if error:
            return _text(400, error)
        self.messages.append(message)
        return _text(200, "ok")


def _mistake(message: Mapping[str, Any]) -> str:
    blocks = message.get("blocks", [])
    if not message.get("text") and not blocks:
        return "no_text"
    if not isinstance(blocks, list) or len(blocks) > MAX_BLOCKS or not all(map(_fits, blocks)):
        return "invalid_blocks"
    return "msg_blocks_too_long" if sum(map(_length, blocks)) > MAX_CHARACTERS else ""


def _fits(block: Mapping[str, Any]) -> bool:
    kind = block.get("type")
    if len(block.get("block_id", "")) > 255:
        return False
    if kind == "header":
        return block["text"]["type"] == "plain_text" and 0 < len(block["text"]["text"]) <= LONGEST["header"]
    if kind == "section":
        fields = block.get("fields", [])
        texts = [block["text"]] if "text" in block else []
        return (
            bool(texts or fields)
            and len(fields) <= 10
            and all(0 < len(text["text"]) <= LONGEST["section"] for text in texts)
            and all(0 < len(text["text"]) <= LONGEST["fields"] for text in fields)
        )
    if kind == "context":
        return 0 < len(block["elements"]) <= 10
    return kind == "divider" or (kind == "actions" and 0 < len(block["elements"]) <= 25)


def _length(block: Mapping[str, Any]) -> int:
    texts = [block.get("text"), *block.get("fields", []), *block.get("elements", [])]
    return sum(len(text["text"]) for text in texts if isinstance(text, dict) and isinstance(text.get("text"), str))


def _text(status: int, words: str) -> Response:
    return Response(status=status, body=words.encode(), headers={"content-type": "text/html"})
