"""How does it go with each partner: when did it last signal, and what became of what it sent?

Beside the walk, read by whoever speaks with partners: an id that was used for two contents (`id-reused`,
borders.md section 2) is seen here, and told from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from psycopg.rows import class_row

from signals.contract.partners import SECTORS

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


# Counts by topic; of one partner, those of its own topics. The last signal and the reused ids are the inbox's, each by
# its index.
_HEALTH: Final = """
WITH fates AS (
    SELECT split_part(topic, '.', 3) AS partner, stored, duplicates, 0 AS quarantined FROM progress{topics}
    UNION ALL
    SELECT split_part(topic, '.', 3), (resolution IS NOT DISTINCT FROM 'stored')::int,
        (resolution IS NOT DISTINCT FROM 'duplicate')::int, (resolution IS NULL)::int FROM quarantine{topics}),
counted AS (
    SELECT partner, sum(stored)::bigint AS stored, sum(duplicates)::bigint AS duplicates,
        sum(quarantined)::bigint AS quarantined FROM fates GROUP BY partner)
SELECT partners.id AS partner, last.received_at AS last_signal, coalesce(stored, 0) AS stored,
    coalesce(duplicates, 0) AS duplicates, coalesce(id_reused, 0) AS id_reused, coalesce(quarantined, 0) AS quarantined
FROM partners LEFT JOIN counted ON counted.partner = partners.id
LEFT JOIN LATERAL (SELECT sum(reused)::bigint AS id_reused FROM inbox WHERE reused > 0 AND partner_id = partners.id)
    AS reused ON true
LEFT JOIN LATERAL (
    SELECT received_at FROM inbox WHERE partner_id = partners.id ORDER BY received_at DESC LIMIT 1) AS last ON true
{partner}ORDER BY partners.id
"""
_OF_ALL: Final = _HEALTH.format(topics="", partner="")
_OF_ONE: Final = _HEALTH.format(topics=" WHERE topic = ANY(%(topics)s)", partner="WHERE partners.id = %(partner)s ")


def topics_of(partner: str) -> list[str]:
    """The topics that name this partner: its own, and those of other sectors, where all it sends is refused."""
    return [f"arrears.{sector}.{partner}" for sector in SECTORS]


def partner_health(cursor: Cursor, partner: str | None = None) -> list[PartnerHealth]:
    """All registered partners, by id; or this one alone, for which only its own topics are counted."""
    asked, named = (_OF_ALL, {}) if partner is None else (_OF_ONE, {"partner": partner, "topics": topics_of(partner)})
    with cursor.connection.cursor(row_factory=class_row(PartnerHealth)) as reading:
        return reading.execute(asked.encode(), named).fetchall()


def last_signals(cursor: Cursor) -> dict[str, datetime | None]:
    """When each registered partner's last stored event was received; None when it never signalled."""
    cursor.execute(
        """SELECT id, received_at FROM partners LEFT JOIN LATERAL (
            SELECT received_at FROM inbox WHERE partner_id = partners.id ORDER BY received_at DESC LIMIT 1
        ) AS last ON true"""
    )
    return dict(cursor.fetchall())
