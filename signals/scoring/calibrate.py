"""Of a hundred cases given 30%, do thirty come true? What makes that so: Platt's slope and shift, fitted out of fold.

Two numbers are enough here: log-odds of a regularised fit are off by a slope and a shift, if at all. An isotonic
staircase needs thousands of examples to be better (A. Niculescu-Mizil and R. Caruana, 2005), and gives many cases the
same chance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from signals.scoring.logistic import DECIMALS, FREE, RISING, least, loss_and_gap
from signals.scoring.scorecard import Calibration

if TYPE_CHECKING:
    from numpy.typing import NDArray


def calibrated(margins: NDArray[np.float64], outcome: NDArray[np.bool_]) -> Calibration:
    """Platt's slope and shift on margins out of fold, with his targets that are never quite 0 or 1; never falling."""
    tested = ~np.isnan(margins)
    told, came = margins[tested], outcome[tested]
    aim = np.where(came, (came.sum() + 1) / (came.sum() + 2), 1 / ((~came).sum() + 2))

    def costs(tried: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        loss, gap = loss_and_gap(tried[0] * told + tried[1], aim)
        return loss, np.array([gap @ told, gap.sum()])

    slope, shift = least(costs, np.array([1.0, 0.0]), (RISING, FREE)).round(DECIMALS).tolist()
    return Calibration(slope, shift)


def loss_of(margins: NDArray[np.float64], outcome: NDArray[np.bool_]) -> float:
    """How bad are these margins out of fold, once calibrated? The mean log loss; nan is left out."""
    tested = ~np.isnan(margins)
    found = calibrated(margins, outcome)
    told = found.slope * margins[tested] + found.shift
    return float(np.mean(np.logaddexp(0.0, np.where(outcome[tested], -told, told))))
