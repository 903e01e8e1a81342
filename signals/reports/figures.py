"""Which figures of the whole installation does `/metrics` show? Read at the moment of a scrape.

Lag needs the broker's offsets, which the caller gives: this room knows no Kafka.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from signals.metrics import UNREGISTERED, Figures
from signals.outreach.policy import ROUTES
from signals.reports.partners import last_signals
from signals.reports.scores import score_figures
from signals.store.inbox import Reached, reached
from signals.store.outbox import depth
from signals.store.pauses import paused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signals.outreach.learning.watching import Watched
    from signals.store.database import Cursor
    from signals.store.inbox import Partition


def read_figures(cursor: Cursor, models: Mapping[str, Watched] | None = None) -> Figures:
    """The figures now, but for the lag; `models` is what was seen of the active ones last (`scores.Watch`)."""
    return Figures(
        outbox_depth=depth(cursor),
        cases=_cases(cursor),
        oldest_waiting_seconds=_oldest(cursor),
        partner_last_signal={
            partner: 0.0 if last is None else last.timestamp() for partner, last in last_signals(cursor).items()
        },
        topic_paused=_paused(cursor),
        score=score_figures(cursor, models or {}),
    )


def read_lag(
    cursor: Cursor, log_id: str, begin_offsets: Mapping[Partition, int], end_offsets: Mapping[Partition, int]
) -> dict[Partition, int]:
    """What the broker holds and nobody has taken in, by partition of the log `log_id`."""
    taken = reached(cursor, log_id)
    return {
        place: taken.get(place, Reached()).missing(begin_offsets.get(place, 0), end)
        for place, end in end_offsets.items()
    }


def _paused(cursor: Cursor) -> dict[str, bool]:
    """Whether each registered partner's topic is paused; those of others together, when one of them is."""
    cursor.execute("SELECT 'arrears.' || sector || '.' || id FROM partners ORDER BY sector, id")
    found = dict.fromkeys((topic for (topic,) in cursor), False)
    found.update((pause.topic if pause.topic in found else UNREGISTERED, True) for pause in paused(cursor))
    return found


def _cases(cursor: Cursor) -> dict[tuple[str, str], int]:
    cursor.execute("SELECT state, route, count(*) FROM cases WHERE state <> 'removed' GROUP BY state, route")
    return {(state, route): count for state, route, count in cursor}


# Who stands in which queue is as in `outreach.queues.queue`: worked by the household's gravest route, and a held case
# in review only. A case held after its release waits for nothing else, so it has waited since it was held; one whose
# letter could not be made, since that was found.
_OLDEST = """
WITH worked AS (
    SELECT waiting, held, crisis, letter_fault,
        max(array_position(%(routes)s, route)) OVER (PARTITION BY household_id) AS rank,
        CASE
            WHEN held AND NOT waiting THEN (SELECT max(at) FROM case_history WHERE case_id = cases.id AND kind = 'held')
            WHEN waiting OR letter_fault IS NULL THEN waiting_since
            ELSE (SELECT max(at) FROM case_history WHERE case_id = cases.id
                AND kind IN ('letter-fault', 'letter-returned')) END AS since
    FROM cases WHERE state = 'open')
SELECT extract(epoch FROM now() - min(since) FILTER (WHERE waiting AND NOT held AND (%(routes)s)[rank] = 'letter')),
    extract(epoch FROM now() - min(since) FILTER (WHERE waiting AND NOT held AND (%(routes)s)[rank] = 'home-visit')),
    extract(epoch FROM now() - min(since) FILTER (
        WHERE held OR (waiting AND crisis IS NOT NULL) OR letter_fault IS NOT NULL))
FROM worked
"""


def _oldest(cursor: Cursor) -> dict[str, float]:
    cursor.execute(_OLDEST, {"routes": list(ROUTES)})
    ages = cursor.fetchone() or (None, None, None)
    return {queue: float(age or 0) for queue, age in zip(("letters", "visits", "review"), ages, strict=True)}
