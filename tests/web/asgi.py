"""httpx straight into an application: each request is a whole one, with no server between."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx
from starlette.types import ASGIApp

from tests.canary import TOLD

ADDRESS = "http://127.0.0.1:8080"


class Straight(httpx.BaseTransport):
    """Runs the application for one request, to its end."""

    def __init__(self, app: ASGIApp) -> None:
        self._there = httpx.ASGITransport(app, raise_app_exceptions=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with ThreadPoolExecutor(1) as elsewhere:  # in this thread there may be a loop already
            return elsewhere.submit(asyncio.run, self._answer(request)).result()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        reply = await self._there.handle_async_request(request)
        content = b"".join([piece async for piece in reply.stream])
        TOLD.look(f"the page {request.url.path}", f"{dict(reply.headers)}".encode() + content)
        return httpx.Response(reply.status_code, headers=reply.headers, content=content)


def client(app: ASGIApp, **options) -> httpx.Client:
    return httpx.Client(transport=Straight(app), **{"base_url": ADDRESS, **options})
