"""Which reports did a person not pick up, and why? The DDAS statuses "niet opgepakt" (domain.md sections 4 and 5).

The report leaves its case and its partner is told as domain.md section 4.8 allows. Repeats of it that were there by
then do not come up in its place; what is signalled afterwards is judged afresh, and so is the report itself when its
arrears rises (docs/decisions/0028). That somebody died holds what else is open at the household (`deaths`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.outreach.work.deaths import MARKED, note_death
from signals.outreach.work.decisions import YOUNGEST
from signals.outreach.work.hold import hold_household, need_text, tell
from signals.outreach.work.lengths import REASON_LENGTH
from signals.outreach.work.people import NotPossibleError
from signals.outreach.work.rejudge import hold_arrears, rejudge

if TYPE_CHECKING:
    from signals.outreach.work.hold import Held
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

NOT_PICKED_UP: Final = (
    "repeat",
    "wrongful",
    "other-reason",
    "deceased",
    "known-to-debt-help",
    "not-a-resident",
)
"""The statuses that a person may give a report; all are outcomes of a case too."""
_FOUND: Final = f"""
SELECT event_id, reports.arrears_id, household_id, case_id, period,
    CASE WHEN {MARKED} THEN person_verdict END AS verdict,
    withdrawn IS NULL AS counts, partner_id, reference
FROM reports JOIN arrears ON arrears.id = reports.arrears_id WHERE event_id = %s
"""  # noqa: S608 - our own texts


@dataclass(frozen=True, slots=True)
class _Report:
    event: int
    arrears: int
    household: int
    case: int | None
    period: str
    verdict: str | None
    counts: bool
    partner: str
    reference: str


def mark_not_picked_up(
    cursor: Cursor, event_id: int, status: str, reason: str, actor: Actor, seen: int | None = None
) -> None:
    """Give the report of this event (number) a status of `NOT_PICKED_UP`: it leaves its case, the partner is told.

    A case in which nothing counts any more closes with that status as outcome. Raises StaleError, NotPossibleError.
    """
    if status not in NOT_PICKED_UP:
        raise NotPossibleError(f"the status must be one of {', '.join(NOT_PICKED_UP)}", "choice")
    reason = need_text(reason, "the reason", REASON_LENGTH)
    report, held, households = _hold(cursor, event_id, seen)
    case = report.case
    if case is None or not report.counts or held.states.get(case) != "open":
        raise NotPossibleError(
            "only a signal that counts in an open case can be marked as not picked up", "not-markable"
        )
    is_last = _close_if_last(cursor, report, status, actor)
    cursor.execute(
        """UPDATE reports SET person_verdict = %s, status = 'not-yet-picked-up', picked_up = false,
            given_result = NULL, pause_until = NULL, deceased_on = NULL,
            person_verdict_through = (SELECT max(id) FROM events WHERE arrears_id = reports.arrears_id)
        WHERE event_id = %s""",
        (status, event_id),
    )
    if status == "deceased":
        note_death(cursor, [event_id])
    told = {"partner": report.partner, "reference": report.reference, "status": status, "reason": reason}
    tell(cursor, case, actor, "not-picked-up", **told)
    if is_last:
        tell(cursor, case, actor, "closed-by-person", outcome=status)
    known = ("report-left", "closed", "route") if is_last else ("report-left",)
    rejudge(cursor, households, arrears=[report.arrears], told_already=frozenset((case, kind) for kind in known))


def _close_if_last(cursor: Cursor, report: _Report, status: str, actor: Actor) -> bool:
    """Close the report's case when nothing else counts in it; whether that was so."""
    cursor.execute(
        f"""UPDATE cases SET closed_at = now(), closed_by = %s, closed_outcome = %s, closed_through = {YOUNGEST}
        WHERE id = %s AND NOT EXISTS (
            SELECT FROM reports WHERE case_id = cases.id AND withdrawn IS NULL AND event_id <> %s)""",  # noqa: S608 - our own text
        (actor.id, status, report.case, report.event),
    )
    return cursor.rowcount > 0


def take_back_mark(cursor: Cursor, event_id: int, reason: str, actor: Actor, seen: int | None = None) -> None:
    """Undo `mark_not_picked_up`: the rules judge the report again. Raises StaleError, NotPossibleError."""
    reason = need_text(reason, "the reason", REASON_LENGTH)
    report, held, households = _hold(cursor, event_id, seen)
    if report.verdict is None:
        raise NotPossibleError("no person marked this signal as not picked up, or its mark gave way", "not-marked")
    case = _case_of(cursor, report)
    cursor.execute(
        """UPDATE reports SET person_verdict = NULL, person_verdict_through = NULL, deceased_on = NULL
        WHERE event_id = %s""",
        (event_id,),
    )
    told = {"partner": report.partner, "reference": report.reference, "reason": reason}
    tell(cursor, case or held.told_at, actor, "mark-taken-back", **told)
    rejudge(cursor, households, arrears=[report.arrears])


def _case_of(cursor: Cursor, report: _Report) -> int | None:
    """The case that the report left; one that its marking closed is closed no more."""
    cursor.execute(
        """UPDATE cases SET closed_outcome = NULL, closed_through = NULL,
            closed_at = CASE WHEN released_at IS NULL THEN NULL ELSE closed_at END,
            closed_by = CASE WHEN released_at IS NULL THEN NULL ELSE closed_by END
        WHERE household_id = %s AND period = %s AND state = 'closed' AND closed_outcome IS NOT NULL
            AND NOT EXISTS (SELECT FROM reports WHERE case_id = cases.id AND withdrawn IS NULL)""",
        (report.household, report.period),
    )
    cursor.execute("SELECT id FROM cases WHERE household_id = %s AND period = %s", (report.household, report.period))
    found = cursor.fetchone()
    return found[0] if found else None


def _hold(cursor: Cursor, event_id: int, seen: int | None) -> tuple[_Report, Held, list[int]]:
    """Lock all that the report's arrears concerns; the report, its household, and all households concerned."""
    cursor.execute(_FOUND.encode(), (event_id,))
    found = cursor.fetchone()
    if found is None:
        raise NotPossibleError(f"signal {event_id}: there is no such signal", "not-here")
    households = hold_arrears(cursor, _Report(*found).arrears)
    cursor.execute(_FOUND.encode(), (event_id,))  # once more, now that nobody else changes it
    report = _Report(*(cursor.fetchone() or found))
    return report, hold_household(cursor, report.household, seen), households
