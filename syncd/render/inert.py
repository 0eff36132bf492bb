"""Text that others wrote, made harmless for the place where it is shown.

Whatever a document says is data: it opens no element, starts no header, mentions nobody, runs nothing. Each sink has
its own rules; every rendered string goes through :func:`syncd.core.plain.one_line` first.
"""

from __future__ import annotations

import unicodedata
from urllib.parse import quote, urlsplit

from syncd.core.plain import one_line

_URL_MAX = 1500
_URL_SAFE = "%/:=&?~#+!$,;@()[]*"
_ISOLATE, _LEFT_TO_RIGHT, _END = "\u2068", "\u2066", "\u2069"
_SLACK = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "*": "\u2217", "~": "\u223c", "`": "'"})


def safe_url(url: str | None) -> str | None:
    """A URL that may be followed: ``http``, ``https`` or ``mailto``, all ASCII; None for anything else."""
    if not url or url != one_line(url, _URL_MAX):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    followable = parts.netloc if parts.scheme in ("http", "https") else parts.scheme == "mailto"
    target = quote(url, safe=_URL_SAFE)
    return target if followable and len(target) <= _URL_MAX else None


def isolated(text: str) -> str:
    """The same text; right-to-left writing keeps to itself, so that what follows on its line stays in order."""
    return f"{_ISOLATE}{text}{_END}" if _turns(text) else text


def sentence(text: str) -> str:
    """An English sentence that quotes others: it runs from left to right even when it begins with Arabic."""
    return f"{_LEFT_TO_RIGHT}{text}{_END}" if _turns(text) else text


def slack(text: str) -> str:
    """One line for Slack's mrkdwn: no mention, no link, no emphasis that the document chose.

    ``& < >`` are its control characters (Slack's "Formatting text for app surfaces"); stars, tildes and backticks
    become signs that look alike.
    """
    return text.translate(_SLACK)


def _turns(text: str) -> bool:
    return any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)
