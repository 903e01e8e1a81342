"""On which day a case is followed up, whether its crisis or death was looked at, who handed a household over, and search
by street and by a reference however it was typed. And whom each municipality calls at a partner; whether several partners
mean the same person; who can take a hand-over back; and until when there must be a conversation in a threatening situation.

What was under way before comes up on the day of its household's next step; without one on the day of its first signal,
so above the rest. Nothing was marked as looked at before. The contact of a partner becomes that of each municipality for
which the partner may signal; on the way back that of the first of them is kept. And whom of a household a line of the
processing log concerns: the lines of before are of the household as a whole, and stay as they were written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

URGENCY = (
    "(CASE crisis WHEN 'eviction' THEN 0 WHEN 'disconnection' THEN 1 WHEN 'end-of-insurance' THEN 2 ELSE 3 END"
    " * 101 + 100 - score)"
)
FOLLOW_UP = f"((coalesce(follow_up_on, earliest_on) - DATE '0001-01-01') * 404 + {URGENCY})"
AS_IT_STANDS = "(coalesce(crisis, '') || ' ' || arrears_count::text || CASE WHEN held THEN ' held' ELSE '' END)"
REVIEW = f"(CASE WHEN looked_as = {AS_IT_STANDS} THEN 2 WHEN held THEN 0 ELSE 1 END * 404 + {URGENCY})"
STREET = (
    "(regexp_replace(lower(translate(street, 'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝ', "
    "'aaaaaaceeeeiiiinoooooouuuuyyaaaaaaceeeeiiiinoooooouuuuy')), '[^a-z0-9]', '', 'g') COLLATE \"C\")"
)
CONTACTS = """
INSERT INTO partner_contacts (partner_id, municipality, name, email, phone)
SELECT id, here.municipality, contact_name, contact_email, contact_phone
FROM partners JOIN (SELECT DISTINCT municipality FROM policy_versions) AS here
    ON partners.municipalities IS NULL OR here.municipality = ANY(partners.municipalities)
WHERE num_nonnulls(contact_name, contact_email, contact_phone) > 0
"""
CONTACTS_BEFORE = """
UPDATE partners SET contact_name = name, contact_email = email, contact_phone = phone
FROM (SELECT DISTINCT ON (partner_id) * FROM partner_contacts
    WHERE num_nonnulls(name, email, phone) > 0 ORDER BY partner_id, municipality) AS kept
WHERE partner_id = id
"""
UNDER_WAY_BEFORE = "state = 'open' AND NOT waiting AND NOT held"
UNDER_WAY = "(state = 'open' OR help_due_on IS NOT NULL) AND NOT waiting AND NOT held"
SEVERAL = "state = 'open' AND (arrears_count > 1 OR consecutive)"
GIVER = ("giver_id", "before_id", "before_name")
TO_REVIEW = "state = 'open' AND (held OR (crisis IS NOT NULL AND waiting))"


def upgrade() -> None:
    op.add_column("cases", sa.Column("follow_up_on", sa.Date(), nullable=True))
    op.add_column("cases", sa.Column("looked_as", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("help_due_on", sa.Date(), nullable=True))
    for name in ("given_by", *GIVER):
        op.add_column("claims", sa.Column(name, sa.Text(), nullable=True))
    _whether_one_person()
    op.add_column("processing_log", sa.Column("persons", sa.ARRAY(sa.BigInteger()), nullable=True))
    op.execute(
        """UPDATE cases SET follow_up_on = on_day FROM next_steps
        WHERE next_steps.household_id = cases.household_id AND state = 'open'"""
    )
    _in_order("under_way", FOLLOW_UP, UNDER_WAY)
    _in_order("review", REVIEW, TO_REVIEW)
    op.create_index(
        "ix_reports_street",
        "reports",
        ["municipality", sa.literal_column(STREET)],
        unique=False,
        postgresql_where=sa.text("street IS NOT NULL"),
    )
    op.create_index("ix_arrears_reference", "arrears", ["municipality", sa.literal_column("lower(reference)")])
    _contacts_of_each()


def downgrade() -> None:
    _contacts_of_all()
    op.drop_index("ix_arrears_reference", table_name="arrears")
    op.drop_index("ix_reports_street", table_name="reports")
    _in_order("review", URGENCY, TO_REVIEW)
    _in_order("under_way", URGENCY, UNDER_WAY_BEFORE)
    op.drop_column("processing_log", "persons")
    op.drop_table("person_links")
    op.drop_index("ix_cases_several", table_name="cases")
    for name in ("given_by", *GIVER):
        op.drop_column("claims", name)
    op.drop_column("cases", "help_due_on")
    op.drop_column("cases", "looked_as")
    op.drop_column("cases", "follow_up_on")


def _in_order(name: str, order: str, which: str) -> None:
    op.drop_index(f"ix_cases_{name}", table_name="cases")
    op.create_index(
        f"ix_cases_{name}",
        "cases",
        ["municipality", sa.literal_column(order), "earliest_on"],
        unique=False,
        postgresql_where=sa.text(which),
    )


def _whether_one_person() -> None:
    op.create_index(
        "ix_cases_several",
        "cases",
        ["municipality", sa.literal_column(URGENCY), "earliest_on"],
        unique=False,
        postgresql_where=sa.text(SEVERAL),
    )
    op.create_table(
        "person_links",
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("partners", sa.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("verdict IN ('same', 'different')", name=op.f("ck_person_links_verdict")),
        sa.CheckConstraint("cardinality(partners) > 1", name=op.f("ck_person_links_several")),
        sa.CheckConstraint("verdict = 'same' OR reason IS NOT NULL", name=op.f("ck_person_links_reason")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_person_links_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_links")),
    )


def _contacts_of_each() -> None:
    op.create_table(
        "partner_contacts",
        sa.Column("partner_id", sa.Text(collation="C"), nullable=False),
        sa.Column("municipality", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_contacts_partner_id")),
        sa.PrimaryKeyConstraint("partner_id", "municipality", name=op.f("pk_partner_contacts")),
    )
    op.execute(CONTACTS)
    for name in ("name", "email", "phone"):
        op.drop_column("partners", f"contact_{name}")


def _contacts_of_all() -> None:
    for name in ("name", "email", "phone"):
        op.add_column("partners", sa.Column(f"contact_{name}", sa.Text(), nullable=True))
    op.execute(CONTACTS_BEFORE)
    op.drop_table("partner_contacts")
