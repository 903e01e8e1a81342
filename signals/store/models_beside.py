"""Which tables stand beside the walk?

How far each partition was read, policies, what was refused, what is to be published, who did what, and the lists.

The other half of `models`, which has the tables of the walk itself; from there one gets all of them.
"""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - SQLAlchemy reads the annotations when the tables are made
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from signals.store.base import CODE_POINTS, QUARANTINE_CODES, Base, moment_of_writing, numbered, room_for_updates


class Revision(Base):
    """One number per kind of configuration; a worker that sees it rise reads that configuration anew."""

    __tablename__ = "revisions"
    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(server_default=text("0"))


class Progress(Base):
    """How far each partition was taken in, and what became of its records; written in the batch's transaction."""

    __tablename__ = "progress"
    log_id: Mapped[str] = mapped_column(CODE_POINTS, primary_key=True)
    topic: Mapped[str] = mapped_column(CODE_POINTS, primary_key=True)
    partition: Mapped[int] = mapped_column(Integer, primary_key=True)
    next_offset: Mapped[int] = mapped_column(server_default=text("0"))
    stored: Mapped[int] = mapped_column(server_default=text("0"))
    duplicates: Mapped[int] = mapped_column(server_default=text("0"))
    quarantined: Mapped[int] = mapped_column(server_default=text("0"))
    # offsets behind `next_offset` at which the broker had no record, and where the log began when it was first read:
    # stored + duplicates + quarantined + passed_over = next_offset - first_offset, and as many as there are `ahead`
    passed_over: Mapped[int] = mapped_column(server_default=text("0"))
    first_offset: Mapped[int] = mapped_column(server_default=text("0"))
    ahead: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=text("'{}'"))  # beyond it, and taken in
    __table_args__ = room_for_updates(50)


class PolicyVersion(Base):
    """One version of a municipality's policy, never changed after it was loaded."""

    __tablename__ = "policy_versions"
    id: Mapped[int] = numbered()
    municipality: Mapped[str] = mapped_column(CODE_POINTS)
    name: Mapped[str]
    valid_from: Mapped[date] = mapped_column(Date)
    body: Mapped[str]
    loaded_at: Mapped[datetime] = moment_of_writing()
    __table_args__ = (UniqueConstraint("municipality", "valid_from"),)


class Quarantined(Base):
    """A record that could not be accepted, with its original bytes (borders.md section 3)."""

    __tablename__ = "quarantine"
    id: Mapped[int] = numbered()
    log_id: Mapped[str] = mapped_column(CODE_POINTS)
    topic: Mapped[str] = mapped_column(CODE_POINTS)
    partition: Mapped[int] = mapped_column(Integer)
    offset: Mapped[int]
    nth: Mapped[int | None]  # the how manieth record of its topic it was; null when nobody counted
    code: Mapped[str]
    message: Mapped[str]
    original: Mapped[bytes | None]
    received_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolution: Mapped[str | None]
    __table_args__ = (
        UniqueConstraint("log_id", "topic", "partition", "offset"),
        # the flood limits: which of the last records of a topic were bad
        Index("ix_quarantine_nth", "log_id", "topic", "nth"),
        # a partner's page: what its own topics have, newest first
        Index("ix_quarantine_topic", "topic", "id"),
        # `signals quarantine list`: what is still to be mended
        Index("ix_quarantine_open", "id", postgresql_where=text("resolved_at IS NULL")),
        CheckConstraint(f"code IN {QUARANTINE_CODES}", name="code"),
        CheckConstraint("resolution IN ('stored', 'duplicate')", name="resolution"),
        CheckConstraint("(resolved_at IS NULL) = (resolution IS NULL)", name="resolved"),
    )


class PausedTopic(Base):
    """A topic that its flood limits paused (borders.md section 3); one row a pause, kept after the resume."""

    __tablename__ = "paused_topics"
    id: Mapped[int] = numbered()
    topic: Mapped[str] = mapped_column(CODE_POINTS)
    paused_at: Mapped[datetime] = moment_of_writing()
    reason: Mapped[str]  # which limit, and the counts
    resumed_at: Mapped[datetime | None]
    resumed_by: Mapped[str | None]
    # how many records of the topic were read by then, by log ({log id: number}): what came before no longer counts
    resumed_from: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    __table_args__ = (
        # a topic is paused once at a time, whichever worker comes first
        Index("uq_paused_topics_now", "topic", unique=True, postgresql_where=text("resumed_at IS NULL")),
        # how it stands with each topic: its last row
        Index("ix_paused_topics_latest", "topic", "id"),
        CheckConstraint(
            "(resumed_at IS NULL) = (resumed_by IS NULL) AND (resumed_at IS NULL) = (resumed_from IS NULL)",
            name="resumed",
        ),
    )


class Outgoing(Base):
    """The outbox: what is to be published, written in the transaction that decided it."""

    __tablename__ = "outbox"
    id: Mapped[int] = numbered()
    topic: Mapped[str] = mapped_column(CODE_POINTS)
    key: Mapped[str] = mapped_column(CODE_POINTS)
    body: Mapped[bytes | None]
    created_at: Mapped[datetime] = moment_of_writing()
    published_at: Mapped[datetime | None]
    __table_args__ = (
        # the relay: the oldest that wait
        Index("ix_outbox_waiting", "id", postgresql_where=text("published_at IS NULL")),
    )


class Audit(Base):
    """Append-only log of what people and commands did."""

    __tablename__ = "audit"
    id: Mapped[int] = numbered()
    at: Mapped[datetime] = moment_of_writing()
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    municipality: Mapped[str | None] = mapped_column(CODE_POINTS)  # of what was seen or done; null: of no single one
    households: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=text("'{}'"))  # whom it concerns
    __table_args__ = (
        # the auditor's page, newest first: of a person, of a subject, of an action, of a day; and of one moment
        Index("ix_audit_actor", "actor", "id"),
        Index("ix_audit_subject", "subject", "id"),
        Index("ix_audit_action", "action", "id"),
        Index("ix_audit_at", "at", "id"),
        Index("ix_audit_households", "households", postgresql_using="gin"),
    )


class Listed(Base):
    """One row of a municipality's caseload or exclusion list."""

    __tablename__ = "listings"
    id: Mapped[int] = numbered()
    kind: Mapped[str]
    municipality: Mapped[str] = mapped_column(CODE_POINTS)
    bsn: Mapped[str | None]
    date_of_birth: Mapped[date | None] = mapped_column(Date)
    surname: Mapped[str]
    initials: Mapped[str]
    postcode: Mapped[str | None]
    number: Mapped[int | None] = mapped_column(Integer)
    suffix: Mapped[str]
    reason: Mapped[str | None]
    imported_at: Mapped[datetime] = moment_of_writing()
    __table_args__ = (
        CheckConstraint("kind IN ('caseload', 'exclusion')", name="kind"),
        # an import replaces the list of its municipality
        Index("ix_listings_list", "kind", "municipality"),
    )


class PartnerContact(Base):
    """Whom a municipality calls at a partner: a desk of the organisation. Each municipality keeps its own."""

    __tablename__ = "partner_contacts"
    partner_id: Mapped[str] = mapped_column(CODE_POINTS, ForeignKey("partners.id"), primary_key=True)
    municipality: Mapped[str] = mapped_column(CODE_POINTS, primary_key=True)
    name: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
