"""How Jira says no: a status with `errorMessages` and, per field, `errors`."""

from __future__ import annotations

from collections.abc import Mapping

from tests.emulators.http import Response

OFF_SCREEN = "Field '{field}' cannot be set. It is not on the appropriate screen, or unknown."
BAD_BODY = "Invalid request payload. Refer to the REST API documentation and try again."


class JiraError(Exception):
    """A refusal; the emulator turns it into the reply."""

    def __init__(self, status: int, *messages: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(status, *messages)
        self.status = status
        self.messages = messages
        self.errors = dict(errors or {})

    @property
    def response(self) -> Response:
        """The reply in Jira's error form."""
        return Response(status=self.status, json={"errorMessages": list(self.messages), "errors": self.errors})


class Invalid(Exception):
    """A value that a field does not take, in Jira's words."""
