"""HTTP calls of ``requests`` that end in time, whatever the server does, and keep no endless body.

The timeouts of ``requests`` start anew with every byte that comes in, so a server that drips holds a caller for ever.
Here each operation on the socket gets what is left of the whole call. Only the look-up of a host's name is beyond us:
the resolver of the system has limits of its own.
"""

from __future__ import annotations

import io
import time
from contextvars import ContextVar
from http.client import HTTPResponse
from socket import socket
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import ChunkedEncodingError, ConnectionError, ReadTimeout, RequestException, Timeout
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, ReadTimeoutError

DEADLINE = 60.0
"""Seconds for a whole call, from the connection to the last byte of the reply."""
MAX_BYTES = 32_000_000
CONNECT = 5.0
"""Seconds for a connection to one address of the host, when the caller names no time."""

_PIECE = 16_384

TimeLimit: TypeAlias = float | tuple[float | None, float | None] | None
"""Seconds to connect and seconds between two bytes, or one number for both, as ``requests`` has it."""


class NoConnection(ConnectionError):
    """Nothing of the request was sent, as no connection came about; the cause says why."""


class DeadlineExceeded(ReadTimeout):
    """The call took longer than it may; at least a part of the request was sent."""


class CutShort(ConnectionError):
    """The connection ended before the body of the reply did."""


class TooLarge(RequestException):
    """The body of the reply is larger than we keep."""


class BoundedAdapter(HTTPAdapter):
    """Sends a request once, within ``deadline`` seconds, and reads the reply whole, up to ``max_bytes``.

    A redirect is a new call with its own deadline. Proxies are those of the environment, as ever; behind a SOCKS proxy
    only the timeouts of ``requests`` hold. Raises what ``requests`` raises and the exceptions above; their messages
    name the host and nothing else of the request.
    """

    def __init__(self, *, deadline: float = DEADLINE, max_bytes: int = MAX_BYTES) -> None:
        super().__init__(max_retries=0)
        self._deadline = deadline
        self._max_bytes = max_bytes

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        """Make pools of connections that keep the deadline."""
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        """Make pools of connections that keep the deadline, through a proxy."""
        manager = super().proxy_manager_for(proxy, **proxy_kwargs)
        if isinstance(manager, ProxyManager):
            manager.pool_classes_by_scheme = _POOLS
        else:
            _call.get().sent = True  # SOCKS has connections of its own, which do not tell
        return manager

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: TimeLimit = None,
        verify: bool | str = True,
        cert: str | tuple[str, str] | None = None,
        proxies: dict[str, str] | None = None,
    ) -> Response:
        """The reply with its whole body, also when ``stream`` is asked for."""
        call = _Call(end=time.monotonic() + self._deadline)
        token = _call.set(call)
        try:
            response = super().send(request, True, self._limits(timeout), verify, cert, proxies)
            return self._whole(response)
        except (OSError, HTTPError) as error:
            explained = self._explain(error, call, urlsplit(str(request.url)).hostname)
            if explained is None:
                raise
            raise explained from error
        finally:
            _call.reset(token)

    def _limits(self, timeout: TimeLimit) -> tuple[float, float]:
        connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
        return (
            min(self._deadline, CONNECT if connect is None else connect),
            self._deadline if read is None else min(self._deadline, read),
        )

    def _whole(self, response: Response) -> Response:
        try:
            response._content = self._body(response)
        except BaseException:
            response.close()  # the rest of a body must not be taken for the next reply
            raise
        response._content_consumed = True
        return response

    def _body(self, response: Response) -> bytes:
        host = urlsplit(response.url).hostname
        chunks: list[bytes] = []
        size = 0
        self._forbid_larger(response.raw.length_remaining or 0, host)
        for chunk in response.iter_content(_PIECE):
            size += len(chunk)
            self._forbid_larger(size, host)
            chunks.append(chunk)
        return b"".join(chunks)

    def _forbid_larger(self, size: int, host: str | None) -> None:
        if size > self._max_bytes:
            raise TooLarge(f"{host} sent a reply of more than {self._max_bytes} bytes.")

    def _explain(self, error: Exception, call: _Call, host: str | None) -> RequestException | None:
        """Better words, or None where the error says it all."""
        if isinstance(error, TooLarge):
            return None
        if not call.sent:
            return NoConnection(f"There is no connection to {host}.")
        if call.is_over():
            return DeadlineExceeded(f"{host} did not finish its reply within {self._deadline:g} seconds.")
        return _after_sending(error, host)


def mount(session: Session, *, deadline: float = DEADLINE, max_bytes: int = MAX_BYTES) -> None:
    """Let every call of the session go through a :class:`BoundedAdapter`."""
    adapter = BoundedAdapter(deadline=deadline, max_bytes=max_bytes)
    session.mount("https://", adapter)
    session.mount("http://", adapter)


def _after_sending(error: Exception, host: str | None) -> RequestException | None:
    if isinstance(error, Timeout) or _is_timeout_within(error):
        return ReadTimeout(f"{host} stopped answering.")
    if isinstance(error, ChunkedEncodingError):
        return CutShort(f"{host} ended its reply too early.")
    return None if isinstance(error, RequestException) else ConnectionError(f"{host} sent no proper HTTP.")


def _is_timeout_within(error: Exception) -> bool:
    # While a body is read, requests calls a timeout a ConnectionError.
    return any(isinstance(inner, ReadTimeoutError) for inner in error.args)


# --- connections that keep the deadline of the call they are used in ------------------------------------------------


class _Call:
    """One call: when it has to be over, and whether the first byte of the request may have left."""

    def __init__(self, *, end: float) -> None:
        self._end = end
        self.sent = False

    def is_over(self) -> bool:
        return time.monotonic() >= self._end

    def left(self) -> float:
        """The seconds left, more than 0. Raises TimeoutError when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for the whole call is over")
        return left


_call: ContextVar[_Call] = ContextVar("_call")
"""The call that this thread is in. The libraries in between have no place to hand it through."""


def _sooner(left: float, timeout: float | None) -> float:
    return left if timeout is None else min(left, timeout)


class _TimedReader(io.RawIOBase):
    """The receiving side of a socket: waits for the next bytes at most as long as the socket did, and the call may."""

    def __init__(self, raw: io.RawIOBase, sock: socket) -> None:
        self._raw = raw
        self._sock = sock
        self._idle = sock.gettimeout()
        self._call = _call.get()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_sooner(self._call.left(), self._idle))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(HTTPResponse):
    def __init__(self, sock: socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_TimedReader(self.fp.detach(), sock))


class _Connection(HTTPConnection):
    response_class = _TimedResponse

    def connect(self) -> None:
        try:
            super().connect()
        finally:
            _call.get().sent = False  # what was sent so far was for the proxy

    def _new_conn(self) -> socket:
        self.timeout = self._sooner()
        sock = super()._new_conn()
        try:
            sock.settimeout(self._sooner())  # for the TLS handshake
        except TimeoutError:
            sock.close()
            raise
        return sock

    def _sooner(self) -> float:
        return _sooner(_call.get().left(), self.timeout)

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        call = _call.get()
        call.sent = True
        view = memoryview(data)
        for start in range(0, len(view), _PIECE):  # over TLS each record may take as long as the socket's timeout
            self.sock.settimeout(call.left())
            super().send(view[start : start + _PIECE])


class _SecureConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


_POOLS = {"http": _Pool, "https": _SecurePool}
