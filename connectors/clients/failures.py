"""What a failed call to a tracker means: was it done, may it have been, and what is a person to do.

Only two things say that a write had no effect: that nothing was sent, and a reply of 4xx. After anything else it may
have been made.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from http.client import HTTPException

from requests.exceptions import (
    ChunkedEncodingError,
    ConnectTimeout,
    InvalidSchema,
    InvalidURL,
    MissingSchema,
    ProxyError,
    Timeout,
    TooManyRedirects,
)
from requests.exceptions import SSLError as TLSError
from urllib3.exceptions import NewConnectionError

from connectors.clients.bounded import CutShort, NoConnection, TooLarge
from connectors.clients.retry_after import retry_at
from syncd.errors import AuthenticationFailed, NotSent, OutcomeUnknown, Refused, TrackerError
from syncd.secrets import redacted

AT_LEAST = timedelta(seconds=60)
"""How long a service is left alone that had too many requests and names no time, as GitHub asks for."""
MAX_WORDS = 300
"""So many characters of a tracker's own words are repeated."""

_LOOK_AT = 10_000
_UNCERTAIN = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY)

_NOTHING_SENT = (
    *(NoConnection, ConnectTimeout, NewConnectionError, InvalidURL, InvalidSchema, MissingSchema),
    *(socket.gaierror, ssl.SSLCertVerificationError),
)
_REASONS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    ((InvalidURL, InvalidSchema, MissingSchema), "its address is not one; correct it in the configuration"),
    (ProxyError, "the proxy did not let us through; check HTTPS_PROXY and what the proxy allows"),
    (
        ssl.SSLCertVerificationError,
        "its certificate is not trusted; have it renewed, or let REQUESTS_CA_BUNDLE name a file with its authority",
    ),
    (TLSError, "there is no secure connection to it; check that its address and port are those of an HTTPS service"),
    (socket.gaierror, "the name of its host is not known; check the address and the network"),
    (ConnectionRefusedError, "its host refuses connections; check the address, and that the service runs"),
    ((NoConnection, ConnectTimeout), "no connection to it came about; check the address and the network"),
    (TooLarge, "its reply was larger than any we expect; check the address"),
    ((CutShort, ChunkedEncodingError), "its reply was cut short"),
    (Timeout, "it took too long to answer"),
    ((TooManyRedirects, RuntimeError, AssertionError), "it pointed us to another address; check the address"),
    (ConnectionError, "it broke the connection"),
    (HTTPException, "its reply was not HTTP; check the address"),
    (ValueError, "its reply was not what its API sends; check the address"),
)
"""The first that fits anything in the chain says it. RuntimeError and AssertionError are what PyGithub raises when a
reply names another host than the configured one; ConnectionError is Python's own, which that of ``requests`` is not."""

_RATE = re.compile(r"rate limit|abuse detection|too many requests", re.IGNORECASE)
_CREDENTIALS = re.compile(r"//[^/\s@]*@")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)


def classify(error: Exception, *, wrote: bool, service: str) -> TrackerError:
    """What an exception of ``requests``, or of reading its reply, means; ``service`` names the tracker in a sentence.

    Nothing of the exception's own text is repeated: libraries put addresses and headers there.
    """
    chain = tuple(_chain(error))
    unusable = f"its reply could not be used ({type(error).__name__})"
    reason = next((words for kinds, words in _REASONS if _holds(chain, kinds)), unusable)
    if wrote and not _holds(chain, _NOTHING_SENT):
        return _unknown(f"{service} was sent a change, but {reason}")
    return NotSent(f"{service} could not be asked: {reason}.")


def by_status(
    status: int, headers: Mapping[str, str], words: str, *, wrote: bool, now: datetime, service: str
) -> TrackerError:
    """What a reply means that is no success, or is one (2xx) that cannot be read; ``words`` are the tracker's own."""
    said = f"{service} answered {status}: {_one_line(words) or _phrase(status)}"
    known = {name.lower(): value.strip() for name, value in headers.items()}
    at = retry_at(known, now)
    if status == 401 or (status == 403 and "x-authentication-denied-reason" in known):
        return AuthenticationFailed(f"{said}. Check that its token is right and not expired, and may log in.")
    if status == 429 or (status == 403 and _is_rate_limit(known, words)):
        return NotSent(f"{said}. It had too many requests; syncd tries again later.", at or now + AT_LEAST)
    if status == 407:
        return NotSent(f"{said}. Check HTTPS_PROXY and what the proxy allows.", at)
    if 400 <= status < 500 and status not in _UNCERTAIN:
        return Refused(f"{said}.")
    return _unknown(said) if wrote else NotSent(f"{said}; syncd tries again later.", at)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it says it comes from. Not its context, which may be the failure of another call."""
    waiting, seen = [error], set[int]()
    while waiting:
        link = waiting.pop()
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        inner = (link.__cause__, getattr(link, "reason", None), *link.args)
        waiting += [one for one in inner if isinstance(one, BaseException)]


def _holds(chain: tuple[BaseException, ...], kinds: type[BaseException] | tuple[type[BaseException], ...]) -> bool:
    return any(isinstance(link, kinds) for link in chain)


def _unknown(said: str) -> OutcomeUnknown:
    return OutcomeUnknown(f"{said}. It may or may not have been made; syncd looks for it before it tries again.")


def _is_rate_limit(known: Mapping[str, str], words: str) -> bool:
    # GitHub says both of its limits with 403 as well (Rate limits for the REST API: "Exceeding the rate limit").
    return "retry-after" in known or known.get("x-ratelimit-remaining") == "0" or _RATE.search(words) is not None


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "nothing more"


def _one_line(words: str) -> str:
    """Without its end mark; of a web page, as gateways send it, the title."""
    words = words[:_LOOK_AT].lstrip()
    if words.startswith("<"):
        title = _TITLE.search(words)
        words = title[1] if title else ""
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    line = redacted(_CREDENTIALS.sub("//", line))  # some services quote what they were sent
    return line.rstrip(". ") if len(line) <= MAX_WORDS else f"{line[: MAX_WORDS - 1]}…"
