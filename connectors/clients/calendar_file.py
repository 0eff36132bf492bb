"""Calendar files that people keep elsewhere: fetched, kept for a while, and not trusted."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from time import monotonic
from urllib.parse import urljoin, urlsplit

from connectors.clients.post import NoReply, NothingSent, Reply, Way, get
from syncd.errors import SettingsError
from syncd.ports import Memo

MAX_BYTES = 1_000_000
WAY = Way(deadline=20.0, max_bytes=MAX_BYTES)
REDIRECTS = 5
KEPT = timedelta(hours=1)
"""How old a copy may be: a daemon looks what is due every half a minute, and a calendar changes seldom."""
AGAIN = timedelta(minutes=15)
"""When a calendar is asked for again that could not be had."""


def file_text(path: Path) -> str:
    """The text of the file at a path. Raises SettingsError when it cannot be had."""
    try:
        with path.open("rb") as file:
            return _text(file.read(MAX_BYTES + 1), str(path))
    except OSError as error:
        raise SettingsError(f"The calendar {path} cannot be read: {error.strerror}. Correct `retro`.") from None


def page_text(url: str, *, way: Way = WAY) -> str:
    """The text of the file at an https or webcal address, also where it moved to another https address.

    Raises SettingsError when it cannot be had in time. The address of a private calendar is a secret in itself: only
    its host is told.
    """
    address, end = url.replace("webcal://", "https://", 1), monotonic() + way.deadline
    for _ in range(REDIRECTS + 1):
        host = urlsplit(address).hostname or ""
        reply = _asked(address, host, replace(way, deadline=max(end - monotonic(), 0.0)))
        if reply.status not in (301, 302, 303, 307, 308):
            return _content(reply, host)
        address = urljoin(address, reply.headers.get("location", ""))
        if not address.startswith("https://"):
            raise _unreadable(host, "it leads to an address that is not https")
    raise _unreadable(host, f"it leads on more than {REDIRECTS} times")


def kept_text(
    url: str, *, memo: Memo, now: datetime, anew: bool = False, fetch: Callable[[str], str] = page_text
) -> tuple[str, str]:
    """The text at an address, and what is wrong with it as a sentence, "" when nothing.

    It is at most an hour old, or as old as it has to be while it cannot be had; ``anew`` asks for it in any case.
    Raises SettingsError when it never could be had.
    """
    name = _name(url)
    held = json.loads(memo.get(name) or '{"at": null, "text": null, "trouble": ""}')
    text, trouble = held["text"], held["trouble"]
    if anew or held["at"] is None or now - datetime.fromisoformat(held["at"]) >= (AGAIN if trouble else KEPT):
        try:
            text, trouble = fetch(url), ""
        except SettingsError as error:
            trouble = str(error)
        memo.put(name, json.dumps({"at": now.isoformat(), "text": text, "trouble": trouble}))
    if text is None:
        raise SettingsError(trouble)
    return text, trouble


def copied_text(url: str, *, memo: Memo) -> str:
    """The text at an address as it was kept last, however old, without asking for it.

    Raises SettingsError while there is no copy.
    """
    held = json.loads(memo.get(_name(url)) or "{}")
    if not held.get("text"):
        raise SettingsError("their calendar is read when the next digests are made.")
    return str(held["text"])


def _name(url: str) -> str:
    return sha256(url.encode()).hexdigest()[:16]


def _asked(address: str, host: str, way: Way) -> Reply:
    try:
        return get(address, way=way)
    except (NothingSent, NoReply) as error:
        raise _unreadable(host, str(error)) from None


def _content(reply: Reply, host: str) -> str:
    if reply.status != 200:
        raise _unreadable(host, f"it answers {reply.status}")
    if not reply.whole and len(reply.body) < MAX_BYTES:
        raise _unreadable(host, "its reply did not end in time")
    text = _text(reply.body if reply.whole else reply.body + b" ", f"at {host}")
    if "BEGIN:VCALENDAR" not in text:
        raise _unreadable(host, "what it answers is no calendar; perhaps it asks for a login")
    return text


def _unreadable(host: str, why: str) -> SettingsError:
    return SettingsError(f"The calendar at {host} cannot be read: {why}. Correct `retro`, or wait until it answers.")


def _text(held: bytes, name: str) -> str:
    if len(held) > MAX_BYTES:
        raise SettingsError(f"The calendar {name} is larger than {MAX_BYTES // 1_000_000} MB. Name a smaller one.")
    try:
        return held.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(f"The calendar {name} is not UTF-8. Export it anew.") from None
