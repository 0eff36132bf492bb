"""Messages to Teams, by the webhook of a workflow in Power Automate.

The workflow takes a message (202) before it posts it, so what is accepted here may still fail there: its run history
tells. The id of that run is what :meth:`TeamsNotifier.send` returns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence

from connectors.clients.delivery import as_json, by_status, call, place, reachable, refusal, resolved, unknown, words
from connectors.clients.post import Reply, Way
from connectors.notifiers.teams_settings import TeamsSettings
from syncd.errors import DeliveryError, DeliveryRefused
from syncd.ports import Clock, Finding, Format, Level, Payload

NAME = "teams"
HOSTS = (".logic.azure.com", ".environment.api.powerplatform.com")
RETIRED = ("webhook.office.com", "outlook.office.com", "outlook.office365.com")

_ANEW = "Copy its address anew from the workflow, and put it where `webhook` says."
_MAKE = 'Make a workflow in Teams with "when a Teams webhook request is received"'
_ANYONE = 'Let the workflow\'s trigger be called by "Anyone", then copy its address anew.'
_MESSAGE = "This is a mistake of syncd's message, or of your own template for it."
CURES: Mapping[str, str] = {
    "WorkflowNotFound": f"The workflow is gone. {_MAKE}, and put its address where `webhook` says.",
    "WorkflowTriggerIsNotEnabled": "The workflow is turned off or deleted; turn it on in the Workflows app of Teams.",
    "WorkflowDisabled": "The workflow is turned off; turn it on in the Workflows app of Teams.",
    "DirectApiAuthorizationRequired": _ANYONE,
    "DirectApiInvalidAuthorizationScheme": _ANYONE,
    "MisMatchingOAuthClaims": _ANYONE,
    "TriggerInputSchemaMismatch": _MESSAGE,
    "RequestEntityTooLarge": f"It is too long. {_MESSAGE}",
}
"""What to do about each code in an answer of Azure Logic Apps, which is what runs a workflow."""

_BY_STATUS = {401: _ANEW, 403: _ANEW, 404: CURES["WorkflowNotFound"], 410: CURES["WorkflowNotFound"]}
_WITHIN = re.compile(r"\bHTTP error (?:code )?([1-5][0-9][0-9])\b", re.IGNORECASE)
"""A success of the webhook that tells of a failure behind it: "Microsoft Teams endpoint returned HTTP error 429"
(Microsoft's Create an Incoming Webhook, Rate limiting)."""
_FAILED = re.compile(r"delivery failed|summary or text is required|bad payload", re.IGNORECASE)


class TeamsNotifier:
    """One workflow of Teams; keeps the promises of :class:`syncd.ports.Notifier`.

    ``secret`` fetches the address of its webhook when it is first needed; it stands in no text of ours. Only
    Microsoft's hosts are called, over TLS, and those in ``allow_hosts``. Teams cannot tell a repeated message, so none
    is repeatable.
    """

    format = Format.TEAMS
    repeatable = False
    recipients = (NAME,)

    def __init__(
        self,
        *,
        settings: TeamsSettings,
        secret: Callable[[], str],
        clock: Clock,
        allow_hosts: Collection[str] = (),
        way: Way | None = None,
    ) -> None:
        self._webhook = settings.webhook
        self._secret = secret
        self._clock = clock
        self._allow_hosts = frozenset(allow_hosts)
        self._way = way or Way()

    def send(self, recipient: str, payload: Payload, *, key: str) -> str:
        """Hand it to the workflow; the id of the run that posts it, or "" when it names none."""
        url = self._url()
        reply = call(url, as_json(payload), service="Teams", way=self._way)
        if error := self._refusal(reply, url) or self._within(reply, url):
            raise error
        return words(reply.headers.get("x-ms-workflow-run-id", ""), hidden=url)

    def check(self) -> Sequence[Finding]:
        """The address, and whether its host answers; a call of the workflow itself would post something."""
        try:
            url = self._url()
        except DeliveryError as error:
            cure = f"Put a workflow's address where {self._webhook} is kept."
            return [Finding(Level.FAILURE, "webhook", str(error), cure)]
        reached = reachable(url, service="Teams", way=self._way)
        if reached.level is not Level.OK:
            return [reached]
        cause = "The address is one of a workflow; whether it posts shows only a message."
        return [reached, Finding(Level.OK, "webhook", cause, "Run syncd notify test, and look into the channel.")]

    def _url(self) -> str:
        url = resolved(self._secret)
        parts = place(url, what="The webhook of Teams")
        host = parts.hostname or ""
        if host in self._allow_hosts:
            return url
        if host in RETIRED or host.endswith(tuple(f".{retired}" for retired in RETIRED)):
            raise DeliveryRefused(
                f"Microsoft has retired the connectors of {host}. {_MAKE}, and put its address where `webhook` says."
            )
        if parts.scheme != "https" or not host.endswith(HOSTS):
            raise DeliveryRefused(f"The webhook of Teams is not a workflow's address (https, at {' or '.join(HOSTS)}).")
        return url

    def _refusal(self, reply: Reply, url: str) -> DeliveryError | None:
        cure = CURES.get(_code(reply), _BY_STATUS.get(reply.status, "Look at the workflow, and at its run history."))
        return refusal(reply, url=url, service="Teams", cure=cure, now=self._clock())

    def _within(self, reply: Reply, url: str) -> DeliveryError | None:
        """The failure that a success holds in its body."""
        said = f"Teams answered {reply.status}, but says: {words(reply.text, hidden=url)}"
        if found := _WITHIN.search(reply.text):
            cure = "Look at the workflow, and at its run history."
            return by_status(int(found[1]), reply.headers, said, cure=cure, now=self._clock())
        if code := _code(reply):
            return DeliveryRefused(f"{said}. {CURES.get(code, 'Look at the workflow, and at its run history.')}")
        if _FAILED.search(reply.text):
            return DeliveryRefused(f"{said}. Look at the workflow, and at its run history.")
        if reply.text.startswith("<") or not reply.whole:
            return unknown(f"The address of Teams answered {reply.status}, but not as Teams does; check the webhook")
        return None


def _code(reply: Reply) -> str:
    """The code of the error that an answer holds; "" when it holds none."""
    try:
        answer = json.loads(reply.body)
    except ValueError:
        return ""
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, dict):
        return str(error.get("code") or "error")
    return str(error) if error else ""
