"""Notices: a message that was refused for good is told through a channel that works, once and at once.

A notice is a delivery like others, of the kind ``notice``, with the refused message's key as its period. One that is
refused itself makes no notice: the next channel is tried, and each recipient at most once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from syncd.core.digest import DigestKind, Refused
from syncd.core.notice import called
from syncd.store.records import Delivery, DeliveryState

RECENT = timedelta(days=8)
"""A failure is told at least in the next weekly; an older one is told no more."""

Place = tuple[str, str]
"""Channel and recipient."""


def refusals(before: Sequence[Delivery], now: datetime) -> Iterator[Refused]:
    """The messages that were refused lately, and of which nobody was told yet; ``before`` are a team's deliveries."""
    told = {d.period for d in before if d.kind == DigestKind.NOTICE and d.state is not DeliveryState.REFUSED}
    lately = [d for d in before if d.state is DeliveryState.REFUSED and d.kind != DigestKind.NOTICE and _recent(d, now)]
    for message, rows in groupby(sorted(lately, key=lambda d: (d.message, d.id)), key=lambda d: d.message):
        first, *others = rows
        if message not in told:
            what = called([(d.kind, d.period) for d in (first, *others)])
            yield Refused(message, what, first.channel, first.recipient, first.reason)


def working(places: Sequence[Place], refused: Refused, before: Sequence[Delivery]) -> list[Place]:
    """To whom of these a notice of the refused message goes: all on one channel, rather not the one that refused it.

    None on whom the last message failed, and none who was already sent it.
    """
    ended = sorted((d.ended_at, d.id, d) for d in before if d.ended_at and d.state is not DeliveryState.SKIPPED)
    last = {(d.channel, d.recipient): d.state for _, _, d in ended}
    tried = {(d.channel, d.recipient) for d in before if (d.kind, d.period) == (DigestKind.NOTICE, refused.message)}
    tried.add((refused.channel, refused.recipient))
    free = [p for p in places if p not in tried and last.get(p) is not DeliveryState.REFUSED]
    channels = sorted(dict.fromkeys(channel for channel, _ in free), key=lambda channel: channel == refused.channel)
    return [place for place in free if place[0] == channels[0]] if channels else []


def _recent(delivery: Delivery, now: datetime) -> bool:
    return delivery.ended_at is not None and now - delivery.ended_at < RECENT
