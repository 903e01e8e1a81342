"""What came in after the letters of a run were posted, when that is written down days later? Reading only, for `runs`.

Each thing that takes a letter out of a run leaves a line in the history of its household, with its moment. Where the
first such line since the release is of after the day of posting, nothing stood in the way on that day.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from signals.contract.moments import AMSTERDAM

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from signals.store.database import Cursor

REACHED: Final = "attempt, reached"
_OF_CONTACT: Final = frozenset({"attempt", REACHED, "attempt-undone", "step", "step-cancelled", "letter-fault"})
_NO_CAUSE: Final = frozenset({"note", "note-undone", "claimed", "let-go", "handed-over", "hand-over-undone", "team"})
_CAUSES: Final[Mapping[str, Collection[str]]] = {
    "closed": {"closed", "closed-by-person"},
    "held": {"held"},
    "returned": {"letter-returned"},
    "moved": {"door-moved"},
    "step-promised": {"step"},
    "answered": {REACHED},
    "too-late-to-announce": (),
}
"""By code of what stands in the way the lines that may have brought it; of another code any that is not of contact."""
_ANY: Final = frozenset({"visit-off"})
"""Of these codes also a contact attempt is the cause: the visit was made, or is not wanted."""
_LINES: Final = """
SELECT household_id, CASE WHEN told.kind = 'attempt' AND detail ->> 'reached' = 'true' THEN %(reached)s
    ELSE told.kind END AS line, min(told.at)
FROM case_history AS told JOIN cases ON cases.id = case_id
WHERE household_id = ANY(%(homes)s) AND told.at > (SELECT at FROM letter_runs WHERE id = %(run)s)
GROUP BY household_id, line
"""


def end_of(day: date) -> datetime:
    """The moment at which the day is over, in Amsterdam."""
    return datetime.combine(day + timedelta(days=1), time.min, AMSTERDAM)


def came_after(cursor: Cursor, run: int, codes: Mapping[int, str], day: date) -> frozenset[int]:
    """Of these households with what stands in the way there now, those at which nothing did by the end of that day.

    Where the history tells of no cause at all, as of a death at another address, it is as if it always stood there.
    """
    cursor.execute(_LINES, {"homes": sorted(codes), "run": run, "reached": REACHED})
    first: dict[int, datetime] = {}
    for home, line, at in cursor:
        if _may_cause(line, codes[home]):
            first[home] = min(at, first.get(home, at))
    return frozenset(home for home, at in first.items() if at >= end_of(day))


def _may_cause(line: str, code: str) -> bool:
    if line in _NO_CAUSE:
        return False
    return line in _CAUSES[code] if code in _CAUSES else code in _ANY or line not in _OF_CONTACT
