"""A small HTTP/1.1 server on loopback for emulators: a handler is a function of a request.

    with Server(emulator) as server:
        client = Client(server.url)
        ...
        assert server.count("POST", r"/repos/.*/issues") == 1

Every reply carries its length and keeps the connection open. One lock stands around the handler, so it needs none.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import ThreadingMixIn
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.canary import TOLD

THREAD = "emulator server"
"""The name of every thread here."""
_BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
_JOIN_SECONDS = 5.0


@dataclass(frozen=True)
class Request:
    """One request as the handler sees it: `path` is decoded and without query, header names are lower case."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)  # of a name given twice the last value wins
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        """The parsed body, `{}` when it is empty; ValueError when it is not JSON."""
        return json.loads(self.body) if self.body else {}


@dataclass(frozen=True)
class Response:
    """One reply: `json` rendered, or `body` as it is, or nothing at all."""

    status: int = 200
    json: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    @cached_property
    def content(self) -> bytes:
        """The bytes of the body."""
        if self.body is not None:
            return self.body
        return b"" if self.json is None else json.dumps(self.json, ensure_ascii=False).encode()


Handler = Callable[[Request], Response]


class Server:
    """Serves a handler on 127.0.0.1 from the moment it is made until `close()`, which leaves no thread or socket.

    A handler that raises answers 500, and `close()` raises its error: a bug in an emulator never passes for the
    service's.
    """

    def __init__(self, handler: Handler, *, tls: ssl.SSLContext | None = None) -> None:
        self.handler = handler
        self._scheme = "https" if tls else "http"
        self.log: list[tuple[Request, Response]] = []
        self._failures: list[Exception] = []
        self._lock = threading.Lock()
        self._listener = _Listener(self._answer)
        if tls:  # each connection shakes hands in its own thread, where it is first read
            listening = self._listener.socket
            self._listener.socket = tls.wrap_socket(listening, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.01,), name=THREAD, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, without a slash at the end."""
        return f"{self._scheme}://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.server_address[1])

    def count(self, method: str, path_pattern: str) -> int:
        """How many requests of this method reached the handler with a path that the pattern matches in full."""
        pattern = re.compile(path_pattern)
        return sum(1 for request, _ in self.log if request.method == method and pattern.fullmatch(request.path))

    def close(self) -> None:
        """Stop listening, cut open connections and wait for their threads; raise what a handler raised."""
        self._listener.shutdown()
        self._thread.join(_JOIN_SECONDS)
        self._listener.server_close()
        if self._failures:
            raise self._failures[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def _answer(self, request: Request) -> Response:
        with self._lock:
            try:
                response = self.handler(request)
                len(response.content)  # rendered here, where a failure is kept
            except Exception as error:  # a thread has nobody to raise to: kept for close()
                self._failures.append(error)
                response = Response(status=500, json={"message": f"the emulator failed: {error!r}"})
            self.log.append((request, response))
            TOLD.look(f"what {request.method} {self.url} was sent", request.body)
            return response


class _Listener(ThreadingMixIn, HTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, answer: Handler) -> None:
        self.answer = answer
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Connection)

    def server_bind(self) -> None:
        self.socket.bind(self.server_address)  # without HTTPServer's look-up of the host's name
        self.server_address = self.socket.getsockname()

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), name=THREAD, daemon=True
        )
        with self._guard:
            self._connections[request] = thread
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._connections.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client may hang up when it likes; what a handler raises never comes here."""

    def server_close(self) -> None:
        super().server_close()
        with self._guard:
            open_connections = list(self._connections.items())
        for connection, thread in open_connections:
            _hang_up(connection)
            thread.join(_JOIN_SECONDS)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet a reply: headers sent apart wait 40 ms for an acknowledgement
    server: _Listener

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        response = self.server.answer(
            Request(
                method=self.command,
                path=unquote(parts.path),
                query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
            )
        )
        self._send(response)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve  # noqa: N815 - the names http.server calls

    def _send(self, response: Response) -> None:
        content = response.content
        headers = {"date": self.date_time_string()} | {name.lower(): value for name, value in response.headers.items()}
        self.send_response_only(response.status)
        if response.json is not None:
            headers.setdefault("content-type", "application/json; charset=utf-8")
        if response.status not in _BODILESS:
            headers.setdefault("content-length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD" and response.status not in _BODILESS:
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the terminal: the exchange is in `Server.log`."""


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the client was quicker
