"""Where addresses lie: postcode, house number and suffix with a point in RD, from the address register (BAG)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "address_places",
        sa.Column("postcode", sa.Text(collation="C"), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("suffix", sa.Text(collation="C"), nullable=False),
        sa.Column("bag_id", sa.Text(collation="C"), nullable=True),
        sa.Column("x", sa.REAL(), nullable=False),
        sa.Column("y", sa.REAL(), nullable=False),
        sa.CheckConstraint("postcode ~ '^[1-9][0-9]{3}[A-Z]{2}$'", name=op.f("ck_address_places_postcode")),
        sa.CheckConstraint("number BETWEEN 1 AND 99999", name=op.f("ck_address_places_number")),
        sa.CheckConstraint("suffix ~ '^[0-9A-Z]*$'", name=op.f("ck_address_places_suffix")),
        sa.CheckConstraint("bag_id ~ '^[0-9]{16}$'", name=op.f("ck_address_places_bag_id")),
        sa.CheckConstraint(
            "x BETWEEN 10000 AND 280000 AND y BETWEEN 300000 AND 625000",
            name=op.f("ck_address_places_in_the_netherlands"),
        ),
        sa.PrimaryKeyConstraint("postcode", "number", "suffix", name=op.f("pk_address_places")),
    )


def downgrade() -> None:
    op.drop_table("address_places")
