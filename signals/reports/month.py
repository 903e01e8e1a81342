"""How did a month go in a municipality? Its signals, what became of them, and the cases they made.

Reads what the walk has written; decides nothing. A signal is a report: a change or a withdrawal says more about one,
a duplicate is none, and what is in quarantine has not become one. No index serves these questions: each reads the
reports through once, for a screen that is shown now and then, and keeps of them a window of months.
"""

from __future__ import annotations

import calendar
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from signals.outreach.periods import six_months_before

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from signals.store.database import Cursor

CLASSES: Final = ("single", "multiple", "consecutive")
LOOK_BACK: Final = 6  # months, as `six_months_before`


@dataclass(frozen=True, slots=True)
class Month:
    """The counts of one municipality and one calendar month.

    Attributes:
        municipality: its code.
        first: the month's first day; signals count by `signalledOn`, cases by the first day of their period.
        sectors: sector → signals, most first.
        in_case: sector → signals that became part of a case, also when they were withdrawn since.
        refused: status → signals that became part of no case, most first.
        withdrawn: reason → signals that were taken out of their case by their partner.
        routes: route → cases; `none` are the closed ones.
        classes: monitor class (multiple, else consecutive, else single) → cases.
        looked_back: how many of the six months before have signals; consecutive looks back that far.
    """

    municipality: str
    first: date
    sectors: dict[str, int]
    in_case: dict[str, int]
    refused: dict[str, int]
    withdrawn: dict[str, int]
    routes: dict[str, int]
    classes: dict[str, int]
    looked_back: int

    @property
    def signals(self) -> int:
        """All signals of the month."""
        return sum(self.sectors.values())

    @property
    def cases(self) -> int:
        """All cases of the month, closed ones too."""
        return sum(self.routes.values())


_SIGNALS: Final = """
SELECT sector, status, withdrawn, case_id IS NOT NULL, count(*)
FROM reports JOIN events ON events.id = reports.event_id JOIN arrears ON arrears.id = reports.arrears_id
WHERE reports.municipality = %(municipality)s AND signalled_on >= %(first)s AND signalled_on < %(after)s
GROUP BY sector, status, withdrawn, case_id IS NOT NULL
"""
_CASES: Final = """
SELECT route, CASE WHEN multiple THEN 'multiple' WHEN consecutive THEN 'consecutive' ELSE 'single' END, count(*)
FROM cases WHERE municipality = %(municipality)s AND state <> 'removed'
    AND period_start >= %(first)s AND period_start < %(after)s
GROUP BY 1, 2
"""
# A day as a timestamp without time zone: so the session's time zone moves it to no other month.
_MONTHS: Final = """
SELECT count(DISTINCT date_trunc('month', signalled_on::timestamp))
FROM reports JOIN events ON events.id = reports.event_id
WHERE reports.municipality = %(municipality)s AND signalled_on >= %(back)s AND signalled_on < %(first)s
"""
_LAST: Final = """
SELECT coalesce(max(signalled_on) FILTER (WHERE signalled_on < %(this_month)s), max(signalled_on))
FROM reports JOIN events ON events.id = reports.event_id WHERE reports.municipality = %(municipality)s
"""


def read_month(cursor: Cursor, municipality: str, first: date) -> Month:
    """The counts of the month that begins on `first`; of the six months before, only which of them have signals."""
    asked = {
        "municipality": municipality,
        "back": six_months_before(first),
        "first": first,
        "after": first + timedelta(days=calendar.monthrange(first.year, first.month)[1]),
    }
    (looked_back,) = cursor.execute(_MONTHS, asked).fetchone() or (0,)
    signals = cursor.execute(_SIGNALS, asked).fetchall()
    cases = cursor.execute(_CASES, asked).fetchall()
    return Month(
        municipality,
        first,
        sectors=_counted((sector, n) for sector, _, _, _, n in signals),
        in_case=_counted((sector, n) for sector, _, _, is_in, n in signals if is_in),
        refused=_counted((status, n) for _, status, _, is_in, n in signals if not is_in),
        withdrawn=_counted((reason, n) for _, _, reason, _, n in signals if reason),
        routes=_counted((route, n) for route, _, n in cases),
        classes=_counted((kind, n) for _, kind, n in cases),
        looked_back=looked_back,
    )


def last_month(cursor: Cursor, municipality: str, today: date) -> date | None:
    """The first day of the latest month with signals that is over by `today`; else of the latest there is."""
    asked = {"municipality": municipality, "this_month": today.replace(day=1)}
    (last,) = cursor.execute(_LAST, asked).fetchone() or (None,)
    return None if last is None else last.replace(day=1)


def _counted(rows: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The sum of each name, most first and then by name."""
    sums: Counter[str] = Counter()
    for name, count in rows:
        sums[name] += count
    return dict(sorted(sums.items(), key=lambda one: (-one[1], one[0])))
