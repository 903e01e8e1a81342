"""For what were a household's data used? The processing log of a data subject, without who used them (domain.md 11).

It holds what people look at and what they do: attempts, releases, referrals, closing. What the rules do with a signal
stands in the events and in the history of the case. Append-only: the database refuses to change, delete or empty it
(`refusals`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from signals.store.database import Cursor

PURPOSE: Final = "vroegsignalering"
LEGAL_BASIS: Final = "Wet gemeentelijke schuldhulpverlening"


@dataclass(frozen=True, slots=True)
class Processing:
    """One use of a household's data: which activity, for which purpose, on which legal basis."""

    id: int
    at: datetime
    household: int
    activity: str
    purpose: str
    basis: str


def note_processing(
    cursor: Cursor, households: Collection[int], activity: str, purpose: str = PURPOSE, basis: str = LEGAL_BASIS
) -> None:
    """Add a line for each of these households."""
    if not households:
        return
    cursor.execute(
        """INSERT INTO processing_log (household_id, activity, purpose, basis)
        SELECT household, %s, %s, %s FROM unnest(%s::bigint[]) AS household ORDER BY household""",
        (activity, purpose, basis, sorted(set(households))),
    )


def processing_of(cursor: Cursor, household: int, after: int | None = None, size: int = 100) -> list[Processing]:
    """The uses of a household's data, newest first, at most `size`; those older than line `after`."""
    cursor.execute(
        """SELECT id, at, household_id, activity, purpose, basis FROM processing_log
        WHERE household_id = %s AND (%s::bigint IS NULL OR id < %s) ORDER BY id DESC LIMIT %s""",
        (household, after, after, size),
    )
    return [Processing(*row) for row in cursor]
