"""In which bin does a value fall? Steps follow what is usual, so that a few examples never make one.

A number falls in the bin of how many edges it has reached; few different values are a bin each. A word falls in the bin
of its category, and the rare ones share one. What is not known has the last bin, always.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from signals.scoring.table import Column, Table

RARE: Final = 0.01
"""A category with a smaller share of the examples than this shares a bin with the other rare ones."""
FEWEST: Final = 10
"""And so does one with fewer examples than this."""


class Feature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column as a model knows it, with the bins in which its values fall.

    Attributes:
        name: of the column.
        direction: +1 when more of it never lowers the score, -1 when more never raises it, 0 when neither is asked.
        categories: the words of a column that holds words, or None.
        edges: where a next bin begins, rising; of a column with numbers.
        places: the bin of each category; of a column with words.
        shares: of the examples that the model learned from, the share in each bin; the last is "unknown".
    """

    name: str
    direction: int
    categories: tuple[str, ...] | None
    edges: tuple[float, ...]
    places: tuple[int, ...]
    shares: tuple[float, ...]

    @property
    def unknown(self) -> int:
        """The bin of what is not known."""
        return len(self.shares) - 1


def bins_of(feature: Feature, values: NDArray[np.float64]) -> NDArray[np.int64]:
    """In which bin does each value of this column fall? Any value will do: a category never seen is unknown."""
    if feature.categories is None:
        found = np.searchsorted(np.asarray(feature.edges), values, side="right")
        return np.where(np.isnan(values), feature.unknown, found).astype(np.int64)
    count = len(feature.categories)
    seen = (values >= 0) & (values < count) & (np.floor(values) == values)
    place = np.where(seen, values, count).astype(np.int64)
    return np.asarray((*feature.places, feature.unknown), dtype=np.int64)[place]


def features_of(table: Table, bins: int) -> tuple[Feature, ...]:
    """Make the bins of every column of a table: `bins` for numbers at the most."""
    return tuple(_feature(column, table.values[:, place], bins) for place, column in enumerate(table.columns))


def _feature(column: Column, values: NDArray[np.float64], bins: int) -> Feature:
    known = values[~np.isnan(values)]
    edges: tuple[float, ...] = ()
    places: tuple[int, ...] = ()
    if column.categories is None:
        edges = _edges(known, bins)
        count = len(edges) + 1
    else:
        places = _places(known, len(column.categories), len(values))
        count = max(places, default=0) + 1
    bare = Feature(column.name, column.direction, column.categories, edges, places, (0.0,) * (count + 1))
    counted = np.bincount(bins_of(bare, values), minlength=count + 1)
    shares = tuple((counted / max(len(values), 1)).round(6).tolist())
    return msgspec.structs.replace(bare, shares=shares)


def _edges(known: NDArray[np.float64], bins: int) -> tuple[float, ...]:
    """Where a next bin begins; at most three digits of it count, so that people can read and remember them."""
    different = np.unique(known)
    if len(different) <= bins:
        return tuple(different[1:].tolist())
    ranks = np.linspace(0, 1, bins + 1)[1:-1]
    cuts = {_short(cut) for cut in np.quantile(known, ranks, method="nearest").tolist()}
    return tuple(sorted(cut for cut in cuts if different[0] < cut <= different[-1]))


def _short(number: float) -> float:
    return float(f"{number:.3g}")


def _places(known: NDArray[np.float64], categories: int, examples: int) -> tuple[int, ...]:
    counted = np.bincount(known.astype(np.int64), minlength=categories)
    common = counted >= max(FEWEST, RARE * examples)
    own = np.cumsum(common) - 1
    return tuple(np.where(common, own, common.sum()).tolist())
