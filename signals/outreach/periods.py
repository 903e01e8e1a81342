"""To which matching period does a day belong, and which day lies six months before it?

Pure. Periods compare by their first day (borders.md section 4.4).
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import msgspec

PERIOD_KINDS: Final = ("month", "half-month", "iso-week")
# Nearly all signals are of some hundred days; more than that is not kept.
_DAYS_KEPT: Final = 1024


class Period(msgspec.Struct, frozen=True, gc=False):
    """A matching period: its first day and the name it is shown by."""

    start: date
    label: str


@lru_cache(_DAYS_KEPT)
def period_of(kind: str, day: date) -> Period:
    """The period of `kind` (one of `PERIOD_KINDS`) that holds `day`."""
    if kind == "month":
        return Period(day.replace(day=1), f"{day.year:04}-{day.month:02}")
    if kind == "half-month":
        first = day.day <= 15
        start = day.replace(day=1 if first else 16)
        return Period(start, f"{day.year:04}-{day.month:02}-H{1 if first else 2}")
    iso = day.isocalendar()
    return Period(day - timedelta(days=iso.weekday - 1), f"{iso.year:04}-W{iso.week:02}")


@lru_cache(_DAYS_KEPT)
def six_months_before(day: date) -> date:
    """The same day six months earlier, or the last day of that month (31 August gives 28 February)."""
    months = day.year * 12 + day.month - 1 - 6
    year, month = divmod(months, 12)
    if year < 1:
        return date.min
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
