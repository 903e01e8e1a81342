"""Where does the chance in a simulation come from? From one seed, with the same result on any machine.

The throws are SplitMix64 (Steele, Lea and Flood, 2014) in whole numbers: a few operations, no table, so that every
household can have dice of its own and nothing that is added to one disturbs another. Nothing here takes a logarithm
or a sine, which differ between machines in the last digit.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_T = TypeVar("_T")
_STEP: Final = 0x9E3779B97F4A7C15
_MASK: Final = 0xFFFFFFFFFFFFFFFF
_SHARE: Final = 2.0**-53


class Dice:
    """Throws that follow from the seed alone: `Dice(7, "0141", 12)`; any other row of words and numbers is another."""

    __slots__ = ("_state",)

    def __init__(self, *seed: str | int) -> None:
        text = "\x1f".join(map(str, seed)).encode()
        self._state = int.from_bytes(blake2b(text, digest_size=8).digest(), "big")

    def share(self) -> float:
        """A number from 0 to 1, 1 not included."""
        self._state = state = (self._state + _STEP) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        return ((state ^ (state >> 31)) >> 11) * _SHARE

    def chance(self, probability: float) -> bool:
        """True in that share of the throws."""
        return self.share() < probability

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.share() * (high - low + 1))

    def pick(self, choices: Sequence[_T]) -> _T:
        """One of the choices, each as likely."""
        return choices[int(self.share() * len(choices))]

    def weighted(self, shares: Mapping[_T, float]) -> _T:
        """One of the keys, as likely as its share in the sum of all shares; never one whose share is 0."""
        return chosen(shares, self.share())


def chosen(shares: Mapping[_T, float], at: float) -> _T:
    """The key that lies at that place, from 0 to 1, when the shares are laid in a row.

    Raises ValueError when no share is above 0.
    """
    place, found = at * total(shares.values()), None
    for choice, share in shares.items():
        if share > 0:
            found, place = choice, place - share
            if place < 0:
                return choice
    if found is None:
        raise ValueError("the shares are empty; give at least one above 0")
    return found  # the rounding of the sum left a hair over


def total(shares: Iterable[float]) -> float:
    """Their sum, from left to right: since Python 3.12 `sum` rounds in another way."""
    found = 0.0
    for share in shares:
        found += share
    return found
