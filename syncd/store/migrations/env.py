"""Run by Alembic for each command; the connection, inside its transaction, comes from syncd.store.migrate."""

from __future__ import annotations

from alembic import context

from syncd.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite cannot alter most things in place.
)
with context.begin_transaction():
    context.run_migrations()
