"""What a row refers to: where the result of a closed item can be seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for it; it is filled in when a document is planned again."""
    op.add_column("items", sa.Column("evidence", sa.String()))
