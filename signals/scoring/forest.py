"""The challenger: trees that are added up, walked for all cases at once, and what each column has to do with it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from signals.scoring.binning import Feature  # noqa: TC001 - msgspec reads the annotations when the program runs
from signals.scoring.scorecard import Calibration, Scale  # noqa: TC001

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

_FINE: Final = 1_000_000
"""A tree's points are kept in millionths, as whole numbers: sums of those are exact, in whatever order."""
LARGEST_FLOAT: Final = float(np.finfo(np.float64).max)
"""What stands for infinity, which JSON cannot hold: a split between known and unknown has it as threshold."""
_TOGETHER: Final = 1024
"""So many cases walk through the trees at a time, which bounds the memory that it takes."""


class Trees(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All trees of a forest in one row of nodes; a node's branches stand behind it, and a leaf has none (0).

    Attributes:
        roots: the place of each tree's first node.
        feature: the column that a node looks at.
        threshold: up to this value (included) it goes left.
        left: the node on the left.
        right: the node on the right.
        missing_left: 1 when what is not known goes left.
        value: the log-odds that a case on this node has on average, of this tree.
    """

    roots: tuple[int, ...]
    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    missing_left: tuple[int, ...]
    value: tuple[float, ...]


class Forest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="boosting", dict=True):
    """Trees that are added up.

    Attributes:
        features: the columns; their bins are for watching drift only.
        ranks: per column, the number that stands for each category in the trees; empty where it holds numbers.
        trees: the trees.
        intercept: the log-odds to which the trees add.
        scale: what an unrounded point is worth, and the points of the usual case.
        calibration: from log-odds to a chance.
        scores: share of the examples learned from with a score of 0–9, 10–19, … 90–100.
        usual: what was usual in each sector, in cents, when the features were made.
    """

    features: tuple[Feature, ...]
    ranks: tuple[tuple[int, ...], ...]
    trees: Trees
    intercept: float
    scale: Scale
    calibration: Calibration
    scores: tuple[float, ...]
    usual: dict[str, float]

    @cached_property
    def _nodes(self) -> _Nodes:
        return _Nodes(self.trees, self.scale.factor, len(self.features))

    def contributed(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """The basis and the points of each column, per case: a step down is credited to the column looked at."""
        ranked = self.ranked(values)
        fine = np.concatenate([self._nodes.credited(ranked[at : at + _TOGETHER]) for at in _chunks(ranked)])
        return np.concatenate([np.full((len(values), 1), self.scale.basis, dtype=np.int64), _whole(fine)], axis=1)

    def margins(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The log-odds, unrounded, per case."""
        ranked = self.ranked(values)
        return self.intercept + np.concatenate(
            [self._nodes.told(ranked[at : at + _TOGETHER]) for at in _chunks(ranked)]
        )

    def ranked(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values with the numbers that stand for categories."""
        found = np.clip(values, -LARGEST_FLOAT, LARGEST_FLOAT)
        for place, (feature, ranks) in enumerate(zip(self.features, self.ranks, strict=True)):
            if feature.categories is not None:
                found[:, place] = ranked_column(ranks, found[:, place])
        return found


def ranked_column(ranks: tuple[int, ...], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The number that stands for each category; one never seen is unknown."""
    seen = (values >= 0) & (values < len(ranks)) & (np.floor(values) == values)
    place = np.where(seen, values, len(ranks)).astype(np.int64)
    return np.asarray((*ranks, np.nan), dtype=np.float64)[place]


def _chunks(values: NDArray[np.float64]) -> range:
    return range(0, max(len(values), 1), _TOGETHER)


class _Nodes:
    """Trees as arrays, ready to walk: every step is a look-up, and a leaf leads to a place where nothing is added."""

    def __init__(self, trees: Trees, factor: float, columns: int) -> None:
        left, feature = np.asarray(trees.left, dtype=np.int64), np.asarray(trees.feature, dtype=np.int64)
        fine = np.rint(np.asarray(trees.value, dtype=np.float64) * factor * _FINE)
        count, leaves = len(left), np.flatnonzero(left == 0)
        rest = np.arange(count, count + len(leaves))  # behind each leaf
        inner = np.flatnonzero(left)
        both = np.stack([left, np.asarray(trees.right, dtype=np.int64)], axis=1)
        both[leaves] = rest[:, None]
        self._columns = columns
        self._roots = np.asarray(trees.roots, dtype=np.int64)
        self._next = np.concatenate([both, np.stack([rest, rest], axis=1)]).ravel()
        known_only = 1 - np.asarray(trees.missing_left, dtype=np.int64)
        self._looks_at = _with_rest(feature + columns * known_only, leaves)
        self._threshold = _with_rest(np.asarray(trees.threshold, dtype=np.float64), leaves)
        self._value = _with_rest(np.asarray(trees.value, dtype=np.float64), leaves)
        self._by, self._gain = np.zeros(len(self._value), dtype=np.int64), np.zeros(len(self._value))
        for side in both[inner].T:
            self._by[side], self._gain[side] = feature[inner], fine[side] - fine[inner]
        depths = np.array([_depth(root, both, count) for root in self._roots[:, None]])
        self._deepest_first = self._roots[np.argsort(-depths, kind="stable")]
        self._going_on = [int((depths > step).sum()) for step in range(depths.max(initial=0))]

    def _walk(
        self, values: NDArray[np.float64], roots: NDArray[np.int64], trees: Sequence[int]
    ) -> Iterator[NDArray[np.int64]]:
        """Where every case stands, step by step, until all are behind a leaf; each step in so many of the trees."""
        unknown = np.isnan(values)
        sides = [np.where(unknown, -np.inf, values), np.where(unknown, np.inf, values)]  # goes left, goes right
        flat, rows = np.concatenate(sides, axis=1).ravel(), 2 * self._columns * np.arange(len(values))[:, None]
        at = np.broadcast_to(roots, (len(values), len(roots)))
        for count in trees:
            at = at[:, :count]
            right = flat.take(rows + self._looks_at.take(at)) > self._threshold.take(at)
            at = self._next.take(2 * at + right)
            yield at

    def told(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        last = np.broadcast_to(self._roots, (len(values), len(self._roots)))
        for at in self._walk(values, self._roots, [len(self._roots)] * len(self._going_on)):
            last = at
        return np.asarray(self._value.take(last).sum(axis=1), dtype=np.float64)

    def credited(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Millionths of points of each column, relative to the usual case."""
        size = len(values) * self._columns
        found = np.zeros(size)  # whole numbers far below 2**53: exact, and quicker to add up
        rows = self._columns * np.arange(len(values))[:, None]
        for at in self._walk(values, self._deepest_first, self._going_on):
            found += np.bincount((rows + self._by.take(at)).ravel(), self._gain.take(at).ravel(), minlength=size)
        return found.reshape(-1, self._columns).astype(np.int64)


def _with_rest(known: NDArray[Any], leaves: NDArray[np.int64]) -> NDArray[Any]:
    """What is known of the nodes, and of the place behind each leaf the same as of the leaf."""
    return np.concatenate([known, known[leaves]])


def _depth(root: NDArray[np.int64], both: NDArray[np.int64], count: int) -> int:
    """How many steps lead behind the farthest leaf of a tree."""
    steps, there = 0, root
    while len(there := there[there < count]):
        there, steps = np.unique(both[there]), steps + 1
    return steps


def _whole(fine: NDArray[np.int64]) -> NDArray[np.int64]:
    """Whole points from millionths: a case's add up to its rounded total, by the largest remainders."""
    down = fine // _FINE
    missing = (fine.sum(axis=1) + _FINE // 2) // _FINE - down.sum(axis=1)
    order = np.argsort(-(fine - down * _FINE), axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(fine.shape[1])[None, :], axis=1)
    return np.asarray(down + (rank < missing[:, None]), dtype=np.int64)
