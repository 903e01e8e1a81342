"""By when must one speak with somebody who accepted help while something threatens? (domain.md section 4.7)

Three working days from acceptance, as the policy has it: from the last conversation that was written down by the
closing, or without one from the closing. The case is closed by then; it stays in the work until a conversation that was
written down after the closing, or a referral since that day: what led to the acceptance is not the conversation that
the law asks for. `cases.help_due_on` is the last day while the clock runs, else null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from psycopg.rows import dict_row

from signals.contract.moments import AMSTERDAM
from signals.outreach.clocks import THREATENING
from signals.outreach.queues import policy_book
from signals.outreach.work.ended import end_work_of_closed
from signals.outreach.work.steps import CONVERSATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from signals.outreach.work.attempts import MadeAttempt
    from signals.outreach.work.referrals import Referral
    from signals.store.database import Cursor

_ACCEPTED: Final = """
SELECT id, policy_id, (closed_at AT TIME ZONE 'Europe/Amsterdam')::date AS closed_on, help_due_on, (
        SELECT max(on_day) FROM contact_attempts AS made WHERE made.household_id = cases.household_id
            AND undone_at IS NULL AND reached AND kind = ANY(%(conversations)s) AND made.at <= closed_at
            AND on_day >= least(received_on, earliest_on)) AS said_on,
    closed_outcome, NOT EXISTS (
        SELECT FROM contact_attempts AS made WHERE made.household_id = cases.household_id AND undone_at IS NULL
            AND reached AND kind = ANY(%(conversations)s) AND made.at > closed_at
            AND on_day >= (closed_at AT TIME ZONE 'Europe/Amsterdam')::date)
    AND NOT EXISTS (
        SELECT FROM referrals AS made WHERE made.household_id = cases.household_id
            AND result IS DISTINCT FROM 'mistaken'
            AND (made.at AT TIME ZONE 'Europe/Amsterdam')::date >= (closed_at AT TIME ZONE 'Europe/Amsterdam')::date)
    AS unanswered
FROM cases WHERE household_id = %(household)s
    AND (help_due_on IS NOT NULL OR (closed_outcome IS NOT NULL AND crisis = ANY(%(threatening)s)))
"""


def settle_help(cursor: Cursor, household: int) -> None:
    """Start or stop this clock at the (locked) household, by what is written down now."""
    asked = {
        "household": household,
        "threatening": sorted(THREATENING),
        "conversations": sorted(CONVERSATIONS),
    }
    with cursor.connection.cursor(row_factory=dict_row) as reading:
        found = reading.execute(_ACCEPTED.encode(), asked).fetchall()
    changed = [(row, due) for row in found if (due := _due(cursor, row)) != row["help_due_on"]]
    for row, due in changed:
        cursor.execute(
            "UPDATE cases SET help_due_on = %s, follow_up_on = %s WHERE id = %s", (due, row["closed_on"], row["id"])
        )
    if changed:
        end_work_of_closed(cursor, [household])


def _due(cursor: Cursor, row: dict[str, Any]) -> date | None:
    if not row["unanswered"]:
        return None
    policy = policy_book(cursor).by_id[row["policy_id"]]
    accepted_on: date = row["said_on"] or row["closed_on"]
    return policy.clocks.threatening_help.due(accepted_on) if row["closed_outcome"] in policy.accepted_help else None


def said_on(closed_at: datetime, since: date, attempts: Iterable[MadeAttempt]) -> date | None:
    """The day of the last conversation written down by the closing: help was accepted in it; `since`: of this case."""
    spoken = (
        made.attempt.on_day
        for made in attempts
        if made.undone_at is None
        and made.attempt.reached
        and made.attempt.kind in CONVERSATIONS
        and made.at <= closed_at
        and made.attempt.on_day >= since
    )
    return max(spoken, default=None)


def answered_on(closed_at: datetime, attempts: Iterable[MadeAttempt], referrals: Iterable[Referral]) -> date | None:
    """The day of the conversation or referral that stopped this clock of a case closed then; None while it runs."""
    accepted_on = closed_at.astimezone(AMSTERDAM).date()
    spoken = [
        made.attempt.on_day
        for made in attempts
        if made.undone_at is None
        and made.attempt.reached
        and made.attempt.kind in CONVERSATIONS
        and made.at > closed_at
        and made.attempt.on_day >= accepted_on
    ]
    days = [one.at.astimezone(AMSTERDAM).date() for one in referrals if one.result != "mistaken"]
    return min([*spoken, *(day for day in days if day >= accepted_on)], default=None)
