"""Statements that the constraints of the workbench's tables and columns refuse, for `test_refusals`."""

from __future__ import annotations

from typing import Final


def _attempt(columns: str, values: str) -> str:
    return (
        f"INSERT INTO contact_attempts (household_id, case_id, on_day, reached, by_id, by_name, {columns}) "
        f"SELECT household_id, id, '2026-11-20', false, 'x', 'X', {values} FROM cases LIMIT 1"
    )


def _step(values: str) -> str:
    return f"INSERT INTO next_steps (household_id, on_day, kind, part, why) SELECT id, now(), {values} FROM households"


def _note(columns: str, values: str) -> str:
    return (
        f"INSERT INTO notes (household_id, case_id, by_id, by_name, {columns}) "
        f"SELECT household_id, id, 'x', 'X', {values} FROM cases LIMIT 1"
    )


def _referral(columns: str, values: str) -> str:
    return (
        f"INSERT INTO referrals (household_id, case_id, target, target_name, by_id, by_name, {columns}) "
        f"SELECT household_id, id, 'nsr', 'NSR', 'x', 'X', {values} FROM cases LIMIT 1"
    )


def _session(values: str) -> str:
    return f"INSERT INTO sessions SELECT {values}"


def _link(verdict: str, partners: str, reason: str) -> str:
    return (
        "INSERT INTO person_links (person_id, verdict, partners, reason, by_id, by_name) "
        f"SELECT id, '{verdict}', '{partners}', {reason}, 'x', 'X' FROM persons LIMIT 1"
    )


def _pair(verdict: str, other: str, reason: str) -> str:
    return (
        "INSERT INTO person_pairs (household_id, person_id, other_id, verdict, reason, by_id, by_name) "
        f"SELECT household_id, id, {other}, '{verdict}', {reason}, 'x', 'X' FROM persons LIMIT 1"
    )


FORBIDDEN_WORK: Final = {
    "ck_person_pairs_verdict": [_pair("perhaps", "id + 1", "'x'")],
    "ck_person_pairs_two": [_pair("same", "id", "NULL")],
    "ck_person_pairs_reason": [_pair("different", "id + 1", "NULL")],
    "ck_reports_died": ["UPDATE reports SET deceased_on = now() WHERE NOT picked_up"],
    "ck_person_links_verdict": [_link("perhaps", "{a,b}", "'x'")],
    "ck_person_links_several": [_link("same", "{a}", "NULL")],
    "ck_person_links_reason": [_link("different", "{a,b}", "NULL")],
    "ck_cases_person_route": ["UPDATE cases SET person_route = 'none', person_route_through = 1"],
    "ck_cases_person_route_through": ["UPDATE cases SET person_route = 'letter'"],
    "ck_cases_closed_outcome": [
        "UPDATE cases SET closed_at = now(), closed_by = 'x', closed_outcome = 'lost', closed_through = 1"
    ],
    "ck_cases_closed_by": ["UPDATE cases SET closed_at = now()"],
    "ck_cases_closed_through": [
        "UPDATE cases SET closed_at = now(), closed_by = 'x', closed_outcome = 'no-contact'",
        "UPDATE cases SET closed_outcome = 'no-contact', closed_through = 1",
    ],
    "ck_reports_person_verdict": ["UPDATE reports SET person_verdict = 'picked-up', person_verdict_through = 1"],
    "ck_reports_person_verdict_through": ["UPDATE reports SET person_verdict = 'repeat'"],
    "ck_reports_given_result": [
        """UPDATE reports SET given_result = 'picked-up', picked_up = true, status = 'picked-up'
        WHERE status = 'not-yet-picked-up'"""
    ],
    "ck_reports_given_result_of_work": ["UPDATE reports SET given_result = 'repeat' WHERE NOT picked_up"],
    "ck_reports_pause_until": [
        "UPDATE reports SET pause_until = now()",
        """UPDATE reports SET given_result = 'accepted-help', picked_up = true, status = 'picked-up'
        WHERE status = 'not-yet-picked-up'""",
    ],
    "ck_contact_attempts_kind": [_attempt("kind", "'smoke'")],
    "ck_contact_attempts_part": [_attempt("kind, part", "'call', 'night'")],
    "ck_contact_attempts_visit_has_a_part": [_attempt("kind", "'home-visit'")],
    "ck_contact_attempts_undone": [_attempt("kind, undone_at", "'call', now()")],
    "ck_next_steps_kind": [_step("'smoke', NULL, 'promised'")],
    "ck_next_steps_part": [_step("'call', 'night', 'promised'")],
    "ck_next_steps_why": [_step("'call', NULL, 'because'")],
    "ck_notes_text": [_note("text", "''"), _note("text", "repeat('x', 4001)")],
    "ck_notes_undone": [_note("text, undone_by", "'x', 'x'")],
    "ck_referrals_result": [_referral("result, result_at, result_by", "'fine', now(), 'x'")],
    "ck_referrals_result_is_whole": [_referral("result", "'started'")],
    "ck_sessions_hashed": [_session("'short', 'x', 'X', '{auditor}', '{}', '{}', now(), now()")],
    "ck_sessions_role": [_session("sha256('x'), 'x', 'X', '{}', '{}', '{}', now(), now()")],
    "ck_sessions_clock": [_session("sha256('x'), 'x', 'X', '{auditor}', '{}', '{}', now(), now() - interval '1 s'")],
    "pk_claims": [
        """INSERT INTO claims (household_id, user_id, user_name)
        SELECT households.id, 'x', 'X' FROM households, generate_series(1, 2)"""
    ],
}
