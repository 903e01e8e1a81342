"""What has to be published once more, because a broker came that has nothing of it?

Beside `outbox`: a new or emptied broker gets the newest message of every case, so that its readers can rebuild how all
cases stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from signals.store.database import Cursor


def publish_again(cursor: Cursor, topic: str) -> int:
    """Let the newest message of every key of `topic` wait anew where it was published, but for tombstones; how many.

    The newest of all, published or not: an older one behind it would become the key's last word. So no relay may be
    publishing meanwhile (`outbox.hold_relays`).
    """
    cursor.execute(
        """UPDATE outbox SET published_at = NULL FROM (
            SELECT max(id) AS id FROM outbox WHERE topic = %s GROUP BY key) AS newest
        WHERE outbox.id = newest.id AND published_at IS NOT NULL AND body IS NOT NULL""",
        (topic,),
    )
    return cursor.rowcount
