"""What does a model learn from? A table: a line per example, a column per feature, and what came of it.

Pure, and knows no case: the same trainer learns from any table (benchmarks/score_trial.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Column:
    """One feature of a table.

    Attributes:
        name: of the feature.
        direction: +1 when more of it never lowers the score, -1 when more never raises it, 0 when neither is asked.
        categories: the words of a feature that is no number; its values are then positions in this list.
    """

    name: str
    direction: int = 0
    categories: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Examples with their outcomes; all arrays have a row per example, days are ordinals (`date.toordinal`).

    Attributes:
        columns: the features.
        values: examples × columns; nan is unknown.
        outcome: what came of each.
        day: the day on which the example was looked at.
        known_on: the day by which its outcome was known.
        group: what belongs together, such as a household: never on both sides of a split, but for one in time.
    """

    columns: tuple[Column, ...]
    values: NDArray[np.float64]
    outcome: NDArray[np.bool_]
    day: NDArray[np.int64]
    known_on: NDArray[np.int64]
    group: NDArray[np.int64]
