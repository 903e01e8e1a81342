"""What the Kafka adapter hands to the intake, and what it may assume of it (design.md section 5).

The adapter knows nothing of cases; the intake knows nothing of Kafka clients. This seam is the only thing they share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from signals.errors import SignalsError

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Record:
    """One broker record as it was read; `value` None is a record without value."""

    topic: str
    partition: int
    offset: int
    value: bytes | None
    timestamp_ms: int


class StoreAwayError(SignalsError):
    """The database cannot take the batch now (away, locked, full); the same batch may be handed over again."""


class OutOfDateError(SignalsError):
    """The database lacks tables, columns or rights that this version needs: no event is at fault, the worker ends."""

    def __init__(self) -> None:
        super().__init__(
            "the database does not fit this version: run `signals db upgrade`, and check the role's rights"
        )


class Intake(Protocol):
    """Stores batches of records, each record's effect exactly once."""

    def store(self, records: Sequence[Record]) -> None:
        """Store `records` (any topics, offsets ascending within a partition); blocking.

        When it returns, every record is durably stored, known as a duplicate, or in quarantine, and may be
        acknowledged. A record handed over twice has one effect. A record that cannot be stored for a reason of its own
        ends in quarantine. `StoreAwayError` says "again, later"; any other error ends the worker, with nothing
        acknowledged.
        """
