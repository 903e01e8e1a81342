"""The national grid and the globe: published points, there and back, and what cannot lie in the Netherlands."""

from __future__ import annotations

from math import dist

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from signals.outreach.visits.coordinates import degrees_of, fault_of_degrees, fault_of_metres, metres_of

# The test sheet of RDNAPTRANS2008 (Kadaster, appendix to the procedure), as far as it lies within the grid: latitude
# and longitude in ETRS89, x and y in RD.
SHEET = {
    "Texel": ((53.160753042, 4.824761912), (117_380.12, 575_040.34)),
    "Noord-Groningen": ((53.419482050, 6.776726674), (247_380.56, 604_580.78)),
    "Amersfoort": ((52.155172897, 5.387203657), (155_000.0, 463_000.0)),
    "Zeeuws-Vlaanderen": ((51.368607152, 3.397588595), (16_460.91, 377_380.23)),
    "Zuid-Limburg": ((50.792584916, 5.773795548), (182_260.45, 311_480.67)),
    "Maasvlakte": ((51.947393898, 4.072887101), (64_640.89, 440_700.01)),
}
METRE = (1 / 111_300, 1 / 67_000)  # in degrees of latitude and longitude here
inside = st.tuples(st.floats(13_600, 278_000), st.floats(306_900, 619_300))


@pytest.mark.parametrize("place", SHEET)
def test_the_published_points_are_met_to_a_quarter_of_a_metre(place: str) -> None:
    degrees, metres = SHEET[place]
    assert dist(metres_of([degrees])[0], metres) < 0.25
    back = degrees_of([metres])[0]
    assert max(abs(a - b) / one for a, b, one in zip(back, degrees, METRE, strict=True)) < 0.25


def test_the_tower_of_amersfoort_is_the_middle_of_the_grid() -> None:
    """Where the tower stands in WGS 84 by Schreutelkamp and Strang van Hees (2001), who give metres, not decimetres."""
    assert dist(metres_of([(52.15517440, 5.38720621)])[0], (155_000, 463_000)) < 0.5


@given(point=inside)
def test_there_and_back_is_where_one_was(point: tuple[float, float]) -> None:
    assert dist(metres_of(degrees_of([point]))[0], point) < 0.005
    assert fault_of_metres(*point) is None


def test_it_is_what_the_two_registered_systems_say_without_a_grid() -> None:
    registered = Transformer.from_crs("EPSG:4258", "EPSG:28992", always_xy=True)
    for (latitude, longitude), _ in SHEET.values():
        assert dist(metres_of([(latitude, longitude)])[0], registered.transform(longitude, latitude)) < 0.25


def test_many_points_are_converted_at_once_and_none_is_none() -> None:
    assert metres_of([degrees for degrees, _ in SHEET.values()]) == [
        metres_of([degrees])[0] for degrees, _ in SHEET.values()
    ]
    assert degrees_of([]) == []


@pytest.mark.parametrize(
    ("x", "y", "told"),
    [
        (241_900, 486_200, None),
        (486_200, 241_900, "swapped"),
        (52.36, 6.66, "degrees"),
        (6.66, 52.36, "degrees"),
        (0, 0, "not in the Netherlands"),
        (241.9, 486.2, "not in the Netherlands"),
        (-68_000, 486_200, "not in the Netherlands"),
        (241_900, 700_000, "not in the Netherlands"),
        (float("nan"), 486_200, "not in the Netherlands"),
        (241_900, float("inf"), "not in the Netherlands"),
    ],
)
def test_what_cannot_be_metres_is_told(x: float, y: float, told: str | None) -> None:
    fault = fault_of_metres(x, y)
    assert fault is None if told is None else told in str(fault)


@pytest.mark.parametrize(
    ("latitude", "longitude", "told"),
    [
        (52.36, 6.66, None),
        (6.66, 52.36, "swapped"),
        (241_900, 486_200, "metres"),
        (486_200, 241_900, "metres"),
        (48.85, 2.35, "not in the Netherlands"),
        (12.15, -68.27, "not in the Netherlands"),  # Bonaire is in another register
        (float("nan"), 6.66, "not in the Netherlands"),
    ],
)
def test_what_cannot_be_degrees_is_told(latitude: float, longitude: float, told: str | None) -> None:
    fault = fault_of_degrees(latitude, longitude)
    assert fault is None if told is None else told in str(fault)
