"""How does it go with each partner: does it deliver, is it what we can use, and what was refused?

Beside the walk, read by whoever speaks with partners (domain.md section 8: silent partners, bursts). Volume and shares
are of the municipalities asked for; duplicates and quarantine are of the partner's topic, which may serve several: what
could not be read has no municipality. Nothing of a person is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from psycopg.rows import class_row

from signals.contract.moments import AMSTERDAM
from signals.contract.partners import partner_name
from signals.outreach.configuration import load_policies
from signals.reports.partners import partner_health, topics_of
from signals.reports.rhythm import KNOWN_DAYS, LOOK_BACK_DAYS, volume
from signals.store.pauses import Pause, paused
from signals.store.sets import as_json

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from collections.abc import Set as AbstractSet
    from datetime import date

    from signals.reports.partners import PartnerHealth
    from signals.reports.rhythm import Volume
    from signals.store.database import Cursor


@dataclass(frozen=True, slots=True)
class Shares:
    """What the municipality could not use of a partner's signals of the last 24 weeks.

    Attributes:
        signals: all of them.
        below_threshold: those below the municipal threshold amount.
        not_resident: those of a person who is no resident (any more).
    """

    signals: int = 0
    below_threshold: int = 0
    not_resident: int = 0


@dataclass(frozen=True, slots=True)
class PartnerCourse:
    """One partner as its page shows it.

    Attributes:
        topic: the topic it sends on.
        municipalities: where it may signal; None is everywhere.
        last_delivery: when its last stored event was received, for whichever municipality.
        refused: quarantine code → records that are in quarantine still.
        pause: why its topic is not read now, if so.
    """

    id: str
    sector: str
    topic: str
    municipalities: tuple[str, ...] | None
    last_delivery: datetime | None
    volume: Volume
    shares: Shares
    stored: int
    duplicates: int
    id_reused: int
    refused: dict[str, int]
    pause: Pause | None

    @property
    def name(self) -> str:
        """What people call it."""
        return partner_name(self.id)

    @property
    def quarantined(self) -> int:
        """How many of its records are in quarantine still."""
        return sum(self.refused.values())


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """A record in quarantine, without the bytes that came."""

    id: int
    topic: str
    code: str
    message: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class _Read:
    """What the tables say of all partners, by partner id (pauses: by topic)."""

    days: Mapping[str, Mapping[date, int]]
    known: AbstractSet[str]  # whose first signal was received some weeks ago
    shares: Mapping[str, Shares]
    health: Mapping[str, PartnerHealth]
    refused: Mapping[str, dict[str, int]]
    pauses: Mapping[str, Pause]


_PARTNERS: Final = """
SELECT id, sector, municipalities FROM partners
WHERE (municipalities IS NULL OR municipalities && %(municipalities)s)
    AND (%(partner)s::text IS NULL OR id = %(partner)s) ORDER BY id
"""
_DAYS: Final = """
SELECT partner_id, signalled_on, count(*) FROM events JOIN arrears ON arrears.id = arrears_id
WHERE type = 'reported' AND signalled_on > %(since)s AND municipality = ANY(%(municipalities)s)
    AND (%(partner)s::text IS NULL OR partner_id = %(partner)s) GROUP BY partner_id, signalled_on
"""
# A crisis lifts the threshold (borders.md section 4.2); a withdrawal as wrongful is the partner's own word.
_SHARES: Final = """
SELECT partner_id, count(*), count(*) FILTER (WHERE status = 'wrongful' AND withdrawn IS NULL
        AND events.crisis IS NULL AND events.amount < cents), count(*) FILTER (WHERE status = 'not-a-resident')
FROM reports JOIN events ON events.id = reports.event_id JOIN arrears ON arrears.id = reports.arrears_id
LEFT JOIN json_to_recordset(%(thresholds)s) AS t(policy bigint, of text, cents bigint) ON policy = policy_id
    AND of = sector
WHERE signalled_on > %(since)s AND reports.municipality = ANY(%(municipalities)s)
    AND (%(partner)s::text IS NULL OR partner_id = %(partner)s) GROUP BY partner_id
"""
# Whose first signal for these municipalities was received by then: one row of each is enough, so none is counted.
_KNOWN: Final = """
SELECT partners.id FROM partners CROSS JOIN LATERAL (
    SELECT FROM arrears JOIN events ON events.arrears_id = arrears.id
    WHERE arrears.partner_id = partners.id AND municipality = ANY(%(municipalities)s) AND received_at <= %(known)s
    LIMIT 1) AS heard
WHERE %(partner)s::text IS NULL OR partners.id = %(partner)s
"""
_REFUSED: Final = """
SELECT split_part(topic, '.', 3), code, count(*) FROM quarantine
WHERE resolved_at IS NULL{0} GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
"""
_STRANGERS: Final = """
SELECT topic, code, count(*) FROM quarantine WHERE resolved_at IS NULL
    AND NOT EXISTS (SELECT FROM partners WHERE id = split_part(topic, '.', 3)) GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
"""
_RECORDS: Final = """
SELECT id, topic, code, message, received_at FROM quarantine
WHERE resolved_at IS NULL AND topic = ANY(%(topics)s)
    AND (%(code)s::text IS NULL OR code = %(code)s) AND (%(after)s::bigint IS NULL OR id < %(after)s)
ORDER BY id DESC LIMIT %(size)s
"""


def partner_courses(
    cursor: Cursor, municipalities: Collection[str], today: date, partner: str | None = None
) -> list[PartnerCourse]:
    """The partners that may signal to one of `municipalities`, by id; or `partner` alone, when it may."""
    asked: dict[str, Any] = {
        "municipalities": sorted(municipalities),
        "partner": partner,
        "since": today - timedelta(days=LOOK_BACK_DAYS),
        "known": datetime.combine(today - timedelta(days=KNOWN_DAYS), time.max, AMSTERDAM),
        "thresholds": _thresholds(cursor),
    }
    rows = cursor.execute(_PARTNERS, asked).fetchall()
    read = _Read(
        days=_days(cursor, asked),
        known={number for (number,) in cursor.execute(_KNOWN, asked)},
        shares=_shares(cursor, asked),
        health={one.partner: one for one in partner_health(cursor, partner)},
        refused=_refused(cursor, partner),
        pauses={one.topic: one for one in paused(cursor)},
    )
    return [_course(row, read, today) for row in rows]


def _course(row: tuple[Any, ...], read: _Read, today: date) -> PartnerCourse:
    number, sector, where = row
    topic, of = f"arrears.{sector}.{number}", read.health[number]
    return PartnerCourse(
        id=number,
        sector=sector,
        topic=topic,
        municipalities=None if where is None else tuple(where),
        last_delivery=of.last_signal,
        volume=volume(read.days.get(number, {}), today, known=number in read.known),
        shares=read.shares.get(number, Shares()),
        stored=of.stored,
        duplicates=of.duplicates,
        id_reused=of.id_reused,
        refused=read.refused.get(number, {}),
        pause=read.pauses.get(topic),
    )


def strangers(cursor: Cursor) -> list[tuple[str, str, int]]:
    """(topic, code, records) of what is in quarantine on topics of which no partner is registered."""
    return cursor.execute(_STRANGERS).fetchall()


def refused_records(
    cursor: Cursor, partner: str, *, code: str | None = None, after: int | None = None, size: int = 25
) -> list[RefusedRecord]:
    """What a partner has in quarantine, newest first: at most `size` with a number below `after`."""
    with cursor.connection.cursor(row_factory=class_row(RefusedRecord)) as reading:
        asked = {"topics": topics_of(partner), "code": code, "after": after, "size": size}
        return reading.execute(_RECORDS, asked).fetchall()


def refused_of(cursor: Cursor, partner: str, numbers: Collection[int]) -> list[int]:
    """Those of these quarantine rows that are this partner's and still open, oldest first."""
    cursor.execute(
        "SELECT id FROM quarantine WHERE id = ANY(%s) AND resolved_at IS NULL AND topic = ANY(%s) ORDER BY id",
        (list(numbers), topics_of(partner)),
    )
    return [number for (number,) in cursor]


def _thresholds(cursor: Cursor) -> str:
    """Cents by policy version and sector, as one JSON parameter."""
    return as_json(
        [
            {"policy": policy.id, "of": sector, "cents": cents}
            for policy in load_policies(cursor)
            for sector, cents in policy.threshold.items()
        ]
    )


def _days(cursor: Cursor, asked: Mapping[str, Any]) -> dict[str, dict[date, int]]:
    found: dict[str, dict[date, int]] = {}
    for partner, day, count in cursor.execute(_DAYS, asked):
        found.setdefault(partner, {})[day] = count
    return found


def _shares(cursor: Cursor, asked: Mapping[str, Any]) -> dict[str, Shares]:
    return {partner: Shares(*counts) for partner, *counts in cursor.execute(_SHARES, asked)}


def _refused(cursor: Cursor, partner: str | None) -> dict[str, dict[str, int]]:
    """Of all partners, or of one by the index of its topics."""
    asked = _REFUSED.format("" if partner is None else " AND topic = ANY(%(topics)s)")
    found: dict[str, dict[str, int]] = {}
    for name, code, count in cursor.execute(asked.encode(), {"topics": topics_of(partner or "")}):
        found.setdefault(name, {})[code] = count
    return found
