"""What becomes of a batch of records? Each one is stored, known as a duplicate, or in quarantine; exactly once.

The walk's second room (design.md section 1): decode and sort out the bad, claim the inbox keys, hand the new events to
`outreach`, note the progress, all in one transaction. A record that breaks the batch is found by splitting.
"""

from __future__ import annotations

import hashlib
import logging
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from signals import metrics
from signals.consumers.complete import MissingRecordsError
from signals.consumers.records import OutOfDateError, Record, StoreAwayError
from signals.contract.decode import decode
from signals.contract.events import AnyEvent, Reported
from signals.contract.partners import ArrearsTopic
from signals.contract.rejection import RejectedError
from signals.households.personal import clean_bsn
from signals.outreach.configuration import Configuration, refreshed
from signals.outreach.rows import Accepted
from signals.outreach.take_up import take_up
from signals.store import inbox
from signals.store.database import is_again_later, is_out_of_date, transaction

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy import Engine

    from signals.consumers.complete import Hole
    from signals.store.database import Cursor

log = logging.getLogger(__name__)
_encode: Final = msgspec.json.Encoder().encode
OURS: Final = "internal-error"
OLDEST_MS: Final = 366 * 86_400_000  # nothing waits longer on a topic than its retention


def digest(event: AnyEvent) -> bytes:
    """What tells one content from another under the same key."""
    return hashlib.blake2b(_encode(event), digest_size=16).digest()


def our_fault(error: Exception) -> str:
    """What a partner reads of an event that `error` kept out: its text may be personal, so only its name is told."""
    return (
        f"The service could not store this event ({type(error).__name__}). "
        "Nothing is wrong with your message that we know of; we look into it."
    )


def received_at(record: Record) -> datetime:
    """When the record reached the municipality's broker; now where that cannot be (no time, in the future, years ago).

    Our topics keep the broker's own time; another's topic may hold whatever a producer's clock said.
    """
    now = datetime.now(UTC)
    age_ms = now.timestamp() * 1000 - record.timestamp_ms
    return now - timedelta(milliseconds=age_ms) if 0 < age_ms < OLDEST_MS else now


@dataclass(slots=True)
class _Sorted:
    """A batch taken apart: valid events with their record, and what goes to quarantine."""

    valid: list[tuple[Record, AnyEvent]] = field(default_factory=list)
    bad: list[inbox.QuarantineRow] = field(default_factory=list)
    reused: int = 0  # duplicates with another content than what is stored
    taken: dict[inbox.Partition, inbox.Taken] = field(default_factory=dict)


class BatchIntake:
    """The `Intake` of `records`, on PostgreSQL; `log_id` names the broker whose offsets these are.

    A `gapless` one refuses a record that comes before those in front of it (see `complete`).
    """

    def __init__(self, engine: Engine, log_id: str, *, gapless: bool = False) -> None:
        self._engine = engine
        self._log_id = log_id
        self._gapless = gapless
        self._holes: set[Hole] = set()
        self._configuration: Configuration | None = None

    def confirm(self, hole: Hole) -> None:
        """The broker has no record in `hole`: what comes after it may be stored."""
        self._holes.add(hole)

    def positions(self) -> dict[inbox.Partition, int]:
        """The next offset of every partition. Raises StoreAwayError."""
        with self._later(), transaction(self._engine) as cursor:
            return inbox.positions(cursor, self._log_id)

    def store(self, records: Sequence[Record]) -> None:
        """See `Intake.store`. Raises MissingRecordsError when gapless; OutOfDateError when the tables are not ours."""
        try:
            with self._later():
                self._store_in_one(records)
        except (StoreAwayError, MissingRecordsError, OutOfDateError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is found by splitting and kept in quarantine
            self._configuration = None
            self._split(records, error)

    @contextmanager
    def _later(self) -> Iterator[None]:
        """Tell the database's troubles from the event's."""
        try:
            yield
        except Exception as error:
            if is_again_later(error):
                raise StoreAwayError(f"the database cannot take the batch now ({type(error).__name__})") from error
            if is_out_of_date(error):
                raise OutOfDateError from error
            raise

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
        with self._later(), transaction(self._engine) as cursor:
            fresh, taken = self._unseen(cursor, [record])
            rows = [_quarantined(self._log_id, record, OURS, our_fault(error)) for record in fresh]
            inbox.quarantine(cursor, rows)
            _count(taken, record, quarantined=len(rows))
            inbox.note_progress(cursor, self._log_id, taken)
        _observe_received(fresh)
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
        fresh = _each_once(records, offsets)
        if self._gapless:
            _require_all(fresh, offsets, self._holes)
        return fresh, taken

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
        batch.reused = inbox.count_duplicates(cursor, [((e.source, e.id), digest(e)) for _, e in again])
        for record, _ in again:
            _count(batch.taken, record, duplicates=1)
        new = [pair for key, pair in first.items() if key in won]
        for record, _ in new:
            _count(batch.taken, record, stored=1)
        return [Accepted(event, received_at(record)) for record, event in new]


def _each_once(records: Sequence[Record], offsets: Mapping[inbox.Partition, int]) -> list[Record]:
    """The records at or beyond `offsets`, each once: a client may hand one over twice in one batch."""
    fresh: dict[tuple[str, int, int], Record] = {}
    for record in records:
        if record.offset >= offsets[record.topic, record.partition]:
            fresh.setdefault((record.topic, record.partition, record.offset), record)
    return list(fresh.values())


def _require_all(records: Sequence[Record], offsets: Mapping[inbox.Partition, int], holes: Collection[Hole]) -> None:
    """Raise MissingRecordsError when a record does not follow on the one before it, but for confirmed holes."""
    expected = dict(offsets)
    for record in records:
        place = (record.topic, record.partition)
        if record.offset > expected[place] and (*place, expected[place], record.offset) not in holes:
            raise MissingRecordsError(*place, expected[place], record.offset)
        expected[place] = max(expected[place], record.offset + 1)


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
    _observe_received(fresh)
    metrics.ID_REUSED.inc(batch.reused)
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


def _observe_received(fresh: Sequence[Record]) -> None:
    for record in fresh:
        topic = ArrearsTopic.parse(record.topic)
        metrics.EVENTS_RECEIVED.labels(sector=topic.sector if topic else "other").inc()
