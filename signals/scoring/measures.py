"""How good is a model on examples whose outcome is known? Figures, each with what chance leaves open.

Area under the curve and average precision say whether it orders well; Brier score and calibration error whether its
chances come true. All are those of scikit-learn (a test compares them), written so that one call computes them for
many resamplings at once: an interval takes two hundred.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

FEWEST: Final = 20
"""Under so many examples a figure says nothing, and none is given."""
ROUNDS: Final = 200
"""Resamplings behind an interval."""
BINS: Final = 10
"""Bins of the calibration table, and of the calibration error."""
INTERVAL: Final = (2.5, 97.5)
"""The percentiles between which 95% of the resamplings lie."""

_AT_ONCE: Final = 2_000_000  # weights held at a time: 16 MB in each of a few arrays
_NORMAL: Final = 1.959963984540054  # the 97.5th percentile of the normal distribution


class Estimate(msgspec.Struct, frozen=True):
    """A figure and its 95% interval."""

    value: float
    low: float
    high: float


class Bin(msgspec.Struct, frozen=True):
    """A row of the calibration table: examples with about the same predicted chance.

    Attributes:
        start: The lowest chance in it.
        end: The highest.
        n: How many examples.
        predicted: Their mean chance.
        observed: The share of which it came true, with Wilson's interval.
    """

    start: float
    end: float
    n: int
    predicted: float
    observed: Estimate


class Measures(msgspec.Struct, frozen=True):
    """What a model is worth on some examples; a figure that is not defined there is None.

    Attributes:
        n: The examples.
        positives: Of which the outcome came about.
        base_rate: Their share.
        auc: The chance that it puts an example with the outcome above one without.
        average_precision: The mean share of outcomes among the first so many, over all depths at which one is found.
        brier: The mean square of what a chance was off by.
        ece: Expected calibration error: how far mean chance and share lie apart, over bins with equal counts.
    """

    n: int
    positives: int
    base_rate: Estimate | None
    auc: Estimate | None
    average_precision: Estimate | None
    brier: Estimate | None
    ece: Estimate | None


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Each figure in each resampling (the first row is the examples as they are); nan where undefined."""

    base_rate: Floats
    auc: Floats
    average_precision: Floats
    brier: Floats
    ece: Floats


def measures(p: Floats, y: Bools, group: Ints, *, seed: int, rounds: int = ROUNDS) -> Measures:
    """Every figure with its 95% interval.

    The interval is that of a bootstrap over groups: examples of one household are drawn or left together, for they
    resemble each other. That of the calibration error is moved so that its resamplings have the error itself as their
    mean: drawing again adds noise to a figure that noise can only raise.

    Args:
        p: The predicted chance of each example, 0 to 1.
        y: Whether the outcome came about.
        group: What is drawn together, such as the household.
        seed: The same seed gives the same intervals.
        rounds: How many resamplings.

    Raises:
        ValueError: The arrays differ in length, or a chance is not a number from 0 to 1.
    """
    _check(p, y, group)
    positives = int(y.sum())
    if p.size < FEWEST:
        return Measures(p.size, positives, None, None, None, None, None)
    drawn = _drawn(p, y, group, seed, rounds)
    return Measures(
        p.size,
        positives,
        interval(drawn.base_rate),
        interval(drawn.auc),
        interval(drawn.average_precision),
        interval(drawn.brier),
        interval(drawn.ece, centred=True),
    )


def by(
    labels: Sequence[str], p: Floats, y: Bools, group: Ints, *, seed: int, rounds: int = ROUNDS
) -> dict[str, Measures]:
    """The figures of each slice, such as a sector or a month, in the order of the labels."""
    of = np.asarray(labels, dtype=str)
    if of.shape != p.shape:
        msg = f"{of.size} labels for {p.size} examples"
        raise ValueError(msg)
    return {
        str(label): measures(p[of == label], y[of == label], group[of == label], seed=seed, rounds=rounds)
        for label in np.unique(of)
    }


def calibration_table(p: Floats, y: Bools, bins: int = BINS) -> list[Bin]:
    """What became of the examples per bin of predicted chance; about equally many in each.

    Equal chances are never parted, so that the table does not depend on the order of the examples; with few different
    chances there are fewer bins.
    """
    _check(p, y)
    of = _bins(p, bins)
    return [_bin(p[of == one], y[of == one]) for one in range(int(of.max(initial=-1)) + 1)]


def wilson(hits: int, n: int) -> Estimate:
    """A share and its 95% interval by Wilson's score (1927), which stays within 0 and 1 and holds for few examples."""
    share, square = hits / n, _NORMAL**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = _NORMAL * np.sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return Estimate(share, min(share, max(0.0, float(middle - half))), max(share, min(1.0, float(middle + half))))


def interval(drawn: Floats, *, centred: bool = False) -> Estimate | None:
    """The first of `drawn` with the interval of the others; None when it is not defined, or too seldom in the others.

    Args:
        drawn: A figure of the examples as they are, and then of every resampling.
        centred: Move the resamplings so that their mean is the figure.
    """
    value, others = float(drawn[0]), drawn[1:][np.isfinite(drawn[1:])]
    if not np.isfinite(value) or others.size * 2 < drawn.size - 1:
        return None
    if not others.size:
        return Estimate(value, value, value)
    moved = np.maximum(others - others.mean() + value, 0.0) if centred else others
    low, high = np.percentile(moved, INTERVAL)
    return Estimate(value, min(value, float(low)), max(value, float(high)))


def weights(unit: Ints, seed: int, rounds: int) -> Iterator[Floats]:
    """How often each row counts, rounds × rows: once each first, then as its unit is drawn, some rounds at a time.

    A row belongs to a unit that is drawn whole; as many units are drawn as there are.
    """
    units, inverse = np.unique(unit, return_inverse=True)
    dice = np.random.default_rng(seed)
    yield np.ones((1, unit.size))
    step = max(1, _AT_ONCE // max(1, unit.size))
    for start in range(0, rounds if units.size else 0, step):
        times = dice.multinomial(units.size, np.full(units.size, 1 / units.size), min(step, rounds - start))
        yield times[:, inverse].astype(np.float64)


def _check(p: Floats, y: Bools, group: Ints | None = None) -> None:
    if p.shape != y.shape or (group is not None and p.shape != group.shape):
        msg = f"chances, outcomes and groups must be equally many, not {p.size} and {y.size}"
        raise ValueError(msg)
    if not ((p >= 0) & (p <= 1)).all():
        msg = "a predicted chance must be a number from 0 to 1"
        raise ValueError(msg)


def _bins(p: Floats, bins: int) -> Ints:
    """The bin of each example, numbered from 0 without gaps."""
    if not p.size:
        return np.zeros(0, np.int64)
    edges = np.unique(np.quantile(p, np.linspace(0, 1, bins + 1)[1:-1]))
    _, numbered = np.unique(np.searchsorted(edges, p, side="left"), return_inverse=True)
    return numbered.astype(np.int64)


def _bin(p: Floats, y: Bools) -> Bin:
    return Bin(float(p.min()), float(p.max()), p.size, float(p.mean()), wilson(int(y.sum()), p.size))


def _drawn(p: Floats, y: Bools, group: Ints, seed: int, rounds: int) -> _Drawn:
    order = np.lexsort((group, y, p))  # whatever the order of the examples, the same rows meet the same dice
    p, y, group = p[order], y[order], group[order]
    of = _bins(p, BINS)
    parts = [_figures(p, y, of, some) for some in weights(group, seed, rounds)]
    return _Drawn(*(np.concatenate(figure) for figure in zip(*parts, strict=True)))


def _figures(p: Floats, y: Bools, of: Ints, some: Floats) -> tuple[Floats, ...]:
    """Base rate, AUC, average precision, Brier score and calibration error, of rows that stand by rising chance."""
    hits, total = some * y, some.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):  # without one class a figure is nan, and so not given
        steps = np.flatnonzero(np.diff(p, prepend=-1.0))
        up, down = np.add.reduceat(hits, steps, axis=1), np.add.reduceat(some - hits, steps, axis=1)
        starts = np.flatnonzero(np.diff(of, prepend=-1))
        gaps = np.abs(np.add.reduceat(hits - some * p, starts, axis=1)).sum(axis=1) / total
        return (hits.sum(axis=1) / total, _auc(up, down), _precision(up, down), (some @ (p - y) ** 2) / total, gaps)


def _auc(up: Floats, down: Floats) -> Floats:
    below = np.cumsum(down, axis=1) - down / 2
    won: Floats = (up * below).sum(axis=1) / (up.sum(axis=1) * down.sum(axis=1))
    return won


def _precision(up: Floats, down: Floats) -> Floats:
    """Average precision: the sum over thresholds of the step in recall times the precision there."""
    found = np.cumsum(up[:, ::-1], axis=1)
    looked_at = found + np.cumsum(down[:, ::-1], axis=1)
    share = np.divide(found, looked_at, out=np.zeros_like(found), where=looked_at > 0)
    mean: Floats = (up[:, ::-1] * share).sum(axis=1) / up.sum(axis=1)
    return mean
