"""Who lives in the simulated households: the same people each time, and as varied as those who make matching hard."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from datetime import date
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.contract.events import Person as EventPerson
from signals.households.personal import clean_bsn
from signals.outreach.legal import is_legal_person
from signals.simulation import names
from signals.simulation.dice import Dice
from signals.simulation.homes import home, households_of
from signals.simulation.residents import Household, Person, age_band, household
from signals.simulation.towns import Town

ALMELO = Town("0141", "Almelo", 73_000, 7600, 12)
YEAR = 2026
# Changes only when the people are meant to change.
GOLDEN = "d574a4c5e748b3faee5117252ce3a1c744cb0aecf92eaea86556fdf37f045972"


def at(number: int, seed: int = 1, year: int = YEAR) -> Household:
    return household(ALMELO, number, seed=seed, year=year)


@pytest.fixture(scope="module")
def households() -> list[Household]:
    return [at(number) for number in range(0, households_of(ALMELO), 3)]


@pytest.fixture(scope="module")
def persons(households: list[Household]) -> list[Person]:
    return [person for one in households for person in one.persons]


def age(person: Person) -> int:
    """On 1 January."""
    return YEAR - 1 - date.fromisoformat(person.born).year


def test_the_same_bytes_on_any_machine() -> None:
    written = "\n".join(repr(at(number * 113, seed=7, year=2024)) for number in range(300))
    assert hashlib.sha256(written.encode()).hexdigest() == GOLDEN


@given(number=st.integers(0, 33_952), seed=st.integers(0, 1_000))
def test_the_same_seed_and_number_give_the_same_household(number: int, seed: int) -> None:
    assert at(number, seed) == at(number, seed)


@given(st.lists(st.integers(0, 33_952), min_size=2, max_size=2, unique=True))
def test_two_households_share_no_person(numbers: list[int]) -> None:
    one, other = (at(number) for number in numbers)
    assert one.id != other.id
    assert {person.id for person in one.persons}.isdisjoint(person.id for person in other.persons)
    assert {person.serial for person in one.persons}.isdisjoint(person.serial for person in other.persons)


def test_another_seed_and_another_town_have_other_people() -> None:
    elsewhere = Town("d574a4c5e748b3faee5117252ce3a1c744cb0aecf92eaea86556fdf37f045972", "Hengelo", 73_000, 7600, 12)
    here = [at(number).persons for number in range(50)]
    assert sum(one == at(number, seed=2).persons for number, one in enumerate(here)) == 0
    there = [household(elsewhere, number, seed=1, year=YEAR).persons for number in range(50)]
    born = [[person.born for person in one] for one in there]
    assert sum([person.born for person in one] == other for one, other in zip(here, born, strict=True)) == 0


def test_another_year_has_the_same_people_of_the_same_ages() -> None:
    one, later = at(12), at(12, year=YEAR + 1)
    assert [person.id for person in one.persons] == [person.id for person in later.persons]
    assert [age_band(p, YEAR) for p in one.persons] == [age_band(p, YEAR + 1) for p in later.persons]


def test_an_id_names_municipality_household_and_place() -> None:
    one = next(one for one in map(at, range(100)) if len(one.persons) > 1)
    assert one.id == f"0141-{one.number:07}"
    assert [person.id for person in one.persons] == [f"{one.id}-{place}" for place in range(1, len(one.persons) + 1)]


def test_adults_stand_first_and_every_household_has_one(households: list[Household]) -> None:
    for one in households:
        flags = [person.adult for person in one.persons]
        assert flags[0]
        assert all(before >= after for before, after in pairwise(flags))
        assert one.adults == one.persons[: sum(flags)]
        assert all(person.adult == (age(person) >= 18) for person in one.persons)
        assert len(one.persons) <= 8, "the serial numbers leave eight places"


def test_nobody_is_born_after_the_year_has_begun(persons: list[Person]) -> None:
    assert all(0 <= age(person) <= 105 for person in persons)


def test_sizes_and_tenure_are_near_the_dutch_ones(households: list[Household]) -> None:
    count = len(households)
    assert sum(len(one.persons) for one in households) / count == pytest.approx(2.15, rel=0.03)
    assert sum(len(one.persons) == 1 for one in households) / count == pytest.approx(0.385, rel=0.05)
    assert sum(one.renter for one in households) / count == pytest.approx(0.45, rel=0.1)
    traders = sum(any(person.business_name for person in one.persons) for one in households)
    assert traders / count == pytest.approx(0.04, rel=0.15)


def test_who_lives_in_a_shared_home(households: list[Household]) -> None:
    kinds = {one.composition: set[str]() for one in households}
    for one in households:
        kinds[one.composition].add(home(ALMELO, one.number).kind)
    assert kinds["student"] == {"student-house"}
    assert kinds["care-home"] == {"care-home"}
    for composition in kinds.keys() - {"student", "care-home"}:
        assert kinds[composition] == {"house", "flat"}


AGES = {
    "single-young": (19, 29),
    "single": (30, 66),
    "couple": (19, 71),
    "elderly-couple": (62, 93),
    "elderly-single": (67, 92),
    "student": (18, 26),
    "care-home": (72, 103),
}


@pytest.mark.parametrize("composition", AGES)
def test_the_ages_go_with_the_composition(households: list[Household], composition: str) -> None:
    youngest, oldest = AGES[composition]
    ages = [age(person) for one in households if one.composition == composition for person in one.persons]
    assert ages
    assert youngest <= min(ages)
    assert max(ages) <= oldest


def test_parents_are_grown_up_when_their_children_are_born(households: list[Household]) -> None:
    parents = {"family": 2, "single-parent": 1}
    for one in households:
        if one.composition in parents:
            count = parents[one.composition]
            assert len(one.persons) > count
            grown = min(age(person) for person in one.persons[:count])
            assert all(grown - age(child) >= 18 for child in one.persons[count:])


def test_adult_children_live_at_home_in_some_families(households: list[Household]) -> None:
    with_child = sum(len(one.adults) > 2 for one in households) / len(households)
    assert 0.02 < with_child < 0.12


def test_twins_and_sons_with_their_fathers_initials_occur(households: list[Household]) -> None:
    twins, alike, sons = 0, 0, 0
    for one in households:
        for older, younger in combinations(one.persons, 2):
            if older.surname == younger.surname and older.born == younger.born:
                twins += 1
                alike += older.initials == younger.initials
            # Whoever is eighteen years older in a household is a parent.
            parent = age(older) - age(younger) >= 18 and older.sex == younger.sex == "man"
            sons += parent and (older.surname, older.initials) == (younger.surname, younger.initials)
    assert twins > 20
    assert 0.2 < alike / twins < 0.8
    assert sons > 100


def test_adult_twins_occur(households: list[Household]) -> None:
    births = [[(person.surname, person.born) for person in one.adults] for one in households]
    assert any(len(set(born)) < len(born) for born in births)


def test_the_four_uses_of_a_partners_name_occur(persons: list[Person]) -> None:
    married = [person for person in persons if person.partner_surname]
    assert set(Counter(person.name_use for person in married)) == {"own", "partner", "partner-own", "own-partner"}
    assert all(person.name_use == "own" for person in persons if person.partner_surname is None)
    assert 0.35 < sum(person.adult for person in married) / sum(person.adult for person in persons) < 0.6


def test_partners_bear_each_others_names(households: list[Household]) -> None:
    couples = [one.persons[:2] for one in households if one.composition == "elderly-couple"]
    married = [(one, other) for one, other in couples if one.partner_surname]
    assert married
    assert {one.sex + other.sex for one, other in married} >= {"manwoman", "womanman"}
    for one, other in married:
        assert one.partner_prefix == other.prefix
        # Only the ending tells a woman's name from a man's.
        assert (one.partner_surname or "")[:-1] == other.surname[:-1]


def test_children_bear_a_parents_name(households: list[Household]) -> None:
    parents = {"family": 2, "single-parent": 1}
    for one in households:
        count = parents.get(one.composition, len(one.persons))
        borne = {(person.prefix, person.surname[:-1]) for person in one.persons[:count]}
        assert all((child.prefix, child.surname[:-1]) in borne for child in one.persons[count:])


def test_every_bsn_is_a_test_number_and_passes_the_eleven_test(households: list[Household]) -> None:
    for one in households:
        numbers = [person.bsn for person in one.persons]
        assert len(set(numbers)) == len(numbers)
        for number in numbers:
            assert number.startswith(("98", "99"))
            assert clean_bsn(number) == number


def test_a_sole_trader_is_no_legal_person(persons: list[Person]) -> None:
    traders = [person for person in persons if person.business_name]
    assert traders
    assert all(person.adult for person in traders)
    assert not any(is_legal_person(EventPerson(business_name=person.business_name)) for person in traders)


@pytest.mark.parametrize(
    ("born", "band"),
    [
        *(("2007", "18-26"), ("1999", "18-26"), ("1998", "27-39"), ("1986", "27-39"), ("1985", "40-54")),
        *(("1971", "40-54"), ("1970", "55-66"), ("1959", "55-66"), ("1958", "67+"), ("1925", "67+")),
    ],
)
def test_age_bands_go_by_the_age_on_the_first_of_january(born: str, band: str) -> None:
    person = next(iter(at(1).persons))
    fields = {name: getattr(person, name) for name in Person.__slots__}
    assert age_band(Person(**{**fields, "born": f"{born}-06-12"}), YEAR) == band


# Names


def test_there_are_several_hundred_surnames_with_every_trap() -> None:
    dutch = names.surnames("dutch")
    assert len(dutch) > 400
    prefixes = {name.prefix for name in dutch}
    assert prefixes >= {None, "de", "van", "van der", "van den", "ten", "ter", "te", "in het", "van 't", "op de"}
    everyone = "".join(name.name for origin in names.ORIGINS for name in names.surnames(origin))
    for letters in ("ss", "ij", "IJ", "y", "ë", "ï", "ö", "é", "ş", "ı", "ğ", "ç", "ã", "ł", "ß"):
        assert letters in everyone


def test_every_origin_has_surnames_of_its_own() -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    for origin in names.ORIGINS:
        for name in names.surnames(origin):
            assert len(name.name) >= 3
            seen[name.whole].add(origin)
    assert [name for name, origins in seen.items() if len(origins) > 1] == []


def test_all_origins_occur_and_have_different_names(persons: list[Person]) -> None:
    assert {person.origin for person in persons} == set(names.ORIGINS)


def test_common_surnames_are_far_more_common_than_rare_ones() -> None:
    dice = Dice("names")
    found = Counter(names.surname("dutch", dice) for _ in range(20_000))
    ranked = names.surnames("dutch")
    assert found[ranked[0]] > 4 * found[ranked[60]]
    assert len(found) > 400


@pytest.mark.parametrize(
    ("given_name", "initial"),
    [
        ("Anna", "A."),
        ("IJsbrand", "IJ."),
        ("Christina", "Chr."),
        ("Thomas", "Th."),
        ("Philippe", "Ph."),
        ("Ömer", "Ö."),
    ],
)
def test_initials_keep_the_letters_that_the_register_keeps(given_name: str, initial: str) -> None:
    assert names.initial_of(given_name) == initial


def test_the_initials_begin_with_that_of_the_first_name(persons: list[Person]) -> None:
    alike = sum(person.initials.startswith(names.initial_of(person.given)) for person in persons)
    assert alike / len(persons) > 0.99  # a twin may have the other's
    assert {"IJ.", "Chr.", "Th."} <= {names.initial_of(person.given) for person in persons}


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        *(("Öztürk", "Ozturk"), ("Yılmaz", "Yilmaz"), ("Dąbrowski", "Dabrowski"), ("Gołąb", "Golab"), ("Weiß", "Weiß")),
        *(("Sørensen", "Sorensen"), ("Magalhães", "Magalhaes"), ("Jansen", "Jansen"), ("Işık", "Isik")),
    ],
)
def test_names_without_diacritics(name: str, plain: str) -> None:
    assert names.without_diacritics(name) == plain


def test_a_woman_bears_the_form_of_a_name_for_women() -> None:
    name = names.Surname(None, "Kowalski")
    assert names.as_borne_by("woman", name).name == "Kowalska"
    assert names.as_borne_by("man", name).name == "Kowalski"
    assert names.as_borne_by("woman", names.Surname("van", "Dijk")).name == "Dijk"
