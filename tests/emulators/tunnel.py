"""A proxy on loopback that leads every CONNECT, whatever host it names, to one server on this machine.

with Tunnel(server.port) as tunnel:
    run(HTTPS_PROXY=tunnel.url)
"""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Self

_JOIN_SECONDS = 5.0


class Tunnel:
    """Listens from the moment it is made until ``close()``."""

    def __init__(self, port: int) -> None:
        self.hosts: list[str] = []
        """What was asked for, in order."""
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        for each in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._thread.join(_JOIN_SECONDS)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._lead, args=(client,), daemon=True).start()

    def _lead(self, client: socket.socket) -> None:
        head = b""
        with contextlib.suppress(OSError):
            while not head.endswith(b"\r\n\r\n"):
                if not (byte := client.recv(1)):
                    return
                head += byte
            self.hosts.append(head.split()[1].decode())
            server = socket.create_connection(("127.0.0.1", self._port))
            self._open += [client, server]
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            threading.Thread(target=_pour, args=(server, client), daemon=True).start()
            _pour(client, server)


def _pour(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := one.recv(65536):
            other.sendall(piece)
        other.shutdown(socket.SHUT_WR)
