"""Which municipalities can be simulated? Real names where a preset needs them; what happens there is made up.

Inhabitants are rounded counts (2024); they only set a town's size. The other municipalities of the country have
made-up codes: what counts there is how many there are and how their sizes differ.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Town:
    """A municipality to simulate; `level` is its number of cases beside the national one."""

    code: str
    name: str
    inhabitants: int
    first_postcode: int
    postcodes: int
    level: float = 1.0


ALMELO: Final = Town("0141", "Almelo", 73_000, 7600, 12, 1.62)
"""350 letters and 40 visits a month (2022) are more than elsewhere: the national figures would give 210 cases."""

PROVINCE: Final = (
    ALMELO,
    Town("0147", "Borne", 24_500, 7620, 3),
    Town("0148", "Dalfsen", 29_500, 7720, 5),
    Town("0150", "Deventer", 103_000, 7400, 30),
    Town("0153", "Enschede", 161_000, 7510, 35),
    Town("0158", "Haaksbergen", 24_500, 7480, 3),
    Town("0160", "Hardenberg", 63_000, 7770, 12),
    Town("0163", "Hellendoorn", 36_500, 7440, 7),
    Town("0164", "Hengelo", 82_500, 7550, 10),
    Town("0166", "Kampen", 55_500, 8260, 9),
    Town("0168", "Losser", 23_500, 7580, 6),
    Town("0173", "Oldenzaal", 32_000, 7570, 6),
    Town("0175", "Ommen", 19_000, 7730, 3),
    Town("0177", "Raalte", 39_000, 8100, 8),
    Town("0180", "Staphorst", 17_700, 7950, 3),
    Town("0183", "Tubbergen", 21_500, 7650, 6),
    Town("0189", "Wierden", 25_000, 7640, 5),
    Town("0193", "Zwolle", 133_000, 8010, 30),
    Town("1700", "Twenterand", 34_000, 7670, 8),
    Town("1735", "Hof van Twente", 35_500, 7470, 6),
    Town("1742", "Rijssen-Holten", 38_500, 7460, 4),
    Town("1773", "Olst-Wijhe", 18_700, 8120, 5),
    Town("1774", "Dinkelland", 26_700, 7590, 7),
    Town("1896", "Zwartewaterland", 23_500, 8060, 6),
    Town("1708", "Steenwijkerland", 45_000, 8330, 12),
)
_KNOWN: Final[Mapping[str, Town]] = {town.code: town for town in PROVINCE}

# How many municipalities of which size the rest of the country has: 317, with 16.8 million inhabitants together.
_SIZES: Final = (
    *((1, 930_000), (1, 670_000), (1, 565_000), (1, 375_000), (5, 230_000)),
    *((15, 160_000), (25, 95_000), (60, 52_000), (110, 31_000), (98, 18_000)),
)


def _elsewhere() -> Iterator[Town]:
    numbers = count(1)
    for many, inhabitants in _SIZES:
        for _ in range(many):
            number = next(numbers)
            yield Town(f"{9000 + number}", f"Voorbeeldstad {number}", inhabitants, 1000 + 25 * number, 12)


NATION: Final = (*PROVINCE, *_elsewhere())


@dataclass(frozen=True, slots=True)
class Preset:
    """A ready choice of towns and months, under the name that the command line gives it."""

    towns: tuple[Town, ...]
    months: int


PRESETS: Final[Mapping[str, Preset]] = {
    "almelo-month": Preset((ALMELO,), 1),
    "almelo-year": Preset((ALMELO,), 12),
    "province-year": Preset(PROVINCE, 12),
    "national-month": Preset(NATION, 1),
}


UNKNOWN: Final = "Voorbeeldstad"


def town_of(code: str, inhabitants: int | None = None) -> Town:
    """The town with that code; one that is not known gets a made-up name, postcodes and 73,000 inhabitants."""
    known = _KNOWN.get(code, Town(code, UNKNOWN, 73_000, 9960, 30))
    return known if inhabitants is None else replace(known, inhabitants=inhabitants)
