"""Has this event been here before, and how far was each partition taken in?

The inbox is what makes an effect happen exactly once; the progress of a partition is written with it, in the same
transaction (design.md sections 4 and 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from signals.store.sets import as_json, copy_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from signals.store.database import Cursor

Key = tuple[str, str]  # (source, id)


@dataclass(frozen=True, slots=True)
class Claim:
    """A valid event's claim to its idempotency key; `content` is the digest of what it says."""

    key: Key
    content: bytes
    partner: str
    received_at: datetime


def claim(cursor: Cursor, claims: Iterable[Claim]) -> set[Key]:
    """Take the keys that nobody has yet; returns them. Locks in key order."""
    rows = [{"s": c.key[0], "i": c.key[1], "c": c.content.hex(), "p": c.partner, "r": c.received_at} for c in claims]
    rows.sort(key=lambda row: (row["s"], row["i"]))
    cursor.execute(
        """INSERT INTO inbox (source, event_id, content, partner_id, received_at)
        SELECT s, i, decode(c, 'hex'), p, r
        FROM json_to_recordset(%s) AS t(s text, i text, c text, p text, r timestamptz)
        ON CONFLICT DO NOTHING RETURNING source, event_id""",
        (as_json(rows),),
    )
    return {(source, event_id) for source, event_id in cursor}


def count_duplicates(cursor: Cursor, seen: Sequence[tuple[Key, bytes]]) -> int:
    """Count another arrival for each key in `seen`; returns how many said something else than the first."""
    if not seen:
        return 0
    rows = [{"s": key[0], "i": key[1], "c": content.hex()} for key, content in seen]
    cursor.execute(
        """WITH arrived AS (
            SELECT s, i, count(*) AS times, count(*) FILTER (WHERE decode(c, 'hex') <> inbox.content) AS others
            FROM json_to_recordset(%s) AS t(s text, i text, c text)
            JOIN inbox ON inbox.source = s AND inbox.event_id = i GROUP BY s, i),
        locked AS (
            SELECT source, event_id FROM inbox JOIN arrived ON source = s AND event_id = i
            ORDER BY source, event_id FOR UPDATE OF inbox),
        noted AS (
            UPDATE inbox SET duplicates = duplicates + times, reused = reused + others
            FROM arrived JOIN locked ON locked.source = s AND locked.event_id = i
            WHERE inbox.source = s AND inbox.event_id = i RETURNING others)
        SELECT coalesce(sum(others), 0) FROM noted""",
        (as_json(rows),),
    )
    row = cursor.fetchone()
    return int(row[0]) if row else 0


Partition = tuple[str, int]  # (topic, partition)


def lock_progress(cursor: Cursor, log_id: str, partitions: Iterable[Partition]) -> dict[Partition, int]:
    """The next offset of each partition, locked: a second worker with the same partition waits here."""
    rows = [{"t": topic, "p": partition} for topic, partition in sorted(partitions)]
    cursor.execute(
        """INSERT INTO progress (log_id, topic, partition) SELECT %s, t, p
        FROM json_to_recordset(%s) AS r(t text, p int) ON CONFLICT DO NOTHING""",
        (log_id, as_json(rows)),
    )
    cursor.execute(
        """SELECT topic, partition, next_offset FROM progress
        JOIN json_to_recordset(%s) AS r(t text, p int) ON topic = t AND partition = p
        WHERE log_id = %s ORDER BY topic, partition FOR UPDATE OF progress""",
        (as_json(rows), log_id),
    )
    return {(topic, partition): offset for topic, partition, offset in cursor}


@dataclass(slots=True)
class Taken:
    """What became of the records of one partition in one batch."""

    next_offset: int
    stored: int = 0
    duplicates: int = 0
    quarantined: int = 0


def note_progress(cursor: Cursor, log_id: str, taken: Mapping[Partition, Taken]) -> None:
    """Write how far each partition has come and what became of its records."""
    rows = [
        {"t": topic, "p": partition, "o": t.next_offset, "s": t.stored, "d": t.duplicates, "q": t.quarantined}
        for (topic, partition), t in taken.items()
    ]
    cursor.execute(
        """UPDATE progress SET next_offset = o, stored = stored + s, duplicates = duplicates + d,
            quarantined = quarantined + q
        FROM json_to_recordset(%s) AS r(t text, p int, o bigint, s bigint, d bigint, q bigint)
        WHERE log_id = %s AND topic = t AND partition = p""",
        (as_json(rows), log_id),
    )


def positions(cursor: Cursor, log_id: str) -> dict[Partition, int]:
    """How far every partition of this broker has come."""
    cursor.execute("SELECT topic, partition, next_offset FROM progress WHERE log_id = %s", (log_id,))
    return {(topic, partition): offset for topic, partition, offset in cursor}


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """A record that goes to quarantine."""

    log_id: str
    topic: str
    partition: int
    offset: int
    code: str
    message: str
    original: bytes | None
    received_at: datetime


def quarantine(cursor: Cursor, rows: Sequence[QuarantineRow]) -> None:
    """Write quarantine rows; one broker record makes at most one."""
    columns = ("log_id", "topic", "partition", "offset", "code", "message", "original", "received_at")
    if rows:
        copy_rows(cursor, "quarantine", columns, ([getattr(row, column) for column in columns] for row in rows))


def totals(cursor: Cursor) -> dict[str, Any]:
    """Stored, duplicate and still quarantined records over all brokers, quarantine by code."""
    cursor.execute(
        """SELECT coalesce(sum(s), 0)::bigint, coalesce(sum(d), 0)::bigint FROM (
            SELECT stored AS s, duplicates AS d FROM progress UNION ALL
            SELECT (resolution = 'stored')::int, (resolution = 'duplicate')::int FROM quarantine
            WHERE resolved_at IS NOT NULL) AS fates"""
    )
    stored, duplicates = cursor.fetchone() or (0, 0)
    cursor.execute("SELECT code, count(*) FROM quarantine WHERE resolved_at IS NULL GROUP BY code ORDER BY code")
    codes: dict[str, int] = dict(cursor.fetchall())
    return {"stored": stored, "duplicates": duplicates, "quarantined": codes}
