"""The site on its address: uvicorn in a thread, beside the loop of the daemon."""

from __future__ import annotations

import asyncio
import socket
import threading
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from syncd.errors import SettingsError
from syncd.settings.values import Address

AT_ONCE = 100
"""Requests that are answered side by side; more are turned away with 503."""
PATIENCE = 15.0
"""Seconds from when a connection could bring a request until its answer must be taken. uvicorn waits without end, and
so many connections that dawdle would keep all others out."""
STOP_WITHIN = 5.0
"""Seconds that answers under way are given."""


@dataclass(frozen=True, slots=True)
class Running:
    """A site that is being served."""

    address: Address
    """Where; with the port that was found when 0 was asked for."""
    _server: uvicorn.Server
    _thread: threading.Thread

    def stop(self) -> None:
        """Serve no more; answers under way are given a moment."""
        self._server.should_exit = True
        self._thread.join(STOP_WITHIN + 1)


def start(listen: Address, site: ASGIApp, *, patience: float = PATIENCE) -> Running:
    """Serve a site from now on. Raises SettingsError when nothing can listen there."""

    class Impatient(_Impatient):
        within = patience

    listening = _listening(listen)
    # Whatever uvicorn warns of goes the way of all logs; who asked for what is nobody's business.
    config = uvicorn.Config(
        site,
        http=Impatient,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        proxy_headers=False,
        limit_concurrency=AT_ONCE,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=int(STOP_WITHIN),
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="web", daemon=True)
    thread.start()
    return Running(Address(listen.host, listening.getsockname()[1]), server, thread)


class _Impatient(H11Protocol):
    """Hangs up on who takes too long to ask, or to take the answer, by whatever drops it comes."""

    within = PATIENCE
    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel()
        super().connection_lost(exc)

    def _begin(self) -> None:
        self._cancel()
        self._end = self.loop.call_later(self.within, self.transport.abort)

    def _cancel(self) -> None:
        if self._end is not None:
            self._end.cancel()


def _listening(listen: Address) -> socket.socket:
    try:
        family = socket.getaddrinfo(listen.host, listen.port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((listen.host, listen.port), family=family)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise SettingsError(
            f"Nothing can listen on {listen}: {why}. Stop what listens there, or change `listen` under [web]."
        ) from None
