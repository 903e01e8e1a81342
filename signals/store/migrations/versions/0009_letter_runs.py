"""Runs of letters: which letters were released together, to whom, what they say, and how far they are; and at which cases
no letter can be made, or it came back: those stand in the review queue.

Letters that were sent before are contact attempts and nothing else: of those a reminder says what it says after one letter.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

URGENCY = (
    "(CASE crisis WHEN 'eviction' THEN 0 WHEN 'disconnection' THEN 1 WHEN 'end-of-insurance' THEN 2 ELSE 3 END"
    " * 101 + 100 - score)"
)
AS_IT_STANDS_BEFORE = "(coalesce(crisis, '') || ' ' || arrears_count::text || CASE WHEN held THEN ' held' ELSE '' END)"
AS_IT_STANDS = (
    "(coalesce(crisis, '') || ' ' || arrears_count::text || CASE WHEN held THEN ' held' ELSE '' END"
    " || coalesce(' ' || letter_fault, ''))"
)
TO_REVIEW_BEFORE = "state = 'open' AND (held OR (crisis IS NOT NULL AND waiting))"
TO_REVIEW = "state = 'open' AND (held OR (crisis IS NOT NULL AND waiting) OR letter_fault IS NOT NULL)"
LETTER_FAULTS = (
    "('no-name', 'no-street', 'no-city', 'postcode', 'too-long', 'too-many-lines', 'abroad', 'no-fixed-abode', "
    "'unprintable', 'no-addressee', 'died', 'returned', 'moved')"
)


def upgrade() -> None:
    op.create_table(
        "letter_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("municipality", sa.Text(collation="C"), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("sender", JSONB(), nullable=False),
        sa.Column("texts_version", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_on", sa.Date(), nullable=True),
        sa.Column("posted_by", sa.Text(), nullable=True),
        sa.CheckConstraint("num_nulls(posted_at, posted_on, posted_by) IN (0, 3)", name=op.f("ck_letter_runs_posted")),
        sa.CheckConstraint(
            "posted_at IS NULL OR written_at IS NOT NULL", name=op.f("ck_letter_runs_posted_was_written")
        ),
        sa.CheckConstraint("posted_on >= on_day", name=op.f("ck_letter_runs_posted_on")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_runs")),
    )
    op.create_index(
        "ix_letter_runs_open", "letter_runs", ["municipality", "id"], postgresql_where=sa.text("posted_at IS NULL")
    )
    _letters()
    op.create_table(
        "letters_left_out",
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["letter_runs.id"], name=op.f("fk_letters_left_out_run_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_letters_left_out_case_id")),
        sa.PrimaryKeyConstraint("run_id", "case_id", name=op.f("pk_letters_left_out")),
    )
    op.add_column("cases", sa.Column("letter_fault", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_cases_letter_fault"), "cases", f"letter_fault IN {LETTER_FAULTS}")
    _review(AS_IT_STANDS, TO_REVIEW)


def downgrade() -> None:
    _review(AS_IT_STANDS_BEFORE, TO_REVIEW_BEFORE)
    op.drop_constraint(op.f("ck_cases_letter_fault"), "cases", type_="check")
    op.drop_column("cases", "letter_fault")
    op.drop_table("letters_left_out")
    op.drop_table("letters")
    op.drop_table("letter_runs")


def _review(as_it_stands: str, which: str) -> None:
    op.drop_index("ix_cases_review", table_name="cases")
    order = f"(CASE WHEN looked_as = {as_it_stands} THEN 2 WHEN held THEN 0 ELSE 1 END * 404 + {URGENCY})"
    op.create_index(
        "ix_cases_review",
        "cases",
        ["municipality", sa.literal_column(order), "earliest_on"],
        unique=False,
        postgresql_where=sa.text(which),
    )


def _letters() -> None:
    op.create_table(
        "letters",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("partners", sa.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("contents", JSONB(), nullable=False),
        sa.Column("more", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("sheets", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("attempt_id", sa.BigInteger(), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_reason", sa.Text(), nullable=True),
        sa.Column("returned_by", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('first', 'reminder', 'final')", name=op.f("ck_letters_kind")),
        sa.CheckConstraint("state IN ('released', 'posted', 'taken-out')", name=op.f("ck_letters_state")),
        sa.CheckConstraint("(state = 'taken-out') = (code IS NOT NULL)", name=op.f("ck_letters_code")),
        sa.CheckConstraint("(state = 'posted') = (attempt_id IS NOT NULL)", name=op.f("ck_letters_attempt")),
        sa.CheckConstraint("num_nulls(pages, sheets, sha256) IN (0, 3)", name=op.f("ck_letters_written")),
        sa.CheckConstraint(
            "returned_reason IN ('moved', 'unknown', 'refused', 'other')", name=op.f("ck_letters_returned_reason")
        ),
        sa.CheckConstraint(
            "num_nulls(returned_at, returned_reason, returned_by) IN (0, 3)", name=op.f("ck_letters_returned")
        ),
        sa.CheckConstraint("returned_at IS NULL OR state = 'posted'", name=op.f("ck_letters_returned_was_posted")),
        sa.ForeignKeyConstraint(["run_id"], ["letter_runs.id"], name=op.f("fk_letters_run_id")),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_letters_household_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_letters_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_letters_person_id")),
        sa.ForeignKeyConstraint(["attempt_id"], ["contact_attempts.id"], name=op.f("fk_letters_attempt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    )
    op.create_index("ix_letters_run", "letters", ["run_id"])
    op.create_index(
        "uq_letters_day",
        "letters",
        ["household_id", "on_day"],
        unique=True,
        postgresql_where=sa.text("state <> 'taken-out'"),
    )
    op.create_index(
        "uq_letters_released",
        "letters",
        ["household_id"],
        unique=True,
        postgresql_where=sa.text("state = 'released'"),
    )
    op.create_index(
        "ix_letters_more", "letters", ["household_id"], postgresql_where=sa.text("more AND state = 'posted'")
    )
