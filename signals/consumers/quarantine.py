"""What stands in quarantine, why, and how does it come back in after a mend? (borders.md section 3)

A replay takes the original bytes through the same door as the first time: same checks, same inbox key, same
transaction. So replaying twice, or replaying what was corrected meanwhile, doubles nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from psycopg.rows import class_row

from signals.consumers.intake import digest
from signals.contract.decode import decode
from signals.contract.partners import ArrearsTopic
from signals.contract.rejection import RejectedError
from signals.outreach.configuration import Configuration, refreshed
from signals.outreach.rows import Accepted
from signals.outreach.take_up import take_up
from signals.store import inbox
from signals.store.audit import note
from signals.store.database import Cursor, transaction

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Engine

_COLUMNS: Final = 'id, topic, "partition", "offset", code, message, original, received_at, resolved_at, resolution'


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One record in quarantine; `original` holds the partner's bytes, which may be personal."""

    id: int
    topic: str
    partition: int
    offset: int
    code: str
    message: str
    original: bytes | None
    received_at: datetime
    resolved_at: datetime | None
    resolution: str | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of one replayed record: "stored", "duplicate", or the code by which it stays."""

    id: int
    fate: str


def listed(cursor: Cursor, *, partner: str | None = None, code: str | None = None) -> list[Quarantined]:
    """What is still in quarantine, oldest first."""
    sql = f"""SELECT {_COLUMNS} FROM quarantine WHERE resolved_at IS NULL
        AND (%(partner)s::text IS NULL OR split_part(topic, '.', 3) = %(partner)s)
        AND (%(code)s::text IS NULL OR code = %(code)s) ORDER BY id"""  # noqa: S608 - our own column names
    with cursor.connection.cursor(row_factory=class_row(Quarantined)) as reading:
        return reading.execute(sql, {"partner": partner, "code": code}).fetchall()


def shown(cursor: Cursor, number: int) -> Quarantined | None:
    """One quarantine row, resolved or not."""
    with cursor.connection.cursor(row_factory=class_row(Quarantined)) as reading:
        return reading.execute(f"SELECT {_COLUMNS} FROM quarantine WHERE id = %s", (number,)).fetchone()  # noqa: S608


def replay(engine: Engine, numbers: Sequence[int], *, actor: str) -> Iterator[Replayed]:
    """Take these records in anew, each in a transaction of its own; rows that are resolved already are passed over."""
    configuration: Configuration | None = None
    for number in numbers:
        with transaction(engine) as cursor:
            configuration = refreshed(cursor, configuration)
            fate = _replay_one(cursor, number, configuration)
            if fate is not None:
                note(cursor, actor, "replay", str(number), {"fate": fate})
        if fate is not None:
            yield Replayed(number, fate)


def _replay_one(cursor: Cursor, number: int, configuration: Configuration) -> str | None:
    cursor.execute("SELECT id FROM quarantine WHERE id = %s AND resolved_at IS NULL FOR UPDATE", (number,))
    row = shown(cursor, number) if cursor.fetchone() else None
    topic = ArrearsTopic.parse(row.topic) if row else None
    if row is None or topic is None:
        return None
    try:
        event = decode(row.original, topic, configuration.directory)
    except RejectedError as rejected:
        cursor.execute(
            "UPDATE quarantine SET code = %s, message = %s WHERE id = %s",
            (rejected.code, rejected.message, number),
        )
        return rejected.code
    key = (event.source, event.id)
    new = inbox.claim(cursor, [inbox.Claim(key, digest(event), event.partner, row.received_at)])
    if new:
        take_up(cursor, [Accepted(event, row.received_at)], configuration)
    else:
        inbox.count_duplicates(cursor, [(key, digest(event))])
    resolution = "stored" if new else "duplicate"
    cursor.execute("UPDATE quarantine SET resolved_at = now(), resolution = %s WHERE id = %s", (resolution, number))
    return resolution
