"""The default: whole points that are added up, one number per column, which people can read and check by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from signals.scoring.binning import Feature, bins_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


def sigmoid(margin: NDArray[np.float64]) -> NDArray[np.float64]:
    """From log-odds to a chance; never overflows, and needs no scipy, which the worker never loads."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * margin)), dtype=np.float64)


class Calibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From log-odds to a chance that holds: sigmoid(slope · margin + shift) (J. Platt, 1999), fitted out of fold."""

    slope: float
    shift: float


class Scale(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From log-odds to points: `factor` points for one more, and `basis` points for the usual case."""

    factor: float
    basis: int


class Scorecard(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="scorecard", dict=True):
    """Points that are added up, per column.

    Attributes:
        features: the columns with their bins.
        points: per column, the whole points of each bin relative to the usual case; the last is "unknown".
        weights: per column, the log-odds of each bin relative to the usual case: what the points were rounded from.
        intercept: the log-odds of the usual case.
        scale: what an unrounded point is worth, and the points of the usual case.
        calibration: from log-odds to a chance.
        scores: share of the examples learned from with a score of 0–9, 10–19, … 90–100.
        usual: what was usual in each sector, in cents, when the features were made.
    """

    features: tuple[Feature, ...]
    points: tuple[tuple[int, ...], ...]
    weights: tuple[tuple[float, ...], ...]
    intercept: float
    scale: Scale
    calibration: Calibration
    scores: tuple[float, ...]
    usual: dict[str, float]

    def contributed(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """The basis and the points of each column, per case."""
        found = np.empty((len(values), len(self.features) + 1), dtype=np.int64)
        found[:, 0] = self.scale.basis
        for place, (feature, points) in enumerate(zip(self.features, self.points, strict=True)):
            found[:, place + 1] = np.asarray(points)[bins_of(feature, values[:, place])]
        return found

    def margins(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The log-odds, unrounded, per case."""
        found = np.full(len(values), self.intercept)
        for place, (feature, weights) in enumerate(zip(self.features, self.weights, strict=True)):
            found += np.asarray(weights)[bins_of(feature, values[:, place])]
        return found
