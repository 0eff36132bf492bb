"""Calendar files that people keep elsewhere: fetched, and not trusted."""

from __future__ import annotations

from pathlib import Path

import httpx

from syncd.errors import SettingsError

MAX_BYTES = 1_000_000
TIMEOUT = 20.0


def calendar_text(place: str | Path) -> str:
    """The text of the .ics file at a path or address. Raises SettingsError when it cannot be had."""
    return _file(place) if isinstance(place, Path) else _page(place)


def _file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return _text(file.read(MAX_BYTES + 1), str(path))
    except OSError as error:
        raise SettingsError(f"The calendar {path} cannot be read: {error.strerror}. Correct `retro`.") from None


def _page(url: str) -> str:
    address = url.replace("webcal://", "https://", 1)
    held = b""
    try:
        with httpx.stream("GET", address, timeout=TIMEOUT, follow_redirects=False) as reply:
            reply.raise_for_status()
            for piece in reply.iter_bytes():
                held += piece
                if len(held) > MAX_BYTES:
                    break
    except httpx.HTTPError as error:
        # The address of a private calendar is a secret in itself: only its host is told.
        host = httpx.URL(address).host
        raise SettingsError(
            f"The calendar at {host} cannot be read ({type(error).__name__}). Correct `retro`."
        ) from None
    return _text(held, httpx.URL(address).host)


def _text(held: bytes, name: str) -> str:
    if len(held) > MAX_BYTES:
        raise SettingsError(f"The calendar {name} is larger than {MAX_BYTES // 1_000_000} MB. Name a smaller one.")
    try:
        return held.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(f"The calendar {name} is not UTF-8. Export it anew.") from None
