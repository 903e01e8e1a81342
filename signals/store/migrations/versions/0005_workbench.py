"""The workbench: what people do with the work, who may sit at the desk, and the two logs.

Claims, contact attempts, next steps, notes, referrals, assignments, sessions and the processing log; what a person
decided of a case or a report; whom to call at a partner; and the indexes of the lists, the search and the audit page.

The statements of triggers and functions are written out: a migration stays as it was.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KINDS = (
    "kind IN ('administrative', 'appointment', 'letter', 'home-visit', 'card', 'mail', 'unknown', 'other', "
    "'text-message', 'call')"
)
URGENCY = (
    "(CASE crisis WHEN 'eviction' THEN 0 WHEN 'disconnection' THEN 1 WHEN 'end-of-insurance' THEN 2 ELSE 3 END"
    " * 101 + 100 - score)"
)
NAME_WORDS = (
    "name_words(coalesce(surname, '') || ' ' || coalesce(partner_surname, '') || ' ' || coalesce(business_name, ''))"
)
FUNCTION_NAME_WORDS = r"""
CREATE FUNCTION name_words(names text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT array_to_tsvector(array_remove(string_to_array(regexp_replace(replace(CASE
    WHEN names ~ '^[A-Za-z ]*$' THEN lower(names)
    ELSE regexp_replace(replace(regexp_replace(regexp_replace(
        translate(replace(replace(replace(replace(
            lower(regexp_replace(normalize(translate(names, '’‘ʼʻ´`′‛＇', ''''''''''''''''''''), NFKD),
                '[\u0300-\u036f]', '', 'g')),
            'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'øłđðıħĸ', 'olddihk'),
        '''(t|s)(?![a-z])', ' \1 ', 'g'), '(?<![a-z])(d|l|s|t|dall|dell)''', '\1 ', 'g'), '''', ''),
        '[\u0001-\u0060\u007b-\u00bf\u2000-\u206f]+', ' ', 'g')
    END, 'ij', 'y'), 's{2,}', 's', 'g'), ' '), ''))
$$
"""
# The checks that change: what they say now, and what they said before.
CHECKS = {
    ("cases", "closed"): (
        "state <> 'closed' OR arrears_count = 0 OR closed_at IS NOT NULL",
        "state <> 'closed' OR arrears_count = 0",
    ),
    ("cases", "removed"): (
        "state <> 'removed' OR num_nulls(released_at, closed_at, person_route) = 3",
        "state <> 'removed' OR released_at IS NULL",
    ),
}
NEW_CHECKS = {
    ("cases", "person_route"): "person_route IN ('letter', 'home-visit')",
    ("cases", "person_route_through"): "(person_route IS NULL) = (person_route_through IS NULL)",
    ("cases", "closed_outcome"): (
        "closed_outcome IN ('repeat', 'wrongful', 'other-reason', 'deceased', 'not-a-resident', 'known-to-debt-help', "
        "'other-support', 'no-contact', 'no-response', 'self-reliant', 'already-paid', 'quick-fix', 'follow-up-help', "
        "'follow-up-help-financial', 'follow-up-help-not-financial', 'referral-without-resident')"
    ),
    ("cases", "closed_by"): "(closed_at IS NULL) = (closed_by IS NULL)",
    ("cases", "closed_through"): (
        "(closed_outcome IS NULL) = (closed_through IS NULL) AND (closed_outcome IS NULL OR closed_at IS NOT NULL)"
    ),
    ("reports", "person_verdict"): (
        "person_verdict IN ('repeat', 'wrongful', 'other-reason', 'deceased', 'known-to-debt-help', 'not-a-resident')"
    ),
    ("reports", "person_verdict_through"): "(person_verdict IS NULL) = (person_verdict_through IS NULL)",
    ("reports", "given_result"): (
        "given_result IN ('repeat', 'wrongful', 'not-picked-up', 'deceased', 'known-to-debt-help', 'not-a-resident', "
        "'accepted-help')"
    ),
    ("reports", "given_result_of_work"): "given_result IS NULL OR picked_up",
    ("reports", "pause_until"): "(pause_until IS NOT NULL) = (coalesce(given_result, '') = 'accepted-help')",
}
CASE_HAS_ITS_REPORT = """
CREATE OR REPLACE FUNCTION case_has_its_report() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint;
BEGIN
    IF TG_TABLE_NAME = 'cases' THEN concerned := NEW.id; ELSE concerned := OLD.case_id; END IF;
    IF EXISTS (SELECT FROM public.reports WHERE case_id = concerned) THEN
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT FROM public.cases WHERE id = concerned AND state <> 'removed'
            AND num_nulls(released_at, closed_at, person_route) = 3) THEN
        RAISE EXCEPTION 'case % would be left without a report', concerned USING
            ERRCODE = 'check_violation', CONSTRAINT = 'case_has_its_report', TABLE = 'cases',
            HINT = 'Remove the case (state) in the transaction that takes its last report.';
    END IF;
    RETURN NULL;
END $$
"""
CASE_HAD_ITS_REPORT = CASE_HAS_ITS_REPORT.replace(
    """ AND state <> 'removed'
            AND num_nulls(released_at, closed_at, person_route) = 3)""",
    " AND state <> 'removed' AND released_at IS NULL)",
)
AT_THE_END = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
CASE_AGAIN = f"""CREATE CONSTRAINT TRIGGER case_again AFTER UPDATE OF state, released_at, closed_at, person_route
        ON cases {AT_THE_END}
        WHEN (NEW.state <> 'removed' AND num_nulls(NEW.released_at, NEW.closed_at, NEW.person_route) = 3
            AND (OLD.state = 'removed' OR num_nulls(OLD.released_at, OLD.closed_at, OLD.person_route) < 3))
        EXECUTE FUNCTION case_has_its_report()"""
CASE_AGAIN_BEFORE = f"""CREATE CONSTRAINT TRIGGER case_again AFTER UPDATE OF state, released_at ON cases {AT_THE_END}
        WHEN (NEW.state <> 'removed' AND NEW.released_at IS NULL
            AND (OLD.state = 'removed' OR OLD.released_at IS NOT NULL))
        EXECUTE FUNCTION case_has_its_report()"""
STAYS_PROCESSING = """CREATE TRIGGER stays_processing AFTER UPDATE OR DELETE ON processing_log
        FOR EACH ROW EXECUTE FUNCTION stays_as_written()"""
KEEPS_PROCESSING = """CREATE TRIGGER keeps_processing BEFORE TRUNCATE ON processing_log FOR EACH STATEMENT EXECUTE FUNCTION stays_as_written()"""


def upgrade() -> None:
    _tables_and_columns()
    for (table, name), (now, _) in CHECKS.items():
        _check_again(table, name, now)
    for (table, name), says in NEW_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, says)
    op.execute("DROP TRIGGER case_again ON cases")
    for statement in (CASE_HAS_ITS_REPORT, CASE_AGAIN, STAYS_PROCESSING, KEEPS_PROCESSING):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TRIGGER case_again ON cases")
    for statement in (CASE_HAD_ITS_REPORT, CASE_AGAIN_BEFORE):
        op.execute(statement)
    for table, name in reversed(NEW_CHECKS):
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    for (table, name), (_, before) in CHECKS.items():
        _check_again(table, name, before)
    _drop_tables_and_columns()


def _check_again(table: str, name: str, says: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, says)


def _tables_and_columns() -> None:
    op.create_table(
        "processing_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_processing_log")),
    )
    op.create_index("ix_processing_log_household", "processing_log", ["household_id", "id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Text(collation="C"), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("municipalities", sa.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("teams", sa.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cardinality(roles) > 0", name=op.f("ck_sessions_role")),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_sessions_hashed")),
        sa.CheckConstraint("seen_at >= began_at", name=op.f("ck_sessions_clock")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_user", "sessions", ["user_id", "began_at"], unique=False)
    op.create_table(
        "assignments",
        sa.Column("household_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_assignments_household_id")),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_assignments")),
    )
    op.create_table(
        "claims",
        sa.Column("household_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_claims_household_id")),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_claims")),
    )
    op.create_table(
        "next_steps",
        sa.Column("household_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("part", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_next_steps_kind")),
        sa.CheckConstraint("part IN ('morning', 'afternoon', 'evening')", name=op.f("ck_next_steps_part")),
        sa.CheckConstraint(
            "why IN ('not-at-home', 'visits-exhausted', 'card-left', 'promised')", name=op.f("ck_next_steps_why")
        ),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_next_steps_household_id")),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_next_steps")),
    )
    op.create_table(
        "contact_attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("part", sa.Text(), nullable=True),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind <> 'home-visit' OR part IS NOT NULL", name=op.f("ck_contact_attempts_visit_has_a_part")
        ),
        sa.CheckConstraint(KINDS, name=op.f("ck_contact_attempts_kind")),
        sa.CheckConstraint("part IN ('morning', 'afternoon', 'evening')", name=op.f("ck_contact_attempts_part")),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_contact_attempts_undone")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_contact_attempts_case_id")),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_contact_attempts_household_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_attempts")),
    )
    op.create_index("ix_contact_attempts_household", "contact_attempts", ["household_id"], unique=False)
    op.create_table(
        "notes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.CheckConstraint("text <> '' AND length(text) <= 4000", name=op.f("ck_notes_text")),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_notes_undone")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notes_case_id")),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_notes_household_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index("ix_notes_household", "notes", ["household_id"], unique=False)
    op.create_table(
        "referrals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("target_name", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("result_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "result IN ('started', 'no-show', 'declined', 'not-suitable', 'mistaken')", name=op.f("ck_referrals_result")
        ),
        sa.CheckConstraint(
            "num_nulls(result, result_at, result_by) IN (0, 3)", name=op.f("ck_referrals_result_is_whole")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_referrals_case_id")),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_referrals_household_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
    )
    op.create_index("ix_referrals_household", "referrals", ["household_id"], unique=False)
    op.add_column("audit", sa.Column("municipality", sa.Text(collation="C"), nullable=True))
    op.create_index("ix_audit_action", "audit", ["action", "id"], unique=False)
    op.create_index("ix_audit_actor", "audit", ["actor", "id"], unique=False)
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_index("ix_audit_subject", "audit", ["subject", "id"], unique=False)
    op.add_column("cases", sa.Column("person_route", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("person_route_through", sa.BigInteger(), nullable=True))
    op.add_column("cases", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("closed_by", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("closed_outcome", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("closed_through", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_cases_review",
        "cases",
        ["municipality", sa.literal_column(URGENCY), "earliest_on"],
        unique=False,
        postgresql_where=sa.text("state = 'open' AND (held OR (crisis IS NOT NULL AND waiting))"),
    )
    op.create_index(
        "ix_cases_under_way",
        "cases",
        ["municipality", sa.literal_column(URGENCY), "earliest_on"],
        unique=False,
        postgresql_where=sa.text("state = 'open' AND NOT waiting AND NOT held"),
    )
    op.create_index(
        "ix_cases_waiting",
        "cases",
        ["municipality", "route", sa.literal_column(URGENCY), "earliest_on"],
        unique=False,
        postgresql_where=sa.text("waiting AND NOT held"),
    )
    op.add_column("partners", sa.Column("contact_name", sa.Text(), nullable=True))
    op.add_column("partners", sa.Column("contact_email", sa.Text(), nullable=True))
    op.add_column("partners", sa.Column("contact_phone", sa.Text(), nullable=True))
    op.create_index(
        "ix_persons_birth",
        "persons",
        ["date_of_birth"],
        unique=False,
        postgresql_where=sa.text("date_of_birth IS NOT NULL"),
    )
    op.execute(FUNCTION_NAME_WORDS)
    op.create_index(
        "ix_persons_names", "persons", [sa.literal_column(NAME_WORDS)], unique=False, postgresql_using="gin"
    )
    op.add_column("reports", sa.Column("person_verdict", sa.Text(), nullable=True))
    op.add_column("reports", sa.Column("person_verdict_through", sa.BigInteger(), nullable=True))
    op.add_column("reports", sa.Column("given_result", sa.Text(), nullable=True))
    op.add_column("reports", sa.Column("pause_until", sa.Date(), nullable=True))
    # ### end Alembic commands ###


def _drop_tables_and_columns() -> None:
    op.drop_column("reports", "pause_until")
    op.drop_column("reports", "given_result")
    op.drop_column("reports", "person_verdict_through")
    op.drop_column("reports", "person_verdict")
    op.drop_index("ix_persons_names", table_name="persons")
    op.execute("DROP FUNCTION name_words(text)")
    op.drop_index("ix_persons_birth", table_name="persons")
    op.drop_column("partners", "contact_phone")
    op.drop_column("partners", "contact_email")
    op.drop_column("partners", "contact_name")
    op.drop_index("ix_cases_waiting", table_name="cases")
    op.drop_index("ix_cases_under_way", table_name="cases")
    op.drop_index("ix_cases_review", table_name="cases")
    op.drop_column("cases", "closed_through")
    op.drop_column("cases", "closed_outcome")
    op.drop_column("cases", "closed_by")
    op.drop_column("cases", "closed_at")
    op.drop_column("cases", "person_route_through")
    op.drop_column("cases", "person_route")
    op.drop_index("ix_audit_subject", table_name="audit")
    op.drop_index("ix_audit_at", table_name="audit")
    op.drop_index("ix_audit_actor", table_name="audit")
    op.drop_index("ix_audit_action", table_name="audit")
    op.drop_column("audit", "municipality")
    op.drop_index("ix_referrals_household", table_name="referrals")
    op.drop_table("referrals")
    op.drop_index("ix_notes_household", table_name="notes")
    op.drop_table("notes")
    op.drop_index("ix_contact_attempts_household", table_name="contact_attempts")
    op.drop_table("contact_attempts")
    op.drop_table("next_steps")
    op.drop_table("claims")
    op.drop_table("assignments")
    op.drop_index("ix_sessions_user", table_name="sessions")
    op.drop_table("sessions")
    op.drop_index("ix_processing_log_household", table_name="processing_log")
    op.drop_table("processing_log")
    # ### end Alembic commands ###
