"""Has a topic sent too many bad records? The flood limits of borders.md section 3, counted record by record.

Pure: `gate` asks the tables for the windows and pauses the topics. A record is bad when it went to quarantine, whatever
its code; a duplicate is good. The records of a topic are counted over all its partitions, in the order of taking in.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from signals.store.pauses import Tally


@dataclass(frozen=True, slots=True)
class FloodLimits:
    """How much bad a topic may send: over `share` of the last `window` records, or `in_a_row` of them.

    The share counts once `at_least` records were read; neither this nor `in_a_row` is more than `window`.
    """

    share: float = 0.5
    window: int = 1000
    at_least: int = 200
    in_a_row: int = 200


@dataclass(frozen=True, slots=True)
class Window:
    """What is known of the last records of a topic: how many were `read`, and which of the last ones were bad.

    The records are numbered from 1; `bad` holds the numbers of those within the window, ascending.
    """

    read: int = 0
    bad: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """The window after some records: how many of them were read until a limit was passed, and which one it was."""

    window: Window
    taken: int
    reason: str | None = None


def read_on(window: Window, count: int, bad: Sequence[int], limits: FloodLimits) -> Reading:
    """Read `count` records, those at the indices `bad` (ascending) being bad, up to the one that passes a limit.

    Only a bad record can pass one, or the record with which the share begins to count: so only these are looked at.
    """
    numbers = (*window.bad, *(window.read + 1 + index for index in bad))
    looks = set(numbers[len(window.bad) :])
    if numbers and window.read < limits.at_least <= window.read + count:
        looks.add(limits.at_least)
    for number in sorted(looks):
        if reason := _passed(numbers, number, limits):
            return Reading(_window(numbers, number, limits), number - window.read, reason)
    return Reading(_window(numbers, window.read + count, limits), count)


def _passed(bad: Sequence[int], read: int, limits: FloodLimits) -> str | None:
    """Which limit is passed, in words, when `read` records were read and `bad` are the bad ones among them."""
    last = bisect_right(bad, read)
    if last >= limits.in_a_row and bad[last - limits.in_a_row] == read - limits.in_a_row + 1:
        return f"{limits.in_a_row} bad records in a row"
    size = min(read, limits.window)
    inside = last - bisect_right(bad, read - size)
    if read >= limits.at_least and inside > limits.share * size:
        return f"{inside} of the last {size} records were bad"
    return None


def _window(bad: tuple[int, ...], read: int, limits: FloodLimits) -> Window:
    return Window(read, bad[bisect_right(bad, read - limits.window) : bisect_right(bad, read)])


def window_of(tally: Tally) -> Window:
    """The window of a topic, from what the tables know of it since its last resume."""
    return Window(tally.read - tally.since, tuple(number - tally.since for number in _one_each(tally.bad)))


def _one_each(numbers: Iterable[int]) -> Iterator[int]:
    """Two workers at the same time may give the same numbers, for neither sees the other's: the later one moves on.

    No number is moved beyond the last record: as many were read with smaller numbers as there are such numbers.
    """
    last = 0
    for number in numbers:
        last = max(number, last + 1)
        yield last
