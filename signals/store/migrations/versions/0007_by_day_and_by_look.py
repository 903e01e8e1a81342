"""On which day a case is followed up, whether its crisis or death was looked at, who handed a household over, and search
by street and by a reference however it was typed. And whom each municipality calls at a partner; whether several partners
mean the same person, and whether two persons are one; who can take a hand-over back; and until when there must be a
conversation in a threatening situation. On which day somebody said that the person of a signal died, and which of these
deaths were looked at for a case: marks of before hold nothing.
And which sessions ended while their row was held, a street as it is found however it was abbreviated, and the lines of the
audit log that one act wrote at one moment.

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
FUNCTION_STREET_WORDS = r"""
CREATE FUNCTION street_words(street text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT regexp_replace(CASE WHEN street ~* '(strwg|str|pln|pl\.|ln|wg|pd|kd|sngl|sgl|dk|gr|hf|plnts)($|[^a-z0-9])' THEN
        regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(lower(translate(street, 'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝ', 'aaaaaaceeeeiiiinoooooouuuuyyaaaaaaceeeeiiiinoooooouuuuy')), '([a-z0-9]{2})[ -]+((strwg|str|pln|pl\.|ln|wg|pd|kd|sngl|sgl|dk|gr|hf|plnts)[^a-z]*)$', '\1\2'),
        '([a-z0-9][a-z])strwg(?![a-z0-9])', '\1straatweg', 'g'),
        '([a-z0-9][a-z])str(?![a-z0-9])', '\1straat', 'g'),
        '([a-z0-9][a-z])pln(?![a-z0-9])', '\1plein', 'g'),
        '([a-z0-9][a-z])pl\.(?![a-z0-9])', '\1plein', 'g'),
        '([a-z0-9][a-z])ln(?![a-z0-9])', '\1laan', 'g'),
        '([a-z0-9][a-z])wg(?![a-z0-9])', '\1weg', 'g'),
        '([a-z0-9][a-z])pd(?![a-z0-9])', '\1pad', 'g'),
        '([a-z0-9][a-z])kd(?![a-z0-9])', '\1kade', 'g'),
        '([a-z0-9][a-z])sngl(?![a-z0-9])', '\1singel', 'g'),
        '([a-z0-9][a-z])sgl(?![a-z0-9])', '\1singel', 'g'),
        '([a-z0-9][a-z])dk(?![a-z0-9])', '\1dijk', 'g'),
        '([a-z0-9][a-z])gr(?![a-z0-9])', '\1gracht', 'g'),
        '([a-z0-9][a-z])hf(?![a-z0-9])', '\1hof', 'g'),
        '([a-z0-9][a-z])plnts(?![a-z0-9])', '\1plantsoen', 'g')
    ELSE lower(translate(street, 'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝ', 'aaaaaaceeeeiiiinoooooouuuuyyaaaaaaceeeeiiiinoooooouuuuy')) END,
    '[^a-z0-9]', '', 'g')
$$
"""
STREET = '(street_words(street) COLLATE "C")'
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
LETTER_LET_GO = "released_how = 'release' AND released_route = 'letter'"
LETTER_SENT = "kind = 'letter' AND undone_at IS NULL"
STEPS = "kind IN ('released', 'not-picked-up', 'mark-taken-back', 'back-in-queue')"
TO_REVIEW = "state = 'open' AND (held OR (crisis IS NOT NULL AND waiting))"


def upgrade() -> None:
    op.add_column("cases", sa.Column("follow_up_on", sa.Date(), nullable=True))
    op.add_column("cases", sa.Column("looked_as", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("help_due_on", sa.Date(), nullable=True))
    for name in ("given_by", *GIVER):
        op.add_column("claims", sa.Column(name, sa.Text(), nullable=True))
    _whether_one_person()
    _who_died()
    op.create_table(
        "ended_sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_ended_sessions")),
    )
    op.add_column("sessions", sa.Column("browser", sa.Text(), nullable=True))
    op.add_column("processing_log", sa.Column("persons", sa.ARRAY(sa.BigInteger()), nullable=True))
    op.execute(
        """UPDATE cases SET follow_up_on = on_day FROM next_steps
        WHERE next_steps.household_id = cases.household_id AND state = 'open'"""
    )
    _in_order("under_way", FOLLOW_UP, UNDER_WAY)
    _in_order("review", REVIEW, TO_REVIEW)
    op.execute(FUNCTION_STREET_WORDS)
    op.create_index(
        "ix_reports_street",
        "reports",
        ["municipality", sa.literal_column(STREET)],
        unique=False,
        postgresql_where=sa.text("street IS NOT NULL"),
    )
    op.create_index("ix_quarantine_topic", "quarantine", ["topic", "id"])
    op.create_index(
        "ix_cases_letters",
        "cases",
        ["municipality", "state", "released_at"],
        postgresql_include=["household_id", "id"],
        postgresql_where=sa.text(LETTER_LET_GO),
    )
    op.create_index(
        "ix_contact_attempts_letters",
        "contact_attempts",
        ["at"],
        postgresql_include=["household_id", "on_day"],
        postgresql_where=sa.text(LETTER_SENT),
    )
    op.create_index(
        "ix_case_history_steps",
        "case_history",
        ["case_id"],
        postgresql_include=["kind", "at", "actor"],
        postgresql_where=sa.text(STEPS),
    )
    op.create_index("ix_arrears_reference", "arrears", ["municipality", sa.literal_column("lower(reference)")])
    _lines_by_moment("at", "id")
    _contacts_of_each()


def downgrade() -> None:
    _contacts_of_all()
    _lines_by_moment("at")
    op.drop_index("ix_case_history_steps", table_name="case_history")
    op.drop_index("ix_contact_attempts_letters", table_name="contact_attempts")
    op.drop_index("ix_cases_letters", table_name="cases")
    op.drop_index("ix_quarantine_topic", table_name="quarantine")
    op.drop_index("ix_arrears_reference", table_name="arrears")
    op.drop_index("ix_reports_street", table_name="reports")
    op.execute("DROP FUNCTION street_words(text)")
    _in_order("review", URGENCY, TO_REVIEW)
    _in_order("under_way", URGENCY, UNDER_WAY_BEFORE)
    op.drop_column("processing_log", "persons")
    op.drop_column("sessions", "browser")
    op.drop_table("ended_sessions")
    op.drop_column("cases", "reviewed_marks")
    op.drop_constraint(op.f("ck_reports_died"), "reports", type_="check")
    op.drop_column("reports", "deceased_on")
    op.drop_table("person_pairs")
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


def _lines_by_moment(*columns: str) -> None:
    op.drop_index("ix_audit_at", table_name="audit")
    op.create_index("ix_audit_at", "audit", list(columns), unique=False)


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

    op.create_table(
        "person_pairs",
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("verdict IN ('same', 'different')", name=op.f("ck_person_pairs_verdict")),
        sa.CheckConstraint("person_id < other_id", name=op.f("ck_person_pairs_two")),
        sa.CheckConstraint("verdict = 'same' OR reason IS NOT NULL", name=op.f("ck_person_pairs_reason")),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_person_pairs_household_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_person_pairs_person_id")),
        sa.ForeignKeyConstraint(["other_id"], ["persons.id"], name=op.f("fk_person_pairs_other_id")),
        sa.PrimaryKeyConstraint("household_id", "person_id", "other_id", name=op.f("pk_person_pairs")),
    )


def _who_died() -> None:
    op.add_column("reports", sa.Column("deceased_on", sa.Date(), nullable=True))
    op.create_check_constraint(
        op.f("ck_reports_died"),
        "reports",
        "deceased_on IS NULL OR picked_up OR (person_verdict = 'deceased') IS TRUE",
    )
    marks = sa.ARRAY(sa.BigInteger())
    op.add_column("cases", sa.Column("reviewed_marks", marks, server_default=sa.text("'{}'"), nullable=False))


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
