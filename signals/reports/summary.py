"""What became of everything that was published? The document of `signals run` and `signals summary`.

Reads what the walk has written (borders.md section 7); decides nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signals.outreach.queues import case_document, case_lines, listed_cases
from signals.store.inbox import totals

if TYPE_CHECKING:
    from signals.store.database import Cursor


def summary(cursor: Cursor) -> dict[str, Any]:
    """The summary without `seconds`; `published` is the number of records read."""
    counts = totals(cursor)
    cursor.execute("SELECT status, count(*) FROM reports GROUP BY status ORDER BY status")
    statuses: dict[str, int] = dict(cursor.fetchall())
    cases = listed_cases(cursor)
    lines = case_lines(cursor, cases)
    read = counts["stored"] + counts["duplicates"] + sum(counts["quarantined"].values())
    return {
        "published": read,
        **counts,
        "signal_status": statuses,
        "cases": [case_document(case, lines[case.id]) for case in cases],
    }
