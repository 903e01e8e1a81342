"""Made-up examples to learn from: a year of months, households that come back, an outcome that follows a known rule."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from signals.scoring.table import Column, Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLUMNS: Final = (
    Column("months", 1),
    Column("calm", -1),
    Column("free"),
    Column("flag", 1),
    Column("colour", categories=("red", "green", "blue", "rare", "never")),
)
_FIRST: Final = date(2025, 1, 1).toordinal()


def examples(count: int, seed: int) -> tuple[Table, NDArray[np.float64]]:
    """A table, and the log-odds behind its outcomes."""
    draw = np.random.default_rng(seed)
    months = draw.gamma(2.0, 1.5, count)
    calm = draw.normal(size=count)
    free = draw.uniform(-2, 2, count)
    flag = (draw.random(count) < 0.2).astype(float)
    colour = draw.choice(4, count, p=[0.5, 0.3, 0.195, 0.005]).astype(float)
    behind = (
        0.4 * months - 0.8 * calm + np.abs(free) + 1.2 * flag + np.array([0.0, 0.5, 1.0, 0.0])[colour.astype(int)] - 3
    )
    values = np.column_stack([months, calm, free, flag, colour])
    values[draw.random(count) < 0.1, 1] = np.nan
    outcome = draw.random(count) < 1 / (1 + np.exp(-behind))
    day = _FIRST + 30 * draw.integers(0, 18, count)
    return Table(COLUMNS, values, outcome, day, day + 90, draw.integers(0, count // 2, count)), behind
