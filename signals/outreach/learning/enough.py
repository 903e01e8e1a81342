"""Is there enough history to learn a score from? The cold-start rule, stated once; until then the framework orders.

Enough is: 300 examples of which the outcome is known, 100 of either outcome among them, moments over at least 180 days,
and time enough to try the model on three blocks of days that came later than what it learned from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import TYPE_CHECKING, Final

import numpy as np

from signals.outreach.learning.labels import DAYS
from signals.scoring.crossval import time_folds

if TYPE_CHECKING:
    from signals.scoring.table import Table

EXAMPLES: Final = 300
OF_EACH: Final = 100
SPAN: Final = 180
BLOCKS: Final = 3
TRIES: Final = 8
"""Into so many blocks the days after the first are divided; a year of months gives five that can be tried."""
_LONGEST: Final = 10 * 365  # days from now: what lies further away is not foretold


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that there is not enough of."""

    what: str
    there: int
    needed: int

    def __str__(self) -> str:
        """In words."""
        return f"{self.what}: {self.there}, and {self.needed} are needed"


@dataclass(frozen=True, slots=True)
class Enough:
    """What there is not enough of; nothing means that a model can be trained.

    Attributes:
        lacks: each thing.
        when: the day by which there will probably be enough, at the pace of this history; None when it cannot be said.
    """

    lacks: tuple[Lack, ...] = ()
    when: date | None = None


def enough(table: Table, through: date) -> Enough:
    """Hold a table of examples with known outcomes against the rule; `through` is the last day of the history."""
    known, came = len(table.outcome), int(table.outcome.sum())
    days = int(np.ptp(table.day)) if known else 0
    found = [
        Lack("examples with a known outcome", known, EXAMPLES),
        Lack("of these with the outcome", came, OF_EACH),
        Lack("of these without it", known - came, OF_EACH),
        Lack("days between the first and the last example", days, SPAN),
    ]
    lacks = [one for one in found if one.there < one.needed]
    if not lacks:
        blocks = len(time_folds(table, TRIES))
        if blocks < BLOCKS:
            lacks = [Lack("blocks of time to try a model on", blocks, BLOCKS)]
    return Enough(tuple(lacks), _when(lacks, table, through) if lacks else None)


def _when(lacks: list[Lack], table: Table, through: date) -> date | None:
    """If it goes on like this: examples come evenly over the days since the first, and are known 90 days later."""
    if not len(table.day):
        return None
    begun = int(table.day.min())
    gone = max(1, through.toordinal() - DAYS - begun)
    waits = [_wait(one, gone) for one in lacks]
    longest = max(waits) if all(wait is not None for wait in waits) else None  # type: ignore[type-var]
    return through + timedelta(days=longest) if longest is not None and longest <= _LONGEST else None


def _wait(lack: Lack, gone: int) -> int | None:
    if lack.needed == SPAN:
        return lack.needed - lack.there
    return ceil((lack.needed - lack.there) * gone / lack.there) if lack.there else None
