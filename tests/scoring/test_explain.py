"""Every score of a model explains itself in whole points that add up, in both languages; so does a blend."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.scoring.explain import blended, explained
from signals.scoring.facts import ArrearsFacts, CaseFacts
from signals.scoring.features import FEATURES, rows
from signals.scoring.framework import Framework
from signals.scoring.model import contributions, decode, points
from signals.scoring.score import score
from tests.outreach.learning.models import made_up

SECTORS = ("housing", "energy", "water", "health", "other")
arrears = st.builds(
    ArrearsFacts,
    sector=st.sampled_from(SECTORS),
    partner=st.sampled_from(("welbions", "menzis", "vitens")),
    ddas_type=st.none(),
    amount_cents=st.integers(5_000, 400_000),
    days_in_arrears=st.none() | st.integers(30, 400),
    rise_cents=st.integers(0, 50_000),
    crisis=st.none() | st.sampled_from(("eviction", "end-of-delivery")),
    explicit_wish=st.booleans(),
    first_cents=st.integers(5_000, 400_000),
    first_days=st.none() | st.integers(30, 400),
    rises=st.integers(0, 3),
    largest_rise_cents=st.integers(0, 50_000),
    known_days=st.integers(0, 200),
)
cases = st.builds(
    CaseFacts, st.lists(arrears, min_size=1, max_size=4).map(tuple), signals_past_six_months=st.integers(0, 6)
)


@given(cases, st.sampled_from(("scorecard", "boosting")), st.integers(1, 99))
def test_reasons_add_up_to_the_score(facts: CaseFacts, kind: str, percent: int) -> None:
    model = decode(made_up(1, "boosting" if kind == "boosting" else "scorecard"))
    values = rows([facts], model.usual)
    by_model = explained(values[0].tolist(), contributions(model, values)[0].tolist())
    assert by_model.value == points(model, values)[0] == sum(one.points for one in by_model.contributions)
    assert all(one.nl and one.en and "{" not in one.nl + one.en for one in by_model.contributions)
    by_framework = score(facts, Framework())
    both = blended(by_model, by_framework, percent)
    assert both.value == sum(one.points for one in both.contributions)
    assert abs(both.value - (by_model.value * percent + by_framework.value * (100 - percent)) / 100) <= 0.5
    assert {one.criterion.partition("-")[0] for one in both.contributions} <= {"model", "framework"}


def test_what_makes_no_difference_is_not_told_and_the_rest_weighs_less_and_less() -> None:
    given_points = [40, *([0] * len(FEATURES))]
    given_points[1], given_points[3] = 6, -9
    told = explained(np.zeros(len(FEATURES)).tolist(), given_points).contributions
    assert [(one.criterion, one.points) for one in told] == [("basis", 40), ("energy", -9), ("partners", 6)]


@pytest.mark.parametrize(("start", "value", "cap"), [(130, 100, -30), (-20, 0, 20)])
def test_a_score_is_kept_within_its_bounds_and_says_so(start: int, value: int, cap: int) -> None:
    told = explained([0.0] * len(FEATURES), [start, *([0] * len(FEATURES))])
    assert told.value == value
    assert (told.contributions[-1].criterion, told.contributions[-1].points) == ("cap", cap)
