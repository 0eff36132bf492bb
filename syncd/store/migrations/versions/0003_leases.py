"""Leases: which process works for a team."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "leases",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String()),
        sa.Column("claimed_at", MOMENT),
        sa.Column("expires_at", MOMENT),
        sa.Column("due_at", MOMENT),
        sa.PrimaryKeyConstraint("team", name="pk_leases"),
    )
    op.create_index("ix_documents_team", "documents", ["team"])
