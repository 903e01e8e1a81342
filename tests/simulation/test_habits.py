"""What partners do: who has a contract with whom, what they signal, and when they are silent."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from signals.contract.codes import CRISES, KINDS
from signals.simulation.habits import HABITS, SECTOR_SHARES, Contract, contracts, is_silent
from signals.simulation.money import MONTHS
from signals.simulation.partners import PARTNERS
from signals.simulation.residents import Household, household
from signals.simulation.towns import ALMELO

if TYPE_CHECKING:
    from collections.abc import Sequence

TWO_YEARS = range(1, 25)
SHARING = {"student", "care-home"}  # energy and water are in the rent


@cache
def some() -> Sequence[tuple[Household, tuple[Contract, ...]]]:
    """Households with their contracts."""
    people = [household(ALMELO, number, seed=1, year=2026) for number in range(3000)]
    return [(one, contracts(one, 1)) for one in people]


def test_only_adults_have_contracts() -> None:
    assert any(len(one.persons) > len(one.adults) for one, _ in some())
    assert all(one.persons[contract.person].adult for one, pays in some() for contract in pays)


def test_only_renters_have_a_landlord() -> None:
    found = {(one.renter, sum(pay.partner.sector == "housing" for pay in pays)) for one, pays in some()}
    assert found == {(True, 1), (False, 0)}


def test_energy_and_water_are_in_one_name_and_health_in_that_of_every_adult() -> None:
    for one, pays in some():
        names = Counter(pay.partner.sector for pay in pays)
        bills = 0 if one.composition in SHARING else 1
        assert (names["energy"], names["water"]) == (bills, bills)
        assert sorted(pay.person for pay in pays if pay.partner.sector == "health") == list(
            range(min(len(one.adults), 4))
        )
        assert len(set(pays)) == len(pays)


def test_contracts_are_the_same_each_time_and_others_with_another_seed() -> None:
    people = [one for one, _ in some()[:200]]
    assert [contracts(one, 1) for one in people] == [pays for _, pays in some()[:200]]
    assert [contracts(one, 2) for one in people] != [pays for _, pays in some()[:200]]


@pytest.mark.parametrize(
    ("partner", "share"),
    [("welbions", 0.60), ("sint-joseph", 0.40), ("twentestroom", 0.57), ("noorderwarmte", 0.43), ("menzis", 0.63)],
)
def test_partners_of_a_sector_have_their_share_of_the_customers(partner: str, share: float) -> None:
    sector = next(one.sector for one in PARTNERS if one.id == partner)
    names = [pay.partner.id for _, pays in some() for pay in pays if pay.partner.sector == sector]
    assert names.count(partner) / len(names) == pytest.approx(share, abs=0.04)


def test_most_adults_of_a_household_have_the_same_insurer_and_not_all() -> None:
    pairs = [[pay.partner.id for pay in pays if pay.partner.sector == "health"] for _, pays in some()]
    together = [len(set(names)) == 1 for names in pairs if len(names) == 2]
    assert 0.6 < sum(together) / len(together) < 0.95


# Silence


@pytest.mark.parametrize("seed", range(5))
def test_nobody_is_silent_in_the_first_month_or_twice_in_a_row(seed: int) -> None:
    for partner in PARTNERS:
        silent = [is_silent(partner, month, seed) for month in range(-11, 120)]
        assert not any(silent[:12])
        assert not any(one and two for one, two in pairwise(silent))


@pytest.mark.parametrize("partner", PARTNERS, ids=lambda partner: partner.id)
def test_a_partner_is_silent_in_about_the_share_of_months_that_its_sector_has(partner: object) -> None:
    (one,) = [known for known in PARTNERS if known is partner]
    stated = HABITS[one.sector].silent
    silent = sum(is_silent(one, month, seed) for seed in range(150) for month in TWO_YEARS)
    usual = stated / (1 + stated)  # the month after a silence never is one
    assert silent / (150 * len(TWO_YEARS)) == pytest.approx(usual, abs=0.012)
    assert (silent > 0) == (stated > 0)


# The table


@pytest.mark.parametrize("sector", HABITS)
def test_a_habit_speaks_the_words_of_the_contract_and_its_chances_are_chances(sector: str) -> None:
    habit = HABITS[sector]
    assert set(habit.kinds) <= set(KINDS)
    assert habit.threat in CRISES
    chances = (habit.again, habit.again_risen, habit.tells_change, habit.tells_payment, habit.late, habit.silent)
    assert all(0 <= chance <= 1 for chance in (*chances, habit.keeps_old_address))
    assert habit.again < habit.again_risen


@pytest.mark.parametrize("sector", HABITS)
def test_a_first_signal_lies_within_what_the_shipped_policies_take(sector: str) -> None:
    low, high = HABITS[sector].first
    assert 5000 < low < high
    for chances in MONTHS.values():
        earliest, latest = chances.arisen
        assert 30 <= earliest <= latest
        assert latest + 30 <= min(HABITS[sector].until, 100)


def test_every_partner_has_habits_and_every_year_its_sectors() -> None:
    assert {partner.sector for partner in PARTNERS} == set(HABITS)
    assert all(set(shares) == set(HABITS) for shares in SECTOR_SHARES.values())
    assert set(SECTOR_SHARES) == {2022, 2023, 2024}
