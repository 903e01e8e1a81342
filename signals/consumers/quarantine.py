"""What stands in quarantine, why, and how does it come back in after a mend? (borders.md section 3)

A replay takes the original bytes through the same door as the first time: same checks, same inbox key, same
transaction. So replaying twice, or replaying what was corrected meanwhile, doubles nothing.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from psycopg.rows import class_row

from signals.consumers.sorting import OURS, digest, our_fault
from signals.contract.decode import decode
from signals.contract.partners import ArrearsTopic
from signals.contract.rejection import RejectedError
from signals.outreach.configuration import Configuration, refreshed
from signals.outreach.rows import prepared
from signals.outreach.take_up import take_up
from signals.store import inbox
from signals.store.audit import note
from signals.store.database import Cursor, is_again_later, is_out_of_date, transaction

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Engine

log = logging.getLogger(__name__)
_COLUMNS: Final = 'id, topic, "partition", "offset", code, message, received_at, resolved_at, resolution'


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One record in quarantine, without the bytes that came: they may be personal, and up to 1 MiB each."""

    id: int
    topic: str
    partition: int
    offset: int
    code: str
    message: str
    received_at: datetime
    resolved_at: datetime | None
    resolution: str | None


@dataclass(frozen=True, slots=True)
class Original(Quarantined):
    """One record in quarantine with the partner's bytes as they came; None is a record without value."""

    original: bytes | None


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


def listed_ids(cursor: Cursor) -> list[int]:
    """The numbers of all that is still in quarantine, oldest first."""
    cursor.execute("SELECT id FROM quarantine WHERE resolved_at IS NULL ORDER BY id")
    return [number for (number,) in cursor]


def shown(cursor: Cursor, number: int) -> Original | None:
    """One quarantine row, resolved or not, with what came."""
    with cursor.connection.cursor(row_factory=class_row(Original)) as reading:
        return reading.execute(f"SELECT {_COLUMNS}, original FROM quarantine WHERE id = %s", (number,)).fetchone()  # noqa: S608


def replay(engine: Engine, numbers: Sequence[int], *, actor: str) -> Iterator[Replayed]:
    """Take these records in anew, each in a transaction of its own; rows that are resolved already are passed over."""
    configuration: Configuration | None = None
    for number in numbers:
        try:
            with transaction(engine) as cursor:
                configuration = refreshed(cursor, configuration)
                fate = _replay_one(cursor, number, configuration)
                _note_replay(cursor, number, fate, actor=actor)
        except Exception as error:
            if is_again_later(error) or is_out_of_date(error):
                raise
            fate = _stays_by_our_fault(engine, number, error, actor=actor)
        if fate is not None:
            yield Replayed(number, fate)


def _note_replay(cursor: Cursor, number: int, fate: str | None, *, actor: str) -> None:
    if fate is not None:
        note(cursor, actor, "replay", str(number), {"fate": fate})


def _stays_by_our_fault(engine: Engine, number: int, error: Exception, *, actor: str) -> str:
    log.error("quarantine row %d stays: %s", number, type(error).__name__)
    with transaction(engine) as cursor:
        _update_reason(cursor, number, OURS, our_fault(error))
        _note_replay(cursor, number, OURS, actor=actor)
    return OURS


def _update_reason(cursor: Cursor, number: int, code: str, message: str) -> None:
    cursor.execute(
        "UPDATE quarantine SET code = %s, message = %s WHERE id = %s AND resolved_at IS NULL", (code, message, number)
    )


def _replay_one(cursor: Cursor, number: int, configuration: Configuration) -> str | None:
    cursor.execute("SELECT id FROM quarantine WHERE id = %s AND resolved_at IS NULL FOR UPDATE", (number,))
    row = shown(cursor, number) if cursor.fetchone() else None
    topic = ArrearsTopic.parse(row.topic) if row else None
    if row is None or topic is None:
        return None
    try:
        event = decode(row.original, topic, configuration.directory)
    except RejectedError as rejected:
        _update_reason(cursor, number, rejected.code, rejected.message)
        return rejected.code
    key = (event.source, event.id)
    new = inbox.claim(cursor, [inbox.Claim(key, digest(event), event.partner, row.received_at)])
    if new:
        take_up(cursor, [prepared(event, row.received_at)], configuration)
    else:
        inbox.count_duplicates(cursor, [(key, digest(event))])
    resolution = "stored" if new else "duplicate"
    cursor.execute("UPDATE quarantine SET resolved_at = now(), resolution = %s WHERE id = %s", (resolution, number))
    return resolution
