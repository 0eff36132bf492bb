"""Webhooks that were taken: the SQL that knows a repeated one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, or_, select

from syncd.store.tables import webhooks


def insert_webhook(connection: Connection, *, sender: str, delivery: str, digest: str, at: datetime) -> bool:
    """Note one; False when one of the same sender with the same id, or with the same content, is noted already.

    The id alone would not do: it is no part of what is signed.
    """
    same = or_(webhooks.c.delivery == delivery, webhooks.c.digest == digest)
    if connection.execute(select(webhooks.c.id).where(webhooks.c.sender == sender, same)).first() is not None:
        return False
    connection.execute(webhooks.insert(), {"sender": sender, "delivery": delivery, "digest": digest, "at": at})
    return True


def forget_webhooks(connection: Connection, *, before: datetime) -> None:
    """Let go of those that came before a moment."""
    connection.execute(delete(webhooks).where(webhooks.c.at < before))
