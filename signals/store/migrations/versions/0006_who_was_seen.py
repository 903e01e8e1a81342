"""Which households a line of the audit log concerns, how a case was let go, who ever signed in, two more next steps,
and what was taken in beyond the next offset of a partition.

What was released before counts as a release: nothing else could be told apart. Of colleagues those are known who are
signed in; the others come back with their next sign-in.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WHOLE = "num_nulls(released_route, released_at, released_through, released_how) IN (0, 4)"
WHOLE_BEFORE = "num_nulls(released_route, released_at, released_through) IN (0, 3)"
STEPS = "why IN ('not-at-home', 'visits-exhausted', 'card-left', 'promised', 'not-reached', 'no-answer')"
STEPS_BEFORE = "why IN ('not-at-home', 'visits-exhausted', 'card-left', 'promised')"
SIGNED_IN = """
INSERT INTO colleagues (user_id, name, roles, municipalities, teams, seen_at)
SELECT DISTINCT ON (user_id) user_id, user_name, roles, municipalities, teams, seen_at
FROM sessions ORDER BY user_id, seen_at DESC
"""

# What reads without `ahead` would take these in a second time.
NOTHING_AHEAD = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM progress WHERE ahead <> '{}') THEN
        RAISE EXCEPTION 'some partitions are taken in beyond their next offset'
            USING HINT = 'Let the workers of this version read on until they have nothing left, stop them, and try again.';
    END IF;
END $$
"""


def upgrade() -> None:
    op.add_column(
        "progress", sa.Column("ahead", sa.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False)
    )
    op.add_column(
        "audit",
        sa.Column("households", sa.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.create_index("ix_audit_households", "audit", ["households"], unique=False, postgresql_using="gin")
    op.add_column("cases", sa.Column("released_how", sa.Text(), nullable=True))
    op.execute("UPDATE cases SET released_how = 'release' WHERE released_at IS NOT NULL")
    op.create_check_constraint(op.f("ck_cases_released_how"), "cases", "released_how IN ('release', 'contact')")
    _released(WHOLE)
    op.create_table(
        "colleagues",
        sa.Column("user_id", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("municipalities", sa.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("teams", sa.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_colleagues")),
    )
    op.execute(SIGNED_IN)
    _steps(STEPS)


def downgrade() -> None:
    op.execute(NOTHING_AHEAD)
    op.execute("DELETE FROM next_steps WHERE why IN ('not-reached', 'no-answer')")
    _steps(STEPS_BEFORE)
    op.drop_table("colleagues")
    _released(WHOLE_BEFORE)
    op.drop_constraint(op.f("ck_cases_released_how"), "cases")
    op.drop_column("cases", "released_how")
    op.drop_index("ix_audit_households", table_name="audit")
    op.drop_column("audit", "households")
    op.drop_column("progress", "ahead")


def _released(says: str) -> None:
    op.drop_constraint(op.f("ck_cases_released"), "cases")
    op.create_check_constraint(op.f("ck_cases_released"), "cases", says)


def _steps(say: str) -> None:
    op.drop_constraint(op.f("ck_next_steps_why"), "next_steps")
    op.create_check_constraint(op.f("ck_next_steps_why"), "next_steps", say)
