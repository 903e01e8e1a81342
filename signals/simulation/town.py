"""Where do the simulated people live? A town with made-up streets in the postcode range of a municipality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from signals.simulation.dice import Dice

_STEMS: Final = (
    *("Wevers", "Spinners", "Bleek", "Katoen", "Spoel", "Garen", "Linnen", "Schering", "Inslag", "Hekel"),
    *("Vlas", "Molen", "Esch", "Beek", "Turf", "Veen", "Heide", "Eiken", "Linden", "Merel"),
    *("Leeuwerik", "Zwaluw", "Kievit", "Ree", "Das", "Klaver", "Korenbloem", "Brem", "Vlier", "Hazelaar"),
)
_ENDS: Final = ("pad", "hof", "straat", "laan", "weg", "plein", "steeg", "dijk", "kamp", "brink")
_LETTERS: Final = "ABCEGHJKLM"
_PEOPLE_PER_HOME: Final = 2


@dataclass(frozen=True, slots=True)
class Town:
    """A municipality to simulate. `approached` is the number of households a month and 1,000 inhabitants."""

    municipality: str
    name: str
    first_postcode: int
    postcodes: int
    approached: float


@dataclass(frozen=True, slots=True)
class Home:
    """One address."""

    street: str
    postcode: str
    number: int
    letter: str | None

    @property
    def household(self) -> str:
        """The cleaned address as the summary of borders.md section 7 shows it."""
        return f"{self.postcode} {self.number}" + (f" {self.letter}" if self.letter else "")


# Almelo: 350 letters and 40 visits a month for 73,000 inhabitants (2022), and a few that end before that.
# Elsewhere: 4.4 signals a month per 1,000 inhabitants (Divosa 2024) come to about 3.1 new households.
_KNOWN: Final = {
    "0141": Town("0141", "Almelo", 7600, 12, 5.45),
    "0164": Town("0164", "Hengelo", 7550, 10, 3.1),
}


def town_of(municipality: str) -> Town:
    """The town of a municipality; one that is not known gets a made-up name and postcodes."""
    return _KNOWN.get(municipality, Town(municipality, "Voorbeeldstad", 9990, 10, 3.1))


def homes_of(inhabitants: int) -> int:
    """How many addresses the town has."""
    return max(1, inhabitants // _PEOPLE_PER_HOME)


def home(town: Town, index: int) -> Home:
    """The address with that number; different numbers are different addresses.

    Every fifth house of a street has an A beside it, so that letters occur.
    """
    streets = len(_STEMS) * len(_ENDS)
    street, place = index % streets, index // streets
    number, lettered = place // 6 * 5 + min(place % 6, 4) + 1, place % 6 == 5
    stem, end = street % len(_STEMS), street // len(_STEMS)
    digits = town.first_postcode + street % town.postcodes
    letters = _LETTERS[street // len(_LETTERS) % len(_LETTERS)] + _LETTERS[end]
    return Home(_STEMS[stem] + _ENDS[end], f"{digits}{letters}", number, "A" if lettered else None)


def written(town: Town, place: Home, dice: Dice) -> dict[str, Any]:
    """The address as one partner writes it: several spellings of the same address occur."""
    spaced = dice.chance(0.15)
    return {
        "street": place.street,
        **_written_number(place, dice),
        "postcode": f"{place.postcode[:4]} {place.postcode[4:].lower()}" if spaced else place.postcode,
        "city": town.name,
    }


def _written_number(place: Home, dice: Dice) -> dict[str, Any]:
    if place.letter is None:
        return {"houseNumber": place.number}
    if dice.chance(0.5):
        return {"houseNumber": place.number, "houseLetter": place.letter}
    return {"houseNumber": f"{place.number}{dice.pick(('', '-', ' '))}{place.letter.lower()}"}
