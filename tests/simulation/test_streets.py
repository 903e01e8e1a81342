"""Where simulated homes lie: near the real town, apart from each other, and near when their postcodes are."""

from __future__ import annotations

from itertools import combinations, pairwise
from math import dist
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.outreach.visits.coordinates import degrees_of, fault_of_metres
from signals.outreach.visits.extract import Findings, Located, read_extract
from signals.simulation.homes import home, households_of
from signals.simulation.simulate import simulate
from signals.simulation.streets import Point, point_of, register_of
from signals.simulation.towns import ALMELO, NATION, PROVINCE, Town, town_of
from tests.simulation.test_homes import towns

VILLAGE = town_of("0141", 4_000)
FIRST_ADDRESS = "7600AA,1,,,0141209900000000,240727.6,485391.3\n"


@pytest.fixture(scope="module")
def almelo() -> list[Located]:
    return list(read_extract(register_of([ALMELO]), Findings()))


def middle(rows: list[Located]) -> tuple[float, float]:
    return mean(row.x for row in rows), mean(row.y for row in rows)


def test_the_register_has_every_home_once_and_one_in_twenty_stands_empty(almelo: list[Located]) -> None:
    lived_in = {home(ALMELO, number).cleaned for number in range(households_of(ALMELO))}
    listed = [f"{row.postcode} {row.number} {row.suffix}".rstrip() for row in almelo]
    assert len(listed) == len(set(listed))
    assert lived_in < set(listed)
    assert 0.05 < len(listed) / len(lived_in) - 1 < 0.06
    assert len({row.bag_id for row in almelo}) == len(almelo)


def test_a_town_lies_where_the_real_one_does(almelo: list[Located]) -> None:
    latitude, longitude = degrees_of([middle(almelo)])[0]
    assert (latitude, longitude) == pytest.approx((52.357, 6.662), abs=0.015)
    width, height = (max(at) - min(at) for at in ([row.x for row in almelo], [row.y for row in almelo]))
    assert 4_000 < width < 9_000
    assert 4_000 < height < 9_000
    assert dist(middle(almelo), (241_900, 486_200)) < 1_000


def test_only_flats_lie_above_each_other(almelo: list[Located]) -> None:
    here: dict[tuple[float, float], set[tuple[str, int]]] = {}
    for row in almelo:
        here.setdefault((row.x, row.y), set()).add((row.postcode, row.number))
    assert all(len(houses) == 1 for houses in here.values())


def test_what_is_near_by_postcode_is_near_on_foot(almelo: list[Located]) -> None:
    streets: dict[str, list[Located]] = {}
    for row in almelo:
        streets.setdefault(row.postcode, []).append(row)
    middles = {postcode: middle(rows) for postcode, rows in streets.items()}
    assert all(dist((row.x, row.y), middles[row.postcode]) < 250 for row in almelo)
    quarters: dict[str, list[tuple[float, float]]] = {}
    for postcode, point in middles.items():
        quarters.setdefault(postcode[:4], []).append(point)
    following = [dist(*pair) for points in quarters.values() for pair in pairwise(points)]
    assert max(following) < 500  # a street and the one of the next postcode are neighbours
    assert mean(dist(*pair) for pair in combinations(middles.values(), 2)) > 2_000
    assert max(dist(*pair) for points in quarters.values() for pair in combinations(points, 2)) < 2_500


def test_neighbours_in_a_street_live_beside_each_other() -> None:
    doors = {home(ALMELO, number).number: point_of(ALMELO, number) for number in range(100)}
    assert dist(doors[1], doors[3]) < 20
    assert dist(doors[1], doors[2]) < 40
    assert 300 < dist(doors[1], doors[max(doors)]) < 450


def test_who_shares_an_address_shares_its_place() -> None:
    places: dict[str, set[Point]] = {}
    for number in range(6_000):
        places.setdefault(home(ALMELO, number).cleaned, set()).add(point_of(ALMELO, number))
    assert {len(points) for points in places.values()} == {1}


def test_the_same_town_is_the_same_map() -> None:
    once = list(register_of([VILLAGE]))
    assert list(register_of([VILLAGE])) == once
    assert once[0] == "postcode,house_number,house_letter,house_number_addition,bag_id,x,y\n"
    assert once[1] == FIRST_ADDRESS


def test_whoever_moves_within_the_town_has_a_place() -> None:
    listed = {
        f"{row.postcode} {row.number} {row.suffix}".rstrip() for row in read_extract(register_of([VILLAGE]), Findings())
    }
    assert {truth["address"] for _, truth in simulate(VILLAGE.code, VILLAGE.inhabitants, "2026-01", 12, 1)} <= listed


@pytest.mark.parametrize("town", [*PROVINCE, NATION[30], NATION[-1]], ids=lambda town: town.name)
def test_every_town_lies_in_the_country(town: Town) -> None:
    for number in (0, households_of(town) // 2, households_of(town)):
        assert fault_of_metres(*point_of(town, number)) is None


@given(town=towns, share=st.floats(0, 1.05))
def test_so_does_any_other_of_any_size(town: Town, share: float) -> None:
    assert fault_of_metres(*point_of(town, int(households_of(town) * share))) is None
