"""`signals score evaluate`: figures with intervals, what a pair finds, groups, a plot; kept for who activates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from signals.outreach.learning import registry
from signals.scoring.fairness import FairnessReport
from signals.store.database import transaction
from tests.outreach.learning.town import Town, approach, without_models
from tests.walk.terminal import Said, typed

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.learning.fixtures"]


def score(town: Town, *words: object) -> Said:
    return typed("score", *words, settings={"SIGNALS_DATABASE_URL": town.url})


@pytest.fixture(scope="module")
def model(town: Town) -> int:
    without_models(town)
    return int(score(town, "train", "--json").document["model"])


def test_all_that_is_asked_of_a_model_and_kept_with_it(town: Town, model: int, tmp_path: Path) -> None:
    plot = tmp_path / "plot.svg"
    said = score(town, "evaluate", "--truth", town.truth_file, "--plot", plot, "--pairs", 2, "--json")
    assert said.code == 0, said.err
    found: dict[str, Any] = said.document
    assert (found["model"], found["how"], found["lift"]["pairs"]) == (model, "trials", 2)
    figures = found["measures"]
    assert all(
        figures[name]["low"] <= figures[name]["value"] <= figures[name]["high"] for name in ("auc", "brier", "ece")
    )
    assert sum(one["n"] for one in found["calibration"]) == figures["n"]
    assert found["oracle"]["value"] > found["orders"]["framework"]["value"]
    assert [one["order"] for one in found["lift"]["orders"]] == ["model", "framework", "amount", "arrival"]
    assert set(found["by_sector"]) == {"housing", "energy", "water", "health"}
    assert sum(one["n"] for one in found["by_month"].values()) == figures["n"]
    kinds = {one["kind"] for one in found["fairness"]["groups"]}
    assert kinds == {"neighbourhood", "age_band", "origin", "household_size"}
    assert plot.read_text().lstrip().startswith("<?xml")
    with transaction(town.system.engine) as cursor:
        kept, fairness = (registry.last_review(cursor, model, kind) for kind in ("evaluation", "fairness"))
    assert kept is not None
    assert fairness is not None
    assert kept.report["measures"] == figures
    assert msgspec.convert(fairness.report, FairnessReport).margin == 0.05


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("nl", ["Komen de kansen uit?", "afwegingskader", "Gelijke behandeling, grens 5%", "AUC, hoogste bedrag"]),
        ("en", ["Do the chances come true?", "decision framework", "Equal treatment, margin 5%", "By sector"]),
    ],
)
def test_read_by_a_person(town: Town, model: int, language: str, told: list[str]) -> None:
    said = score(town, "evaluate", "--model", model, "--lang", language)
    assert said.code == 0, said.err
    assert [text for text in told if text not in said.out] == []


def test_who_is_reached_is_judged_by_channel_and_part_of_the_day(town: Town) -> None:
    with transaction(town.system.engine) as cursor:
        approach(cursor, town)
    assert score(town, "evaluate", "--target", "reached").code == 2
    number = score(town, "train", "--target", "reached", "--json").document["model"]
    found = score(town, "evaluate", "--target", "reached", "--json").document
    assert (found["model"], set(found["by_channel"])) == (number, {"home-visit", "call", "letter"})
    shown = score(town, "evaluate", "--model", number)
    assert "Per dagdeel" in shown.out
    refused = score(town, "evaluate", "--model", number, "--truth", town.truth_file)
    assert (refused.code, "leave --plot and --truth out" in refused.err) == (2, True)


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(
    ("words", "told", "code"),
    [
        (("--model", 4711), "there is no model 4711 here; see `signals score list`", 2),
        (("--municipality", "0164"), "no policy for municipality '0164'", 2),
        (("--since", "soon"), "'soon' is no day", 2),
        (("--since", "2025-12-01"), "since 2025-12-01 there are 0 examples to judge a model by", 1),
        (("--plot", "plot.pdf"), "a plot is a file that ends with .svg or .png", 2),
        (("--plot", "/nowhere/plot.svg"), "/nowhere/plot.svg cannot be written", 2),
        (("--lang", "fy"), "no such language: fy", 2),
        (("--target", "payment"), "there is no target 'payment'", 2),
        (("--truth", "/nowhere/truth.jsonl"), "/nowhere/truth.jsonl cannot be read", 2),
    ],
)
def test_what_makes_no_sense_is_told_in_words(town: Town, words: tuple[object, ...], told: str, code: int) -> None:
    said = score(town, "evaluate", *words)
    assert (said.code, said.out) == (code, "")
    assert told in said.err


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("line", ["{", "[]", '{"id": "a"}', "\xff"])
def test_a_file_that_is_no_truth_is_refused_by_its_line(town: Town, tmp_path: Path, line: str) -> None:
    file = tmp_path / "truth.jsonl"
    file.write_text(town.truth_file.read_text().splitlines()[0] + "\n" + line + "\n", encoding="latin-1")
    said = score(town, "evaluate", "--truth", file)
    assert said.code == 2
    assert f"{file}, line 2: is no line of a truth file" in said.err


@pytest.mark.usefixtures("model")
def test_the_truth_of_another_town_is_refused(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "truth.jsonl"
    row = json.loads(town.truth_file.read_text().splitlines()[0])
    file.write_text(json.dumps({**row, "id": "of-another"}))
    said = score(town, "evaluate", "--truth", file)
    assert (said.code, "the truth file is of another simulation" in said.err) == (2, True)


def test_a_model_that_is_off_for_a_group_is_told_and_cannot_be_activated(unequal_town: Town) -> None:
    number = score(unequal_town, "train", "--json").document["model"]
    said = score(unequal_town, "evaluate", "--truth", unequal_town.truth_file, "--lang", "en")
    assert said.code == 0, said.err
    assert 'Group "1" (household size)' in said.out
    assert "is beyond the margin of 5.0% and cannot be chance" in said.out
    refused = score(unequal_town, "activate", number)
    assert refused.code == 1
    assert "household" in refused.err
