"""When a server that had enough wants to be asked again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(hours=24)
"""However long a server asks for, it is asked again after this time."""

_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]*)?", re.ASCII)


def retry_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """The time (UTC) that a reply's headers name, at most :data:`LONGEST` after ``now``; None when they name none.

    ``Retry-After`` comes first, in seconds or as any HTTP date (RFC 9110, 10.2.3 and 5.6.7). Else, when
    ``X-RateLimit-Remaining`` is 0, ``X-RateLimit-Reset``: seconds since 1970 (GitHub) or an ISO time (Jira Cloud).
    A time that is over names nothing.
    """
    known = {name.lower(): value.strip() for name, value in headers.items()}
    at = _after(known.get("retry-after", ""), now)
    if at is None and known.get("x-ratelimit-remaining") == "0":
        at = _reset(known.get("x-ratelimit-reset", ""))
    return None if at is None or at < now else min(at, now + LONGEST)


def _after(written: str, now: datetime) -> datetime | None:
    if _SECONDS.fullmatch(written):
        return now + timedelta(seconds=min(float(written), LONGEST.total_seconds()))
    try:
        return _utc(parsedate_to_datetime(written))
    except (ValueError, OverflowError):
        return None


def _reset(written: str) -> datetime | None:
    try:
        if _SECONDS.fullmatch(written):
            return datetime.fromtimestamp(float(written), UTC)
        return _utc(datetime.fromisoformat(written))
    except (ValueError, OverflowError, OSError):
        return None


def _utc(time: datetime) -> datetime:
    # The oldest form of an HTTP date names no zone; all three are in UTC.
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
