"""The site: addresses and what answers them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from syncd.errors import LedgerError, UsageError
from syncd.ports import Clock
from syncd.render.spreadsheet import spreadsheet
from syncd.settings import Settings
from syncd.store.ledger import Ledger
from syncd.web.as_json import VERSION, board_json, explained_json, postmortem_json
from syncd.web.asked import Asked, Form, asked
from syncd.web.board import Board, board
from syncd.web.given import Given, Pulse
from syncd.web.guard import HEADERS, WEBHOOKS, Guard
from syncd.web.hints import Hints, Later, after
from syncd.web.metrics import exposition
from syncd.web.pages import HERE, UP, item_page, message_page, postmortem_page, status_page
from syncd.web.postmortem import item, postmortem
from syncd.web.probes import healthz, readyz
from syncd.web.templating import FOLDER
from syncd.web.webhooks import GITHUB, JIRA, Receiver

NOT_RELOADED = (
    "The configuration on disk cannot be used, so the one before it is in force; the log of `syncd run` says why."
)
_JSON = ".json"

_log = logging.getLogger(__name__)


def site(
    *,
    ledger: Ledger,
    settings: Callable[[], Settings],
    clock: Clock,
    environment: Mapping[str, str],
    pulse: Callable[[], Pulse],
    hint: Callable[[Collection[str]], None],
    later: Later = after,
) -> Starlette:
    """The site over a ledger. ``settings`` are those in force whenever it is asked; see :class:`Given`."""
    given = Given(ledger, settings, clock, environment, pulse, hint)
    pages, hints = _Pages(given), Hints(hint, later)
    routes = [
        Route("/", pages.status),
        Route("/status.json", pages.status_json),
        Route("/status.csv", pages.status_csv),
        Route("/postmortems/{name}", pages.postmortem),
        Route("/items/{name}", pages.item),
        Route("/healthz", lambda request: healthz(given)),
        Route("/readyz", lambda request: readyz(given)),
        Route("/metrics", pages.metrics),
        Route("/site.css", lambda request: Response(_file("site.css"), media_type="text/css")),
        Route("/icon.svg", lambda request: Response(_file("icon.svg"), media_type="image/svg+xml")),
        *(
            Route(WEBHOOKS + sender.name, Receiver(sender, given, hints).receive, methods=["POST"])
            for sender in (GITHUB, JIRA)
        ),
    ]
    made = Starlette(
        routes=routes,
        middleware=[Middleware(Guard, given=given)],
        exception_handlers={
            HTTPException: pages.not_there,
            UsageError: pages.misunderstood,
            LedgerError: pages.no_ledger,
            Exception: pages.bug,
        },
    )
    made.router.redirect_slashes = False  # a redirection would repeat whatever name we were called by
    return made


class _Pages:
    """What answers. Plain functions: Starlette runs each in a thread of its own."""

    def __init__(self, given: Given) -> None:
        self.given = given

    def status(self, request: Request) -> Response:
        """The first page, in the form that ``?format=`` says."""
        return self._status(asked(request.query_params))

    def status_json(self, request: Request) -> Response:
        """The same as JSON."""
        return self._status(asked(request.query_params, form=Form.JSON))

    def status_csv(self, request: Request) -> Response:
        """Its items as CSV."""
        return self._status(asked(request.query_params, form=Form.CSV))

    def postmortem(self, request: Request) -> Response:
        """One postmortem."""
        name, as_json = _named(request)
        now = self.given.clock()
        found = postmortem(self.given.ledger, self.given.teams, name, now=now)
        if found is None:
            raise HTTPException(404, "There is no such postmortem here. It may be gone, or not be shown to all.")
        return _json(postmortem_json(found)) if as_json else HTMLResponse(postmortem_page(found, at=now))

    def item(self, request: Request) -> Response:
        """One item."""
        name, as_json = _named(request)
        now = self.given.clock()
        found = item(self.given.ledger, self.given.teams, name, now=now)
        if found is None:
            raise HTTPException(404, "There is no such item here. It may be gone, or not be shown to all.")
        return _json(explained_json(found)) if as_json else HTMLResponse(item_page(found, at=now))

    def metrics(self, request: Request) -> Response:
        """The metrics."""
        text, media_type = exposition(self.given, request.headers.get("accept", ""))
        return Response(text, media_type=media_type)

    def _status(self, wanted: Asked) -> Response:
        given = self.given
        found = board(given.ledger, given.teams, wanted, now=given.clock(), poll=given.settings().poll)
        match wanted.form:
            case Form.JSON:
                return _json(board_json(found))
            case Form.CSV:
                return _csv(found)
        troubles = () if given.pulse().reloaded else (NOT_RELOADED,)
        return HTMLResponse(status_page(found, troubles=troubles))

    # --- what goes wrong

    def not_there(self, request: Request, error: Exception) -> Response:
        """No such address, or no such method."""
        assert isinstance(error, HTTPException)
        heading = {404: "Not found", 405: "Not allowed"}.get(error.status_code, "It did not work")
        return self._said(request, error.status_code, heading, error.detail, headers=error.headers)

    def misunderstood(self, request: Request, error: Exception) -> Response:
        """A query that means nothing."""
        return self._said(request, 400, "Not understood", str(error))

    def no_ledger(self, request: Request, error: Exception) -> Response:
        """The ledger cannot be read."""
        _log.error("a page could not be shown: %s", error)
        return self._said(request, 503, "The ledger cannot be read", "The log of `syncd run` says why.")

    def bug(self, request: Request, error: Exception) -> Response:
        """A bug; the traceback is in the log."""
        said = self._said(request, 500, "A bug in syncd", "The log of `syncd run` holds the traceback.")
        said.headers.update(HEADERS)  # it is made outside of the guard
        return said

    def _said(
        self, request: Request, code: int, heading: str, words: str, *, headers: Mapping[str, str] | None = None
    ) -> Response:
        if request.url.path.endswith(_JSON) or request.query_params.get("format") == Form.JSON:
            return JSONResponse({"version": VERSION, "error": words}, code, headers=headers)
        up = UP if request.url.path.count("/") > 1 else HERE
        return HTMLResponse(message_page(heading, words, at=self.given.clock(), up=up), code, headers=headers)


def _named(request: Request) -> tuple[str, bool]:
    """The name at the end of an address, and whether JSON is wanted."""
    name = str(request.path_params["name"])
    form = asked({"format": request.query_params.get("format", "")}).form
    return name.removesuffix(_JSON), name.endswith(_JSON) or form is Form.JSON


def _json(value: dict[str, Any]) -> Response:
    return JSONResponse(value)


def _csv(found: Board) -> Response:
    text = spreadsheet((placed.team, placed.case) for placed in found.items)
    disposition = {"content-disposition": 'attachment; filename="action-items.csv"'}
    return PlainTextResponse(text, media_type="text/csv", headers=disposition)


@cache
def _file(name: str) -> bytes:
    return (FOLDER / name).read_bytes()
