"""What a score may know of a case: how its arrears came to what is last known of them."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from signals.outreach.case_facts import Story, case_facts, stories
from signals.outreach.cases import ArrearsState, HouseholdReport
from signals.outreach.periods import period_of
from signals.scoring.features import FEATURES, rows

FIRST = date(2026, 1, 5)


def report(
    number: int, day: int, amount: int, *, status: str = "picked-up", withdrawn: str | None = None, arrears: int = 1
) -> HouseholdReport:
    on = FIRST + timedelta(day)
    return HouseholdReport(
        id=number,
        arrears=arrears,
        signalled_on=on,
        period=period_of("month", on),
        status=status,
        withdrawn=withdrawn,
        withdrawn_on=on if withdrawn else None,
        days_in_arrears=40 + day,
        explicit_wish=False,
        received_on=on,
        amount=amount,
    )


def state(amount: int, arrears: int = 1, sector: str = "housing") -> ArrearsState:
    return ArrearsState(arrears, f"p{arrears}", None, sector, amount, None, 0)


def story(*reports: HouseholdReport, last: int) -> Story:
    return stories(reports, {1: state(last)})[1]


def test_a_single_signal_has_not_risen() -> None:
    assert story(report(1, 0, 500), last=500) == Story(FIRST, FIRST, 500, 40, 0, 0)


def test_each_higher_amount_is_a_rise_and_the_last_word_may_be_a_change() -> None:
    told = [report(1, 0, 500), report(2, 30, 800), report(3, 60, 700, status="repeat")]
    assert story(*told, last=900) == Story(FIRST, FIRST + timedelta(60), 500, 40, 2, 300)
    assert story(*told, last=700) == Story(FIRST, FIRST + timedelta(60), 500, 40, 1, 300)


@given(st.lists(st.integers(0, 900), min_size=1, max_size=4), st.integers(0, 900), st.integers(1, 500))
def test_another_missed_month_lowers_nothing_of_which_more_never_lowers_a_score(
    amounts: list[int], last: int, bill: int
) -> None:
    told = [report(number, 30 * number, amount) for number, amount in enumerate(amounts)]
    then, after = (
        rows([case_facts(told, [state(now)], {1: story(*told, last=now)}, 0)])[0] for now in (last, last + bill)
    )
    fallen = [one.name for one, less in zip(FEATURES, after < then, strict=True) if one.direction and less]
    assert fallen == []


def test_what_stands_before_a_withdrawal_is_another_story() -> None:
    before = [report(1, 0, 500, withdrawn="paid"), report(2, 10, 500, status="repeat")]
    assert story(*before, report(3, 90, 300), last=300) == Story(
        FIRST + timedelta(90), FIRST + timedelta(90), 300, 130, 0, 0
    )


def test_what_does_not_count_tells_no_story() -> None:
    assert stories([report(1, 0, 500, status="wrongful"), report(2, 9, 500, withdrawn="moved")], {1: state(500)}) == {}


def test_reports_of_one_day_tell_the_same_in_any_order() -> None:
    told = [report(1, 3, 500), report(2, 3, 900), report(3, 3, 700), replace(report(4, 3, 500), days_in_arrears=None)]
    assert len({story(*order, last=900) for order in permutations(told)}) == 1


def test_days_are_counted_to_the_last_signal_of_the_case() -> None:
    told = [report(1, 0, 500), report(2, 40, 100, arrears=2)]
    states = {1: state(500), 2: state(100, 2, "water")}
    facts = case_facts(told, list(states.values()), stories(told, states), 3)
    assert [one.known_days for one in facts.arrears] == [40, 0]
    assert [one.days_in_arrears for one in facts.arrears] == [40, 80]
    assert facts.signals_past_six_months == 3


@pytest.mark.parametrize("earlier", [0, 2])
def test_a_case_without_open_arrears_has_no_facts_of_any(earlier: int) -> None:
    assert case_facts([], [], {}, earlier).arrears == ()
