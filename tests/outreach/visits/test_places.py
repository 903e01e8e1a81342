"""Where an address lies: as the register has it, by its number, by its postcode; and what an import replaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from signals.errors import FaultsError
from signals.households.address import HouseholdAddress
from signals.outreach.visits.extract import Findings, Located, read_extract
from signals.outreach.visits.places import Door, Place, Replaced, at_number, knows_places, place_of, replace_places
from signals.store.database import engine_for, transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Engine

pytestmark = pytest.mark.database
BARE, WITH_A, WITH_B = (
    Door("", 241_000, 486_000),
    Door("A", 241_002, 486_000),
    Door("B", 241_004, 486_000),
)


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    engine = engine_for(database)
    yield engine
    engine.dispose()


def at(number: int, suffix: str = "", postcode: str = "7607GC") -> HouseholdAddress:
    return HouseholdAddress("0141", postcode, number, suffix)


def located(*rows: tuple[str, int, str, float, float]) -> list[Located]:
    return [Located(postcode, number, suffix, None, x, y) for postcode, number, suffix, x, y in rows]


def imported(engine: Engine, rows: Iterable[Located]) -> Replaced:
    with transaction(engine) as cursor:
        return replace_places(cursor, rows, actor="test")


def known(engine: Engine) -> list[tuple[str, int, str]]:
    with transaction(engine) as cursor:
        return cursor.execute("SELECT postcode, number, suffix FROM address_places ORDER BY 1, 2, 3").fetchall()


@pytest.mark.parametrize(
    ("suffix", "doors", "place"),
    [
        ("A", [BARE, WITH_A, WITH_B], Place(241_002, 486_000, "address")),
        ("", [BARE, WITH_A, WITH_B], Place(241_000, 486_000, "address")),
        ("C", [BARE, WITH_A, WITH_B], Place(241_000, 486_000, "number")),
        ("", [WITH_A, WITH_B], Place(241_003, 486_000, "number")),
        ("C", [WITH_A, WITH_B], Place(241_003, 486_000, "number")),
    ],
)
def test_which_door_of_a_number_is_meant(suffix: str, doors: Sequence[Door], place: Place) -> None:
    assert at_number(suffix, doors) == place


def test_places_are_found_in_the_database_and_unknown_ones_are_left_out(engine: Engine) -> None:
    rows = located(("7607GC", 12, "A", 241_900.5, 486_200.25), ("7601AA", 1, "", 240_000, 485_000))
    imported(engine, [*rows, *located(("7601AA", 9, "", 240_100, 485_040))])
    asked = [at(12, "A"), at(12), at(99), at(5, postcode="7601AA"), at(1, postcode="9999ZZ")]
    with transaction(engine) as cursor:
        found = place_of(cursor, asked)
        assert place_of(cursor, []) == {}
        assert knows_places(cursor)
    assert {address: place.how for address, place in found.items()} == dict(
        zip(asked[:4], ("address", "number", "postcode", "postcode"), strict=True)
    )
    assert (found[asked[0]].x, found[asked[0]].y) == pytest.approx((241_900.5, 486_200.25), abs=0.03)
    assert (found[asked[3]].x, found[asked[3]].y) == (240_050, 485_020)


def test_an_import_replaces_the_postcodes_that_it_has_and_no_others(engine: Engine) -> None:
    imported(engine, located(("7601AA", 1, "", 240_000, 485_000), ("7607GC", 1, "", 241_900, 486_200)))
    again = located(("7607GC", 3, "", 241_900, 486_200), ("7607GC", 5, "", 241_900, 486_200))
    assert imported(engine, again) == Replaced(addresses=2, postcodes=1)
    assert known(engine) == [("7601AA", 1, ""), ("7607GC", 3, ""), ("7607GC", 5, "")]
    with transaction(engine) as cursor:
        lines = cursor.execute("SELECT actor, action, subject, detail, municipality, households FROM audit").fetchall()
    assert lines[-1] == ("test", "addresses-import", "addresses", {"rows": 2}, None, [])


def test_the_same_address_twice_is_once_whatever_the_order_of_the_file(engine: Engine) -> None:
    twice = [Located("7607GC", 1, "", number, 241_900 + at, 486_200) for at, number in enumerate(("2" * 16, "1" * 16))]
    for rows in (twice, twice[::-1]):
        assert imported(engine, rows) == Replaced(addresses=1, postcodes=1)
        with transaction(engine) as cursor:
            assert cursor.execute("SELECT bag_id, x FROM address_places").fetchall() == [("1" * 16, 241_901)]


def test_a_file_with_a_fault_at_its_end_changes_nothing(engine: Engine) -> None:
    imported(engine, located(("7607GC", 1, "", 241_900, 486_200)))
    lines = ["postcode,huisnummer,x,y\n", *(f"7607GC,{n},241900,486200\n" for n in range(1, 6_000)), "7607GC,1,0,0\n"]
    with pytest.raises(FaultsError, match="line 6001"):
        imported(engine, read_extract(lines, Findings()))
    assert known(engine) == [("7607GC", 1, "")]


def test_what_the_reader_lets_through_by_mistake_the_database_refuses_whole(engine: Engine) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        imported(engine, located(("7607GC", 1, "", 241_900, 486_200), ("7607GC", 3, "", 486_200, 241_900)))
    assert known(engine) == []


def test_places_are_looked_up_by_the_key_of_their_table(engine: Engine) -> None:
    rows = (Located(f"{n // 20 + 1000}AA", n % 20 + 1, "", None, 241_900, 486_200) for n in range(30_000))
    imported(engine, rows)
    plans: list[str] = []
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        cursor = Explaining(driver, plans)
        place_of(cursor, [at(number, postcode="1001AA") for number in (5, 50)])
    asked = "\n".join(plans)
    assert asked.count("pk_address_places") == 2, asked
    assert "Seq Scan on address_places" not in asked


class Explaining(psycopg.Cursor[Any]):
    """Asks for the plan of every statement before it runs it."""

    def __init__(self, connection: psycopg.Connection[Any], plans: list[str]) -> None:
        super().__init__(connection)
        self._plans = plans

    def execute(self, query: Any, params: Any = None, **more: Any) -> Explaining:  # noqa: ANN401 - as psycopg has it
        self._plans.extend(
            row[0] for row in psycopg.Cursor(self.connection).execute(f"EXPLAIN {query}".encode(), params)
        )
        return super().execute(query, params, **more)
