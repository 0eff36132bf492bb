"""What rendering has to know beside the digest itself."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parseaddr
from pathlib import Path
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Rendering:
    """Who says it, when, under which name. The same digest and the same Rendering give the same bytes."""

    key: str
    """Names the message for ever: team, kind, period, channel, recipient. Repetitions have the same."""
    sent: datetime
    """UTC."""
    zone: ZoneInfo
    """Of the team: moments are told in it."""
    sender: str = "syncd@syncd.invalid"
    """Whom it comes from, an address with or without a name; its domain is in Message-ID and List-Id.

    The default can be no one's (RFC 2606): then nobody is asked to write to it.
    """
    page_url: str | None = None
    """Where all open items are listed."""
    templates: Path | None = None
    """A folder whose templates win over ours of the same name."""

    @property
    def address(self) -> str:
        """The sender's address alone."""
        return parseaddr(self.sender)[1]

    @property
    def domain(self) -> str:
        """The domain of the sender."""
        return self.address.rpartition("@")[2] or "syncd.invalid"

    @property
    def message_id(self) -> str:
        """RFC 5322 Message-ID, the same for every repetition."""
        return f"<{_name(self.key)}@{self.domain}>"

    def root(self, team: str, day: date) -> str:
        """The Message-ID of a message that was never sent: a team's digests of one quarter are its answers."""
        quarter = (day.month + 2) // 3
        return f"<{_name(f'{team} {day.year}-Q{quarter}')}@{self.domain}>"

    def list_id(self, team: str) -> str:
        """RFC 2919 List-Id of a team's digests."""
        return f"<{_slug(team)}.digests.{self.domain}>"

    def uid(self, period: str, team: str) -> str:
        """The UID of a calendar entry: the same for every recipient and every repetition."""
        return f"{_name(f'{team} {period}')}@{self.domain}"

    def unsubscribe(self, team: str) -> str:
        """RFC 2369 List-Unsubscribe, without its brackets: a mail to the sender; empty without one."""
        if self.domain.endswith(".invalid"):
            return ""
        return f"mailto:{self.address}?subject=unsubscribe%20{_slug(team)}"

    def local(self, moment: datetime) -> datetime:
        """A moment on the team's clock."""
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(self.zone)


def _name(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _slug(text: str) -> str:
    slug = re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")[:40]
    return slug if slug and text.isascii() else f"team-{_name(text)[:8]}"
