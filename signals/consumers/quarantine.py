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
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Engine

    from signals.outreach.rows import Accepted

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
                replayed = _take_in(cursor, [number], configuration)
                _note_replay(cursor, replayed, actor=actor)
        except Exception as error:
            if is_again_later(error) or is_out_of_date(error):
                raise
            replayed = [_stays_by_our_fault(engine, number, error, actor=actor)]
        yield from replayed


def replay_together(cursor: Cursor, numbers: Sequence[int], *, actor: str) -> list[Replayed]:
    """As `replay`, as one batch in the caller's transaction, which an error of ours must roll back.

    The batch takes its locks in the order of design.md section 5, so the caller takes in nothing else with it.
    """
    replayed = _take_in(cursor, numbers, refreshed(cursor, None))
    _note_replay(cursor, replayed, actor=actor)
    return replayed


def _note_replay(cursor: Cursor, replayed: Sequence[Replayed], *, actor: str) -> None:
    for one in replayed:
        note(cursor, actor, "replay", str(one.id), {"fate": one.fate})


def _stays_by_our_fault(engine: Engine, number: int, error: Exception, *, actor: str) -> Replayed:
    log.error("quarantine row %d stays: %s", number, type(error).__name__)
    stays = Replayed(number, OURS)
    with transaction(engine) as cursor:
        _update_reason(cursor, number, OURS, our_fault(error))
        _note_replay(cursor, [stays], actor=actor)
    return stays


def _update_reason(cursor: Cursor, number: int, code: str, message: str) -> None:
    cursor.execute(
        "UPDATE quarantine SET code = %s, message = %s WHERE id = %s AND resolved_at IS NULL", (code, message, number)
    )


def _take_in(cursor: Cursor, numbers: Sequence[int], configuration: Configuration) -> list[Replayed]:
    """Take in those of these rows that are open and whose record can be read now; what became of each."""
    readable: dict[int, Accepted] = {}
    stay: list[Replayed] = []
    for row in _locked(cursor, numbers):
        topic = ArrearsTopic.parse(row.topic)
        if topic is None:
            continue
        try:
            readable[row.id] = prepared(decode(row.original, topic, configuration.directory), row.received_at)
        except RejectedError as rejected:
            _update_reason(cursor, row.id, rejected.code, rejected.message)
            stay.append(Replayed(row.id, rejected.code))
    return stay + _stored(cursor, readable, configuration)


def _locked(cursor: Cursor, numbers: Sequence[int]) -> list[Original]:
    with cursor.connection.cursor(row_factory=class_row(Original)) as reading:
        return reading.execute(
            f"SELECT {_COLUMNS}, original FROM quarantine WHERE id = ANY(%s) AND resolved_at IS NULL "  # noqa: S608
            "ORDER BY id FOR UPDATE",
            (list(numbers),),
        ).fetchall()


def _stored(cursor: Cursor, readable: Mapping[int, Accepted], configuration: Configuration) -> list[Replayed]:
    """Store what is new, count the others as duplicates, and take all of them out of quarantine."""
    first: dict[inbox.Key, int] = {}
    for number, accepted in readable.items():
        first.setdefault((accepted.event.source, accepted.event.id), number)
    claims = [
        inbox.Claim(key, digest(one.event), one.event.partner, one.received_at)
        for key, one in ((key, readable[number]) for key, number in first.items())
    ]
    won = inbox.claim(cursor, claims) if claims else set()
    new = {first[key] for key in won}
    if new:
        take_up(cursor, [accepted for number, accepted in readable.items() if number in new], configuration)
    again = [one.event for number, one in readable.items() if number not in new]
    inbox.count_duplicates(cursor, [((event.source, event.id), digest(event)) for event in again])
    fates = [Replayed(number, "stored" if number in new else "duplicate") for number in readable]
    for one in fates:
        cursor.execute("UPDATE quarantine SET resolved_at = now(), resolution = %s WHERE id = %s", (one.fate, one.id))
    return fates
