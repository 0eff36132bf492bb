"""Messages to a program of one's own, as JSON signed after Standard Webhooks (standardwebhooks.com)."""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from standardwebhooks import Webhook

from connectors.clients.addresses import Resolve, is_public, resolve
from connectors.clients.delivery import as_json, call, reachable, refusal, resolved
from connectors.clients.post import Forbidden, Way
from connectors.notifiers.webhook_settings import WebhookSettings
from syncd.errors import DeliveryError, DeliveryRefused
from syncd.ports import Clock, Finding, Format, Level, Payload

PREFIX = "whsec_"
SHORTEST = 24
"""Bytes that a secret should have (the specification's "Signature scheme")."""


class WebhookNotifier:
    """One address that gets signed JSON; keeps the promises of :class:`syncd.ports.Notifier`.

    It connects to an address that was looked at, and to none looked up later, so never through a proxy. A repetition
    carries the same ``webhook-id``, by which the receiver tells that it is one.
    """

    format = Format.WEBHOOK
    repeatable = True

    def __init__(
        self,
        *,
        settings: WebhookSettings,
        secret: Callable[[], str],
        clock: Clock,
        resolve: Resolve = resolve,
        way: Way | None = None,
    ) -> None:
        self._settings = settings
        self._secret = secret
        self._clock = clock
        self._resolve = resolve
        self._service = urlsplit(settings.url).hostname or ""
        self._way = replace(way or Way(), addresses=self._addresses)

    @property
    def recipients(self) -> tuple[str, ...]:
        """The host that gets them."""
        return (self._service,)

    def send(self, recipient: str, payload: Payload, *, key: str) -> str:
        """Post it; what is answered besides the status does not count."""
        url, body = self._settings.url, as_json(payload)
        reply = call(url, body, service=self._service, way=self._way, headers=self._signed(body, key))
        cure = "Look at the program that receives it, and at `url` and `secret`."
        if error := refusal(reply, url=url, service=self._service, cure=cure, now=self._clock()):
            raise error
        return ""

    def check(self) -> Sequence[Finding]:
        """The secret, the address, and whether its host answers; a call of the address itself would be a message."""
        try:
            key = _key(resolved(self._secret))
        except DeliveryError as error:
            return [
                Finding(Level.FAILURE, "secret", str(error), f"Put a secret where {self._settings.secret} is kept.")
            ]
        reached = reachable(self._settings.url, service=self._service, way=self._way)
        if len(key) < SHORTEST:
            cause = f"The secret has {len(key)} bytes, which is short for a signature."
            return [reached, Finding(Level.WARNING, "secret", cause, f"Choose one of {SHORTEST} bytes or more.")]
        return [reached]

    def _signed(self, body: bytes, key: str) -> Mapping[str, str]:
        now = self._clock()
        name = f"msg_{hashlib.sha256(key.encode()).hexdigest()[:32]}"
        signature = Webhook(_key(resolved(self._secret))).sign(name, now, body.decode())
        return {"webhook-id": name, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        found = self._resolve(host, port)
        private = [address for address in found if not is_public(address)]
        if private and not self._settings.allow_private:
            raise Forbidden(
                f"it has the address {private[0]}, which is not in the internet; "
                "if that is right, set allow_private = true"
            )
        if len(private) < len(found) and not self._settings.url.lower().startswith("https://"):
            raise Forbidden("it is in the internet, where only https:// is used; correct `url`")
        return found


def _key(secret: str) -> bytes:
    """The bytes that sign: what ``whsec_`` stands before in base64, or the text itself."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        packed = secret.removeprefix(PREFIX)
        key = binascii.a2b_base64(packed + "=" * (-len(packed) % 4), strict_mode=True)
    except ValueError:
        key = b""
    if not key:
        raise DeliveryRefused(f"What follows {PREFIX} in the webhook's secret is not base64; copy the secret anew.")
    return key
