"""Which visits were announced by letter and are still to come? For `attempts`; reading only.

Such a letter asks for no answer and takes no visit away: it stands beside the walk of `steps`, as a call does. Its
visit is kept as the next step, as what was agreed with the resident.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from signals.store.database import Cursor

ASKS_FOR_AN_ANSWER: Final = """NOT EXISTS (SELECT FROM letters AS l WHERE l.household_id = contact_attempts.household_id
    AND l.state <> 'taken-out' AND l.attempt_id = contact_attempts.id AND l.stop_id IS NOT NULL)"""
"""Of a contact attempt: it is no letter that announces a visit."""
_TO_COME: Final = """
SELECT step.household_id FROM next_steps AS step
WHERE step.household_id = ANY(%s) AND step.why = 'announced' AND step.on_day >= %s AND EXISTS (
    SELECT FROM letters AS l JOIN contact_attempts AS made ON made.id = l.attempt_id
        JOIN visit_stops AS stop ON stop.id = l.stop_id JOIN visit_lists AS lists ON lists.id = stop.list_id
    WHERE l.household_id = step.household_id AND l.state <> 'taken-out' AND lists.on_day = step.on_day
        AND made.undone_at IS NULL)
"""


def visits_to_come(cursor: Cursor, households: Collection[int], today: date) -> frozenset[int]:
    """Those of these households whose next step is a visit of which a letter said when, on that day too.

    Not where somebody took back that the letter was sent.
    """
    cursor.execute(_TO_COME, (list(households), today))
    return frozenset(home for (home,) in cursor)
