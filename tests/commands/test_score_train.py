"""`signals score train`: from a municipality's history to a registered model, or in words why not yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from signals.outreach.learning import registry
from signals.scoring.model import decode, digest
from signals.store.database import transaction
from tests.outreach.learning.town import Town, approach, without_models
from tests.walk.terminal import Said, typed

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.learning.fixtures"]


@pytest.fixture(autouse=True)
def _nothing_was_learned_yet(town: Town) -> None:
    without_models(town)


def train(town: Town, *words: object) -> Said:
    return typed("score", "train", *words, settings={"SIGNALS_DATABASE_URL": town.url})


def registered(town: Town) -> list[registry.RegisteredModel]:
    with transaction(town.system.engine) as cursor:
        return registry.models(cursor)


def test_a_model_is_learned_tried_and_registered_once(town: Town, tmp_path: Path) -> None:
    said = train(town, "--json", "--save", tmp_path / "model.json", "--seed", 7)
    assert said.code == 0, said.err
    found: dict[str, Any] = said.document
    (kept,) = registered(town)
    body = (tmp_path / "model.json").read_text()
    assert (found["model"], found["digest"], found["new"]) == (kept.id, kept.digest, True)
    assert digest(body) == kept.digest
    assert decode(body).usual["housing"] > 0
    assert found["window"] == {"from": "2025-01-31", "to": "2025-09-30"}
    assert found["trials"]["auc"]["value"] > 0.6
    assert {**kept.metrics, **found["trials"]} == kept.metrics
    assert set(found["trials"]["parts"]) == {"grows", "spreads", "crisis"}
    again = train(town, "--seed", 7)
    assert again.code == 0
    assert f"Model {kept.id}: puntenkaart, gemeente 0141 (was er al" in again.out
    assert f"signals score evaluate --model {kept.id}" in again.out
    assert [one.id for one in registered(town)] == [kept.id]


def test_who_is_reached_is_learned_from_contact_attempts(town: Town) -> None:
    none = train(town, "--target", "reached")
    assert none.code == 1
    assert "examples with a known outcome: 0, and 300 are needed" in none.err
    with transaction(town.system.engine) as cursor:
        approach(cursor, town)
    found = train(town, "--target", "reached", "--json").document
    assert (found["target"], found["trials"]["n"] > 500) == ("reached", True)


def test_without_enough_history_nothing_is_registered(town: Town) -> None:
    said = train(town, "--until", "2025-06-30")
    assert said.code == 1
    assert "not enough history to train a model" in said.err
    assert "at this pace probably enough by 2025-" in said.err
    assert registered(town) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--kind", "forest"), "there is no kind of model 'forest'; there are scorecard, boosting"),
        (("--target", "payment"), "there is no target 'payment'"),
        (("--until", "31-12-2025"), "'31-12-2025' is no day; write it as 2026-10-31"),
        (("--municipality", "0999"), "there is no policy for municipality '0999'"),
        (("--until", "2024-12-31"), "municipality 0141 has no history by 2024-12-31"),
        (("--save", "/nowhere/model.json"), "/nowhere/model.json cannot be written"),
        (("--save", "."), ". cannot be written"),
        (("--seed", "4294967296"), "Input should be less than or equal to 4294967295"),
    ],
)
def test_what_makes_no_sense_is_told_in_words(town: Town, words: tuple[str, ...], told: str) -> None:
    said = train(town, *words)
    assert (said.code, said.out) == (2, "")
    assert told in said.err


def test_a_service_without_signals_has_no_history(database: str) -> None:
    said = typed("score", "train", settings={"SIGNALS_DATABASE_URL": database})
    assert said.code == 2
    assert "there is no history yet: no signal came in" in said.err
