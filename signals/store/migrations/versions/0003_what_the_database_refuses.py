"""What the database refuses by itself: a case without its report, a history line changed or deleted, a table emptied.

And the two counts with which the books of a partition close exactly.

The statements are those of `signals.store.refusals` on the day of this migration, written out: a migration stays as it was.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CASE_HAS_ITS_REPORT = """
CREATE FUNCTION case_has_its_report() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint;
BEGIN
    IF TG_TABLE_NAME = 'cases' THEN concerned := NEW.id; ELSE concerned := OLD.case_id; END IF;
    IF EXISTS (SELECT FROM public.reports WHERE case_id = concerned) THEN
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT FROM public.cases WHERE id = concerned AND state <> 'removed' AND released_at IS NULL) THEN
        RAISE EXCEPTION 'case % would be left without a report', concerned USING
            ERRCODE = 'check_violation', CONSTRAINT = 'case_has_its_report', TABLE = 'cases',
            HINT = 'Remove the case (state) in the transaction that takes its last report.';
    END IF;
    RETURN NULL;
END $$
"""
STAYS_AS_WRITTEN = """
CREATE FUNCTION stays_as_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('signals.erasing', true) = 'on' AND pg_has_role(
        (SELECT relowner FROM pg_catalog.pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION '% is not emptied', TG_TABLE_NAME USING
            ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            HINT = 'Erasing is for the owner of the tables: docs/decisions/0025.';
    END IF;
    RAISE EXCEPTION '% is written once: a row of it is neither changed nor deleted', TG_TABLE_NAME USING
        ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
        HINT = 'Write a further row. Erasing is for the owner of the tables: docs/decisions/0025.';
END $$
"""
AT_THE_END = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
TRIGGERS = {
    (
        "case_opened",
        "cases",
    ): f"CREATE CONSTRAINT TRIGGER case_opened AFTER INSERT ON cases {AT_THE_END} WHEN (NEW.state <> 'removed' AND NEW.released_at IS NULL) EXECUTE FUNCTION case_has_its_report()",
    (
        "case_again",
        "cases",
    ): f"CREATE CONSTRAINT TRIGGER case_again AFTER UPDATE OF state, released_at ON cases {AT_THE_END} WHEN (NEW.state <> 'removed' AND NEW.released_at IS NULL AND (OLD.state = 'removed' OR OLD.released_at IS NOT NULL)) EXECUTE FUNCTION case_has_its_report()",
    (
        "report_left",
        "reports",
    ): f"CREATE CONSTRAINT TRIGGER report_left AFTER UPDATE OF case_id ON reports {AT_THE_END} WHEN (OLD.case_id IS NOT NULL AND OLD.case_id IS DISTINCT FROM NEW.case_id) EXECUTE FUNCTION case_has_its_report()",
    (
        "report_gone",
        "reports",
    ): f"CREATE CONSTRAINT TRIGGER report_gone AFTER DELETE ON reports {AT_THE_END} WHEN (OLD.case_id IS NOT NULL) EXECUTE FUNCTION case_has_its_report()",
    (
        "stays_history",
        "case_history",
    ): "CREATE TRIGGER stays_history AFTER UPDATE OR DELETE ON case_history FOR EACH ROW EXECUTE FUNCTION stays_as_written()",
    (
        "stays_audit",
        "audit",
    ): "CREATE TRIGGER stays_audit AFTER UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION stays_as_written()",
    (
        "stays_event",
        "events",
    ): "CREATE TRIGGER stays_event AFTER UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION stays_as_written()",
    (
        "stays_key",
        "inbox",
    ): "CREATE TRIGGER stays_key AFTER DELETE OR UPDATE OF source, event_id, content, partner_id, received_at ON inbox FOR EACH ROW EXECUTE FUNCTION stays_as_written()",
    (
        "keeps_history",
        "case_history",
    ): "CREATE TRIGGER keeps_history BEFORE TRUNCATE ON case_history FOR EACH STATEMENT EXECUTE FUNCTION stays_as_written()",
    (
        "keeps_audit",
        "audit",
    ): "CREATE TRIGGER keeps_audit BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION stays_as_written()",
    (
        "keeps_events",
        "events",
    ): "CREATE TRIGGER keeps_events BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION stays_as_written()",
    (
        "keeps_keys",
        "inbox",
    ): "CREATE TRIGGER keeps_keys BEFORE TRUNCATE ON inbox FOR EACH STATEMENT EXECUTE FUNCTION stays_as_written()",
    (
        "keeps_reports",
        "reports",
    ): "CREATE TRIGGER keeps_reports BEFORE TRUNCATE ON reports FOR EACH STATEMENT EXECUTE FUNCTION stays_as_written()",
}
COUNTS = ("passed_over", "first_offset")
# What was passed over was not counted before; where the log began was not either, and that is by far the likelier.
WHERE_IT_BEGAN = """
UPDATE progress SET first_offset = greatest(0, next_offset - stored - duplicates - quarantined)
"""


def upgrade() -> None:
    for statement in (CASE_HAS_ITS_REPORT, STAYS_AS_WRITTEN, *TRIGGERS.values()):
        op.execute(statement)
    for column in COUNTS:
        op.add_column("progress", sa.Column(column, sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.execute(WHERE_IT_BEGAN)


def downgrade() -> None:
    for column in COUNTS:
        op.drop_column("progress", column)
    for name, table in reversed(TRIGGERS):
        op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute("DROP FUNCTION stays_as_written()")
    op.execute("DROP FUNCTION case_has_its_report()")
