"""What does a list take that a person arranged, and who lives on the way? For the page on which a day is planned.

A person adds, drops and reorders; the order is theirs, and only the minutes are counted here. What is offered beside a
list are doors that cost few minutes more where they fit best, the cheapest first.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from math import fsum
from typing import TYPE_CHECKING, Final

from signals.outreach.visits.board import Stop, board_of, places_of, stops_of
from signals.outreach.visits.travel import StraightLines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from signals.outreach.visits.board import Board
    from signals.outreach.visits.instance import Candidate, Case, Instance
    from signals.outreach.visits.travel import TravelTimes

OFFERED: Final = 10


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A door near a list.

    Attributes:
        cases: The cases behind it that are not on the list.
        minutes: What the list takes more with it: the way and the visit; 0 where the list is at this door already.
        place: Before how many of the list's cases it costs so little: 0 is the first place.
        fits: Whether the list stays within its minutes.
        points: What the cases give.
    """

    cases: tuple[Case, ...]
    minutes: float
    place: int
    fits: bool
    points: float


def minutes_of(instance: Instance, cases: Sequence[Case], times: TravelTimes | None = None) -> float:
    """The minutes of a list with these cases of the instance in this order, from the start and back.

    Cases of one address that stand beside each other are one visit.

    Raises:
        KeyError: a case is none of the candidates.
    """
    doors = _doors(instance, cases)
    return _minutes(_board(instance, doors, times), range(1, len(doors) + 1))


def reached_after(instance: Instance, cases: Sequence[Case], times: TravelTimes | None = None) -> dict[Case, float]:
    """How many minutes after leaving one is at each of these cases of the instance, visited in this order.

    Raises:
        KeyError: a case is none of the candidates.
    """
    doors = _doors(instance, cases)
    board = _board(instance, doors, times)
    found: dict[Case, float] = {}
    gone = 0.0
    for at, door in enumerate(doors, start=1):
        gone += float(board.cost[at - 1, at])  # the way and the visit
        found |= dict.fromkeys(door.numbers, gone - float(board.visits[at]))
    return found


def suggestions(
    instance: Instance, cases: Sequence[Case], times: TravelTimes | None = None, most: int = OFFERED
) -> list[Suggestion]:
    """The doors that cost this list fewest minutes more at their best place; of as many, those of most points first.

    Raises:
        KeyError: a case is none of the candidates.
    """
    doors = _doors(instance, cases)
    others = stops_of(one for one in instance.candidates if one.case not in set(cases))
    arranged = _Arranged(doors, _board(instance, [*doors, *others], times))
    found = [arranged.with_door(other, number) for number, other in enumerate(others, start=len(doors) + 1)]
    return sorted(found, key=lambda one: (one.minutes, -one.points, str(one.cases)))[:most]


@dataclass(frozen=True, slots=True)
class _Arranged:
    """A list as a person has it: its doors are the first stops of the board."""

    doors: Sequence[Stop]
    board: Board

    def with_door(self, other: Stop, number: int) -> Suggestion:
        """What the list would be with this other door, which has that number on the board."""
        if (at_door := self._cases_until(other)) is not None:
            return Suggestion(other.numbers, 0.0, at_door, True, other.points)  # noqa: FBT003 - no visit more
        order = range(1, len(self.doors) + 1)
        here, there = [0, *order], [*order, 0]
        extra = self.board.cost[here, number] + self.board.cost[number, there] - self.board.cost[here, there]
        at = int(extra.argmin())
        minutes = float(extra[at])
        fits = len(order) < self.board.most and _minutes(self.board, order) + minutes <= self.board.limit
        return Suggestion(other.numbers, minutes, self._cases_before(at), fits, other.points)

    def _cases_until(self, other: Stop) -> int | None:
        """How many cases the list has up to this door, when it goes there already."""
        address = _address(other.cases[0])
        at = [number for number, door in enumerate(self.doors, start=1) if _address(door.cases[0]) == address]
        return self._cases_before(at[0]) if at else None

    def _cases_before(self, at: int) -> int:
        return sum(len(door.cases) for door in self.doors[:at])


def _address(one: Candidate) -> object:
    return ("case", one.case) if one.address is None else ("address", one.address)


def _doors(instance: Instance, cases: Iterable[Case]) -> list[Stop]:
    known = {one.case: one for one in instance.candidates}
    grouped = groupby((known[case] for case in cases), key=_address)
    return [stop for _, group in grouped for stop in stops_of(group)]


def _board(instance: Instance, doors: Sequence[Stop], times: TravelTimes | None) -> Board:
    asked = times or StraightLines(instance.km_per_hour, instance.detour)
    places = places_of(instance, doors)
    return board_of(instance, doors, places, asked.between(places))


def _minutes(board: Board, order: Sequence[int]) -> float:
    return fsum(board.cost[[0, *order], [*order, 0]])
