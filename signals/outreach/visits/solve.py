"""Which doors make a visiting day, in which order? As many points as fit the minutes, and then as little travel.

Pure: the same instance gives the same plan, on every machine. VROOM makes first plans, a search of our own takes them
further (ADR 0041); both are bounded by work, not by time. What is promised to the reader is counted anew at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING, Final

from signals.outreach.visits.board import board_of, places_of, stops_of
from signals.outreach.visits.first_plan import first_plans
from signals.outreach.visits.improve import improved
from signals.outreach.visits.narrow import narrowed
from signals.outreach.visits.travel import StraightLines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.outreach.visits.board import Board, Lists, Stop
    from signals.outreach.visits.instance import Case, Instance
    from signals.outreach.visits.travel import Travel, TravelTimes

STEPS: Final = 4_000
FEWEST_STEPS: Final = 20
_FULL_VISITS: Final = 50  # up to so many visits a search has all its steps,
_FULL_WEIGHED: Final = 20_000  # and up to so many ways weighed to put in one stop: those of a list × doors


@dataclass(frozen=True, slots=True)
class DayList:
    """One pair's list: the cases in the order of visiting, those of one address beside each other.

    `minutes` is the way and the visits, from the start and back; `travel` the way alone.
    """

    stops: tuple[Case, ...]
    minutes: float
    points: float
    travel: float


@dataclass(frozen=True, slots=True)
class Plan:
    """The lists, the one with most points first; as many as were asked for, empty ones included.

    Attributes:
        lists: No case stands in two of them, and none takes longer than the instance allows.
        unplaced: Of the cases that were pinned or come first: those for which there was no time.
        how: What the times are: "straight lines" or "roads".
        fallen_back: In words, why they are straight lines although a routing server is set; else None.
    """

    lists: tuple[DayList, ...]
    unplaced: tuple[Case, ...]
    how: str
    fallen_back: str | None


def solve(instance: Instance, times: TravelTimes | None = None, steps: int = STEPS) -> Plan:
    """The plan of this instance; times are straight lines when nobody who knows them better is given."""
    asked = times or StraightLines(instance.km_per_hour, instance.detour)
    stops = narrowed(instance, stops_of(instance.candidates))
    places = places_of(instance, stops)
    travel = asked.between(places)
    board = board_of(instance, stops, places, travel)
    found = improved(board, first_plans(board), _steps(steps, board))
    return _plan(instance, stops, board, found, travel)


def _steps(most: int, board: Board) -> int:
    """Fewer steps where each takes longer."""
    doors = len(board.worth)
    visits = min(doors, board.lists * board.each)
    share = min(1.0, _FULL_VISITS / visits) * min(1.0, _FULL_WEIGHED / (board.each * doors))
    return min(most, max(FEWEST_STEPS, round(most * share)))


def _plan(instance: Instance, stops: Sequence[Stop], board: Board, found: Lists, travel: Travel) -> Plan:
    lists = [_day_list(stops, board, _within(board, one)) for one in found]
    lists.sort(key=lambda one: (-one.points, one.minutes, [str(case) for case in one.stops]))
    placed = {case for one in lists for case in one.stops}
    wanted = instance.pinned | instance.first
    missing = (one.case for one in instance.candidates if one.case in wanted and one.case not in placed)
    return Plan(tuple(lists), tuple(missing), travel.how, travel.fallen_back)


def _day_list(stops: Sequence[Stop], board: Board, chosen: Sequence[int]) -> DayList:
    """The list of these stops of the board, in the direction in which what matters most comes first."""
    order = min(
        (list(chosen), list(reversed(chosen))), key=lambda one: (round(counted(board, one), 6), _late(board, one))
    )
    order = order if counted(board, order) <= board.limit else list(chosen)
    minutes = counted(board, order)
    return DayList(
        tuple(case for stop in order for case in stops[stop - 1].numbers),
        minutes,
        sum(stops[stop - 1].points for stop in order),
        minutes - fsum(board.visits[order]),
    )


def _late(board: Board, order: Sequence[int]) -> float:
    """How late what gives much comes."""
    return sum(at * float(board.worth[stop]) for at, stop in enumerate(order))


def _within(board: Board, chosen: Sequence[int]) -> list[int]:
    """The stops of a list that are within the limit to the last digit; a search may differ in that one."""
    kept = list(chosen)
    while kept and counted(board, kept) > board.limit:
        kept.remove(min(kept, key=lambda stop: (board.worth[stop], stop)))
    return kept


def counted(board: Board, order: Sequence[int]) -> float:
    """The minutes of a list, exactly rounded, whatever the order in which they are added up."""
    return fsum(board.cost[[0, *order], [*order, 0]])
