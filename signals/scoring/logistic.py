"""Which weights of bins tell best what comes of a case? Ridge logistic regression whose steps may not go the wrong way.

The objective is scikit-learn's `LogisticRegression` with an L2 penalty, on a thermometer of each column's bins: a step
per edge, so that the penalty keeps neighbouring bins alike. A column with a direction has steps of one sign only; that
scikit-learn cannot ask for, and scipy's L-BFGS-B can: a step that would go the wrong way is exactly 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_array
from scipy.special import expit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from signals.scoring.binning import Feature

    Costs = Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]
    Bound = tuple[float | None, float | None]

DECIMALS: Final = 5
"""So many of a weight are certain: what lies beyond is noise of the search and of the machine."""
FREE: Final[Bound] = (None, None)
RISING: Final[Bound] = (0.0, None)
_PRECISE: Final = {"maxiter": 5_000, "maxfun": 10_000, "maxcor": 60, "ftol": 0.0, "gtol": 1e-7}
"""Until a step no longer lowers the costs; sixty remembered steps take half the rounds of scipy's ten."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights: `steps` as the regression knows them (to start the next one from), `bins` per column per bin."""

    intercept: float
    steps: NDArray[np.float64]
    bins: tuple[NDArray[np.float64], ...]


class Regression:
    """Examples that are in bins already, ready to be fitted with any penalty."""

    def __init__(self, features: Sequence[Feature], codes: NDArray[np.int64], outcome: NDArray[np.bool_]) -> None:
        """Take the examples: `codes` has the bin of every example (row) in every column."""
        self._starts = np.concatenate([[0], np.cumsum([len(feature.shares) for feature in features])]).astype(np.int64)
        places = codes + self._starts[:-1]
        rows = np.arange(len(codes) + 1) * len(features)
        self._within = csr_array(
            (np.ones(places.size), places.ravel(), rows), shape=(len(codes), int(self._starts[-1]))
        )
        self._outcome = outcome.astype(np.float64)
        self._steps, self._bounds = _thermometer(features, self._starts)

    def fit(self, penalty: float, start: Fit | None = None) -> Fit:
        """Find the weights with the least loss and penalty; from `start` when one with another penalty is at hand."""
        weights = np.zeros(len(self._bounds))
        if start is not None:
            weights = np.concatenate([[start.intercept], start.steps])
        found = least(lambda tried: self._costs(tried, penalty), weights, self._bounds)
        per_bin = self._steps @ found[1:]
        return Fit(float(found[0]), found[1:], tuple(np.split(per_bin, self._starts[1:-1])))

    def _costs(self, weights: NDArray[np.float64], penalty: float) -> tuple[float, NDArray[np.float64]]:
        """The loss with the penalty, and how it changes with each weight."""
        loss, gap = loss_and_gap(weights[0] + self._within @ (self._steps @ weights[1:]), self._outcome)
        slopes = self._steps.T @ (self._within.T @ gap) + penalty * weights[1:]
        return loss + 0.5 * penalty * float(weights[1:] @ weights[1:]), np.concatenate([[gap.sum()], slopes])


def loss_and_gap(margin: NDArray[np.float64], aim: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """The log loss of all, and by how much each chance is too high."""
    return float((np.logaddexp(0.0, margin) - aim * margin).sum()), expit(margin) - aim


def least(costs: Costs, start: NDArray[np.float64], bounds: Sequence[Bound]) -> NDArray[np.float64]:
    """What costs least within the bounds, by scipy's L-BFGS-B; `costs` gives the costs and their slopes."""
    found = minimize(costs, start, method="L-BFGS-B", jac=True, bounds=bounds, options=_PRECISE)
    return np.asarray(found.x, dtype=np.float64)


def _thermometer(features: Sequence[Feature], starts: NDArray[np.int64]) -> tuple[NDArray[np.float64], list[Bound]]:
    """The matrix that makes weights of bins from those of steps, and the bounds of these (the intercept first)."""
    columns: list[NDArray[np.float64]] = []
    bounds: list[Bound] = [FREE]
    for feature, start in zip(features, starts.tolist(), strict=False):
        for step in range(feature.unknown + (feature.categories is not None)):
            column = np.zeros(int(starts[-1]))
            if feature.categories is None and step + 1 < feature.unknown:
                column[start + step + 1 : start + feature.unknown] = feature.direction or 1
                bounds.append(RISING if feature.direction else FREE)
            else:
                place = feature.unknown if feature.categories is None else step
                column[start + place] = 1.0
                bounds.append(FREE)
            columns.append(column)
    return np.array(columns).T.reshape(int(starts[-1]), len(columns)), bounds
