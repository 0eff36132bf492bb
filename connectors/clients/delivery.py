"""Handing a message to a service over HTTP: was it taken, was it certainly not, or may it have been.

Only three things say that nothing was delivered: that not all of the request was sent, an answer of 3xx or 4xx, and an
answer that asks us to come again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from types import MappingProxyType
from urllib.parse import SplitResult, urlsplit

from connectors.clients.post import Forbidden, NoReply, NothingSent, Reply, Way, post, reach
from connectors.clients.retry_after import retry_at
from syncd.errors import DeliveryDeferred, DeliveryError, DeliveryRefused, DeliveryUnknown, SettingsError
from syncd.ports import Finding, Level, Payload
from syncd.secrets import Redactor

AT_LEAST = timedelta(seconds=60)
"""How long a service is left alone that had too many messages and names no time."""
MAX_WORDS = 200
"""So many characters of a service's own words are repeated."""

_UNCERTAIN = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY)
_ADDRESS = re.compile(r"[!-~]+")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)


def as_json(payload: Payload) -> bytes:
    """The payload as it goes over the wire."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def resolved(secret: Callable[[], str]) -> str:
    """The secret, without blanks around it; DeliveryDeferred when there is none now, as it may come."""
    try:
        return secret().strip()
    except SettingsError as error:
        raise DeliveryDeferred(str(error)) from None


def place(url: str, *, what: str) -> SplitResult:
    """An address taken apart. Raises DeliveryRefused, without repeating it, when it is none of HTTP."""
    try:
        parts = urlsplit(url)
        right = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        right = False
    if not right or not _ADDRESS.fullmatch(url) or parts.username is not None or parts.fragment:
        raise DeliveryRefused(f"{what} is not an address that begins with https://; copy it anew into its secret.")
    return parts


def call(url: str, body: bytes, *, service: str, way: Way, headers: Mapping[str, str] = MappingProxyType({})) -> Reply:
    """Post this once; whatever is answered.

    ``service`` names the other side in a sentence. Raises a DeliveryError when there is no answer.
    """
    content = {"Content-Type": "application/json; charset=utf-8", **headers}
    try:
        return post(url, body, headers=content, way=way)
    except Forbidden as error:
        raise DeliveryRefused(f"{service} was not called: {error}.") from None
    except NothingSent as error:
        raise DeliveryDeferred(f"{service} could not be reached: {error}.") from None
    except NoReply as error:
        raise unknown(f"{service} was sent the message, but {error}") from None


def refusal(reply: Reply, *, url: str, service: str, cure: str, now: datetime) -> DeliveryError | None:
    """What an answer means that is no success (2xx), in the service's own words without ``url``; else None."""
    if 200 <= reply.status < 300:
        return None
    said = f"{service} answered {reply.status}: {words(reply.text, hidden=url) or _phrase(reply.status)}"
    return by_status(reply.status, reply.headers, said, cure=cure, now=now)


def by_status(status: int, headers: Mapping[str, str], said: str, *, cure: str, now: datetime) -> DeliveryError:
    """What a status means that is no success; ``said`` tells it, ``cure`` what to do about a refusal."""
    at = retry_at(headers, now)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return DeliveryDeferred(f"{said}. It had too many messages; syncd tries again later.", at or now + AT_LEAST)
    if status == HTTPStatus.SERVICE_UNAVAILABLE and at is not None:
        return DeliveryDeferred(f"{said}. It asks to be tried again later.", at)
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return DeliveryDeferred(f"{said}. Check HTTPS_PROXY and what the proxy allows.", at)
    if status >= 500 or status in _UNCERTAIN:
        return unknown(said)
    if 300 <= status < 400:
        return DeliveryRefused(f"{said}. It points to another address, which is not followed; copy the address anew.")
    return DeliveryRefused(f"{said}. {cure}".rstrip())


def unknown(said: str) -> DeliveryUnknown:
    """It may have arrived."""
    return DeliveryUnknown(f"{said}. It may or may not have arrived.")


def reachable(url: str, *, service: str, way: Way) -> Finding:
    """Whether the host answers at all; the address itself is not called, as that might deliver something."""
    try:
        reply = reach(url, way=way)
    except (NothingSent, NoReply) as error:
        cure = "Correct the notifier's address, or try again when the service answers."
        return Finding(Level.FAILURE, "reachability", f"{service} could not be reached: {error}.", cure)
    return Finding(Level.OK, "reachability", f"The host of {service} answers ({reply.status}).")


def words(text: str, *, hidden: str = "") -> str:
    """A service's words in one line without end mark: of a web page the title, and never what is ``hidden``."""
    if text.startswith("<"):
        title = _TITLE.search(text)
        text = title[1] if title else ""
    text = Redactor([hidden]).redact(text)
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split()).rstrip(". ")
    return line if len(line) <= MAX_WORDS else f"{line[: MAX_WORDS - 1]}…"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "nothing more"
