"""In which order are the stops of one list soonest done? Parts of it are turned round or moved, until none helps.

2-opt and or-opt, each move weighed at once for the whole list; ways may differ by direction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.outreach.visits.board import Matrix

LONGEST_MOVED: Final = 3
_WORK: Final = 2e7  # ways weighed in all: so that a list of a thousand stops does not take minutes
_GAIN: Final = 1e-7  # minutes: less than this is no shorter list


def shortened(cost: Matrix, stops: Sequence[int]) -> list[int]:
    """These stops in an order that no turned or moved part makes shorter; never longer than as given.

    `cost` has the start as number 0; each list goes from there and back. Of hundreds of stops an order is given back
    before it is as short as that.
    """
    now = list(stops)
    for _ in range(20 + int(_WORK / (1 + len(now)) ** 2)):
        better = _turned(cost, now) or _moved(cost, now)
        if better is None:
            break
        now = better
    return now


def _turned(cost: Matrix, stops: list[int]) -> list[int] | None:
    """With the one part turned round that saves most."""
    if len(stops) < 2:
        return None
    here = np.array([0, *stops, 0])
    forth = np.concatenate([[0.0], np.cumsum(cost[here[:-1], here[1:]])])
    back = np.concatenate([[0.0], np.cumsum(cost[here[1:], here[:-1]])])
    before, after = here[:-2], here[2:]
    inside = slice(1, -1)
    # Part i..j turned: the way before it to j, back from j to i, and from i to what comes after it.
    new = cost[before][:, here[inside]] + cost[here[inside]][:, after] + back[inside][None, :] - back[inside][:, None]
    old = forth[2:][None, :] - forth[:-2][:, None]
    saved = np.triu(old - new, 1)
    first, last = divmod(int(saved.argmax()), len(stops))
    if saved[first, last] <= _GAIN:
        return None
    return [*stops[:first], *reversed(stops[first : last + 1]), *stops[last + 1 :]]


def _moved(cost: Matrix, stops: list[int]) -> list[int] | None:
    """With the one part of up to three stops moved elsewhere that saves most."""
    here, there = np.array([0, *stops]), np.array([*stops, 0])
    ways = cost[here, there]
    most, found = _GAIN, None
    for length in range(1, min(LONGEST_MOVED, len(stops) - 1) + 1):
        first, last = here[1 : len(stops) - length + 2], here[length:]
        before, after = here[: len(first)], there[length:]
        freed = cost[before, first] + cost[last, after] - cost[before, after]
        asked = cost[here][:, first].T + cost[last][:, there] - ways
        saved = freed[:, None] - asked
        part, way = np.indices(saved.shape)
        saved[(way >= part) & (way <= part + length)] = 0  # where it stands, or within it
        at, place = divmod(int(saved.argmax()), len(here))
        if saved[at, place] > most:
            most, found = float(saved[at, place]), _with_moved(stops, at, length, place)
    return found


def _with_moved(stops: list[int], at: int, length: int, place: int) -> list[int]:
    """The stops with that part moved to before the stop that is number `place` now."""
    part, rest = stops[at : at + length], [*stops[:at], *stops[at + length :]]
    place -= length if place > at else 0
    return [*rest[:place], *part, *rest[place:]]
