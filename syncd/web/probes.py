"""Probes: is it alive, is what it shows recent. In words, without any name, so that they need no token."""

from __future__ import annotations

from starlette.responses import PlainTextResponse

from syncd.errors import LedgerError
from syncd.health import Health, ago, good
from syncd.web.given import HUNG, Given


def healthz(given: Given) -> PlainTextResponse:
    """Whether the loop goes on; what trackers, sources or the ledger do is nothing to it."""
    still = given.clock() - given.pulse().progress
    if still > HUNG:
        return _answer(Health(False, f"The loop made no progress for {ago(still)}."))
    return _answer(Health(True, f"The loop went on {ago(still)} ago."))


def readyz(given: Given) -> PlainTextResponse:
    """Whether the ledger can be read and a pass ended well not long ago."""
    try:
        poll = given.settings().poll
        return _answer(good(given.ledger, now=given.clock(), poll=poll, started=given.pulse().started))
    except LedgerError:
        return _answer(Health(False, "The ledger cannot be read; the log says why."))


def _answer(health: Health) -> PlainTextResponse:
    return PlainTextResponse(f"{'ok' if health.ok else 'not ok'}: {health.words}\n", 200 if health.ok else 503)
