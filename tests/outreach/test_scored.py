"""Which case is scored by which model: by policy, municipality and what is owed; each model is asked once."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from signals.outreach import model_scores
from signals.outreach.cases import ArrearsState, HouseholdReport, JudgedCase, judge_household
from signals.outreach.learning.in_use import ModelsInUse, NumberedModel
from signals.outreach.periods import period_of
from signals.outreach.policy import PolicyBook, numbered, parse_policy
from signals.outreach.scored import score_by_models
from signals.policies import shipped
from signals.scoring.features import rows
from signals.scoring.model import decode, points
from tests.outreach.learning.models import made_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from signals.scoring.facts import CaseFacts

FIRST, SECOND = (NumberedModel(number, decode(made_up(number))) for number in (1, 2))
ALMELO = shipped()["almelo.toml"].replace("2020-01-01", "2019-01-01")


def book(*ways: str) -> PolicyBook:
    """Almelo's policies from 2019, 2020, … on, each with its own way."""
    bodies = [ALMELO.replace('by = "framework"', f'by = "{way}"') for way in ways]
    dated = [body.replace("2019-01-01", f"{2019 + place}-01-01") for place, body in enumerate(bodies)]
    return PolicyBook(numbered(parse_policy(body, "policy"), place) for place, body in enumerate(dated, 1))


def household(of: PolicyBook, *days: date, withdrawn: bool = False) -> dict[str, JudgedCase]:
    """A case for each day, with an arrears of 900 euros."""
    told = [
        HouseholdReport(
            number,
            number,
            day,
            period_of("month", day),
            "not-yet-picked-up" if not withdrawn else "other-reason",
            "paid" if withdrawn else None,
            day if withdrawn else None,
            60,
            explicit_wish=False,
            received_on=day,
            amount=90_000,
        )
        for number, day in enumerate(days, 1)
    ]
    states = {one.id: ArrearsState(one.id, "welbions", "Huur", "housing", 90_000, None, 0) for one in told}
    return judge_household(told, states, municipality="0141", book=of)


def test_the_policy_of_each_case_says_by_what(monkeypatch: pytest.MonkeyPatch) -> None:
    days = (date(2019, 5, 2), date(2020, 5, 2), date(2021, 5, 2))
    of = book("framework", "model", "blend")
    before = household(of, *days)
    judged = {1: household(of, *days), 2: household(of, *days), 3: household(of, *days, withdrawn=True)}
    asked: list[int] = []

    def counted(facts: Sequence[CaseFacts], usual: dict[str, float]) -> NDArray[np.float64]:
        asked.append(len(facts))
        return rows(facts, usual)

    monkeypatch.setattr(model_scores, "rows", counted)
    score_by_models(judged, of, {"0141": ModelsInUse(FIRST, SECOND), "0164": ModelsInUse(SECOND)})
    assert asked == [4, 6]  # one call for the model in use, and one for the one on trial
    assert judged[1] == judged[2]
    assert judged[3] == household(of, *days, withdrawn=True)
    for label, case in judged[1].items():
        values = rows([case.facts], FIRST.model.usual)
        told = int(points(FIRST.model, values)[0])
        framework = before[label].score.value
        expected = {"2019-05": framework, "2020-05": told, "2021-05": (told + framework + 1) // 2}[label]
        assert (case.score.value, case.scored_by) == (expected, None if label == "2019-05" else 1)
        assert sum(one.points for one in case.score.contributions) == expected
        assert case.shadow == (2, int(points(SECOND.model, values)[0]))


@pytest.mark.parametrize("models", [{}, {"0164": ModelsInUse(FIRST, SECOND)}, {"0141": ModelsInUse()}], ids=str)
def test_without_a_model_of_the_municipality_it_is_the_framework(models: dict[str, ModelsInUse]) -> None:
    of = book("model")
    judged = {1: household(of, date(2019, 5, 2))}
    score_by_models(judged, of, models)
    assert judged == {1: household(of, date(2019, 5, 2))}
