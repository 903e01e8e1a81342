"""A list that a person arranged: its minutes, and who lives on the way."""

from __future__ import annotations

import pytest

from signals.outreach.visits.instance import Instance
from signals.outreach.visits.suggest import Suggestion, minutes_of, suggestions
from tests.outreach.visits.towns import START, one, recounted, town

A, SAME = one("a", 0, 1000, 10, "flat 1"), one("same", 0, 1000, 5, "flat 1")
B, BETWEEN, FAR = one("b", 2000, 2500), one("between", 1000, 1750), one("far", 20_000, 0)
DAY = Instance(START, (A, SAME, B, BETWEEN, FAR), minutes=85)


def test_the_minutes_of_an_order_are_counted_as_it_stands() -> None:
    assert minutes_of(DAY, []) == 0
    assert minutes_of(DAY, ["a", "same"]) == pytest.approx(20 + 2 * 3.12)
    assert minutes_of(DAY, ["b", "a"]) == pytest.approx(recounted(DAY, ["b", "a"]))
    assert minutes_of(DAY, ["a", "b", "same"]) == pytest.approx(60 + 2 * 3.12 + 2 * 2.5 * 3.12)  # twice at one door
    instance = town(3, 30)
    order = [candidate.case for candidate in instance.candidates[:9]]
    assert minutes_of(instance, order) == pytest.approx(recounted(instance, order))


def test_doors_near_the_list_are_offered_the_cheapest_first() -> None:
    door, between, far = suggestions(DAY, ["b", "a"])
    assert door == Suggestion(("same",), 0.0, 2, True, 5)
    assert (between.cases, between.place, between.fits) == (("between",), 1, True)
    assert between.minutes == pytest.approx(20)
    assert (far.cases, far.fits) == (("far",), False)
    assert suggestions(DAY, ["b", "a"], most=1) == [door]


def test_to_an_empty_list_each_door_costs_the_way_there_and_back() -> None:
    found = suggestions(DAY, [])
    assert [one.cases for one in found] == [("a", "same"), ("between",), ("b",), ("far",)]
    assert found[0].minutes == pytest.approx(20 + 2 * 3.12)


def test_a_full_list_has_room_only_where_it_goes_already() -> None:
    full = Instance(START, DAY.candidates, maximum=1)
    assert [one.cases for one in suggestions(full, ["a"]) if one.fits] == [("same",)]


def test_a_case_that_is_none_of_the_candidates() -> None:
    with pytest.raises(KeyError):
        minutes_of(DAY, ["nobody"])
