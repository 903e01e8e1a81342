"""The first tables: from partners and inbox to cases, outbox and audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "addresses",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("municipality", sa.Text(collation="C"), nullable=False),
        sa.Column("postcode", sa.Text(collation="C"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("suffix", sa.Text(collation="C"), nullable=False),
        sa.CheckConstraint("postcode ~ '^[1-9][0-9]{3}[A-Z]{2}$'", name=op.f("ck_addresses_postcode")),
        sa.CheckConstraint("suffix ~ '^[0-9A-Z]*$'", name=op.f("ck_addresses_suffix")),
        sa.CheckConstraint("number BETWEEN 1 AND 99999", name=op.f("ck_addresses_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addresses")),
        sa.UniqueConstraint(
            "municipality",
            "postcode",
            "number",
            "suffix",
            name=op.f("uq_addresses_municipality_postcode_number_suffix"),
        ),
        sa.UniqueConstraint("id", "municipality", name=op.f("uq_addresses_id_municipality")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "listings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("municipality", sa.Text(collation="C"), nullable=False),
        sa.Column("bsn", sa.Text(), nullable=True),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("surname", sa.Text(), nullable=False),
        sa.Column("initials", sa.Text(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("suffix", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('caseload', 'exclusion')", name=op.f("ck_listings_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listings")),
    )
    op.create_index("ix_listings_list", "listings", ["kind", "municipality"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("topic", sa.Text(collation="C"), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["topic", "key", "id"],
        unique=False,
        postgresql_where=sa.text("published_at IS NULL"),
    )
    op.create_table(
        "partners",
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("sources", sa.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("municipalities", sa.ARRAY(sa.Text(collation="C")), nullable=True),
        sa.Column("bsn", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("ddas_type", sa.Text(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("id ~ '^[a-z0-9-]{2,40}$'", name=op.f("ck_partners_id")),
        sa.CheckConstraint(
            "sector IN ('housing', 'energy', 'water', 'health', 'other')", name=op.f("ck_partners_sector")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partners")),
    )
    op.create_table(
        "policy_versions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("municipality", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_versions")),
        sa.UniqueConstraint("municipality", "valid_from", name=op.f("uq_policy_versions_municipality_valid_from")),
    )
    op.create_table(
        "progress",
        sa.Column("log_id", sa.Text(collation="C"), nullable=False),
        sa.Column("topic", sa.Text(collation="C"), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("next_offset", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("stored", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("duplicates", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("quarantined", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("log_id", "topic", "partition", name=op.f("pk_progress")),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("log_id", sa.Text(collation="C"), nullable=False),
        sa.Column("topic", sa.Text(collation="C"), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("original", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "code IN ('too-large', 'not-json', 'envelope-invalid', 'type-unknown', 'source-mismatch', 'schema-invalid', 'municipality-unknown', 'bsn-not-allowed', 'amount-invalid', 'date-invalid', 'postcode-invalid', 'internal-error')",
            name=op.f("ck_quarantine_code"),
        ),
        sa.CheckConstraint("resolution IN ('stored', 'duplicate')", name=op.f("ck_quarantine_resolution")),
        sa.CheckConstraint("(resolved_at IS NULL) = (resolution IS NULL)", name=op.f("ck_quarantine_resolved")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        sa.UniqueConstraint(
            "log_id", "topic", "partition", "offset", name=op.f("uq_quarantine_log_id_topic_partition_offset")
        ),
    )
    op.create_index(
        "ix_quarantine_open",
        "quarantine",
        ["id"],
        unique=False,
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_table(
        "revisions",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_revisions")),
    )
    op.create_table(
        "households",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=False),
        sa.Column("municipality", sa.Text(collation="C"), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id", "municipality"],
            ["addresses.id", "addresses.municipality"],
            name=op.f("fk_households_address_id_municipality"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_households")),
        sa.UniqueConstraint("address_id", name=op.f("uq_households_address_id")),
        sa.UniqueConstraint("id", "municipality", name=op.f("uq_households_id_municipality")),
    )
    op.create_table(
        "inbox",
        sa.Column("source", sa.Text(collation="C"), nullable=False),
        sa.Column("event_id", sa.Text(collation="C"), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("partner_id", sa.Text(collation="C"), nullable=False),
        sa.Column("duplicates", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("reused", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_inbox_partner_id")),
        sa.PrimaryKeyConstraint("source", "event_id", name=op.f("pk_inbox")),
    )
    op.create_index("ix_inbox_reused", "inbox", ["partner_id"], unique=False, postgresql_where=sa.text("reused > 0"))
    op.create_index("ix_inbox_last", "inbox", ["partner_id", "received_at"], unique=False)
    op.create_table(
        "arrears",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("municipality", sa.Text(collation="C"), nullable=False),
        sa.Column("partner_id", sa.Text(collation="C"), nullable=False),
        sa.Column("reference", sa.Text(collation="C"), nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("last_amount", sa.BigInteger(), nullable=True),
        sa.Column("last_crisis", sa.Text(), nullable=True),
        sa.Column("rise", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("deceased_household_id", sa.BigInteger(), nullable=True),
        sa.Column("deceased_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "last_crisis IN ('eviction', 'disconnection', 'end-of-insurance', 'end-of-delivery')",
            name=op.f("ck_arrears_last_crisis"),
        ),
        sa.CheckConstraint(
            "sector IN ('housing', 'energy', 'water', 'health', 'other')", name=op.f("ck_arrears_sector")
        ),
        sa.CheckConstraint("(deceased_household_id IS NULL) = (deceased_on IS NULL)", name=op.f("ck_arrears_deceased")),
        sa.CheckConstraint("last_amount > 0 AND rise >= 0", name=op.f("ck_arrears_amounts")),
        sa.ForeignKeyConstraint(
            ["deceased_household_id"], ["households.id"], name=op.f("fk_arrears_deceased_household_id")
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_arrears_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrears")),
        sa.UniqueConstraint(
            "municipality",
            "partner_id",
            "reference",
            name=op.f("uq_arrears_municipality_partner_id_reference"),
        ),
        sa.UniqueConstraint("id", "municipality", name=op.f("uq_arrears_id_municipality")),
    )
    op.create_index(
        "ix_arrears_deceased",
        "arrears",
        ["deceased_household_id"],
        unique=False,
        postgresql_where=sa.text("deceased_on IS NOT NULL"),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("municipality", sa.Text(collation="C"), nullable=False),
        sa.Column("period", sa.Text(collation="C"), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("arrears_count", sa.Integer(), nullable=False),
        sa.Column("multiple", sa.Boolean(), nullable=False),
        sa.Column("consecutive", sa.Boolean(), nullable=False),
        sa.Column("crisis", sa.Text(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("explanation", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("earliest_on", sa.Date(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("policy_id", sa.BigInteger(), nullable=False),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reviewed_through", sa.Date(), nullable=True),
        sa.Column("released_route", sa.Text(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("released_through", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.CheckConstraint("NOT waiting OR (state = 'open' AND arrears_count > 0)", name=op.f("ck_cases_waiting")),
        sa.CheckConstraint("state <> 'closed' OR arrears_count = 0", name=op.f("ck_cases_closed")),
        sa.CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name=op.f("ck_cases_closed_with_outcome")),
        sa.CheckConstraint(
            "outcome IN ('repeat', 'wrongful', 'other-reason', 'deceased', 'not-a-resident', 'known-to-debt-help', 'other-support', 'no-contact', 'no-response', 'self-reliant', 'already-paid', 'quick-fix', 'follow-up-help', 'follow-up-help-financial', 'follow-up-help-not-financial', 'referral-without-resident')",
            name=op.f("ck_cases_outcome"),
        ),
        sa.CheckConstraint(
            "crisis IN ('eviction', 'disconnection', 'end-of-insurance', 'end-of-delivery')",
            name=op.f("ck_cases_crisis"),
        ),
        sa.CheckConstraint("released_route IN ('none', 'letter', 'home-visit')", name=op.f("ck_cases_released_route")),
        sa.CheckConstraint("route IN ('none', 'letter', 'home-visit')", name=op.f("ck_cases_route")),
        sa.CheckConstraint("state <> 'removed' OR released_at IS NULL", name=op.f("ck_cases_removed")),
        sa.CheckConstraint("state IN ('open', 'closed', 'removed')", name=op.f("ck_cases_state")),
        sa.CheckConstraint(
            "num_nulls(released_route, released_at, released_through) IN (0, 3)", name=op.f("ck_cases_released")
        ),
        sa.CheckConstraint("arrears_count >= 0", name=op.f("ck_cases_arrears_count")),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_cases_score")),
        sa.CheckConstraint("waiting = (waiting_since IS NOT NULL)", name=op.f("ck_cases_waiting_since")),
        sa.ForeignKeyConstraint(
            ["household_id", "municipality"],
            ["households.id", "households.municipality"],
            name=op.f("fk_cases_household_id_municipality"),
        ),
        sa.ForeignKeyConstraint(["policy_id"], ["policy_versions.id"], name=op.f("fk_cases_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("household_id", "period", name=op.f("uq_cases_household_id_period")),
        sa.UniqueConstraint("id", "household_id", "period", name=op.f("uq_cases_id_household_id_period")),
    )
    op.create_index(
        "ix_cases_open", "cases", ["municipality"], unique=False, postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "persons",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("identity", sa.Text(collation="C"), nullable=False),
        sa.Column("initials", sa.Text(), nullable=True),
        sa.Column("prefix", sa.Text(), nullable=True),
        sa.Column("surname", sa.Text(), nullable=True),
        sa.Column("partner_prefix", sa.Text(), nullable=True),
        sa.Column("partner_surname", sa.Text(), nullable=True),
        sa.Column("business_name", sa.Text(), nullable=True),
        sa.Column("date_of_birth", sa.Text(), nullable=True),
        sa.Column("bsn", sa.Text(), nullable=True),
        sa.CheckConstraint("bsn ~ '^[0-9]{9}$'", name=op.f("ck_persons_bsn")),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_persons_household_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
        sa.UniqueConstraint("household_id", "identity", name=op.f("uq_persons_household_id_identity")),
    )
    op.create_table(
        "case_history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_history_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_history")),
    )
    op.create_index("ix_case_history_case", "case_history", ["case_id", "id"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("arrears_id", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("signalled_on", sa.Date(), nullable=False),
        sa.Column("time_us", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Text(collation="C"), nullable=False),
        sa.Column("source", sa.Text(collation="C"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("crisis", sa.Text(), nullable=True),
        sa.Column("crisis_given", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(type = 'withdrawn') = (reason IS NOT NULL) AND reason IN ('paid', 'arrangement', 'wrongful', 'deceased', 'moved')",
            name=op.f("ck_events_reason"),
        ),
        sa.CheckConstraint(
            "crisis IN ('eviction', 'disconnection', 'end-of-insurance', 'end-of-delivery')",
            name=op.f("ck_events_crisis"),
        ),
        sa.CheckConstraint("type <> 'changed' OR amount IS NOT NULL OR crisis_given", name=op.f("ck_events_change")),
        sa.CheckConstraint("type <> 'reported' OR amount IS NOT NULL", name=op.f("ck_events_report_amount")),
        sa.CheckConstraint("type IN ('reported', 'changed', 'withdrawn')", name=op.f("ck_events_type")),
        sa.CheckConstraint("amount BETWEEN 1 AND 100000000", name=op.f("ck_events_amount")),
        sa.ForeignKeyConstraint(["arrears_id"], ["arrears.id"], name=op.f("fk_events_arrears_id")),
        sa.ForeignKeyConstraint(
            ["source", "event_id"], ["inbox.source", "inbox.event_id"], name=op.f("fk_events_source_event_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("source", "event_id", name=op.f("uq_events_source_event_id")),
        sa.UniqueConstraint("arrears_id", "id", name=op.f("uq_events_arrears_id_id")),
    )
    op.create_table(
        "reports",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("arrears_id", sa.BigInteger(), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("municipality", sa.Text(collation="C"), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("arisen_on", sa.Date(), nullable=True),
        sa.Column("objected", sa.Boolean(), nullable=False),
        sa.Column("warm_transfer", sa.Boolean(), nullable=False),
        sa.Column("legal_person", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("house_number_text", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Text(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("period", sa.Text(collation="C"), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("policy_id", sa.BigInteger(), nullable=False),
        sa.Column("raised_by", sa.BigInteger(), nullable=True),
        sa.Column("picked_up", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "(case_id IS NOT NULL) = (status IN ('not-yet-picked-up', 'picked-up') OR withdrawn IS NOT NULL)",
            name=op.f("ck_reports_exactly_one_place"),
        ),
        sa.CheckConstraint("(status = 'picked-up') = picked_up", name=op.f("ck_reports_picked_up")),
        sa.CheckConstraint(
            "status <> 'not-yet-picked-up' OR withdrawn IS NULL", name=op.f("ck_reports_withdrawn_is_told")
        ),
        sa.CheckConstraint("(withdrawn IS NULL) = (withdrawn_on IS NULL)", name=op.f("ck_reports_withdrawn_on")),
        sa.CheckConstraint(
            "status IN ('not-yet-picked-up', 'picked-up', 'repeat', 'wrongful', 'other-reason', 'deceased', 'known-to-debt-help', 'not-a-resident')",
            name=op.f("ck_reports_status"),
        ),
        sa.CheckConstraint("verdict IN ('known-to-debt-help', 'other-reason')", name=op.f("ck_reports_verdict")),
        sa.CheckConstraint(
            "withdrawn IN ('paid', 'arrangement', 'wrongful', 'deceased', 'moved')",
            name=op.f("ck_reports_withdrawn"),
        ),
        sa.ForeignKeyConstraint(
            ["arrears_id", "event_id"],
            ["events.arrears_id", "events.id"],
            name=op.f("fk_reports_arrears_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id", "household_id", "period"],
            ["cases.id", "cases.household_id", "cases.period"],
            name=op.f("fk_reports_case_id_household_id_period"),
        ),
        sa.ForeignKeyConstraint(
            ["arrears_id", "municipality"],
            ["arrears.id", "arrears.municipality"],
            name=op.f("fk_reports_arrears_id_municipality"),
        ),
        sa.ForeignKeyConstraint(
            ["household_id", "municipality"],
            ["households.id", "households.municipality"],
            name=op.f("fk_reports_household_id_municipality"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_reports_person_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["policy_versions.id"], name=op.f("fk_reports_policy_id")),
        sa.ForeignKeyConstraint(["raised_by"], ["events.id"], name=op.f("fk_reports_raised_by")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_reports")),
    )
    op.create_index("ix_reports_arrears", "reports", ["arrears_id"], unique=False)
    op.create_index("ix_reports_case", "reports", ["case_id"], unique=False)
    op.create_index("ix_reports_household", "reports", ["household_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_reports_household", table_name="reports")
    op.drop_index("ix_reports_case", table_name="reports")
    op.drop_index("ix_reports_arrears", table_name="reports")
    op.drop_table("reports")
    op.drop_table("events")
    op.drop_index("ix_case_history_case", table_name="case_history")
    op.drop_table("case_history")
    op.drop_table("persons")
    op.drop_index("ix_cases_open", table_name="cases", postgresql_where=sa.text("state = 'open'"))
    op.drop_table("cases")
    op.drop_index("ix_arrears_deceased", table_name="arrears", postgresql_where=sa.text("deceased_on IS NOT NULL"))
    op.drop_table("arrears")
    op.drop_index("ix_inbox_last", table_name="inbox")
    op.drop_index("ix_inbox_reused", table_name="inbox", postgresql_where=sa.text("reused > 0"))
    op.drop_table("inbox")
    op.drop_table("households")
    op.drop_table("revisions")
    op.drop_index("ix_quarantine_open", table_name="quarantine", postgresql_where=sa.text("resolved_at IS NULL"))
    op.drop_table("quarantine")
    op.drop_table("progress")
    op.drop_table("policy_versions")
    op.drop_table("partners")
    op.drop_index("ix_outbox_waiting", table_name="outbox", postgresql_where=sa.text("published_at IS NULL"))
    op.drop_table("outbox")
    op.drop_index("ix_listings_list", table_name="listings")
    op.drop_table("listings")
    op.drop_table("audit")
    op.drop_table("addresses")
