"""Where the simulated people live: valid, different addresses, in the mix of a Dutch town."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.simulation.homes import Home, home, households_of
from signals.simulation.towns import Town

ALMELO = Town("0141", "Almelo", 73_000, 7600, 12)
HAMLET = Town("9001", "Voorbeeldstad", 500, 9990, 1)
SHARED = {"student-house", "care-home"}
POSTCODE = re.compile(r"[1-9][0-9]{3}[A-Z]{2}")


def homes_of(town: Town) -> list[Home]:
    return [home(town, number) for number in range(households_of(town))]


@pytest.fixture(scope="module")
def almelo() -> list[Home]:
    return homes_of(ALMELO)


@pytest.mark.parametrize(("inhabitants", "households"), [(0, 0), (1, 0), (2, 1), (500, 233), (73_000, 33_953)])
def test_a_household_has_2_15_inhabitants(inhabitants: int, households: int) -> None:
    assert households_of(Town("0141", "Almelo", inhabitants, 7600, 12)) == households


@pytest.mark.parametrize("inhabitants", [40, 500, 8_000, 73_000])
@pytest.mark.parametrize("postcodes", [1, 5, 12])
def test_only_student_houses_and_care_homes_are_shared(inhabitants: int, postcodes: int) -> None:
    town = Town("9001", "Voorbeeldstad", inhabitants, 1000, postcodes)
    lived_in = households_of(town)
    at: dict[str, set[str]] = defaultdict(set)
    living = Counter(place.cleaned for place in homes_of(town))
    for number in range(lived_in + 1_000):
        place = home(town, number)
        at[place.cleaned].add(f"{place.kind} {place.bag_id} {place}")
        if number >= lived_in:
            assert place.kind in {"house", "flat"}
            assert place.cleaned not in living
    assert all(len(places) == 1 for places in at.values()), "two addresses clean to the same one"
    shared = {place.cleaned for place in homes_of(town) if place.kind in SHARED}
    assert {cleaned for cleaned, households in living.items() if households > 1} <= shared
    assert len(at) == len(living) + 1_000


def test_a_shared_home_has_as_many_households_as_such_a_house_holds(almelo: list[Home]) -> None:
    residents = Counter((place.kind, place.cleaned) for place in almelo if place.kind in SHARED)
    assert {count for (kind, _), count in residents.items() if kind == "care-home"} == {20}
    assert {count for (kind, _), count in residents.items() if kind == "student-house"} == {4, 5, 6, 7, 8}


def test_the_mix_of_homes_is_that_of_a_dutch_town(almelo: list[Home]) -> None:
    kinds = Counter(place.kind for place in almelo)
    shares = {kind: count / len(almelo) for kind, count in kinds.items()}
    assert 0.30 < shares["flat"] < 0.36
    assert 0.002 < shares["student-house"] < 0.01
    assert 0.002 < shares["care-home"] < 0.01


def test_quarters_differ_in_their_flats(almelo: list[Home]) -> None:
    flats = Counter(place.postcode[:4] for place in almelo if place.kind == "flat")
    homes = Counter(place.postcode[:4] for place in almelo)
    assert set(homes) == {str(digits) for digits in range(7600, 7612)}
    shares = [flats[quarter] / homes[quarter] for quarter in homes]
    assert max(shares) > 2 * min(shares)


def test_every_form_of_house_number_occurs(almelo: list[Home]) -> None:
    suffixes = {(place.letter, place.addition) for place in almelo}
    assert suffixes >= {
        ("A", None),
        (None, "bis"),
        ("A", "bis"),
        (None, "1hg"),
        (None, "3hg"),
        (None, "1"),
        (None, "12"),
    }


@pytest.mark.parametrize(
    ("letter", "addition", "cleaned"),
    [
        (None, None, "7607GC 12"),
        ("A", None, "7607GC 12 A"),
        ("A", "bis", "7607GC 12 ABIS"),
        (None, "1hg", "7607GC 12 1HG"),
    ],
)
def test_cleaned_is_the_address_as_the_summary_shows_it(letter: str | None, addition: str | None, cleaned: str) -> None:
    place = Home("Weversstraat", "7607GC", 12, letter, addition, "house", "0141209900000001")
    assert place.cleaned == cleaned


def test_a_street_has_a_name_and_a_postcode_of_its_own(almelo: list[Home]) -> None:
    assert len({(place.street, place.postcode) for place in almelo}) == len({place.postcode for place in almelo})
    assert len({place.street for place in almelo}) == len({place.postcode for place in almelo})


towns = st.builds(
    Town,
    code=st.from_regex(r"[0-9]{4}", fullmatch=True),
    name=st.just("Voorbeeldstad"),
    inhabitants=st.integers(0, 20_000_000),
    first_postcode=st.integers(1000, 9900),
    postcodes=st.integers(1, 90),
)


@given(town=towns, number=st.integers(0, 9_500_000))
def test_every_address_is_valid_in_the_address_register(town: Town, number: int) -> None:
    place = home(town, number)
    assert POSTCODE.fullmatch(place.postcode)
    assert place.postcode[4:] not in {"SA", "SD", "SS"}
    assert town.first_postcode <= int(place.postcode[:4]) < town.first_postcode + town.postcodes
    assert 1 <= place.number <= 99_999
    assert place.letter is None or re.fullmatch("[A-Z]", place.letter)
    assert place.addition is None or re.fullmatch("[A-Za-z0-9]{1,4}", place.addition)
    assert re.fullmatch(re.escape(town.code) + "20[0-9]{10}", place.bag_id)


@given(number=st.integers(0, 40_000))
def test_the_same_number_is_the_same_home(number: int) -> None:
    assert home(ALMELO, number) == home(ALMELO, number)


def test_a_hamlet_has_homes_that_stand_empty() -> None:
    assert home(HAMLET, households_of(HAMLET)).cleaned not in {place.cleaned for place in homes_of(HAMLET)}
