"""Made-up days for the tests of planning: doors anywhere in a town, some with several cases behind them."""

from __future__ import annotations

import random
from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING, Any

from signals.outreach.visits.instance import Candidate, Instance, Point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.outreach.visits.instance import Case

START = Point(0, 0)


def town(number: int, candidates: int = 40, **asked: Any) -> Instance:  # noqa: ANN401 - fields of the instance
    """A day with so many candidates, the same for each number."""
    dice = random.Random(number)
    doors = [
        Point(dice.randint(-4000, 4000), dice.randint(-4000, 4000)) for _ in range(max(1, round(candidates * 0.85)))
    ]
    chosen = [*doors, *dice.choices(doors, k=candidates)][:candidates]
    found = [
        Candidate(f"c{at}", door, dice.choice((20, 35, 60, 65, 70, 100)), f"{door}") for at, door in enumerate(chosen)
    ]
    return Instance(START, tuple(found), **asked)


def one(case: Case, x: float, y: float, points: float = 10, address: str | None = None) -> Candidate:
    """A candidate."""
    return Candidate(case, Point(x, y), points, address)


def recounted(instance: Instance, cases: Sequence[Case]) -> float:
    """The minutes of a list, counted from the instance alone, as somebody else would."""
    known = {candidate.case: candidate for candidate in instance.candidates}
    stops = [known[case] for case in cases]
    places = [instance.start, *(stop.at for stop in stops), instance.start]
    metres = sum(hypot(there.x - here.x, there.y - here.y) for here, there in pairwise(places))
    doors = {stop.case if stop.address is None else stop.address for stop in stops}
    return metres / 1000 * instance.detour / instance.km_per_hour * 60 + len(doors) * instance.minutes_per_visit
