"""A model: whole points that add up and never go the wrong way, the same bytes in and out, words when it is unsound."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.scoring.model import (
    LARGEST,
    Model,
    ModelError,
    contributions,
    decode,
    digest,
    encode,
    margin,
    points,
    probability,
)
from signals.scoring.train import KINDS, train
from tests.scoring.learning import COLUMNS, examples

if TYPE_CHECKING:
    from collections.abc import Callable

MODELS: dict[str, Model] = {kind: train(examples(600, 1)[0], kind, seed=1, usual={"water": 2000.0}) for kind in KINDS}
CELL = st.none() | st.floats(-4, 12) | st.sampled_from([0.0, 1.0, 2.0, 3.0, 4.0, 99.0, -1.0, 1e300, float("inf")])
ROWS = st.lists(st.tuples(*[CELL] * len(COLUMNS)), min_size=1, max_size=30)
each_model = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)


def as_values(rows: list[tuple[float | None, ...]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([[np.nan if cell is None else cell for cell in row] for row in rows])


@each_model
@settings(max_examples=30, deadline=None)
@given(rows=ROWS)
def test_points_are_what_the_contributions_add_up_to_in_any_batch(
    model: Model, rows: list[tuple[float | None, ...]]
) -> None:
    values = as_values(rows)
    found = contributions(model, values)
    assert found.shape == (len(rows), len(COLUMNS) + 1)
    assert (found[:, 0] == model.scale.basis).all()
    assert (points(model, values) == found.sum(axis=1).clip(0, 100)).all()
    assert ((probability(model, values) >= 0) & (probability(model, values) <= 1)).all()
    alone = np.concatenate([contributions(model, values[row : row + 1]) for row in range(len(rows))])
    assert (alone == found).all()


@each_model
@settings(max_examples=30, deadline=None)
@given(rows=ROWS, column=st.sampled_from([0, 1, 3]), low=st.floats(-4, 12), more=st.floats(0, 12))
def test_more_of_a_directed_column_never_goes_against_its_direction(
    model: Model, rows: list[tuple[float | None, ...]], column: int, low: float, more: float
) -> None:
    before = as_values(rows)
    before[:, column] = low
    after = before.copy()
    after[:, column] += more
    direction = COLUMNS[column].direction
    for told in (points, margin, probability):
        assert (direction * (told(model, after) - told(model, before)) >= -1e-9).all()


@each_model
def test_a_model_reads_back_as_it_was_written(model: Model) -> None:
    text = encode(model)
    again = decode(text)
    assert again == model
    assert encode(again) == text
    assert len(digest(text)) == 64
    assert digest(text) != digest(text + " ")
    assert again.usual == {"water": 2000.0}
    shares = [*[one.shares for one in model.features], model.scores]
    assert all(sum(one) == pytest.approx(1, abs=1e-5) for one in shares)


@each_model
def test_chances_hold_and_are_not_far_from_what_is_behind_them(model: Model) -> None:
    table, behind = examples(4_000, 2)
    order = np.argsort(probability(model, table.values))
    told, came = probability(model, table.values)[order], table.outcome[order]
    gaps = [abs(told[part].mean() - came[part].mean()) for part in np.array_split(np.arange(len(order)), 10)]
    assert np.mean(gaps) < 0.06
    assert np.corrcoef(margin(model, table.values), behind)[0, 1] > 0.85
    low, high = np.quantile(points(model, table.values), [0.01, 0.99])
    assert low < 25
    assert high > 75


def _changed(model: Model, change: Callable[[dict[str, Any]], object]) -> str:
    written = json.loads(encode(model))
    change(written)
    return json.dumps(written)


CARD, FOREST = MODELS["scorecard"], MODELS["boosting"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not as a model is written"),
        ("{}", "kind"),
        (_changed(CARD, lambda it: it.update(kind="pickle")), "pickle"),
        (_changed(CARD, lambda it: it.update(intercept=None)), "intercept"),
        (_changed(CARD, lambda it: it.update(more=1)), "more"),
        (_changed(CARD, lambda it: it["points"][0].reverse()), "months: must not go against its direction"),
        (_changed(CARD, lambda it: it["weights"].pop()), "a row per feature"),
        (_changed(CARD, lambda it: it["points"][0].pop()), "months: must have points and a weight per bin"),
        (_changed(CARD, lambda it: it["features"][0]["edges"].reverse()), "months: edges: must be finite and rise"),
        (_changed(CARD, lambda it: it["features"][1].update(name="months")), "months: is there more than once"),
        (_changed(CARD, lambda it: it["features"][4]["places"].pop()), "colour: edges, places and shares"),
        (_changed(CARD, lambda it: it["scores"].pop()), "scores: must be 10 shares"),
        (_changed(CARD, lambda it: it["calibration"].update(slope=-1)), "calibration.slope"),
        (_changed(FOREST, lambda it: it["ranks"].pop()), "ranks: must have a row per feature"),
        (_changed(FOREST, lambda it: it["trees"]["left"].__setitem__(0, 0)), "branches must stand behind"),
        (_changed(FOREST, lambda it: it["trees"]["roots"].append(10**9)), "trees.roots"),
        (_changed(FOREST, lambda it: it["trees"]["roots"].clear()), "trees.roots"),
        (_changed(FOREST, lambda it: it["trees"]["missing_left"].__setitem__(0, 2)), "trees.missing_left"),
        (_changed(FOREST, lambda it: it["trees"]["value"].__setitem__(-1, 1e9)), "trees.value"),
        (_changed(FOREST, lambda it: it["trees"]["feature"].__setitem__(0, 9)), "trees.feature"),
        (_changed(FOREST, lambda it: it["trees"]["value"].pop()), "rows must be of one length"),
        (_changed(FOREST, lambda it: it["features"][0].update(direction=-1)), "months: the trees go against"),
        (" " * (LARGEST + 1), "more than 2 megabytes"),
    ],
)
def test_an_unsound_model_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        decode(text)


def test_all_faults_are_told_at_once() -> None:
    def spoil(written: dict[str, Any]) -> None:
        written["scores"].pop()
        written["scale"]["factor"] = -1
        written["features"][0]["edges"].reverse()

    with pytest.raises(ModelError) as told:
        decode(_changed(CARD, spoil))
    assert len(told.value.faults) == 3


@pytest.mark.parametrize("module", ["signals.outreach.take_up", "signals.web.routes"])
def test_using_a_model_does_not_load_what_trains_it(module: str) -> None:
    """Neither the worker, which scores by it, nor the pages, which explain it."""
    asked = f"import sys, {module}; sys.exit(not {{'sklearn', 'scipy', 'matplotlib'}}.isdisjoint(sys.modules))"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


def test_a_worker_without_a_model_loads_nothing_that_computes() -> None:
    """Its threads would be there before the worker's own say which signals they hear: SIGTERM would kill it."""
    asked = "import sys, signals.commands.services; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
