"""Of thousands of doors, which are worth a closer look? Those with much to give, and those in good company.

A search weighs all pairs of stops; beyond some hundreds most of these can be in no good plan. What stays is the best by
three orders in turn: by points, by points for the minutes of the way there and back, and by points together with those
of the neighbourhood. A person's choice always stays, and what comes first too; of more of that than can be weighed, the
best by the same orders, and nothing else.
"""

from __future__ import annotations

from itertools import chain
from math import floor, hypot
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from signals.outreach.visits.board import Stop
    from signals.outreach.visits.instance import Case, Instance

AT_LEAST: Final = 300
AT_MOST: Final = 900
TIMES_THE_VISITS: Final = 3
_UNDERWAY: Final = 3.0  # minutes to the next door, at a guess
_BLOCK_MINUTES: Final = 3.0  # a neighbourhood is as wide as this takes


def _visits_on_a_list(instance: Instance, doors: int) -> int:
    """How many doors one list can hold, at a guess: never more than there are, and at least one."""
    most = doors if instance.maximum is None else min(doors, instance.maximum)
    return max(1, min(most, floor(instance.minutes / (instance.minutes_per_visit + _UNDERWAY))))


def narrowed(instance: Instance, stops: Sequence[Stop]) -> list[Stop]:
    """The stops worth a closer look, in their order; all of them when there are few."""
    visits = instance.lists * _visits_on_a_list(instance, len(stops))
    most = min(AT_MOST, max(AT_LEAST, TIMES_THE_VISITS * visits))
    if len(stops) <= most:
        return list(stops)
    stay = _with(instance.pinned, stops)
    first = _with(instance.first, stops) | stay
    stay, others = (first, set(range(len(stops)))) if len(first) <= most else (stay, first)
    for at in chain.from_iterable(zip(*_orders(instance, stops), strict=True)):
        if len(stay) >= most:
            break
        stay |= {at} & others
    return [stops[at] for at in sorted(stay)]


def _with(cases: Collection[Case], stops: Sequence[Stop]) -> set[int]:
    """The stops behind which one of these cases is."""
    return {at for at, stop in enumerate(stops) if any(number in cases for number in stop.numbers)}


def _orders(instance: Instance, stops: Sequence[Stop]) -> list[list[int]]:
    points = [stop.points for stop in stops]
    effort = [instance.minutes_per_visit + _minutes(instance, stop) / 2 + 1 for stop in stops]
    company = _company(instance, stops)
    values = [
        points,
        [one / minutes for one, minutes in zip(points, effort, strict=True)],
        [one * near / minutes for one, near, minutes in zip(points, company, effort, strict=True)],
    ]
    return [sorted(range(len(stops)), key=lambda at, of=value: (-of[at], at)) for value in values]  # type: ignore[misc]


def _minutes(instance: Instance, stop: Stop) -> float:
    """The way from the start, as straight lines have it."""
    metres = hypot(stop.cases[0].at.x - instance.start.x, stop.cases[0].at.y - instance.start.y)
    return metres * instance.detour * 60 / (1_000 * instance.km_per_hour)


def _company(instance: Instance, stops: Sequence[Stop]) -> list[float]:
    """The points in each stop's block and the eight around it."""
    width = max(1.0, _BLOCK_MINUTES * 1_000 * instance.km_per_hour / (60 * instance.detour))
    blocks = [(floor(stop.cases[0].at.x / width), floor(stop.cases[0].at.y / width)) for stop in stops]
    points: dict[tuple[int, int], float] = {}
    for block, stop in zip(blocks, stops, strict=True):
        points[block] = points.get(block, 0.0) + stop.points
    around = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
    return [sum(points.get((x + right, y + up), 0.0) for right, up in around) for x, y in blocks]
