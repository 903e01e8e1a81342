"""How good is the plan of a visiting day? A hundred made-up days, beside simpler ways to plan and beside a long search.

`python -m benchmarks.visits` needs no services and takes some ten minutes; `--write` puts its table into the documents,
and `SIGNALS_BENCH_DAYS` asks for fewer days. The days are the same in every run.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from math import floor
from typing import TYPE_CHECKING, Final

from benchmarks.bound import at_most
from benchmarks.services import machine
from benchmarks.tables import Table, aims_table, write
from signals.outreach.visits.board import board_of, places_of, stops_of
from signals.outreach.visits.first_plan import first_plans
from signals.outreach.visits.improve import improved
from signals.outreach.visits.instance import Candidate, Instance, Point
from signals.outreach.visits.solve import solve
from signals.outreach.visits.travel import StraightLines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.services import Place
    from signals.outreach.visits.board import Board, Lists

FULL: Final = 100
DAYS: Final = int(os.environ.get("SIGNALS_BENCH_DAYS") or FULL)
CANDIDATES: Final = 200
SAMPLE: Final = 10  # of the days, every so manieth has a bound by relaxation
TWICE: Final = 4  # every so manieth day two pairs go
LONG_STEPS: Final = 40_000
LONG_SEEDS: Final = (1, 2)
WORKERS: Final = 2
SAME_DOOR: Final = 0.12
TOWN: Final = 8_000.0  # metres across
# Scores of the 108 cases for a visit of two simulated months at Almelo (seed 1): score and how many have it.
SCORES: Final = {
    20: 2, 25: 4, 30: 5, 35: 2, 40: 3, 45: 4, 50: 6, 55: 3, 60: 8, 65: 19, 70: 18, 75: 7, 80: 4, 95: 4, 100: 19,
}  # fmt: skip


def day(number: int) -> Instance:
    """A day: doors in neighbourhoods of a town and between them, some with several cases behind them."""
    dice = random.Random(number)  # noqa: S311 - made-up days, the same every time
    hubs = [(*_place(dice), dice.uniform(150, 600)) for _ in range(dice.randint(5, 9))]
    doors: list[Point] = []
    found = []
    for case in range(CANDIDATES):
        if doors and dice.random() < SAME_DOOR:
            at = dice.choice(doors)
        else:
            at = _door(dice, hubs)
            doors.append(at)
        [points] = dice.choices(list(SCORES), list(SCORES.values()))
        found.append(Candidate(case, at, points, f"{at.x:.0f} {at.y:.0f}"))
    return Instance(Point(0, 0), tuple(found), lists=2 if number % TWICE == 0 else 1)


def _place(dice: random.Random) -> tuple[float, float]:
    return dice.uniform(-TOWN / 2, TOWN / 2), dice.uniform(-TOWN / 2, TOWN / 2)


def _door(dice: random.Random, hubs: Sequence[tuple[float, float, float]]) -> Point:
    x, y = _place(dice)
    if dice.random() < 0.75:
        middle, height, width = dice.choice(hubs)
        x, y = dice.gauss(middle, width), dice.gauss(height, width)
    return Point(round(x), round(y))


def board_for(instance: Instance) -> Board:
    """The board of all doors of a day."""
    stops = stops_of(instance.candidates)
    places = places_of(instance, stops)
    travel = StraightLines(instance.km_per_hour, instance.detour).between(places)
    return board_of(instance, stops, places, travel)


@dataclass(frozen=True)
class Outcome:
    """What a way of planning makes of a day."""

    points: float
    travel: float
    doors: int
    seconds: float = 0.0


def planned(instance: Instance) -> Outcome:
    """By `signals visits solve`."""
    started = time.perf_counter()
    plan = solve(instance)
    seconds = time.perf_counter() - started
    doors = {one.address for one in instance.candidates for made in plan.lists if one.case in made.stops}
    points, travel = (sum(getattr(one, name) for one in plan.lists) for name in ("points", "travel"))
    return Outcome(points, travel, len(doors), seconds)


def by_vroom(instance: Instance) -> Outcome:
    """By VROOM alone, asked once of all doors, at its highest exploration where there is one list."""
    board = board_for(instance)
    return _outcome(board, first_plans(board)[0])


def by_priority(instance: Instance) -> Outcome:
    """The highest points first, visited in that order; what no longer fits is passed over."""
    board = board_for(instance)
    return _taken(board, sorted(range(1, len(board.points)), key=lambda stop: (-board.points[stop], stop)))


def by_postcode(instance: Instance) -> Outcome:
    """Block after block of half a kilometre, as postcodes lie; what no longer fits is passed over."""
    stops = stops_of(instance.candidates)

    def block(number: int) -> tuple[int, int, int]:
        at = stops[number - 1].cases[0].at
        row, column = floor(at.y / 500), floor(at.x / 500)
        return row, column if row % 2 else -column, number

    return _taken(board_for(instance), sorted(range(1, len(stops) + 1), key=block))


def _taken(board: Board, order: Sequence[int]) -> Outcome:
    """The stops in that order, each on the first list that has time for it."""
    lists: Lists = [[] for _ in range(board.lists)]
    for stop in order:
        room = (one for one in lists if board.minutes([*one, stop]) <= board.limit)
        if (found := next(room, None)) is not None:
            found.append(stop)
    return _outcome(board, lists)


def by_long_search(number: int) -> Outcome:
    """The best of several long searches from VROOM's plans."""
    instance = day(number)
    board = board_for(instance)
    starts = first_plans(board)
    found = [improved(board, starts, LONG_STEPS, seed) for seed in LONG_SEEDS]
    return _outcome(board, max(found, key=board.gain))


def by_relaxation(number: int, known: float) -> Outcome:
    """What no plan passes; there is no plan behind it."""
    return Outcome(at_most(board_for(day(number)), known), 0.0, 0)


def _outcome(board: Board, lists: Lists) -> Outcome:
    chosen = [stop for stops in lists for stop in stops]
    return Outcome(float(board.points[chosen].sum()), -board.gain(lists)[1], len(chosen))


WAYS: Final[dict[str, Callable[[Instance], Outcome]]] = {
    "`signals visits solve`": planned,
    "VROOM alone": by_vroom,
    "sort by priority": by_priority,
    "sort by postcode": by_postcode,
}


def measured(_place: Place | None, say: Callable[[str], None]) -> Table:
    """The table: points, beside a long search and beside what no plan passes, and the time underway."""
    numbers = range(1, DAYS + 1)
    found = {words: [way(day(number)) for number in numbers] for words, way in WAYS.items()}
    say("long searches …")
    with ProcessPoolExecutor(WORKERS) as pool:
        long = list(pool.map(by_long_search, numbers))
        ours = next(iter(found.values()))
        bound = [_better(one, other) for one, other in zip(long, ours, strict=True)]
        sample = range(0, DAYS, SAMPLE)
        say("bounds by relaxation …")
        most = list(pool.map(by_relaxation, [at + 1 for at in sample], [bound[at].points for at in sample]))
    return _table({**found, "a long search (the bound)": bound}, ours, [ours[at] for at in sample], most)


def _better(one: Outcome, other: Outcome) -> Outcome:
    return max(one, other, key=lambda outcome: (outcome.points, -outcome.travel))


def _table(
    found: dict[str, list[Outcome]], ours: Sequence[Outcome], sampled: Sequence[Outcome], most: Sequence[Outcome]
) -> Table:
    bound = list(found.values())[-1]
    lists = sum(day(number).lists for number in range(1, DAYS + 1))
    rows = [
        (words, f"{_points(days) / lists:.0f}", f"{_points(days) / _points(bound):.3f}", *_underway(days, lists))
        for words, days in found.items()
    ]
    shares = [one.points / best.points for one, best in zip(ours, bound, strict=True)]
    seconds = sorted(one.seconds for one in ours)
    proven = _points(sampled) / _points(most)
    said = (
        f"{DAYS} days with {CANDIDATES} candidates, {lists} lists of 240 minutes. The long search: VROOM's plans and "
        f"{LONG_STEPS:,} steps with each of {len(LONG_SEEDS)} seeds; of each day the better of it and ours. Ours ÷ it "
        f"on the worst day {min(shares):.3f}; as good on {sum(share >= 1 for share in shares)} days. A plan takes "
        f"{statistics.median(seconds):.2f} s, the longest {seconds[-1]:.2f} s. Of {len(most)} days a bound by "
        f"relaxation, which no plan can pass and perhaps none reaches: ours is {proven:.3f} of it."
    )
    figures = {
        "visits ÷ bound": _points(ours) / _points(bound),
        "visits seconds": seconds[-1],
        "visits ÷ proven": proven,
    }
    return Table(
        "visits", ("way of planning", "points a list", "÷ bound", "minutes underway", "doors"), rows, said, figures
    )


def _points(days: Sequence[Outcome]) -> float:
    return sum(one.points for one in days)


def _underway(days: Sequence[Outcome], lists: int) -> tuple[str, str]:
    return f"{sum(one.travel for one in days) / lists:.0f}", f"{sum(one.doors for one in days) / lists:.1f}"


def main() -> int:
    """Measure, print, and with `--write` put it into the documents."""
    table = measured(None, lambda words: print(words, file=sys.stderr, flush=True))
    print("\n".join(table.lines()))
    if "--write" in sys.argv and DAYS >= FULL:
        stamp = f"{datetime.now(UTC):%Y-%m-%d}, {machine()}; `python -m benchmarks.visits`"
        write([table, aims_table(table.figures)], stamp)
    return 0


if __name__ == "__main__":
    sys.exit(main())
