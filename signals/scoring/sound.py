"""Is a model sound? What is wrong with one that was read, all of it at once and in words."""

from __future__ import annotations

from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING, Final

from signals.scoring.scorecard import Scorecard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from signals.scoring.binning import Feature
    from signals.scoring.forest import Forest

_TENS: Final = 10
_MOST_POINTS: Final = 100_000


def faults_of(model: Scorecard | Forest) -> list[str]:
    """What is wrong with this model? An empty list when nothing is."""
    own = _scorecard(model) if isinstance(model, Scorecard) else _forest(model)
    return [*_common(model), *_features(model.features), *own]


def _common(model: Scorecard | Forest) -> Iterator[str]:
    if len(model.scores) != _TENS or not _shares(model.scores):
        yield f"scores: must be {_TENS} shares, from 0 to 1"
    if model.calibration.slope < 0:
        yield "calibration.slope: must be 0 or more, or a higher score would mean a lower chance"
    if model.scale.factor < 0:
        yield "scale.factor: must be 0 or more, or a higher chance would mean a lower score"
    numbers = (model.intercept, model.calibration.slope, model.calibration.shift, model.scale.factor)
    if not all(map(isfinite, numbers)) or not all(map(isfinite, model.usual.values())):
        yield "a number is not finite"
    if abs(model.scale.basis) > _MOST_POINTS:
        yield f"scale.basis: must lie within {_MOST_POINTS} points of 0"


def _shares(numbers: Sequence[float]) -> bool:
    return all(0 <= number <= 1 for number in numbers)


def _features(features: Sequence[Feature]) -> Iterator[str]:
    names = [feature.name for feature in features]
    yield from (f"{name}: is there more than once" for name in sorted({n for n in names if names.count(n) > 1}))
    if not features:
        yield "features: there are none"
    for feature in features:
        yield from (f"{feature.name}: {fault}" for fault in _feature(feature))


def _feature(feature: Feature) -> Iterator[str]:
    if feature.direction not in {-1, 0, 1}:
        yield "direction: must be -1, 0 or 1"
    if not all(map(isfinite, feature.edges)) or any(low >= high for low, high in pairwise(feature.edges)):
        yield "edges: must be finite and rise"
    if not _shares(feature.shares):
        yield "shares: must lie from 0 to 1"
    if feature.categories is None:
        wanted = len(feature.edges) + 2
        strange = bool(feature.places)
    else:
        wanted = max(feature.places, default=0) + 2
        strange = len(feature.places) != len(feature.categories) or bool(feature.edges) or feature.direction != 0
        strange = strange or any(not 0 <= place < len(feature.shares) for place in feature.places)
    if strange or len(feature.shares) != wanted:
        yield "edges, places and shares: do not belong together"


def _scorecard(model: Scorecard) -> Iterator[str]:
    if not len(model.points) == len(model.weights) == len(model.features):
        yield "points and weights: must have a row per feature"
        return
    for feature, points, weights in zip(model.features, model.points, model.weights, strict=True):
        if not len(points) == len(weights) == len(feature.shares):
            yield f"{feature.name}: must have points and a weight per bin"
        if not all(map(isfinite, weights)) or any(abs(point) > _MOST_POINTS for point in points):
            yield f"{feature.name}: weights must be finite, and points within {_MOST_POINTS} of 0"
        if _turns(points[:-1], feature.direction) or _turns(weights[:-1], feature.direction):
            yield f"{feature.name}: must not go against its direction"


def _turns(numbers: Sequence[float], direction: int) -> bool:
    return any((after - before) * direction < 0 for before, after in pairwise(numbers))


def _forest(model: Forest) -> Iterator[str]:
    if len(model.ranks) != len(model.features):
        yield "ranks: must have a row per feature"
        return
    for feature, ranks in zip(model.features, model.ranks, strict=True):
        if len(ranks) != len(feature.categories or ()):
            yield f"{feature.name}: must have a rank per category"
    trees = model.trees
    rows = (trees.feature, trees.threshold, trees.left, trees.right, trees.missing_left, trees.value)
    count = len(trees.value)
    if len({len(row) for row in rows}) != 1:
        yield "trees: rows must be of one length"
        return
    if not trees.roots or not all(0 <= root < count for root in trees.roots) or len({*trees.roots}) != len(trees.roots):
        yield "trees.roots: must be different nodes, one at least"
    yield from _nodes(model)


def _nodes(model: Forest) -> Iterator[str]:
    trees, count = model.trees, len(model.trees.value)
    if not all(map(isfinite, (*trees.threshold, *trees.value))):
        yield "trees: thresholds and values must be finite"
    if any(abs(value) * model.scale.factor > _MOST_POINTS for value in trees.value):
        yield f"trees.value: none may be worth more than {_MOST_POINTS} points"
    if not {0, 1}.issuperset(trees.missing_left):
        yield "trees.missing_left: must be 0 or 1"
    if not all(0 <= feature < len(model.features) for feature in trees.feature):
        yield "trees.feature: must be a column of the model"
    ways = list(enumerate(zip(trees.left, trees.right, strict=True)))
    if not all((left == right == 0) or (node < left < count and node < right < count) for node, (left, right) in ways):
        yield "trees: branches must stand behind their node, or a leaf has none"
    yield from _bounds(model)


def _bounds(model: Forest) -> Iterator[str]:
    """A directed column: no value below on one side may exceed any on the other (what monotone trees keep)."""
    trees = model.trees
    low, high = list(trees.value), list(trees.value)
    wrong: set[int] = set()
    for node in range(len(trees.value) - 1, -1, -1):
        left, right = trees.left[node], trees.right[node]
        if not 0 < left < len(low) or not 0 < right < len(low):
            continue
        low[node], high[node] = min(low[left], low[right]), max(high[left], high[right])
        column = trees.feature[node]
        if not 0 <= column < len(model.features):
            continue
        direction = model.features[column].direction
        if (direction > 0 and high[left] > low[right]) or (direction < 0 and low[left] < high[right]):
            wrong.add(column)
    yield from (f"{model.features[column].name}: the trees go against its direction" for column in sorted(wrong))
