"""Where on the map does a simulated home lie? Streets in quarters around the place where the real town lies.

The map is made up: only the middle of a known town is real. A quarter (the four digits of a postcode) is a block of
streets beside the quarter of the next postcode, and streets whose postcodes follow each other are neighbours; so what
is near by its postcode is near on foot, as in life. A town of another size is another map.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import isqrt
from typing import TYPE_CHECKING, Final, NamedTuple

from signals.simulation.dice import Dice
from signals.simulation.homes import HOMES_PER_STREET, NUMBERS_PER_STREET, home, households_of, street_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from signals.simulation.homes import Home
    from signals.simulation.towns import Town

COLUMNS: Final = ("postcode", "house_number", "house_letter", "house_number_addition", "bag_id", "x", "y")
"""Of the file: those of `signals addresses import`."""
# The middle of the built-up area in metres of RD, to a few hundred metres.
_MIDDLES: Final[Mapping[str, tuple[int, int]]] = {
    "0141": (241_900, 486_200), "0147": (248_200, 480_000), "0148": (214_300, 502_800), "0150": (207_800, 474_400),
    "0153": (258_100, 471_100), "0158": (247_500, 464_000), "0160": (238_500, 510_400), "0163": (228_500, 486_900),
    "0164": (251_000, 476_200), "0166": (190_500, 507_600), "0168": (265_400, 476_000), "0173": (260_100, 481_700),
    "0175": (225_200, 504_200), "0177": (215_400, 489_100), "0180": (210_800, 517_800), "0183": (250_000, 491_900),
    "0189": (237_100, 486_400), "0193": (203_000, 502_900), "1700": (239_100, 491_800), "1735": (236_900, 472_600),
    "1742": (232_100, 480_400), "1773": (204_900, 486_000), "1774": (265_300, 488_900), "1896": (203_000, 511_600),
    "1708": (204_400, 533_600),
}  # fmt: skip
_EAST: Final = (12_000, 278_000)
_NORTH: Final = (302_000, 623_000)
_STREET_ROOM: Final = (440, 170)  # metres along and across: 100 homes with what lies between them, 13 to the hectare
_GREEN: Final = 150  # metres between two quarters
_PER_PAIR: Final = 7.5  # metres of a street for two house numbers, the even one across from the odd one
_FROM_THE_MIDDLE: Final = 11.0  # metres from the middle of the street to its front doors
_BEND: Final = 30.0  # metres that a street strays at most from a straight line
_SPARE: Final = 20  # one home in so many stands empty, for who moves
_FEW: Final = 100


class Point(NamedTuple):
    """Metres in RD: x east, y north."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class _Map:
    """How the quarters of a town lie, and the streets in each of them."""

    middle: tuple[int, int]
    quarters_beside: int
    streets_beside: int
    quarter: tuple[int, int]  # metres from the corner of one quarter to that of the next


def point_of(town: Town, number: int) -> Point:
    """Where the home of household `number` lies; the same for all who share an address."""
    return _point(town, street_of(town, number), home(town, number))


def _point(town: Town, street: int, one: Home) -> Point:
    x, y = _corner_of(town, street)
    along, across = _in_street(town, street, one)
    if street % town.postcodes % 2:  # the streets of every other quarter run from south to north
        along, across = across, along
    return Point(round(x + along, 1), round(y + across, 1))


def register_of(towns: Iterable[Town]) -> Iterator[str]:
    """The lines of an address register of these towns, a header first; empty homes as well, each address once."""
    yield _line(COLUMNS)
    for town in towns:
        yield from _addresses_of(town)


def _addresses_of(town: Town) -> Iterator[str]:
    before = None
    for number in range(households_of(town) + _spare(town)):
        one = home(town, number)
        if one.bag_id != before:
            before = one.bag_id
            point = _point(town, street_of(town, number), one)
            yield _line((one.postcode, one.number, one.letter or "", one.addition or "", one.bag_id, *point))


def _line(cells: Iterable[object]) -> str:
    return ",".join(map(str, cells)) + "\n"  # no cell has a comma, a quotation mark or a space


def _spare(town: Town) -> int:
    return households_of(town) // _SPARE + _FEW


def _in_street(town: Town, street: int, one: Home) -> tuple[float, float]:
    """Metres along and across from the corner of the street's room to a front door."""
    place = (one.number - 1) % NUMBERS_PER_STREET
    along = (place // 2 + 1) * _PER_PAIR
    share = along / (NUMBERS_PER_STREET // 2 * _PER_PAIR)
    bend = _bend_of(town.code, street) * 4 * share * (1 - share)
    side = _FROM_THE_MIDDLE if place % 2 else -_FROM_THE_MIDDLE
    door = Dice(town.code, "door", one.cleaned)  # no two houses stand alike, and beside 12 stands 12A
    return along + door.share() * 4, _STREET_ROOM[1] / 2 + bend + side + door.share() * 4


@lru_cache(maxsize=512)
def _bend_of(code: str, street: int) -> float:
    """How far the middle of the street strays from a straight line, to either side."""
    return (Dice(code, "street", street).share() * 2 - 1) * _BEND


@lru_cache(maxsize=512)
def _corner_of(town: Town, street: int) -> tuple[float, float]:
    """The south-west corner of the room of a street."""
    shape = _map_of(town)
    in_town, in_quarter = street % town.postcodes, street // town.postcodes
    east, north = _winding(in_town, shape.quarters_beside)
    column, row = _winding(in_quarter, shape.streets_beside)
    turned = in_town % 2
    along, across = column * _STREET_ROOM[0], row * _STREET_ROOM[1]
    rows = -(-town.postcodes // shape.quarters_beside)
    return (
        shape.middle[0] + (east - shape.quarters_beside / 2) * shape.quarter[0] + (across if turned else along),
        shape.middle[1] + (north - rows / 2) * shape.quarter[1] + (along if turned else across),
    )


@lru_cache(maxsize=512)
def _map_of(town: Town) -> _Map:
    streets = -(-(households_of(town) + _spare(town)) // HOMES_PER_STREET) + 1
    per_quarter = -(-streets // town.postcodes)
    beside = _root(-(-per_quarter * _STREET_ROOM[1] // _STREET_ROOM[0]))
    along = beside * _STREET_ROOM[0] + _GREEN
    across = -(-per_quarter // beside) * _STREET_ROOM[1] + _GREEN
    side = max(along, across)  # a quarter has room for its streets in either direction
    quarters_beside = _root(town.postcodes)
    reach = quarters_beside * side // 2 + side
    x, y = _MIDDLES.get(town.code) or _made_up(town.code)
    middle = _within(x, _EAST, reach), _within(y, _NORTH, reach)
    return _Map(middle, quarters_beside, beside, (side, side))


def _root(number: int) -> int:
    """The square root, rounded upwards."""
    return isqrt(max(number, 1) - 1) + 1


def _winding(place: int, beside: int) -> tuple[int, int]:
    """Column and row of a place on a way that winds upwards, so that what follows lies beside what went before."""
    row, column = divmod(place, beside)
    return (beside - 1 - column if row % 2 else column), row


def _made_up(code: str) -> tuple[int, int]:
    """Somewhere in the country, for a town that is none of those known; each elsewhere."""
    row, column = divmod(int(code) % 400, 20)
    return 60_000 + column * 9_000, 380_000 + row * 9_000


def _within(at: int, bounds: tuple[int, int], reach: int) -> int:
    """A middle from which a town that reaches so far stays on this side of the border."""
    low, high = bounds
    return min(max(at, low + reach), high - reach)
