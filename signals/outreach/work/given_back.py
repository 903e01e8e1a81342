"""Does a case wait again when the contact attempt that took it up turns out to be a mistake?

Only when that attempt was the first to take it up and nothing was done at the household since: then everything is as it
was before, and the partners hear so. Otherwise the case stays under way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signals.outreach.feedback import tell_partners
from signals.outreach.work.hold import tell
from signals.outreach.work.rejudge import rejudge

if TYPE_CHECKING:
    from signals.outreach.work.attempts import MadeAttempt
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

# What changes nothing of a case: whose it is, and what colleagues noted.
_BESIDE: Final = ["claimed", "let-go", "handed-over", "team", "note", "note-undone"]
# The attempt and its take-up are of one transaction, so of one moment; what came after has a higher number, because
# numbers are drawn while the household is locked.
_TAKEN_UP: Final = """
WITH written AS (SELECT id FROM case_history WHERE case_id = %(case)s AND kind = 'attempt'
    AND detail ->> 'attempt' = %(attempt)s::text)
SELECT cases.id FROM cases WHERE household_id = %(household)s AND state = 'open' AND released_how = 'contact'
    AND released_at = %(at)s AND NOT waiting AND closed_at IS NULL
    AND 1 = (SELECT count(*) FROM case_history AS let WHERE let.case_id = cases.id
        AND let.kind IN ('released', 'reopened-by-person'))
    AND NOT EXISTS (SELECT FROM case_history AS since JOIN cases AS own ON own.id = since.case_id
        WHERE own.household_id = %(household)s AND since.id > (SELECT id FROM written)
        AND since.kind <> ALL(%(beside)s) AND since.detail ->> 'attempt' IS DISTINCT FROM %(attempt)s::text)
ORDER BY cases.id
"""
_WAIT: Final = """
UPDATE cases SET released_route = NULL, released_at = NULL, released_by = NULL, released_how = NULL,
    released_through = NULL WHERE id = ANY(%s)
"""
_NOT_PICKED_UP: Final = """
UPDATE reports SET status = 'not-yet-picked-up', picked_up = false
WHERE case_id = ANY(%s) AND status = 'picked-up' RETURNING event_id
"""


def give_back(cursor: Cursor, made: MadeAttempt, actor: Actor) -> list[int]:
    """Let the cases wait again that this attempt took up, at its (locked) household; their numbers, often none."""
    asked = {"case": made.case, "attempt": made.id, "household": made.household, "at": made.at, "beside": _BESIDE}
    cursor.execute(_TAKEN_UP, asked)
    cases = [number for (number,) in cursor.fetchall()]
    if not cases:
        return []
    cursor.execute(_NOT_PICKED_UP, (cases,))
    events = {number for (number,) in cursor.fetchall()}
    cursor.execute(_WAIT, (cases,))
    for case in cases:
        tell(cursor, case, actor, "back-in-queue")
    rejudge(cursor, [made.household])
    tell_partners(cursor, [made.household], events)
    return cases
