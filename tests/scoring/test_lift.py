"""The first eight a day: which cases a pair takes, and what an order is worth."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from signals.outreach.clocks import is_working_day
from signals.scoring.lift import Came, Lift, OrderLift, lift
from signals.scoring.measures import Estimate

MONDAY = date(2026, 3, 2).toordinal()


def cases(days: list[int], escalated: list[int]) -> Came:
    """Cases that came so many days after a Monday; `escalated` are those (by place) that did."""
    outcome = np.zeros(len(days), np.bool_)
    outcome[escalated] = True
    return Came(np.array(days, np.int64) + MONDAY, outcome, np.arange(len(days)))


def played(came: Came, score: list[float], a_day: int = 8, **kwargs: int) -> Lift:
    orders = {"model": np.array(score, np.float64)}
    return lift(came, orders, works=is_working_day, seed=1, a_day=a_day, rounds=20, **kwargs)


def of(found: Lift, order: str) -> OrderLift:
    [one] = [one for one in found.orders if one.order == order]
    return one


def test_a_pair_takes_the_highest_of_each_day_and_the_oldest_by_arrival() -> None:
    came = cases([0, 0, 0, 1], [2, 3])
    found = played(came, [1, 2, 3, 9], a_day=1, term=1)
    # Monday: 2 (escalated). Tuesday: 3 (escalated), which came that day; 0 and 1 are then past their term.
    assert (of(found, "model").chosen, of(found, "model").escalated) == (2, 2)
    # Monday: 0; Tuesday: 1, for they came first; Wednesday: 3, and 2 is past its term.
    assert (of(found, "arrival").chosen, of(found, "arrival").escalated) == (3, 1)
    assert (found.came, found.escalated) == (4, 2)
    precision, gain, ratio = of(found, "model").precision, of(found, "model").lift, of(found, "arrival").ratio
    assert precision == Estimate(1, 1, 1)
    assert gain is not None
    assert ratio is not None
    assert gain.value == 2
    assert ratio.value == pytest.approx(3)
    assert of(found, "model").ratio is None


def test_nobody_goes_out_at_the_weekend_or_on_a_holiday() -> None:
    good_friday = date(2026, 4, 3).toordinal() - MONDAY
    found = played(cases([good_friday] * 3, [0]), [3, 2, 1], a_day=1, term=4)
    # Friday to Easter Monday are off; the term ends on Tuesday.
    assert (of(found, "model").chosen, of(found, "model").escalated) == (1, 1)
    assert of(played(cases([good_friday] * 3, [0]), [3, 2, 1], term=3), "model").chosen == 0


def test_every_pair_takes_eight_and_equals_go_by_key() -> None:
    came = cases([0] * 40, list(range(8)))
    for pairs, days_needed in ((1, 5), (2, 3)):
        found = played(came, [1] * 40, pairs=pairs, term=days_needed - 1)
        assert of(found, "model").chosen == 40
        assert of(found, "model").lift == Estimate(1, 1, 1)
    first_day = played(came, [1] * 40, term=0)
    assert (of(first_day, "model").chosen, of(first_day, "model").escalated) == (8, 8)
    turned = Came(came.day, came.escalated, -came.key)
    assert of(played(turned, [1] * 40, term=0), "model").escalated == 0


def test_a_model_that_knows_beats_arrival_order_with_an_interval_that_says_so() -> None:
    dice = np.random.default_rng(5)
    day = MONDAY + np.sort(dice.integers(0, 364, 5_000))
    chance = dice.beta(1, 4, 5_000)
    came = Came(day, dice.random(5_000) < chance, np.arange(5_000))
    blind = dice.random(5_000)
    found = lift(came, {"model": chance, "blind": blind}, works=is_working_day, seed=1)
    assert [one.order for one in found.orders] == ["model", "blind", "arrival"]
    gain, ratio, none = of(found, "model").lift, of(found, "arrival").ratio, of(found, "blind").lift
    assert gain is not None
    assert ratio is not None
    assert none is not None
    assert gain.low > 1.5
    assert ratio.low > 1.5
    assert none.low < 1 < none.high
    again = lift(came, {"model": chance, "blind": blind}, works=is_working_day, seed=1)
    assert again == found


def test_no_cases_and_no_outcomes_have_no_figures() -> None:
    nothing = of(played(cases([], []), []), "model")
    assert (nothing.chosen, nothing.precision, nothing.lift) == (0, None, None)
    quiet = played(cases([0, 7], []), [1, 2])
    assert (of(quiet, "model").precision, of(quiet, "model").lift) == (Estimate(0, 0, 0), None)
    assert of(quiet, "arrival").ratio is None


def test_an_order_without_a_number_for_each_case_is_refused() -> None:
    for wrong in ([1.0], [1.0, float("nan")]):
        with pytest.raises(ValueError, match='"model" must have a number for each of 2 cases'):
            played(cases([0, 0], []), wrong)
