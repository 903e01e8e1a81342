"""Which matching period is a day in, when does it begin, and which day is six months before? (rules 4, 9)"""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def period_of(day: date, kind: str) -> str:
    """The matching period of `day`: "2026-11", "2026-11-H1" or "2026-W45"."""
    if kind == "month":
        return f"{day.year:04d}-{day.month:02d}"
    if kind == "half-month":
        return f"{day.year:04d}-{day.month:02d}-H{1 if day.day <= 15 else 2}"
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def first_day(period: str) -> date:
    """The first day of a period: what periods are compared by."""
    year = int(period[:4])
    if period[5] == "W":
        return date.fromisocalendar(year, int(period[6:]), 1)
    return date(year, int(period[5:7]), 16 if period.endswith("-H2") else 1)


def six_months_before(day: date) -> date:
    """The same day six months before, or that month's last day: 31 Aug → 28 Feb."""
    year, month = (day.year, day.month - 6) if day.month > 6 else (day.year - 1, day.month + 6)
    if year < 1:
        return date.min  # nothing can have been signalled before
    return date(year, month, min(day.day, monthrange(year, month)[1]))
