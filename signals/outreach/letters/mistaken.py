"""A letter was recorded as returned that did not come back: how is that undone?

Whoever ticks the wrong line of a list of hundreds finds out soon. As long as it is that day anybody may mend it, later
a team lead; the history keeps both lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signals.contract.moments import AMSTERDAM
from signals.outreach.letters.mail import RETURNED
from signals.outreach.letters.runs import LetterRunError
from signals.outreach.work.attempts import plan
from signals.outreach.work.hold import hold_household, tell
from signals.store.audit import note_cases

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

_LETTER: Final = """
SELECT household_id, case_id, returned_at, returned_reason, municipality
FROM letters JOIN letter_runs ON letter_runs.id = run_id WHERE letters.id = %s
"""
_UNDO: Final = "UPDATE letters SET returned_at = NULL, returned_reason = NULL, returned_by = NULL WHERE id = %s"
# The case stays in review for another letter that came back, unless somebody sought contact since: as `work.attempts`.
_NOT_IN_REVIEW: Final = """
UPDATE cases SET letter_fault = NULL WHERE id = %s AND letter_fault = %s AND NOT EXISTS (
    SELECT FROM letters WHERE case_id = cases.id AND returned_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM contact_attempts AS made WHERE made.household_id = letters.household_id
            AND made.undone_at IS NULL AND made.at > returned_at))
"""


def returned_at(cursor: Cursor, run: int) -> dict[int, datetime]:
    """When it was recorded of each letter of a run that it came back."""
    cursor.execute("SELECT id, returned_at FROM letters WHERE run_id = %s AND returned_at IS NOT NULL", (run,))
    return dict(cursor.fetchall())


def may_undo_returned(at: datetime, *, team_lead: bool, today: date) -> bool:
    """Whether one may take back what was recorded then."""
    return team_lead or at.astimezone(AMSTERDAM).date() == today


def undo_returned(
    cursor: Cursor,
    letter: int,
    actor: Actor,
    *,
    team_lead: bool,
    today: date,
    municipalities: Collection[str] | None = None,
) -> int:
    """This letter did not come back after all; the number of its case.

    The case leaves the review queue, if nothing else holds it there, and its next step is found as if nothing had come
    back. Writes the audit line "letter-returned-undone" itself.

    Raises:
        LetterRunError: there is no such letter, it is not recorded as returned, or it is too late for this person.
    """
    found = cursor.execute(_LETTER, (letter,)).fetchone()
    if found is None or (municipalities is not None and found[4] not in municipalities):
        raise LetterRunError(f"there is no letter {letter}: its number is the name of its file, and in the manifest")
    held = hold_household(cursor, found[0])
    _, case, at, reason, _ = cursor.execute(_LETTER, (letter,)).fetchone() or found
    if at is None:
        raise LetterRunError(f"letter {letter} is not recorded as returned")
    if not may_undo_returned(at, team_lead=team_lead, today=today):
        raise LetterRunError(
            f"letter {letter} was recorded as returned on another day: only a team lead can take that back"
        )
    cursor.execute(_UNDO, (letter,))
    cursor.execute(_NOT_IN_REVIEW, (case, RETURNED))
    tell(cursor, case, actor, "letter-returned-undone", letter=str(letter), returned=reason)
    if held.open_cases:
        plan(cursor, {held.household: held.municipality}, today, keep_promise=True)
    note_cases(cursor, actor.id, "letter-returned-undone", [case], {"returned": reason})
    return int(case)
