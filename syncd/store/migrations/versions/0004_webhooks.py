"""Webhooks that were taken, so that a repeated one does nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("delivery", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
        sa.UniqueConstraint("sender", "delivery", name="uq_webhooks_sender_delivery"),
        sa.UniqueConstraint("sender", "digest", name="uq_webhooks_sender_digest"),
    )
    op.create_index("ix_webhooks_at", "webhooks", ["at"])
