"""A proxy on loopback that breaks chosen exchanges on the wire, between a real client and a real server.

    with Server(emulator) as server, FaultProxy(server.url) as proxy:
        proxy.on("POST", r"/repos/.*/issues", lost_reply)          # done there, but the client never hears of it
        proxy.on("GET", r".*", status(503), nth=2, times=3)        # a storm from the second reading on
        ...
        assert proxy.count("POST", r"/repos/.*/issues") == 1       # what the client put on the wire

A fault is a function of an exchange: it may forward the request, send what it likes and drop the connection.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

THREAD = "fault proxy"
"""The name of every thread here."""
_JOIN_SECONDS = 5.0
_DRIP_SECONDS = 0.05
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_LOGIN = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><form method=post></form></body></html>\n"


@dataclass(frozen=True)
class _Head:
    """A request as the client sent it; `path` is decoded and without query."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)


@dataclass
class Exchange:
    """One request and what becomes of it. What a fault does not do is not done."""

    head: _Head
    client: socket.socket
    upstream: http.client.HTTPConnection
    closing: threading.Event
    go: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    alive: bool = True

    def forward(self) -> bytes:
        """Have the server do it; its whole reply."""
        self.upstream.putrequest(self.head.method, self.head.target, skip_host=True, skip_accept_encoding=True)
        for name, value in self.head.headers:
            self.upstream.putheader(name, value)
        self.upstream.endheaders(self.head.body or None)
        with self.upstream.getresponse() as response:
            body = response.read()
            dropped = ("content-length", "transfer-encoding", "connection")
            headers = {name: value for name, value in response.getheaders() if name.lower() not in dropped}
            bodiless = response.status in (204, 304) or self.head.method == "HEAD"
            return reply_bytes(response.status, headers, body, response.reason, length=None if bodiless else len(body))

    def send(self, data: bytes) -> None:
        """Give the client these bytes; one that has gone away ends the exchange."""
        try:
            self.client.sendall(data)
        except OSError:
            self.alive = False

    def hang_up(self, *, reset: bool) -> None:
        """End the client's connection, with a reset or politely."""
        if reset:
            self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.alive = False


Fault = Callable[[Exchange], None]


def reply_bytes(
    code: int, headers: Mapping[str, str], body: bytes, reason: str = "", *, length: int | None = None
) -> bytes:
    """A reply as it goes over the wire; without a length there is no Content-Length."""
    lines = [f"HTTP/1.1 {code} {reason or http.client.responses.get(code, '')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [] if length is None else [f"Content-Length: {length}"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


# --- faults ---------------------------------------------------------------------------------------------------------


def reset(exchange: Exchange) -> None:
    """The connection is reset before the server hears of the request."""
    exchange.hang_up(reset=True)


def lost_reply(exchange: Exchange) -> None:
    """The server does it and answers; the client gets a reset instead."""
    exchange.forward()
    exchange.hang_up(reset=True)


def hang(exchange: Exchange) -> None:
    """Nothing happens until `release()`; then it is forwarded and answered, if anybody still listens."""
    exchange.go.wait()
    if not exchange.closing.is_set():
        exchange.send(exchange.forward())


def hang_after(exchange: Exchange) -> None:
    """The server does it at once, but its answer waits until `release()`."""
    answer = exchange.forward()
    exchange.go.wait()
    exchange.send(answer)


def drip(exchange: Exchange) -> None:
    """The answer comes a byte at a time, each 50 ms."""
    for byte in exchange.forward():
        if not exchange.alive or exchange.closing.wait(_DRIP_SECONDS):
            break
        exchange.send(bytes([byte]))
    exchange.hang_up(reset=False)


def truncate(exchange: Exchange) -> None:
    """The server does it; half the body arrives, then the connection ends in spite of Content-Length."""
    headers, gap, body = exchange.forward().partition(b"\r\n\r\n")
    exchange.send(headers + gap + body[: len(body) // 2])
    exchange.hang_up(reset=False)


def status(code: int, *, headers: Mapping[str, str] | None = None, body: bytes = b"", after: bool = False) -> Fault:
    """An answer that somebody between client and server gives; with `after` the server has done the work before."""

    def answer(exchange: Exchange) -> None:
        if after:
            exchange.forward()
        exchange.send(reply_bytes(code, headers or {}, body, length=len(body)))

    return answer


html_200 = status(200, headers={"Content-Type": "text/html; charset=utf-8"}, body=_LOGIN)
"""A captive portal or single sign-on answers everything with its login page."""


def garbage(exchange: Exchange) -> None:
    """Bytes that are not HTTP."""
    exchange.send(b"\x16\x03\x01\x02\x00\x01\x00garbage\r\n\r\n")
    exchange.hang_up(reset=False)


# --- the proxy ------------------------------------------------------------------------------------------------------


@dataclass
class _Rule:
    method: re.Pattern[str]
    path: re.Pattern[str]
    fault: Fault
    nth: int
    times: int
    seen: int = 0

    def applies(self, head: _Head) -> bool:
        if not (self.method.fullmatch(head.method) and self.path.fullmatch(head.path)):
            return False
        self.seen += 1
        return self.nth <= self.seen < self.nth + self.times


class FaultProxy:
    """Passes HTTP/1.1 between clients and the server at a URL until `close()`, which leaves no thread or socket."""

    def __init__(self, target_url: str) -> None:
        parts = urlsplit(target_url)
        self._target = (parts.hostname or "", parts.port or 80)
        self.wire: list[tuple[str, str]] = []
        self._rules: list[_Rule] = []
        self._guard = threading.Lock()
        self._closing = threading.Event()
        self._open: dict[socket.socket, threading.Thread] = {}
        self._running: list[Exchange] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._thread = threading.Thread(target=self._accept, name=THREAD, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, without a slash at the end."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def on(self, method: str, path: str, fault: Fault, *, nth: int = 1, times: int = 1) -> None:
        """From the n-th request that fits (regular expressions, both in full) on, so many have this fault."""
        with self._guard:
            self._rules.append(_Rule(re.compile(method), re.compile(path), fault, nth, times))

    def clear(self) -> None:
        """No more faults."""
        with self._guard:
            self._rules.clear()

    def count(self, method: str, path: str) -> int:
        """How many requests with this method and path (a regular expression, in full) clients have sent."""
        return sum(1 for sent, where in self.wire if sent == method and re.fullmatch(path, where))

    def release(self) -> None:
        """Let go what hangs, and wait until it is done."""
        for exchange in self._hanging():
            exchange.go.set()
            exchange.over.wait(_JOIN_SECONDS)

    def close(self) -> None:
        """Let go what hangs, cut every connection and wait for the threads."""
        self._closing.set()
        with socket.create_connection(self._listener.getsockname()):
            self._thread.join(_JOIN_SECONDS)
        self._listener.close()
        for exchange in self._hanging():
            exchange.go.set()
        with self._guard:
            open_connections = list(self._open.items())
        for connection, thread in open_connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join(_JOIN_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def _hanging(self) -> list[Exchange]:
        with self._guard:
            return list(self._running)

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            if self._closing.is_set():
                client.close()
                return
            thread = threading.Thread(target=self._serve, args=(client,), name=THREAD, daemon=True)
            with self._guard:
                self._open[client] = thread
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        upstream = http.client.HTTPConnection(*self._target)
        received = bytearray()
        try:
            while (head := _read_request(client, received)) is not None:
                if not self._exchange(Exchange(head, client, upstream, self._closing)):
                    break
        except OSError:
            pass  # either side may go at any time: that is what is tested here
        finally:
            with self._guard:
                self._open.pop(client, None)
            client.close()
            upstream.close()

    def _exchange(self, exchange: Exchange) -> bool:
        with self._guard:
            self.wire.append((exchange.head.method, exchange.head.path))
            fault = next((rule.fault for rule in self._rules if rule.applies(exchange.head)), _pass_on)
            self._running.append(exchange)
        try:
            fault(exchange)
        finally:
            with self._guard:
                self._running.remove(exchange)
            exchange.over.set()
        return exchange.alive and not self._closing.is_set()


def _pass_on(exchange: Exchange) -> None:
    exchange.send(exchange.forward())


def _read_request(client: socket.socket, received: bytearray) -> _Head | None:
    """The next request; None when the client has no more. What came too early stays in `received`."""
    while (end := received.find(b"\r\n\r\n")) < 0:
        if not _receive(client, received):
            return None
    first, *lines = received[:end].decode("latin-1").split("\r\n")
    headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
    length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
    while len(received) < end + 4 + length:
        if not _receive(client, received):
            return None
    body = bytes(received[end + 4 : end + 4 + length])
    del received[: end + 4 + length]
    method, target, _ = first.split(" ")
    return _Head(method, target, headers, body)


def _receive(client: socket.socket, received: bytearray) -> bool:
    data = client.recv(65536)
    received += data
    return bool(data)
