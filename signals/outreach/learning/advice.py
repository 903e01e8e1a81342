"""When is contact with a household likely? Advice on the page of a case, where a model of who is reached is active.

It orders nothing and decides nothing: when somebody goes or calls is the choice of who does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signals.outreach.learning.reach_learning import best_times

if TYPE_CHECKING:
    from datetime import date

    from signals.outreach.learning.reach_learning import BestTime
    from signals.outreach.policy import PolicyBook
    from signals.store.database import Cursor

MOST: Final = 3


def advised_times(
    cursor: Cursor, household: int, municipality: str, book: PolicyBook, today: date
) -> tuple[BestTime, ...]:
    """The channels and parts of the day with the best chance, that first; one look at the acts where none is active."""
    cursor.execute(
        """SELECT model_id FROM score_activations WHERE municipality = %s AND target = 'reached' AND role = 'active'
        ORDER BY id DESC LIMIT 1""",
        (municipality,),
    )
    if not any(model is not None for (model,) in cursor.fetchall()):
        return ()
    return tuple(best_times(cursor, household, book, today)[:MOST])
