"""How pairs usually go: weekday, part of the day, start, minutes and area, under a name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visit_plans",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("municipality", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("begins", sa.Time(), nullable=False),
        sa.Column("start", sa.Text(), nullable=False),
        sa.Column("pair", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("pair_ids", sa.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("minutes_per_visit", sa.Integer(), nullable=False),
        sa.Column("maximum", sa.Integer(), nullable=True),
        sa.Column("area", sa.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("announced", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 80", name=op.f("ck_visit_plans_name")),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_visit_plans_weekday")),
        sa.CheckConstraint("part IN ('morning', 'afternoon', 'evening')", name=op.f("ck_visit_plans_part")),
        sa.CheckConstraint(
            "cardinality(pair) BETWEEN 1 AND 2 AND cardinality(pair_ids) = cardinality(pair)",
            name=op.f("ck_visit_plans_pair"),
        ),
        sa.CheckConstraint(
            "minutes > 0 AND minutes_per_visit > 0 AND maximum > 0", name=op.f("ck_visit_plans_lengths")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_plans")),
        sa.UniqueConstraint("municipality", "name", name=op.f("uq_visit_plans_municipality_name")),
    )


def downgrade() -> None:
    op.drop_table("visit_plans")
