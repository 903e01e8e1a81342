"""Reconciling waits for what is on its way in, and for nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.reports.arrival import LONGEST_SECONDS, PATIENCE_SECONDS, await_arrival

if TYPE_CHECKING:
    from collections.abc import Mapping

RENT, WATER = ("arrears.housing.welbions", 0), ("arrears.water.vitens", 1)
ENDS = {RENT: 10, WATER: 4}


class Worker:
    """Takes in one record of every partition at every look, up to `until`; time passes only in `sleep`."""

    def __init__(self, begin: Mapping[tuple[str, int], int], until: int) -> None:
        self.at = dict(begin)
        self.until = until
        self.slept = 0.0

    def positions(self) -> dict[tuple[str, int], int]:
        return dict(self.at)

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.at = {place: min(at + 1, self.until) for place, at in self.at.items()}


@pytest.mark.parametrize(
    ("worker", "paused", "arrived"),
    [
        pytest.param(Worker(ENDS, 0), (), True, id="all is there"),
        pytest.param(Worker({RENT: 3, WATER: 4}, 100), (), True, id="a worker takes it in"),
        pytest.param(Worker({RENT: 9, WATER: 2}, 3), (), False, id="a worker stops before the end"),
        pytest.param(Worker({}, 0), (), False, id="there is no worker"),
        pytest.param(Worker({RENT: 10}, 100), (WATER[0],), True, id="what is paused is not awaited"),
    ],
)
def test_it_waits_for_what_comes_nearer(worker: Worker, paused: tuple[str, ...], arrived: bool) -> None:
    assert await_arrival(ENDS, worker.positions, paused, sleep=worker.sleep) is arrived


def test_where_all_is_there_it_does_not_wait() -> None:
    worker = Worker(ENDS, 0)
    await_arrival(ENDS, worker.positions, (), sleep=worker.sleep)
    assert worker.slept == 0


def test_where_nothing_moves_it_waits_only_so_long() -> None:
    worker = Worker({}, 0)
    await_arrival(ENDS, worker.positions, (), sleep=worker.sleep)
    assert worker.slept == pytest.approx(PATIENCE_SECONDS)


def test_it_does_not_wait_for_ever_for_one_that_crawls() -> None:
    worker = Worker({RENT: 0, WATER: 0}, 10**9)
    assert not await_arrival({RENT: 10**9}, worker.positions, (), sleep=worker.sleep)
    assert worker.slept == pytest.approx(LONGEST_SECONDS)
