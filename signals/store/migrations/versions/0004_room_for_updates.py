"""How rows are laid out, so that what is judged again costs little."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Room on each page for the next version of its rows: then an update writes no index (docs/decisions/0026).
FILLED = {"arrears": 80, "cases": 80, "reports": 80, "progress": 50}


def upgrade() -> None:
    for table, percent in FILLED.items():
        op.execute(f"ALTER TABLE {table} SET (fillfactor = {percent})")
    _index_waiting("id")  # grows at its end only, and gives a relay the oldest at once


def downgrade() -> None:
    for table in FILLED:
        op.execute(f"ALTER TABLE {table} RESET (fillfactor)")
    _index_waiting("topic", "key", "id")


def _index_waiting(*columns: str) -> None:
    op.drop_index("ix_outbox_waiting", table_name="outbox")
    op.create_index("ix_outbox_waiting", "outbox", columns, postgresql_where=sa.text("published_at IS NULL"))
