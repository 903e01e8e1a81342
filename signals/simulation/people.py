"""Who are the simulated people? Made-up names, and numbers that are given to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from signals.simulation.dice import Dice

_SURNAMES: Final = (
    *(
        (None, "Jansen"),
        (None, "Bakker"),
        (None, "Visser"),
        (None, "Smit"),
        (None, "Meijer"),
        (None, "Mulder"),
    ),
    *(
        (None, "IJzerman"),
        (None, "Weiß"),
        (None, "Öztürk"),
        (None, "Yılmaz"),
        (None, "Şahin"),
        (None, "Nowak"),
    ),
    *(("de", "Vries"), ("de", "Groot"), ("van den", "Berg"), ("van der", "Heide"), ("te", "Riele")),
    *((None, "Wolthuis"), (None, "Nijhuis"), ("ten", "Hove"), ("in het", "Veld"), (None, "Ramdin")),
    *((None, "Haddad"), (None, "Ferrão"), (None, "Kowalczyk"), (None, "Oude Voshaar"), (None, "Müller")),
)
_INITIALS: Final = "ABCDEFGHJKLMNPRSTW"
_TRADES: Final = ("Bakkerij", "Klusbedrijf", "Kapsalon", "Fietsenmaker", "Schildersbedrijf")


@dataclass(frozen=True, slots=True)
class Resident:
    """One made-up person; `number` tells persons apart in the truth."""

    number: int
    initials: str
    prefix: str | None
    surname: str
    born: str
    bsn: str


def resident(number: int, dice: Dice) -> Resident:
    """The person with that number."""
    prefix, surname = dice.pick(_SURNAMES)
    initials = "".join(f"{dice.pick(_INITIALS)}." for _ in range(dice.between(1, 3)))
    born = f"{dice.between(1941, 2005)}-{dice.between(1, 12):02}-{dice.between(1, 28):02}"
    return Resident(number, initials, prefix, surname, born, _test_bsn(number))


def _test_bsn(number: int) -> str:
    """A number that passes the eleven-test in the range 9999…, which stands for test persons."""
    middle = number % 9000
    while True:
        digits = f"9999{middle:04}"
        check = sum(weight * int(digit) for weight, digit in zip(range(9, 1, -1), digits, strict=True)) % 11
        if check < 10:
            return f"{digits}{check}"
        middle += 1


def written(person: Resident, dice: Dice, *, with_bsn: bool) -> dict[str, Any]:
    """The person as one partner knows it; phone and mail can reach nobody (06-0…, example.nl)."""
    return {
        "initials": person.initials,
        "prefix": person.prefix,
        "surname": person.surname,
        "dateOfBirth": person.born if dice.chance(0.9) else None,
        "phone": f"+316000{person.number % 100000:05}" if dice.chance(0.6) else None,
        "email": f"bewoner{person.number}@example.nl" if dice.chance(0.5) else None,
        "bsn": person.bsn if with_bsn and dice.chance(0.9) else None,
    }


def written_as_trader(person: Resident, dice: Dice) -> dict[str, Any]:
    """A sole trader whose business name stands on the contract; this is a person, so the signal counts."""
    return {"surname": person.surname, "businessName": f"{dice.pick(_TRADES)} {person.surname}"}


def written_as_company(person: Resident, dice: Dice) -> dict[str, Any]:
    """A legal person, which is not approached."""
    return {"businessName": f"{dice.pick(_TRADES)} {person.surname} B.V."}
