"""Does a case wait again when the contact attempt or the agreement that took it up turns out to be a mistake?

Only when that was the first to take it up and nothing was done at the household since: then everything is as it was
before, and the partners hear so. Otherwise the case stays under way.
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

BESIDE: Final = [
    *("claimed", "let-go", "handed-over", "team", "note", "note-undone", "looked-at", "look-undone"),
    *("hand-over-undone", "same-person", "different-persons", "link-undone"),
    *("one-person", "two-persons", "pair-undone"),
    *("visit-planned", "visit-announced", "visit-unwanted", "unsafe-lifted"),
]
"""Lines of what changes nothing of a case: whose it is, what colleagues noted, and who is one person."""
# The act and its take-up are of one transaction, so of one moment; what came after has a higher number, because numbers
# are drawn while the household is locked.
_TAKEN_UP: Final = """
SELECT cases.id FROM cases WHERE household_id = %(household)s AND state = 'open' AND released_how = 'contact'
    AND released_at = (SELECT at FROM case_history WHERE id = %(line)s) AND NOT waiting AND closed_at IS NULL
    AND 1 = (SELECT count(*) FROM case_history AS let WHERE let.case_id = cases.id
        AND let.kind IN ('released', 'reopened-by-person'))
    AND NOT EXISTS (SELECT FROM case_history AS since JOIN cases AS own ON own.id = since.case_id
        WHERE own.household_id = %(household)s AND since.id > %(line)s AND since.kind <> ALL(%(beside)s))
ORDER BY cases.id
"""
_LINE_OF_ATTEMPT: Final = """
SELECT id FROM case_history WHERE case_id = %s AND kind = 'attempt' AND detail ->> 'attempt' = %s::text
"""
_FIRST_AGREED: Final = """
SELECT min(line.id) FROM case_history AS line JOIN cases ON cases.id = line.case_id
WHERE household_id = %s AND kind = 'step' AND EXISTS (
    SELECT FROM cases AS taken WHERE taken.household_id = cases.household_id AND taken.released_at = line.at)
"""
_WAIT: Final = """
UPDATE cases SET released_route = NULL, released_at = NULL, released_by = NULL, released_how = NULL,
    released_through = NULL WHERE id = ANY(%s)
"""
_NOT_PICKED_UP: Final = """
UPDATE reports SET status = 'not-yet-picked-up', picked_up = false
WHERE case_id = ANY(%s) AND status = 'picked-up' RETURNING event_id
"""


def taken_up_by_attempt(cursor: Cursor, made: MadeAttempt) -> list[int]:
    """The cases that this attempt took up, when nothing was done at its (locked) household since; often none."""
    cursor.execute(_LINE_OF_ATTEMPT, (made.case, made.id))
    return _taken_up(cursor, made.household, BESIDE)


def taken_up_by_agreement(cursor: Cursor, household: int) -> list[int]:
    """The cases that an agreement took up, when only agreements were made at this (locked) household since."""
    cursor.execute(_FIRST_AGREED, (household,))
    return _taken_up(cursor, household, [*BESIDE, "step", "step-cancelled"])


def _taken_up(cursor: Cursor, household: int, beside: list[str]) -> list[int]:
    (line,) = cursor.fetchone() or (None,)
    cursor.execute(_TAKEN_UP, {"household": household, "line": line, "beside": beside})
    return [number for (number,) in cursor.fetchall()]


def give_back(cursor: Cursor, household: int, cases: list[int], actor: Actor) -> None:
    """Let these cases of this (locked) household wait again."""
    if not cases:
        return
    cursor.execute(_NOT_PICKED_UP, (cases,))
    events = {number for (number,) in cursor.fetchall()}
    cursor.execute(_WAIT, (cases,))
    for case in cases:
        tell(cursor, case, actor, "back-in-queue")
    rejudge(cursor, [household])
    tell_partners(cursor, [household], events)
