"""Whom a search finds, and whom it does not."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from signals.outreach import search as asking
from signals.outreach.search import Found, SearchQuery, person_name, search, search_faults
from signals.store.database import transaction
from tests.reference.notation import report

if TYPE_CHECKING:
    from .desk import Desk

pytest_plugins = ["tests.outreach.fixtures"]

ALMELO, HENGELO = "0141", "0164"


# Who lives where, by municipality and house: surname, partner's prefix and surname, business name, date of birth.
PEOPLE = {
    (ALMELO, "1"): ("van der Berg", None, None, None, "1985-06-12"),
    (ALMELO, "1A"): ("Smit", None, None, None, None),
    (ALMELO, "2"): ("Müller-Visser", None, None, None, "1985-06-12"),
    (ALMELO, "3"): ("Dijkstra", "de", "Vries", None, "1985-06-00"),
    (ALMELO, "4"): (None, None, None, "Bakkerij Dykstra VOF", None),
    (ALMELO, "5"): ("Bergsma", None, None, None, "1985-00-00"),
    (ALMELO, "6"): ("Lie", None, None, None, None),
    (ALMELO, "7"): ("Kort", None, None, None, None),
    (HENGELO, "1"): ("Berg", None, None, None, None),
}


def found(desk: Desk, query: SearchQuery, *municipalities: str, at_most: int = 50) -> Found:
    with transaction(desk.system.engine) as cursor:
        return search(cursor, query, frozenset(municipalities or (ALMELO, HENGELO)), at_most)


def numbers(desk: Desk, *municipalities: str, **asked: object) -> list[int]:
    """The house numbers of what was found, all in one street."""
    query = SearchQuery(**asked)  # type: ignore[arg-type]  # as the test asks
    return [one.number for one in found(desk, query, *municipalities).households]


@pytest.fixture
def street(desk: Desk) -> Desk:
    """A street with people whose names are spelled in several ways; nothing came of the signal at number 7."""
    for place, (municipality, house) in enumerate(PEOPLE):
        amount = "1.00" if house == "7" else "100.00"
        reference = "Q1" if house == "1A" else f"R{house}"
        desk.take_in(
            report(f"n{place}", "2026-11-02", f"welbions/{reference}", amount, at=house, municipality=municipality)
        )
    for (municipality, house), person in PEOPLE.items():
        desk.system.rows(
            """UPDATE persons SET initials = 'A.M.', surname = %s, partner_prefix = %s, partner_surname = %s,
                business_name = %s, date_of_birth = %s
            FROM households JOIN addresses ON addresses.id = address_id
            WHERE households.id = household_id AND households.municipality = %s AND number || suffix = %s""",
            *person,
            municipality,
            house,
        )
    return desk


@pytest.mark.database
@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("berg", [1, 5, 1]),
        ("van den BERG", [1, 5, 1]),
        ("Bergs", [5]),
        ("muller", [2]),
        ("visser", [2]),
        ("Viser-Müller", [2]),
        ("dyk", [3, 4]),
        ("de Vries", [3]),
        ("Dijkstra-de Vries", [3]),
        ("bakkerij dijkstra", [4]),
        ("Li", []),  # so short a name is not the beginning of another
        ("Lie", [6]),
        ("A.M. van der Bergsma", [5]),
        ("'t Hart", []),
    ],
)
def test_by_name_however_it_is_spelled(street: Desk, name: str, at: list[int]) -> None:
    assert numbers(street, name=name) == at


@pytest.mark.database
def test_by_address(street: Desk) -> None:
    assert numbers(street, ALMELO, postcode="7607 gc", number="1") == [1, 1]  # also 1 A
    assert [one.suffix for one in found(street, SearchQuery(postcode="7607GC", number="1-a")).households] == ["A"]
    assert numbers(street, ALMELO, postcode="7607", number="3") == [3]
    assert numbers(street, ALMELO, postcode="7607GC") == [1, 1, 2, 3, 4, 5, 6, 7]
    assert numbers(street, postcode="7608") == []


@pytest.mark.database
def test_by_date_of_birth(street: Desk) -> None:
    assert numbers(street, born=date(1985, 6, 12)) == [1, 2]
    assert numbers(street, born=date(1985, 6, 1)) == [3]  # what is unknown in the register counts as 01
    assert numbers(street, born=date(1985, 1, 1)) == [5]
    assert numbers(street, born=date(1985, 6, 12), name="Müller") == [2]
    assert numbers(street, born=date(1985, 6, 12), name="Smit") == []


@pytest.mark.database
def test_by_reference(street: Desk) -> None:
    assert numbers(street, reference="R2") == [2]
    assert numbers(street, reference="R1") == [1, 1]
    assert numbers(street, HENGELO, reference="R2") == []
    assert numbers(street, reference="r2") == [2]
    street.take_in(report("mixed", "2026-11-03", "vitens/Hc-12Ab", at="2"))
    assert numbers(street, reference="hC-12aB") == [2]
    assert numbers(street, reference=" R2 ") == [2]


@pytest.mark.database
def test_by_street_however_it_is_written(street: Desk) -> None:
    street.system.rows("UPDATE reports SET street = 'Burg. Schüssler straat', city = 'Almelo' RETURNING event_id")
    street.system.rows(
        """UPDATE reports SET street = 'Wierdensestraat' FROM households JOIN addresses ON addresses.id = address_id
        WHERE households.id = household_id AND number = 3 RETURNING event_id"""
    )
    everyone = [1, 1, 2, 4, 5, 6, 7]
    assert numbers(street, ALMELO, street="burg schusslerstraat") == everyone
    assert numbers(street, ALMELO, street="BURG.SCHÜSS") == everyone
    assert numbers(street, ALMELO, street="Wierdense") == [3]
    assert numbers(street, ALMELO, street="Burg. Schüssler straat", number="1") == [1, 1]
    assert numbers(street, ALMELO, street="burg", number="1 a") == [1]
    assert numbers(street, ALMELO, street="Wierdensestraat", number="1") == []
    assert numbers(street, ALMELO, street="straat") == []
    assert numbers(street, "9999", street="burg") == []
    (one,) = found(street, SearchQuery(street="wier"), ALMELO).households
    assert (one.street, one.city) == ("Wierdensestraat", "Almelo")


@pytest.mark.database
@pytest.mark.parametrize("written", ["Spoelpln.", "Spoelplein", "Spoel pln", "Spoelpl."])
def test_a_street_is_found_by_its_abbreviation_and_the_abbreviation_by_the_street(street: Desk, written: str) -> None:
    street.system.rows("UPDATE reports SET street = %s RETURNING event_id", written)
    for asked in ("Spoelpln.", "spoelpln", "Spoelpl.", "Spoelplein", "spoelpl", "Spoel"):
        assert 2 in numbers(street, ALMELO, street=asked), asked
    for asked in ("Spoelstr.", "Spoelpleinen", "plein"):
        assert numbers(street, ALMELO, street=asked) == [], asked


@pytest.mark.database
def test_a_name_that_ends_as_an_abbreviation_is_found_while_it_is_being_typed(street: Desk) -> None:
    street.system.rows("UPDATE reports SET street = 'Lincolnweg' RETURNING event_id")
    assert 2 in numbers(street, ALMELO, street="Lincoln")


@pytest.mark.database
def test_by_number_of_the_case(street: Desk) -> None:
    case = street.case("7607GC 2 2026-11").id
    assert numbers(street, case=str(case)) == [2]
    assert numbers(street, case=f" {case} ", postcode="7608") == []
    assert numbers(street, HENGELO, case=str(case)) == []
    assert numbers(street, case="9" * 18) == []


@pytest.mark.database
def test_only_in_the_municipalities_given(street: Desk) -> None:
    assert {one.municipality for one in found(street, SearchQuery(name="Berg"), HENGELO).households} == {HENGELO}
    assert numbers(street, "9999", name="Berg") == []


@pytest.mark.database
def test_what_is_told_of_a_household(street: Desk) -> None:
    (one,) = found(street, SearchQuery(name="de Vries")).households
    (case,) = one.cases
    assert [(who.name, who.born) for who in one.people] == [("A.M. Dijkstra - de Vries", "1985-06-00")]
    assert (case.period, case.state, case.route, case.outcome) == ("2026-11", "open", "letter", None)
    (without,) = found(street, SearchQuery(name="Kort")).households
    assert without.cases == ()


@pytest.mark.database
def test_a_name_that_many_bear_elsewhere_is_found_here(street: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ENOUGH", 1)  # the first of that name lives in Almelo
    assert numbers(street, HENGELO, name="Berg") == [1]
    assert numbers(street, ALMELO, name="Berg") == [1, 5]
    few = found(street, SearchQuery(name="Berg"), at_most=0)
    assert (few.households, few.more) == ((), True)


@pytest.mark.database
def test_no_more_than_asked_for(street: Desk) -> None:
    few = found(street, SearchQuery(postcode="7607GC"), ALMELO, at_most=3)
    assert ([one.number for one in few.households], few.more) == ([1, 1, 2], True)
    assert not found(street, SearchQuery(postcode="7607GC"), ALMELO, at_most=8).more


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        (SearchQuery(), ["empty"]),
        (SearchQuery(name="-- 3"), ["name"]),
        (SearchQuery(name="van der"), []),  # of prefixes only the last word is a name
        (SearchQuery(postcode="7607G"), ["postcode"]),
        (SearchQuery(postcode="0607GC"), ["postcode"]),
        (SearchQuery(number="12"), ["number-alone"]),
        (SearchQuery(postcode="7607GC", number="A"), ["number"]),
        (SearchQuery(postcode="7607GC", number=" 12 a bis"), []),
        (SearchQuery(reference="x"), []),
        (SearchQuery(street="Wi. "), ["street"]),
        (SearchQuery(street="Wier"), []),
        (SearchQuery(street="Wier", number="12"), []),
        (SearchQuery(case="12a"), ["case"]),
        (SearchQuery(case="9" * 19), ["case"]),
        (SearchQuery(case="12"), []),
        (SearchQuery(born=date(1985, 6, 12)), []),
    ],
)
def test_questions_that_cannot_be_answered(query: SearchQuery, faults: list[str]) -> None:
    assert search_faults(query) == faults


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("A.M.", "van der", "Berg", None, None, None), "A.M. van der Berg"),
        (("A.M.", None, "Berg", "de", "Vries", None), "A.M. Berg - de Vries"),
        ((None, None, None, None, None, "Bakkerij Berg"), "Bakkerij Berg"),
        (("A.", None, "Berg", None, None, "Bakkerij Berg"), "A. Berg (Bakkerij Berg)"),
        ((None, None, "Berg", None, None, None), "Berg"),
    ],
)
def test_a_person_as_one_writes_it(parts: tuple[str | None, ...], name: str) -> None:
    assert person_name(*parts) == name
