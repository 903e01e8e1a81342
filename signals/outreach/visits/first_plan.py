"""What is a sensible plan to begin with? VROOM's, asked several times, each time of a narrower choice of stops.

VROOM (by pyvroom) puts the sum of priorities first, but its first routes do not look at priorities (its issue 971): of
two hundred doors it starts with those that are near. Asked of only the best of them, it starts with better ones. What
it finds, `improve` takes further (ADR 0041).
"""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Final

import numpy as np
import vroom  # type: ignore[import-untyped]  # it states no types

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from signals.outreach.visits.board import Board, Lists, Matrix

    Ticks = npt.NDArray[np.int64]

TICKS_A_MINUTE: Final = 600  # VROOM counts in whole numbers: a tenth of a second each, where all of them fit its sums
HIGHEST_PRIORITY: Final = 100
SHARES: Final = (1.0, 0.25)
# How thoroughly VROOM looks (0 to 5), by the work that a board is: doors × visits × visits on one list.
EXPLORATION: Final = ((31_000, 5), (62_000, 3), (120_000, 1), (250_000, 0))
THREADS: Final = 1
_LARGEST_SUM: Final = 2**31


def first_plans(board: Board) -> list[Lists]:
    """VROOM's plans of all stops and of the better ones only, each within the limit; of very much work an empty one."""
    reach = board.cost[0, 1:] + board.cost[1:, 0]
    near = [at for at in range(1, len(board.worth)) if reach[at - 1] <= board.limit and board.worth[at] > 0]
    exploration = _exploration(len(near) * min(len(near), board.lists * board.each) * board.each)
    if not near or not board.most or exploration is None:
        return [[[] for _ in range(board.lists)]]
    order = sorted(near, key=lambda stop: (-board.worth[stop] / _effort(board, stop), stop))
    return [_solved(board, choice, exploration) for choice in _choices(board, order)]


def _exploration(work: int) -> int | None:
    return next((level for most, level in EXPLORATION if work <= most), None)


def _effort(board: Board, stop: int) -> float:
    """What a stop costs among others: its visit and part of the way there and back."""
    return float(board.visits[stop] + 0.25 * (board.cost[0, stop] + board.cost[stop, 0] - board.visits[stop]) + 1e-6)


def _choices(board: Board, order: Sequence[int]) -> list[list[int]]:
    """Of the stops in their order: all, and the first part of them, as long as a list can choose among more."""
    sizes = {max(2 * board.lists, round(len(order) * share)) for share in SHARES}
    return [sorted(order[:size]) for size in sorted(sizes, reverse=True)]


def _solved(board: Board, stops: Sequence[int], exploration: int) -> Lists:
    """What VROOM makes of these stops."""
    chosen = [0, *stops]
    underway = board.cost[np.ix_(chosen, chosen)] - board.visits[chosen][None, :]
    in_minute = min(float(TICKS_A_MINUTE), _LARGEST_SUM / (len(chosen) * (board.limit + 1)))
    limit = floor(board.limit * in_minute)
    problem = vroom.Input()
    problem.set_durations_matrix("car", np.minimum(_ticks(underway, in_minute), limit + 1))
    for number in range(board.lists):
        problem.add_vehicle(vroom.Vehicle(number, start=0, end=0, time_window=[0, limit], max_tasks=board.most))
    visits, priorities = _ticks(board.visits, in_minute), _priorities(board)
    for at, stop in enumerate(stops, start=1):
        job = vroom.Job(at, location=at, default_service=int(visits[stop]), priority=int(priorities[stop]))
        problem.add_job(job)
    return _lists(problem.solve(exploration, THREADS), chosen, board.lists)


def _ticks(minutes: Matrix, in_minute: float) -> Ticks:
    """Whole ticks, rounded up: what fits for VROOM, fits."""
    return np.ceil(np.maximum(minutes, 0) * in_minute).astype(np.int64)


def _priorities(board: Board) -> Ticks:
    """Whole numbers up to 100: VROOM's; what comes before all points has the higher part of them."""
    highest = float(board.points.max()) or 1.0
    before = board.worth > board.points
    room = HIGHEST_PRIORITY // 4 if before.any() else HIGHEST_PRIORITY
    return np.ceil(board.points / highest * room).astype(np.int64) + before * (HIGHEST_PRIORITY - room)


def _lists(solution: vroom.Solution, chosen: Sequence[int], lists: int) -> Lists:
    found: Lists = [[] for _ in range(lists)]
    routes = solution.routes
    if "id" not in routes:  # there is no such column when no job is planned
        return found
    for vehicle, kind, job in zip(routes["vehicle_id"], routes["type"], routes["id"], strict=True):
        if kind == "job":
            found[int(vehicle)].append(chosen[int(job)])
    return found
