"""The figures of a model: those of scikit-learn, with intervals that hold households together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from signals.scoring.measures import Estimate, by, calibration_table, measures, wilson

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Examples:
    p: NDArray[np.float64]
    y: NDArray[np.bool_]
    group: NDArray[np.int64]


def drawn(n: int, seed: int = 1, households: int | None = None) -> Examples:
    """Chances in whole hundredths (so with ties), which come true as often as they say."""
    dice = np.random.default_rng(seed)
    group = dice.integers(0, households or n, n)
    p = np.round(dice.beta(1, 3, n), 2)
    return Examples(p, dice.random(n) < p, group)


def value(estimate: Estimate | None) -> float:
    assert estimate is not None
    assert estimate.low <= estimate.value <= estimate.high
    return estimate.value


def test_figures_are_those_of_scikit_learn() -> None:
    some = drawn(3_000)
    found = measures(some.p, some.y, some.group, seed=1, rounds=20)
    assert (found.n, found.positives) == (3_000, some.y.sum())
    assert value(found.base_rate) == pytest.approx(some.y.mean())
    assert value(found.auc) == pytest.approx(roc_auc_score(some.y, some.p))
    assert value(found.average_precision) == pytest.approx(average_precision_score(some.y, some.p))
    assert value(found.brier) == pytest.approx(brier_score_loss(some.y, some.p))
    table = calibration_table(some.p, some.y)
    assert value(found.ece) == pytest.approx(sum(b.n * abs(b.predicted - b.observed.value) for b in table) / 3_000)
    assert value(found.ece) < 0.03


def test_a_seed_gives_the_same_intervals_whatever_the_order_of_the_examples() -> None:
    some, mixed = drawn(400, households=150), np.random.default_rng(5).permutation(400)
    found = measures(some.p, some.y, some.group, seed=3, rounds=50)
    assert measures(some.p[mixed], some.y[mixed], some.group[mixed], seed=3, rounds=50) == found
    assert measures(some.p, some.y, some.group, seed=4, rounds=50) != found


def test_intervals_hold_the_truth_and_know_that_a_household_says_the_same_thing_twice() -> None:
    held, known = 0, 0.75
    for seed in range(40):
        dice = np.random.default_rng(seed)
        y = dice.random(300) < 0.5
        margin = dice.normal(size=300) + 0.9539 * y  # two normal curves so far apart have an area of 0.75
        p = 1 / (1 + np.exp(-margin))
        auc = measures(p, y, np.arange(300), seed=seed, rounds=100).auc
        assert auc is not None
        held += auc.low <= known <= auc.high
    assert held >= 35
    alone = measures(p, y, np.arange(300), seed=1).auc
    four_times = measures(np.tile(p, 4), np.tile(y, 4), np.tile(np.arange(300), 4), seed=1).auc
    assert alone is not None
    assert four_times is not None
    assert four_times.high - four_times.low == pytest.approx(alone.high - alone.low, rel=0.2)


def test_what_is_not_defined_is_none() -> None:
    p, one = np.linspace(0.1, 0.9, 30), np.ones(30, np.bool_)
    all_positive = measures(p, one, np.arange(30), seed=1)
    assert all_positive.auc is None
    assert value(all_positive.base_rate) == 1
    assert value(all_positive.average_precision) == 1
    none_positive = measures(p, ~one, np.arange(30), seed=1)
    assert (none_positive.auc, none_positive.average_precision) == (None, None)
    few = measures(p[:19], one[:19], np.arange(19), seed=1)
    assert (few.n, few.positives, few.base_rate, few.brier, few.ece) == (19, 19, None, None, None)
    empty = np.zeros(0)
    assert measures(empty, empty.astype(np.bool_), empty.astype(np.int64), seed=1).n == 0
    assert calibration_table(empty, empty.astype(np.bool_)) == []


@pytest.mark.parametrize("wrong", [np.nan, -0.1, 1.1])
def test_a_chance_that_is_none_is_refused(wrong: float) -> None:
    p = np.array([0.5, wrong])
    with pytest.raises(ValueError, match="from 0 to 1"):
        measures(p, np.array([True, False]), np.arange(2), seed=1)


def test_slices_have_their_own_figures() -> None:
    some = drawn(200)
    labels = ["energy"] * 190 + ["water"] * 10
    found = by(labels, some.p, some.y, some.group, seed=1, rounds=20)
    assert list(found) == ["energy", "water"]
    assert value(found["energy"].auc) == pytest.approx(roc_auc_score(some.y[:190], some.p[:190]))
    assert (found["water"].n, found["water"].auc) == (10, None)
    with pytest.raises(ValueError, match="1 labels for 200"):
        by(["water"], some.p, some.y, some.group, seed=1)


def test_the_calibration_table_has_equal_counts_and_never_parts_equal_chances() -> None:
    p = np.repeat([0.1, 0.2, 0.2, 0.9], 25)
    table = calibration_table(p, np.arange(100) % 2 == 0, bins=4)
    assert [(row.start, row.end, row.n) for row in table] == [(0.1, 0.1, 25), (0.2, 0.2, 50), (0.9, 0.9, 25)]
    assert [row.predicted for row in table] == pytest.approx([0.1, 0.2, 0.9])
    many = drawn(1_000)
    assert [row.n for row in calibration_table(many.p + np.linspace(0, 1e-9, 1_000), many.y)] == [100] * 10


def test_wilson_gives_the_limits_of_the_tables() -> None:
    assert wilson(10, 100).low == pytest.approx(0.0552, abs=1e-4)
    assert wilson(10, 100).high == pytest.approx(0.1744, abs=1e-4)
    assert (wilson(0, 5).low, wilson(5, 5).high) == (0, 1)
