"""The plan of a visiting day: within its minutes, nobody twice, one visit a door, and as good as any plan can be."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, groupby, permutations
from typing import Any

import pytest

from signals.outreach.visits.board import board_of, places_of, stops_of
from signals.outreach.visits.first_plan import first_plans
from signals.outreach.visits.instance import MOST_CANDIDATES, Candidate, Instance, Point
from signals.outreach.visits.narrow import AT_MOST, narrowed
from signals.outreach.visits.order import shortened
from signals.outreach.visits.solve import Plan, solve
from signals.outreach.visits.travel import StraightLines
from tests.outreach.visits.towns import START, one, recounted, town

STEPS = 150
SHAPES: tuple[dict[str, Any], ...] = (
    {},
    {"lists": 2},
    {"lists": 3, "minutes": 120, "minutes_per_visit": 10},
    {"minutes": 97.3, "minutes_per_visit": 7.7, "km_per_hour": 13.7, "detour": 1.27},
    {"minutes": 5_000},
    {"minutes_per_visit": 0},
    {"maximum": 3, "lists": 2},
)


def points_of(plan: Plan) -> float:
    return sum(one.points for one in plan.lists)


def assert_sound(instance: Instance, plan: Plan) -> None:
    """What is promised of every plan, counted anew from the instance."""
    known = {candidate.case: candidate for candidate in instance.candidates}
    everyone = [case for one in plan.lists for case in one.stops]
    assert len(everyone) == len(set(everyone))
    assert len(plan.lists) == instance.lists
    for made in plan.lists:
        minutes = recounted(instance, made.stops)
        assert made.minutes <= instance.minutes
        assert minutes <= instance.minutes + 1e-9
        assert made.minutes == pytest.approx(minutes, abs=1e-6)
        assert made.points == sum(known[case].points for case in made.stops)
        doors = [address for address, _ in groupby(known[case].address for case in made.stops)]
        assert len(doors) == len(set(doors))  # the cases of a door stand beside each other
        assert instance.maximum is None or len(doors) <= instance.maximum
    doors = [known[case].address for case in everyone]
    assert all(doors.count(address) == len(cases) for address, cases in at_doors(instance).items() if address in doors)


def at_doors(instance: Instance) -> dict[object, list[Candidate]]:
    found: dict[object, list[Candidate]] = {}
    for candidate in instance.candidates:
        found.setdefault(candidate.address, []).append(candidate)
    return found


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("number", range(2))
def test_a_plan_is_within_its_minutes_and_has_nobody_twice(number: int, shape: dict[str, Any]) -> None:
    instance = town(number, **shape)
    plan = solve(instance, steps=STEPS)
    assert_sound(instance, plan)
    assert points_of(plan) > 0


@pytest.mark.parametrize("number", range(6))
def test_of_few_doors_the_best_plan_is_found(number: int) -> None:
    instance = town(number, 7, minutes=110)
    best = max(
        (sum(c.points for c in chosen), -min(recounted(instance, [c.case for c in order]) for order in orders))
        for size in range(8)
        for chosen in combinations(instance.candidates, size)
        if (orders := [order for order in permutations(chosen) if recounted(instance, [c.case for c in order]) <= 110])
    )
    [made] = solve(instance, steps=STEPS).lists
    assert made.points == best[0]
    assert made.minutes <= -best[1] + 1e-6


def test_the_same_instance_gives_the_same_plan() -> None:
    instance = town(11, 80, lists=2)
    assert solve(instance, steps=STEPS) == solve(instance, steps=STEPS)


def test_the_search_does_no_worse_than_vroom() -> None:
    for number in range(3):
        instance = town(number, 120)
        stops = stops_of(instance.candidates)
        places = places_of(instance, stops)
        board = board_of(instance, stops, places, StraightLines(25, 1.3).between(places))
        by_vroom = max(board.gain(plan) for plan in first_plans(board))
        plan = solve(instance, steps=STEPS)
        assert (points_of(plan), -sum(made.travel for made in plan.lists)) >= (by_vroom[0], by_vroom[1] - 1e-6)


def test_nobody_waits() -> None:
    plan = solve(Instance(START, (), lists=2))
    assert [(made.stops, made.minutes, made.points) for made in plan.lists] == [((), 0, 0), ((), 0, 0)]


@pytest.mark.parametrize(
    "instance",
    [
        Instance(START, (one("far", 100_000, 0),)),
        Instance(Point(1e8, -1e8), (one("far", 0, 0),)),
        Instance(START, (one("near", 0, 0),), minutes=0),
        Instance(START, (one("near", 0, 0),), minutes=19.99),
        Instance(START, (one("near", 0, 0),), maximum=0),
        Instance(START, (one("nothing", 0, 0, points=0),)),
    ],
    ids=["far", "start far away", "no time", "visit too long", "no stops", "no points"],
)
def test_what_does_not_fit_or_gives_nothing_is_left_out(instance: Instance) -> None:
    [made] = solve(instance, steps=STEPS).lists
    assert made.stops == ()


def test_what_fits_exactly_is_taken() -> None:
    exact = Instance(START, (one("a", 1000, 0), one("b", 1000, 500)), minutes=20 + 2 * 3.12)
    assert solve(exact, steps=STEPS).lists[0].stops == ("a",)
    many = Instance(START, tuple(one(at, 0, 0) for at in range(20)))
    [made] = solve(many, steps=STEPS).lists
    assert (len(made.stops), made.minutes, made.points) == (12, 240, 120)


def test_all_behind_one_door_cost_one_visit() -> None:
    cases = tuple(one(f"c{at}", 300, 400, 5, "flat 1") for at in range(30))
    [made] = solve(Instance(START, cases), steps=STEPS).lists
    assert set(made.stops) == {case.case for case in cases}
    assert made.points == 150
    assert made.minutes == pytest.approx(20 + 2 * 1.56)


def test_a_door_with_two_places_costs_the_way_between_them() -> None:
    instance = Instance(START, (one("a", 0, 1000, 5, "long"), one("b", 0, 2000, 5, "long")))
    [made] = solve(instance, steps=STEPS).lists
    assert made.stops in {("a", "b"), ("b", "a")}
    assert made.minutes == pytest.approx(recounted(instance, made.stops))


def test_points_decide_before_travel_and_of_equal_points_the_nearest() -> None:
    instance = Instance(START, (one("far", 3000, 0, 11), one("near", 100, 0, 10)), minutes=40)
    assert solve(instance, steps=STEPS).lists[0].stops == ("far",)
    equal = Instance(START, (one("far", 3000, 0), one("near", 100, 0)), minutes=40)
    assert solve(equal, steps=STEPS).lists[0].stops == ("near",)


def test_what_is_pinned_or_first_goes_before_all_points() -> None:
    rich = tuple(one(f"r{at}", at * 10, 0, 100) for at in range(20))
    poor = (one("pinned", -5000, 0, 1), one("first", 0, -4000, 1), one("lost", 90_000, 0, 1))
    instance = Instance(START, (*rich, *poor), pinned=frozenset({"pinned"}), first=frozenset({"first", "lost"}))
    plan = solve(instance, steps=STEPS)
    assert {"pinned", "first"} < set(plan.lists[0].stops)
    assert plan.unplaced == ("lost",)
    tight = solve(replace(instance, minutes=55), steps=STEPS)
    assert "pinned" in tight.lists[0].stops
    assert tight.unplaced == ("first", "lost")


def test_of_thousands_the_best_are_looked_at() -> None:
    instance = town(1, MOST_CANDIDATES)
    stops = stops_of(instance.candidates)
    looked_at = narrowed(instance, stops)
    assert len(looked_at) <= AT_MOST
    plan = solve(instance, steps=STEPS)
    assert_sound(instance, plan)
    few = solve(replace(instance, candidates=instance.candidates[:200]), steps=STEPS)
    assert points_of(plan) >= points_of(few)


def test_of_thousands_that_come_first_the_best_of_them_are_looked_at() -> None:
    """The times between all of them would fill the memory, and no routing server would tell them."""
    instance = replace(town(1, 2_000), pinned=frozenset({town(1, 2_000).candidates[-1].case}))
    stops = stops_of(instance.candidates)
    for many in (1_500, 20):
        first = frozenset(candidate.case for candidate in instance.candidates[:many])
        looked_at = narrowed(replace(instance, first=first), stops)
        cases = {case for stop in looked_at for case in stop.numbers}
        assert len(looked_at) <= AT_MOST
        assert instance.pinned < cases
        doors = [stop for stop in looked_at if not instance.pinned.issuperset(stop.numbers)]
        assert all(not first.isdisjoint(stop.numbers) for stop in doors) == (many == 1_500)
        assert (first < cases) == (many == 20)


def test_what_a_person_chose_is_looked_at_though_it_gives_little() -> None:
    chosen = one("chosen", 4000, 4000, 0.001)
    instance = replace(town(1, 2_000), candidates=(*town(1, 2_000).candidates, chosen), pinned=frozenset({"chosen"}))
    assert "chosen" in solve(instance, steps=STEPS).lists[0].stops


def test_an_order_is_made_shorter_whatever_it_was() -> None:
    instance = town(5, 12)
    stops = stops_of(instance.candidates)
    places = places_of(instance, stops)
    cost = board_of(instance, stops, places, StraightLines(25, 1.3).between(places)).cost

    def length(order: list[int]) -> float:
        return float(cost[[0, *order], [*order, 0]].sum())

    given = list(range(1, len(stops) + 1))
    found = shortened(cost, given)
    assert sorted(found) == given
    assert length(found) < length(given)
    assert shortened(cost, found) == found
    assert shortened(cost, []) == []
    assert shortened(cost, [1]) == [1]
