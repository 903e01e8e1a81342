"""How does a model come about? From a table of examples, calibrated, and the same from the same examples and seed.

`train` tunes in order of time (the penalty of a scorecard, the number of trees of a forest), fits on all examples,
calibrates on what it says of households that it did not learn from, and chooses the scale of the points. `trial` does
all of that in order of time: what it says of an example was never learned from that time or later. Threads are held to
one: sums are always made in one order.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace as changed
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import numpy as np
from msgspec.structs import replace
from threadpoolctl import threadpool_limits

from signals.errors import SignalsError
from signals.scoring.binning import bins_of, features_of
from signals.scoring.boosting import SHAPES, Grown, grow, out_of_fold, tried
from signals.scoring.calibrate import calibrated, loss_of
from signals.scoring.crossval import group_folds, in_order, taken, time_folds
from signals.scoring.forest import Forest
from signals.scoring.logistic import DECIMALS, Fit, Regression
from signals.scoring.model import margin, points, probability
from signals.scoring.scorecard import Scale, Scorecard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from signals.scoring.binning import Feature
    from signals.scoring.crossval import Fold
    from signals.scoring.model import Model
    from signals.scoring.table import Table

Kind = Literal["scorecard", "boosting"]
KINDS: Final[tuple[Kind, ...]] = ("scorecard", "boosting")
FOLDS: Final = 4
_FEWEST_IN_TIME: Final = 2
FEWEST: Final = 10
"""Of either outcome there must be this many examples, or nothing can be learned."""
BINS: Final = 40
_FEWEST_BINS: Final = 5
_EXAMPLES_PER_BIN: Final = 60
_STEPS: Final = 800
"""So many bins a scorecard has in all, about: what bounds the time that a wide table takes."""
_PENALTIES: Final = (200.0, 60.0, 20.0, 7.0, 2.0)
_LOW: Final = 5.0
_HIGH: Final = 95.0
_MIDDLE: Final = 50
_FLAT: Final = 1e-9
_TAILS: Final = (0.005, 0.995)
_DRIFT_BINS: Final = 10


class TrainError(SignalsError):
    """From these examples nothing can be learned, or nothing be tried; no model was made."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What models said of examples that came later than those they learned from.

    Attributes:
        tested: the rows of the table, in rising order.
        fold: the number of the fold that tested each, in order of time.
        probability: the calibrated chance of each.
        margin: the log-odds of each, unrounded; comparable within a fold only.
        points: the score of each.
    """

    tested: NDArray[np.int64]
    fold: NDArray[np.int64]
    probability: NDArray[np.float64]
    margin: NDArray[np.float64]
    points: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Trained:
    """A model with the margins out of fold on which it was calibrated; nan for examples that no fold tested."""

    model: Model
    margin: NDArray[np.float64]


def train(table: Table, kind: Kind, *, seed: int, usual: Mapping[str, float] | None = None) -> Model:
    """Make a model of this kind.

    Args:
        table: the examples; their order does not matter.
        kind: `scorecard` or `boosting`.
        seed: the same seed and examples give the same model, byte for byte.
        usual: what was usual in each sector, in cents; is carried along.

    Raises:
        TrainError: Fewer than ten examples of either outcome.
    """
    return trained(table, kind, seed=seed, usual=usual).model


def trained(table: Table, kind: Kind, *, seed: int, usual: Mapping[str, float] | None = None) -> Trained:
    """As `train`, with the margins out of fold: what tells how good it is without a second round."""
    rarest = min(int(table.outcome.sum()), int((~table.outcome).sum()))
    if rarest < FEWEST or not table.columns:
        raise TrainError(
            f"too little to learn from: {len(table.outcome)} examples with {len(table.columns)} columns, "
            f"of one outcome {rarest}; {FEWEST} of either are needed"
        )
    order = in_order(table)
    ordered = taken(table, order)
    with threadpool_limits(1):
        found = (_scorecard if kind == "scorecard" else _boosting)(ordered, seed, dict(usual or {}))
    back = np.empty_like(found.margin)
    back[order] = found.margin
    return Trained(found.model, back)


def trial(table: Table, kind: Kind, *, seed: int, folds: int = FOLDS) -> Trial:
    """Try the trainer in order of time: each block of days by a model of what was known before it.

    Raises:
        TrainError: There is too little history for even one fold.
    """
    parts = []
    for number, fold in enumerate(time_folds(table, folds)):
        model = train(taken(table, fold.learned), kind, seed=seed)
        values = table.values[fold.tested]
        parts.append((fold.tested, np.full(len(values), number), *(ask(model, values) for ask in _ASKED)))
    if not parts:
        raise TrainError("too little history to try a model on: no block of days has enough known outcomes before it")
    tested, number_of, chance, told, whole = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.argsort(tested)
    return Trial(tested[order], number_of[order], chance[order], told[order], whole[order])


_ASKED: Final = (probability, margin, points)


class Inner(NamedTuple):
    """The folds within the examples: `tuning` tell what settings are best, `calibrating` what a margin is worth."""

    tuning: tuple[Fold, ...]
    calibrating: tuple[Fold, ...]


def inner_folds(table: Table, seed: int) -> Inner:
    """Tuned in order of time, where there are at least two such folds; calibrated on whole households, from all of it.

    In order of time the folds learn from a third and a half of a year, and a calibration that fits a model of so little
    is wrong for one of all: measured on a simulated year of one town, the forest's expected calibration error in the
    year after was 0.037 that way, 0.020 this way, and 0.025 when households tuned too. The AUC stayed within 0.001, and
    a scorecard was the very same (benchmarks/score.py; tables of one day, such as loanapp, have no order of time).
    """
    households = group_folds(table, FOLDS, seed)
    in_time = time_folds(table, FOLDS)
    return Inner(in_time if len(in_time) >= _FEWEST_IN_TIME else households, households)


def _bins(table: Table) -> int:
    """More examples bear more bins, about sixty of the rarer outcome in each; the penalty keeps neighbours alike."""
    rarest = min(int(table.outcome.sum()), int((~table.outcome).sum()))
    borne = min(rarest // _EXAMPLES_PER_BIN + _FEWEST_BINS, _STEPS // len(table.columns))
    return max(_FEWEST_BINS, min(borne, BINS))


def _codes(features: Sequence[Feature], values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.column_stack([bins_of(feature, values[:, place]) for place, feature in enumerate(features)])


def _scorecard(table: Table, seed: int, usual: dict[str, float]) -> Trained:
    features = features_of(table, _bins(table))
    codes = _codes(features, table.values)
    penalty, margins = _penalised(table, features, codes, inner_folds(table, seed))
    fit = Regression(features, codes, table.outcome).fit(penalty)
    return Trained(_card(table, features, codes, fit, margins, usual), margins)


def _penalised(
    table: Table, features: Sequence[Feature], codes: NDArray[np.int64], folds: Inner
) -> tuple[float, NDArray[np.float64]]:
    """The penalty with the least loss in the folds that tune, and its margins in those that calibrate."""
    margins = _out_of_fold(table, features, codes, folds.tuning, _PENALTIES)
    best = min(_PENALTIES, key=lambda penalty: loss_of(margins[penalty], table.outcome))
    if folds.calibrating is not folds.tuning:
        margins = _out_of_fold(table, features, codes, folds.calibrating, (best,))
    return best, margins[best]


def _out_of_fold(
    table: Table,
    features: Sequence[Feature],
    codes: NDArray[np.int64],
    folds: Sequence[Fold],
    penalties: Sequence[float],
) -> dict[float, NDArray[np.float64]]:
    margins = {penalty: np.full(len(codes), np.nan) for penalty in penalties}
    for fold in folds:
        regression, fit = Regression(features, codes[fold.learned], table.outcome[fold.learned]), None
        for penalty in penalties:
            fit = regression.fit(penalty, fit)
            margins[penalty][fold.tested] = _told(fit, codes[fold.tested])
    return margins


def _told(fit: Fit, codes: NDArray[np.int64]) -> NDArray[np.float64]:
    return _summed(fit.intercept, fit.bins, codes)


def _summed(start: float, weights: Sequence[NDArray[np.float64]], codes: NDArray[np.int64]) -> NDArray[np.float64]:
    total = np.full(len(codes), start)
    for place, each in enumerate(weights):
        total += each[codes[:, place]]
    return total


def _card(
    table: Table,
    features: tuple[Feature, ...],
    codes: NDArray[np.int64],
    fit: Fit,
    out_of_fold: NDArray[np.float64],
    usual: dict[str, float],
) -> Scorecard:
    """Turn weights into points, relative to the usual case."""
    means, weights = [], []
    for place, found in enumerate(fit.bins):
        counted = np.bincount(codes[:, place], minlength=len(found))
        means.append(float(found @ counted) / len(codes))
        relative = found - means[-1]
        relative[-1] *= counted[-1] > 0
        weights.append(relative.round(DECIMALS) + 0.0)
    intercept = round(fit.intercept + sum(means), DECIMALS)
    scale = _scale(_summed(intercept, weights, codes), intercept)
    card = Scorecard(
        features,
        tuple(tuple(np.rint(scale.factor * each).astype(int).tolist()) for each in weights),
        tuple(tuple(each.tolist()) for each in weights),
        intercept,
        scale,
        calibrated(out_of_fold, table.outcome),
        (),
        usual,
    )
    return replace(card, scores=_tens(points(card, table.values)))


def _boosting(table: Table, seed: int, usual: dict[str, float]) -> Trained:
    features = features_of(table, _DRIFT_BINS)
    folds = inner_folds(table, seed)
    tuned = [tried(table, features, folds.tuning, shape, seed) for shape in SHAPES]
    shapes = [changed(shape, rounds=each.rounds) for shape, each in zip(SHAPES, tuned, strict=True)]
    margins = np.mean([each.margin for each in tuned], axis=0)
    if folds.calibrating is not folds.tuning:
        margins = np.mean([out_of_fold(table, features, folds.calibrating, each, seed)[-1] for each in shapes], axis=0)
    return Trained(_forest(table, features, grow(table, features, shapes, seed), margins, usual), margins)


def _forest(
    table: Table, features: tuple[Feature, ...], grown: Grown, out_of_fold: NDArray[np.float64], usual: dict[str, float]
) -> Forest:
    calibration = calibrated(out_of_fold, table.outcome)
    bare = Forest(features, grown.ranks, grown.trees, grown.intercept, Scale(0.0, 0), calibration, (), usual)
    usual_case = grown.intercept + sum(grown.trees.value[root] for root in grown.trees.roots)
    forest = replace(bare, scale=_scale(margin(bare, table.values), usual_case))
    return replace(forest, scores=_tens(points(forest, table.values)))


def _scale(told: NDArray[np.float64], usual_case: float) -> Scale:
    """All but the outermost half percents lie from 5 to 95 points."""
    low, high = np.quantile(told, _TAILS).tolist()
    factor = round((_HIGH - _LOW) / (high - low), DECIMALS) if high - low > _FLAT else 0.0
    return Scale(factor, round(_LOW + factor * (usual_case - low)) if factor else _MIDDLE)


def _tens(scores: NDArray[np.int64]) -> tuple[float, ...]:
    counted = np.bincount(np.minimum(scores // 10, 9), minlength=10)
    return tuple((counted / len(scores)).round(6).tolist())
