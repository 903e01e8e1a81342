"""Has this event been here before, and how far was each partition taken in?

The inbox is what makes an effect happen exactly once; the progress of a partition is written with it, in the same
transaction (design.md sections 4 and 5).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

from signals.store.sets import as_json, copy_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from signals.store.database import Cursor

Key = tuple[str, str]  # (source, id)


class Claim(msgspec.Struct, frozen=True, gc=False):
    """A valid event's claim to its idempotency key; `content` is the digest of what it says."""

    key: Key
    content: bytes
    partner: str
    received_at: datetime


def claim(cursor: Cursor, claims: Iterable[Claim]) -> set[Key]:
    """Take the keys that nobody has yet; returns them. Locks in key order."""
    rows = [
        {"s": c.key[0], "i": c.key[1], "c": c.content.hex(), "p": c.partner, "r": c.received_at}
        for c in sorted(claims, key=attrgetter("key"))
    ]
    cursor.execute(
        """INSERT INTO inbox (source, event_id, content, partner_id, received_at)
        SELECT s, i, decode(c, 'hex'), p, r
        FROM json_to_recordset(%s) AS t(s text, i text, c text, p text, r timestamptz)
        ON CONFLICT (source, event_id) DO NOTHING RETURNING source, event_id""",
        (as_json(rows),),
    )
    return set(cursor.fetchall())


def count_duplicates(cursor: Cursor, seen: Sequence[tuple[Key, bytes]]) -> int:
    """Count another arrival for each key in `seen`; returns how many said something else than the first."""
    if not seen:
        return 0
    first = _lock_keys(cursor, {key for key, _ in seen})
    times = Counter(key for key, _ in seen)
    others = Counter(key for key, content in seen if content != first[key])
    cursor.execute(
        """UPDATE inbox SET duplicates = duplicates + t, reused = reused + o
        FROM json_to_recordset(%s) AS r(s text, i text, t int, o int) WHERE source = s AND event_id = i""",
        (as_json([{"s": key[0], "i": key[1], "t": times[key], "o": others[key]} for key in times]),),
    )
    return others.total()


def _lock_keys(cursor: Cursor, keys: Iterable[Key]) -> dict[Key, bytes]:
    """The content with which each key was first claimed; locked in key order."""
    cursor.execute(
        """SELECT source, event_id, content FROM json_to_recordset(%s) AS t(s text, i text)
        JOIN inbox ON source = s AND event_id = i ORDER BY source, event_id FOR UPDATE OF inbox""",
        (as_json([{"s": source, "i": event_id} for source, event_id in keys]),),
    )
    return {(source, event_id): content for source, event_id, content in cursor.fetchall()}


Partition = tuple[str, int]  # (topic, partition)


class Reached(msgspec.Struct, frozen=True, gc=False):
    """How far a partition was taken in: all in front of `next_offset`, and beyond it the offsets `ahead`."""

    next_offset: int = 0
    ahead: frozenset[int] = frozenset()

    def missing(self, begin: int, end: int) -> int:
        """How many offsets from `begin` up to `end` were not taken in."""
        first = max(self.next_offset, begin)
        return max(0, end - first) - sum(first <= offset < end for offset in self.ahead)


def lock_progress(cursor: Cursor, log_id: str, partitions: Iterable[Partition]) -> dict[Partition, Reached]:
    """How far each partition was taken in, locked: a second worker with the same partition waits here."""
    rows = [{"t": topic, "p": partition} for topic, partition in sorted(partitions)]
    cursor.execute(
        """INSERT INTO progress (log_id, topic, partition) SELECT %s, t, p
        FROM json_to_recordset(%s) AS r(t text, p int) ON CONFLICT DO NOTHING""",
        (log_id, as_json(rows)),
    )
    cursor.execute(
        """SELECT topic, partition, next_offset, ahead FROM progress
        JOIN json_to_recordset(%s) AS r(t text, p int) ON topic = t AND partition = p
        WHERE log_id = %s ORDER BY topic, partition FOR UPDATE OF progress""",
        (as_json(rows), log_id),
    )
    return {(topic, partition): Reached(offset, frozenset(ahead)) for topic, partition, offset, ahead in cursor}


@dataclass(slots=True)
class Taken:
    """What became of the records of one partition in one batch.

    `passed_over` are the offsets in between at which the broker had no record; `first_offset` is where a log that was
    never read before begins, else 0. All records in front of `next_offset` were taken in by now, and those at `ahead`.
    """

    next_offset: int
    stored: int = 0
    duplicates: int = 0
    quarantined: int = 0
    passed_over: int = 0
    first_offset: int = 0
    ahead: Sequence[int] = ()


def note_progress(cursor: Cursor, log_id: str, taken: Mapping[Partition, Taken]) -> None:
    """Write how far each partition has come and what became of its records."""
    rows = [
        {
            "t": topic,
            "p": partition,
            "o": t.next_offset,
            "s": t.stored,
            "d": t.duplicates,
            "q": t.quarantined,
            "h": t.passed_over,
            "f": t.first_offset,
            "a": t.ahead,
        }
        for (topic, partition), t in taken.items()
    ]
    cursor.execute(
        """UPDATE progress SET next_offset = o, stored = stored + s, duplicates = duplicates + d,
            quarantined = quarantined + q, passed_over = passed_over + h, first_offset = first_offset + f, ahead = a
        FROM json_to_recordset(%s)
            AS r(t text, p int, o bigint, s bigint, d bigint, q bigint, h bigint, f bigint, a bigint[])
        WHERE log_id = %s AND topic = t AND partition = p""",
        (as_json(rows), log_id),
    )


def reached(cursor: Cursor, log_id: str) -> dict[Partition, Reached]:
    """How far every partition of this broker has come."""
    cursor.execute("SELECT topic, partition, next_offset, ahead FROM progress WHERE log_id = %s", (log_id,))
    return {(topic, partition): Reached(offset, frozenset(ahead)) for topic, partition, offset, ahead in cursor}


def positions(cursor: Cursor, log_id: str) -> dict[Partition, int]:
    """The next offset of every partition of this broker."""
    return {place: one.next_offset for place, one in reached(cursor, log_id).items()}


Spot = tuple[str, int, int]  # (topic, partition, offset)
Numbers = Mapping[Spot, int]  # the how manieth record of its topic the record there is


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


def quarantine(cursor: Cursor, rows: Sequence[QuarantineRow], numbers: Numbers) -> None:
    """Write quarantine rows, with those `numbers` of theirs that are known; one broker record makes at most one."""
    columns = ("log_id", "topic", "partition", "offset", "code", "message", "original", "received_at")
    if rows:
        values = (
            [*(getattr(row, column) for column in columns), numbers.get((row.topic, row.partition, row.offset))]
            for row in rows
        )
        copy_rows(cursor, "quarantine", (*columns, "nth"), values)


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
