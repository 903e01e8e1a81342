"""Who looked at a crisis or a death, so that it need not stand on top of the review queue any more?

An act of its own: it changes nothing of the case, and lets nothing go out. It holds for the case as it stands; when its
crisis, its death or the number of its arrears changes, it is to be looked at again (`store.urgency.AS_IT_STANDS`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signals.outreach.work.hold import hold_case, tell
from signals.outreach.work.people import NotPossibleError
from signals.store.urgency import AS_IT_STANDS

if TYPE_CHECKING:
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

TO_REVIEW: Final = "state = 'open' AND (held OR (crisis IS NOT NULL AND waiting))"
_LOOK: Final = f"""
UPDATE cases SET looked_as = {AS_IT_STANDS} WHERE household_id = %s AND {TO_REVIEW}
    AND looked_as IS DISTINCT FROM {AS_IT_STANDS}
RETURNING id, CASE WHEN held THEN 'deceased' ELSE crisis END
"""  # noqa: S608 - our own texts
_UNDO: Final = f"""
UPDATE cases SET looked_as = NULL WHERE household_id = %s AND {TO_REVIEW} AND looked_as = {AS_IT_STANDS}
RETURNING id, CASE WHEN held THEN 'deceased' ELSE crisis END
"""  # noqa: S608 - our own texts


def look(cursor: Cursor, case: int, actor: Actor, seen: int | None = None) -> list[int]:
    """Mark every crisis and death of the household of `case` as looked at; the numbers of those cases.

    Raises StaleError, NotPossibleError (nothing is to be looked at, or a colleague did).
    """
    return _mark(cursor, case, actor, seen, _LOOK, "looked-at")


def undo_look(cursor: Cursor, case: int, actor: Actor, seen: int | None = None) -> list[int]:
    """Take that back: they stand on top again; the numbers of those cases. Raises StaleError, NotPossibleError."""
    return _mark(cursor, case, actor, seen, _UNDO, "look-undone")


def _mark(cursor: Cursor, case: int, actor: Actor, seen: int | None, statement: str, line: str) -> list[int]:
    held = hold_case(cursor, case, seen)
    cursor.execute(statement.encode(), (held.household,))
    found = sorted(cursor.fetchall())
    if not found:
        raise NotPossibleError(f"case {case}: nothing of its household is to be marked so", "nothing-to-look-at")
    for number, what in found:
        tell(cursor, number, actor, line, what=what)
    return [number for number, _ in found]
