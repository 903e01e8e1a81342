"""How is less told of one group than of others? A knob that makes a town on which a check of fairness must fail.

The town lives as it would without the knob. Of the arrears of the group's people some rises, threats and spreads are
held back, and after one of them nothing more is told of that arrears but that it ended. What was told before looks as
it does of everybody else; so a score that is right for all others says too much of this group.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.simulation.dice import Dice
from signals.simulation.homes import home
from signals.simulation.names import ORIGINS
from signals.simulation.residents import AGE_BANDS, MOST_PERSONS, age_band, household

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from signals.simulation.residents import Household, Person
    from signals.simulation.towns import Town
    from signals.simulation.trouble import Told

Groups = dict[str, str | int]
_WORSE: Final = frozenset({"spread", "risen", "threat", "changed"})
_FIXED: Final = {
    "origin": tuple(ORIGINS),
    "age_band": AGE_BANDS,
    "household_size": tuple(map(str, range(1, MOST_PERSONS + 1))),
}
KINDS: Final = (*_FIXED, "neighbourhood")


@dataclass(frozen=True, slots=True)
class Unequal:
    """A knob: of the people whose `kind` of group is `value`, `percent` of what grows worse is not told."""

    kind: str
    value: str
    percent: int


def groups_of(people: Household, person: Person, postcode: str, year: int) -> Groups:
    """The groups of the person in whose name an arrears stands, as the truth file has them."""
    return {
        "origin": person.origin,
        "age_band": age_band(person, year),
        "household_size": len(people.persons),
        "neighbourhood": postcode[:4],
    }


def faults_of(knob: Unequal, towns: Sequence[Town]) -> Iterator[str]:
    """What makes no sense in the knob, with what would."""
    if not 1 <= knob.percent <= 100:
        yield "what is held back of a group is 1 to 100 percent"
    if knob.kind not in KINDS:
        yield f"there is no kind of group {knob.kind!r}; there are {', '.join(KINDS)}"
    elif knob.kind in _FIXED and knob.value not in _FIXED[knob.kind]:
        yield f"there is no {knob.kind} {knob.value!r}; there are {', '.join(_FIXED[knob.kind])}"
    elif knob.kind == "neighbourhood" and not any(knob.value in _neighbourhoods(town) for town in towns):
        yield f"there is no neighbourhood {knob.value!r}; there are {_named(towns)}"


def _neighbourhoods(town: Town) -> Sequence[str]:
    return [str(town.first_postcode + place) for place in range(town.postcodes)]


def _named(towns: Sequence[Town]) -> str:
    first, *more = (f"{_neighbourhoods(town)[0]} to {_neighbourhoods(town)[-1]} in {town.name}" for town in towns)
    return f"{first} and those of {len(more)} other towns" if more else first


class Withheld:
    """Which of a town's events are sent, while they pass by in the order in which they happen.

    The dice are thrown by event, so that nothing else changes.
    """

    def __init__(self, knobs: Sequence[Unequal], town: Town, seed: int, year: int) -> None:
        self._knobs = knobs
        self._town, self._seed, self._year = town, seed, year
        self._begun: set[str] = set()  # references of which something was sent
        self._ended: set[str] = set()  # of which nothing more is told

    def lets_through(self, told: Told) -> bool:
        """Whether the partner tells it."""
        if not self._knobs:
            return True
        reference = told.debt.reference
        if reference in self._ended:
            return told.type == "withdrawn" and reference in self._begun
        if told.story in _WORSE and self._is_held_back(told):
            self._ended.add(reference)
            return False
        self._begun.add(reference)
        return True

    def _is_held_back(self, told: Told) -> bool:
        people = household(self._town, told.household, seed=self._seed, year=self._year)
        person, lives_at = people.persons[told.debt.contract.person], home(self._town, told.lives_at)
        groups = groups_of(people, person, lives_at.postcode, self._year)
        return any(
            str(groups[knob.kind]) == knob.value
            and Dice(self._seed, "unequal", knob.kind, told.id).chance(knob.percent / 100)
            for knob in self._knobs
        )
