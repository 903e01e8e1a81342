"""Topics that their flood limits have paused, and the how manieth record of its topic each bad one was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paused_topics",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("topic", sa.Text(collation="C"), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resumed_by", sa.Text(), nullable=True),
        sa.Column("resumed_from", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "(resumed_at IS NULL) = (resumed_by IS NULL) AND (resumed_at IS NULL) = (resumed_from IS NULL)",
            name=op.f("ck_paused_topics_resumed"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paused_topics")),
    )
    op.create_index(
        "uq_paused_topics_now", "paused_topics", ["topic"], unique=True, postgresql_where=sa.text("resumed_at IS NULL")
    )
    op.create_index("ix_paused_topics_latest", "paused_topics", ["topic", "id"])
    op.add_column("quarantine", sa.Column("nth", sa.BigInteger(), nullable=True))
    op.create_index("ix_quarantine_nth", "quarantine", ["log_id", "topic", "nth"])


def downgrade() -> None:
    op.drop_index("ix_quarantine_nth", "quarantine")
    op.drop_column("quarantine", "nth")
    op.drop_table("paused_topics")
