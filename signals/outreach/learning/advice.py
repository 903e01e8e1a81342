"""When is contact with a household likely? Advice on the page of a case, where a model of who is reached is active.

It orders nothing and decides nothing: when somebody goes or calls is the choice of who does. Apart from how such a
model is made (`reach_learning`), so that the pages need not load what trains it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from signals.contract.codes import PARTS_OF_DAY
from signals.outreach.learning import registry
from signals.outreach.learning.examples import known_at
from signals.outreach.learning.history import one_household
from signals.outreach.learning.reach import CHANNELS, Attempt, features_of
from signals.scoring.model import ModelError, probability

if TYPE_CHECKING:
    from datetime import date

    from signals.outreach.policy import PolicyBook
    from signals.store.database import Cursor

ADVISED: Final = ("home-visit", "call")
"""The channels for which a part of the day is chosen."""
MOST: Final = 3


class BestTime(NamedTuple):
    """A channel and part of the day with the chance that an attempt reaches somebody, 0 to 1."""

    channel: str
    part: str
    chance: float


def advised_times(
    cursor: Cursor, household: int, municipality: str, book: PolicyBook, today: date
) -> tuple[BestTime, ...]:
    """The channels and parts of the day with the best chance, that first; one look at the acts where none is active.

    None where the active model is not as it was registered: the page of the case does without.
    """
    cursor.execute(
        """SELECT model_id FROM score_activations WHERE municipality = %s AND target = 'reached' AND role = 'active'
        ORDER BY id DESC LIMIT 1""",
        (municipality,),
    )
    if not any(model is not None for (model,) in cursor.fetchall()):
        return ()
    with suppress(ModelError):
        return tuple(best_times(cursor, household, book, today)[:MOST])
    return ()


def best_times(cursor: Cursor, household: int, book: PolicyBook, today: date) -> list[BestTime]:
    """When contact with a household is likely, the best first; nothing while no model of it is active."""
    history = one_household(cursor, household, today)
    if history is None:
        return []
    active = registry.standing(cursor, history.municipality, "reached").active
    if active is None:
        return []
    model = registry.read_model(cursor, active).model
    before = _attempts_at(cursor, household, today)
    known = known_at(history, today, book)
    asked = [(channel, part) for channel in ADVISED for part in PARTS_OF_DAY]
    rows = np.array([features_of(channel, part, today, before, known) for channel, part in asked], dtype=np.float64)
    chances = probability(model, rows).tolist()
    found = [BestTime(channel, part, chance) for (channel, part), chance in zip(asked, chances, strict=True)]
    return sorted(found, key=lambda one: -one.chance)


def _attempts_at(cursor: Cursor, household: int, until: date) -> list[Attempt]:
    cursor.execute(
        """SELECT household_id, id, kind, part, on_day, reached FROM contact_attempts
        WHERE household_id = %s AND on_day <= %s AND undone_at IS NULL AND kind = ANY(%s) ORDER BY on_day, id""",
        (household, until, list(CHANNELS)),
    )
    return [Attempt(*row) for row in cursor]
