"""The webhook of a workflow in Teams: Azure Logic Apps takes the message, a run posts it later, or fails.

    teams = Teams()
    with Server(teams) as server:
        post(f"{server.url}{PATH}?{QUERY}", ...)
        assert teams.posted == [...]

Codes: learn.microsoft.com, Azure Logic Apps troubleshooting; limits: Teams, Create an Incoming Webhook.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.canary import canary
from tests.emulators.http import Request, Response

PATH = "/workflows/0a1b2c3d4e5f/triggers/manual/paths/invoke"
SIGNATURE = f"s3cr3t-{canary('sig-0123456789')}"
QUERY = f"api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={SIGNATURE}"
MAX_BYTES = 28_000
RUN = "08584501234567890123456789012CU00"


class Teams:
    """One workflow, and the channel behind it."""

    def __init__(self) -> None:
        self.accepted: list[Mapping[str, Any]] = []
        self.posted: list[Mapping[str, Any]] = []
        self.trouble: Response | None = None
        """What it answers instead of taking a message."""
        self.run_fails = False
        """The message is taken, and never posted."""

    def __call__(self, request: Request) -> Response:
        if request.path != PATH:
            return Response(status=404, body=b"")
        if request.method != "POST":
            return error(404, "WorkflowTriggerNotFound", "There is no trigger for this method.")
        if request.query.get("sig") != SIGNATURE:
            return error(401, "DirectApiAuthorizationRequired", "The request must be authenticated.")
        return self.trouble or self._take(request)

    def limit(self, seconds: int) -> None:
        """Too many messages."""
        self.trouble = error(429, "WorkflowTriggerThrottled", "Too many requests.", {"Retry-After": str(seconds)})

    def turn_off(self) -> None:
        """Somebody turns the workflow off."""
        self.trouble = error(400, "WorkflowTriggerIsNotEnabled", "The trigger 'manual' is not enabled.")

    def delete(self) -> None:
        """Somebody deletes the workflow."""
        self.trouble = error(404, "WorkflowNotFound", "The workflow could not be found.")

    def say(self, words: str) -> None:
        """Answer with a success that is none."""
        self.trouble = Response(status=200, body=words.encode(), headers={"content-type": "text/plain; charset=utf-8"})

    def _take(self, request: Request) -> Response:
        if len(request.body) > MAX_BYTES:
            return error(413, "RequestEntityTooLarge", "The request content is too large.")
        message = request.json
        cards = message.get("attachments") if isinstance(message, dict) else None
        if not cards or message.get("type") != "message":
            return error(400, "TriggerInputSchemaMismatch", "The input body does not match the trigger's schema.")
        if any(card["contentType"] != "application/vnd.microsoft.card.adaptive" for card in cards):
            return error(400, "TriggerInputSchemaMismatch", "The input body does not match the trigger's schema.")
        self.accepted.append(message)
        if not self.run_fails:
            self.posted.append(message)
        return Response(status=202, body=b"", headers={"x-ms-workflow-run-id": RUN})


def error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """An error as Azure writes it."""
    return Response(status=status, json={"error": {"code": code, "message": message}}, headers=headers or {})
