"""Do the cases of today still look like those that the model learned from? Its features and its scores, in bins.

The measure is the population stability index (PSI; N. Siddiqi, Credit Risk Scorecards, 2006): the sum over bins of
(o - e) · ln(o / e), where e is the share at training and o the share now. By custom 0.1 asks for a look and 0.25 for a
new model. It is taken within each sector (or whatever the labels say), and the sectors are then weighted as they were
at training: sum over sectors s of w(s) · PSI(s). So a partner that is silent or bursts changes no figure by how much it
sends, only by what. A sector of which nothing came is left out and the weights of the others are made one again.

Without any drift a PSI is about (1/n + 1/m) times a chi-square of one less than the number of bins (B. Yurdakul,
Statistical Properties of Population Stability Index, 2018), with n cases now and m at training. The mean of that is
taken off, or few cases in many bins would look like drift; a figure that does not rise above its spread is given with
the level "too-few" rather than as an alarm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec
import numpy as np

from signals.scoring.binning import bins_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from signals.scoring.binning import Feature

    Ints = NDArray[np.int64]

Level = Literal["quiet", "watch", "moved", "too-few"]

WATCH: Final = 0.1
MOVED: Final = 0.25
FEWEST: Final = 200
"""With fewer cases there is no level."""
FEWEST_OF_LABEL: Final = 25
"""A sector with fewer cases, now or at training, is left out: its shares are noise."""
SCORE: Final = "score"
"""The name of the drift of the score itself."""
TENS: Final = 10
"""Bins of the score: 0–9, 10–19, … 90–100."""

_HALF: Final = 0.5  # added to every bin, so that an empty one is no infinity
_DEVIATIONS: Final = 3  # so many standard deviations above its mean a chi-square seldom is
_LEVELS: Final[tuple[Level, ...]] = ("too-few", "quiet", "watch", "moved")


class Reference(msgspec.Struct, frozen=True):
    """What the cases of the training looked like; counts only, so that it may be kept and shown.

    Attributes:
        cases: How many there were of each label.
        counts: Of each label, per column the cases in each bin, and last those of the score in tens.
    """

    cases: dict[str, int]
    counts: dict[str, list[list[int]]]


class Drift(msgspec.Struct, frozen=True):
    """How far one distribution has moved.

    Attributes:
        name: The column, or `SCORE`.
        psi: Population stability index within labels, beyond its mean without drift; None when none could be compared.
        by_chance: What it may be without any drift.
        level: `quiet` below 0.1, `watch` below 0.25, then `moved`; `too-few` when there are too few cases to say so.
    """

    name: str
    psi: float | None
    by_chance: float | None
    level: Level


class DriftReport(msgspec.Struct, frozen=True):
    """The drift of every column and of the score.

    Attributes:
        cases: The cases that were looked at.
        compared: How many of each label took part.
        level: The gravest of all.
        score: Of the score.
        columns: Of each column.
    """

    cases: int
    compared: dict[str, int]
    level: Level
    score: Drift
    columns: list[Drift]


def reference(
    features: Sequence[Feature], values: NDArray[np.float64], points: Ints, labels: Sequence[str]
) -> Reference:
    """Count the cases of the training.

    Args:
        features: The columns of the model, with their bins.
        values: Cases × columns; nan is unknown.
        points: The score of each case, 0–100.
        labels: What a case is compared within, such as its sector.

    Raises:
        ValueError: Values, points and labels are not of the same cases.
    """
    of = _labels(labels, values, points)
    coded = _coded(features, values, points)
    cases = {str(label): int((of == label).sum()) for label in np.unique(of)}
    return Reference(cases, {label: [_count(bins, one[of == label]) for bins, one in coded] for label in cases})


def drift(
    features: Sequence[Feature],
    values: NDArray[np.float64],
    points: Ints,
    labels: Sequence[str],
    trained_on: Reference,
) -> DriftReport:
    """Compare cases with those of the training; the arguments are as for `reference`.

    Raises:
        ValueError: As `reference`; or the reference is of other columns.
    """
    now = reference(features, values, points, labels)
    names = [*(feature.name for feature in features), SCORE]
    _check_shape(now, trained_on)
    compared = [label for label, n in now.cases.items() if min(n, trained_on.cases.get(label, 0)) >= FEWEST_OF_LABEL]
    cases = sum(now.cases[label] for label in compared)
    found = [
        _drift(name, [(trained_on.counts[label][at], now.counts[label][at]) for label in compared], cases)
        for at, name in enumerate(names)
    ]
    level = max((one.level for one in found), key=_LEVELS.index)
    return DriftReport(points.size, {label: now.cases[label] for label in compared}, level, found[-1], found[:-1])


def psi(expected_shares: Sequence[float], observed_counts: Sequence[int]) -> float:
    """The population stability index of counts against shares; half a case is added to each bin on both sides.

    A bin that is empty on both sides counts for nothing.

    Raises:
        ValueError: There are not as many shares as counts, or no case at all.
    """
    shares, counts = np.asarray(expected_shares, np.float64), np.asarray(observed_counts, np.float64)
    n = counts.sum()
    if shares.shape != counts.shape or n <= 0:
        msg = f"{shares.size} shares and {counts.size} counts of {n:.0f} cases cannot be compared"
        raise ValueError(msg)
    used = (shares > 0) | (counts > 0)
    smooth = n + _HALF * used.sum()
    expected = (shares[used] * n / shares.sum() + _HALF) / smooth
    observed = (counts[used] + _HALF) / smooth
    return float(((observed - expected) * np.log(observed / expected)).sum())


def level_of(figure: float, by_chance: float, cases: int) -> Level:
    """What to think of an index."""
    if cases < FEWEST or WATCH <= figure <= by_chance:
        return "too-few"
    if figure < WATCH:
        return "quiet"
    return "watch" if figure < MOVED else "moved"


def _drift(name: str, pairs: list[tuple[list[int], list[int]]], cases: int) -> Drift:
    if not pairs:
        return Drift(name, None, None, "too-few")
    trained = np.array([sum(then) for then, _ in pairs], np.float64)
    weight = trained / trained.sum()
    each = np.array([psi([count / sum(then) for count in then], now) for then, now in pairs])
    noise = weight * (1 / trained + 1 / np.array([sum(now) for _, now in pairs]))
    free = np.array([np.count_nonzero(np.add(then, now)) - 1 for then, now in pairs])
    figure = max(0.0, float(weight @ each - noise @ free))
    by_chance = float(_DEVIATIONS * np.sqrt((noise**2) @ (2 * free)))
    return Drift(name, figure, by_chance, level_of(figure, by_chance, cases))


def _check_shape(now: Reference, trained_on: Reference) -> None:
    """The same columns with the same bins, or nothing can be compared."""
    shapes = {tuple(map(len, one)) for part in (now, trained_on) for one in part.counts.values()}
    if len(shapes) > 1:
        msg = "the cases of the training were counted in other columns or bins; make the reference with this model"
        raise ValueError(msg)


def _labels(labels: Sequence[str], values: NDArray[np.float64], points: Ints) -> NDArray[np.str_]:
    of = np.asarray(labels, dtype=str)
    if not of.size == len(values) == points.size:
        msg = f"{len(values)} rows of values, {points.size} scores and {of.size} labels are not of the same cases"
        raise ValueError(msg)
    return of


def _coded(features: Sequence[Feature], values: NDArray[np.float64], points: Ints) -> list[tuple[int, Ints]]:
    """Per column, and last for the score, how many bins there are and the bin of each case."""
    coded = [(len(feature.shares), bins_of(feature, values[:, at])) for at, feature in enumerate(features)]
    return [*coded, (TENS, np.minimum(points // TENS, TENS - 1))]


def _count(bins: int, of: Ints) -> list[int]:
    counted: list[int] = np.bincount(of, minlength=bins).tolist()
    return counted
