"""Who lives in a simulated household? Persons with ages, names and ties, worked out on demand from its number.

Everything follows from the seed, the town and the number, so that no table of the population is kept. Nobody here
exists: the names are put together (names.py) and the BSNs begin with 99 or 98, which is issued to nobody.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from signals.simulation import names
from signals.simulation.dice import Dice
from signals.simulation.homes import home
from signals.simulation.names import Origin, Sex, Surname

if TYPE_CHECKING:
    from signals.simulation.homes import HomeKind
    from signals.simulation.towns import Town

NameUse = Literal["own", "partner", "partner-own", "own-partner"]
Composition = Literal[
    "single-young",
    "single",
    "couple",
    "family",
    "single-parent",
    "elderly-couple",
    "elderly-single",
    "student",
    "care-home",
]


@dataclass(frozen=True, slots=True)
class Person:
    """One made-up person, as the residents' register would have them.

    Attributes:
        id: municipality, household and place in it, "0141-0001234-1".
        serial: a number no other person of the town has.
        name_use: which of own and partner's name the person uses (BRP E, P, V, N in the order of `NameUse`).
        partner_surname: of the husband, wife or registered partner, also when it is not used; None without one.
        born: "YYYY-MM-DD".
        business_name: of a sole trader, as it stands on the contracts for water and energy.
        origin: for the check that origins are treated alike; no event holds it.
    """

    id: str
    serial: int
    sex: Sex
    given: str
    initials: str
    prefix: str | None
    surname: str
    partner_prefix: str | None
    partner_surname: str | None
    name_use: NameUse
    born: str
    adult: bool
    bsn: str
    business_name: str | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class Household:
    """The persons at one home, adults first; only adults have contracts."""

    id: str
    number: int
    composition: Composition
    persons: tuple[Person, ...]
    renter: bool

    @property
    def adults(self) -> tuple[Person, ...]:
        """Those of 18 years and over; never empty."""
        return tuple(person for person in self.persons if person.adult)


@dataclass(slots=True)
class _Sketch:
    """A person while the household is put together; `age` is that on 1 January."""

    sex: Sex
    age: int
    origin: Origin
    name: Surname
    given: str = ""
    initials: str = ""
    day: str = ""
    partner: Surname | None = None
    name_use: NameUse = "own"
    business: str | None = None


# In percent of the households of a home of that kind; together 2.15 persons a household and 38% who live alone.
_COMPOSITIONS: Final[dict[HomeKind, dict[Composition, float]]] = {
    "house": {
        "family": 35,
        "couple": 20,
        "single": 14,
        "elderly-couple": 12,
        "elderly-single": 8,
        "single-parent": 6,
        "single-young": 5,
    },
    "flat": {
        "single": 27,
        "single-young": 22,
        "couple": 18,
        "family": 12,
        "elderly-single": 9,
        "single-parent": 7,
        "elderly-couple": 5,
    },
    "student-house": {"student": 1},
    "care-home": {"care-home": 1},
}
_RENTERS: Final[dict[HomeKind, float]] = {"house": 0.28, "flat": 0.78, "student-house": 1.0, "care-home": 1.0}
_ORIGINS: Final[dict[HomeKind, dict[Origin, float]]] = {
    "house": {"dutch": 80, "other": 7, "turkish": 4.5, "surinamese": 3, "moroccan": 3, "polish": 2.5},
    "flat": {"dutch": 64, "other": 12, "turkish": 8, "polish": 6, "moroccan": 5, "surinamese": 5},
    "student-house": {"dutch": 78, "other": 12, "surinamese": 3, "moroccan": 3, "turkish": 3, "polish": 1},
    "care-home": {"dutch": 93, "other": 3, "surinamese": 3, "turkish": 1},
}
_AGES: Final[dict[Composition, tuple[int, int]]] = {
    "single-young": (19, 29),
    "single": (30, 66),
    "couple": (23, 66),
    "family": (25, 60),
    "single-parent": (23, 58),
    "elderly-couple": (67, 88),
    "elderly-single": (67, 92),
    "student": (18, 26),
    "care-home": (77, 98),
}
_MARRIED: Final = {"couple": 0.6, "family": 0.7, "elderly-couple": 0.93, "care-home": 0.93}
_WIDOWED: Final = {"elderly-single": 0.65, "care-home": 0.8}
_TWO_IN_CARE: Final = 0.2
_SAME_SEX: Final = 0.03
_SAME_ORIGIN: Final = 0.85
_NAME_USES: Final[dict[str, dict[NameUse, float]]] = {
    "dutch woman": {"own": 37, "partner-own": 32, "partner": 28, "own-partner": 3},
    "other woman": {"own": 80, "partner-own": 8, "partner": 10, "own-partner": 2},
    "man": {"own": 95, "own-partner": 3, "partner-own": 1, "partner": 1},
}
_CHILDREN: Final = {1: 32, 2: 45, 3: 17, 4: 6}
MOST_PERSONS: Final = 2 + max(_CHILDREN)
AGE_BANDS: Final = ("18-26", "27-39", "40-54", "55-66", "67+")
_BANDS_BEGIN: Final = (27, 40, 55, 67)  # all but the first
_OLDEST_AT_HOME: Final = 26
_TWIN: Final = 0.03  # of the children after the first: born with the one before
_MOST_NAMES: Final = 30  # that parents of twins think of
_TWIN_INITIALS: Final = 0.4
_NAMED_AFTER_FATHER: Final = 0.15
_TRADERS: Final = 0.053  # of the households of working age: 4% of all
_WORKING: Final = frozenset({"single-young", "single", "couple", "family", "single-parent"})
_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@lru_cache(maxsize=4096)  # who lives the months and who writes the events ask for the same ones
def household(town: Town, number: int, *, seed: int, year: int) -> Household:
    """The household with that number; the same persons for the same arguments.

    Args:
        town: where it lives.
        number: 0 to `households_of(town)` - 1.
        seed: another seed gives other people.
        year: the year of the ages; keep it the same through one simulation, or people stay as old as they are.
    """
    kind = home(town, number).kind
    dice = Dice(seed, town.code, "household", number)
    composition = dice.weighted(_COMPOSITIONS[kind])
    adults = _adults(composition, dice.weighted(_ORIGINS[kind]), dice)
    if composition in _WORKING and dice.chance(_TRADERS):
        trader = dice.pick(adults)
        trader.business = names.business_name(trader.name, dice)
    sketches = sorted(_with_children(adults, composition, dice), key=lambda sketch: sketch.age < 18)
    label = f"{town.code}-{number:07}"
    return Household(
        id=label,
        number=number,
        composition=composition,
        persons=tuple(_person(label, number * 8 + place, sketch, year) for place, sketch in enumerate(sketches)),
        renter=rents(town, number, seed=seed),
    )


def rents(town: Town, number: int, *, seed: int) -> bool:
    """Whether that household rents its home; known without making the household."""
    return Dice(seed, town.code, "rents", number).chance(_RENTERS[home(town, number).kind])


def age_band(person: Person, year: int) -> str:
    """The age group on 1 January: "18-26", "27-39", "40-54", "55-66" or "67+"."""
    age = year - 1 - int(person.born[:4])
    return AGE_BANDS[bisect_right(_BANDS_BEGIN, age)]


def _adults(composition: Composition, origin: Origin, dice: Dice) -> list[_Sketch]:
    """The one or two people whom the household begins with."""
    age = dice.between(*_AGES[composition])
    two = composition in _MARRIED and (composition != "care-home" or dice.chance(_TWO_IN_CARE))
    woman = dice.chance(_share_of_women(composition, two=two))
    first = _sketch("woman" if woman else "man", age, origin, dice)
    if not two:
        if first.sex == "woman" and dice.chance(_WIDOWED.get(composition, 0.0)):
            _marry(first, names.surname(origin, dice), dice)
        return [first]
    second = _partner(first, dice)
    if dice.chance(_MARRIED[composition]):
        _marry(first, second.name, dice)
        _marry(second, first.name, dice)
    return [first, second]


def _share_of_women(composition: Composition, *, two: bool) -> float:
    if two:
        return 0.3
    return {"single-parent": 0.83, "elderly-single": 0.68, "care-home": 0.74}.get(composition, 0.46)


def _sketch(sex: Sex, age: int, origin: Origin, dice: Dice) -> _Sketch:
    sketch = _Sketch(sex, age, origin, names.as_borne_by(sex, names.surname(origin, dice)), day=_day(dice))
    _name(sketch, dice)
    return sketch


def _partner(first: _Sketch, dice: Dice) -> _Sketch:
    same_sex = dice.chance(_SAME_SEX)
    sex: Sex = first.sex if same_sex else "man" if first.sex == "woman" else "woman"
    origin = first.origin if dice.chance(_SAME_ORIGIN) else dice.pick(names.ORIGINS)
    return _sketch(sex, max(19, first.age + dice.between(-5, 5)), origin, dice)


def _marry(sketch: _Sketch, partner: Surname, dice: Dice) -> None:
    sketch.partner = names.as_borne_by(sketch.sex, partner)
    group = "man" if sketch.sex == "man" else "dutch woman" if sketch.origin == "dutch" else "other woman"
    sketch.name_use = dice.weighted(_NAME_USES[group])


def _name(sketch: _Sketch, dice: Dice) -> None:
    """A first name, and the initials of it and of the names behind it."""
    sketch.given = names.given_name(sketch.origin, sketch.sex, dice)
    more = dice.between(0, 4) // 2 if sketch.origin == "dutch" else dice.between(0, 5) // 5
    behind = [names.given_name(sketch.origin, sketch.sex, dice) for _ in range(more)]
    sketch.initials = "".join(map(names.initial_of, (sketch.given, *behind)))


def _with_children(adults: list[_Sketch], composition: Composition, dice: Dice) -> list[_Sketch]:
    """The adults and the children who live with them, the oldest first."""
    if composition not in {"family", "single-parent"}:
        return adults
    father = next((adult for adult in adults if adult.sex == "man"), None)
    parent = father or adults[0]
    age = dice.between(0, min(_OLDEST_AT_HOME, min(adult.age for adult in adults) - 18))
    children: list[_Sketch] = []
    for _ in range(dice.weighted(_CHILDREN)):
        before = children[-1] if children else None
        twin = before is not None and dice.chance(_TWIN)
        if before is not None and not twin:
            age -= dice.between(1, 4)
        if age < 0:
            break
        child = _child(parent, age, dice)
        if twin and before is not None:
            _born_together(child, before, dice)
        elif father is not None and child.sex == "man" and dice.chance(_NAMED_AFTER_FATHER):
            child.given, child.initials = father.given, father.initials
        children.append(child)
    return [*adults, *children]


def _child(parent: _Sketch, age: int, dice: Dice) -> _Sketch:
    sex: Sex = "woman" if dice.chance(0.49) else "man"
    child = _Sketch(sex, age, parent.origin, _family_name(sex, parent), day=_day(dice))
    _name(child, dice)
    return child


def _family_name(sex: Sex, parent: _Sketch) -> Surname:
    name = parent.name
    if parent.sex == "woman" and name.name.endswith("ska"):
        name = Surname(name.prefix, f"{name.name[:-1]}i")
    return names.as_borne_by(sex, name)


def _born_together(child: _Sketch, before: _Sketch, dice: Dice) -> None:
    """A twin has the other's birthday, another first name, and sometimes the same initials."""
    child.day = before.day
    alike = dice.chance(_TWIN_INITIALS)
    for _ in range(_MOST_NAMES):
        if child.given != before.given and (not alike or child.given[0] == before.given[0]):
            break
        _name(child, dice)
    if alike and child.given[0] == before.given[0]:
        child.initials = before.initials


def _day(dice: Dice) -> str:
    """Month and day; nobody is born on 29 February, so that every year goes with every day."""
    month = dice.between(1, 12)
    return f"{month:02}-{dice.between(1, _DAYS[month - 1]):02}"


def _person(label: str, serial: int, sketch: _Sketch, year: int) -> Person:
    return Person(
        id=f"{label}-{serial % 8 + 1}",
        serial=serial,
        sex=sketch.sex,
        given=sketch.given,
        initials=sketch.initials,
        prefix=sketch.name.prefix,
        surname=sketch.name.name,
        partner_prefix=sketch.partner.prefix if sketch.partner else None,
        partner_surname=sketch.partner.name if sketch.partner else None,
        name_use=sketch.name_use,
        born=f"{year - 1 - sketch.age}-{sketch.day}",
        adult=sketch.age >= 18,
        bsn=_test_bsn(serial),
        business_name=sketch.business,
        origin=sketch.origin,
    )


def _test_bsn(serial: int) -> str:
    """A number that passes the eleven-test and begins with 99, or 98 where no check digit fits; of a million others.

    Numbers that begin with 9 are not issued, so nobody has it (unconfirmed).
    """
    middle = f"{serial % 1_000_000:06}"
    check = (
        9 * 9 + 9 * 8 + sum(weight * int(digit) for weight, digit in zip(range(7, 1, -1), middle, strict=True))
    ) % 11
    if check < 10:
        return f"99{middle}{check}"
    return f"98{middle}2"  # eight less than ten
