"""Which errors are made in a name? One change for each code, as Divosa (2025) found them in signals that drop out.

Each gives the name with that error in it, or None where the name gives no opportunity for it; how often each is made
stands in spelling.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from signals.simulation.names import without_diacritics

if TYPE_CHECKING:
    from collections.abc import Callable

    from signals.simulation.dice import Dice
    from signals.simulation.residents import Person


class Name(NamedTuple):
    """The four fields of a name while it is being written."""

    prefix: str | None
    surname: str | None
    partner_prefix: str | None = None
    partner_surname: str | None = None


_COULD_BE_DOUBLE: Final = re.compile("(?<=[a-z])s(?=[aeiou])|(?<=[aeiou])s$")


def _misspelled(name: Name, person: Person, dice: Dice) -> Name | None:
    del person
    return _other(name, _doubled_or_single_s(name.surname or "", dice))


def _doubled_or_single_s(surname: str, dice: Dice) -> str:
    if "ß" in surname:
        return surname.replace("ß", dice.pick(("ss", "s")), 1)
    if "ss" in surname:
        return surname.replace("ss", "s", 1)
    return _COULD_BE_DOUBLE.sub("ss", surname, count=1)


def _without_prefix(name: Name, person: Person, dice: Dice) -> Name | None:
    del person, dice
    return name._replace(prefix=None) if name.prefix else None


def _glued(name: Name, person: Person, dice: Dice) -> Name | None:
    del person
    if not name.prefix or not name.surname:
        return None
    glue = dice.pick((" ", ""))
    surname = name.surname if glue else name.surname.lower()
    prefix = name.prefix if glue else name.prefix.replace(" ", "").replace("'", "").capitalize()
    return name._replace(prefix=None, surname=f"{prefix}{glue}{surname}")


def _plain(name: Name, person: Person, dice: Dice) -> Name | None:
    del person, dice
    return _other(name, without_diacritics(name.surname or ""))


def _other_ij(name: Name, person: Person, dice: Dice) -> Name | None:
    del person, dice
    surname = name.surname or ""
    for one, other in (("IJ", "Y"), ("ij", "y"), ("Y", "IJ"), ("y", "ij")):
        if one in surname:
            return _other(name, surname.replace(one, other, 1))
    return None


def _own_only(name: Name, person: Person, dice: Dice) -> Name | None:
    del dice
    if name.partner_surname is None or _bears_one_name(person):
        return None
    return Name(name.prefix, name.surname)


def _partner_only(name: Name, person: Person, dice: Dice) -> Name | None:
    del name, dice
    if person.partner_surname is None or _bears_one_name(person):
        return None
    return Name(person.partner_prefix, person.partner_surname)


def _bears_one_name(person: Person) -> bool:
    """Whether own and partner's name are the same, so that nobody can mistake them."""
    return (person.prefix, person.surname) == (person.partner_prefix, person.partner_surname)


def _mistyped(name: Name, person: Person, dice: Dice) -> Name | None:
    """A letter left out, doubled, or changed places with the next; the first letter stays."""
    del person
    surname = name.surname or ""
    place = dice.between(1, len(surname) - 2)
    one, other = surname[place], surname[place + 1]
    middle = dice.pick((other, one + one + other, other + one if one != other else one))
    return _other(name, surname[:place] + middle + surname[place + 2 :])


def _other(name: Name, surname: str) -> Name | None:
    return None if surname == name.surname else name._replace(surname=surname)


NAME_CHANGES: Final[dict[str, Callable[[Name, Person, Dice], Name | None]]] = {
    "maiden-name": _own_only,
    "partner-name": _partner_only,
    "prefix-left-out": _without_prefix,
    "prefix-glued": _glued,
    "diacritics-lost": _plain,
    "ij-y": _other_ij,
    "ss-s": _misspelled,
    "surname-typo": _mistyped,
}
