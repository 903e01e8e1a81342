"""What does the database refuse that no constraint can say? Triggers, as statements beside the models.

Under the walk: whatever a program above does, a case has its report, and what was written down stays as it was
written. Most rules are constraints in `models`; here stand those that look at two tables, or at what a row was before.
Reasons, costs and the named way out (`signals.erasing`) are in docs/decisions/0025.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import DDL, event

from signals.store.base import Base

# Checked at the end of the transaction: a case is written before its reports. The tables are named with their schema,
# so that a temporary table of the same name cannot stand in their place.
_CASE_HAS_ITS_REPORT: Final = """
CREATE FUNCTION case_has_its_report() RETURNS trigger LANGUAGE plpgsql AS $$
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
# Only the owner of the table may erase, and only on purpose: retention will need it, a worker never does.
_STAYS_AS_WRITTEN: Final = """
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
FUNCTIONS: Final = {"case_has_its_report": _CASE_HAS_ITS_REPORT, "stays_as_written": _STAYS_AS_WRITTEN}
_AT_THE_END: Final = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
_AS_A_WHOLE: Final = "FOR EACH STATEMENT EXECUTE FUNCTION stays_as_written()"
# By name: the table and the rest of the statement. A condition that does not hold costs no call.
TRIGGERS: Final = {
    "case_opened": (
        "cases",
        f"""CREATE CONSTRAINT TRIGGER case_opened AFTER INSERT ON cases {_AT_THE_END}
        WHEN (NEW.state <> 'removed' AND NEW.released_at IS NULL) EXECUTE FUNCTION case_has_its_report()""",
    ),
    "case_again": (
        "cases",
        f"""CREATE CONSTRAINT TRIGGER case_again AFTER UPDATE OF state, released_at, closed_at, person_route
        ON cases {_AT_THE_END}
        WHEN (NEW.state <> 'removed' AND num_nulls(NEW.released_at, NEW.closed_at, NEW.person_route) = 3
            AND (OLD.state = 'removed' OR num_nulls(OLD.released_at, OLD.closed_at, OLD.person_route) < 3))
        EXECUTE FUNCTION case_has_its_report()""",
    ),
    "report_left": (
        "reports",
        f"""CREATE CONSTRAINT TRIGGER report_left AFTER UPDATE OF case_id ON reports {_AT_THE_END}
        WHEN (OLD.case_id IS NOT NULL AND OLD.case_id IS DISTINCT FROM NEW.case_id)
        EXECUTE FUNCTION case_has_its_report()""",
    ),
    "report_gone": (
        "reports",
        f"""CREATE CONSTRAINT TRIGGER report_gone AFTER DELETE ON reports {_AT_THE_END}
        WHEN (OLD.case_id IS NOT NULL) EXECUTE FUNCTION case_has_its_report()""",
    ),
    # After the row, so that a constraint that the change breaks too is the one that speaks.
    "stays_history": (
        "case_history",
        """CREATE TRIGGER stays_history AFTER UPDATE OR DELETE ON case_history
        FOR EACH ROW EXECUTE FUNCTION stays_as_written()""",
    ),
    "stays_audit": (
        "audit",
        """CREATE TRIGGER stays_audit AFTER UPDATE OR DELETE ON audit
        FOR EACH ROW EXECUTE FUNCTION stays_as_written()""",
    ),
    "stays_processing": (
        "processing_log",
        """CREATE TRIGGER stays_processing AFTER UPDATE OR DELETE ON processing_log
        FOR EACH ROW EXECUTE FUNCTION stays_as_written()""",
    ),
    "stays_event": (
        "events",
        """CREATE TRIGGER stays_event AFTER UPDATE OR DELETE ON events
        FOR EACH ROW EXECUTE FUNCTION stays_as_written()""",
    ),
    "stays_key": (
        "inbox",
        """CREATE TRIGGER stays_key AFTER DELETE OR UPDATE OF source, event_id, content, partner_id, received_at
        ON inbox FOR EACH ROW EXECUTE FUNCTION stays_as_written()""",
    ),
    **{
        f"stays_{table}": (
            table,
            f"""CREATE TRIGGER stays_{table} AFTER UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION stays_as_written()""",
        )
        for table in ("score_models", "score_reviews", "score_activations")
    },
    # Triggers that look at rows are silent here. Also by CASCADE: PostgreSQL asks every table that would be emptied.
    **{
        name: (table, f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} {_AS_A_WHOLE}")
        for name, table in (
            ("keeps_history", "case_history"),
            ("keeps_audit", "audit"),
            ("keeps_processing", "processing_log"),
            ("keeps_events", "events"),
            ("keeps_keys", "inbox"),
            ("keeps_reports", "reports"),
            ("keeps_score_models", "score_models"),
            ("keeps_score_reviews", "score_reviews"),
            ("keeps_score_activations", "score_activations"),
        )
    },
}


def _refuse_from_the_first_table_on() -> None:
    for statement in (*FUNCTIONS.values(), *(create for _, create in TRIGGERS.values())):
        event.listen(Base.metadata, "after_create", DDL(statement.replace("%", "%%")))  # type: ignore[no-untyped-call]  # SQLAlchemy left it untyped


_refuse_from_the_first_table_on()
