"""How does the database order cases by urgency? As borders.md section 4.10 says: gravity, then score, then date.

Under the walk: one text for the indexes that keep the queues in order and for the lists that read them. End of delivery
gives no gravity, it only adds points. What is equal so far goes by address and period, which other tables hold.
"""

from __future__ import annotations

from typing import Final

URGENCY: Final = (
    "(CASE crisis WHEN 'eviction' THEN 0 WHEN 'disconnection' THEN 1 WHEN 'end-of-insurance' THEN 2 ELSE 3 END"
    " * 101 + 100 - score)"
)
"""A whole number from 0, lowest first: gravity and score (0-100) in one."""


def urgency_of(cases: str) -> str:
    """`URGENCY` of the table, or its other name, `cases`."""
    return URGENCY.replace("crisis", f"{cases}.crisis").replace("score", f"{cases}.score")
