"""What the triggers refuse, tried by the owner of the tables and as the worker's role would."""

from __future__ import annotations

import secrets
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest

from signals.embedded.children import await_until
from signals.store.refusals import TRIGGERS
from tests.docs.pages import ROOT, blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.outreach.desk import Desk

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("town")]
pytest_plugins = ["tests.outreach.fixtures"]

# What a trigger refuses, at the latest when the transaction ends: the trigger, the rule that it names, statements.
LONELY: Final = "case_has_its_report"
_CASE: Final = """
    INSERT INTO cases (household_id, municipality, period, period_start, state, route, arrears_count, multiple,
    consecutive, score, explanation, earliest_on, received_on, policy_id, waiting)
    SELECT household_id, municipality, '2026-12', '2026-12-01', '{}', route, arrears_count, multiple, consecutive,
    score, explanation, earliest_on, received_on, policy_id, false FROM cases WHERE state = 'open' LIMIT 1"""
_OUT: Final = "case_id = NULL, status = 'wrongful', withdrawn = NULL, withdrawn_on = NULL, picked_up = false"
_MODEL: Final = """INSERT INTO score_models (municipality, target, kind, body, digest, seed, window_from, window_to,
    examples, positives, metrics, trained_by) VALUES ('0141', 'escalation', 'scorecard', 'x', repeat('a', 64), 1,
    '2026-01-01', '2026-06-30', 2, 1, '{}', 'x');"""
_REVIEW: Final = f"""{_MODEL} INSERT INTO score_reviews (model_id, kind, report, by_name)
    SELECT id, 'evaluation', '{{}}', 'x' FROM score_models;"""
_ACTIVATION: Final = f"""{_MODEL} INSERT INTO score_activations (municipality, target, role, how, model_id, by_name)
    SELECT municipality, target, 'active', 'activate', id, 'x' FROM score_models;"""
_SCORES: Final = {"score_models": _MODEL, "score_reviews": _REVIEW, "score_activations": _ACTIVATION}
TRIGGERED: Final = {
    "case_opened": (LONELY, [_CASE.format("open")]),
    "case_again": (
        LONELY,
        [
            _CASE.format("removed") + "; UPDATE cases SET state = 'open' WHERE state = 'removed'",
            f"""UPDATE cases SET released_route = route, released_at = now(), released_how = 'release',
                released_through = 1, state = 'open';
            UPDATE reports SET {_OUT};
            UPDATE cases SET released_route = NULL, released_at = NULL, released_how = NULL, released_through = NULL""",
            f"""UPDATE cases SET person_route = 'letter', person_route_through = 1;
            UPDATE reports SET {_OUT};
            UPDATE cases SET person_route = NULL, person_route_through = NULL""",
        ],
    ),
    "report_left": (
        LONELY,
        [
            f"UPDATE reports SET {_OUT}",
            f"UPDATE reports SET {_OUT} WHERE case_id = (SELECT max(id) FROM cases)",
        ],
    ),
    "report_gone": (LONELY, ["DELETE FROM reports WHERE case_id IS NOT NULL"]),
    "stays_history": (
        "stays_history",
        [
            "UPDATE case_history SET kind = 'other'",
            "UPDATE case_history SET detail = detail WHERE id = (SELECT max(id) FROM case_history)",
            "DELETE FROM case_history WHERE id = (SELECT min(id) FROM case_history)",
        ],
    ),
    "stays_audit": ("stays_audit", ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"]),
    "stays_processing": (
        "stays_processing",
        ["UPDATE processing_log SET activity = 'none'", "DELETE FROM processing_log"],
    ),
    "stays_event": (
        "stays_event",
        [
            "UPDATE events SET amount = amount + 1 WHERE type = 'reported'",
            "UPDATE events SET signalled_on = signalled_on - 1",
            "DELETE FROM events WHERE type = 'withdrawn'",
        ],
    ),
    "stays_key": (
        "stays_key",
        [
            "UPDATE inbox SET content = 'x'",
            "UPDATE inbox SET received_at = now()",
            """INSERT INTO inbox (source, event_id, content, partner_id, received_at)
            SELECT source, 'later', content, partner_id, now() FROM inbox LIMIT 1;
            DELETE FROM inbox WHERE event_id = 'later'""",
        ],
    ),
    "keeps_history": ("keeps_history", ["TRUNCATE case_history"]),
    "keeps_audit": ("keeps_audit", ["TRUNCATE audit"]),
    "keeps_processing": ("keeps_processing", ["TRUNCATE processing_log"]),
    "keeps_events": ("keeps_events", ["TRUNCATE events, reports"]),
    "keeps_keys": ("keeps_keys", ["TRUNCATE inbox, events, reports"]),
    "keeps_reports": ("keeps_reports", ["TRUNCATE public.reports"]),
    **{
        f"stays_{table}": (f"stays_{table}", [f"{made} UPDATE {table} SET id = id", f"{made} DELETE FROM {table}"])
        for table, made in _SCORES.items()
    },
    "keeps_score_models": ("keeps_score_models", ["TRUNCATE score_models CASCADE"]),
    "keeps_score_reviews": ("keeps_score_reviews", ["TRUNCATE score_reviews"]),
    "keeps_score_activations": ("keeps_score_activations", ["TRUNCATE score_activations"]),
}
REFUSED = [(rule, statement) for rule, statements in TRIGGERED.values() for statement in statements]
# How one could try to switch a rule off, or go round it.
WAYS_OUT: Final = (
    "ALTER TABLE case_history DISABLE TRIGGER ALL",
    "ALTER TABLE cases DISABLE TRIGGER case_opened",
    "SET session_replication_role = replica",
    "DROP TRIGGER stays_history ON case_history",
    "DROP FUNCTION stays_as_written() CASCADE",
    "CREATE OR REPLACE FUNCTION case_has_its_report() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "TRUNCATE case_history",
    "TRUNCATE reports CASCADE",
)
_FAKE: Final = "CREATE TEMP TABLE reports (case_id bigint); INSERT INTO reports SELECT * FROM generate_series(1, 10000)"


@pytest.fixture
def role(desk_database: str) -> Iterator[str]:
    """A role that may what docs/operations.md gives to the application's."""
    _, _, afterwards = blocks((ROOT / "docs" / "operations.md").read_text("utf-8"), "sql")
    name = f"app_{secrets.token_hex(4)}"
    with psycopg.connect(desk_database, autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {name}")
        owner.execute(f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {name}")
        owner.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}")
        owner.execute(afterwards.replace("signals_app", name).encode())
        yield name
        owner.execute(f"DROP OWNED BY {name}")
        owner.execute(f"DROP ROLE {name}")


def attempt(database: str, role: str, *statements: str) -> None:
    """Run the statements in one transaction as `role` and commit it."""
    with closing(psycopg.connect(database, options=f"-c role={role}")) as connection:
        for statement in statements:
            connection.execute(statement.encode())
        connection.commit()


@pytest.mark.parametrize(("rule", "statement"), REFUSED)
def test_refused_to_the_owner_too(town: Desk, desk_database: str, rule: str, statement: str) -> None:
    before = everything(town)
    with pytest.raises(psycopg.IntegrityError) as refused:
        attempt(desk_database, "none", statement)
    assert refused.value.diag.constraint_name == rule
    assert everything(town) == before


@pytest.mark.parametrize(("rule", "statement"), REFUSED)
def test_refused_to_the_application(town: Desk, desk_database: str, role: str, rule: str, statement: str) -> None:
    stands = everything(town)
    for before in ("SELECT 1", "SET signals.erasing = 'on'", _FAKE):
        with pytest.raises((psycopg.IntegrityError, psycopg.errors.InsufficientPrivilege)) as refused:
            attempt(desk_database, role, before, statement.replace(" reports ", " public.reports "))
        assert refused.value.diag.constraint_name in {rule, None}  # None: it lacks the right, before any rule
        assert everything(town) == stands


def test_the_application_cannot_switch_it_off(desk_database: str, role: str) -> None:
    for statement in WAYS_OUT:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            attempt(desk_database, role, statement)


def everything(town: Desk) -> list[list[tuple[Any, ...]]]:
    tables = ("cases", "reports", "case_history", "audit", "events", "inbox", "processing_log")
    return [town.system.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]


def test_every_trigger_is_tried() -> None:
    assert TRIGGERED.keys() == TRIGGERS.keys()


# What has to stay possible: each list is one transaction.
ALLOWED: Final = {
    "a case may be written before its report": [
        _CASE.format("open"),
        """UPDATE reports SET period = '2026-12', case_id = (SELECT id FROM cases WHERE period = '2026-12')
        WHERE event_id = (SELECT max(event_id) FROM reports JOIN cases ON cases.household_id = reports.household_id
            WHERE cases.period = '2026-12' AND reports.case_id IS NOT NULL)""",
        """UPDATE cases SET state = 'removed', waiting = false, waiting_since = NULL WHERE NOT EXISTS (
            SELECT FROM reports WHERE case_id = cases.id)""",
    ],
    "a case without a report is removed": [
        f"UPDATE reports SET {_OUT}",
        "UPDATE cases SET state = 'removed', waiting = false, waiting_since = NULL",
    ],
    "a case that a person released stays": [
        "UPDATE cases SET released_route = route, released_at = now(), released_how = 'release', released_through = 1",
        f"UPDATE reports SET {_OUT}",
    ],
    "a case that a person closed stays": [
        "UPDATE cases SET closed_at = now(), closed_by = 'x', closed_outcome = 'wrongful', closed_through = 1",
        f"UPDATE reports SET {_OUT}",
    ],
    "a case that keeps one report stays": [f"UPDATE reports SET {_OUT} WHERE status = 'other-reason'"],
    "a duplicate is counted": ["UPDATE inbox SET duplicates = duplicates + 1, reused = reused + 1"],
    "lines are added": [
        "INSERT INTO case_history (case_id, actor, kind, detail) SELECT id, 'x', 'released', '{}' FROM cases",
        "INSERT INTO audit (actor, action, subject) VALUES ('x', 'release', '1')",
    ],
}


@pytest.mark.parametrize("what", ALLOWED)
def test_allowed_to_the_application(desk_database: str, role: str, what: str) -> None:
    attempt(desk_database, role, *ALLOWED[what])


def test_the_owner_may_erase_on_purpose(town: Desk, desk_database: str) -> None:
    attempt(desk_database, "none", "SET LOCAL signals.erasing = 'on'", "DELETE FROM case_history")
    assert town.system.rows("SELECT * FROM case_history") == []
    with pytest.raises(psycopg.IntegrityError):  # it is over with the transaction, and says so of anything but "on"
        attempt(desk_database, "none", "SET LOCAL signals.erasing = 'yes'", "DELETE FROM audit")


@pytest.mark.parametrize("table", ["cases", "inbox", "events", "arrears", "households", "partners", "policy_versions"])
def test_nothing_is_emptied_by_way_of_another_table(town: Desk, desk_database: str, table: str) -> None:
    before = everything(town)
    with pytest.raises(psycopg.IntegrityError, match="is not emptied"):
        attempt(desk_database, "none", f"TRUNCATE {table} CASCADE")
    assert everything(town) == before


def test_the_owner_may_empty_whole_tables_on_purpose(town: Desk, desk_database: str) -> None:
    attempt(desk_database, "none", "SET LOCAL signals.erasing = 'on'", "TRUNCATE cases CASCADE")
    assert town.system.rows("SELECT * FROM cases") == []


def test_two_workers_cannot_make_two_cases_of_one_household_and_period(desk_database: str, role: str) -> None:
    with closing(psycopg.connect(desk_database, options=f"-c role={role}")) as first:
        first.execute(_CASE.format("removed").encode())
        outcome: list[object] = []

        def second() -> None:
            try:
                attempt(desk_database, role, _CASE.format("removed"))
            except psycopg.IntegrityError as refused:
                outcome.append(refused.diag.constraint_name)

        thread = threading.Thread(target=second)
        thread.start()
        _await(lambda: _waiting_for_a_lock(desk_database))
        assert not outcome  # it waits for the first to decide
        first.commit()
        thread.join(20)
    assert outcome == ["uq_cases_household_id_period"]


def _waiting_for_a_lock(database: str) -> bool:
    with psycopg.connect(database) as connection:
        asked = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchone()
    return asked is not None and asked[0] == 1


def _await(condition: Callable[[], bool]) -> None:
    assert await_until(condition, 20.0)
