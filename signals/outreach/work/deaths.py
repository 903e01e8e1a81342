"""Of which signals did somebody of the municipality say that their person died? It holds the rest of the household.

As a death that a partner tells does (docs/decisions/0020): nothing goes out to a house of mourning until a person
looked at it. It stands with the report, by mark or by closing, and ends with these (docs/decisions/0036). The household
is locked, and is judged again afterwards.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from signals.contract.moments import AMSTERDAM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.store.database import Cursor

MARKED: Final = """(withdrawn IS NULL
    AND (status = person_verdict OR (person_verdict = 'deceased' AND reports.deceased_on IS NOT NULL)))"""
"""Whether somebody's mark on this report holds, and can be taken back; one as deceased also after the arrears rose."""
# What is open by now had begun by then, whatever day a partner wrote.
_DIED: Final = """
UPDATE reports SET deceased_on = greatest(%(today)s::date, (
    SELECT max(earliest_on) FROM cases WHERE household_id = reports.household_id AND state = 'open'))
WHERE event_id = ANY(%(reports)s)
"""
# Also who looked at an earlier death, or at a mark that was taken back, did not see this one (`looks`).
_TO_LOOK_AT: Final = """
UPDATE cases SET looked_as = NULL,
    reviewed_marks = ARRAY(SELECT unnest(reviewed_marks) EXCEPT SELECT unnest(%(reports)s::bigint[]))
WHERE household_id = ANY(SELECT household_id FROM reports WHERE event_id = ANY(%(reports)s))
    AND (reviewed_marks && %(reports)s::bigint[] OR looked_as IS NOT NULL)
"""


def note_death(cursor: Cursor, reports: Sequence[int]) -> None:
    """The person of these reports (by event) died, as somebody says today; nobody looked at it yet."""
    named = {"today": datetime.now(AMSTERDAM).date(), "reports": list(reports)}
    cursor.execute(_DIED, named)
    cursor.execute(_TO_LOOK_AT, named)


def note_closing(cursor: Cursor, cases: Sequence[int]) -> None:
    """These cases were closed because the person died of whom their signals are."""
    cursor.execute(
        "SELECT event_id FROM reports WHERE case_id = ANY(%s) AND withdrawn IS NULL AND picked_up", (list(cases),)
    )
    note_death(cursor, [event for (event,) in cursor.fetchall()])


def forget_closing(cursor: Cursor, case: int) -> None:
    """This closed case is being reopened: if it ended so, nobody says any more that the person of its signals died.

    Who closes a case as something else, or opens that again, says nothing of an earlier death.
    """
    cursor.execute(
        """UPDATE reports SET deceased_on = NULL WHERE case_id = %s AND deceased_on IS NOT NULL
            AND (SELECT closed_outcome FROM cases WHERE cases.id = case_id) = 'deceased'""",
        (case,),
    )
