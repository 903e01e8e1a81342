"""What does a plan cost and give? Doors instead of cases, and the numbers that a search looks at.

Cases of one address become one `Stop`: one visit, points added up. A `Board` holds the stops as arrays, with the start
as number 0, so that a search (`first_plan`, `improve`) knows nothing of cases, addresses or coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from signals.outreach.visits.instance import Candidate, Case, Instance, Point
    from signals.outreach.visits.travel import Travel

    Matrix = npt.NDArray[np.float64]

Lists = list[list[int]]
"""The stops of each list by number on the board, without the start."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A door: the cases behind it, in the order in which they were given."""

    cases: tuple[Candidate, ...]
    points: float

    @property
    def numbers(self) -> tuple[Case, ...]:
        """The numbers of its cases."""
        return tuple(one.case for one in self.cases)


def stops_of(candidates: Iterable[Candidate]) -> list[Stop]:
    """One stop for each address, in the order of their first cases."""
    doors: dict[tuple[str, object], list[Candidate]] = {}
    for one in candidates:
        key = ("case", one.case) if one.address is None else ("address", one.address)
        doors.setdefault(key, []).append(one)
    return [Stop(tuple(cases), sum(one.points for one in cases)) for cases in doors.values()]


@dataclass(frozen=True, slots=True)
class Board:
    """An instance as a search sees it; row and column 0 are the start.

    Attributes:
        cost: Minutes from leaving one stop to leaving another: the way and the visit.
        visits: Minutes at each stop, at the start 0.
        points: What each stop gives.
        worth: The same, after what `Instance.pinned` and `first` put before all points.
        limit: Minutes that a list may take.
        lists: How many lists.
        most: Stops that a list may have.
    """

    cost: Matrix
    visits: Matrix
    points: Matrix
    worth: Matrix
    limit: float
    lists: int
    most: int

    @property
    def each(self) -> int:
        """About how many stops a list holds, at least one: judged by the visits and the ways to the nearest stops."""
        doors = len(self.worth) - 1
        if doors < 2:
            return 1
        ways = self.cost[1:, 1:] - self.visits[1:]
        nearest = float(np.median((ways + np.diag(np.full(doors, np.inf))).min(axis=1)))
        one = float(np.median(self.visits[1:])) + 2 * nearest
        return max(1, int(min(doors, self.most, self.limit / max(one, 1e-6))))

    def minutes(self, stops: Sequence[int]) -> float:
        """What a list with these stops in this order takes, from the start and back."""
        return float(self.cost[[0, *stops], [*stops, 0]].sum())

    def gain(self, lists: Lists) -> tuple[float, float]:
        """How good a plan is, more being better: what it gives, then the time underway (as a negative number)."""
        chosen = [stop for stops in lists for stop in stops]
        underway = sum(self.minutes(stops) for stops in lists) - float(self.visits[chosen].sum())
        return float(self.worth[chosen].sum()), -underway


def places_of(instance: Instance, stops: Sequence[Stop]) -> list[Point]:
    """The start and then every place of the stops, once each, in a fixed order."""
    places = [one.at for stop in stops for one in stop.cases]
    return list(dict.fromkeys([instance.start, *places]))


def board_of(instance: Instance, stops: Sequence[Stop], places: Sequence[Point], travel: Travel) -> Board:
    """The board of these stops, with the times between `places`."""
    number = {place: at for at, place in enumerate(places)}
    enter = [number[place] for place in (instance.start, *(stop.cases[0].at for stop in stops))]
    leave = [number[place] for place in (instance.start, *(stop.cases[-1].at for stop in stops))]
    visits = np.array([0.0, *(instance.minutes_per_visit + _within(stop, number, travel) for stop in stops)])
    cost = travel.minutes[np.ix_(leave, enter)] + visits[None, :]
    most = len(stops) if instance.maximum is None else min(instance.maximum, len(stops))
    points = np.array([0.0, *(stop.points for stop in stops)])
    return Board(cost, visits, points, _worth(instance, stops, points), instance.minutes, instance.lists, most)


def _within(stop: Stop, number: dict[Point, int], travel: Travel) -> float:
    """The way between the cases of one address, where they do not stand at one place."""
    return sum(
        float(travel.minutes[number[here.at], number[there.at]])
        for here, there in pairwise(stop.cases)
        if here.at != there.at
    )


def _worth(instance: Instance, stops: Sequence[Stop], points: Matrix) -> Matrix:
    """Points, so that one case of a higher rank weighs more than all of the lower ranks together."""
    worth = points.copy()
    for chosen in (instance.first - instance.pinned, instance.pinned):
        if chosen:
            ranked = np.array([0.0, *(sum(one.case in chosen for one in stop.cases) for stop in stops)])
            worth += ranked * (worth.sum() + 1)
    return worth
