"""The figures of simulated towns beside the national ones: how they are measured, and that they agree."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.calibration import shown
from signals.reports.national import NATIONAL
from signals.simulation.calibration import (
    FIGURES,
    RARE,
    measured,
    reactions_in,
    within,
)
from signals.simulation.judged import Judgement, almelo_policy_for, judge, with_register
from signals.simulation.partners import PARTNERS
from tests.docs.calibrated import recorded
from tests.simulation.pairs import Pair, pair, withdrawal
from tests.simulation.seed import figures_of_the_fixed_seed

BY_KEY = {figure.key: figure for figure in FIGURES}


def judged(*pairs: Pair) -> Judgement:
    return judge(pairs, partners=PARTNERS, book=almelo_policy_for("0141"), verdict=with_register)


@pytest.fixture(scope="module")
def fixed_seed() -> dict[str, float]:
    return figures_of_the_fixed_seed()


def test_every_figure_of_the_fixed_seed_is_within_its_bounds(fixed_seed: dict[str, float]) -> None:
    assert {key for key in within(fixed_seed) if BY_KEY[key].name not in RARE} == set()


def test_the_fixed_seed_gives_what_the_table_says(fixed_seed: dict[str, float]) -> None:
    assert [row[7] for row in recorded("full")] == [shown(figure, fixed_seed[figure.key]) for figure in FIGURES], (
        "the simulation changed since the table was written: run python -m benchmarks.calibration"
    )


def test_a_seed_has_every_figure(fixed_seed: dict[str, float]) -> None:
    assert list(fixed_seed) == [figure.key for figure in FIGURES]


def test_the_figures_that_share_a_whole_sum_to_it(fixed_seed: dict[str, float]) -> None:
    for prefix, year in (("class-", 2023), ("sector-", 2023), ("sector-", 2024), ("multiple-", 2023)):
        parts = [value for key, value in fixed_seed.items() if key.startswith(prefix) and key.endswith(str(year))]
        assert sum(parts) == pytest.approx(100)
    reasons = [value for key, value in fixed_seed.items() if key.startswith("refused-")]
    assert sum(reasons) == pytest.approx(100)
    assert fixed_seed["in-case 2024"] + fixed_seed["refused 2024"] == pytest.approx(100)


def year_of_four() -> Judgement:
    """A town of 1,000 in 2024: a household visited, one written to twice, one unknown, and one of the year before."""
    return judged(
        pair("2023-12-31", "water", "W-0", door=9),
        pair("2024-01-10", "health", "Z-1", household="0141-0000001"),
        pair("2024-01-20", "housing", "H-1", household="0141-0000001"),
        pair("2024-02-10", "energy", "E-1", door=2, crisis="end-of-delivery", household="0141-0000002"),
        pair("2024-03-10", "energy", "E-1", door=2, amount="450.00", household="0141-0000002"),
        pair("2024-03-11", "water", "W-1", door=3, register="not-found"),
        pair("2024-03-12", "water", "W-2", door=4, amount="20.00"),
        pair("2024-03-13", "health", "Z-2", door=5),
        withdrawal("2024-03-20", "health", "Z-2"),
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("signals", 7 / 12),
        ("cases", 4 / 12),  # one of them was withdrawn in its month
        ("in-case", 100 * 5 / 7),
        ("signals-per-case", 5 / 4),
        ("class-single", 50.0),
        ("class-multiple", 25.0),
        ("class-consecutive", 25.0),
        ("multiple-two", 100.0),
        ("multiple-three", 0.0),
        ("multiple-more", 0.0),
        ("sector-health", 100 * 2 / 7),
        ("sector-housing", 100 * 1 / 7),
        ("sector-energy", 100 * 2 / 7),
        ("sector-water", 100 * 2 / 7),
        ("end-of-delivery", 50.0),
        ("mismatch", 100 * 1 / 7),
        ("refused", 100 * 2 / 7),
        ("refused-not-a-resident", 50.0),
        ("refused-wrongful", 50.0),
        ("refused-repeat", 0.0),
        ("letters", 2 / 12),
        ("visits", 1 / 12),
    ],
)
def test_a_year_by_hand(name: str, value: float) -> None:
    assert measured(year_of_four(), 2024, 1000)[name] == pytest.approx(value)


def test_a_year_without_signals_is_all_zeros() -> None:
    found = measured(year_of_four(), 2019, 1000) | reactions_in(year_of_four(), 2019, 1)
    assert set(found.values()) == {0.0}
    assert {figure.name for figure in FIGURES} == set(found)


def test_reactions_are_asked_of_the_open_cases_of_the_year() -> None:
    many: list[Pair] = []
    for door in range(1, 501):
        household: dict[str, Any] = {"household": f"0141-{door:07}", "hidden_state": "slipping"}
        many.append(pair("2024-05-02", "health", f"Z-{door}", door=door, **household))
        many.append(pair("2024-05-03", "housing", f"H-{door}", door=door, **household))
    visited = reactions_in(judged(*many), 2024, 1)
    written = reactions_in(judged(*many[::2]), 2024, 1)
    assert visited["reached"] > 28
    assert 0 < written["reached"] < 26
    assert 0 < visited["accepted"] < 100
    paid = [withdrawal("2024-05-20", "health", f"Z-{door}") for door in range(1, 501)]
    assert reactions_in(judged(*many[::2], *paid), 2024, 1) == {"reached": 0.0, "accepted": 0.0}


def test_what_is_off_is_named() -> None:
    on_target = {figure.key: 50.0 if figure.target is None else figure.target for figure in FIGURES}
    assert within(on_target) == []
    assert within(on_target | {"visits 2024": 44.1, "signals 2023": 3.5}) == ["signals 2023", "visits 2024"]


def test_the_targets_are_those_of_the_monitor_and_the_bounds_a_tenth() -> None:
    assert [BY_KEY[f"signals {year}"].target for year in (2022, 2023, 2024)] == [3.3, 4.0, 4.4]
    wider = {"multiple-more", "mismatch", "refused-known-to-debt-help"}
    for figure in FIGURES:
        if figure.target is not None and figure.name not in wider:
            assert figure.low == pytest.approx(figure.target * 0.9)
            assert figure.high == pytest.approx(min(figure.target * 1.1, 100 if figure.unit == "%" else 1000))


def test_the_figures_that_were_not_published_follow_from_those_that_were() -> None:
    cases = NATIONAL["signals_per_1000"][2024] * NATIONAL["in_case"][2024] / NATIONAL["signals_per_case"][2023]
    assert BY_KEY["cases 2024"].target == pytest.approx(cases, abs=0.05)
    assert BY_KEY["refused-not-a-resident 2024"].target == 20
    assert [BY_KEY[f"{name} 2024"].target for name in ("letters", "visits")] == [350, 40]


def test_shares_are_as_they_were_published() -> None:
    assert [BY_KEY[f"class-{name} 2023"].target for name in ("single", "multiple", "consecutive")] == [50, 11, 40]
    sectors = ("health", "housing", "energy", "water")
    assert [BY_KEY[f"sector-{name} 2024"].target for name in sectors] == [41, 20, 20, 18]
