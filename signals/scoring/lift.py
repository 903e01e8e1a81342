"""Which eight? What a visiting pair finds in its first eight a day, by each way of ordering the cases.

Played day by day over what happened: a case lies on the list from the day it came until the term for contact is over
or a pair has taken it; on every working day each pair takes the eight that stand highest. An order is worth the share
of the taken that escalated (precision), beside the share among all that came (lift 1.0: no better than chance).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from signals.scoring.measures import ROUNDS, Estimate, interval, weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

A_DAY: Final = 8
"""Households that a pair sees in a day."""
TERM: Final = 14
"""Calendar days within which contact is sought (domain.md section 4); the day a case comes is day 0."""
ARRIVAL: Final = "arrival"
"""The order that is always played: the oldest case first."""


@dataclass(frozen=True, slots=True)
class Came:
    """The cases that came, a row each.

    Attributes:
        day: The first day on which it may be taken (`date.toordinal`).
        escalated: What came of it.
        key: What decides between equals, the lowest first; another for each case, and none that says something.
    """

    day: NDArray[np.int64]
    escalated: NDArray[np.bool_]
    key: NDArray[np.int64]


class OrderLift(msgspec.Struct, frozen=True):
    """What one order found.

    Attributes:
        order: Its name.
        chosen: How many cases the pairs took.
        escalated: How many of those escalated.
        precision: Their share; None when nothing was taken.
        lift: That share divided by the share among all that came; None when nothing escalated.
        ratio: The precision of the first order divided by this one's; None for the first, or when this found nothing.
    """

    order: str
    chosen: int
    escalated: int
    precision: Estimate | None
    lift: Estimate | None
    ratio: Estimate | None


class Lift(msgspec.Struct, frozen=True):
    """The orders beside each other, over the same days.

    Attributes:
        came: The cases that came.
        escalated: How many of those escalated.
        pairs: How many pairs went out each working day.
        orders: The first is the one that the others are compared with.
    """

    came: int
    escalated: int
    pairs: int
    orders: list[OrderLift]


def lift(
    came: Came,
    orders: Mapping[str, NDArray[np.float64]],
    *,
    works: Callable[[date], bool],
    pairs: int = 1,
    seed: int,
    a_day: int = A_DAY,
    term: int = TERM,
    rounds: int = ROUNDS,
) -> Lift:
    """Play every order, and arrival order, over the days on which the cases came.

    The intervals (95%) are of a bootstrap over the calendar weeks in which the cases came: weeks are drawn whole, with
    what was taken from them, for a burst or a silence of partners fills or empties a week at once.

    Args:
        came: The cases.
        orders: A value for each case per order, the highest first; the first order is the one on trial.
        works: Whether the pairs go out on a day (`outreach.clocks.is_working_day`).
        pairs: How many go out.
        seed: The same seed gives the same intervals.
        a_day: How many each takes.
        term: How many days after its first a case may still be taken.
        rounds: Resamplings for an interval.

    Raises:
        ValueError: A value is not a number, or an order has not one for each case.
    """
    values = {**orders, ARRIVAL: -came.day.astype(np.float64)}
    days = _days(came, works, term)
    taken = {name: _taken(came, _ranks(name, one, came), days, pairs * a_day, term) for name, one in values.items()}
    drawn = _resampled(came, list(taken.values()), seed, rounds)
    first = next(iter(taken))
    with np.errstate(divide="ignore", invalid="ignore"):  # what found nothing has no ratio: nan, and so None
        found = [
            OrderLift(
                name,
                int(chosen.sum()),
                int((chosen & came.escalated).sum()),
                interval(precision),
                interval(precision / drawn.base),
                None if name == first else interval(drawn.precision[0] / precision),
            )
            for (name, chosen), precision in zip(taken.items(), drawn.precision, strict=True)
        ]
    return Lift(came.day.size, int(came.escalated.sum()), pairs, found)


def _days(came: Came, works: Callable[[date], bool], term: int) -> list[int]:
    """The working days from the first case until the term of the last is over."""
    if not came.day.size:
        return []
    span = range(int(came.day.min()), int(came.day.max()) + term + 1)
    return [day for day in span if works(date.fromordinal(day))]


def _ranks(name: str, value: NDArray[np.float64], came: Came) -> NDArray[np.int64]:
    """The place of each case in an order, 0 for the highest."""
    if value.shape != came.day.shape or np.isnan(value).any():
        msg = f'the order "{name}" must have a number for each of {came.day.size} cases'
        raise ValueError(msg)
    ranks = np.empty(value.size, np.int64)
    ranks[np.lexsort((came.key, -value))] = np.arange(value.size)
    return ranks


def _taken(came: Came, ranks: NDArray[np.int64], days: list[int], places: int, term: int) -> NDArray[np.bool_]:
    """Which cases the pairs took, with `places` in a day."""
    taken = np.zeros(ranks.size, np.bool_)
    by_rank, since = np.argsort(ranks), came.day.tolist()
    arrivals = iter(np.argsort(came.day, kind="stable").tolist())
    waiting: list[int] = []
    after = next(arrivals, None)
    for day in days:
        while after is not None and since[after] <= day:
            heapq.heappush(waiting, int(ranks[after]))
            after = next(arrivals, None)
        in_term = (one for one in _highest(waiting, by_rank) if since[one] + term >= day)
        taken[[one for _, one in zip(range(places), in_term, strict=False)]] = True
    return taken


def _highest(waiting: list[int], by_rank: NDArray[np.int64]) -> Iterator[int]:
    """The waiting cases from the highest on; each that is asked for leaves the list."""
    while waiting:
        yield int(by_rank[heapq.heappop(waiting)])


@dataclass(frozen=True, slots=True)
class _Resampled:
    """Shares in each resampling, the cases as they are first."""

    base: NDArray[np.float64]
    precision: list[NDArray[np.float64]]


def _resampled(came: Came, taken: list[NDArray[np.bool_]], seed: int, rounds: int) -> _Resampled:
    # The ordinal of a Monday is one more than a multiple of seven.
    weeks, week = np.unique((came.day - 1) // 7, return_inverse=True)
    times = np.concatenate(list(weights(np.arange(weeks.size), seed, rounds)))

    def share(among: NDArray[np.bool_]) -> NDArray[np.float64]:
        hits = np.bincount(week[among & came.escalated], minlength=weeks.size)
        found: NDArray[np.float64] = (times @ hits) / (times @ np.bincount(week[among], minlength=weeks.size))
        return found

    with np.errstate(divide="ignore", invalid="ignore"):
        return _Resampled(share(np.ones(week.size, np.bool_)), [share(one) for one in taken])
