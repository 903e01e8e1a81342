"""Can a plan give more? Stops are taken out and better ones put in, so many steps long, the same every time.

"Ruin and recreate" (Schrimpf et al., 2000): a few stops of a plan leave, and what gives most for the minutes that it
costs comes in. A slightly worse plan is gone on from, less so towards the end; the best that was seen is the answer.
Chance comes from a seed and the bound is a number of steps, not of seconds: the same board gives the same plan on every
machine.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from signals.outreach.visits.order import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from signals.outreach.visits.board import Board, Lists, Matrix

SEED: Final = 20_260_101
_ROOM: Final = 1e-9  # minutes by which sums of the same times differ with their order
_WARM: Final = 0.03  # at the start a step may lose up to this share of what the plan gives
_MOST_OUT: Final = 6
_PATIENCE: Final = 500  # steps without a better plan, after which the best one is gone on from
_POWERS: Final = (0.7, 1.0, 1.0, 1.5, 2.5)  # how much more what a stop gives counts than the minutes it costs
_SPREADS: Final = (0.0, 0.1, 0.3, 0.6)
_NOISES: Final = 64


def improved(board: Board, starts: Iterable[Lists], steps: int, seed: int = SEED) -> Lists:
    """The best plan that is found in `steps` steps from these; each list within the board's limit."""
    search = _Search(board, seed)
    for start in starts:
        search.begin_with(start)
    search.walk(steps)
    return search.best


@dataclass(slots=True)
class _Search:
    """A walk over the plans of one board."""

    board: Board
    seed: int
    best: Lists = field(default_factory=list)
    best_gain: tuple[float, float] = (-1.0, 0.0)
    now: Lists = field(default_factory=list)
    now_gain: tuple[float, float] = (-1.0, 0.0)
    height: float = 0.0  # the points of the best plan
    dice: random.Random = field(init=False)
    back: Matrix = field(init=False)
    weights: list[Matrix] = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311 - a search, no secret
        self.back = np.ascontiguousarray(self.board.cost.T)
        chance = np.random.default_rng(self.seed)
        self.weights = [self._weight(chance) for _ in range(_NOISES)]

    def _weight(self, chance: np.random.Generator) -> Matrix:
        """What each stop gives, seen through some mood: so that not always the same comes in first."""
        power, spread = self.dice.choice(_POWERS), self.dice.choice(_SPREADS)
        noise: Matrix = 1 + spread * (chance.random(len(self.board.worth)) - 0.5)
        return self.board.worth**power * noise

    def begin_with(self, start: Lists) -> None:
        """Fill this plan up, and go on from it if it is the best so far."""
        trial = [list(stops) for stops in start]
        self._fill(trial, range(len(trial)), self.board.worth)
        self._keep(trial)

    def walk(self, steps: int) -> None:
        """Take and fill, so many times."""
        last = 0
        for step in range(steps):
            trial = list(self.now)
            touched = self._ruin(trial)
            self._fill(trial, touched, self.dice.choice(self.weights))
            gain = self.board.gain(trial)
            if gain > self.best_gain:
                self._keep(trial)
                last = step
            elif gain[0] >= self.now_gain[0] - self._may_lose(step / steps):
                self.now, self.now_gain = trial, gain
            if step - last > _PATIENCE:
                self.now, self.now_gain, last = self.best, self.best_gain, step

    def _may_lose(self, done: float) -> float:
        return _WARM * self.height * (1 - done) ** 2 * self.dice.random()

    def _keep(self, trial: Lists) -> None:
        """If this is the best so far: bring its lists in a shorter order, use what that frees, and go on from it."""
        if self.board.gain(trial) <= self.best_gain:
            return
        ordered = [shortened(self.board.cost, stops) for stops in trial]
        self._fill(ordered, range(len(ordered)), self.board.worth)
        self.best, self.best_gain = ordered, self.board.gain(ordered)
        self.now, self.now_gain = self.best, self.best_gain
        self.height = float(self.board.points[[stop for stops in ordered for stop in stops]].sum())

    def _ruin(self, trial: Lists) -> Sequence[int]:
        """Take some stops out: a part of a list, some of a list, or those around a place; says which lists."""
        number = self.dice.randrange(len(trial))
        stops = trial[number]
        if not stops:
            return [number]
        count = self.dice.randint(1, _MOST_OUT)
        kind = self.dice.random()
        if kind < 0.4:
            at = self.dice.randrange(len(stops))
            trial[number] = [*stops[:at], *stops[at + count :]]
        elif kind < 0.7 or len(trial) == 1:
            out = set(self.dice.sample(stops, min(count, len(stops))))
            trial[number] = [stop for stop in stops if stop not in out]
        else:
            return self._ruin_around(trial, self.dice.choice(stops), count)
        return [number]

    def _ruin_around(self, trial: Lists, place: int, count: int) -> list[int]:
        """Take out the stops nearest to one, of whichever list."""
        planned = [stop for stops in trial for stop in stops]
        out = set(sorted(planned, key=lambda stop: (self.board.cost[place, stop], stop))[: count + 1])
        touched = [number for number, stops in enumerate(trial) if not out.isdisjoint(stops)]
        for number in touched:
            trial[number] = [stop for stop in trial[number] if stop not in out]
        return touched

    def _fill(self, trial: Lists, touched: Iterable[int], weight: Matrix) -> None:
        """Put in what gives most for its minutes, while something fits; only into the lists that were touched."""
        weight = weight.copy()
        weight[[0, *(stop for stops in trial for stop in stops)]] = 0
        for number in sorted(touched, key=lambda one: len(trial[one])):
            trial[number] = self._filled(trial[number], weight)

    def _filled(self, given: Sequence[int], weight: Matrix) -> list[int]:
        """One list, filled up; the weight of what came in becomes 0."""
        cost, stops = self.board.cost, list(given)
        left = self.board.limit + _ROOM - self.board.minutes(stops)
        while len(stops) < self.board.most:
            here, there = [0, *stops], [*stops, 0]
            extra = cost[here] + self.back[there] - cost[here, there][:, None]
            least = extra.min(axis=0)
            value = weight / np.maximum(least, _ROOM)
            value[least > left] = 0
            chosen = int(value.argmax())
            if value[chosen] <= 0:
                break
            stops.insert(int(extra[:, chosen].argmin()), chosen)
            left -= float(least[chosen])
            weight[chosen] = 0
        return stops
