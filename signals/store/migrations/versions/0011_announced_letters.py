"""Letters that announce a visit: which visit, and that the household's next step is that one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KINDS_BEFORE = "kind IN ('first', 'reminder', 'final')"
KINDS = "kind IN ('first', 'reminder', 'final', 'announced-visit')"
STEPS_BEFORE = "why IN ('not-at-home', 'visits-exhausted', 'card-left', 'promised', 'not-reached', 'no-answer')"
STEPS = "why IN ('not-at-home', 'visits-exhausted', 'card-left', 'promised', 'not-reached', 'no-answer', 'announced')"


def upgrade() -> None:
    _check("next_steps", "why", STEPS)
    _check("letters", "kind", KINDS)
    op.add_column("letters", sa.Column("stop_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_letters_stop_id"), "letters", "visit_stops", ["stop_id"], ["id"])
    op.create_index(
        "ix_letters_stop",
        "letters",
        ["stop_id"],
        postgresql_where=sa.text("stop_id IS NOT NULL AND state <> 'taken-out'"),
    )
    op.create_check_constraint(
        op.f("ck_letters_announces"), "letters", "(kind = 'announced-visit') = (stop_id IS NOT NULL)"
    )


def downgrade() -> None:
    # The contact attempts of these letters stay: that they were written to is not forgotten.
    op.execute("UPDATE next_steps SET why = 'not-reached' WHERE why = 'announced'")
    op.execute("DELETE FROM letters WHERE kind = 'announced-visit'")
    op.drop_column("letters", "stop_id")
    _check("letters", "kind", KINDS_BEFORE)
    _check("next_steps", "why", STEPS_BEFORE)


def _check(table: str, column: str, says: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{column}"), table)
    op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, says)
