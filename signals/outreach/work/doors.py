"""At whose door is it not safe? For what plans a step or lets a case go; said and lifted by `visits.unsafe`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signals.outreach.work.people import NotPossibleError

if TYPE_CHECKING:
    from signals.store.database import Cursor


def unsafe(row: str) -> str:
    """The condition of a row with a household (its name in the statement): nobody goes to that door."""
    return f"EXISTS (SELECT FROM unsafe_homes AS u WHERE u.household_id = {row}.household_id AND u.lifted_at IS NULL)"


UNSAFE: Final = unsafe("cases")
"""Of a row of `cases`: nobody goes to that door."""


def need_safe(cursor: Cursor, household: int) -> None:
    """Raises NotPossibleError when nobody goes to the door of this household."""
    cursor.execute("SELECT FROM unsafe_homes WHERE household_id = %s AND lifted_at IS NULL", (household,))
    if cursor.rowcount:
        raise NotPossibleError("it is not safe at this door: a team lead says when it is again", "unsafe")
