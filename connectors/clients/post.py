"""One HTTP request of ``httpcore``: it ends in time, and tells whether the other side may have acted on it.

Neither a redirect nor a cookie is followed, nothing is repeated, and no text here names more than a host: the address
itself may be the secret.
"""

from __future__ import annotations

import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore

DEADLINE = 30.0
"""Seconds for a whole call, from the look-up of the host to the last byte of the reply."""
MAX_BYTES = 65_536

_PIECE = 16_384

logging.getLogger("httpcore").setLevel(
    logging.INFO
)  # below it tells the headers of replies, which may hold the address

Addresses = Callable[[str, int], Sequence[str]]
"""The IP addresses to connect to for a host and a port. Raises :class:`Forbidden`, or OSError as the resolver does."""


class NothingSent(Exception):
    """The other side never had the whole request, so it did nothing; the text says why, as half a sentence."""


class Forbidden(NothingSent):
    """The address is one that is not called."""


class NoReply(Exception):
    """The whole request was sent, but no answer came; the text says why, as half a sentence."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """By their names in lower case."""
    body: bytes
    """At most ``max_bytes`` of it."""
    whole: bool = True
    """False: there was more, or the connection ended before it did."""

    @property
    def text(self) -> str:
        """The body as text, without blanks around it."""
        return self.body.decode("utf-8", "replace").strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How requests get there."""

    deadline: float = DEADLINE
    """Seconds for all of it. Only the look-up of the host is beyond us: the resolver has limits of its own."""
    max_bytes: int = MAX_BYTES
    addresses: Addresses | None = None
    """Where to connect. Left out: what the resolver says, through the proxy of the environment, if there is one."""
    tls: ssl.SSLContext | None = None
    """Whom to trust; left out: the usual authorities, and those that ``SSL_CERT_FILE`` names."""


def post(url: str, body: bytes, *, headers: Mapping[str, str], way: Way) -> Reply:
    """Send this once. Raises NothingSent or NoReply."""
    return _exchange("POST", url, headers=headers, body=body, way=way)


def get(url: str, *, way: Way) -> Reply:
    """What stands there. Raises NothingSent or NoReply."""
    return _exchange("GET", url, headers={}, body=b"", way=way)


def reach(url: str, *, way: Way) -> Reply:
    """Whatever the host of this address answers when asked for ``/``. Raises NothingSent or NoReply."""
    parts = urlsplit(url)
    return _exchange("GET", f"{parts.scheme}://{parts.netloc}/", headers={}, body=b"", way=way)


_FAILURES = (
    *(httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError),
    *(httpcore.UnsupportedProtocol, httpcore.ConnectionNotAvailable, OSError),
)


def _exchange(method: str, url: str, *, headers: Mapping[str, str], body: bytes, way: Way) -> Reply:
    sending = _Sending(method.encode())
    plain = [("User-Agent", "syncd"), ("Accept", "*/*"), ("Accept-Encoding", "identity"), *headers.items()]
    try:
        with (
            _pool(url, way) as pool,
            pool.stream(method, url, headers=plain, content=body, extensions={"trace": sending}) as response,
        ):
            return _reply(response, way.max_bytes)
    except _FAILURES as error:
        kind = NoReply if sending.is_done else NothingSent
        raise kind(_reason(error)) from None  # the cause may hold what was sent


def _reply(response: httpcore.Response, limit: int) -> Reply:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
    body, whole = bytearray(), False
    try:
        whole = _fill(body, response.iter_stream(), limit)
    except _FAILURES:
        whole = False  # the status is known, which is what counts
    return Reply(response.status, headers, bytes(body), whole)


def _fill(body: bytearray, chunks: Iterator[bytes], limit: int) -> bool:
    """Whether it was all there is."""
    for chunk in chunks:
        room = limit - len(body)
        body += chunk[:room]
        if len(chunk) > room:
            return False
    return True


class _Sending:
    """Follows a request through ``httpcore`` (its documented extension ``trace``)."""

    def __init__(self, method: bytes) -> None:
        self._method = method
        self._ours = False
        self.is_done = False
        """Whether all of it was handed to the system: what lacks a byte, no server acts on."""

    def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        if event == "http11.send_request_headers.started":
            self._ours = info["request"].method == self._method  # and not the CONNECT for a proxy
        elif event == "http11.send_request_body.complete":
            self.is_done = self._ours


# --- connections ----------------------------------------------------------------------------------------------------


def _pool(url: str, way: Way) -> httpcore.ConnectionPool:
    end = time.monotonic() + way.deadline
    backend = _Backend(end=end, addresses=way.addresses)
    proxy = _proxy(url) if way.addresses is None else None
    if proxy is None:
        return httpcore.ConnectionPool(ssl_context=way.tls, network_backend=backend)
    parts = urlsplit(proxy)
    user = None if parts.username is None else (unquote(parts.username), unquote(parts.password or ""))
    place = f"{parts.scheme}://{parts.hostname}:{parts.port or 80}"
    return httpcore.HTTPProxy(place, proxy_auth=user, ssl_context=way.tls, network_backend=backend)


def _proxy(url: str) -> str | None:
    parts = urlsplit(url)
    if proxy_bypass(parts.hostname or ""):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if proxy and not proxy.startswith(("http://", "https://")):
        raise NothingSent("the proxy of the environment is none for HTTP; check HTTPS_PROXY")
    return proxy


class _Backend(httpcore.NetworkBackend):
    """Connections on which nothing lasts longer than to the end of the call."""

    def __init__(self, *, end: float, addresses: Addresses | None) -> None:
        self._end = end
        self._addresses = addresses
        self._system = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        places = [host] if self._addresses is None else self._addresses(host, port)
        failure: Exception = httpcore.ConnectError("the host has no address")
        for place in places:
            try:
                left = _left(self._end, httpcore.ConnectTimeout)
                stream = self._system.connect_tcp(place, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._end)
        raise failure


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, end: float) -> None:
        self._stream = stream
        self._end = end

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._end, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):  # each may take as long as the timeout says
            self._stream.write(buffer[start : start + _PIECE], _left(self._end, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(self._end, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._end)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(end: float, over: type[httpcore.TimeoutException]) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise over("the time for the whole call is over")
    return left


# --- words ----------------------------------------------------------------------------------------------------------

_REASONS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (
        ssl.SSLCertVerificationError,
        "its certificate is not trusted; have it renewed, or let SSL_CERT_FILE name a file with its authority",
    ),
    (ssl.SSLError, "there is no secure connection to it; check that its address is that of an HTTPS service"),
    (socket.gaierror, "the name of its host is not known; check the address and the network"),
    (ConnectionRefusedError, "its host refuses connections; check the address, and that the service runs"),
    (httpcore.ProxyError, "the proxy did not let us through; check HTTPS_PROXY and what the proxy allows"),
    (httpcore.ConnectTimeout, "no connection to it came about in time; check the address and the network"),
    (httpcore.TimeoutException, "it took too long to answer"),
    (httpcore.ConnectError, "no connection to it came about; check the address and the network"),
    (httpcore.LocalProtocolError, "its address cannot be asked for; correct it"),
    (httpcore.UnsupportedProtocol, "its address is not one of HTTP; correct it"),
    (httpcore.ProtocolError, "it broke the connection, or its reply was not HTTP"),
)
"""The first that fits the error, or what it comes from, says it."""


def _reason(error: BaseException) -> str:
    chain = list(_chain(error))
    fitting = (words for kinds, words in _REASONS if any(isinstance(link, kinds) for link in chain))
    return next(fitting, "it broke the connection")


def _chain(error: object) -> Iterator[BaseException]:
    """The error and what it was made from: the pool of ``httpcore`` cuts ``__cause__`` off."""
    while isinstance(error, BaseException):
        yield error
        error = error.__cause__ or next(iter(error.args), None)
