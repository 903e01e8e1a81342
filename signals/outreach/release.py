"""How does a person let work go out? (`signals release`, design.md section 5)

Work waits in a queue until someone releases it. What was released is decided by a person: its reports are picked up and
keep that status, whatever comes in later (borders.md section 4).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from signals.errors import SignalsError
from signals.outreach.messages import feedback_message
from signals.outreach.queues import ListedCase, listed_cases
from signals.store import ledger
from signals.store.audit import note
from signals.store.outbox import add_messages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.store.database import Cursor


class NotReleasedError(SignalsError):
    """Nothing was released; the text says why, case by case."""


@dataclass(frozen=True, slots=True)
class Released:
    """A case that was let go, and by which route."""

    case: ListedCase
    route: str


def release(cursor: Cursor, numbers: Sequence[int], *, actor: str, reviewed: bool = False) -> list[Released]:
    """Release these cases, all or none. `reviewed` also lets go what is held for review. Raises NotReleasedError."""
    wanted = sorted(set(numbers))
    cursor.execute(
        """SELECT households.id FROM households WHERE id IN (SELECT household_id FROM cases WHERE id = ANY(%s))
        ORDER BY id FOR UPDATE""",
        (wanted,),
    )
    cases = [case for number in wanted for case in listed_cases(cursor, case=number)]
    faults = [f"case {number}: there is no such case" for number in wanted if number not in {c.id for c in cases}]
    faults += [fault for case in cases if (fault := _why_not(cursor, case, wanted, reviewed=reviewed))]
    if faults:
        raise NotReleasedError("Nothing was released.\n" + "\n".join(f"  - {fault}" for fault in faults))
    for case in cases:
        _let_go(cursor, case, actor=actor, reviewed=reviewed)
    note(cursor, actor, "release", ",".join(map(str, wanted)), {"reviewed": reviewed})
    return [Released(case, case.route) for case in cases]


def _why_not(cursor: Cursor, case: ListedCase, wanted: Sequence[int], *, reviewed: bool) -> str | None:
    if case.state != "open":
        return f"case {case.id} is {case.state}; only an open case can be released"
    if not case.waiting:
        return f"case {case.id} does not wait: it was released before and nothing new came in"
    if case.held and not reviewed:
        return (
            f"case {case.id} is held for review, because a death was reported at this address: "
            "look at it first, then release it with --reviewed"
        )
    if case.route == "letter" and case.worked_route == "home-visit":
        return _visit_waits(cursor, case, wanted)
    return None


def _visit_waits(cursor: Cursor, case: ListedCase, wanted: Sequence[int]) -> str | None:
    cursor.execute(
        """SELECT id FROM cases WHERE household_id = %s AND id <> %s AND state = 'open' AND waiting
        AND route = 'home-visit' AND NOT id = ANY(%s)""",
        (case.household_id, case.id, list(wanted)),
    )
    visit = cursor.fetchone()
    if visit is None:
        return None
    return (
        f"case {case.id}: no letter goes out while a visit waits at the same household; release case {visit[0]} with it"
    )


def _let_go(cursor: Cursor, case: ListedCase, *, actor: str, reviewed: bool) -> None:
    cursor.execute(
        """UPDATE cases SET released_route = route, released_at = now(), released_by = %s, requeued = false,
            waiting = false, waiting_since = NULL, reviewed = reviewed OR %s, held = held AND NOT %s WHERE id = %s""",
        (actor, reviewed, reviewed, case.id),
    )
    cursor.execute(
        """UPDATE reports SET status = 'picked-up', picked_up = true
        WHERE case_id = %s AND status = 'not-yet-picked-up' RETURNING event_id""",
        (case.id,),
    )
    picked_up = {row[0] for row in cursor}
    ledger.add_history(cursor, [ledger.HistoryRow(case.id, actor, "released", {"route": case.route})])
    reports = [r for r in ledger.reports_at(cursor, [case.household_id]) if r.event_id in picked_up]
    arrears = {row.id: row for row in ledger.arrears_rows(cursor, [r.arrears_id for r in reports])}
    cursor.execute("SELECT id, event_id FROM events WHERE id = ANY(%s)", (sorted(picked_up),))
    event_ids: dict[int, str] = dict(cursor.fetchall())
    add_messages(
        cursor,
        [
            feedback_message(arrears[r.arrears_id], replace(r, status="picked-up"), event_ids[r.event_id])
            for r in reports
        ],
    )
