"""Which records of a batch are good, and what is wrong with the others? No database, no clock but the one it is given.

The first half of the intake's work: decode, and turn what is bad into its quarantine row (borders.md section 3). It may
be done before a batch's turn, while the database works on the batch before it (`foresee`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from signals.consumers.records import Record
from signals.contract.decode import decode
from signals.contract.partners import ArrearsTopic
from signals.contract.rejection import RejectedError
from signals.outreach.rows import prepared
from signals.store.inbox import QuarantineRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from signals.contract.events import AnyEvent
    from signals.contract.partners import Directory
    from signals.outreach.rows import Accepted

Fault = tuple[str, str]  # its code and its message (borders.md section 3)
OURS: Final = "internal-error"
OLDEST_MS: Final = 366 * 86_400_000  # nothing waits longer on a topic than its retention
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_encode: Final = msgspec.json.Encoder().encode
_blake: Final = hashlib.blake2b


@dataclass(slots=True)
class Sorted:
    """A batch taken apart: valid events, each with its record, and what goes to quarantine."""

    valid: list[tuple[Record, Accepted]] = field(default_factory=list)
    bad: list[QuarantineRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Foreseen(Record):
    """A record that was decoded before its turn; what it is holds as long as `directory` does."""

    directory: Directory
    outcome: Accepted | Fault


def foresee(records: Sequence[Record], directory: Directory, now: datetime) -> list[Record]:
    """The same records, decoded for the `sort_out` that will be given them; pure, so that any thread may do it."""
    found: list[Record] = [
        Foreseen(one.topic, one.partition, one.offset, one.value, one.timestamp_ms, directory, outcome)
        for one, _, outcome in _outcomes(records, directory, now)
    ]
    return found if len(found) == len(records) else list(records)


def sort_out(records: Sequence[Record], directory: Directory, log_id: str, now: datetime) -> Sorted:
    """Decode `records`, read at `now` from the broker's log `log_id`; what is bad gets its quarantine row."""
    batch = Sorted()
    for record, received, outcome in _outcomes(records, directory, now):
        if isinstance(outcome, tuple):
            batch.bad.append(_row(record, log_id, received, *outcome))
        else:
            batch.valid.append((record, outcome))
    return batch


def _outcomes(
    records: Sequence[Record], directory: Directory, now: datetime
) -> Iterator[tuple[Record, datetime, Accepted | Fault]]:
    """Each record of an arrears topic (the adapter subscribes to no other), when it was received, and what it is."""
    topics = {name: ArrearsTopic.parse(name) for name in {record.topic for record in records}}
    for record, received in zip(records, receipts(records, now), strict=True):
        if isinstance(record, Foreseen) and record.directory is directory:
            yield record, received, record.outcome
        elif topic := topics[record.topic]:
            yield record, received, _outcome(record, topic, directory, received)


def _outcome(record: Record, topic: ArrearsTopic, directory: Directory, received: datetime) -> Accepted | Fault:
    try:
        return prepared(decode(record.value, topic, directory), received)
    except RejectedError as rejected:
        return rejected.code, rejected.message


def kept_out(records: Sequence[Record], error: Exception, log_id: str, now: datetime) -> Sorted:
    """All `records` as bad ones that `error`, a fault of ours, keeps out."""
    rows = zip(records, receipts(records, now), strict=True)
    return Sorted(bad=[_row(record, log_id, received, OURS, our_fault(error)) for record, received in rows])


def receipts(records: Sequence[Record], now: datetime) -> list[datetime]:
    """When each record reached the municipality's broker; `now` where that cannot be (no time, to come, years ago).

    Our topics keep the broker's own time; another's topic may hold whatever a producer's clock said.
    """
    latest = now.timestamp() * 1000
    oldest = latest - OLDEST_MS
    return [
        _EPOCH + timedelta(milliseconds=record.timestamp_ms) if oldest < record.timestamp_ms < latest else now
        for record in records
    ]


def digest(event: AnyEvent) -> bytes:
    """What tells one content from another under the same key."""
    return _blake(_encode(event), digest_size=16).digest()


def our_fault(error: Exception) -> str:
    """What a partner reads of an event that `error` kept out: its text may be personal, so only its name is told."""
    return (
        f"The service could not store this event ({type(error).__name__}). "
        "Nothing is wrong with your message that we know of; we look into it."
    )


def _row(record: Record, log_id: str, received: datetime, code: str, message: str) -> QuarantineRow:
    place = (record.topic, record.partition, record.offset)
    return QuarantineRow(log_id, *place, code, message, record.value, received)
