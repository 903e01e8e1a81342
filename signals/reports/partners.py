"""How does it go with each partner: when did it last signal, and what became of what it sent?

Beside the walk, read by whoever speaks with partners: an id that was used for two contents (`id-reused`,
borders.md section 2) is seen here, and told from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.rows import class_row

if TYPE_CHECKING:
    from datetime import datetime

    from signals.store.database import Cursor


@dataclass(frozen=True, slots=True)
class PartnerHealth:
    """What a registered partner's records became; `quarantined` is what is in quarantine still."""

    partner: str
    last_signal: datetime | None
    stored: int
    duplicates: int
    id_reused: int
    quarantined: int


# Counts by topic (a few rows each); only the last signal and the reused ids need the inbox, each by its index.
_HEALTH = """
WITH fates AS (
    SELECT split_part(topic, '.', 3) AS partner, stored, duplicates, 0 AS quarantined FROM progress
    UNION ALL
    SELECT split_part(topic, '.', 3), (resolution IS NOT DISTINCT FROM 'stored')::int,
        (resolution IS NOT DISTINCT FROM 'duplicate')::int, (resolution IS NULL)::int FROM quarantine),
counted AS (
    SELECT partner, sum(stored)::bigint AS stored, sum(duplicates)::bigint AS duplicates,
        sum(quarantined)::bigint AS quarantined FROM fates GROUP BY partner),
reused AS (
    SELECT partner_id, sum(reused)::bigint AS id_reused FROM inbox WHERE reused > 0 GROUP BY partner_id)
SELECT partners.id AS partner, last.received_at AS last_signal, coalesce(stored, 0) AS stored,
    coalesce(duplicates, 0) AS duplicates, coalesce(id_reused, 0) AS id_reused, coalesce(quarantined, 0) AS quarantined
FROM partners LEFT JOIN counted ON counted.partner = partners.id LEFT JOIN reused ON reused.partner_id = partners.id
LEFT JOIN LATERAL (
    SELECT received_at FROM inbox WHERE partner_id = partners.id ORDER BY received_at DESC LIMIT 1) AS last ON true
ORDER BY partners.id
"""


def partner_health(cursor: Cursor) -> list[PartnerHealth]:
    """All registered partners, by id."""
    with cursor.connection.cursor(row_factory=class_row(PartnerHealth)) as reading:
        return reading.execute(_HEALTH).fetchall()


def last_signals(cursor: Cursor) -> dict[str, datetime | None]:
    """When each registered partner's last stored event was received; None when it never signalled."""
    cursor.execute(
        """SELECT id, received_at FROM partners LEFT JOIN LATERAL (
            SELECT received_at FROM inbox WHERE partner_id = partners.id ORDER BY received_at DESC LIMIT 1
        ) AS last ON true"""
    )
    return dict(cursor.fetchall())
