"""What the papers of the score say: the card of a framework and of a model, and the entry of the Algorithm Register."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec
import numpy as np
import pytest

from signals.scoring import card_points, register_entry
from signals.scoring.card import Act, CardFacts, card
from signals.scoring.card_model import ModelFacts, Reviewed
from signals.scoring.choice import Choice
from signals.scoring.fairness import check
from signals.scoring.features import COLUMNS, FEATURES, USUAL_CENTS
from signals.scoring.framework import Framework
from signals.scoring.measures import calibration_table, measures
from signals.scoring.model import contributions, decode
from signals.scoring.paper import Section, Words, html, markdown
from signals.scoring.table import Table
from signals.scoring.train import train
from tests.outreach.learning.models import made_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.scoring.model import Model
    from signals.scoring.paper import Paper
    from signals.scoring.scorecard import Scorecard

REFERENCE = Path("/work/shared/reference/algorithm-register/fields.md")
DAY = date(2026, 11, 22)
FRAMEWORK = CardFacts(
    municipality="Almelo",
    today=DAY,
    policy=(3, date(2026, 1, 1)),
    choice=Choice(),
    framework=Framework(),
    model=None,
    active=None,
    shadow=None,
    acts=(),
    enough=(300, 100, 180),
    contact="vroegsignalering@gemeente.example",
)


def found_of() -> tuple[dict[str, Any], dict[str, Any]]:
    """An evaluation and a look at groups, as the registry keeps them."""
    p = np.linspace(0.05, 0.95, 400)
    y = np.random.default_rng(1).random(400) < p
    household = np.arange(400)
    groups = {"age_band": ["18-24", "25-34"] * 200}
    evaluation = {
        "measures": measures(p, y, household, seed=1, rounds=20),
        "calibration": calibration_table(p, y),
        "lift": {"orders": [{"order": "model", "chosen": 80, "precision": {"value": 0.7}, "lift": None}]},
    }
    fairness = check(p, y, groups, household, margin=0.05, seed=1, rounds=2)
    return msgspec.to_builtins(evaluation), msgspec.to_builtins(fairness)


def of_model(parameters: Model, kind: str = "scorecard") -> CardFacts:
    """A municipality that orders half by a model, which was rolled back once."""
    evaluation, fairness = found_of()
    model = ModelFacts(
        number=7,
        kind=kind,
        target="escalation",
        window=(date(2025, 9, 30), date(2026, 7, 31)),
        examples=4000,
        positives=1400,
        seed=1,
        digest="ab" * 32,
        trained_by="cli:anna",
        trained_on=date(2026, 11, 1),
        parameters=parameters,
        trials={"auc": {"value": 0.712, "low": 0.69, "high": 0.73}, "ece": None},
        evaluation=Reviewed(evaluation, "cli:anna", DAY),
        fairness=Reviewed(fairness, "cli:anna", DAY),
    )
    acts = (
        Act(date(2026, 10, 1), "cli:anna", "active", "activate", 7, "begint"),
        Act(date(2026, 11, 2), "cli:tom", "active", "rollback", None, "te snel"),
        Act(date(2026, 11, 20), "cli:anna", "active", "activate", 7, ""),
    )
    choice = Choice("blend", 60, 4)
    return replace(
        FRAMEWORK, model=model, active=7, shadow=8, acts=acts, choice=choice, agreement=(120, 6.25), contact=""
    )


def words_of(paper: Paper) -> Iterator[Words]:
    yield paper.title
    for section in paper.sections:
        yield section.heading
        yield from (*section.paragraphs, *section.points)
        for table in section.tables:
            yield from (table.caption, *table.columns)
            yield from (cell for row in table.rows for cell in row)


def section(paper: Paper, key: str) -> Section:
    return next(one for one in paper.sections if one.key == key)


@pytest.fixture(scope="module")
def scorecard() -> Scorecard:
    """Learned from made-up cases in which a yes is 1 and a no is 0."""
    dice = np.random.default_rng(3)
    yes_no = {"housing", "energy", "water", "health", "other", "threat", "end_of_delivery", "explicit_wish"}
    most = [2 if column.name in yes_no else 4 for column in COLUMNS]
    values = np.column_stack([dice.integers(0, count, 400) for count in most]).astype(float)
    days = np.arange(400) + date(2026, 1, 1).toordinal()
    outcome = (values - 1).sum(axis=1) / 4 + dice.logistic(size=400) > 1
    table = Table(COLUMNS, values, outcome, days, days + 90, np.arange(400))
    return cast("Scorecard", train(table, "scorecard", seed=1, usual=dict(USUAL_CENTS)))


def holds_two(value: str) -> bool:
    """Whether these words of a value hold a yes, or the number two."""
    numbers = [int(one) for one in re.findall(r"[0-9]+", value)]
    if "of meer" in value:
        return numbers[0] <= 2
    if "tot en met" in value:
        return (numbers[0] if len(numbers) > 1 else 0) <= 2 <= numbers[-1]
    if "keer" in value:
        return (numbers[0] if len(numbers) > 1 else 0) <= 2 < numbers[-1]
    return value == "ja" or numbers == [2]


def test_without_a_model_the_card_is_that_of_the_framework() -> None:
    paper = card(FRAMEWORK)
    table = section(paper, "punten").tables[0]
    said = {row[0].nl: row[1].nl for row in table.rows}
    assert said["Achterstand bij 2 partners of meer"] == "20"
    assert said["Er dreigt een huisuitzetting"] == "40"
    assert "Eerder bereikt" not in said  # gives nothing
    told = " ".join(one.nl for one in section(paper, "gebruik").paragraphs)
    assert "Nu bepaalt het afwegingskader de volgorde." in told
    assert "minstens 300 zaken" in told
    assert "nog nooit" in section(paper, "beslissingen").paragraphs[0].nl
    assert FRAMEWORK.contact in section(paper, "contact").paragraphs[0].en


def test_the_card_of_a_model_says_how_good_it_is_and_who_decided(scorecard: Scorecard) -> None:
    paper = card(of_model(scorecard))
    told = " ".join(one.en for one in section(paper, "gebruik").paragraphs)
    assert "for 60% model 7 and for 40% the decision framework" in told
    assert "Model 8 is on trial" in told
    assert "20" in {row[1].nl for row in section(paper, "kader").tables[0].rows}
    assert "At 120 open cases it differs by 6.2 points on average" in told
    quality = section(paper, "kwaliteit")
    assert quality.tables[0].rows[0][1] == Words("0,712 (0,690–0,730)", "0.712 (0.690–0.730)")
    assert len(quality.tables[2].rows) == 10
    assert quality.tables[3].rows[0][2].nl == "70%"
    assert {row[-1].nl for row in section(paper, "groepen").tables[0].rows} <= {"in orde", "kan toeval zijn"}
    assert "4 procentpunt" in section(paper, "groepen").paragraphs[0].nl
    assert [row[2].en for row in section(paper, "beslissingen").tables[0].rows] == [
        "activated",
        "rolled back",
        "activated",
    ]
    assert [row[0].nl for row in section(paper, "kenmerken").tables[0].rows] == [one.nl for one in FEATURES]
    assert all(one.nl and one.en for one in words_of(paper) if one != Words("", ""))
    unreviewed = replace(cast("ModelFacts", of_model(scorecard).model), evaluation=None, fairness=None)
    plain = card(replace(of_model(scorecard), model=unreviewed))
    assert "nog niet beoordeeld" in section(plain, "kwaliteit").paragraphs[-1].nl
    assert "nog niet gekeken" in section(plain, "groepen").paragraphs[-1].nl


def test_the_table_of_points_is_what_the_scorecard_gives(scorecard: Scorecard) -> None:
    """Yes or no, whole numbers and amounts: each value that falls in a row gets the points of that row."""
    given: dict[str, dict[str, int]] = {}
    start, *rows = card_points.of_scorecard(scorecard).rows
    for name, value, points in rows:
        given.setdefault(name.nl, {})[value.nl] = int(points.nl.replace("\N{MINUS SIGN}", "-"))
    assert int(start[2].nl) == scorecard.scale.basis
    values = np.full((1, len(FEATURES)), 2.0)  # of what is a yes or a no: a yes
    for feature, points in zip(FEATURES, contributions(scorecard, values)[0, 1:].tolist(), strict=True):
        told = [number for value, number in given.get(feature.nl, {}).items() if holds_two(value)]
        assert told == [points] or (not told and not points), feature.name
    assert len(given) + len(card_points.silent(scorecard)) == len(FEATURES)


def test_a_paper_is_a_file_in_either_language(scorecard: Scorecard) -> None:
    facts = of_model(scorecard)
    acts = (*facts.acts, Act(DAY, "cli:<b>", "shadow", "end", None, "a | b"))
    paper = card(replace(facts, acts=acts))
    text = markdown(paper, "en")
    assert text.startswith("# Model card of model 7, municipality of Almelo\n\n## What it is for\n")
    assert "a \\| b" in text
    assert len({line.count("|") for line in text.splitlines() if line.startswith("| 0%")}) <= 1
    page = html(paper, "nl")
    assert '<html lang="nl">' in page
    assert "cli:&lt;b&gt;" in page
    assert "<script" not in page


def entries(scorecard: Scorecard) -> dict[str, register_entry.Entry]:
    forest = of_model(decode(made_up(1, "boosting")), "boosting")
    ended = replace(of_model(scorecard), active=None, acts=of_model(scorecard).acts[:2])
    every = {
        "framework": FRAMEWORK,
        "scorecard": of_model(scorecard),
        "forest": replace(forest, choice=Choice("model")),
        "ended": ended,
        "on trial": replace(ended, acts=()),
    }
    return {name: register_entry.entry(replace(facts, municipality="Z" * 60), "0141") for name, facts in every.items()}


def test_an_entry_keeps_to_the_limits_and_says_what_is_left_to_the_municipality(scorecard: Scorecard) -> None:
    found = entries(scorecard)
    for entry in found.values():
        assert register_entry.faults(entry) == []
        assert list(entry.values) == [field.name for field in register_entry.FIELDS]
        assert {"Impacttoets(en)", "Leverancier"} <= set(entry.to_fill_in)
        assert {name for name in entry.to_fill_in if entry.values[name] is not None} == set()
        needed = [field.name for field in register_entry.FIELDS if field.needed]
        assert {name for name in needed if entry.values[name] is None} <= {"Contactgegevens"}
    status = {name: entry.values["Status"] for name, entry in found.items()}
    assert status == {
        "framework": "In gebruik",
        "scorecard": "In gebruik",
        "forest": "In gebruik",
        "ended": "Buiten gebruik",
        "on trial": "In ontwikkeling",
    }
    assert (found["scorecard"].values["Begindatum"], found["scorecard"].values["Einddatum"]) == ("2026-10", None)
    assert found["ended"].values["Einddatum"] == "2026-11"
    assert found["framework"].values["Contactgegevens"] == FRAMEWORK.contact
    assert "Contactgegevens" in found["scorecard"].to_fill_in
    broken = msgspec.structs.replace(
        found["framework"],
        values=found["framework"].values | {"Naam": "x" * 100, "Status": "Ja", "Begindatum": "2026", "Schema": "2"},
    )
    assert [one.partition(":")[0] for one in register_entry.faults(broken)] == [
        "Naam",
        "Status",
        "Begindatum",
        "Schema",
    ]
    paper = register_entry.paper(found["framework"], FRAMEWORK)
    assert any("In te vullen door de gemeente" in one.nl for one in words_of(paper))


@pytest.mark.skipif(not REFERENCE.exists(), reason="the fields of the publication standard are not on this machine")
def test_the_fields_are_those_of_the_publication_standard() -> None:
    group, told = "", []
    for line in REFERENCE.read_text("utf-8").splitlines():
        if line.startswith("## "):
            group = line[3:].strip()
        elif line.startswith("### "):
            told.append([group, line[4:].strip(), "", ""])
        elif told and line.startswith("| **Invoertype**"):
            told[-1][2] = line
        elif told and line.startswith("| **Altijd tonen**"):
            told[-1][3] = line
    kinds = {"url": "Geldige URL ", "contact": "Geldige URL of mail", "month": "yyyy-mm", "list": "Lijst"}
    for field, (of_group, name, kind, shown) in zip(register_entry.FIELDS, told, strict=True):
        assert (field.group, field.name) == (of_group, name)
        most = re.search(r"<(\d+) tekens", kind)
        assert field.most == (int(most[1]) if most else 0), name
        assert field.needed == ("erplicht" in shown), name
        assert all(choice in kind for choice in field.choices), name
        assert kinds.get(field.kind, "") in kind, name
