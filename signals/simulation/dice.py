"""Where does the chance in a simulation come from? From one seed, with the same result on any machine.

Only `random.Random.random` is used: it alone is promised to stay the same over Python versions, and nothing
here takes a logarithm or a sine, which differ between machines in the last digit.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_T = TypeVar("_T")


class Dice:
    """Throws that follow from the seed alone."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311 - made-up people need no secrecy

    def chance(self, probability: float) -> bool:
        """True in that share of the throws."""
        return self._random.random() < probability

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, choices: Sequence[_T]) -> _T:
        """One of the choices, each as likely."""
        return choices[self.between(0, len(choices) - 1)]

    def weighted(self, shares: Mapping[_T, int]) -> _T:
        """One of the keys, as likely as its share in the sum of all shares."""
        throw = self.between(1, sum(shares.values()))
        for choice, share in shares.items():
            throw -= share
            if throw <= 0:
                return choice
        raise ValueError("the shares are empty; give at least one")
