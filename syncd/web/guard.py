"""The door: before any page is made, it is asked who calls whom, how, and with what token.

Webhooks pass: they prove themselves by their signature, and come under whatever name the internet knows us. Probes
need no token: they name nobody.
"""

from __future__ import annotations

import logging

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syncd.errors import SettingsError
from syncd.settings.tables import WebSettings
from syncd.web.access import expected, host_of, presented, same
from syncd.web.given import Given

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
WEBHOOKS = "/webhooks/"
PROBES = ("/healthz", "/readyz")
_READING = ("GET", "HEAD")
_ASK = {"www-authenticate": 'Basic realm="syncd", charset="UTF-8"'}

_log = logging.getLogger(__name__)


class Guard:
    """Lets a request through to the site, or answers it itself; every answer gets the same headers."""

    def __init__(self, app: ASGIApp, given: Given) -> None:
        self._app = app
        self._given = given

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        answer = self._refused(scope) or self._app
        await answer(scope, receive, with_headers)

    def _refused(self, scope: Scope) -> Response | None:
        """The answer to who may not read; None for who may."""
        web, path = self._given.settings().web, scope["path"]
        if web is None:
            return _said(503, "The configuration has no [web] table any more.")
        if path.startswith(WEBHOOKS):
            return None
        host = host_of(_values(scope, b"host"))
        if host is None:
            return _said(400, "The Host header is missing, or is none.")
        if not expected(host, self._given.listen, web.names):
            return _said(421, 'This is no name of this site. If it is, add it: hosts = ["…"] under [web].')
        if scope["method"] not in _READING:
            return _said(405, "This site can only be read.", allow=", ".join(_READING))
        return None if path in PROBES else self._unknown(scope, web)

    def _unknown(self, scope: Scope, web: WebSettings) -> Response | None:
        """The answer to who has not the token."""
        if web.token is None:
            open_to_all = not self._given.listen.loopback
            return _said(503, "Others can reach this site, and no token is configured.") if open_to_all else None
        try:
            token = web.token.resolve(self._given.environment)
        except SettingsError as error:
            _log.error("nobody can be let in: %s", error)
            return _said(503, "The token that readers present cannot be had; the log says why.")
        if same(presented(_values(scope, b"authorization")), token):
            return None
        return _said(401, "Present the token: as a Bearer token, or as the password of any user.", **_ASK)


def _values(scope: Scope, name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key.lower() == name]


def _said(code: int, words: str, **headers: str) -> Response:
    return PlainTextResponse(f"{words}\n", code, headers={k.replace("_", "-"): v for k, v in headers.items()})
