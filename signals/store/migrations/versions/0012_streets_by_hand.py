"""Streets and places that a person wrote, of addresses of which no partner wrote one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "streets_by_hand",
        sa.Column("address_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "length(street) BETWEEN 1 AND 100 AND length(city) BETWEEN 1 AND 100",
            name=op.f("ck_streets_by_hand_length"),
        ),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], name=op.f("fk_streets_by_hand_address_id")),
        sa.PrimaryKeyConstraint("address_id", name=op.f("pk_streets_by_hand")),
    )


def downgrade() -> None:
    op.drop_table("streets_by_hand")
