"""Messages to a channel of Slack's, by an incoming webhook.

Source: docs.slack.dev, Sending messages using incoming webhooks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from urllib.parse import urlsplit

from connectors.clients.delivery import as_json, call, place, reachable, refusal, resolved, unknown, words
from connectors.clients.post import Reply, Way
from connectors.notifiers.slack_settings import SlackSettings
from syncd.errors import DeliveryError, DeliveryRefused
from syncd.ports import Clock, Finding, Format, Level, Payload

NAME = "slack"

_NEW_WEBHOOK = "Make a new incoming webhook in Slack for the channel, and put its address where `webhook` says."
_MESSAGE = "This is a mistake of syncd's message, or of your own template for it."
_GENERAL = "An administrator has restricted who may post to this channel; let the app post, or choose another one."
CURES: Mapping[str, str] = {
    "no_service": _NEW_WEBHOOK,
    "no_service_id": _NEW_WEBHOOK,
    "no_active_hooks": _NEW_WEBHOOK,
    "invalid_token": _NEW_WEBHOOK,
    "no_team": _NEW_WEBHOOK,
    "team_disabled": "The workspace is disabled in Slack; choose another one.",
    "channel_not_found": f"The channel is gone. {_NEW_WEBHOOK}",
    "channel_is_archived": f"The channel is archived: take it out of the archive, or {_NEW_WEBHOOK.lower()}",
    "user_not_found": f"The person it writes to is gone. {_NEW_WEBHOOK}",
    "action_prohibited": _GENERAL,
    "posting_to_general_channel_denied": _GENERAL,
    "invalid_blocks": _MESSAGE,
    "invalid_blocks_format": _MESSAGE,
    "invalid_payload": _MESSAGE,
    "invalid_attachments": _MESSAGE,
    "no_text": _MESSAGE,
    "msg_blocks_too_long": f"It is too long. {_MESSAGE}",
    "msg_too_long": f"It is too long. {_MESSAGE}",
}
"""What to do about each error of an incoming webhook."""

_EMPTY = b'{"text":""}'
_ASKED_FOR_TEXT = ("no_text", "missing_text_or_fallback_or_attachments", "invalid_payload")


class SlackNotifier:
    """One channel of Slack's; keeps the promises of :class:`syncd.ports.Notifier`.

    ``secret`` fetches the address of the webhook when it is first needed; it stands in no text of ours. Hosts in
    ``allow_hosts`` may be spoken to without TLS. Slack cannot tell a repeated message, so none is repeatable.
    """

    format = Format.SLACK
    repeatable = False
    recipients = (NAME,)

    def __init__(
        self,
        *,
        settings: SlackSettings,
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
        """Post it; Slack gives no id back."""
        url = self._url()
        reply = call(url, as_json(payload), service="Slack", way=self._way)
        if error := self._refusal(reply, url) or _not_ok(reply, url):
            raise error
        return ""

    def check(self) -> Sequence[Finding]:
        """Ask Slack to post nothing: an incoming webhook that works refuses just that.

        What only looks like one (a workflow, another chat) might post something, so there only its host is called.
        """
        try:
            url = self._url()
            if not _is_incoming(url):
                return [reachable(url, service="Slack", way=self._way)]
            self._ask(url)
        except DeliveryError as error:
            cure = f"Do what it says, or put another address where {self._webhook} is kept."
            return [Finding(Level.FAILURE, "webhook", str(error), cure)]
        return [Finding(Level.OK, "webhook", "Slack knows the webhook.")]

    def _ask(self, url: str) -> None:
        reply = call(url, _EMPTY, service="Slack", way=self._way)
        if reply.text not in _ASKED_FOR_TEXT and (error := self._refusal(reply, url) or _not_ok(reply, url)):
            raise error

    def _refusal(self, reply: Reply, url: str) -> DeliveryError | None:
        return refusal(reply, url=url, service="Slack", cure=_cure(reply), now=self._clock())

    def _url(self) -> str:
        url = resolved(self._secret)
        parts = place(url, what="The webhook of Slack")
        if parts.scheme != "https" and parts.hostname not in self._allow_hosts:
            raise DeliveryRefused("The webhook of Slack has to begin with https://; copy it anew into its secret.")
        return url


def _is_incoming(url: str) -> bool:
    return urlsplit(url).path.startswith("/services/")


def _cure(reply: Reply) -> str:
    if reply.status in (404, 410) and reply.text not in CURES:
        return f"The webhook is not there any more. {_NEW_WEBHOOK}"
    return CURES.get(reply.text, "Check the address of the webhook, and the app in Slack.")


def _not_ok(reply: Reply, url: str) -> DeliveryError | None:
    """Whether a success is none of Slack's: a captive portal, a sign-on page, or an error under 200."""
    if reply.text == "ok":
        return None
    answer = _json(reply)
    if answer.get("ok") is True:  # what the trigger of a workflow says
        return None
    if answer.get("ok") is False:
        return DeliveryRefused(f"Slack refused the message: {words(str(answer.get('error')), hidden=url)}.")
    return unknown(f"Slack's address answered {reply.status}, but not as Slack does; check the webhook")


def _json(reply: Reply) -> Mapping[str, object]:
    try:
        answer = json.loads(reply.body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
