"""What becomes of a batch of records? Each one is stored, known as a duplicate, or in quarantine; exactly once.

The walk's second room (design.md section 1): sort out the bad, claim the inbox keys, hand the new events to `outreach`,
note the progress, all in one transaction. A record that breaks the batch is found by splitting. What follows the record
by which a topic passes its flood limits is not taken in: it waits on the broker (see `gate`).
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from signals import metrics
from signals.consumers.complete import MissingRecordsError
from signals.consumers.courtesy import Courtesy
from signals.consumers.gate import FloodGate
from signals.consumers.offsets import books, each_once
from signals.consumers.records import OutOfDateError, StoreAwayError
from signals.consumers.sorting import digest, foresee, kept_out, sort_out
from signals.contract.events import Reported
from signals.contract.partners import ArrearsTopic
from signals.households.personal import clean_bsn
from signals.outreach.configuration import Configuration, refreshed
from signals.outreach.take_up import take_up
from signals.store import inbox
from signals.store.database import is_again_later, is_out_of_date, transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from prometheus_client import Counter as LabelledCounter
    from sqlalchemy import Engine

    from signals.consumers.complete import Hole
    from signals.consumers.flood import FloodLimits
    from signals.consumers.gate import Passage
    from signals.consumers.offsets import Holes
    from signals.consumers.records import Place, Record
    from signals.consumers.sorting import Sorted
    from signals.outreach.rows import Accepted
    from signals.store.database import Cursor
    from signals.store.inbox import Reached

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Claimed:
    """The valid events of a batch: the new ones, and those that are known, some (`reused`) with another content."""

    new: Sequence[tuple[Record, Accepted]]
    again: Sequence[tuple[Record, Accepted]]
    reused: int


class BatchIntake:
    """The `Intake` of `records`, on PostgreSQL; `log_id` names the broker whose offsets these are.

    A `gapless` one refuses a record that comes before those in front of it (see `complete`), and puts off what another
    worker has in hand (see `courtesy`). Without `limits` it closes no topic, but leaves closed what another one closed.
    One thread at a time may call it; `paused`, `positions` and `prepare` any thread.
    """

    def __init__(
        self, engine: Engine, log_id: str, *, gapless: bool = False, limits: FloodLimits | None = None
    ) -> None:
        self._engine = engine
        self._log_id = log_id
        self._gapless = gapless
        self._gate = FloodGate(log_id, limits)
        self._holes: Holes = {}
        self._courtesy = Courtesy()
        self._configuration: Configuration | None = None

    def confirm(self, hole: Hole) -> None:
        """The broker has no record in `hole`: what comes after it may be stored."""
        topic, partition, first, end = hole
        self._holes[topic, partition, first] = end

    def positions(self) -> dict[Place, int]:
        """The next offset of every partition. Raises StoreAwayError."""
        with self._later(), transaction(self._engine) as cursor:
            return inbox.positions(cursor, self._log_id)

    def put_off(self) -> Sequence[Record]:
        """See `Intake.put_off`."""
        return self._courtesy.put_off

    def paused(self) -> frozenset[str]:
        """The paused topics as they were known at the last `store` or `refresh_paused`."""
        return self._gate.paused

    def refresh_paused(self) -> frozenset[str]:
        """Ask which topics are paused. Raises StoreAwayError."""
        with self._later(), transaction(self._engine) as cursor:
            self._refresh(cursor)
        return self._gate.paused

    def prepare(self, records: Sequence[Record]) -> Sequence[Record]:
        """See `Intake.prepare`: they are decoded, for as long as the partners and policies stay what they are."""
        configuration = self._configuration
        if configuration is None:
            return records
        try:
            return foresee(records, configuration.directory, datetime.now(UTC))
        except Exception:  # noqa: BLE001 - `store` meets it again, finds whose fault it is and keeps it in quarantine
            return records

    def store(self, records: Sequence[Record], *, waits: bool = False) -> Mapping[Place, int]:
        """See `GuardedIntake.store`; only a gapless one raises MissingRecordsError.

        Raises OutOfDateError when the tables are not ours.
        """
        self._courtesy.begin(waits=waits)
        return self._store(records)

    def _store(self, records: Sequence[Record]) -> dict[Place, int]:
        try:
            with self._later():
                return self._take_in(records)
        except (MissingRecordsError, StoreAwayError, OutOfDateError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is found by splitting and kept in quarantine
            self._configuration = None
            return self._split(records, error)

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

    def _split(self, records: Sequence[Record], error: Exception) -> dict[Place, int]:
        """Store the halves each by itself, until what cannot be stored stands alone and goes to quarantine."""
        self._courtesy.waits = True
        if len(records) > 1:
            middle = len(records) // 2
            return {**self._store(records[:middle]), **self._store(records[middle:])}
        log.error("record %s goes to quarantine: %s", _place(records[0]), type(error).__name__)
        with self._later():
            return self._take_in(records, error)

    def _take_in(self, records: Sequence[Record], error: Exception | None = None) -> dict[Place, int]:
        """Take in what may come in, in one transaction; with an `error` of ours all of it goes to quarantine."""
        started = time.perf_counter()
        with transaction(self._engine) as cursor:
            reached = inbox.lock_progress(cursor, self._log_id, {(r.topic, r.partition) for r in records})
            configuration = self._refresh(cursor)
            fresh, awaited = self._unseen(records, reached)
            if self._gapless and error is None:
                fresh = foresee(fresh, configuration.directory, datetime.now(UTC))
                free = self._courtesy.free_now(cursor, fresh)
            else:
                free = fresh
            kept, batch, passage = self._let_in(cursor, free, configuration, error)
            claimed = self._claim(cursor, batch)
            new = [accepted for _, accepted in claimed.new]
            if new:
                take_up(cursor, new, configuration)
            inbox.quarantine(cursor, batch.bad, passage.numbers)
            taken = _counted(books(reached, awaited, fresh, kept), batch, claimed)
            inbox.note_progress(cursor, self._log_id, taken)
            self._gate.write(cursor, passage)
        self._gate.keep(passage)
        self._courtesy.stored(fresh, free)
        metrics.TRANSACTION_SECONDS.observe(time.perf_counter() - started)
        _observe(kept, batch, claimed)
        return self._passed({place: one.next_offset for place, one in taken.items()})

    def _refresh(self, cursor: Cursor) -> Configuration:
        """The configuration of now; which topics are paused is read anew when anything changed."""
        known = self._configuration
        self._configuration = configuration = refreshed(cursor, known)
        if configuration is not known:
            self._gate.refresh(cursor)
        return configuration

    def _unseen(
        self, records: Sequence[Record], reached: Mapping[Place, Reached]
    ) -> tuple[list[Record], dict[Place, int]]:
        """The records of open topics beyond what was taken in before: what is read again has no second effect."""
        if self._gate.paused:
            records = [record for record in records if record.topic not in self._gate.paused]
        return each_once(records, reached, self._holes if self._gapless else None)

    def _let_in(
        self, cursor: Cursor, fresh: list[Record], configuration: Configuration, error: Exception | None
    ) -> tuple[list[Record], Sorted, Passage]:
        """The records up to where their topic is closed, sorted out, and what the flood limits say to them."""
        batch = self._sorted(fresh, configuration, error)
        passage = self._gate.judge(cursor, fresh, batch.bad)
        if passage.stops:
            fresh = passage.within(fresh)
            batch = self._sorted(fresh, configuration, error)
        return fresh, batch, passage

    def _sorted(self, fresh: Sequence[Record], configuration: Configuration, error: Exception | None) -> Sorted:
        now = datetime.now(UTC)
        if error is not None:
            return kept_out(fresh, error, self._log_id, now)
        return sort_out(fresh, configuration.directory, self._log_id, now)

    def _claim(self, cursor: Cursor, batch: Sorted) -> _Claimed:
        """Claim the keys of the valid events, and count the others as duplicates."""
        first: dict[inbox.Key, tuple[Record, Accepted]] = {}
        again = []
        for pair in batch.valid:
            event = pair[1].event
            if first.setdefault((event.source, event.id), pair) is not pair:
                again.append(pair)
        claims = [
            inbox.Claim(key, digest(one.event), one.event.partner, one.received_at) for key, (_, one) in first.items()
        ]
        won = inbox.claim(cursor, claims) if claims else set()
        again += [pair for key, pair in first.items() if key not in won]
        known = [((one.event.source, one.event.id), digest(one.event)) for _, one in again]
        reused = inbox.count_duplicates(cursor, known)
        return _Claimed([pair for key, pair in first.items() if key in won], again, reused)

    def _passed(self, positions: dict[Place, int]) -> dict[Place, int]:
        """Forget the holes that lie behind `positions`."""
        if self._holes:
            self._holes = {at: end for at, end in self._holes.items() if end > positions.get(at[:2], 0)}
        return positions


def _counted(books: dict[Place, inbox.Taken], batch: Sorted, claimed: _Claimed) -> dict[Place, inbox.Taken]:
    """The books of each partition, with what became of its records."""
    stored = Counter([(record.topic, record.partition) for record, _ in claimed.new])
    duplicates = Counter((record.topic, record.partition) for record, _ in claimed.again)
    quarantined = Counter((row.topic, row.partition) for row in batch.bad)
    for place, one in books.items():
        one.stored, one.duplicates, one.quarantined = stored[place], duplicates[place], quarantined[place]
    return books


def _place(record: Record) -> str:
    return f"{record.topic} partition {record.partition} offset {record.offset}"


def _observe(fresh: Sequence[Record], batch: Sorted, claimed: _Claimed) -> None:
    """Tell the metrics what a committed batch held; what all records share is told once."""
    _count(metrics.EVENTS_RECEIVED, "sector", _sectors(fresh))
    _count(metrics.EVENTS_QUARANTINED, "code", Counter(row.code for row in batch.bad))
    metrics.ID_REUSED.inc(claimed.reused)
    metrics.EVENTS_DUPLICATE.inc(len(claimed.again))
    events = [accepted.event for _, accepted in claimed.new]
    _count(metrics.EVENTS_STORED, "type", Counter(str(event.__struct_config__.tag) for event in events))
    metrics.UNKNOWN_FIELDS.inc(sum(event.unknown_fields for event in events))
    numbers = [event.person.bsn for event in events if isinstance(event, Reported) and event.person.bsn]
    metrics.BSN_DROPPED.inc(sum(clean_bsn(number) is None for number in numbers))
    now = datetime.now(UTC).timestamp()
    metrics.EVENT_AGE_SECONDS.observe_all([max(0.0, now - one.received_at.timestamp()) for _, one in claimed.new])


def _sectors(records: Iterable[Record]) -> Counter[str]:
    """How many records came from each sector's topics."""
    found: Counter[str] = Counter()
    for name, count in Counter(record.topic for record in records).items():
        topic = ArrearsTopic.parse(name)
        found[topic.sector if topic else "other"] += count
    return found


def _count(counter: LabelledCounter, label: str, counts: Mapping[str, int]) -> None:
    for value, number in counts.items():
        counter.labels(**{label: value}).inc(number)
