"""Messages to the other services, through Apprise (github.com/caronc/apprise), as plain text."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from apprise import Apprise, AppriseAsset, NotifyFormat
from apprise.result import AppriseResultStatus

from connectors.clients.delivery import resolved, unknown
from connectors.notifiers.apprise_settings import AppriseSettings
from syncd.errors import DeliveryDeferred, DeliveryError, DeliveryRefused
from syncd.ports import Clock, Finding, Format, Level, Payload

NAME = "apprise"
DEADLINE = 60.0
"""Seconds for one message."""

# Apprise and the library under it write addresses, which are secrets here, into the log.
for _name, _level in (("apprise", logging.CRITICAL + 1), ("urllib3", logging.INFO)):
    logging.getLogger(_name).setLevel(_level)


class AppriseNotifier:
    """One service behind Apprise; keeps the promises of :class:`syncd.ports.Notifier`.

    ``secret`` fetches its address when it is first needed; it stands in no text of ours. Apprise says only that a
    message was not delivered, not why or until when, so ``clock``, which every notifier is given, is not asked.
    """

    format = Format.TEXT
    repeatable = False
    recipients = (NAME,)

    def __init__(self, *, settings: AppriseSettings, secret: Callable[[], str], clock: Clock) -> None:
        self._url = settings.url
        self._secret = secret

    def send(self, recipient: str, payload: Payload, *, key: str) -> str:
        """Hand it to Apprise, which gives no id back."""
        service = self._service()
        result = service.notify(
            body=str(payload["body"]),
            title=str(payload["title"]),
            body_format=NotifyFormat.TEXT,
            interpret_escapes=False,
            timeout=DEADLINE,
        )
        if result.status is AppriseResultStatus.TIMEOUT:
            raise unknown(f"Apprise did not finish within {DEADLINE:g} seconds")
        if not result:
            raise DeliveryDeferred("Apprise could not deliver the message; check the service and its address.")
        return ""

    def check(self) -> Sequence[Finding]:
        """Whether Apprise knows the address; only a message shows more."""
        try:
            service = self._service()
        except DeliveryError as error:
            return [Finding(Level.FAILURE, "url", str(error), f"Put an address where {self._url} is kept.")]
        cause = f"Apprise knows the address, of {service[0].service_name}; whether it delivers shows only a message."
        return [Finding(Level.OK, "url", cause, "Run syncd notify test, and look there.")]

    def _service(self) -> Apprise:
        service = Apprise(asset=AppriseAsset(service_timeout=DEADLINE))
        if not service.add(resolved(self._secret)) or len(service) != 1:
            raise DeliveryRefused("Apprise does not know the address as that of one service; see its documentation.")
        return service
