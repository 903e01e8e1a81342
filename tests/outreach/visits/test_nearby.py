"""Who is offered beside a list, in a town where not all ways can be weighed."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from signals.outreach.visits import nearby
from signals.outreach.visits.candidates import DayWish
from signals.outreach.visits.instance import Candidate, Point
from signals.outreach.visits.lists import ListedStop, VisitList
from signals.outreach.visits.suggest import suggestions
from signals.outreach.work.people import Actor

if TYPE_CHECKING:
    import pytest

START = Point(241_900, 486_200)


def stop_at(number: int, at: Point) -> ListedStop:
    where = (
        number,
        number,
        number,
        number,
        number,
        "home-visit",
        False,
        "planned",
        None,
        50,
        None,
        at,
        "address",
        None,
    )
    return ListedStop(*where, "7607GC", number, "", None, None, None, None, None)


def test_the_doors_that_cost_least_are_found_without_weighing_the_whole_town(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(6)

    def anywhere() -> Point:
        return Point(START.x + dice.uniform(-4_000, 4_000), START.y + dice.uniform(-4_000, 4_000))

    stops = tuple(stop_at(number, anywhere()) for number in range(1, 6))
    wish = DayWish("0141", date(2026, 11, 24), "evening", START, (Actor("a", "Anna Postma"),), minutes=600)
    found = VisitList(1, wish, "proposed", 1, "Anna Postma", None, None, stops)
    town = [Candidate(number, anywhere(), 40, number) for number in range(10, 310)]
    monkeypatch.setattr(nearby, "WEIGHED", 20)
    few = nearby._closest(found, town)
    assert len(few) == 20
    asked = found.instance
    order = [one.case for one in asked.candidates]
    offered = [
        [one.cases for one in suggestions(replace(asked, candidates=(*asked.candidates, *others)), order)]
        for others in (few, town)
    ]
    assert offered[0] == offered[1]
