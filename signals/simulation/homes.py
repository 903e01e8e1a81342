"""Where do the simulated people live? An address for every number, worked out on demand.

A street is five rows of twenty front doors, each row of one building form; which forms stand in a street follows from
its quarter (the four digits of the postcode). A street has a postcode of its own and so no two front doors clean to the
same address; only the residents of a student house or a care home share one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from signals.contract.address import suffix_of

if TYPE_CHECKING:
    from signals.simulation.towns import Town

HomeKind = Literal["house", "flat", "student-house", "care-home"]
INHABITANTS_PER_HOUSEHOLD: Final = 2.15


@dataclass(frozen=True, slots=True)
class Home:
    """One address, in the parts and within the lengths of the address register (BAG)."""

    street: str
    postcode: str
    number: int
    letter: str | None
    addition: str | None
    kind: HomeKind
    bag_id: str

    @property
    def cleaned(self) -> str:
        """The household as the summary of borders.md section 7 shows it: "7607GC 12 ABIS"."""
        return f"{self.postcode} {self.number} {suffix_of('', self.letter, self.addition)}".rstrip()


class _Door(NamedTuple):
    """A front door within its row; `resident` tells apart the households that share it (0 is the first)."""

    number: int
    letter: str | None
    addition: str | None
    kind: HomeKind
    resident: int = 0


_PER_ROW: Final = 20
_ROWS: Final = 5
HOMES_PER_STREET: Final = _PER_ROW * _ROWS
_NUMBERS_PER_ROW: Final = 20  # a row uses at most so many house numbers; the next begins after them
NUMBERS_PER_STREET: Final = _NUMBERS_PER_ROW * _ROWS
_WRITTEN_DOOR: Final = re.compile(r"([0-9]+)([A-Z]?)(?:/(.+))?")


def _doors(kind: HomeKind, written: str) -> tuple[_Door, ...]:
    """The doors of a row: "12A" has a letter, "12/bis" an addition, "12A/bis" both."""
    found = [_WRITTEN_DOOR.fullmatch(word) for word in written.split()]
    return tuple(_Door(int(door[1]), door[2] or None, door[3], kind) for door in found if door)


def _shared(kind: HomeKind, residents: int) -> tuple[_Door, ...]:
    """One address with so many households, and single houses beside it to the end of the row."""
    house = tuple(_Door(1, None, None, kind, resident) for resident in range(residents))
    return house + _TERRACE[1 : 1 + _PER_ROW - residents]


_TERRACE: Final = _doors("house", "1 2 3 4 5 6 6A 7 8 9 10 11 12 12A 12/bis 12A/bis 13 14 15 16")
_PLAIN: Final = _doors("house", " ".join(str(number) for number in range(1, _PER_ROW + 1)))
_PORTICO: Final = _doors("flat", " ".join(f"{n}/hs {n}/1hg {n}/2hg {n}/3hg" for n in range(2, 12, 2)))
_GALLERY: Final = _doors("flat", " ".join([*(f"2/{n}" for n in range(1, 13)), *(f"4/{n}" for n in range(1, 9))]))
_UPSTAIRS: Final = _doors("flat", " ".join(f"{n}{letter}" for n in range(1, 11, 2) for letter in "ABCD"))
_CARE_HOME: Final = _shared("care-home", 20)
_STUDENT_HOUSES: Final = tuple(_shared("student-house", residents) for residents in range(4, 9))

_FORMS: Final = {"T": _TERRACE, "H": _PLAIN, "P": _PORTICO, "G": _GALLERY, "U": _UPSTAIRS, "C": _CARE_HOME}
# The rows of the streets of a quarter, one street after the other: about a third flats where forms are mixed,
# half in a centre, a sixth in a green quarter.
_QUARTERS: Final = (
    ("HTPTT", "GGTHH", "HPTUH", "THGPH", "GHHTT", "HTHPU"),
    ("PPUTH", "GGHTT", "UPHTP", "GTHHU", "PTGHT", "TPGUH"),
    ("HHHTH", "HTHHG", "THUHH", "HPTHH", "PTHHG", "HHTHT"),
)
_STREETS_PER_CARE_HOME: Final = 25  # 20 of 2,500 households
_STUDENT_STREETS: Final = (1, 10, 19)  # of every 25: some 18 of 2,500 households

_STEMS: Final = (
    *("Wevers", "Spinners", "Bleek", "Katoen", "Spoel", "Garen", "Linnen", "Schering", "Inslag", "Hekel"),
    *("Vlas", "Molen", "Esch", "Beek", "Turf", "Veen", "Heide", "Eiken", "Linden", "Merel"),
    *("Leeuwerik", "Zwaluw", "Kievit", "Ree", "Das", "Klaver", "Korenbloem", "Brem", "Vlier", "Hazelaar"),
    *("IJsvogel", "Wijngaard", "Kruis", "Rijn", "Zijde", "Pijlkruid", "Bosuil", "Ganzen", "Kersen", "Marter", "Sluis"),
)
_ENDS: Final = ("straat", "laan", "weg", "hof", "pad", "plein", "dijk", "kamp", "steeg", "brink", "kade", "singel")
_BEFORE: Final = ("", "Nieuwe ", "Oude ", "Lange ", "Korte ", "Eerste ", "Tweede ")
_LETTERS: Final = "ABCDEGHJKLMNPRSTVWXZ"  # those that postcodes use
_PAIRS: Final = tuple(
    one + other for other in _LETTERS for one in _LETTERS if one + other not in {"SA", "SD", "SS"}
)  # never given out


def households_of(town: Town) -> int:
    """How many households the town has; they are numbered from 0."""
    return round(town.inhabitants / INHABITANTS_PER_HOUSEHOLD)


def home(town: Town, number: int) -> Home:
    """The home of household `number`; a number from `households_of(town)` on is a home that stands empty.

    Empty homes are houses and flats at addresses of their own, for people who move.
    """
    number, empty = _counted(town, number)
    street, place = divmod(number, HOMES_PER_STREET)
    row, position = divmod(place, _PER_ROW)
    door = _row(town, street, row, shared=not empty)[position]
    round_, name = divmod(street, town.postcodes * len(_PAIRS))
    digits = town.first_postcode + name % town.postcodes
    return Home(
        street=_street_name(name),
        postcode=f"{digits}{_PAIRS[name // town.postcodes]}",
        number=(round_ * _ROWS + row) * _NUMBERS_PER_ROW + door.number,
        letter=door.letter,
        addition=door.addition,
        kind=door.kind,
        # After 99 no register has come yet, so that the number is nobody's.
        bag_id=f"{town.code}2099{number - door.resident:08}",
    )


def street_of(town: Town, number: int) -> int:
    """The how manieth street of the town the home of household `number` stands in, from 0."""
    return _counted(town, number)[0] // HOMES_PER_STREET


def _counted(town: Town, number: int) -> tuple[int, bool]:
    """The how manieth home that is, and whether it stands empty: those begin with a street in which nobody lives."""
    lived_in = households_of(town)
    empty = number >= lived_in
    return number + (-lived_in % HOMES_PER_STREET if empty else 0), empty


def _row(town: Town, street: int, row: int, *, shared: bool) -> tuple[_Door, ...]:
    if shared and row == _ROWS - 1:
        district, place = divmod(street, _STREETS_PER_CARE_HOME)
        if place == 5:
            return _CARE_HOME
        if place in _STUDENT_STREETS:
            return _STUDENT_HOUSES[(district + place) % len(_STUDENT_HOUSES)]
    above, quarter = divmod(street, town.postcodes)
    streets = _QUARTERS[quarter % len(_QUARTERS)]
    return _FORMS[streets[above % len(streets)][row]]


def _street_name(street: int) -> str:
    """Names of two or three parts; the first 3,444 streets of a town differ."""
    stem, end = street % len(_STEMS), (street // len(_STEMS) * 2 + street) % len(_ENDS)
    before = _BEFORE[street // (len(_STEMS) * len(_ENDS)) % len(_BEFORE)]
    return f"{before}{_STEMS[stem]}{_ENDS[end]}"
