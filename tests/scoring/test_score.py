"""The score: what counts for how much, in which words, and the laws that make it explainable."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from signals.contract.codes import CRISES, PARTNER_TYPES
from signals.contract.partners import SECTORS
from signals.scoring.facts import ArrearsFacts, CaseFacts
from signals.scoring.framework import Framework, Step
from signals.scoring.score import Score, score

if TYPE_CHECKING:
    from random import Random

FRAMEWORK = Framework()
RENT = ArrearsFacts("housing", "welbions", "Huur", 10_000)
EVICTION = replace(RENT, crisis="eviction")
HEALTH = ArrearsFacts("health", "menzis", "Zorg", 5_000)


def points(facts: CaseFacts, framework: Framework = FRAMEWORK) -> dict[str, int]:
    return {part.criterion: part.points for part in score(facts, framework).contributions}


def rent(**change: object) -> CaseFacts:
    return CaseFacts((replace(RENT, **change),))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (CaseFacts(), {"no-open-arrears": 0}),
        (CaseFacts(signals_past_six_months=9, reached_before=True), {"no-open-arrears": 0}),
        (rent(), {"no-points": 0}),
        (CaseFacts((RENT, RENT)), {"no-points": 0}),
        (CaseFacts((RENT, HEALTH)), {"partners": 20}),
        (CaseFacts((RENT, HEALTH, replace(RENT, partner="sint-joseph"))), {"partners": 30}),
        (CaseFacts(tuple(replace(RENT, partner=f"p{n}") for n in range(5))), {"partners": 30}),
        (rent(amount_cents=64_999), {"no-points": 0}),
        (rent(amount_cents=65_000), {"severity-housing": 5}),
        (rent(amount_cents=129_999), {"severity-housing": 5}),
        (rent(amount_cents=130_000), {"severity-housing": 10}),
        (rent(amount_cents=100_000_000), {"severity-housing": 15}),
        (CaseFacts((replace(RENT, amount_cents=33_000),) * 2), {"severity-housing": 5}),
        (rent(sector="water", amount_cents=10_000), {"severity-water": 15}),
        (rent(days_in_arrears=59), {"no-points": 0}),
        (rent(days_in_arrears=60), {"days": 5}),
        (rent(days_in_arrears=180), {"days": 15}),
        (rent(rise_cents=1), {"rise": 10}),
        (replace(rent(), signals_past_six_months=1), {"past-signals": 5}),
        (replace(rent(), signals_past_six_months=3), {"past-signals": 10}),
        (rent(crisis="eviction"), {"crisis": 40}),
        (rent(crisis="disconnection"), {"crisis": 35}),
        (rent(crisis="end-of-insurance"), {"crisis": 30}),
        (rent(crisis="end-of-delivery"), {"crisis": 20}),
        (CaseFacts((replace(RENT, crisis="end-of-delivery"), EVICTION)), {"crisis": 40}),
        (rent(explicit_wish=True), {"explicit-wish": 10}),
        (replace(rent(), reached_before=True), {"no-points": 0}),
    ],
)  # fmt: skip
def test_what_counts(facts: CaseFacts, expected: dict[str, int]) -> None:
    assert points(facts) == expected
    assert score(facts, FRAMEWORK).value == sum(expected.values())


@pytest.mark.parametrize(
    ("facts", "framework", "expected"),
    [
        (rent(), Framework(partner_type={"Huur": 7}), {"partner-type-huur": 7}),
        (CaseFacts((RENT, RENT)), Framework(partner_type={"Huur": 7}), {"partner-type-huur": 7}),
        (rent(ddas_type=None), Framework(partner_type={"Huur": 7}), {"no-points": 0}),
        (
            rent(ddas_type="CAK Eigen bijdrage"),
            Framework(partner_type={"CAK Eigen bijdrage": 2}),
            {"partner-type-cak-eigen-bijdrage": 2},
        ),
        (replace(rent(), reached_before=True), Framework(reached_before=4), {"reached-before": 4}),
        (replace(rent(), reached_before=False), Framework(reached_before=4), {"no-points": 0}),
        (rent(), Framework(partners=(Step(1, 3),)), {"partners": 3}),
    ],
)
def test_what_counts_is_the_municipalitys_choice(
    facts: CaseFacts, framework: Framework, expected: dict[str, int]
) -> None:
    assert points(facts, framework) == expected


def test_what_goes_over_the_top_is_taken_off_visibly() -> None:
    everything = CaseFacts(
        (
            replace(RENT, amount_cents=500_000, days_in_arrears=200, crisis="eviction", explicit_wish=True),
            replace(HEALTH, amount_cents=500_000, rise_cents=5),
        ),
        signals_past_six_months=5,
    )
    weighed = score(everything, FRAMEWORK)
    assert weighed.value == 100
    assert weighed.contributions[-1].criterion == "cap"
    assert weighed.contributions[-1].points == -35
    assert "135 punten" in weighed.contributions[-1].nl


@pytest.mark.parametrize(
    ("facts", "nl", "en"),
    [
        (CaseFacts(), "Er is geen open achterstand", "There are no open arrears"),
        (
            CaseFacts((RENT, HEALTH)),
            "Achterstand bij 2 partners",
            "Arrears with 2 partners",
        ),
        (
            rent(amount_cents=130_000),
            "Huurachterstand is ongeveer 2 maanden huur",
            "Rent arrears are about 2 months of rent",
        ),
        (
            rent(amount_cents=65_000),
            "Huurachterstand is ongeveer 1 maand huur",
            "Rent arrears are about 1 month of rent",
        ),
        (
            rent(amount_cents=129_999),
            "Huurachterstand is ongeveer 1,9 maanden huur",
            "Rent arrears are about 1.9 months of rent",
        ),
        (
            rent(sector="water", amount_cents=5_000),
            "Waterachterstand is ongeveer 2,5 maanden water",
            "Water arrears are about 2.5 months of water",
        ),
        (
            rent(sector="health", amount_cents=32_000),
            "Achterstand bij de zorgverzekering is ongeveer 2 maanden premie",
            "Health insurance arrears are about 2 months of premium",
        ),
        (
            rent(days_in_arrears=95),
            "De langste achterstand duurt 95 dagen",
            "The longest arrears last 95 days",
        ),
        (
            replace(rent(), signals_past_six_months=1),
            "1 eerder signaal in de afgelopen 6 maanden",
            "1 earlier signal in the past 6 months",
        ),
        (
            replace(rent(), signals_past_six_months=2),
            "2 eerdere signalen in de afgelopen 6 maanden",
            "2 earlier signals in the past 6 months",
        ),
        (rent(crisis="eviction"), "Er dreigt een huisuitzetting", "Eviction threatens"),
    ],
)
def test_each_contribution_explains_itself(facts: CaseFacts, nl: str, en: str) -> None:
    (part,) = score(facts, FRAMEWORK).contributions
    assert (part.nl, part.en) == (nl, en)


ARREARS = st.builds(
    ArrearsFacts,
    sector=st.sampled_from(SECTORS),
    partner=st.sampled_from(["welbions", "menzis", "vitens", "enexis"]),
    ddas_type=st.sampled_from([None, *PARTNER_TYPES]),
    amount_cents=st.integers(1, 100_000_000) | st.integers(1, 200_000),
    days_in_arrears=st.none() | st.integers(0, 4_000),
    rise_cents=st.integers(0, 100_000),
    crisis=st.sampled_from([None, *CRISES]),
    explicit_wish=st.booleans(),
)
CASES = st.builds(
    CaseFacts,
    arrears=st.lists(ARREARS, max_size=5).map(tuple),
    signals_past_six_months=st.integers(0, 20),
    reached_before=st.none() | st.booleans(),
)


@st.composite
def steps(draw: st.DrawFn) -> tuple[Step, ...]:
    starts = sorted(draw(st.sets(st.integers(1, 400), max_size=4)))
    given_points = sorted(draw(st.lists(st.integers(0, 100), min_size=len(starts), max_size=len(starts))))
    return tuple(map(Step, starts, given_points))


POINTS = st.integers(0, 100)
FRAMEWORKS = st.builds(
    Framework,
    usual_bill_cents=st.fixed_dictionaries({sector: st.integers(1, 100_000) for sector in SECTORS}),
    partners=steps(),
    severity=steps(),
    days=steps(),
    rise=POINTS,
    past_signals=steps(),
    crisis=st.fixed_dictionaries(dict.fromkeys(CRISES, POINTS)),
    explicit_wish=POINTS,
    reached_before=POINTS,
    partner_type=st.dictionaries(st.sampled_from(PARTNER_TYPES), POINTS),
)


def uncapped(weighed: Score) -> int:
    return sum(part.points for part in weighed.contributions if part.criterion != "cap")


@given(facts=CASES, framework=FRAMEWORKS)
def test_contributions_add_up_exactly(facts: CaseFacts, framework: Framework) -> None:
    weighed = score(facts, framework)
    assert weighed.value == sum(part.points for part in weighed.contributions)
    assert weighed.value == min(100, uncapped(weighed))
    assert 0 <= weighed.value <= 100
    assert weighed.contributions
    assert all(part.nl and part.en for part in weighed.contributions)
    assert len({part.criterion for part in weighed.contributions}) == len(weighed.contributions)


@given(facts=CASES, framework=FRAMEWORKS, shuffled=st.randoms(use_true_random=False))
def test_the_order_of_the_arrears_does_not_matter(facts: CaseFacts, framework: Framework, shuffled: Random) -> None:
    other = list(facts.arrears)
    shuffled.shuffle(other)
    assert score(replace(facts, arrears=tuple(other)), framework) == score(facts, framework)


@given(facts=CASES, more=ARREARS, framework=FRAMEWORKS)
def test_one_more_arrears_never_lowers_the_score(facts: CaseFacts, more: ArrearsFacts, framework: Framework) -> None:
    with_more = score(replace(facts, arrears=(*facts.arrears, more)), framework)
    assert uncapped(with_more) >= uncapped(score(facts, framework))
    assert with_more.value >= score(facts, framework).value


@given(facts=CASES.filter(lambda facts: facts.arrears), rise=st.integers(1, 1_000_000), framework=FRAMEWORKS)
def test_a_higher_amount_never_lowers_the_score(facts: CaseFacts, rise: int, framework: Framework) -> None:
    first, *others = facts.arrears
    higher = replace(first, amount_cents=first.amount_cents + rise, rise_cents=first.rise_cents + rise)
    raised = replace(facts, arrears=(higher, *others))
    assert uncapped(score(raised, framework)) >= uncapped(score(facts, framework))


@given(facts=CASES, framework=FRAMEWORKS)
def test_who_the_partner_is_does_not_matter_only_how_many(facts: CaseFacts, framework: Framework) -> None:
    renamed = tuple(replace(arrears, partner=f"{arrears.partner}-other") for arrears in facts.arrears)
    assert score(replace(facts, arrears=renamed), framework) == score(facts, framework)


@given(cents=st.integers(65_000, 10_000_000))
def test_the_words_never_claim_more_months_than_there_are(cents: int) -> None:
    part = score(rent(amount_cents=cents), FRAMEWORK).contributions[0]
    said = float(part.en.split()[4])
    assert said <= cents / 65_000
    assert math.isclose(said, cents / 65_000, abs_tol=0.1001)
