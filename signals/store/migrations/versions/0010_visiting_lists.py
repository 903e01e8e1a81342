"""Visiting lists: which households are visited on which part of a day, by whom, and what came of it; and where nobody
goes to the door any more.

Visits that were made before are contact attempts and nothing else.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

RESULTS = "('spoken', 'not-at-home', 'refused', 'moved', 'unsafe', 'card-left')"


def upgrade() -> None:
    _lists()
    _stops()
    op.create_table(
        "visit_results",
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("stop_id", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempt_id", sa.BigInteger(), nullable=False),
        sa.Column("answer", JSONB(), nullable=False),
        sa.CheckConstraint(f"result IN {RESULTS}", name=op.f("ck_visit_results_result")),
        sa.CheckConstraint("length(key) BETWEEN 1 AND 100", name=op.f("ck_visit_results_key")),
        sa.ForeignKeyConstraint(["stop_id"], ["visit_stops.id"], name=op.f("fk_visit_results_stop_id")),
        sa.ForeignKeyConstraint(["attempt_id"], ["contact_attempts.id"], name=op.f("fk_visit_results_attempt_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_visit_results")),
        sa.UniqueConstraint("stop_id", name=op.f("uq_visit_results_stop_id")),
    )
    op.create_table(
        "unsafe_homes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lifted_why", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "num_nulls(lifted_at, lifted_by, lifted_why) IN (0, 3)", name=op.f("ck_unsafe_homes_lifted")
        ),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_unsafe_homes_household_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unsafe_homes")),
    )
    op.create_index(
        "uq_unsafe_homes_now",
        "unsafe_homes",
        ["household_id"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("unsafe_homes")
    op.drop_table("visit_results")
    op.drop_table("visit_stops")
    op.drop_table("visit_lists")


def _lists() -> None:
    op.create_table(
        "visit_lists",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("municipality", sa.Text(collation="C"), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("pair", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("pair_ids", sa.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("start_x", sa.Float(53), nullable=False),
        sa.Column("start_y", sa.Float(53), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("minutes_per_visit", sa.Integer(), nullable=False),
        sa.Column("maximum", sa.Integer(), nullable=True),
        sa.Column("area", sa.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("urgent_within", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("part IN ('morning', 'afternoon', 'evening')", name=op.f("ck_visit_lists_part")),
        sa.CheckConstraint("state IN ('proposed', 'released', 'done')", name=op.f("ck_visit_lists_state")),
        sa.CheckConstraint("cardinality(pair) BETWEEN 1 AND 2", name=op.f("ck_visit_lists_pair")),
        sa.CheckConstraint(
            "minutes > 0 AND minutes_per_visit > 0 AND maximum > 0 AND urgent_within >= 0",
            name=op.f("ck_visit_lists_lengths"),
        ),
        sa.CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name=op.f("ck_visit_lists_released")),
        sa.CheckConstraint(
            "state <> 'released' OR released_at IS NOT NULL", name=op.f("ck_visit_lists_released_by_somebody")
        ),
        sa.CheckConstraint("(state = 'done') = (ended_at IS NOT NULL)", name=op.f("ck_visit_lists_ended")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_lists")),
    )
    op.create_index(
        "ix_visit_lists_open", "visit_lists", ["municipality", "on_day"], postgresql_where=sa.text("state <> 'done'")
    )


def _stops() -> None:
    op.create_table(
        "visit_stops",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("list_id", sa.BigInteger(), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("pinned", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("first", sa.Text(), nullable=True),
        sa.Column("x", sa.Float(53), nullable=True),
        sa.Column("y", sa.Float(53), nullable=True),
        sa.Column("how", sa.Text(), nullable=True),
        sa.Column("frozen", JSONB(), nullable=True),
        sa.CheckConstraint("kind IN ('home-visit', 'card')", name=op.f("ck_visit_stops_kind")),
        sa.CheckConstraint(
            "state IN ('planned', 'dropped', 'left-out', 'visited', 'not-visited')", name=op.f("ck_visit_stops_state")
        ),
        sa.CheckConstraint("(state = 'left-out') = (code IS NOT NULL)", name=op.f("ck_visit_stops_code")),
        sa.CheckConstraint("first IN ('agreed', 'crisis', 'deadline')", name=op.f("ck_visit_stops_first")),
        sa.CheckConstraint("how IN ('address', 'number', 'postcode')", name=op.f("ck_visit_stops_how")),
        sa.CheckConstraint("num_nulls(x, y, how) IN (0, 3)", name=op.f("ck_visit_stops_place_is_whole")),
        sa.CheckConstraint("state <> 'visited' OR frozen IS NOT NULL", name=op.f("ck_visit_stops_frozen")),
        sa.ForeignKeyConstraint(["list_id"], ["visit_lists.id"], name=op.f("fk_visit_stops_list_id")),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_visit_stops_household_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_visit_stops_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_stops")),
        sa.UniqueConstraint("list_id", "household_id", name=op.f("uq_visit_stops_list_id_household_id")),
    )
    op.create_index(
        "uq_visit_stops_open",
        "visit_stops",
        ["household_id"],
        unique=True,
        postgresql_where=sa.text("state = 'planned'"),
    )
