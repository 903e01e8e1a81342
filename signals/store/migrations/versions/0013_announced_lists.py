"""Visiting lists that are announced, and when their pairs leave; what was seen at the door of a case that was closed.

Lists that were made before are not announced, and begin as was usual on that part of the day.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

AT_THE_DOOR = "'spoken', 'not-at-home', 'refused', 'moved', 'unsafe', 'card-left'"
BEGINS = """begins >= CASE part WHEN 'morning' THEN time '00:00' WHEN 'afternoon' THEN time '12:00'
    ELSE time '18:00' END AND begins < CASE part WHEN 'morning' THEN time '12:00' WHEN 'afternoon' THEN time '18:00'
    ELSE time '24:00' END"""
USUAL = """UPDATE visit_lists SET begins = CASE part WHEN 'morning' THEN time '09:00' WHEN 'afternoon' THEN time '13:00'
    ELSE time '18:00' END"""


def upgrade() -> None:
    op.add_column("visit_lists", sa.Column("begins", sa.Time(), nullable=True))
    op.add_column("visit_lists", sa.Column("announced", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.execute(USUAL)
    op.alter_column("visit_lists", "begins", nullable=False)
    op.create_check_constraint(op.f("ck_visit_lists_begins"), "visit_lists", BEGINS)
    op.alter_column("visit_results", "attempt_id", nullable=True)
    op.add_column("visit_results", sa.Column("note", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_visit_results_note_of_no_attempt"), "visit_results", "note IS NULL OR attempt_id IS NULL"
    )
    _results(f"({AT_THE_DOOR}, 'opted-out')")


def downgrade() -> None:
    op.execute("DELETE FROM visit_results WHERE attempt_id IS NULL OR result = 'opted-out'")
    _results(f"({AT_THE_DOOR})")
    op.drop_constraint(op.f("ck_visit_results_note_of_no_attempt"), "visit_results")
    op.drop_column("visit_results", "note")
    op.alter_column("visit_results", "attempt_id", nullable=False)
    op.drop_constraint(op.f("ck_visit_lists_begins"), "visit_lists")
    op.drop_column("visit_lists", "announced")
    op.drop_column("visit_lists", "begins")


def _results(which: str) -> None:
    op.drop_constraint(op.f("ck_visit_results_result"), "visit_results")
    op.create_check_constraint(op.f("ck_visit_results_result"), "visit_results", f"result IN {which}")
