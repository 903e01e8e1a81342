"""What is still to be published, and how do several relays share it without changing an order?

Rows are written in the transaction that decided them. A relay takes *keys*, not rows: it locks the oldest waiting row
of a key, and with it all that waits for that key, so two relays never publish one case out of order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import astuple

from signals.store.sets import copy_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from signals.store.database import Cursor

RELAYS: Final = 727002  # names the advisory lock that all relays share while they publish
HOLD_SECONDS: Final = 10  # the longest that one relay may keep another from holding all of them
MESSAGES_PER_KEY: Final = 4  # how many messages are looked at for each key that a relay may take


class Message(msgspec.Struct, frozen=True, gc=False):
    """One message to be published; `body` None is a tombstone."""

    topic: str
    key: str
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message of the outbox that this transaction holds."""

    id: int
    message: Message


def add_messages(cursor: Cursor, messages: Sequence[Message]) -> None:
    """Put messages in the outbox. The database gives the ids, after the household's lock: so ids follow the order."""
    if not messages:
        return
    copy_rows(cursor, "outbox", Message.__struct_fields__, map(astuple, messages))


def take_waiting(cursor: Cursor, limit: int, resting: Collection[str] = ()) -> list[Waiting]:
    """Lock up to `limit` keys that no other relay holds; returns their oldest waiting messages, in order.

    Only the oldest messages of all are looked at, so that a long outbox costs no more than a short one. The oldest
    of a key among them is its oldest of all: all that are older were looked at too. Topics that are `resting` are left
    alone. Waits while a relay has `hold_relays`.
    """
    # A table that has no statistics yet would be read whole, and sorted, for its oldest rows.
    cursor.execute("SELECT set_config('enable_bitmapscan', 'off', true), pg_advisory_xact_lock_shared(%s)", (RELAYS,))
    cursor.execute(
        """WITH oldest AS MATERIALIZED (
            SELECT id, topic, key FROM outbox WHERE published_at IS NULL AND topic <> ALL(%s) ORDER BY id LIMIT %s),
        heads AS (SELECT min(id) AS id FROM oldest GROUP BY topic, key ORDER BY 1 LIMIT %s)
        SELECT outbox.topic, outbox.key, outbox.id, (SELECT max(id) FROM oldest) FROM outbox JOIN heads USING (id)
        WHERE published_at IS NULL ORDER BY outbox.id FOR UPDATE OF outbox SKIP LOCKED""",
        (list(resting), limit * MESSAGES_PER_KEY, limit),
    )
    heads = cursor.fetchall()
    if not heads:
        return []
    topics, keys, ids, ends = zip(*heads, strict=True)
    cursor.execute(
        """SELECT outbox.id, outbox.topic, outbox.key, body FROM outbox
        JOIN unnest(%s::text[], %s::text[]) AS head(topic, key)
          ON outbox.topic = head.topic AND outbox.key = head.key
        WHERE published_at IS NULL AND outbox.id BETWEEN %s AND %s ORDER BY outbox.id""",
        (list(topics), list(keys), min(ids), ends[0]),
    )
    return [Waiting(number, Message(topic, key, body)) for number, topic, key, body in cursor]


def hold_relays(cursor: Cursor) -> None:
    """Until this transaction ends no other relay takes anything; all that one took is marked or waits again.

    Raises psycopg.errors.LockNotAvailable when another one publishes for longer than `HOLD_SECONDS`.
    """
    cursor.execute("SELECT set_config('lock_timeout', %s, true)", (f"{HOLD_SECONDS}s",))
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", (RELAYS,))


def mark_published(cursor: Cursor, ids: Sequence[int]) -> None:
    """Note that these messages were acknowledged by the broker."""
    cursor.execute("UPDATE outbox SET published_at = now() WHERE id = ANY(%s)", (list(ids),))


def depth(cursor: Cursor) -> int:
    """How many messages wait."""
    cursor.execute("SELECT count(*) FROM outbox WHERE published_at IS NULL")
    row = cursor.fetchone()
    return int(row[0]) if row else 0
