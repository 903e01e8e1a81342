"""The challenger: how is a forest grown, and written down so that it can be used without scikit-learn?

scikit-learn grows it, monotone where a column has a direction. What is written down is compared with what scikit-learn
itself says of every example, and refused when it differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from signals.errors import SignalsError
from signals.scoring.crossval import taken
from signals.scoring.forest import LARGEST_FLOAT, Forest, Trees, ranked_column
from signals.scoring.scorecard import Calibration, Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from signals.scoring.binning import Feature
    from signals.scoring.crossval import Fold
    from signals.scoring.table import Table

_SAME: Final = 1e-9
_EVERY: Final = 10
"""So many trees are added before it is looked at again how good it is."""
_SHRUNK: Final = 10.0
"""A category's share of the outcome is drawn to that of all as if by this many examples."""


class ExportError(SignalsError):
    """What was written down of a forest does not say what scikit-learn says; this is a defect, and nothing was kept."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a forest is grown."""

    leaves: int
    rate: float
    rounds: int
    fewest: int = 20
    ridge: float = 1.0


@dataclass(frozen=True, slots=True)
class Tried:
    """How many trees of a shape are best out of fold, and the margins there."""

    rounds: int
    margin: NDArray[np.float64]


SHAPES: Final = (Shape(8, 0.08, 200), Shape(31, 0.1, 100, ridge=0.0))
"""Small trees and large ones; their mean is steadier than the better of the two, on every table that was tried."""


@dataclass(frozen=True, slots=True)
class Grown:
    """The trees with what stands for each category."""

    trees: Trees
    intercept: float
    ranks: tuple[tuple[int, ...], ...]


def ranks_of(features: Sequence[Feature], table: Table) -> tuple[tuple[int, ...], ...]:
    """Number the categories of each column by how often the outcome came, so that a tree can split them."""
    return tuple(
        () if feature.categories is None else _ranks(feature.places, table.values[:, place], table.outcome)
        for place, feature in enumerate(features)
    )


def _ranks(places: tuple[int, ...], values: NDArray[np.float64], outcome: NDArray[np.bool_]) -> tuple[int, ...]:
    known = ~np.isnan(values)
    bins = np.asarray(places, dtype=np.int64)[values[known].astype(np.int64)]
    size = max(places, default=0) + 1
    seen, came = np.bincount(bins, minlength=size), np.bincount(bins, outcome[known], minlength=size)
    share = (came + _SHRUNK * outcome.mean()) / (seen + _SHRUNK)
    rank = np.empty(size, dtype=np.int64)
    rank[np.argsort(share, kind="stable")] = np.arange(size)
    return tuple(rank[list(places)].tolist())


def _ranked(table: Table, ranks: Sequence[tuple[int, ...]]) -> NDArray[np.float64]:
    found = np.clip(table.values, -LARGEST_FLOAT, LARGEST_FLOAT)
    for place, column in enumerate(table.columns):
        if column.categories is not None:
            found[:, place] = ranked_column(ranks[place], found[:, place])
    return found


def _fitted(values: NDArray[np.float64], table: Table, shape: Shape, seed: int) -> HistGradientBoostingClassifier:
    """Grown by scikit-learn, which takes no column of which nothing is known: that gets zeros, and is never split."""
    classifier = HistGradientBoostingClassifier(
        learning_rate=shape.rate,
        max_iter=shape.rounds,
        max_leaf_nodes=shape.leaves,
        min_samples_leaf=shape.fewest,
        l2_regularization=shape.ridge,
        monotonic_cst=[column.direction for column in table.columns],
        early_stopping=False,
        random_state=seed,
    )
    return classifier.fit(np.where(np.isnan(values).all(axis=0), 0.0, values), table.outcome)


def tried(table: Table, features: Sequence[Feature], folds: Sequence[Fold], shape: Shape, seed: int) -> Tried:
    """How many trees of this shape order the examples best, out of fold? Rows that no fold tests are nan."""
    margins = out_of_fold(table, features, folds, shape, seed)
    best = int(np.argmax([_auc(row, table, folds) for row in margins]))
    return Tried((best + 1) * _EVERY, margins[best])


def out_of_fold(
    table: Table, features: Sequence[Feature], folds: Sequence[Fold], shape: Shape, seed: int
) -> NDArray[np.float64]:
    """The margins with ten trees of this shape, twenty and so on: a row each. Those that no fold tests are nan."""
    margins = np.full((shape.rounds // _EVERY, len(table.outcome)), np.nan)
    for fold in folds:
        learned = taken(table, fold.learned)
        ranks = ranks_of(features, learned)
        grown = _fitted(_ranked(learned, ranks), learned, shape, seed)
        staged = grown.staged_decision_function(_ranked(taken(table, fold.tested), ranks))
        for row, told in enumerate(islice(staged, _EVERY - 1, None, _EVERY)):
            margins[row, fold.tested] = np.ravel(told)
    return margins


def _auc(margins: NDArray[np.float64], table: Table, folds: Sequence[Fold]) -> float:
    """The mean of the folds: margins of different folds are not on one scale."""
    tested = [fold.tested for fold in folds if len(np.unique(table.outcome[fold.tested])) > 1]
    return float(np.mean([roc_auc_score(table.outcome[rows], margins[rows]) for rows in tested] or [0.5]))


def grow(table: Table, features: Sequence[Feature], shapes: Sequence[Shape], seed: int) -> Grown:
    """Grow a forest on all rows: the mean of one of each shape.

    Raises:
        ExportError: What is written down differs from what scikit-learn says.
    """
    ranks = ranks_of(features, table)
    values = _ranked(table, ranks)
    classifiers = [_fitted(values, table, shape, seed) for shape in shapes]
    base = np.mean([np.ravel(classifier._baseline_prediction)[0] for classifier in classifiers])  # noqa: SLF001
    grown = Grown(_trees(classifiers), float(base), ranks)
    bare = Forest(tuple(features), ranks, grown.trees, grown.intercept, Scale(0.0, 0), Calibration(1.0, 0.0), (), {})
    said = np.mean([np.ravel(classifier.decision_function(values)) for classifier in classifiers], axis=0)
    if np.abs(bare.margins(table.values) - said).max(initial=0.0) > _SAME:
        raise ExportError("the trees written down differ from those of scikit-learn: tell which version of it this is")
    return grown


def _trees(classifiers: Sequence[HistGradientBoostingClassifier]) -> Trees:
    """Every tree's nodes behind one another; the places of branches shift along."""
    rows: dict[str, list[Any]] = {name: [] for name in Trees.__struct_fields__}
    predictors = [predictor for each in classifiers for (predictor,) in each._predictors]  # noqa: SLF001
    for predictor in predictors:
        nodes, start = predictor.nodes, len(rows["value"])
        leaf = nodes["is_leaf"].astype(bool)
        threshold = np.clip(nodes["num_threshold"], -LARGEST_FLOAT, LARGEST_FLOAT)
        rows["roots"].append(start)
        rows["feature"] += np.where(leaf, 0, nodes["feature_idx"]).tolist()
        rows["threshold"] += np.where(leaf, 0.0, threshold).tolist()
        rows["left"] += np.where(leaf, 0, nodes["left"].astype(np.int64) + start).tolist()
        rows["right"] += np.where(leaf, 0, nodes["right"].astype(np.int64) + start).tolist()
        rows["missing_left"] += np.where(leaf, 0, nodes["missing_go_to_left"]).astype(int).tolist()
        rows["value"] += [value / len(classifiers) for value in _means(nodes, leaf)]
    return Trees(**{name: tuple(row) for name, row in rows.items()})


def _means(nodes: NDArray[Any], leaf: NDArray[np.bool_]) -> list[float]:
    """What a node says on average: of a leaf its own value, of another that of its branches, by their examples."""
    value, count = nodes["value"].astype(float), nodes["count"].astype(float)
    for node in range(len(nodes) - 1, -1, -1):
        if not leaf[node]:
            left, right = int(nodes["left"][node]), int(nodes["right"][node])
            whole = count[left] + count[right]
            mean = (value[left] * count[left] + value[right] * count[right]) / whole
            value[node] = min(max(mean, min(value[left], value[right])), max(value[left], value[right]))
    return value.tolist()  # type: ignore[no-any-return]
