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


def _place(**cells: object) -> str:
    columns = {"postcode": "7607GC", "number": 12, "suffix": "", "x": 241_900, "y": 486_200} | cells
    return f"INSERT INTO address_places ({', '.join(columns)}) VALUES ({', '.join(map(repr, columns.values()))})"


def _street(column: str, value: str) -> str:
    cells = {"street": "'x'", "city": "'x'"} | {column: value}
    return (
        f"INSERT INTO streets_by_hand (address_id, by_id, by_name, {', '.join(cells)}) "
        f"SELECT id, 'x', 'X', {', '.join(cells.values())} FROM addresses LIMIT 1"
    )


def _letter_run(columns: str, values: str) -> str:
    return (
        f"INSERT INTO letter_runs (municipality, on_day, sender, texts_version, by_id, by_name, {columns}) "
        f"VALUES ('0141', '2026-11-20', '{{}}', 'x', 'x', 'X', {values})"
    )


def _letter(columns: str, values: str, kind: str = "first", count: int = 1) -> str:
    """A letter of a run that is made with it, or several at one household."""
    return (
        f"WITH run AS ({_letter_run('written_at', 'now()')} RETURNING id) "
        f"INSERT INTO letters (run_id, household_id, case_id, person_id, partners, kind, on_day, contents, {columns}) "
        f"SELECT run.id, household_id, one.id, (SELECT min(id) FROM persons), '{{}}', '{kind}', date '2026-11-20' + "
        f"n::int, '{{}}', {values} FROM run, (SELECT * FROM cases LIMIT 1) AS one, generate_series(1, {count}) AS n"
    )


def _model(times: int = 1, **cells: str) -> str:
    usual = {
        "municipality": "'0141'",
        "target": "'escalation'",
        "kind": "'scorecard'",
        "body": "'x'",
        "digest": "repeat('a', 64)",
        "seed": "1",
        "window_from": "date '2026-01-01'",
        "window_to": "date '2026-06-30'",
        "examples": "2",
        "positives": "1",
        "metrics": "'{}'",
        "trained_by": "'x'",
    }
    columns = usual | cells
    return (
        f"INSERT INTO score_models ({', '.join(columns)}) SELECT {', '.join(columns.values())} "
        f"FROM generate_series(1, {times})"
    )


def _review(kind: str) -> str:
    """Of a model that is made with it."""
    return (
        f"WITH model AS ({_model()} RETURNING id) "
        f"INSERT INTO score_reviews (model_id, kind, report, by_name) SELECT id, {kind}, '{{}}', 'x' FROM model"
    )


def _activation(**cells: str) -> str:
    """Of no model, for what is refused is refused of any."""
    usual = {"target": "'escalation'", "role": "'active'", "how": "'end'", "model_id": "NULL"} | cells
    return (
        f"INSERT INTO score_activations (municipality, by_name, {', '.join(usual)}) "
        f"VALUES ('0141', 'x', {', '.join(usual.values())})"
    )


def _list(**cells: str) -> str:
    usual = {
        "municipality": "'0141'",
        "on_day": "now()",
        "part": "'morning'",
        "state": "'proposed'",
        "pair": "'{X}'",
        "pair_ids": "'{x}'",
        "start_x": "1",
        "start_y": "1",
        "minutes": "60",
        "minutes_per_visit": "20",
        "area": "'{}'",
        "urgent_within": "7",
        "begins": "time '09:00'",
        "by_id": "'x'",
        "by_name": "'X'",
    }
    columns = usual | cells
    return f"INSERT INTO visit_lists ({', '.join(columns)}) SELECT {', '.join(columns.values())}"


def _stop(times: int = 1, **cells: str) -> str:
    """On the one list that there is, of the first case."""
    usual = {
        "list_id": "lists.id",
        "household_id": "household_id",
        "case_id": "cases.id",
        "place": "n",
        "kind": "'home-visit'",
        "state": "'planned'",
        "points": "1",
    }
    columns = usual | cells
    return f"""INSERT INTO visit_stops ({", ".join(columns)}) SELECT {", ".join(columns.values())}
        FROM visit_lists AS lists, (SELECT * FROM cases ORDER BY id LIMIT 1) AS cases,
            generate_series(1, {times}) AS n"""


def _result(times: int = 1, **cells: str) -> str:
    """Of a stop on that list."""
    usual = {"key": "n::text", "stop_id": "stop.id", "result": "'spoken'", "by_id": "'x'", "by_name": "'X'"}
    columns = usual | {"attempt_id": "tried.id", "answer": "'{}'"} | cells
    return f"""{_attempt("kind", "'call'")};
        INSERT INTO visit_results ({", ".join(columns)}) SELECT {", ".join(columns.values())}
        FROM visit_stops AS stop, contact_attempts AS tried, generate_series(1, {times}) AS n"""


def _on_list(statement: str) -> str:
    """With a list there is."""
    return f"{_list()}; {statement}"


def _at_stop(statement: str) -> str:
    """With a stop on a list."""
    return f"{_list()}; {_stop()}; {statement}"


def _setting(**cells: str) -> str:
    """How a pair usually goes."""
    columns = {
        "municipality": "'0141'",
        "name": "'Dinsdagavond'",
        "weekday": "2",
        "part": "'evening'",
        "begins": "time '18:00'",
        "start": "'7607GC 12'",
        "pair": "'{X}'",
        "pair_ids": "'{x}'",
        "minutes": "180",
        "minutes_per_visit": "20",
        "maximum": "NULL",
        "area": "'{}'",
        "by_id": "'x'",
        "by_name": "'X'",
    } | cells
    return f"INSERT INTO visit_plans ({', '.join(columns)}) VALUES ({', '.join(columns.values())})"


FORBIDDEN_WORK: Final = {
    "ck_visit_lists_part": [_list(part="'night'", begins="time '18:00'")],
    "ck_visit_lists_begins": [_list(begins="time '12:00'"), _list(part="'evening'")],
    "ck_visit_lists_state": [_list(state="'lost'")],
    "ck_visit_lists_pair": [_list(pair="'{}'"), _list(pair="'{a,b,c}'")],
    "ck_visit_lists_lengths": [_list(minutes="0"), _list(minutes_per_visit="0"), _list(maximum="0")],
    "ck_visit_lists_released": [_list(released_by="'x'")],
    "ck_visit_lists_released_by_somebody": [_list(state="'released'")],
    "ck_visit_lists_ended": [_list(ended_at="now()"), _list(state="'done'")],
    "ck_visit_stops_kind": [_on_list(_stop(kind="'letter'"))],
    "ck_visit_stops_state": [_on_list(_stop(state="'lost'"))],
    "ck_visit_stops_code": [_on_list(_stop(code="'held'")), _on_list(_stop(state="'left-out'"))],
    "ck_visit_stops_first": [_on_list(_stop(first="'points'"))],
    "ck_visit_stops_how": [_on_list(_stop(x="1", y="1", how="'guess'"))],
    "ck_visit_stops_place_is_whole": [_on_list(_stop(x="1")), _on_list(_stop(how="'address'"))],
    "ck_visit_stops_frozen": [_on_list(_stop(state="'visited'"))],
    "uq_visit_stops_list_id_household_id": [_on_list(_stop(2, state="'dropped'"))],
    "ck_visit_results_result": [_at_stop(_result(result="'vanished'"))],
    "ck_visit_results_key": [_at_stop(_result(key="''")), _at_stop(_result(key="repeat('x', 101)"))],
    "ck_visit_results_note_of_no_attempt": [_at_stop(_result(note="'x'"))],
    "uq_visit_results_stop_id": [_at_stop(_result(2))],
    "ck_unsafe_homes_lifted": [
        """INSERT INTO unsafe_homes (household_id, by_id, by_name, lifted_by)
        SELECT id, 'x', 'X', 'x' FROM households LIMIT 1"""
    ],
    "uq_visit_plans_municipality_name": [f"{_setting()}, {_setting().partition('VALUES ')[2]}"],
    "ck_visit_plans_name": [_setting(name="''"), _setting(name="repeat('x', 81)")],
    "ck_visit_plans_weekday": [_setting(weekday="0"), _setting(weekday="8")],
    "ck_visit_plans_part": [_setting(part="'night'")],
    "ck_visit_plans_pair": [_setting(pair="'{}'"), _setting(pair="'{a,b,c}'"), _setting(pair_ids="'{}'")],
    "ck_visit_plans_lengths": [_setting(minutes="0"), _setting(minutes_per_visit="0"), _setting(maximum="0")],
    "ck_cases_letter_fault": ["UPDATE cases SET letter_fault = 'ugly'"],
    "ck_streets_by_hand_length": [_street("street", "''"), _street("city", "repeat('x', 101)")],
    "ck_letter_runs_posted": [_letter_run("written_at, posted_at", "now(), now()")],
    "ck_letter_runs_posted_was_written": [_letter_run("posted_at, posted_on, posted_by", "now(), '2026-11-20', 'X'")],
    "ck_letter_runs_posted_on": [
        _letter_run("written_at, posted_at, posted_on, posted_by", "now(), now(), '2026-11-19', 'X'")
    ],
    "ck_letters_kind": [_letter("state", "'released'", kind="card")],
    "ck_letters_announces": [
        _letter("state", "'released'", kind="announced-visit"),
        _letter("state, stop_id", "'released', 1"),
    ],
    "ck_letters_state": [_letter("state", "'lost'")],
    "ck_letters_code": [_letter("state", "'taken-out'"), _letter("state, code", "'released', 'closed'")],
    "ck_letters_attempt": [_letter("state", "'posted'")],
    "ck_letters_written": [_letter("state, pages", "'released', 1")],
    "ck_letters_returned_reason": [
        _letter("state, returned_at, returned_reason, returned_by", "'released', now(), 'lost', 'X'")
    ],
    "ck_letters_returned": [_letter("state, returned_reason", "'released', 'moved'")],
    "ck_letters_returned_was_posted": [
        _letter("state, returned_at, returned_reason, returned_by", "'released', now(), 'moved', 'X'")
    ],
    "uq_letters_released": [_letter("state", "'released'", count=2)],
    "uq_letters_day": [_letter("state", "'released'", count=2).replace("n::int", "0")],
    "ck_score_models_target": [_model(target="'fraud'")],
    "ck_score_models_kind": [_model(kind="'pickle'")],
    "ck_score_models_digest": [_model(digest="'abc'")],
    "ck_score_models_positives": [_model(positives="3"), _model(positives="-1")],
    "ck_score_models_window": [_model(window_to="date '2025-12-31'")],
    "uq_score_models_municipality_target_digest": [_model(times=2)],
    "ck_score_reviews_kind": [_review("'praise'")],
    "fk_score_reviews_model_id": [
        "INSERT INTO score_reviews (model_id, kind, report, by_name) VALUES (0, 'evaluation', '{}', 'x')"
    ],
    "ck_score_activations_target": [_activation(target="'fraud'")],
    "ck_score_activations_role": [_activation(role="'boss'")],
    "ck_score_activations_how": [_activation(how="'guess'")],
    "ck_score_activations_end": [_activation(model_id="1")],
    "fk_score_activations_model_id_municipality_target": [_activation(how="'activate'", model_id="0")],
    "fk_cases_scored_by": ["UPDATE cases SET scored_by = 0"],
    "fk_cases_shadow_by": ["UPDATE cases SET shadow_by = 0, shadow_score = 1"],
    "ck_cases_shadow": [
        "UPDATE cases SET shadow_score = 1",
        f"WITH model AS ({_model()} RETURNING id) UPDATE cases SET shadow_by = model.id FROM model",
        f"WITH model AS ({_model()} RETURNING id) UPDATE cases SET shadow_by = model.id, shadow_score = 101 FROM model",
    ],
    "ck_address_places_postcode": [_place(postcode="7607 GC")],
    "ck_address_places_number": [_place(number=0), _place(number=100_000)],
    "ck_address_places_suffix": [_place(suffix="a")],
    "ck_address_places_bag_id": [_place(bag_id="141200000000001")],
    "ck_address_places_in_the_netherlands": [_place(x=486_200, y=241_900), _place(x=6.66, y=52.36)],
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
