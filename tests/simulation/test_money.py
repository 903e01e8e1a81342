"""A household's money from month to month: shares add up, shocks press, seasons are even."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.simulation.dice import Dice, total
from signals.simulation.money import (
    MONTHS,
    OUT,
    SEASONS,
    SECTOR_SEASONS,
    STARTS,
    TURNS,
    HiddenState,
    Shock,
    next_state,
    pressure,
    start_of_trouble,
    strain,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

STATES: Sequence[HiddenState] = ("tight", "slipping", "sinking", "crisis", "recovering")
WORSE = {"tight": "slipping", "slipping": "sinking", "sinking": "crisis"}
SEPTEMBER = Shock("energy", date(2026, 9, 1), 40)


def thrown(state: HiddenState, worse: float = 1.0, times: int = 4000) -> Counter[str]:
    dice = Dice("money", state, str(worse))
    return Counter(next_state(state, dice, worse) for _ in range(times))


def test_every_state_has_turns_and_months_and_no_other_has() -> None:
    assert set(TURNS) == set(MONTHS) == set(STATES)
    assert {to for turns in TURNS.values() for to in turns} == {*STATES, OUT}


@pytest.mark.parametrize("state", STATES)
def test_the_shares_of_the_turns_add_to_one(state: HiddenState) -> None:
    assert total(TURNS[state].values()) == pytest.approx(1)
    assert all(share > 0 for share in TURNS[state].values())


def test_trouble_never_begins_in_a_crisis_or_on_the_way_out() -> None:
    assert total(STARTS.values()) == pytest.approx(1)
    dice = Dice("starts")
    found = Counter(start_of_trouble(dice) for _ in range(4000))
    assert {state: number / 4000 for state, number in found.items()} == pytest.approx(dict(STARTS), abs=0.03)


@pytest.mark.parametrize("state", STATES)
def test_a_state_turns_as_often_as_its_shares_say(state: HiddenState) -> None:
    assert {to: number / 4000 for to, number in thrown(state).items()} == pytest.approx(dict(TURNS[state]), abs=0.03)


@pytest.mark.parametrize("state", STATES)
def test_a_strain_makes_the_turn_for_the_worse_likelier_and_keeps_the_others_beside_one_another(
    state: HiddenState,
) -> None:
    plain, strained = thrown(state), thrown(state, 2.0)
    worse = WORSE.get(state)
    if worse is None:
        assert {to: n / 4000 for to, n in strained.items()} == pytest.approx(dict(TURNS[state]), abs=0.03)
        return
    share = TURNS[state][worse]  # type: ignore[index]  # a word of WORSE is a state
    assert strained[worse] / 4000 == pytest.approx(2 * share / (1 + share), abs=0.03)
    assert strained[worse] > 1.3 * plain[worse]
    assert all(strained[to] < plain[to] for to in plain if to != worse)


def test_the_deeper_the_trouble_the_worse_a_month() -> None:
    deeper = [MONTHS[state] for state in STATES[:4]]
    assert deeper == sorted(deeper, key=lambda month: -month.paid)
    for name in ("grows", "spreads", "threatens", "helped", "missed"):
        assert deeper == sorted(deeper, key=lambda month, name=name: float(getattr(month, name)))  # type: ignore[misc]
    for chances in MONTHS.values():
        least, most = chances.amounts
        assert 0 <= least < most <= 1
    chances_of_all = [getattr(month, name) for month in MONTHS.values() for name in ("paid", "grows", "spreads")]
    assert all(0 <= chance < 1 for chance in chances_of_all)


@pytest.mark.parametrize("season", [SEASONS, *SECTOR_SEASONS.values()], ids=["trouble", *SECTOR_SEASONS])
def test_the_seasons_of_a_year_average_one(season: Sequence[float]) -> None:
    assert len(season) == 12
    assert total(season) / 12 == pytest.approx(1, abs=1e-9)
    assert season[0] > 1 > season[7]


@pytest.mark.parametrize(("month", "rise"), [(date(2026, 8, 1), 0.0), (date(2026, 9, 1), 0.4), (date(2030, 1, 1), 0.4)])
def test_bills_are_dearer_from_the_month_of_a_shock_on(month: date, rise: float) -> None:
    assert SEPTEMBER.rise(month) == pytest.approx(rise)


def test_strain_and_pressure_begin_with_the_shock_and_press_its_sector_only() -> None:
    before, after = date(2026, 8, 1), date(2026, 10, 1)
    assert strain((), after) == strain((SEPTEMBER,), before) == 1.0
    assert strain((SEPTEMBER,), after) == pytest.approx(1.2)
    assert strain((SEPTEMBER, SEPTEMBER), after) == pytest.approx(1.4)
    for sector in ("housing", "water", "health"):
        assert pressure((SEPTEMBER,), sector, after) == pressure((), sector, after)
    assert pressure((SEPTEMBER,), "energy", before) == pressure((), "energy", before)
    assert pressure((SEPTEMBER,), "energy", after) == pytest.approx(1.6 * pressure((), "energy", after))
    assert pressure((), "housing", after) == 1.0


@given(st.integers(1, 500), st.integers(1, 12))
def test_a_dearer_shock_presses_no_less(percent: int, month: int) -> None:
    day = date(2026, month, 1)
    one, more = (Shock("health", date(2026, 1, 1), percent + further) for further in (0, 1))
    assert 1 < strain((one,), day) < strain((more,), day)
    assert pressure((), "health", day) < pressure((one,), "health", day) < pressure((more,), "health", day)
