"""On which examples may a model be tried? In order of time on later ones only; out of order on other groups only.

A fold in time learns from examples of which the outcome was known before its block of days began: without that rest (of
90 days here) it would learn from what had not happened yet. It does learn from earlier examples of groups that are in
its block, as whoever uses it does: to leave those out would be to know who comes back, and who comes back escalated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from signals.scoring.table import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

RAREST: Final = 20
"""A fold learns only where there are this many of either outcome, at least."""


class Fold(NamedTuple):
    """Rows of a table: which are learned from, and on which it is tried."""

    learned: NDArray[np.int64]
    tested: NDArray[np.int64]


def taken(table: Table, rows: NDArray[np.int64]) -> Table:
    """A table of these rows only, in their order."""
    return Table(
        table.columns, table.values[rows], table.outcome[rows], table.day[rows], table.known_on[rows], table.group[rows]
    )


def in_order(table: Table) -> NDArray[np.int64]:
    """The rows in an order that does not depend on the one in which they came."""
    keys = (*table.values.T[::-1], table.outcome, table.known_on, table.group, table.day)
    return np.lexsort(keys).astype(np.int64)


def time_folds(table: Table, folds: int) -> tuple[Fold, ...]:
    """Blocks of days with about as many examples each; the first has nothing before it and is only learned from.

    A block is left out when too little was known before it began (`RAREST`), so there may be fewer folds, or none.
    """
    cuts = np.quantile(table.day, np.linspace(0, 1, folds + 2)[1:-1], method="higher")
    starts = [int(start) for start in np.unique(cuts) if start > table.day.min()]
    ends = [*starts[1:], int(table.day.max()) + 1]
    return tuple(fold for start, end in zip(starts, ends, strict=False) if (fold := _block(table, start, end)))


def _block(table: Table, start: int, end: int) -> Fold | None:
    tested = np.flatnonzero((table.day >= start) & (table.day < end))
    learned = np.flatnonzero(table.known_on < start)
    return Fold(learned, tested) if len(tested) and _enough(table.outcome[learned]) else None


def group_folds(table: Table, folds: int, seed: int) -> tuple[Fold, ...]:
    """Groups dealt out at random, those with the outcome evenly; knows no order of time."""
    names, place = np.unique(table.group, return_inverse=True)
    with_outcome = np.bincount(place, table.outcome, len(names)) > 0
    shuffled = np.random.default_rng(seed).permutation(len(names))
    dealt = np.empty(len(names), dtype=np.int64)
    dealt[shuffled[np.argsort(with_outcome[shuffled], kind="stable")]] = np.arange(len(names)) % folds
    fold = dealt[place]
    found = (Fold(np.flatnonzero(fold != number), np.flatnonzero(fold == number)) for number in range(folds))
    return tuple(each for each in found if len(each.tested) and _mixed(table.outcome[each.learned]))


def _enough(outcome: NDArray[np.bool_]) -> bool:
    return min(int(outcome.sum()), int((~outcome).sum())) >= RAREST


def _mixed(outcome: NDArray[np.bool_]) -> bool:
    return bool(outcome.any()) and not bool(outcome.all())
