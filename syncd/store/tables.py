"""The tables of the ledger. Rows are never domain objects: ``rows.py`` translates to and from syncd.core.model.

Columns bear the names of the model's fields. The classes only declare; queries use the Core tables at the end.
Whoever changes a table adds a migration: a test compares these declarations with what the migrations build.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, Column, Index, MetaData, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from syncd.core.model import Disposition, EffectKind, EffectState, Kind, Presence, Side, State
from syncd.store.columns import Texts, UtcDateTime, Words
from syncd.store.records import DecisionKind, DeliveryState

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Row(SQLModel):
    """What all tables share."""

    metadata = METADATA


class DocumentRow(Row, table=True):
    """One document of one source, also when it is gone."""

    __tablename__ = "documents"

    key: str = Field(primary_key=True)
    source: str = Field(index=True)
    team: str = Field(index=True)
    path: str
    revision: str
    location: str
    title: str
    kind: Kind = Field(sa_column=Column(Words(Kind), nullable=False))
    severity: str | None
    incident_date: date | None
    postmortem_date: date | None
    review_date: date | None
    retro_date: date | None
    finished: bool
    finished_why: str
    restricted: bool
    clean: str | None
    gone_at: datetime | None = Field(sa_type=UtcDateTime)
    first_seen: datetime = Field(sa_type=UtcDateTime)
    first_finished: datetime | None = Field(sa_type=UtcDateTime)


class ItemRow(Row, table=True):
    """One action item as last read; never deleted, at most detached."""

    __tablename__ = "items"

    id: str = Field(primary_key=True)
    document: str = Field(foreign_key="documents.key", index=True)
    line: int
    action: str
    row_id: str | None
    group: str | None
    type: str | None
    owner: str | None
    due: str | None
    due_date: date | None
    status: str | None
    state: State | None = Field(sa_column=Column(Words(State)))
    code: tuple[str, ...] = Field(sa_column=Column(Texts, nullable=False))
    disposition: Disposition = Field(sa_column=Column(Words(Disposition), nullable=False))
    reason: str
    ignored: str | None
    evidence: str | None


class LinkRow(Row, table=True):
    """The ticket of an item. Two items may name one ticket."""

    __tablename__ = "links"
    __table_args__ = (Index(None, "tracker", "ticket_id"),)

    item_id: str = Field(primary_key=True, foreign_key="items.id")
    tracker: str
    ticket_id: str
    key: str = Field(index=True)
    url: str
    ours: bool
    marker: str | None = Field(index=True)
    revision: str
    presence: Presence = Field(sa_column=Column(Words(Presence), nullable=False))
    named: bool
    linked_at: datetime = Field(sa_type=UtcDateTime)


class LinkFieldRow(Row, table=True):
    """The three-way values of one field of one link."""

    __tablename__ = "link_fields"

    item_id: str = Field(primary_key=True, foreign_key="links.item_id", ondelete="CASCADE")
    field: str = Field(primary_key=True)
    document: str | None
    ticket: str | None
    agreed: str | None


ONE_OPEN_CREATE = text("kind = 'create' AND state IN ('prepared', 'sent', 'unknown')")


class EffectRow(Row, table=True):
    """One thing done, or to be done, to the world."""

    __tablename__ = "effects"
    __table_args__ = (
        Index(
            "uq_effects_one_open_create",
            "item_id",
            unique=True,
            sqlite_where=ONE_OPEN_CREATE,
            postgresql_where=ONE_OPEN_CREATE,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: EffectKind = Field(sa_column=Column(Words(EffectKind), nullable=False))
    state: EffectState = Field(sa_column=Column(Words(EffectState), nullable=False, index=True))
    document: str = Field(foreign_key="documents.key", index=True)
    prepared_at: datetime = Field(sa_type=UtcDateTime)
    item_id: str | None = Field(foreign_key="items.id", index=True)
    tracker: str | None
    marker: str | None = Field(index=True)
    payload: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    reason: str
    attempts: int
    look_ups: int
    not_before: datetime | None = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(sa_type=UtcDateTime)
    looked_at: datetime | None = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(sa_type=UtcDateTime)


class EventRow(Row, table=True):
    """One change of one field of one item; only ever appended."""

    __tablename__ = "events"

    id: int | None = Field(default=None, primary_key=True)
    item_id: str = Field(foreign_key="items.id", index=True)
    field: str
    before: str | None
    after: str | None
    side: Side = Field(sa_column=Column(Words(Side), nullable=False))
    at: datetime = Field(sa_type=UtcDateTime, index=True)


class DecisionRow(Row, table=True):
    """One thing a person said by a command; ``settled_at`` is when it was obeyed or overtaken."""

    __tablename__ = "decisions"

    id: int | None = Field(default=None, primary_key=True)
    item_id: str = Field(foreign_key="items.id", index=True)
    kind: DecisionKind = Field(sa_column=Column(Words(DecisionKind), nullable=False))
    value: str | None
    tracker: str | None
    at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(sa_type=UtcDateTime)


class PassRow(Row, table=True):
    """One pass; without ``ended_at`` it is under way, or was killed."""

    __tablename__ = "passes"

    number: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    team: str | None
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(sa_type=UtcDateTime)
    outcome: str | None
    plan_hash: str | None
    brake: str | None
    counts: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))


class DeliveryRow(Row, table=True):
    """One digest to one recipient for one period: the unique key is what keeps it from going out twice."""

    __tablename__ = "deliveries"
    __table_args__ = (UniqueConstraint("team", "kind", "period", "channel", "recipient"),)

    id: int | None = Field(default=None, primary_key=True)
    team: str
    kind: str
    period: str
    channel: str
    recipient: str
    message: str = Field(index=True)
    payload: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    state: DeliveryState = Field(sa_column=Column(Words(DeliveryState), nullable=False, index=True))
    reason: str
    attempts: int
    prepared_at: datetime = Field(sa_type=UtcDateTime)
    not_before: datetime | None = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(sa_type=UtcDateTime)
    receipt: str


class LeaseRow(Row, table=True):
    """Which process works for a team, and when the team is looked at next (None: at once)."""

    __tablename__ = "leases"

    team: str = Field(primary_key=True)
    number: int
    holder: str | None
    claimed_at: datetime | None = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(sa_type=UtcDateTime)
    due_at: datetime | None = Field(sa_type=UtcDateTime)


class ApprovalRow(Row, table=True):
    """A plan that a person let through."""

    __tablename__ = "approvals"

    id: int | None = Field(default=None, primary_key=True)
    plan_hash: str = Field(index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    by: str


class WebhookRow(Row, table=True):
    """One webhook that was taken; kept for a while, so that a repeated one does nothing."""

    __tablename__ = "webhooks"
    __table_args__ = (UniqueConstraint("sender", "delivery"), UniqueConstraint("sender", "digest"))

    id: int | None = Field(default=None, primary_key=True)
    sender: str
    delivery: str
    digest: str
    at: datetime = Field(sa_type=UtcDateTime, index=True)


class MetaRow(Row, table=True):
    """One named value."""

    __tablename__ = "meta"

    name: str = Field(primary_key=True)
    value: str


documents = METADATA.tables["documents"]
items = METADATA.tables["items"]
links = METADATA.tables["links"]
link_fields = METADATA.tables["link_fields"]
effects = METADATA.tables["effects"]
events = METADATA.tables["events"]
decisions = METADATA.tables["decisions"]
passes = METADATA.tables["passes"]
deliveries = METADATA.tables["deliveries"]
leases = METADATA.tables["leases"]
approvals = METADATA.tables["approvals"]
webhooks = METADATA.tables["webhooks"]
meta = METADATA.tables["meta"]
