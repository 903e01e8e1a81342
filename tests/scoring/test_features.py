"""The features of a model: each from the allowed facts, in one place, the same in any order."""

from __future__ import annotations

from itertools import permutations
from math import isnan

import pytest
from msgspec.structs import fields, replace

from signals.scoring.facts import ArrearsFacts, CaseFacts
from signals.scoring.features import COLUMNS, FEATURES, USUAL_CENTS, Feature, rows

# domain.md section 10, word for word; a feature names the one that it is.
ALLOWED = {
    "partner type",
    "number of partners",
    "amount relative to the sector's usual bill",
    "days in arrears",
    "rise since the last signal",
    "signals in the past 6 months",
    "crisis or end-of-delivery flag",
    "reached before",
    "an explicit wish of the resident",
}
RENT = ArrearsFacts(
    sector="housing",
    partner="welbions",
    ddas_type="Huur",
    amount_cents=180_000,
    days_in_arrears=70,
    crisis="eviction",
    first_cents=60_000,
    first_days=35,
    rises=2,
    largest_rise_cents=60_000,
    known_days=31,
)
PREMIUM = ArrearsFacts(
    sector="health",
    partner="menzis",
    ddas_type="Zorg",
    amount_cents=37_500,
    days_in_arrears=None,
    explicit_wish=True,
    first_cents=37_500,
    first_days=None,
)
ENERGY = ArrearsFacts("energy", "vattenval", "Energie", 55_000, 44, crisis="end-of-delivery", first_cents=55_000)


def features(*arrears: ArrearsFacts, past: int = 0) -> dict[str, float]:
    (row,) = rows([CaseFacts(arrears, past)]).tolist()
    return dict(zip((feature.name for feature in FEATURES), row, strict=True))


def test_every_feature_of_a_case() -> None:
    found = features(RENT, PREMIUM, past=2)
    unknown = {name for name, value in found.items() if isnan(value)}
    assert unknown == {"first_days", "health_days"}
    assert {name: value for name, value in found.items() if name not in unknown} == {
        "partners": 2,
        "housing": 1,
        "energy": 0,
        "water": 0,
        "health": 1,
        "other": 0,
        "amount": 1.5,
        "first_amount": 1.0,
        "days": 70,
        "rise": 0.5,
        "rises": 2,
        "known_days": 31,
        "newest_days": 0,
        "past_signals": 2,
        "threat": 1,
        "end_of_delivery": 0,
        "explicit_wish": 1,
    }


def test_an_end_of_delivery_is_no_threat() -> None:
    found = features(ENERGY)
    assert (found["threat"], found["end_of_delivery"]) == (0, 1)


def test_the_order_of_the_arrears_never_matters() -> None:
    equal = [RENT, replace(RENT, sector="water", partner="vitens", first_days=None), PREMIUM, ENERGY]
    assert len({str(features(*order)) for order in permutations(equal)}) == 1


def test_amounts_are_counted_in_what_the_sector_usually_signals() -> None:
    (row,) = rows([CaseFacts((RENT,))], {**USUAL_CENTS, "housing": 90_000.0}).tolist()
    assert row[[feature.name for feature in FEATURES].index("amount")] == 2.0


def test_no_case_gives_no_row() -> None:
    assert rows([]).shape == (0, len(FEATURES))


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_each_feature_is_allowed_and_says_where_it_comes_from(feature: Feature) -> None:
    known = {field.name for struct in (ArrearsFacts, CaseFacts) for field in fields(struct)}
    assert set(feature.source.split(", ")) <= known
    assert feature.allowed in ALLOWED
    assert feature.nl
    assert feature.en


def test_models_see_these_features_and_no_other() -> None:
    assert [column.name for column in COLUMNS] == [feature.name for feature in FEATURES]
    assert len({feature.name for feature in FEATURES}) == len(FEATURES)
