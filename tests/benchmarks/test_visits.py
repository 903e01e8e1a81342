"""What the plans of visiting days are held beside: a bound that is one, and ways to plan that keep the rules."""

from __future__ import annotations

from itertools import permutations

import pytest

from benchmarks.bound import at_most
from benchmarks.visits import CANDIDATES, WAYS, board_for, by_postcode, by_priority, by_vroom, day
from tests.outreach.visits.towns import town


@pytest.mark.parametrize("lists", [1, 2])
@pytest.mark.parametrize("number", range(3))
def test_no_plan_passes_the_bound(number: int, lists: int) -> None:
    board = board_for(town(number, 6, minutes=80, lists=lists))
    stops = range(1, len(board.points))
    one_list = {
        frozenset(order)
        for size in range(4)
        for order in permutations(stops, size)
        if board.minutes(order) <= board.limit
    }
    pairs = [one | other for one in one_list for other in (one_list if lists == 2 else {frozenset[int]()})]
    best = max(sum(float(board.points[stop]) for stop in chosen) for chosen in pairs)
    bound = at_most(board, best * 0.9, rounds=10)
    assert best <= bound + 1e-6
    assert bound < float(board.points.sum())


def test_the_days_are_the_same_in_every_run() -> None:
    assert day(3) == day(3)
    assert day(3) != day(4)
    assert len(day(4).candidates) == CANDIDATES
    assert (day(3).lists, day(4).lists) == (1, 2)


def test_the_simple_ways_keep_within_the_minutes() -> None:
    instance = day(4)
    for way in (by_priority, by_postcode, by_vroom):
        outcome = way(instance)
        assert 0 < outcome.travel <= 2 * instance.minutes - outcome.doors * instance.minutes_per_visit
        assert outcome.points > 0
    assert len(WAYS) == 4
