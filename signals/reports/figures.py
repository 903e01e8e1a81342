"""Which figures of the whole installation does `/metrics` show? Read at the moment of a scrape.

Lag needs the broker's end offsets, which the caller gives: this room knows no Kafka.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from signals.metrics import Figures
from signals.store.inbox import positions
from signals.store.outbox import depth

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signals.store.database import Cursor
    from signals.store.inbox import Partition

QUEUES = {"letter": "letters", "home-visit": "visits"}


def read_figures(cursor: Cursor, log_id: str, end_offsets: Mapping[Partition, int]) -> Figures:
    """The figures now; a partition that nobody has read yet lags by all it holds."""
    return Figures(
        outbox_depth=depth(cursor),
        cases=_cases(cursor),
        oldest_waiting_seconds=_oldest(cursor),
        partner_last_signal=_last_signals(cursor),
        lag=_lag(cursor, log_id, end_offsets),
    )


def _cases(cursor: Cursor) -> dict[tuple[str, str], int]:
    cursor.execute("SELECT state, route, count(*) FROM cases WHERE state <> 'removed' GROUP BY state, route")
    return {(state, route): count for state, route, count in cursor}


def _oldest(cursor: Cursor) -> dict[str, float]:
    cursor.execute(
        """SELECT CASE WHEN held OR crisis IS NOT NULL THEN 'review' END, route,
            extract(epoch FROM now() - min(waiting_since))
        FROM cases WHERE waiting GROUP BY 1, 2"""
    )
    oldest = dict.fromkeys(("letters", "visits", "review"), 0.0)
    for review, route, seconds in cursor:
        for queue in {review, QUEUES.get(route)} - {None}:
            oldest[queue] = max(oldest[queue], float(seconds))
    return oldest


def _last_signals(cursor: Cursor) -> dict[str, float]:
    cursor.execute(
        """SELECT partners.id, coalesce(extract(epoch FROM max(received_at)), 0)
        FROM partners LEFT JOIN inbox ON partner_id = partners.id GROUP BY partners.id"""
    )
    return {partner: float(moment) for partner, moment in cursor}


def _lag(cursor: Cursor, log_id: str, end_offsets: Mapping[Partition, int]) -> dict[Partition, int]:
    taken = positions(cursor, log_id)
    return {place: max(0, end - taken.get(place, 0)) for place, end in end_offsets.items()}
