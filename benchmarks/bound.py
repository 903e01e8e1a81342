"""How many points could any plan of a visiting day reach at most? A bound that no solver can pass.

Lagrangian relaxation: that a stop is visited once is no rule any more, but each visit has a price; what then is the
best list is found exactly, by dynamic programming over minutes (rounded down) and stops, without going straight back to
where one came from. Each set of prices gives a bound, subgradients look for the prices of the lowest one, and stops
through which no list can reach what a known plan gives are left out on the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from signals.outreach.visits.board import Board

    Numbers = npt.NDArray[np.float64]
    Indexes = npt.NDArray[np.int64]

GRID: Final = 960  # steps of time in a list: a quarter of a minute of 240
ROUNDS: Final = 60
_NEVER: Final = -1e12


@dataclass(frozen=True)
class Reached:
    """Of every time and stop: the most that a way there gives, and the most that another last step gives."""

    best: Numbers
    other: Numbers
    came: Indexes
    came_other: Indexes


def at_most(board: Board, known: float, rounds: int = ROUNDS) -> float:
    """A number of points that no plan of this board passes; `known` is what some plan reaches."""
    ticks = np.floor(board.cost / board.limit * GRID + 1e-9).astype(np.int64)
    alone = ticks[0] + ticks[:, 0]
    stay = np.flatnonzero((alone <= GRID) & (board.points > 0))
    prices = np.zeros(len(board.points))
    lowest, pace = float(board.points.sum()), 1.0
    for number in range(rounds):
        around = np.concatenate([[0], stay])
        inside = ticks[np.ix_(around, around)]
        gives = board.points[around] - prices[around]
        reached = _reached(inside, gives)
        value, seen = _best_list(inside, reached)
        bound = float(prices[stay].sum()) + board.lists * value
        pace = pace if bound < lowest - 1e-6 else pace * 0.93
        lowest = min(lowest, bound)
        if lowest <= known + 1e-6 or len(stay) == 0:
            break
        if number % 5 == 4:
            through = bound - value + _through(inside, reached, gives)
            keep = through[1:] >= known - 1e-6
            stay, seen = stay[keep], np.concatenate([seen[:1], seen[1:][keep]])
        slope = board.lists * seen[1:] - 1.0
        free = (slope > 0) | (prices[stay] > 0)
        length = float((slope[free] ** 2).sum())
        if length:
            step = pace * (bound - known) / length
            prices[stay] = np.where(free, np.maximum(0.0, prices[stay] + step * slope), prices[stay])
    return max(lowest, known)


def _reached(ticks: Indexes, gives: Numbers) -> Reached:
    size = len(gives)
    best, other = np.full((GRID + 1, size), _NEVER), np.full((GRID + 1, size), _NEVER)
    came, came_other = np.zeros((GRID + 1, size), np.int64), np.zeros((GRID + 1, size), np.int64)
    froms, here = np.arange(size), np.arange(size)
    for now in range(GRID + 1):
        then = now - ticks.T  # row: where to, column: where from
        flat = np.maximum(then, 0) * size + froms
        value = best.ravel()[flat]
        value = np.where(came.ravel()[flat] == here[:, None], other.ravel()[flat], value)
        value[then >= now] = _NEVER  # no time passes: never by a real visit
        value[then < 0] = _NEVER
        value[:, 0] = np.where(then[:, 0] >= 0, 0.0, _NEVER)
        value[here, here] = _NEVER
        came[now] = value.argmax(axis=1)
        best[now] = value[here, came[now]] + gives
        value[here, came[now]] = _NEVER
        came_other[now] = value.argmax(axis=1)
        other[now] = value[here, came_other[now]] + gives
        best[now, 0] = other[now, 0] = _NEVER
    return Reached(best, other, came, came_other)


def _best_list(ticks: Indexes, reached: Reached) -> tuple[float, Indexes]:
    """What the best list gives, and how often it has each stop."""
    size = len(ticks)
    seen = np.zeros(size, np.int64)
    ends = GRID - ticks[:, 0]
    values = np.where(ends >= 0, reached.best[np.maximum(ends, 0), np.arange(size)], _NEVER)
    at = int(values.argmax())
    if values[at] <= 0:
        return 0.0, seen
    now, first = int(ends[at]), True
    while at:
        seen[at] += 1
        before = int((reached.came if first else reached.came_other)[now, at])
        now -= int(ticks[before, at])
        first = int(reached.came[now, before]) != at
        at = before
    return float(values.max()), seen


def _through(ticks: Indexes, reached: Reached, gives: Numbers) -> Numbers:
    """The most that a list through each stop gives; the way back is the way there, the other way round."""
    there = reached.best  # ends with the visit; the way back from it is a way there without its visit
    times, visit = np.arange(GRID + 1), _visits(ticks)
    best = np.full(len(gives), _NEVER)
    for stop in range(1, len(gives)):
        back = there[np.minimum(GRID - times + visit[stop], GRID), stop]
        best[stop] = (there[:, stop] + back).max() - gives[stop]
    return best


def _visits(ticks: Indexes) -> Indexes:
    """At least the time of each visit: what its way there costs more than the way back."""
    # ticks[0, i] = floor(way + visit), ticks[i, 0] = floor(way): one more covers what was rounded.
    longest: Indexes = ticks[0] - ticks[:, 0] + 1
    return longest
