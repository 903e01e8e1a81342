"""The trainer: the same examples and seed give the same file, and a trial never learns from what it is tried on."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from signals.scoring.binning import bins_of, features_of
from signals.scoring.crossval import group_folds, taken, time_folds
from signals.scoring.logistic import Regression
from signals.scoring.model import encode, points
from signals.scoring.table import Column, Table
from signals.scoring.train import KINDS, Kind, TrainError, inner_folds, train, trial
from tests.scoring.learning import examples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from signals.scoring.binning import Feature
    from signals.scoring.logistic import Fit

TABLE, BEHIND = examples(900, 3)
each_kind = pytest.mark.parametrize("kind", KINDS)
_AGAIN = """
import hashlib
from signals.scoring.model import encode
from signals.scoring.train import train
from tests.scoring.learning import examples
print(*(hashlib.sha256(encode(train(examples(900, 3)[0], kind, seed=7)).encode()).hexdigest()
        for kind in ("scorecard", "boosting")))
"""


def test_a_seed_gives_the_same_file_whatever_the_threads_the_hashes_and_the_order_of_rows() -> None:
    shuffled = taken(TABLE, np.random.default_rng(0).permutation(len(TABLE.outcome)))
    here = [hashlib.sha256(encode(train(shuffled, kind, seed=7)).encode()).hexdigest() for kind in KINDS]
    environment = {**os.environ, "OMP_NUM_THREADS": "3", "OPENBLAS_NUM_THREADS": "2", "PYTHONHASHSEED": "5"}
    there = subprocess.run(
        [sys.executable, "-c", _AGAIN], env=environment, check=True, capture_output=True, text=True
    ).stdout.split()
    assert here == there


@each_kind
def test_a_trial_is_in_order_of_time_and_as_good_as_can_be(kind: Kind) -> None:
    found = trial(TABLE, kind, seed=1)
    assert len(set(found.tested.tolist())) == len(found.tested)
    assert TABLE.day[found.tested].min() > TABLE.day.min() + 90
    best = roc_auc_score(TABLE.outcome[found.tested], BEHIND[found.tested])
    assert roc_auc_score(TABLE.outcome[found.tested], found.probability) > 0.93 * best
    assert found.points.min() >= 0
    assert found.points.max() <= 100


def test_a_fold_in_time_learns_all_that_was_known_and_one_out_of_time_of_no_household_that_it_tests() -> None:
    folds = time_folds(TABLE, 4)
    assert len(folds) >= 3
    for learned, tested in folds:
        assert TABLE.known_on[learned].max() < TABLE.day[tested].min()
        assert len(learned) == (TABLE.known_on < TABLE.day[tested].min()).sum()  # those who come back are no others
    dealt = group_folds(TABLE, 4, 1)
    assert sorted(np.concatenate([fold.tested for fold in dealt]).tolist()) == list(range(len(TABLE.outcome)))
    assert all(not set(TABLE.group[learned]) & set(TABLE.group[tested]) for learned, tested in dealt)


def test_settings_are_chosen_in_order_of_time_where_there_is_one_and_calibrated_on_households() -> None:
    inner = inner_folds(TABLE, 1)
    assert len(inner.tuning) >= 2
    assert all(TABLE.known_on[learned].max() < TABLE.day[tested].min() for learned, tested in inner.tuning)
    assert sum(len(fold.tested) for fold in inner.calibrating) == len(TABLE.outcome)
    one_day = inner_folds(replace(TABLE, day=np.zeros_like(TABLE.day), known_on=np.zeros_like(TABLE.day)), 1)
    assert one_day.tuning is one_day.calibrating


def test_what_became_known_later_cannot_reach_a_trial() -> None:
    """Outcomes of the last block are turned round: nothing that was said of it, or before it, changes."""
    last = time_folds(TABLE, 4)[-1].tested
    turned = TABLE.outcome.copy()
    turned[last] = ~turned[last]
    asked, again = (trial(table, "scorecard", seed=1) for table in (TABLE, replace(TABLE, outcome=turned)))
    assert np.array_equal(asked.margin, again.margin)


def test_without_a_direction_it_is_scikit_learns_logistic_regression() -> None:
    table = replace(TABLE, columns=tuple(replace(column, direction=0) for column in TABLE.columns))
    features, codes, fit = _fitted(table)
    own = fit.intercept + sum(weights[codes[:, place]] for place, weights in enumerate(fit.bins))
    asked = np.column_stack([_thermometer(feature, codes[:, [place]]) for place, feature in enumerate(features)])
    peer = LogisticRegression(C=0.1, tol=1e-8, max_iter=5_000).fit(asked, table.outcome)
    assert np.abs(own - peer.decision_function(asked)).max() < 1e-4


def test_a_column_that_says_the_contrary_of_its_direction_weighs_exactly_nothing() -> None:
    """And the rest is what it would be with that column's steps left out."""
    contrary = replace(TABLE.columns[0], direction=-TABLE.columns[0].direction)
    _, _, fit = _fitted(replace(TABLE, columns=(contrary, *TABLE.columns[1:])))
    assert set(fit.bins[0][:-1].tolist()) == {0.0}
    flat = replace(TABLE, values=np.column_stack([np.zeros(len(TABLE.outcome)), TABLE.values[:, 1:]]))
    _, _, without = _fitted(flat)
    assert all(np.allclose(*both, atol=1e-5) for both in zip(fit.bins[1:], without.bins[1:], strict=True))


def _fitted(table: Table) -> tuple[tuple[Feature, ...], NDArray[np.int64], Fit]:
    features = features_of(table, 8)
    codes = np.column_stack([bins_of(feature, table.values[:, place]) for place, feature in enumerate(features)])
    return features, codes, Regression(features, codes, table.outcome).fit(10.0)


def _thermometer(feature: Feature, code: NDArray[np.int64]) -> NDArray[np.float64]:
    unknown = code == feature.unknown
    steps = np.arange(1, feature.unknown) if feature.categories is None else np.arange(feature.unknown)
    known = code >= steps if feature.categories is None else code == steps
    return np.column_stack([known & ~unknown, unknown]).astype(float)


@each_kind
def test_what_is_hardly_there_or_says_nothing_does_no_harm(kind: Kind) -> None:
    draw = np.random.default_rng(4)
    values = np.column_stack([np.full(60, 3.0), np.full(60, np.nan), draw.normal(size=60), np.full(60, np.nan)])
    columns = (Column("same", 1), Column("empty", -1), Column("noise"), Column("no words", categories=("a",)))
    days = np.zeros(60, dtype=np.int64)
    table = Table(columns, values, np.arange(60) % 2 == 0, days, days, np.arange(60))
    model = train(table, kind, seed=1)
    assert points(model, np.full((1, 4), np.nan))[0] in range(101)
    with pytest.raises(TrainError, match="too little history"):
        trial(table, kind, seed=1)
    with pytest.raises(TrainError, match="9; 10 of either are needed"):
        train(replace(table, outcome=np.arange(60) < 9), kind, seed=1)
