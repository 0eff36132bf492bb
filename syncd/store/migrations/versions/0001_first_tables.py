"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ONE_OPEN_CREATE = sa.text("kind = 'create' AND state IN ('prepared', 'sent', 'unknown')")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make them, each after the ones it points to."""
    documents()
    items()
    links()
    effects()
    history()
    passes()
    deliveries()
    approvals_and_meta()


def documents() -> None:
    """Documents."""
    op.create_table(
        "documents",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("severity", sa.String()),
        sa.Column("incident_date", sa.Date()),
        sa.Column("postmortem_date", sa.Date()),
        sa.Column("review_date", sa.Date()),
        sa.Column("retro_date", sa.Date()),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("finished_why", sa.String(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("clean", sa.String()),
        sa.Column("gone_at", MOMENT),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("first_finished", MOMENT),
        sa.PrimaryKeyConstraint("key", name="pk_documents"),
    )
    op.create_index("ix_documents_source", "documents", ["source"])


def items() -> None:
    """Items."""
    op.create_table(
        "items",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("row_id", sa.String()),
        sa.Column("group", sa.String()),
        sa.Column("type", sa.String()),
        sa.Column("owner", sa.String()),
        sa.Column("due", sa.String()),
        sa.Column("due_date", sa.Date()),
        sa.Column("status", sa.String()),
        sa.Column("state", sa.String()),
        sa.Column("code", sa.JSON(), nullable=False),
        sa.Column("disposition", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("ignored", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_items"),
        sa.ForeignKeyConstraint(["document"], ["documents.key"], name="fk_items_document_documents"),
    )
    op.create_index("ix_items_document", "items", ["document"])


def links() -> None:
    """Links and their three-way values."""
    op.create_table(
        "links",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("tracker", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("marker", sa.String()),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("presence", sa.String(), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("linked_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("item_id", name="pk_links"),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_links_item_id_items"),
    )
    op.create_index("ix_links_key", "links", ["key"])
    op.create_index("ix_links_marker", "links", ["marker"])
    op.create_index("ix_links_tracker_ticket_id", "links", ["tracker", "ticket_id"])
    op.create_table(
        "link_fields",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("document", sa.String()),
        sa.Column("ticket", sa.String()),
        sa.Column("agreed", sa.String()),
        sa.PrimaryKeyConstraint("item_id", "field", name="pk_link_fields"),
        sa.ForeignKeyConstraint(
            ["item_id"], ["links.item_id"], name="fk_link_fields_item_id_links", ondelete="CASCADE"
        ),
    )


def effects() -> None:
    """Effects, with at most one open create per item."""
    op.create_table(
        "effects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("prepared_at", MOMENT, nullable=False),
        sa.Column("item_id", sa.String()),
        sa.Column("tracker", sa.String()),
        sa.Column("marker", sa.String()),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("look_ups", sa.Integer(), nullable=False),
        sa.Column("not_before", MOMENT),
        sa.Column("sent_at", MOMENT),
        sa.Column("looked_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_effects"),
        sa.ForeignKeyConstraint(["document"], ["documents.key"], name="fk_effects_document_documents"),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_effects_item_id_items"),
    )
    for column in ("state", "document", "item_id", "marker"):
        op.create_index(f"ix_effects_{column}", "effects", [column])
    op.create_index(
        "uq_effects_one_open_create",
        "effects",
        ["item_id"],
        unique=True,
        sqlite_where=ONE_OPEN_CREATE,
        postgresql_where=ONE_OPEN_CREATE,
    )


def history() -> None:
    """What happened to items, and what people said about them."""
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", sa.String()),
        sa.Column("after", sa.String()),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_events_item_id_items"),
    )
    op.create_index("ix_events_item_id", "events", ["item_id"])
    op.create_index("ix_events_at", "events", ["at"])
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String()),
        sa.Column("tracker", sa.String()),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_decisions_item_id_items"),
    )
    op.create_index("ix_decisions_item_id", "decisions", ["item_id"])


def passes() -> None:
    """Passes."""
    op.create_table(
        "passes",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("team", sa.String()),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("outcome", sa.String()),
        sa.Column("plan_hash", sa.String()),
        sa.Column("brake", sa.String()),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_passes"),
        sa.UniqueConstraint("id", name="uq_passes_id"),
    )


def deliveries() -> None:
    """Digests that went out, once each."""
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("message_id", sa.String()),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sent_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint(
            "team",
            "kind",
            "period",
            "channel",
            "recipient",
            name="uq_deliveries_team_kind_period_channel_recipient",
        ),
    )


def approvals_and_meta() -> None:
    """Approved plans, and named values."""
    op.create_table(
        "approvals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_hash", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_approvals"),
    )
    op.create_index("ix_approvals_plan_hash", "approvals", ["plan_hash"])
    op.create_table(
        "meta",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_meta"),
    )
