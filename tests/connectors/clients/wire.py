"""A server on loopback that answers with raw bytes, at its own pace: what no proper server does.

def slow(line):
    line.send(b"HTTP/1.1 200 OK\r\n")
    line.wait(0.1)

with Wire(slow) as wire:
    requests.get(wire.url)
assert wire.requests == [b"GET / HTTP/1.1"]
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable
from typing import Self

_JOIN_SECONDS = 5.0


class Hangup(Exception):
    """The other side is gone, or the test is over."""


class Line:
    """One connection, after a whole request came in."""

    def __init__(self, connection: socket.socket, over: threading.Event) -> None:
        self._connection = connection
        self._over = over

    def send(self, data: bytes) -> None:
        try:
            self._connection.sendall(data)
        except OSError:
            raise Hangup from None

    def wait(self, seconds: float) -> None:
        """At most until the test is over."""
        if self._over.wait(seconds):
            raise Hangup

    def drip(self, data: bytes) -> None:
        """One byte after the other."""
        for byte in data:
            self.send(bytes([byte]))
            self.wait(0.02)

    def hang(self) -> None:
        """Say nothing until the test is over."""
        self._over.wait()
        raise Hangup

    def end(self) -> None:
        """Close it properly."""
        raise Hangup

    def reset(self) -> None:
        """Break it, as a crashed host does."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Hangup


def reply(status: str = "200 OK", body: bytes = b"{}", *headers: str) -> bytes:
    """A proper reply."""
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", "")
    return "\r\n".join(lines).encode() + body


class Wire:
    """Hands each request to ``answer``; one connection may carry several. ``close`` leaves no thread and no socket."""

    def __init__(self, answer: Callable[[Line], None], *, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        """The first line of each request that came in whole."""
        self.connections = 0
        self._answer = answer
        self._tls = tls
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._open: list[socket.socket] = []
        self._threads[0].start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def url(self) -> str:
        return f"http{'s' if self._tls else ''}://{self.address}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join(_JOIN_SECONDS)
        self._listener.close()
        for connection in self._open:
            _cut(connection)
        for thread in self._threads:
            thread.join(_JOIN_SECONDS)
            assert not thread.is_alive()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            self._threads.append(threading.Thread(target=self._serve, args=(connection,), daemon=True))
            self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                self._talk(self._tls.wrap_socket(connection, server_side=True) if self._tls else connection)
            except (OSError, Hangup):
                return

    def _talk(self, connection: socket.socket) -> None:
        if self._tls:
            self._open.append(connection)
        with connection, connection.makefile("rb") as received:
            while first := received.readline():
                length = 0
                while (line := received.readline()) not in (b"\r\n", b""):
                    name, _, value = line.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                received.read(length)
                self.requests.append(first.rsplit(b" ", 1)[0])
                self._answer(Line(connection, self._over))


def _cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is closed
