"""What the constraints refuse, statement by statement, and by which named rule."""

from __future__ import annotations

import re
from ast import literal_eval
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import CheckConstraint, UniqueConstraint

from signals.contract import codes
from signals.contract.partners import SECTORS
from signals.outreach import feedback
from signals.outreach.work import dismissals, referrals
from signals.store import base
from signals.store.database import transaction
from signals.store.models import Base

from .forbidden_work import FORBIDDEN_WORK

if TYPE_CHECKING:
    from collections.abc import Collection

    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

WAITING = "status = 'not-yet-picked-up'"
# Each statement is forbidden by the constraint it stands under.
FORBIDDEN = {
    "pk_inbox": ["INSERT INTO inbox SELECT * FROM inbox LIMIT 1"],
    "fk_inbox_partner_id": ["UPDATE inbox SET partner_id = 'stranger'"],
    "fk_events_source_event_id": [
        "UPDATE events SET event_id = 'no inbox key' WHERE type = 'changed'",
        "DELETE FROM inbox",
    ],
    "fk_events_arrears_id": ["UPDATE events SET arrears_id = 0 WHERE type = 'changed'"],
    "uq_events_source_event_id": [
        """INSERT INTO events (arrears_id, type, signalled_on, time_us, event_id, source, amount, crisis_given,
           received_at)
           SELECT arrears_id, type, signalled_on, time_us, event_id, source, amount, crisis_given, received_at
           FROM events WHERE type = 'reported' LIMIT 1"""
    ],
    "ck_events_type": ["UPDATE events SET type = 'told', reason = NULL, amount = 1 WHERE type = 'reported'"],
    "ck_events_amount": [
        "UPDATE events SET amount = 0 WHERE type = 'reported'",
        "UPDATE events SET amount = 100000001 WHERE type = 'changed'",
    ],
    "ck_events_crisis": ["UPDATE events SET crisis = 'storm' WHERE type = 'reported'"],
    "ck_events_reason": [
        "UPDATE events SET reason = NULL WHERE type = 'withdrawn'",
        "UPDATE events SET reason = 'forgotten' WHERE type = 'withdrawn'",
        "UPDATE events SET reason = 'paid' WHERE type = 'reported'",
    ],
    "ck_events_report_amount": ["UPDATE events SET amount = NULL WHERE type = 'reported'"],
    "ck_events_change": ["UPDATE events SET amount = NULL, crisis_given = false WHERE type = 'changed'"],
    "ck_reports_exactly_one_place": [
        f"UPDATE reports SET case_id = NULL WHERE {WAITING}",  # in no place
        f"UPDATE reports SET status = 'repeat' WHERE {WAITING}",  # in two places
        "UPDATE reports SET case_id = (SELECT min(id) FROM cases) WHERE status = 'wrongful'",
        "UPDATE reports SET withdrawn = NULL WHERE status = 'other-reason'",
    ],
    "ck_reports_picked_up": [
        f"UPDATE reports SET picked_up = true WHERE {WAITING}",
        f"UPDATE reports SET status = 'picked-up' WHERE {WAITING}",
    ],
    "ck_reports_status": ["UPDATE reports SET status = 'lost', case_id = NULL, withdrawn = NULL"],
    "ck_reports_withdrawn": ["UPDATE reports SET withdrawn = 'gone' WHERE status = 'other-reason'"],
    "ck_reports_withdrawn_on": [f"UPDATE reports SET withdrawn_on = '2026-11-02' WHERE {WAITING}"],
    "ck_reports_withdrawn_is_told": [
        f"UPDATE reports SET withdrawn = 'paid', withdrawn_on = '2026-11-02' WHERE {WAITING}"
    ],
    "ck_reports_verdict": ["UPDATE reports SET verdict = 'repeat'"],
    "fk_reports_case_id_household_id_period": [
        f"UPDATE reports SET case_id = 0 WHERE {WAITING}",
        f"UPDATE reports SET case_id = (SELECT id FROM cases WHERE cases.id <> case_id) WHERE {WAITING}",
        f"UPDATE reports SET period = '2026-12' WHERE {WAITING}",
    ],
    "fk_reports_arrears_id_event_id": [
        "UPDATE reports SET arrears_id = (SELECT min(id) FROM arrears)",
        "DELETE FROM events WHERE type = 'reported'",
    ],
    "fk_reports_policy_id": ["UPDATE reports SET policy_id = 0"],
    "fk_reports_household_id_municipality": ["UPDATE reports SET household_id = 0 WHERE status = 'wrongful'"],
    "fk_reports_arrears_id_municipality": ["UPDATE reports SET municipality = '0164'"],
    "uq_cases_household_id_period": ["UPDATE cases SET household_id = (SELECT min(household_id) FROM cases)"],
    "ck_cases_state": ["UPDATE cases SET state = 'lost', waiting = false, waiting_since = NULL"],
    "ck_cases_route": ["UPDATE cases SET route = 'telephone'"],
    "ck_cases_score": ["UPDATE cases SET score = 101", "UPDATE cases SET score = -1"],
    "ck_cases_arrears_count": ["UPDATE cases SET arrears_count = -1"],
    "ck_cases_crisis": ["UPDATE cases SET crisis = 'storm'"],
    "ck_cases_waiting": [
        "UPDATE cases SET state = 'closed', arrears_count = 0, outcome = 'already-paid' WHERE waiting",
        "UPDATE cases SET arrears_count = 0 WHERE waiting",
    ],
    "ck_cases_closed": [
        "UPDATE cases SET state = 'closed', outcome = 'already-paid' WHERE NOT waiting",
    ],
    "ck_cases_closed_with_outcome": [
        "UPDATE cases SET state = 'closed', arrears_count = 0 WHERE NOT waiting",
        "UPDATE cases SET outcome = 'already-paid' WHERE state = 'open'",
    ],
    "ck_cases_outcome": [
        "UPDATE cases SET state = 'closed', arrears_count = 0, outcome = 'lost' WHERE NOT waiting",
    ],
    "fk_cases_household_id_municipality": ["UPDATE cases SET municipality = '0164'"],
    "fk_households_address_id_municipality": [
        "UPDATE addresses SET municipality = '0164', number = id",
        "INSERT INTO households (address_id, municipality) VALUES (0, '0141')",
    ],
    "ck_cases_waiting_since": [
        "UPDATE cases SET waiting_since = NULL WHERE waiting",
        "UPDATE cases SET waiting_since = now() WHERE NOT waiting",
    ],
    "ck_cases_released": [
        "UPDATE cases SET released_at = now()",
        "UPDATE cases SET released_route = 'letter'",
    ],
    "ck_cases_released_route": [
        """UPDATE cases SET released_route = 'telephone', released_at = now(), released_through = 1,
           released_how = 'release'"""
    ],
    "ck_cases_released_how": [
        "UPDATE cases SET released_route = 'letter', released_at = now(), released_through = 1, released_how = 'mail'"
    ],
    "ck_cases_removed": [
        """UPDATE cases SET state = 'removed', waiting = false, waiting_since = NULL, released_route = 'letter',
           released_at = now(), released_through = 1, released_how = 'release'"""
    ],
    "ck_arrears_sector": ["UPDATE arrears SET sector = 'food'"],
    "ck_arrears_amounts": ["UPDATE arrears SET last_amount = 0", "UPDATE arrears SET rise = -1"],
    "ck_arrears_last_crisis": ["UPDATE arrears SET last_crisis = 'storm'"],
    "ck_arrears_deceased": ["UPDATE arrears SET deceased_on = '2026-11-02'"],
    "uq_arrears_municipality_partner_id_reference": [
        """INSERT INTO arrears (municipality, partner_id, reference, sector)
           SELECT municipality, partner_id, reference, sector FROM arrears LIMIT 1"""
    ],
    "fk_arrears_partner_id": ["UPDATE arrears SET partner_id = 'stranger'"],
    "ck_addresses_postcode": ["UPDATE addresses SET postcode = '7607 GC'", "UPDATE addresses SET postcode = '0607GC'"],
    "ck_addresses_number": ["UPDATE addresses SET number = 0", "UPDATE addresses SET number = 100000"],
    "ck_addresses_suffix": ["UPDATE addresses SET suffix = 'a'", "UPDATE addresses SET suffix = 'É'"],
    "uq_addresses_municipality_postcode_number_suffix": ["UPDATE addresses SET number = 1, suffix = ''"],
    "uq_households_address_id": [
        "INSERT INTO households (address_id, municipality) SELECT address_id, municipality FROM households LIMIT 1"
    ],
    "uq_persons_household_id_identity": [
        "INSERT INTO persons (household_id, identity) SELECT household_id, identity FROM persons LIMIT 1"
    ],
    "ck_persons_bsn": ["UPDATE persons SET bsn = '12345678'"],
    "ck_partners_id": ["INSERT INTO partners (id, sector, sources) VALUES ('Welbions', 'housing', '{}')"],
    "ck_partners_sector": ["UPDATE partners SET sector = 'food'"],
    "uq_policy_versions_municipality_valid_from": [
        """INSERT INTO policy_versions (municipality, name, valid_from, body)
           SELECT municipality, name, valid_from, body FROM policy_versions LIMIT 1"""
    ],
    "uq_quarantine_log_id_topic_partition_offset": [
        """INSERT INTO quarantine (log_id, topic, "partition", "offset", code, message, received_at)
           SELECT log_id, topic, "partition", "offset", code, message, received_at FROM quarantine LIMIT 1"""
    ],
    "ck_quarantine_code": ["UPDATE quarantine SET code = 'not-nice'"],
    "ck_quarantine_resolution": ["UPDATE quarantine SET resolution = 'forgotten', resolved_at = now()"],
    "ck_quarantine_resolved": [
        "UPDATE quarantine SET resolution = 'stored'",
        "UPDATE quarantine SET resolved_at = now()",
    ],
    "ck_paused_topics_resumed": [
        "INSERT INTO paused_topics (topic, reason, resumed_at) VALUES ('arrears.housing.welbions', '', now())",
        """INSERT INTO paused_topics (topic, reason, resumed_at, resumed_by)
           VALUES ('arrears.housing.welbions', '', now(), 'x')""",
    ],
    "ck_listings_kind": [
        """INSERT INTO listings (kind, municipality, surname, initials, suffix)
           VALUES ('birthday', '0141', '', '', '')"""
    ],
    "pk_progress": ["INSERT INTO progress SELECT * FROM progress LIMIT 1"],
    **FORBIDDEN_WORK,
}
# Unique by their id alone: they are there for the foreign keys that name them, each of which is tried above.
REFERENCED = {
    "uq_addresses_id_municipality",
    "uq_households_id_municipality",
    "uq_arrears_id_municipality",
    "uq_events_arrears_id_id",
    "uq_cases_id_household_id_period",
    "uq_score_models_id_municipality_target",
}
STATEMENTS = [(name, statement) for name, statements in FORBIDDEN.items() for statement in statements]


@pytest.mark.parametrize(("name", "statement"), STATEMENTS, ids=[re.sub(r"\s+", " ", s)[:90] for _, s in STATEMENTS])
def test_refused(lasting_town: Desk, name: str, statement: str) -> None:
    with pytest.raises(psycopg.IntegrityError) as refused, transaction(lasting_town.system.engine) as cursor:
        cursor.execute(statement.encode())
    assert refused.value.diag.constraint_name == name


def test_every_check_and_every_uniqueness_is_tried() -> None:
    named = {
        str(constraint.name)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint | UniqueConstraint)
    }
    assert named - set(FORBIDDEN) == REFERENCED


@pytest.mark.parametrize(
    ("listed", "known"),
    [
        (base.SECTORS, SECTORS),
        (base.CRISES, codes.CRISES),
        (base.REASONS, codes.WITHDRAWAL_REASONS),
        (base.STATUSES, codes.STATUSES),
        (base.OUTCOMES, codes.OUTCOMES),
        (base.QUARANTINE_CODES, codes.QUARANTINE_CODES),
        (base.CONTACT_KINDS, codes.CONTACT_KINDS),
        (base.PARTS_OF_DAY, codes.PARTS_OF_DAY),
        (base.NOT_PICKED_UP, dismissals.NOT_PICKED_UP),
        (base.REFERRAL_RESULTS, referrals.RESULTS),
        (base.CLOSING_RESULTS, {feedback.result_of(outcome) for outcome in codes.OUTCOMES} - {None}),
    ],
)
def test_the_code_lists_of_the_database_are_those_of_the_contract(listed: str, known: Collection[str]) -> None:
    assert set(literal_eval(listed)) == set(known)
