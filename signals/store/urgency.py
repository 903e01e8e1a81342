"""How does the database order cases by urgency? As borders.md section 4.10 says: gravity, then score, then date.

Under the walk: one text for the indexes that keep the queues in order and for the lists that read them. End of delivery
gives no gravity, it only adds points. What is equal so far goes by address and period, which other tables hold.

Two queues put something before the urgency, in the same whole number: what is followed up goes by its day, and what is
reviewed by whether somebody looked at it as it stands.
"""

from __future__ import annotations

import re
from typing import Final

URGENCY: Final = (
    "(CASE crisis WHEN 'eviction' THEN 0 WHEN 'disconnection' THEN 1 WHEN 'end-of-insurance' THEN 2 ELSE 3 END"
    " * 101 + 100 - score)"
)
"""A whole number from 0, lowest first: gravity and score (0-100) in one."""
_URGENCIES: Final = 404  # so many there are
FOLLOW_UP: Final = f"((coalesce(follow_up_on, earliest_on) - DATE '0001-01-01') * {_URGENCIES} + {URGENCY})"
"""Of what is under way: by the day on which it comes up, and within a day by urgency."""
AS_IT_STANDS: Final = (
    "(coalesce(crisis, '') || ' ' || arrears_count::text || CASE WHEN held THEN ' held' ELSE '' END"
    " || coalesce(' ' || letter_fault, ''))"
)
"""What of a case somebody looked at: looked at it is until one of these changes (`cases.looked_as`)."""
REVIEW: Final = f"(CASE WHEN looked_as = {AS_IT_STANDS} THEN 2 WHEN held THEN 0 ELSE 1 END * {_URGENCIES} + {URGENCY})"
"""Of what a person looks at: a death that nobody looked at, then a crisis, then the rest; each by urgency."""
TO_REVIEW: Final = "state = 'open' AND (held OR (crisis IS NOT NULL AND waiting) OR letter_fault IS NOT NULL)"
"""What a person looks at: a death, something that threatens where nobody has begun, a letter that cannot be right."""
UNDER_WAY: Final = "(state = 'open' OR help_due_on IS NOT NULL) AND NOT waiting AND NOT held"
"""Which cases are followed up: those begun and open, and closed ones whose accepted help still needs a conversation."""
SEVERAL: Final = "state = 'open' AND (arrears_count > 1 OR consecutive)"
"""At which cases several partners may have written: of others there is but one arrears."""
_COLUMN: Final = re.compile(
    r"\b(crisis|score|follow_up_on|earliest_on|looked_as|arrears_count|held|letter_fault)\b(?!')"
)


def urgency_of(cases: str, order: str = URGENCY) -> str:
    """`order` (`URGENCY`, `FOLLOW_UP` or `REVIEW`) of the table, or its other name, `cases`."""
    return _COLUMN.sub(rf"{cases}.\1", order)
