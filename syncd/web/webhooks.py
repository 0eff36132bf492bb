"""Webhooks: a signed one makes us look sooner. Forged, repeated, reordered, missing ones change nothing."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from syncd.errors import LedgerError, SettingsError
from syncd.secrets import SecretReference
from syncd.settings import Settings
from syncd.settings.tables import WebSettings
from syncd.web.concerned import github_teams, jira_teams, payload_of
from syncd.web.given import Given
from syncd.web.hints import Hints
from syncd.web.refusals import Refusals
from syncd.web.signature import signed

LARGEST = 1_000_000
"""Bytes of a body."""
REMEMBERED = timedelta(days=7)
"""How long a repeated delivery is known as one."""
_ID = 200
"""Characters of a delivery's id that tell it from others."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends webhooks, and how."""

    name: str
    signature: bytes
    """The header with the signature, in small letters."""
    delivery: bytes
    """The header with the id of the delivery."""
    secrets: Callable[[WebSettings], tuple[SecretReference, ...]]
    teams: Callable[[Settings, Mapping[str, object]], frozenset[str]]


GITHUB = Sender("github", b"x-hub-signature-256", b"x-github-delivery", lambda web: web.github_secret, github_teams)
JIRA = Sender("jira", b"x-hub-signature", b"x-atlassian-webhook-identifier", lambda web: web.jira_secret, jira_teams)


class Receiver:
    """Takes the webhooks of one sender."""

    def __init__(self, sender: Sender, given: Given, hints: Hints) -> None:
        self._sender = sender
        self._given = given
        self._hints = hints
        self._refusals = Refusals(_log, given.clock)
        self._turns = Lock()
        """Many at once wait for each other here: sooner done than if each tried its luck with the database."""

    async def receive(self, request: Request) -> Response:
        """Answer one delivery. Nothing is looked at before the signature is known to be right."""
        body = await _body(request)
        if body is None:
            return _said(413, f"A webhook has at most {LARGEST:,} bytes.")
        return await run_in_threadpool(self._taken, request, body)

    def _taken(self, request: Request, body: bytes) -> Response:
        settings, sender = self._given.settings(), self._sender
        references = sender.secrets(settings.web) if settings.web else ()
        if not references:
            return _said(404, f"No secret for webhooks of {sender.name} is configured.")
        if not signed(body, _values(request, sender.signature), self._secrets(references)):
            self._refusals.told(f"a webhook of {sender.name} was not signed with the secret that is configured")
            return _said(401, "The signature is missing, or not that of this body.")
        if not self._is_new(request, body):
            return _said(200, "This was taken before.")
        self._hints.note(sender.teams(settings, payload_of(body, request.headers.get("content-type", ""))))
        return _said(202, "Taken.")

    def _secrets(self, references: Sequence[SecretReference]) -> list[str]:
        """Those that can be had; fetched at each delivery, so that a rotated one counts at once."""
        found = []
        for reference in references:
            try:
                found.append(reference.resolve(self._given.environment))
            except SettingsError as error:
                self._refusals.told(f"webhooks of {self._sender.name} cannot be checked: {error}")
        return found

    def _is_new(self, request: Request, body: bytes) -> bool:
        """Whether it was not taken before. The id is no part of what is signed, so the body counts as well."""
        digest = hashlib.sha256(body).hexdigest()
        named = _values(request, self._sender.delivery)
        delivery = named[0].decode("latin-1")[:_ID] if named else digest
        now = self._given.clock()
        try:
            with self._turns:
                return self._given.ledger.take_webhook(
                    self._sender.name, delivery, digest=digest, at=now, forget=now - REMEMBERED
                )
        except LedgerError as error:
            # Looking once more than needed does no harm; not looking would.
            self._refusals.told(f"whether a webhook came before is not known: {error}")
            return True


async def _body(request: Request) -> bytes | None:
    """The bytes that came; None when they are too many, without having taken them all in."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > LARGEST:
        return None
    held = bytearray()
    try:
        async for piece in request.stream():
            held += piece
            if len(held) > LARGEST:
                return None
    except ClientDisconnect:
        return b""  # nobody waits for the answer, and half a body has no signature
    return bytes(held)


def _values(request: Request, name: bytes) -> list[bytes]:
    return [value for key, value in request.scope["headers"] if key.lower() == name]


def _said(code: int, words: str) -> Response:
    return PlainTextResponse(f"{words}\n", code)
