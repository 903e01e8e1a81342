"""Who could be visited on the way? Offered beside a list that a person edits; `suggest` reckons what it costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from signals.outreach.visits.candidates import homes
from signals.outreach.visits.instance import Candidate, Point
from signals.outreach.visits.suggest import suggestions as near

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.outreach.visits.candidates import Home
    from signals.outreach.visits.lists import VisitList
    from signals.outreach.visits.travel import TravelTimes
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

WEIGHED: Final = 200
"""Of so many households is reckoned what a visit costs."""


@dataclass(frozen=True, slots=True)
class Nearby:
    """Households behind one door that could be visited too, what that takes more, and whether the list has the time."""

    homes: tuple[Home, ...]
    minutes: float
    fits: bool


def suggestions(
    cursor: Cursor,
    found: VisitList,
    actor: Actor,
    *,
    times: TravelTimes | None = None,
    most: int = 10,
    due: Sequence[Home] | None = None,
) -> list[Nearby]:
    """The doors near this list that are not on it, those that cost fewest minutes first; not whom a person dropped.

    `due`: who could be visited, where that was asked before (`candidates.homes`).
    """
    off = {stop.household for stop in found.stops if stop.state == "dropped"}
    on = {stop.household for stop in found.going}
    free = {
        home.household: home
        for home in (homes(cursor, found.wish, actor, own_list=found.id) if due is None else due)
        if home.hindrance is None and home.place is not None and home.household not in on | off
    }
    asked = found.instance
    others = [
        Candidate(home.household, Point(home.place.x, home.place.y), home.points, home.door)
        for home in free.values()
        if home.place is not None
    ]
    others = _closest(found, others)
    order = [one.case for one in asked.candidates]
    offered = near(replace(asked, candidates=(*asked.candidates, *others)), order, times, most)
    return [Nearby(tuple(free[int(case)] for case in one.cases), one.minutes, one.fits) for one in offered]


def _closest(found: VisitList, others: list[Candidate]) -> list[Candidate]:
    """Those for which the way is lengthened least, in straight lines: of a whole town not all ways can be weighed."""
    if len(others) <= WEIGHED:
        return others
    round_trip = [found.wish.start, *(stop.at for stop in found.going if stop.at is not None), found.wish.start]
    corners = np.array([(point.x, point.y) for point in round_trip])
    doors = np.array([(one.at.x, one.at.y) for one in others])
    away = np.hypot(*(doors[:, None, :] - corners[None, :, :]).transpose(2, 0, 1))
    legs = np.hypot(*np.diff(corners, axis=0).T)
    longer = (away[:, :-1] + away[:, 1:] - legs).min(axis=1)
    return [others[at] for at in np.argsort(longer, kind="stable")[:WEIGHED]]
