"""What is still to be published, and how do several relays share it without changing an order?

Rows are written in the transaction that decided them. A relay takes *keys*, not rows: it locks the oldest waiting row
of a key, and with it all that waits for that key, so two relays never publish one case out of order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from signals.store.database import Cursor


@dataclass(frozen=True, slots=True)
class Message:
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
    with cursor.copy("COPY outbox (topic, key, body) FROM STDIN") as copy:
        for message in messages:
            copy.write_row((message.topic, message.key, message.body))


def take_waiting(cursor: Cursor, limit: int, resting: Collection[str] = ()) -> list[Waiting]:
    """Lock and return all waiting messages of up to `limit` keys that no other relay holds, in order.

    Topics that are `resting` are left alone.
    """
    cursor.execute(
        """SELECT topic, key FROM outbox AS head WHERE published_at IS NULL AND topic <> ALL(%s) AND NOT EXISTS (
            SELECT 1 FROM outbox AS earlier WHERE earlier.published_at IS NULL
              AND earlier.topic = head.topic AND earlier.key = head.key AND earlier.id < head.id)
        ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED""",
        (list(resting), limit),
    )
    heads = cursor.fetchall()
    if not heads:
        return []
    cursor.execute(
        """SELECT outbox.id, outbox.topic, outbox.key, body FROM outbox
        JOIN unnest(%s::text[], %s::text[]) AS head(topic, key)
          ON outbox.topic = head.topic AND outbox.key = head.key
        WHERE published_at IS NULL ORDER BY outbox.id""",
        ([topic for topic, _ in heads], [key for _, key in heads]),
    )
    return [Waiting(number, Message(topic, key, body)) for number, topic, key, body in cursor]


def mark_published(cursor: Cursor, ids: Sequence[int]) -> None:
    """Note that these messages were acknowledged by the broker."""
    cursor.execute("UPDATE outbox SET published_at = now() WHERE id = ANY(%s)", (list(ids),))


def depth(cursor: Cursor) -> int:
    """How many messages wait."""
    cursor.execute("SELECT count(*) FROM outbox WHERE published_at IS NULL")
    row = cursor.fetchone()
    return int(row[0]) if row else 0
