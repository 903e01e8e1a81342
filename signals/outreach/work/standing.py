"""Who holds a household, what is next there, and who put it in which queue? Of many at once, in one statement.

Reading only, for the lists and the page of a case: what a household has at most one of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.outreach.work.claims import Claim
from signals.outreach.work.people import Actor
from signals.outreach.work.steps import NextStep
from signals.outreach.work.teams import Assignment

if TYPE_CHECKING:
    from collections.abc import Collection

    from signals.store.database import Cursor

_STANDING: Final = """
SELECT home.id, claims.household_id, user_id, user_name, since, given_by, giver_id,
    next_steps.household_id, kind, on_day, part, why, assignments.household_id, team, by_name, at, reason
FROM unnest(%s::bigint[]) AS home(id) LEFT JOIN claims ON claims.household_id = home.id
    LEFT JOIN next_steps ON next_steps.household_id = home.id
    LEFT JOIN assignments ON assignments.household_id = home.id
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands for a household now; None where there is none."""

    claim: Claim | None
    step: NextStep | None
    assigned: Assignment | None


def standing_of(cursor: Cursor, households: Collection[int]) -> dict[int, Standing]:
    """What stands for each of these households."""
    cursor.execute(_STANDING, (list(households),), prepare=True)
    found = {}
    for home, held, user, name, since, given, giver, planned, kind, day, part, why, put, team, by, at, reason in cursor:
        found[home] = Standing(
            None if held is None else Claim(home, Actor(user, name), since, given, giver),
            None if planned is None else NextStep(kind, day, part, why),
            None if put is None else Assignment(home, team, by, at, reason),
        )
    return found
