"""Rate limits by the clock, and refusals that a test orders."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.emulators.github_replies import Refusal

_ABOUT = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"
_SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@dataclass
class Window:
    """So many requests in so long; it starts with the first one."""

    limit: int
    length: timedelta
    used: int = 0
    resets_at: datetime | None = None

    def at(self, now: datetime) -> Window:
        """Itself, begun anew when the old time is over."""
        if self.resets_at is None or now >= self.resets_at:
            self.used, self.resets_at = 0, now + self.length
        return self

    @property
    def json(self) -> dict[str, int]:
        """As `/rate_limit` and the headers tell it."""
        assert self.resets_at is not None
        left = max(0, self.limit - self.used)
        return {"limit": self.limit, "used": self.used, "remaining": left, "reset": int(self.resets_at.timestamp())}


@dataclass
class Throttle:
    """An ordered refusal of the next requests; see `GitHubEmulator.throttle`."""

    times: int
    status: int
    retry_after: int | None
    reset: timedelta | None
    method: str
    path: str

    def wants(self, method: str, path: str) -> bool:
        """Whether this request is one of those."""
        return self.times > 0 and bool(re.fullmatch(self.method, method) and re.fullmatch(self.path, path))

    def refusal(self, now: datetime) -> Refusal:
        """The reply; with `reset` the primary limit is used up until then."""
        self.times -= 1
        headers = {} if self.retry_after is None else {"retry-after": str(self.retry_after)}
        if self.reset is None:
            return Refusal(self.status, _SECONDARY, headers=headers, documentation=_ABOUT)
        reset = str(int((now + self.reset).timestamp()))
        headers |= {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}
        return Refusal(self.status, "API rate limit exceeded for user ID 1.", headers=headers, documentation=_ABOUT)


@dataclass
class Limits:
    """Of one account: 5,000 requests an hour, 30 searches a minute, 80 creations a minute and 500 an hour."""

    core: Window = field(default_factory=lambda: Window(5000, timedelta(hours=1)))
    search: Window = field(default_factory=lambda: Window(30, timedelta(minutes=1)))
    creations: list[datetime] = field(default_factory=list)

    def window(self, path: str) -> Window:
        """The one that a path draws on."""
        return self.search if path.startswith("/search/") else self.core

    def refuse_when_used_up(self, path: str, now: datetime) -> None:
        """403 once nothing remains."""
        window = self.window(path).at(now)
        if window.used >= window.limit:
            raise Refusal(403, "API rate limit exceeded for user ID 1.", documentation=_ABOUT)

    def count_creation(self, now: datetime) -> None:
        """403 with Retry-After when content is made too fast."""
        self.creations = [moment for moment in self.creations if moment > now - timedelta(hours=1)]
        last_minute = [moment for moment in self.creations if moment > now - timedelta(minutes=1)]
        for made, most, length in ((last_minute, 80, 60), (self.creations, 500, 3600)):
            if len(made) >= most:
                wait = (made[0] + timedelta(seconds=length) - now).total_seconds()
                raise Refusal(403, _SECONDARY, headers={"retry-after": str(int(wait) or 1)}, documentation=_ABOUT)
        self.creations.append(now)
