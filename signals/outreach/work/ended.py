"""What ends by itself when nothing of a household is worked any more?

Its claim and its next step, whoever or whatever closed its last case: a person, or the rules because it was paid,
withdrawn or left without a report. A case that comes later begins unclaimed and without a step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

    from signals.store.database import Cursor

_END: Final = """
WITH ended AS (
    SELECT household_id FROM unnest(%s::bigint[]) AS closed(household_id) WHERE NOT EXISTS (
        SELECT FROM cases WHERE cases.household_id = closed.household_id
            AND (state = 'open' OR help_due_on IS NOT NULL))),
let_go AS (DELETE FROM claims WHERE household_id IN (SELECT household_id FROM ended))
DELETE FROM next_steps WHERE household_id IN (SELECT household_id FROM ended)
"""


def end_work_of_closed(cursor: Cursor, households: Collection[int]) -> None:
    """End the claim and the next step of those of these (locked) households that nobody has to work."""
    if households:
        cursor.execute(_END, (sorted(set(households)),))
