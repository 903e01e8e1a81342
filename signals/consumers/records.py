"""What the Kafka adapter hands to the intake, and what it may assume of it (design.md section 5).

The adapter knows nothing of cases; the intake knows nothing of Kafka clients. This seam is the only thing they share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from signals.errors import SignalsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Place = tuple[str, int]  # (topic, partition)
Spot = tuple[str, int, int]  # (topic, partition, offset)


@dataclass(frozen=True, slots=True)
class Record:
    """One broker record as it was read; `value` None is a record without value."""

    topic: str
    partition: int
    offset: int
    value: bytes | None
    timestamp_ms: int

    @property
    def place(self) -> Place:
        """The partition that the record is of."""
        return (self.topic, self.partition)

    @property
    def spot(self) -> Spot:
        """Where in the log the record stands."""
        return (self.topic, self.partition, self.offset)


class StoreAwayError(SignalsError):
    """The database cannot take the batch now (away, locked, full); the same batch may be handed over again."""


class OutOfDateError(SignalsError):
    """The database lacks tables, columns or rights that this version needs: no event is at fault, the worker ends."""

    def __init__(self) -> None:
        super().__init__(
            "the database does not fit this version: run `signals db upgrade`, and check the role's rights"
        )


class Intake(Protocol):
    """Stores batches of records, each record's effect exactly once; one thread calls it."""

    def store(self, records: Sequence[Record]) -> Mapping[Place, int]:
        """Store `records` (any topics, offsets ascending within a partition); blocking.

        Returns:
            For every partition that `records` are of: its next offset. Every record in front of it is durably stored,
            known as a duplicate, or in quarantine, and may be acknowledged. Of those handed over at or beyond it some
            were not taken in: they were `put_off`, or their topic is paused, or was paused in the midst of the batch;
            these are handed over again.

        A record handed over twice has one effect. A record that cannot be stored for a reason of its own ends in
        quarantine.

        Raises:
            StoreAwayError: again, later; whatever was handed over may be handed over again. Any other error ends
                the worker, with nothing acknowledged.
        """

    def put_off(self) -> Sequence[Record]:
        """What the last `store` left for the next, for which these go first: another worker has their households."""

    def prepare(self, records: Sequence[Record]) -> Sequence[Record]:
        """The same records, to be handed to `store` in their place: what needs no database is done. From any thread."""

    def paused(self) -> frozenset[str]:
        """The paused topics as far as is known here: since the last `store` or `refresh_paused`; costs nothing."""

    def refresh_paused(self) -> frozenset[str]:
        """Ask the database which topics are paused. Raises StoreAwayError."""
