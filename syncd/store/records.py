"""What the ledger says about itself: nothing that the core decides by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Counts:
    """Items of one source that have a ticket and a row, and how many of them were last agreed to be done."""

    tracked: int
    done: int


@dataclass(frozen=True, slots=True)
class PassRecord:
    """One pass. Without ``ended_at`` it is under way, or was killed."""

    id: str
    team: str | None
    """None for a pass over all teams."""
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    plan_hash: str | None
    brake: str | None
    """The reasons of the brake that held; None when none did."""
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Lease:
    """Who works for a team, as of ``number``: whoever claims the team next gets a higher one."""

    team: str
    number: int
    holder: str | None
    claimed_at: datetime | None
    expires_at: datetime | None


class DecisionKind(StrEnum):
    """What a person said about an item."""

    LINK = "link"
    UNLINK = "unlink"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing a person said by a command.

    ``value`` is the ticket as typed (link), the ticket's immutable id in ``tracker`` (unlink), or the reason (ignore;
    None takes it back). A link or unlink without ``settled_at`` is still to be obeyed.
    """

    item_id: str
    kind: DecisionKind
    value: str | None
    tracker: str | None
    at: datetime
    settled_at: datetime | None


class DeliveryState(StrEnum):
    """Where a delivery stands: prepared → sending → sent | refused | unknown; or skipped from the start."""

    PREPARED = "prepared"
    SENDING = "sending"
    """Under way, or the process was killed while it was."""
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """It may have arrived, and is not sent again by itself."""
    SKIPPED = "skipped"
    """It came too late, or there was nothing to say."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One digest of one period to one recipient on one channel; there is never a second one.

    Digests that go out together share a ``message``: the first of them holds the payload, and all come to one end.
    """

    id: int
    message: str
    """What people call it: ``syncd digest resend KEY``."""
    team: str
    kind: str
    period: str
    channel: str
    recipient: str
    payload: Mapping[str, object]
    state: DeliveryState
    reason: str
    attempts: int
    prepared_at: datetime
    not_before: datetime | None
    ended_at: datetime | None
    receipt: str
    """The other side's own id for it."""
