"""What becomes of a batch of records? Each one is stored, known as a duplicate, or in quarantine; exactly once.

The walk's second room (design.md section 1): decode and sort out the bad, claim the inbox keys, hand the new events to
`outreach`, note the progress, all in one transaction. A record that breaks the batch is found by splitting.
"""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import msgspec

from signals import metrics
from signals.consumers.records import Record, StoreAwayError
from signals.contract.decode import decode
from signals.contract.events import AnyEvent, Reported
from signals.contract.partners import ArrearsTopic
from signals.contract.rejection import RejectedError
from signals.households.personal import clean_bsn
from signals.outreach.configuration import Configuration, refreshed
from signals.outreach.rows import Accepted
from signals.outreach.take_up import take_up
from signals.store import inbox
from signals.store.database import Cursor, is_again_later, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

log = logging.getLogger(__name__)
_encode: Final = msgspec.json.Encoder().encode
OURS: Final = "internal-error"


def digest(event: AnyEvent) -> bytes:
    """What tells one content from another under the same key."""
    return hashlib.blake2b(_encode(event), digest_size=16).digest()


def received_at(record: Record) -> datetime:
    """When the record reached the municipality's broker, or now when the broker does not say."""
    if record.timestamp_ms <= 0:
        return datetime.now(UTC)
    return min(datetime.fromtimestamp(record.timestamp_ms / 1000, UTC), datetime.now(UTC))


@dataclass(slots=True)
class _Sorted:
    """A batch taken apart: valid events with their record, and what goes to quarantine."""

    valid: list[tuple[Record, AnyEvent]] = field(default_factory=list)
    bad: list[inbox.QuarantineRow] = field(default_factory=list)
    taken: dict[inbox.Partition, inbox.Taken] = field(default_factory=dict)


class BatchIntake:
    """The `Intake` of `records`, on PostgreSQL; `log_id` names the broker whose offsets these are."""

    def __init__(self, engine: Engine, log_id: str) -> None:
        self._engine = engine
        self._log_id = log_id
        self._configuration: Configuration | None = None

    def store(self, records: Sequence[Record]) -> None:
        """See `Intake.store`."""
        try:
            self._store_in_one(records)
        except Exception as error:
            if is_again_later(error):
                raise StoreAwayError(f"the database cannot take the batch now ({type(error).__name__})") from error
            self._configuration = None
            self._split(records, error)

    def _split(self, records: Sequence[Record], error: Exception) -> None:
        """Store the halves each by itself, until what cannot be stored stands alone and goes to quarantine."""
        if len(records) > 1:
            middle = len(records) // 2
            self.store(records[:middle])
            self.store(records[middle:])
            return
        log.error("record %s goes to quarantine: %s", _place(records[0]), type(error).__name__)
        self._quarantine_alone(records[0], error)

    def _quarantine_alone(self, record: Record, error: Exception) -> None:
        message = (
            f"The service could not store this event ({type(error).__name__}). "
            "Nothing is wrong with your message that we know of; we look into it."
        )
        try:
            with transaction(self._engine) as cursor:
                fresh, taken = self._unseen(cursor, [record])
                rows = [_quarantined(self._log_id, record, OURS, message) for record in fresh]
                inbox.quarantine(cursor, rows)
                _count(taken, record, quarantined=len(rows))
                inbox.note_progress(cursor, self._log_id, taken)
        except Exception as second:
            raise StoreAwayError(f"quarantine cannot be written ({type(second).__name__})") from second
        metrics.EVENTS_QUARANTINED.labels(code=OURS).inc(len(rows))

    def _store_in_one(self, records: Sequence[Record]) -> None:
        started = time.perf_counter()
        with transaction(self._engine) as cursor:
            fresh, taken = self._unseen(cursor, records)
            self._configuration = refreshed(cursor, self._configuration)
            batch = sort_out(fresh, self._configuration, self._log_id, taken)
            new = self._claim(cursor, batch)
            take_up(cursor, new, self._configuration)
            inbox.quarantine(cursor, batch.bad)
            inbox.note_progress(cursor, self._log_id, batch.taken)
        metrics.TRANSACTION_SECONDS.observe(time.perf_counter() - started)
        _observe(fresh, batch, new)

    def _unseen(
        self, cursor: Cursor, records: Sequence[Record]
    ) -> tuple[list[Record], dict[inbox.Partition, inbox.Taken]]:
        """The records beyond what was taken in before: a record that is read again has no second effect."""
        partitions = {(record.topic, record.partition) for record in records}
        offsets = inbox.lock_progress(cursor, self._log_id, partitions)
        taken = {partition: inbox.Taken(offset) for partition, offset in offsets.items()}
        return [r for r in records if r.offset >= offsets[r.topic, r.partition]], taken

    def _claim(self, cursor: Cursor, batch: _Sorted) -> list[Accepted]:
        """Claim the keys of the valid events; returns the new ones and counts the others as duplicates."""
        first: dict[inbox.Key, tuple[Record, AnyEvent]] = {}
        again: list[tuple[Record, AnyEvent]] = []
        for record, event in batch.valid:
            kept = first.setdefault((event.source, event.id), (record, event))
            if kept[0] is not record:
                again.append((record, event))
        claims = [
            inbox.Claim(key, digest(event), event.partner, received_at(record))
            for key, (record, event) in first.items()
        ]
        won = inbox.claim(cursor, claims) if claims else set()
        again += [pair for key, pair in first.items() if key not in won]
        reused = inbox.count_duplicates(cursor, [((e.source, e.id), digest(e)) for _, e in again])
        metrics.ID_REUSED.inc(reused)
        for record, _ in again:
            _count(batch.taken, record, duplicates=1)
        new = [pair for key, pair in first.items() if key in won]
        for record, _ in new:
            _count(batch.taken, record, stored=1)
        return [Accepted(event, received_at(record)) for record, event in new]


def sort_out(
    records: Sequence[Record],
    configuration: Configuration,
    log_id: str,
    taken: dict[inbox.Partition, inbox.Taken],
) -> _Sorted:
    """Decode the records; what is bad gets its quarantine row. Pure, but for the progress that `taken` gathers."""
    batch = _Sorted(taken=taken)
    topics = {record.topic: ArrearsTopic.parse(record.topic) for record in records}
    for record in records:
        topic = topics[record.topic]
        _count(taken, record)
        if topic is None:
            continue  # never read: the adapter subscribes to arrears topics only
        try:
            event = decode(record.value, topic, configuration.directory)
        except RejectedError as rejected:
            batch.bad.append(_quarantined(log_id, record, rejected.code, rejected.message))
            _count(taken, record, quarantined=1)
        else:
            batch.valid.append((record, event))
    return batch


def _count(
    taken: dict[inbox.Partition, inbox.Taken],
    record: Record,
    *,
    stored: int = 0,
    duplicates: int = 0,
    quarantined: int = 0,
) -> None:
    place = taken[record.topic, record.partition]
    place.next_offset = max(place.next_offset, record.offset + 1)
    place.stored += stored
    place.duplicates += duplicates
    place.quarantined += quarantined


def _place(record: Record) -> str:
    return f"{record.topic} partition {record.partition} offset {record.offset}"


def _quarantined(log_id: str, record: Record, code: str, message: str) -> inbox.QuarantineRow:
    return inbox.QuarantineRow(
        log_id,
        record.topic,
        record.partition,
        record.offset,
        code,
        message,
        record.value,
        received_at(record),
    )


def _observe(fresh: Sequence[Record], batch: _Sorted, new: Sequence[Accepted]) -> None:
    """Tell the metrics what a committed batch held."""
    now = datetime.now(UTC)
    for record in fresh:
        topic = ArrearsTopic.parse(record.topic)
        metrics.EVENTS_RECEIVED.labels(sector=topic.sector if topic else "other").inc()
    for row in batch.bad:
        metrics.EVENTS_QUARANTINED.labels(code=row.code).inc()
    metrics.EVENTS_DUPLICATE.inc(len(batch.valid) - len(new))
    for accepted in new:
        event = accepted.event
        metrics.EVENTS_STORED.labels(type=event.__struct_config__.tag).inc()
        metrics.UNKNOWN_FIELDS.inc(event.unknown_fields)
        metrics.EVENT_AGE_SECONDS.observe(max(0.0, (now - accepted.received_at).total_seconds()))
        if isinstance(event, Reported) and event.person.bsn and clean_bsn(event.person.bsn) is None:
            metrics.BSN_DROPPED.inc()
