"""All that is known of one case: what, why, by when, and what happened to it. For `signals case` and the workbench.

Reading only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from signals.outreach.case_score import case_scores
from signals.outreach.clocks import deadlines
from signals.outreach.queues import case_document, case_lines, euros, listed_cases, policy_book

if TYPE_CHECKING:
    from signals.outreach.case_score import CaseScore
    from signals.outreach.queues import ListedCase
    from signals.store.database import Cursor


def case_page(cursor: Cursor, number: int) -> dict[str, Any] | None:
    """The case as one document, or None when there is no such case."""
    found = listed_cases(cursor, cases=[number])
    if not found:
        return None
    case = found[0]
    lines = case_lines(cursor, found)[case.id]
    told = case_scores(cursor, case.household_id, [case.id], policy_book(cursor)).get(case.id)
    is_open = case.state == "open"
    return {
        **case_document(case, lines),
        "worked_as": case.worked_route,
        "flags": [flag for flag in ("multiple", "consecutive", "held", "waiting") if getattr(case, flag)],
        "score_by": _score_by(told),
        "explanation": case.explanation,
        "would_change": [msgspec.to_builtins(one) for one in told.would_change] if told and is_open else [],
        "outcome": case.outcome,
        "released": _released(case),
        "policy": _policy(cursor, case),
        "deadlines": _deadlines(cursor, case),
        "signals": _signals(cursor, case.id),
        "history": _history(cursor, case.id),
    }


def _score_by(told: CaseScore | None) -> str | dict[str, Any]:
    """What gave the score: the decision framework, or a model with how much of the score is its."""
    if told is None or told.model is None:
        return "framework"
    model = told.model
    return {"model": model.number, "percent": model.percent, "chance_of_100": model.chance}


def _released(case: ListedCase) -> dict[str, Any] | None:
    if case.released_at is None:
        return None
    return {"route": case.released_route, "at": case.released_at.isoformat(timespec="seconds")}


def _policy(cursor: Cursor, case: ListedCase) -> dict[str, Any]:
    policy = policy_book(cursor).by_id[case.policy_id]
    return {"version": policy.id, "name": policy.name, "valid_from": policy.valid_from.isoformat()}


def _deadlines(cursor: Cursor, case: ListedCase) -> list[dict[str, str]]:
    clocks = policy_book(cursor).by_id[case.policy_id].clocks
    return [
        {"name": d.name, "due": d.due.isoformat(), "nl": d.nl, "en": d.en}
        for d in deadlines(case.received_on, clocks, crisis=case.crisis)
    ]


def _signals(cursor: Cursor, number: int) -> list[dict[str, Any]]:
    """Every event of the arrears in this case, in the order of borders.md section 4."""
    cursor.execute(
        """SELECT partner_id, reference, events.type, signalled_on, events.amount, events.crisis, crisis_given, reason,
            reports.status, reports.withdrawn, reports.case_id = %s
        FROM events JOIN arrears ON arrears.id = events.arrears_id LEFT JOIN reports ON reports.event_id = events.id
        WHERE events.arrears_id IN (SELECT arrears_id FROM reports WHERE case_id = %s)
        ORDER BY signalled_on, time_us, events.event_id, source""",
        (number, number),
    )
    return [_signal(row) for row in cursor]


def _signal(row: tuple[Any, ...]) -> dict[str, Any]:
    partner, reference, kind, day, amount, crisis, crisis_given, reason, status, withdrawn, here = row
    signal: dict[str, Any] = {
        "partner": partner,
        "reference": reference,
        "type": kind,
        "signalled_on": day.isoformat(),
    }
    if amount is not None:
        signal["amount"] = euros(amount)
    if crisis_given:
        signal["crisis"] = crisis
    if reason is not None:
        signal["reason"] = reason
    if kind == "reported":
        signal |= {"status": status, "withdrawn": withdrawn, "in_this_case": bool(here)}
    return signal


def _history(cursor: Cursor, number: int) -> list[dict[str, Any]]:
    cursor.execute("SELECT at, actor, kind, detail FROM case_history WHERE case_id = %s ORDER BY id", (number,))
    return [
        {"at": at.isoformat(timespec="seconds"), "actor": actor, "kind": kind, **_particulars(detail)}
        for at, actor, kind, detail in cursor
    ]


def _particulars(detail: dict[str, Any]) -> dict[str, Any]:
    """The detail of a line; how contact was sought is "contact" here, because a line itself has a kind."""
    return {"contact" if name == "kind" else name: value for name, value in detail.items()}
