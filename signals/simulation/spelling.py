"""How does a partner write a person and an address? As in its own card file: in several ways, sometimes wrongly.

Most differences do no harm, because cleaning takes them away (`VARIANTS`). Some are errors (`RATES`); with those in
`MISMATCHES` a strict search in the residents' register finds nobody. Strict is: somebody who lives at that postcode and
house number, who uses that surname with that prefix, letter for letter (capitals and the order of a double name do not
matter), and was born on the day that is given, if one is; its month and day may be unknown. Where a BSN is given, it
takes the place of name and birth: the insurer has both from the register and makes no errors in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from signals.simulation.dice import total
from signals.simulation.misspelling import NAME_CHANGES, Name
from signals.simulation.names import without_diacritics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signals.simulation.dice import Dice
    from signals.simulation.homes import Home
    from signals.simulation.residents import Person
    from signals.simulation.towns import Town

RATES: Final[Mapping[str, float]] = MappingProxyType(
    {
        # In a name, of the names in which the error can be made; at most one in a name.
        "ss-s": 0.016,  # an s doubled or a double one single (surnames with ss, ß, or an s beside a vowel)
        "prefix-left-out": 0.014,  # (surnames with a prefix)
        "prefix-glued": 0.010,  # the prefix stands in the field of the surname
        "diacritics-lost": 0.030,  # (surnames with a diacritic)
        "ij-y": 0.028,  # (surnames with ij or y)
        "maiden-name": 0.025,  # the own name only (persons who use their partner's, alone or beside it)
        "partner-name": 0.006,  # the partner's name in the place of the own (persons with a partner's name)
        "surname-typo": 0.004,
        "business-name": 0.24,  # a sole trader's business in the place of the name (contracts for water and energy)
        "initials-swapped": 0.01,  # (two initials or more)
        # In a date of birth, of those given.
        "birth-day-month-swapped": 0.008,  # (where that is a date)
        "birth-year-typo": 0.0025,
        "birth-day-unknown": 0.01,  # month and day 00
        # In an address.
        "number-typo": 0.0015,
        "addition-left-out": 0.012,  # (addresses with a letter or addition)
    }
)
MISMATCHES: Final = frozenset(RATES) - {"initials-swapped", "birth-day-unknown", "addition-left-out"}
VARIANTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "no-birth-date": 0.10,
        "phone": 0.60,
        "phone-national": 0.30,  # of the phones: 06… with spaces or a dash, and not +31…
        "mail": 0.50,
        "bsn": 0.90,  # of the partners that may send one
        "one-initial": 0.20,  # of those with more
        "no-initials": 0.02,
        "initials-without-dots": 0.15,
        "capitals": 0.06,  # the names in capitals only, where these are the same letters
        "prefix-capital": 0.10,  # "Van der"
        "double-name-in-one-field": 0.35,  # "Velzen-in het Veld", of those who use both names
        "business-beside-name": 0.60,  # of the sole traders who do not stand there as a business only
        "postcode-spaced": 0.15,
        "postcode-small": 0.10,
        "number-as-text": 0.10,  # of the house numbers without letter and addition
        "street-abbreviated": 0.12,
        "no-street": 0.04,
        "city-capitals": 0.15,
        "bag-id": 0.15,
    }
)


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the card file: the fields of the event, and the codes (of `RATES`) of the errors in them."""

    fields: dict[str, Any]
    errors: tuple[str, ...]


def written_person(person: Person, *, sector: str, with_bsn: bool, dice: Dice) -> Written:
    """The person as a partner of that sector knows them, with the keys of borders.md section 2.

    Args:
        person: as the register has them.
        sector: of the partner; businesses stand on contracts for water and energy.
        with_bsn: whether the partner may send a BSN.
        dice: made from the partner and the person, so that a partner writes a person the same way each time.
    """
    bsn = person.bsn if with_bsn and dice.chance(VARIANTS["bsn"]) else None
    trader = person.business_name is not None and sector in {"energy", "water"}
    if trader and dice.chance(RATES["business-name"]):
        return Written(_business_alone(person, dice), ("business-name",))
    name, name_errors = _name_of(person, dice, exact=bsn is not None)
    initials, initials_errors = _initials_of(person, dice)
    born, born_errors = _birth_of(person, dice, exact=bsn is not None)
    business = person.business_name if trader and dice.chance(VARIANTS["business-beside-name"]) else None
    fields = _fields(person, name, dice)
    fields |= {"initials": initials, "businessName": business, "dateOfBirth": born, "bsn": bsn}
    return Written(fields, name_errors + initials_errors + born_errors)


def written_address(town: Town, home: Home, *, dice: Dice) -> Written:
    """The address as a partner knows it, with the keys of borders.md section 2."""
    number, letter, addition = home.number, home.letter, home.addition
    errors: tuple[str, ...] = ()
    if dice.chance(RATES["number-typo"]):
        number, errors = _mistyped_number(number, dice), ("number-typo",)
    if dice.chance(RATES["addition-left-out"]) and (letter or addition):
        letter, addition, errors = None, None, (*errors, "addition-left-out")
    fields = {
        "street": _street(home.street, dice),
        "houseNumber": number,
        "houseLetter": letter,
        "houseNumberAddition": addition,
        "postcode": _postcode(home.postcode, dice),
        "city": town.name.upper() if dice.chance(VARIANTS["city-capitals"]) else town.name,
        "bagId": home.bag_id if dice.chance(VARIANTS["bag-id"]) and not errors else None,
    }
    return Written(fields | _number_form(number, letter, addition, dice), errors)


def _fields(person: Person, name: Name, dice: Dice) -> dict[str, Any]:
    """All keys, in the order of borders.md; phones (06-00…) and mails (example.nl) reach nobody."""
    return {
        "initials": None,
        "prefix": name.prefix,
        "surname": name.surname,
        "partnerPrefix": name.partner_prefix,
        "partnerSurname": name.partner_surname,
        "businessName": None,
        "dateOfBirth": None,
        "phone": _phone(person.serial, dice) if dice.chance(VARIANTS["phone"]) else None,
        "email": _mail(person) if dice.chance(VARIANTS["mail"]) else None,
        "bsn": None,
    }


def _mail(person: Person) -> str:
    """The address that a person gives everybody; it may be that of a namesake."""
    name = "".join(letter for letter in without_diacritics(person.surname).lower() if "a" <= letter <= "z")
    return f"{without_diacritics(person.given)[0].lower()}.{name}{person.born[2:4]}@example.nl"


def _phone(serial: int, dice: Dice) -> str:
    last = f"{serial % 1_000_000:06}"
    if not dice.chance(VARIANTS["phone-national"]):
        return f"+31600{last}"
    return dice.pick((f"0600{last}", f"06-00{last}", f"06 00 {last[:3]} {last[3:]}"))


def _business_alone(person: Person, dice: Dice) -> dict[str, Any]:
    """The business without the person, in its own field or in that of the surname."""
    fields = _fields(person, Name(None, None), dice)
    field = "businessName" if dice.chance(0.6) else "surname"
    return fields | {field: person.business_name}


# Names


def _name_of(person: Person, dice: Dice, *, exact: bool) -> tuple[Name, tuple[str, ...]]:
    """The name as the person uses it, perhaps with an error, in one of the ways that do no harm."""
    name = _used(person)
    error = _name_error(dice)
    changed = None if error is None or exact else NAME_CHANGES[error](name, person, dice)
    if error is None or changed is None:
        return _in_style(name, person, dice), ()
    return _in_style(changed, person, dice), (error,)


_ANY_NAME_ERROR: Final = total(RATES[error] for error in NAME_CHANGES)


def _name_error(dice: Dice) -> str | None:
    """The error for which there is an occasion; whether the name gives the opportunity is not known yet."""
    throw = dice.share()
    if throw >= _ANY_NAME_ERROR:
        return None
    for error in NAME_CHANGES:
        throw -= RATES[error]
        if throw < 0:
            return error
    return None  # the rounding of the sum left a hair over


def _used(person: Person) -> Name:
    """Own name, and the partner's where the person uses it: the event has no field for which goes first."""
    if person.name_use == "own" or person.partner_surname is None:
        return Name(person.prefix, person.surname)
    return Name(person.prefix, person.surname, person.partner_prefix, person.partner_surname)


def _in_style(name: Name, person: Person, dice: Dice) -> Name:
    both = name.partner_surname is not None and person.name_use in {"partner-own", "own-partner"}
    if both and dice.chance(VARIANTS["double-name-in-one-field"]):
        name = _in_one_field(name, partner_first=person.name_use == "partner-own")
    if name.prefix and dice.chance(VARIANTS["prefix-capital"]):
        name = name._replace(prefix=name.prefix[0].upper() + name.prefix[1:])
    return _in_capitals(name) if dice.chance(VARIANTS["capitals"]) else name


def _in_one_field(name: Name, *, partner_first: bool) -> Name:
    own, partner = (name.prefix, name.surname), (name.partner_prefix, name.partner_surname)
    (prefix, first), second = (partner, own) if partner_first else (own, partner)
    return Name(prefix, f"{first}-{' '.join(part for part in second if part)}")


def _in_capitals(name: Name) -> Name:
    """In capitals, unless a letter has none of its own (ß would become SS, and ı a dotted i)."""
    capitals = Name(*(part.upper() if part else part for part in name))
    small = Name(*(part.lower() if part else part for part in name))
    same = all(one is None or one.lower() == other for one, other in zip(capitals, small, strict=True))
    return capitals if same else name


# Initials and birth


def _initials_of(person: Person, dice: Dice) -> tuple[str | None, tuple[str, ...]]:
    initials = [f"{initial}." for initial in person.initials.split(".") if initial]
    if dice.chance(VARIANTS["no-initials"]):
        return None, ()
    errors: tuple[str, ...] = ()
    if dice.chance(RATES["initials-swapped"]) and len(set(initials)) > 1:
        initials, errors = _swapped(initials), ("initials-swapped",)
    elif dice.chance(VARIANTS["one-initial"]):
        initials = initials[:1]
    text = "".join(initials)
    if dice.chance(VARIANTS["initials-without-dots"]) and text == text.upper():
        text = text.replace(".", "")
    return text, errors


def _swapped(initials: list[str]) -> list[str]:
    """The first initial and the next other one in each other's place."""
    place = next(index for index, initial in enumerate(initials) if initial != initials[0])
    return [initials[place], *initials[1:place], initials[0], *initials[place + 1 :]]


def _birth_of(person: Person, dice: Dice, *, exact: bool) -> tuple[str | None, tuple[str, ...]]:
    if dice.chance(VARIANTS["no-birth-date"]):
        return None, ()
    year, month, day = person.born.split("-")
    if exact:
        return person.born, ()
    if dice.chance(RATES["birth-day-unknown"]):
        return f"{year}-00-00", ("birth-day-unknown",)
    if dice.chance(RATES["birth-day-month-swapped"]) and day <= "12" and day != month:
        return f"{year}-{day}-{month}", ("birth-day-month-swapped",)
    if dice.chance(RATES["birth-year-typo"]):
        # At most ten years later: an adult is born before any signal then, too.
        return f"{int(year) + dice.pick((-10, -1, 1, 10)):04}-{month}-{day}", ("birth-year-typo",)
    return person.born, ()


# Addresses


def _mistyped_number(number: int, dice: Dice) -> int:
    """Two digits in each other's place, or a number near it."""
    digits = str(number)
    turned = int(digits[:-2] + digits[:-3:-1]) if number > 9 else number
    if turned != number and turned > 9 and dice.chance(0.5):
        return turned
    step = dice.pick((-2, -1, 1, 2))
    return number + step if number + step >= 1 else number + 2


def _number_form(number: int, letter: str | None, addition: str | None, dice: Dice) -> dict[str, Any]:
    """One of the ways in which number, letter and addition are divided over the fields."""
    form = dice.share()
    if letter is None and addition is None:
        return {"houseNumber": str(number)} if form < VARIANTS["number-as-text"] else {}
    if form < 0.4:
        return {}
    if form < 0.55:  # no field for the letter, as in the national exchange standard
        return {"houseLetter": None, "houseNumberAddition": f"{letter or ''}{addition or ''}"}
    return {
        "houseNumber": _number_text(number, letter, addition, dice),
        "houseLetter": None,
        "houseNumberAddition": None,
    }


def _number_text(number: int, letter: str | None, addition: str | None, dice: Dice) -> str:
    """All in one text: "12 A", "12a", "12-A", "12 a bis"; digits never follow the number without a mark."""
    parts = [part for part in (letter, addition) if part]
    mark = dice.pick((" ", "-", "/") if parts[0][0].isdigit() else ("", " ", "-"))
    rest = dice.pick((" ", "")).join(parts)
    cased = dice.pick((rest, rest.lower(), rest.upper()))
    return f"{number}{mark}{cased}"


def _street(street: str, dice: Dice) -> str | None:
    if dice.chance(VARIANTS["no-street"]):
        return None
    if dice.chance(VARIANTS["street-abbreviated"]):
        for end, short in (("straat", "str."), ("laan", "ln."), ("plein", "pln."), ("singel", "sngl.")):
            if street.endswith(end):
                return street.removesuffix(end) + short
    return street


def _postcode(postcode: str, dice: Dice) -> str:
    spaced, small = dice.chance(VARIANTS["postcode-spaced"]), dice.chance(VARIANTS["postcode-small"])
    letters = postcode[4:].lower() if small else postcode[4:]
    return f"{postcode[:4]}{' ' if spaced else ''}{letters}"
