"""Does a partner send what one may expect of it: as much as usual, too much at once, or nothing any more?

Pure; `partner_health` reads the days. A partner is held against its own past weeks only: one landlord signals daily, an
insurer once a month and in bursts (domain.md section 3). Of a partner that was first heard of here less than four weeks
ago there is no past to hold it against, whatever dates its signals bear: a municipality that starts, or reads in a
month that is over, does not find everybody silent. What counts as silent or bursting nobody has laid down, so that it
is a default that may be given otherwise, `Expectations`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import mean, median
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

WEEKS: Final = 24
LOOK_BACK_DAYS: Final = 7 * WEEKS
RECENT_DAYS: Final = 28
KNOWN_DAYS: Final = RECENT_DAYS  # of whom the first signal was received later than so long ago, nothing is expected yet


class Rhythm(StrEnum):
    """How a partner's deliveries stand to its own past; the first that applies, in this order.

    New is also who has been heard of for longer, is not silent, and has less than eight weeks to compare.
    """

    NEW = "new"  # too short here to expect anything
    SILENT = "silent"  # longer without a signal than it usually is
    BURSTING = "bursting"  # far more than expected
    LOW = "low"  # far less than expected
    USUAL = "usual"


@dataclass(frozen=True, slots=True)
class Expectations:
    """When is a partner called silent, low or bursting? Unconfirmed defaults.

    Attributes:
        silent_factor: silent when its last signal is this many usual gaps ago,
        silent_days: but never within so many days.
        slow_gap: the usual gap, in days, of whoever has signalled on fewer than three days.
        burst: this many times what was expected in four weeks is a burst.
        low: this part of it, or less, is low.
        least: differences of fewer signals than this are chance.
    """

    silent_factor: float = 1.5
    silent_days: int = 7
    slow_gap: int = 30
    burst: float = 2.0
    low: float = 0.5
    least: int = 10


@dataclass(frozen=True, slots=True)
class Volume:
    """What a partner sent in the last 24 weeks.

    Attributes:
        weeks: (first day, signals) of each week that ends with today or seven days earlier and so on, oldest first.
        recent: signals of the last four weeks.
        expected: what four weeks had on average before these, or None when there were none.
        last_on: the day of its last signal in these weeks.
    """

    weeks: tuple[tuple[date, int], ...]
    recent: int
    expected: float | None
    last_on: date | None
    rhythm: Rhythm


def volume(days: Mapping[date, int], today: date, *, known: bool, expectations: Expectations | None = None) -> Volume:
    """The volume of a partner that sent `days` (day → signals).

    `known`: its first signal, of any date, was received at least `KNOWN_DAYS` ago.
    """
    ages: dict[int, int] = {}
    for day, count in days.items():
        age = max(0, (today - day).days)  # a signal may bear tomorrow's date
        if age < LOOK_BACK_DAYS:
            ages[age] = ages.get(age, 0) + count
    recent, expected = _sum(ages, 0), _expected(ages)
    weeks = tuple(
        (today - timedelta(days=7 * n + 6), sum(count for age, count in ages.items() if age // 7 == n))
        for n in reversed(range(WEEKS))
    )
    rhythm = _rhythm(ages, recent, expected, expectations or Expectations(), known=known)
    return Volume(weeks, recent, expected, today - timedelta(days=min(ages)) if ages else None, rhythm)


def _sum(ages: Mapping[int, int], window: int) -> int:
    """The signals of the four weeks that ended `window` times four weeks ago."""
    return sum(count for age, count in ages.items() if age // RECENT_DAYS == window)


def _expected(ages: Mapping[int, int]) -> float | None:
    """The average of the four-week windows before this one; those before its first signal do not count."""
    windows = range(1, (max(ages, default=0) + 1) // RECENT_DAYS)
    return mean(_sum(ages, window) for window in windows) if windows else None


def _rhythm(
    ages: Mapping[int, int], recent: int, expected: float | None, rules: Expectations, *, known: bool
) -> Rhythm:
    if not known:
        return Rhythm.NEW
    if not ages or min(ages) > max(rules.silent_days, rules.silent_factor * _usual_gap(ages, rules)):
        return Rhythm.SILENT
    if expected is None:
        return Rhythm.NEW
    if recent >= rules.burst * expected and recent - expected >= rules.least:
        return Rhythm.BURSTING
    if recent <= rules.low * expected and expected - recent >= rules.least:
        return Rhythm.LOW
    return Rhythm.USUAL


def _usual_gap(ages: Mapping[int, int], rules: Expectations) -> float:
    """Days between two days on which it signalled, in the middle of all such gaps."""
    gaps = [later - earlier for earlier, later in pairwise(sorted(ages))]
    return median(gaps) if len(gaps) > 1 else rules.slow_gap
