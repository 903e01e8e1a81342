"""Which topics have their flood limits paused, since when and why? (borders.md section 3)

Written in the transaction of the batch that went over a limit, and ended by a person. How the last records of a topic
fared is read from here too: nothing of it is kept in a worker's memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from psycopg.rows import class_row

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from signals.store.database import Cursor


@dataclass(frozen=True, slots=True)
class Pause:
    """A topic that is paused; `reason` says which limit, with the counts."""

    topic: str
    paused_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class LastPause:
    """A topic's last pause: its number, and whether it lasts."""

    topic: str
    id: int
    lasts: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How a topic's records fared: how many were `read`, how many of them before the last resume (`since`).

    `bad` has the numbers of the last ones that went to quarantine, ascending; the first record has number 1.
    """

    read: int
    since: int
    bad: tuple[int, ...]


def paused(cursor: Cursor) -> list[Pause]:
    """The topics that are paused now, by name."""
    with cursor.connection.cursor(row_factory=class_row(Pause)) as reading:
        sql = "SELECT topic, paused_at, reason FROM paused_topics WHERE resumed_at IS NULL ORDER BY topic"
        return reading.execute(sql).fetchall()


def last_pauses(cursor: Cursor) -> dict[str, LastPause]:
    """The last pause of every topic that ever had one."""
    cursor.execute(
        "SELECT DISTINCT ON (topic) topic, id, resumed_at IS NULL FROM paused_topics ORDER BY topic, id DESC"
    )
    return {topic: LastPause(topic, number, lasts) for topic, number, lasts in cursor}


def pause(cursor: Cursor, topic: str, reason: str) -> bool:
    """Pause `topic`; False when another worker did so already."""
    cursor.execute(
        "INSERT INTO paused_topics (topic, reason) VALUES (%s, %s) ON CONFLICT (topic) WHERE resumed_at IS NULL "
        "DO NOTHING",
        (topic, reason),
    )
    return cursor.rowcount == 1


def resume(cursor: Cursor, topics: Collection[str], *, actor: str) -> set[str]:
    """End the pause of those of `topics` that are paused; returns them."""
    cursor.execute(
        """UPDATE paused_topics SET resumed_at = now(), resumed_by = %s, resumed_from = (
            SELECT coalesce(jsonb_object_agg(log_id, read), '{}') FROM (
                SELECT log_id, sum(stored + duplicates + quarantined) AS read FROM progress
                WHERE progress.topic = paused_topics.topic GROUP BY log_id) AS logs)
        WHERE resumed_at IS NULL AND topic = ANY(%s) RETURNING topic""",
        (actor, sorted(topics)),
    )
    return {topic for (topic,) in cursor}


# One statement, so one moment: no record is counted whose fate is not seen, nor the other way round.
_TALLIES: Final = """
WITH fresh AS (
    SELECT DISTINCT ON (topic) topic, (resumed_from ->> %(log)s::text)::bigint AS since FROM paused_topics
    WHERE topic = ANY(%(topics)s) AND resumed_at IS NOT NULL ORDER BY topic, id DESC),
counted AS (
    SELECT topic, sum(stored + duplicates + quarantined)::bigint AS read, coalesce(max(since), 0) AS since
    FROM progress LEFT JOIN fresh USING (topic) WHERE log_id = %(log)s AND topic = ANY(%(topics)s) GROUP BY topic)
SELECT topic, read, since, ARRAY(
    SELECT nth FROM quarantine WHERE log_id = %(log)s AND quarantine.topic = counted.topic
      AND nth > greatest(read - %(most)s, since) ORDER BY nth)
FROM counted
"""


def tallies(cursor: Cursor, log_id: str, topics: Collection[str], most: int) -> dict[str, Tally]:
    """Each of `topics` as it stands now, with the bad ones among its last `most` records since its last resume."""
    parameters: dict[str, Any] = {"log": log_id, "topics": sorted(topics), "most": most}
    cursor.execute(_TALLIES, parameters)
    found = {topic: Tally(read, since, tuple(bad)) for topic, read, since, bad in cursor}
    return {topic: found.get(topic, Tally(0, 0, ())) for topic in topics}
